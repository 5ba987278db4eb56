"""A clock that stands still until it is told to go on."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import define, field

from leadrouter.testing.cases import DEFAULT_AT
from leadrouter.zone import in_utc


@define
class FixedClock:
    """A clock for tests: what it shows is passed to the router as `at`.

    >>> clock = FixedClock()
    >>> clock.pass_time(hours=2).isoformat(), clock.now().isoformat()
    ('2026-03-02T11:00:00+00:00', '2026-03-02T11:00:00+00:00')
    """

    _now: datetime = field(default=DEFAULT_AT, converter=in_utc)

    def now(self) -> datetime:
        """Return the instant that the clock shows, in UTC."""
        return self._now

    def pass_time(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Let time pass; return the instant that the clock shows then.

        Raises:
            ValueError: time would run backwards.
        """
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if step < timedelta(0):
            raise ValueError(f"{step} would turn the clock back; make another clock")
        self._now += step
        return self._now
