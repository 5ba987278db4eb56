"""Leads as they stand in files: JSON Lines, JSON and CSV, read one at a time.

Numbers stay exact (`Decimal`), and what JSON parsers let pass in silence is refused: a key given
twice, `NaN` and `Infinity`. What cannot be read becomes a record with its faults; reading goes on
with the next one.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO, Literal, TypeAlias, get_args

from attrs import define, field, frozen

from leadrouter.errors import FactsError, Fault
from leadrouter.refusal import show

Format: TypeAlias = Literal["jsonl", "json", "csv"]
FORMATS: tuple[str, ...] = get_args(Format)

LONGEST_LINE = 20_000_000
"""Bytes that a line may have. A longer one is refused; that many bytes of it are kept."""

_FORMAT_OF: dict[str, Format] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv"}
_PIECE = 1_000_000
_AN_OBJECT = 'write an object: {"source": "call", "facts": {…}}'
_SHORTEN = "is it one lead? give each a line of its own"


@frozen(kw_only=True)
class Record:
    """One lead as it stands in a file.

    `line` is where it begins, counted from 1; `raw` is what stands there, undecodable bytes as lone
    surrogates; `read` are the bytes read so far. `fields` is empty where there are faults.
    """

    line: int
    raw: str = field(repr=False)
    read: int
    fields: Mapping[str, Any] = field(factory=dict, repr=False)
    faults: tuple[Fault, ...] = ()


def format_of(name: str) -> Format | None:
    """Return the format that a file's name tells, if it tells one.

    >>> format_of("leads.JSONL"), format_of("leads.xlsx")
    ('jsonl', None)
    """
    return next((form for ending, form in _FORMAT_OF.items() if name.lower().endswith(ending)), None)


def read_records(stream: BinaryIO, form: Format, *, name: str) -> Iterator[Record]:
    """Yield the leads of a file in order. `name` is the file's, for the places of faults.

    JSON Lines and CSV are read line by line; JSON, an array or one object, is read whole.

    Raises:
        FactsError: the heading of a CSV file cannot be used.
    """
    return _READERS[form](_Lines(stream), name)


@define
class _Lines:
    """The lines of a stream without their ends, the overlong cut."""

    stream: BinaryIO
    number: int = 0
    read: int = 0
    length: int = 0

    def __iter__(self) -> Iterator[str]:
        while line := self.stream.readline(LONGEST_LINE + 1):
            self.number += 1
            self.length = len(line)
            if self.length > LONGEST_LINE:
                self.skip(line)
                line = _whole_characters(line, LONGEST_LINE)
            self.read += self.length
            text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
            yield text.removeprefix("\ufeff") if self.number == 1 else text

    def skip(self, piece: bytes) -> None:
        """Read past the rest of a line."""
        while piece and not piece.endswith(b"\n"):
            piece = self.stream.readline(_PIECE)
            self.length += len(piece)


def _whole_characters(line: bytes, most: int) -> bytes:
    """Return the beginning of a longer line, and no character by half."""
    while line[most] & 0xC0 == 0x80:
        most -= 1
    return line[:most]


def _json_lines(lines: _Lines, name: str) -> Iterator[Record]:
    for text in lines:
        if not text.strip():
            continue
        reading = _Json(text, f"{name}:{lines.number}")
        if lines.length > LONGEST_LINE:
            message = f"a line of {lines.length:_} bytes, {LONGEST_LINE:_} are allowed; that many of it are kept"
            reading.fault("LR421", message, _SHORTEN)
            fields: object = {}
        else:
            fields = reading.only_value()
        yield reading.record(lines, lines.number, text, fields)


def _json_values(lines: _Lines, name: str) -> Iterator[Record]:
    """Yield the items of an array, or the objects that stand one after the other."""
    text = lines.stream.read().decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    lines.read = len(text)
    position = _past(text, 0, " \t\r\n")
    separators = " \t\r\n"
    end = ""
    if text[position : position + 1] == "[":
        position, separators, end = position + 1, " \t\r\n,", "]"
    line, counted = 1, 0
    while (position := _past(text, position, separators)) < len(text):
        if end and text[position] == end:
            position, separators, end = position + 1, " \t\r\n", ""
            continue
        line, counted = line + text.count("\n", counted, position), position
        reading = _Json(text, f"{name}:{line}")
        fields, position = reading.value(position)
        if any(fault.code == "LR422" for fault in reading.faults):
            end = ""  # whether the array was closed stands in what could not be read
        yield reading.record(lines, line, text[counted:position], fields)
    if end:
        reading = _Json("", f"{name}:{line + text.count(chr(10), counted)}")
        reading.fault("LR422", "the array is not closed", "is the file complete? It ends without `]`")
        yield reading.record(lines, line, "", {})


def _past(text: str, position: int, characters: str) -> int:
    while text[position : position + 1] and text[position] in characters:
        position += 1
    return position


@define
class _Json:
    """A JSON text being read strictly; faults never stop it."""

    text: str
    where: str
    faults: list[Fault] = field(factory=list)

    def fault(self, code: str, message: str, fix: str) -> None:
        self.faults.append(Fault(code=code, message=message, where=self.where, fix=fix))

    def record(self, lines: _Lines, line: int, raw: str, fields: object) -> Record:
        if not self.faults and not isinstance(fields, dict):
            holds_leads = isinstance(fields, list) and any(isinstance(each, dict) for each in fields)
            fix = "give each lead a line, or read the array in the format `json`" if holds_leads else _AN_OBJECT
            self.fault("LR424", f"{show(fields)} is no lead", fix)
        self.faults[:0] = _not_utf8(raw, self.where)
        held: Any = {} if self.faults else fields
        return Record(line=line, raw=raw, read=lines.read, fields=held, faults=tuple(self.faults))

    def only_value(self) -> object:
        """Return the value that the text holds, and nothing beside it."""
        found, end = self.value(_past(self.text, 0, " \t"))
        if not self.faults and self.text[end:].strip():
            self.fault(
                "LR422", f"more than one value: {show(self.text[end:].strip())} follows", "give each lead a line"
            )
        return found

    def value(self, position: int) -> tuple[object, int]:
        """Return the value at a position and where it ends: at the text's end where it is no JSON."""
        decoder = json.JSONDecoder(
            object_pairs_hook=self.pairs, parse_float=self.number, parse_int=self.whole, parse_constant=self.uncountable
        )
        try:
            return decoder.raw_decode(self.text, position)
        except json.JSONDecodeError as error:
            before = self.text.rfind("\n", 0, error.pos) + 1
            what = error.msg.removesuffix(" at")
            message = f"not JSON: {what}, at character {error.pos - before + 1} of its line"
            self.fault("LR422", message, "quote keys and text with \", and write \\n for a line's end inside text")
        except RecursionError:
            self.fault("LR422", "JSON that nests too deep", "give a lead's facts side by side")
        return {}, len(self.text)

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        held: dict[str, Any] = {}
        for key, value in pairs:
            if key in held:
                self.fault("LR423", f"key {show(key)} is given twice", "keep one of them")
            held[key] = value
        return held

    def number(self, digits: str) -> Decimal | None:
        try:
            return Decimal(digits)
        except InvalidOperation:
            self.uncountable(digits)
        return None

    def whole(self, digits: str) -> int | None:
        try:
            return int(digits)
        except ValueError:
            self.uncountable(digits)
        return None

    def uncountable(self, written: str) -> None:
        self.fault("LR425", f"{show(written)} is not a number that can be counted", "leave the fact out, or write null")


def _not_utf8(raw: str, where: str) -> Iterator[Fault]:
    byte = next((character for character in raw if "\udc80" <= character <= "\udcff"), None)
    if byte is not None:
        message = f"byte 0x{ord(byte) - 0xDC00:02X} is not UTF-8"
        yield Fault(code="LR420", message=message, where=where, fix="save the file as UTF-8")


def _rows(lines: _Lines, name: str) -> Iterator[Record]:
    """Yield the rows below the heading; cells stay text, empty ones are missing."""
    sheet = _Sheet(lines, name)
    heading = sheet.heading()
    for line, raw, cells, refusal in sheet.rows():
        if not any(cells) and refusal is None:
            continue
        where = f"{name}:{line}"
        faults = list(_not_utf8(raw, where))
        fits = len(cells) == len(heading)
        problem = refusal or (None if fits else f"{len(cells)} cells stand below a heading of {len(heading)}")
        if problem is not None:
            faults.append(Fault(code="LR426", message=problem, where=where, fix='quote a cell with separators: "a, b"'))
        fields = {} if faults else {key: cell for key, cell in zip(heading, cells, strict=True) if cell}
        yield Record(line=line, raw=raw, read=lines.read, fields=fields, faults=tuple(faults))


@define
class _Sheet:
    """A CSV file being read; a cell may hold the ends of lines."""

    lines: _Lines
    name: str
    _taken: list[str] = field(factory=list)
    _source: Iterator[str] = field(init=False)
    _separator: str = ","

    def __attrs_post_init__(self) -> None:
        self._source = iter(self.lines)

    def heading(self) -> list[str]:
        """Return the names of the columns."""
        text = next((line for line in self._source if line.strip()), "")
        self._separator = ";" if text.count(";") > text.count(",") else ","
        where = f"{self.name}:{max(1, self.lines.number)}"
        faults = list(_not_utf8(text, where))
        problem, names = "the file is empty", []
        try:
            cells = next(csv.reader([text], delimiter=self._separator, strict=True), [])
            names = [cell.strip() for cell in cells]
        except csv.Error as error:
            problem = f"not CSV: {error}"
        if not names:
            faults.append(Fault(code="LR427", message=problem, where=where, fix="begin with a heading: source,product"))
        if any("\t" in each for each in names):
            fix = "save it with commas or semicolons between them"
            faults.append(Fault(code="LR427", message="tabs part the columns", where=where, fix=fix))
        for position, each in enumerate(names):
            if not each or each in names[:position]:
                what = f"column {show(each)} is given twice" if each else f"column {position + 1} has no name"
                faults.append(Fault(code="LR427", message=what, where=where, fix="give each column one name"))
        if faults:
            raise FactsError(faults, raw=text)
        return names

    def rows(self) -> Iterator[tuple[int, str, list[str], str | None]]:
        """Yield each row: its first line, its text, its cells, and what is wrong with it if they are none."""
        reader = csv.reader(self.taking(), delimiter=self._separator, strict=True)
        while True:
            line = self.lines.number + 1
            try:
                cells, problem = [cell.strip() for cell in next(reader)], None
            except StopIteration:
                return
            except csv.Error as error:
                cells, problem = [], f"not CSV: {error}"
            raw = "\n".join(self._taken)
            self._taken.clear()
            yield line, raw, cells, problem

    def taking(self) -> Iterable[str]:
        for text in self._source:
            self._taken.append(text)
            yield f"{text}\n"


_READERS: dict[Format, Callable[[_Lines, str], Iterator[Record]]] = {
    "jsonl": _json_lines,
    "json": _json_values,
    "csv": _rows,
}
