"""Windows: the hours of the day or of the week that a layer covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from attrs import field, frozen

from leadrouter.roster.boundary import DAY, MIDNIGHT
from leadrouter.roster.workdays import Workdays
from leadrouter.span import Span
from leadrouter.vocabulary import WEEKDAYS
from leadrouter.zone import takes_effect

LONGEST = timedelta(days=8)
"""No window is longer: a week, and the day that a clock change may add."""


@frozen(kw_only=True)
class Window:
    """A stretch `[opens, closes)` that belongs to the local date on which it starts.

    `days` are weekdays, `workdays` and `daysoff`, any of which will do; None is every day. It closes
    `nights` dates after the one on which it opens.
    """

    days: frozenset[str] | None = None
    opens: time
    closes: time
    nights: int
    where: Span | None = field(default=None, eq=False, repr=False)

    def starts_on(self, day: date, workdays: Workdays) -> bool:
        """Say whether the window opens on a local date."""
        if self.days is None or WEEKDAYS[day.weekday()] in self.days:
            return True
        return ("workdays" if workdays.is_workday(day) else "daysoff") in self.days

    def on(self, day: date, tz: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the stretch that starts on a date, in UTC; an empty one where a clock change swallows it."""
        return takes_effect(day, self.opens, tz), takes_effect(day + self.nights * DAY, self.closes, tz)


class Opening(NamedTuple):
    """A window on one date: that date and the stretch in UTC."""

    day: date
    start: datetime
    end: datetime


def daily(days: frozenset[str] | None, opens: time, closes: time, where: Span | None = None) -> Window:
    """Return a window of the day; `closes <= opens` closes on the next day, equal times are 24 hours."""
    return Window(days=days, opens=opens, closes=closes, nights=int(closes <= opens), where=where)


def weekly(first: tuple[str, time], last: tuple[str, time], where: Span | None = None) -> Window:
    """Return a window of the week, from a weekday and time to another; the same twice is a whole week.

    >>> weekly(("fri", time(18)), ("mon", time(9))).nights
    3
    """
    (opens_on, opens), (closes_on, closes) = first, last
    nights = (WEEKDAYS.index(closes_on) - WEEKDAYS.index(opens_on)) % len(WEEKDAYS)
    if nights == 0 and closes <= opens:
        nights = len(WEEKDAYS)
    return Window(days=frozenset({opens_on}), opens=opens, closes=closes, nights=nights, where=where)


def openings(windows: Iterable[Window], first: date, last: date, tz: ZoneInfo, workdays: Workdays) -> Iterator[Opening]:
    """Yield the openings on the dates `first` to `last`, in order, without those that are empty."""
    ordered = sorted(windows, key=lambda window: (window.opens, window.nights, window.closes))
    day = first
    while day <= last:
        for window in ordered:
            if window.starts_on(day, workdays):
                start, end = window.on(day, tz)
                if start < end:
                    yield Opening(day, start, end)
        day += DAY


def count(windows: Iterable[Window], first: date, last: date, tz: ZoneInfo, workdays: Workdays) -> int:
    """Count the openings on the dates `first` to `last`, empty ones not among them.

    Only where the clock changes can a window be empty, so that the others need no clock.
    """
    ordered, counted, day = tuple(windows), 0, first
    offsets = [_offset(day, tz), _offset(day + DAY, tz), _offset(day + 2 * DAY, tz)]
    while day <= last:
        starting = sum(window.starts_on(day, workdays) for window in ordered)
        if starting and not offsets[0] == offsets[1] == offsets[2]:
            starting = sum(1 for _ in openings(ordered, day, day, tz, workdays))
        counted += starting
        day += DAY
        offsets = [*offsets[1:], _offset(day + 2 * DAY, tz)]
    return counted


def _offset(day: date, tz: ZoneInfo) -> timedelta | None:
    return datetime.combine(day, MIDNIGHT, tzinfo=tz).utcoffset()
