"""Duties drawn as weeks: a line a day, by the clock of one zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from leadrouter.cli.console import printable

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rich.console import Console
    from rich.text import Text

    from leadrouter.roster.workdays import Workdays

COLOURS = (
    "color(116)",
    "color(150)",
    "color(222)",
    "color(182)",
    "color(216)",
    "color(110)",
    "color(186)",
    "color(175)",
)
"""Backgrounds for people; red is for gaps alone."""

_DAY = timedelta(days=1)
_LABEL = 8
_WIDEST = 4
_GAP, _IDLE = "░", "·"


@frozen(kw_only=True)
class Stretch:
    """People have duty over `[start, end)`, in UTC. Without people it is a gap; idle where nobody is needed."""

    people: tuple[str, ...]
    start: datetime
    end: datetime
    is_idle: bool = False


@frozen
class _Piece:
    """A part of a line: its columns, what stands in it, how it looks, and when it was handed over on that day."""

    first: int
    last: int
    words: str
    style: str
    fill: str
    since: str | None


@define
class Weeks:
    """Draws stretches on a console; `colours` are people's, `scale` the columns of an hour."""

    console: Console
    tz: ZoneInfo
    workdays: Workdays
    colours: Mapping[str, str]
    scale: int = field(init=False)
    _first: Stretch | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        room = (self.console.width - _LABEL) // 24
        self.scale = min(max(room, 1), _WIDEST)

    def draw(self, stretches: Iterable[Stretch], first: date, last: date) -> None:
        """Draw the days `first` to `last`, week by week, each under its number and the hours."""
        known = list(stretches)
        self._first = next(iter(known), None)
        day = first
        while day <= last:
            if day == first or day.weekday() == 0:
                self.heading(day, min(last, day + (6 - day.weekday()) * _DAY))
            self.day(day, known)
            day += _DAY

    def heading(self, first: date, last: date) -> None:
        """Draw the number of a week, its dates, and the hours of a day."""
        from rich.text import Text

        year, week, _ = first.isocalendar()
        dates = f"{_date(first)} – {_date(last)} {last.year}" if last > first else f"{_date(first)} {first.year}"
        self.console.print()
        self.console.print(Text.assemble((f"week {year}-W{week:02}", "bold"), (f"  {dates}", "dim")))
        hours = "".join(f"{hour:02}".ljust(3 * self.scale) for hour in range(0, 24, 3))
        self.console.print(Text(" " * _LABEL + hours.rstrip(), "dim"))

    def day(self, day: date, stretches: Iterable[Stretch]) -> None:
        """Draw one day; below it, hand-over times for which the line has no room, and what the clock does."""
        from rich.text import Text

        start, end = _begins(day, self.tz), _begins(day + _DAY, self.tz)
        pieces = list(self.pieces([each for each in stretches if each.start < end and each.end > start], start, end))
        line = Text(f"{day:%a} {day.day:2}".ljust(_LABEL), "bold" if self.workdays.is_workday(day) else "dim")
        below: list[tuple[int, str]] = []
        for piece in pieces:
            words = _fitting(piece)
            line.append("│" if piece.since else piece.fill, "dim" if piece.since else piece.style)
            line.append(words.ljust(piece.last - piece.first - 1, piece.fill), piece.style)
            if piece.since is not None and piece.since not in words:
                below.append((piece.first, piece.since))
        line.rstrip()
        self.console.print(line)
        for times in _rows(below):
            self.console.print(Text(" " * _LABEL + times, "dim"))
        for change in _changes(start, end, self.tz):
            self.console.print(Text(" " * _LABEL + change, "yellow"))

    def pieces(self, stretches: Iterable[Stretch], start: datetime, end: datetime) -> Iterator[_Piece]:
        """Yield the parts of a day's line, none of them empty, each where the one before ends."""
        known, width = list(stretches), 24 * self.scale
        at = 0 if not known else self.column(known[0].start, start, end)
        if at:
            yield _Piece(0, at, "", "", " ", None)
        for number, each in enumerate(known):
            left = len(known) - number - 1
            last = min(max(self.column(each.end, start, end), at + 1), width - left)
            is_taken = each.start > start or (each.start == start and each is not self._first)
            since = f"{each.start.astimezone(self.tz):%H:%M}" if is_taken else None
            yield _Piece(at, last, printable(", ".join(each.people)), self.style(each), _fill(each), since)
            at = last

    def column(self, at: datetime, start: datetime, end: datetime) -> int:
        """Return the column in which an instant lies by the clock, within its day."""
        if at <= start:
            return 0
        if at >= end:
            return 24 * self.scale
        local = at.astimezone(self.tz)
        return (local.hour * 60 + local.minute) * self.scale // 60

    def style(self, stretch: Stretch) -> str:
        """Return how a stretch looks: by the first of its people, or as a gap."""
        if stretch.people:
            return f"black on {self.colours[stretch.people[0]]}"
        return "dim" if stretch.is_idle else "bold red"


def legend(stretches: Iterable[Stretch], colours: Mapping[str, str]) -> Text:
    """Return who has how many hours, and how many nobody has."""
    from rich.text import Text

    hours: dict[str, timedelta] = {}
    for each in stretches:
        for name in each.people or (("",) if not each.is_idle else ()):
            hours[name] = hours.get(name, timedelta()) + (each.end - each.start)
    text = Text()
    for name in (*colours, ""):
        if name in hours:
            style = f"black on {colours[name]}" if name else "bold red"
            text.append("  " if text else "")
            text.append(f" {printable(name)} " if name else f"{_GAP} gap", style)
            text.append(f" {clocked(hours[name])}")
    return text


def clocked(length: timedelta) -> str:
    """Return a length of time in hours and minutes.

    >>> clocked(timedelta(days=2, minutes=30))
    '48:30'
    """
    minutes = round(length / timedelta(minutes=1))
    return f"{'-' if minutes < 0 else ''}{abs(minutes) // 60}:{abs(minutes) % 60:02}"


def _fill(stretch: Stretch) -> str:
    return " " if stretch.people else _IDLE if stretch.is_idle else _GAP


def _fitting(piece: _Piece) -> str:
    """Return what of a piece's words fits: time and people, people alone, or the beginning of their names."""
    room = piece.last - piece.first - 1
    for words in (f"{piece.since or ''} {piece.words}".strip(), piece.words):
        if len(words) <= room:
            return words
    return f"{piece.words[: room - 1]}…" if room > 1 else ""


def _rows(times: Iterable[tuple[int, str]]) -> list[str]:
    """Return lines with times at their columns, as few as there is room for them."""
    rows: list[str] = []
    for column, time in times:
        for number, row in enumerate(rows):
            if not row or len(row) < column:
                rows[number] = row.ljust(column) + time
                break
        else:
            rows.append(" " * column + time)
    return rows


def _begins(day: date, tz: ZoneInfo) -> datetime:
    from leadrouter.roster.boundary import begins

    return begins(day, tz)


def _changes(start: datetime, end: datetime, tz: ZoneInfo) -> Iterator[str]:
    """Say how the clock is changed over a day, if it is."""
    before, after = (at.astimezone(tz).utcoffset() or timedelta() for at in (start, end))
    if before != after:
        seconds = range(int((end - start).total_seconds()))
        changed = next(
            each for each in seconds if (start + timedelta(seconds=each)).astimezone(tz).utcoffset() == after
        )
        at = (start + timedelta(seconds=changed)).astimezone(UTC) + before
        how = "forward" if after > before else "back"
        yield f"the clock goes {how} {clocked(abs(after - before))} at {at:%H:%M}"


def _date(day: date) -> str:
    return f"{day.day} {day:%b}"
