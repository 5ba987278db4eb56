"""The zones that a calendar names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, tzinfo
from typing import cast
from zoneinfo import ZoneInfo

from attrs import field, frozen

from leadrouter.adapters.ical.lines import Block
from leadrouter.zone import takes_effect, zone


@frozen
class Zones:
    """The zones of one calendar. `floating` is for times and dates without one."""

    floating: tzinfo
    written: dict[str, Block] = field(repr=False)
    """The calendar's own definitions, by name."""

    @classmethod
    def of(cls, calendar: Block, tz: ZoneInfo) -> Zones:
        """Return the zones of a calendar; `X-WR-TIMEZONE` is its own word for times without a zone."""
        written = {block.first("TZID") or "": block for block in calendar.parts if block.name == "VTIMEZONE"}
        zones = cls(tz, written)
        own = zones.named(calendar.first("X-WR-TIMEZONE") or "")
        return zones if own is None else cls(own, written)

    def named(self, name: str) -> tzinfo | None:
        """Return a zone by the name that a calendar gives it; None where nobody knows it.

        IANA names come first, with the rules of `tzdata`; then those of Windows, then IANA names behind
        the name of a program (`/example.com/Europe/Moscow`), then what the calendar itself defines.
        """
        for candidate in _candidates(name):
            try:
                return zone(candidate)
            except KeyError:
                continue
        return self._defined(name)

    def _defined(self, name: str) -> tzinfo | None:
        from icalendar import Timezone
        from icalendar.timezone.tzp import TZP

        block = self.written.get(name)
        if block is None:
            return None
        try:
            tz: tzinfo = cast("Timezone", Timezone.from_ical(block.text(with_parts=True))).to_tz(
                TZP(), lookup_tzid=False
            )
            return tz
        except ValueError:
            return None  # the fault is told where the name is used


def _candidates(name: str) -> Iterator[str]:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    bare = name.strip("/")
    yield bare
    if bare in WINDOWS_TO_OLSON:
        yield WINDOWS_TO_OLSON[bare]
    if name.startswith("/"):
        parts = bare.split("/")
        yield from ("/".join(parts[first:]) for first in range(1, len(parts)))


def instant(moment: date | datetime, tz: tzinfo) -> datetime:
    """Return when a date begins or a clock shows a time, in UTC.

    >>> instant(date(2026, 3, 29), zone("Europe/Berlin")).isoformat()
    '2026-03-28T23:00:00+00:00'
    """
    day, clock = (moment.date(), moment.time()) if isinstance(moment, datetime) else (moment, time())
    return takes_effect(day, clock, cast("ZoneInfo", tz))


def clock_face(at: datetime, tz: tzinfo) -> datetime:
    """Return what the clock of a zone shows at an instant, without the zone."""
    return at.astimezone(tz).replace(tzinfo=None)
