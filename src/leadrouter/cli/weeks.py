"""Duties drawn as weeks: a line a day, by the clock of one zone."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from leadrouter.cli.console import printable

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rich.console import Console

_COLOURS = (
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
_SECOND = timedelta(seconds=1)
_LABEL = 8
_WIDEST = 4
_GAP, _IDLE = "░", "·"


def colours_of(people: Iterable[str]) -> dict[str, str]:
    """Return each person's colour, the same wherever the person is drawn."""
    return {person: _COLOURS[number % len(_COLOURS)] for number, person in enumerate(people)}


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
    """Draws stretches on a console.

    `is_workday` says which days are worked, `colours` are people's, `scale` the columns of an hour.
    """

    console: Console
    tz: ZoneInfo
    is_workday: Callable[[date], bool]
    colours: Mapping[str, str]
    scale: int = field(init=False)
    _first: Stretch | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        room = (self.console.width - _LABEL) // 24
        self.scale = min(max(room, 1), _WIDEST)

    def draw(self, stretches: Iterable[Stretch], first: date, last: date) -> None:
        """Draw stretches, in their order, on the days `first` to `last`; each week has its number and the hours."""
        known = list(stretches)
        starts, ends = [each.start for each in known], [each.end for each in known]
        self._first = next(iter(known), None)
        day = first
        while day <= last:
            if day == first or day.weekday() == 0:
                self.heading(day, min(last, day + (6 - day.weekday()) * _DAY))
            start, end = _begins(day, self.tz), _begins(day + _DAY, self.tz)
            inside = known[bisect_right(ends, start) : bisect_left(starts, end)] if start < end else []
            self.day(day, start, end, inside)
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

    def day(self, day: date, start: datetime, end: datetime, inside: Iterable[Stretch]) -> None:
        """Draw one day; below it, hand-over times for which the line has no room, and what the clock does."""
        from rich.text import Text

        pieces = self.pieces(inside, start, end)
        line = Text()
        line.append(f"{day:%a} {day.day:2}".ljust(_LABEL), "bold" if self.is_workday(day) else "dim")
        below: list[tuple[int, str]] = []
        for piece in pieces:
            words = _fitting(piece)
            line.append("│" if piece.since else piece.fill, "dim" if piece.since else piece.style)
            line.append(words.ljust(piece.last - piece.first - 1, piece.fill), piece.style)
            if piece.since is not None and piece.since not in words:
                below.append((min(piece.first, 24 * self.scale - len(piece.since)), piece.since))
        if self.console.color_system is None:
            line.rstrip()
        self.console.print(line)
        for times in _rows(below):
            self.console.print(Text(" " * _LABEL + times, "dim"))
        for change in _changes(start, end, self.tz):
            self.console.print(Text(" " * _LABEL + change, "yellow"))

    def pieces(self, stretches: Iterable[Stretch], start: datetime, end: datetime) -> Iterator[_Piece]:
        """Yield the parts of a day's line, none of them empty, each where the one before ends."""
        known, width = list(stretches), 24 * self.scale
        at = max(0, min(self.column(known[0].start, start, end), width - len(known))) if known else 0
        if at:
            yield _Piece(0, at, "", "", " ", None)
        for number, each in enumerate(known):
            left = len(known) - number - 1
            last = min(max(self.column(each.end, start, end), at + 1), width - left)
            is_taken = each.start > start or (each.start == start and each is not self._first)
            since = f"{each.start.astimezone(self.tz):%H:%M}" if is_taken else None
            if last > at:  # more stretches than columns: the first ones have none
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


def legend(console: Console, stretches: Iterable[Stretch], colours: Mapping[str, str]) -> None:
    """Print who has how many hours, and how many nobody has."""
    from rich.text import Text

    hours: dict[str, timedelta] = {}
    for each in stretches:
        for name in each.people or ((_GAP,) if not each.is_idle else ()):
            hours[name] = hours.get(name, timedelta()) + (each.end - each.start)
    line = Text()
    for name in (*colours, _GAP):
        if name in hours:
            shown, style = (
                (f" {printable(name)} ", f"black on {colours[name]}") if name != _GAP else ("░ gap", "bold red")
            )
            entry = Text.assemble((shown, style), f" {clocked(hours[name])}")
            if line and len(line) + len(entry) + 2 > console.width:
                console.print(line)
                line = Text()
            line.append("  " if line else "")
            line.append_text(entry)
    console.print(line)


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
    gap = "" if piece.words else " "
    for words in (f"{piece.since or ''} {piece.words}".strip() + gap, piece.words):
        if len(words) <= room:
            return words if piece.since or piece.words else ""
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
    """Say how the clock is changed in `[start, end)`, if it is."""

    def offset(at: datetime) -> timedelta:
        return at.astimezone(tz).utcoffset() or timedelta()

    before, after = offset(start - _SECOND), offset(end - _SECOND)
    if before != after and start < end:
        seconds = range(int((end - start) / _SECOND))
        changed = start + _SECOND * bisect_left(seconds, True, key=lambda each: offset(start + _SECOND * each) == after)
        how = "forward" if after > before else "back"
        yield f"the clock goes {how} {clocked(abs(after - before))} at {changed + before:%H:%M}"


def _date(day: date) -> str:
    return f"{day.day} {day:%b}"
