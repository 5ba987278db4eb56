"""Time that counts only while somebody is at work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import field, frozen

from leadrouter.hours import Hours, opening
from leadrouter.vocabulary import WEEKDAYS
from leadrouter.zone import in_utc

_DAY = timedelta(days=1)


@frozen(kw_only=True)
class BusinessTime:
    """A clock that stands still outside business hours.

    `hours` are the windows of the week, in the local time of `tz`; None is around the clock. Nothing
    opens on a day off; on an extra working day the windows of Monday open. What opened on the day
    before still closes at its time.

    Time is counted as it really passes: a night shift is an hour shorter when clocks are set forward
    in it, an hour longer when they are set back.

    >>> from datetime import time
    >>> from leadrouter.hours import Window
    >>> from leadrouter.zone import zone
    >>> office = Hours("office", (Window(frozenset(WEEKDAYS[:5]), time(9), time(18)),))
    >>> clock = BusinessTime(hours=office, tz=zone("Europe/Moscow"))
    >>> friday = datetime(2026, 3, 6, 17, 45, tzinfo=zone("Europe/Moscow"))
    >>> str(clock.after(friday, timedelta(minutes=30)).astimezone(clock.tz))
    '2026-03-09 09:15:00+03:00'
    """

    hours: Hours | None
    tz: ZoneInfo
    days_off: frozenset[date] = field(default=frozenset(), repr=False)
    extra_workdays: frozenset[date] = field(default=frozenset(), repr=False)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Return how much business time lies in `[start, end)`; nothing where it ends before it starts.

        Raises:
            NaiveTimeError: an instant has no zone.

        Cost: the number of days between them.
        """
        first, last = in_utc(start), in_utc(end)
        if self.hours is None:
            return max(last - first, timedelta())
        total = timedelta()
        for begins, ends in self._open(first):
            if begins >= last:
                break
            total += min(ends, last) - begins
        return total

    def after(self, start: datetime, amount: timedelta) -> datetime:
        """Return the first instant, in UTC, by which an amount of business time has passed since the start.

        What ends with the day ends at closing, not at the next opening. No amount has passed at once.

        Args:
            start: an aware instant.
            amount: not negative.

        Raises:
            NaiveTimeError: the start has no zone.
            ValueError: the amount does not pass before the year 9999: the hours never open.

        Cost: the number of days in between.
        """
        first = in_utc(start)
        if self.hours is None or not amount:
            return first + amount
        rest = amount
        for begins, ends in self._open(first):
            if rest <= ends - begins:
                return begins + rest
            rest -= ends - begins
        raise ValueError(f"{amount} of business time never passes after {start.isoformat()}")

    def is_open(self, at: datetime) -> bool:
        """Say whether the clock runs at an instant."""
        return self.elapsed(at, in_utc(at) + timedelta.resolution) > timedelta()

    def _open(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the stretches from the start on in which it is open, in order; they touch but never overlap."""
        reached = start
        for opens, closes in self._windows(start):
            begins = max(opens, reached)
            if begins < closes:
                yield begins, closes
                reached = closes

    def _windows(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the windows of each day by their opening, until there are no more years."""
        hours = self.hours
        if hours is None or not any(window.days for window in hours.windows):
            return
        day = start.astimezone(self.tz).date() - 2 * _DAY  # a clock set back over midnight repeats a day
        while day < _LAST:
            named = self._named(day)
            yield from sorted(opening(each, day, self.tz) for each in hours.windows if named in each.days)
            day += _DAY

    def _named(self, day: date) -> str | None:
        """Return the weekday whose windows open on a day."""
        if day in self.days_off:
            return None
        return WEEKDAYS[0] if day in self.extra_workdays else WEEKDAYS[day.weekday()]


_LAST = date(9999, 12, 1)
