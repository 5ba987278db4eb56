"""The lines of an iCalendar text, with their places.

Source: RFC 5545, section 3.1 (content lines) and 3.6 (components).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import define, field, frozen

from leadrouter.errors import Fault
from leadrouter.span import Source, Span

_FOLD = re.compile(r"\r?\n[ \t]")
_FOLD_IN_BYTES = re.compile(rb"\r?\n[ \t]")
_LINE = re.compile(r"[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*")
_NAME = re.compile(r"([A-Za-z0-9-]+)[;:]")
_LONGEST = 20_000_000


@frozen
class Line:
    """A property as it was written, unfolded; `name` is in capitals."""

    name: str
    text: str
    span: Span

    @property
    def value(self) -> str:
        """What stands behind the first colon; properties with parameters are read by icalendar."""
        return self.text.partition(":")[2].strip()


@define
class Block:
    """A component: its properties and the components in it."""

    name: str
    span: Span
    lines: list[Line] = field(factory=list)
    parts: list[Block] = field(factory=list)

    def where(self, name: str, holding: str = "") -> Span:
        """Return the place of the property that holds some text; of the component's first line where none does."""
        return next((line.span for line in self.lines if line.name == name and holding in line.text), self.span)

    def first(self, name: str) -> str | None:
        """Return the value of a property without parameters; None where it is missing."""
        return next((line.value for line in self.lines if line.name == name), None)

    def text(self, *, with_parts: bool = False) -> str:
        """Return the component as icalendar reads it."""
        inner = [line.text for line in self.lines]
        inner += [part.text(with_parts=True).rstrip() for part in self.parts] if with_parts else []
        return "\r\n".join([f"BEGIN:{self.name}", *inner, f"END:{self.name}", ""])


def decoded(data: bytes, name: str) -> tuple[Source, Fault | None]:
    """Return the text of a calendar, or the fault that says why there is none.

    Some writers fold a line in the middle of a character; such a text is unfolded before it is read, and
    its places count unfolded lines.
    """
    for each in (data, _FOLD_IN_BYTES.sub(b"", data)):
        try:
            return Source(name, each.decode("utf-8-sig")), None
        except UnicodeDecodeError as error:
            position = error.start
    message, fix = f"cannot be read: byte {position} is not UTF-8", "export the calendar as UTF-8"
    return Source(name, ""), Fault(code="LR109", message=message, where=name, fix=fix)


def calendars(source: Source) -> tuple[list[Block], list[Fault]]:
    """Return the calendars of a text, and what is wrong with its lines."""
    reading = _Reading(source)
    if len(source.text) > _LONGEST:
        reading.fault(f"the text is longer than {_LONGEST:_} characters", Span(source, 0, 1))
        return [], reading.faults
    for line in _lines(source):
        reading.line(line)
    for block in reading.open:
        reading.fault(f"`BEGIN:{block.name}` is never closed", block.span, f"add `END:{block.name}`; was the file cut?")
    if not reading.top and not reading.faults:
        reading.fault("not a calendar: there is no `BEGIN:VCALENDAR`", Span(source, 0, 1), "give an .ics file")
    return reading.top, reading.faults


def _lines(source: Source) -> Iterator[Line]:
    """Yield the lines of a text that are not empty."""
    for found in _LINE.finditer(source.text):
        raw = found.group()
        text = _FOLD.sub("", raw)
        if text.strip():
            name = _NAME.match(text)
            yield Line(name[1].upper() if name else "", text, Span(source, found.start(), found.end()))


@define
class _Reading:
    """Calendars being read; faults are collected."""

    source: Source
    top: list[Block] = field(factory=list)
    open: list[Block] = field(factory=list)
    faults: list[Fault] = field(factory=list)

    def fault(self, message: str, where: Span, fix: str | None = None) -> None:
        self.faults.append(Fault(code="LR743", message=message, where=where, fix=fix))

    def line(self, line: Line) -> None:
        if line.name == "BEGIN":
            self.begin(line)
        elif line.name == "END":
            self.end(line)
        elif not self.open:
            self.fault("a line outside of any calendar", line.span, "begin with `BEGIN:VCALENDAR`")
        elif not line.name or ":" not in line.text:
            self.fault("a line that is no property", line.span, "write `NAME:value`; a continued line is indented")
        else:
            self.open[-1].lines.append(line)

    def begin(self, line: Line) -> None:
        block = Block(line.value.upper(), line.span)
        if self.open:
            self.open[-1].parts.append(block)
        elif block.name == "VCALENDAR":
            self.top.append(block)
        else:
            self.fault(f"`{block.name}` outside of any calendar", line.span, "begin with `BEGIN:VCALENDAR`")
        self.open.append(block)

    def end(self, line: Line) -> None:
        name = line.value.upper()
        if not self.open or self.open[-1].name != name:
            begun = f"`BEGIN:{self.open[-1].name}`" if self.open else "nothing"
            self.fault(f"`END:{name}` closes {begun}", line.span, "close what was begun last, and each once")
        if name in [block.name for block in self.open]:
            while self.open.pop().name != name:
                pass
