"""Business hours: named windows of the week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attrs import field, frozen

from leadrouter.readonly import read_only
from leadrouter.vocabulary import WEEKDAYS
from leadrouter.zone import takes_effect


@frozen
class Window:
    """A stretch `[opens, closes)` of the days on which it starts.

    Where it closes at or before its opening it ends on the next day; equal times are 24 hours.
    """

    days: frozenset[str]
    opens: time
    closes: time

    def holds(self, at: datetime, tz: ZoneInfo) -> bool:
        """Say whether an instant lies in the window, by the zone's local times."""
        today = at.astimezone(tz).date()  # a clock set back over midnight has been in tomorrow before
        return any(self._covers(at, today + timedelta(days=days), tz) for days in (-1, 0, 1))

    def _covers(self, at: datetime, day: date, tz: ZoneInfo) -> bool:
        if WEEKDAYS[day.weekday()] not in self.days:
            return False
        last = day + timedelta(days=1) if self.closes <= self.opens else day
        return takes_effect(day, self.opens, tz) <= at < takes_effect(last, self.closes, tz)


@frozen
class Hours:
    """A named business-hours calendar: open where any of its windows holds."""

    name: str
    windows: tuple[Window, ...]

    def holds(self, at: datetime, tz: ZoneInfo) -> bool:
        """Say whether an instant lies in business hours."""
        return any(window.holds(at, tz) for window in self.windows)


@frozen
class Calendar:
    """What conditions need to count with time: the pack's zone and its business hours by name."""

    tz: ZoneInfo
    hours: Mapping[str, Hours] = field(factory=dict, converter=read_only, hash=False)
