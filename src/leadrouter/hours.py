"""Business hours: named windows of the week."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from attrs import field, frozen

from leadrouter.document import Document, Node
from leadrouter.errors import did_you_mean
from leadrouter.readonly import read_only
from leadrouter.vocabulary import WEEKDAYS
from leadrouter.zone import takes_effect

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@frozen(cache_hash=True)
class Window:
    """A stretch `[opens, closes)` of the days on which it starts.

    Where it closes at or before its opening it ends on the next day; equal times are 24 hours.
    """

    days: frozenset[str]
    opens: time
    closes: time

    def holds(self, at: datetime, tz: ZoneInfo, days_off: Container[date] = ()) -> bool:
        """Say whether an instant lies in the window, by the zone's local times; on a day off it does not start."""
        today = at.astimezone(tz).date()  # a clock set back over midnight has been in tomorrow before
        days = [today + timedelta(days=days) for days in (-1, 0, 1)]
        return any(self._covers(at, day, tz) for day in days if day not in days_off)

    def _covers(self, at: datetime, day: date, tz: ZoneInfo) -> bool:
        if WEEKDAYS[day.weekday()] not in self.days:
            return False
        opens, closes = opening(self, day, tz)
        return opens <= at < closes


@frozen(cache_hash=True)
class Hours:
    """A named business-hours calendar: open where any of its windows holds."""

    name: str
    windows: tuple[Window, ...]

    def holds(self, at: datetime, tz: ZoneInfo, days_off: Container[date] = ()) -> bool:
        """Say whether an instant lies in business hours; none start on a day off."""
        return any(window.holds(at, tz, days_off) for window in self.windows)


@frozen
class Calendar:
    """What conditions need to count with time: the pack's zone and its business hours by name."""

    tz: ZoneInfo
    hours: Mapping[str, Hours] = field(factory=dict, converter=read_only, hash=False)


@lru_cache(maxsize=1024)
def opening(window: Window, day: date, tz: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when a window opens and closes that starts on a day; each lead of a day asks for the same few."""
    last = day + timedelta(days=1) if window.closes <= window.opens else day
    return takes_effect(day, window.opens, tz), takes_effect(last, window.closes, tz)


def read_hours(document: Document, node: Node) -> Iterator[tuple[Node, Hours]]:
    """Yield the business hours of a mapping from names to windows, each with its key."""
    for key, value in document.pairs(node, "`hours`"):
        items = document.items(value, f"hours `{key.value}`")
        windows = [_window(document, item, key.value) for item in items]
        yield key, Hours(key.value, tuple(each for each in windows if each is not None))


def write_hours(hours: Hours) -> list[dict[str, object]]:
    """Return the windows of business hours as they are written, days in the order of the week."""
    return [
        {
            "days": [day for day in WEEKDAYS if day in window.days],
            "from": f"{window.opens:%H:%M}",
            "to": f"{window.closes:%H:%M}",
        }
        for window in hours.windows
    ]


def _window(document: Document, node: Node, name: str) -> Window | None:
    entries = document.entries(node, f"a window of `{name}`", known=("days", "from", "to"), required=("from", "to"))
    days = document.words(entries["days"], "`days`") if "days" in entries else WEEKDAYS
    for day in days:
        if day not in WEEKDAYS:
            document.fault("LR106", f"unknown day `{day}`", entries["days"], did_you_mean(day, WEEKDAYS))
    times = [_clock(document, entries[key]) for key in ("from", "to") if key in entries]
    opens, closes = (*times, None, None)[:2]
    return None if opens is None or closes is None else Window(frozenset(days), opens, closes)


def _clock(document: Document, node: Node) -> time | None:
    text = document.text(node, "a time of day")
    found = None if text is None else _CLOCK.fullmatch(text.value)
    if text is not None and found is None:
        document.fault("LR106", f"`{text.value}` is no time of day", node, 'write "09:00", from 00:00 to 23:59')
    return None if found is None else time(int(found[1]), int(found[2]))
