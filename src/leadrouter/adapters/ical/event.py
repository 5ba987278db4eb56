"""One event of a calendar: when it begins and ends by which clock, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, TypeAlias, cast

from attrs import define, field, frozen

from leadrouter.adapters.ical.lines import Block
from leadrouter.adapters.ical.rule import LAST_YEAR
from leadrouter.adapters.ical.zones import Zones, clock_face, instant
from leadrouter.errors import Fault

Component: TypeAlias = Any
"""An event as icalendar has it, which types each property as one of thirty kinds."""

Wall: TypeAlias = date | datetime
"""What a clock shows, without a zone; a date for events that last whole days."""

_YEARS = range(1970, LAST_YEAR + 1)
_TIMES = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "RDATE", "EXDATE", "RRULE", "SEQUENCE")
_ONCE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "SEQUENCE")
_ZONE = "X-ZONE"
_TZID = re.compile(rf"^((?:{'|'.join(_TIMES)})[^:\r\n]*?);TZID=", re.MULTILINE | re.IGNORECASE)
_FIX = "write it as 20260302T090000Z, or as 20260302 with VALUE=DATE"
_FIXES = {
    "DURATION": "write it as PT8H",
    "RRULE": "write it as FREQ=WEEKLY;BYDAY=MO",
    "SEQUENCE": "give a whole number",
}
_NOMINAL = re.compile(r"\+?P(?:(\d+)W)?(?:(\d+)D)?")
_DAY = timedelta(days=1)
_LONGEST = timedelta(days=36_525)


@frozen
class Moment:
    """A local time or a date, and the zone whose clock it is by."""

    wall: Wall
    tz: tzinfo

    def by(self, tz: tzinfo) -> Wall:
        """Return what another zone's clock shows then; a date stays that date."""
        if tz is self.tz or not isinstance(self.wall, datetime):
            return self.wall
        return clock_face(self.at, tz)

    def at_midnight(self) -> Moment:
        """Return the time at which a date begins; a time is itself."""
        return self if isinstance(self.wall, datetime) else Moment(datetime.combine(self.wall, time()), self.tz)

    @property
    def at(self) -> datetime:
        """The instant, in UTC."""
        return instant(self.wall, self.tz)


_EPOCH = Moment(datetime(1970, 1, 1), UTC)  # noqa: DTZ001  # a wall clock has no zone


@frozen(kw_only=True)
class Event:
    """An event as it was written. `rules`, `added` and `left_out` make it recur."""

    number: int
    block: Block
    component: Component = field(repr=False)
    start: Moment
    finish: Moment | None
    duration: timedelta | None
    recurrence: Moment | None
    rules: tuple[Any, ...] = ()
    added: tuple[Moment | tuple[Moment, Moment], ...] = ()
    left_out: tuple[Moment, ...] = ()
    is_cancelled: bool = False

    @property
    def uid(self) -> str | None:
        """The calendar's name for it; all instances of a series share one."""
        return _first(self.component, "UID")

    @property
    def title(self) -> str:
        """What people call it."""
        return _first(self.component, "SUMMARY") or "without a title"

    @property
    def sequence(self) -> int:
        """How often it was revised."""
        return int(self.component.get("SEQUENCE", 0))

    @property
    def is_alone(self) -> bool:
        """Whether it happens once, as it is written."""
        return not (self.rules or self.added or self.left_out)

    @property
    def moves_what_follows(self) -> bool:
        """Whether it stands for an instance of a series and for all after it."""
        recurrence = self.component.get("RECURRENCE-ID")
        return recurrence is not None and recurrence.params.get("RANGE", "").upper() == "THISANDFUTURE"

    @property
    def wall_end(self) -> Wall:
        """What the clock of the start's zone shows at the end."""
        if self.finish is not None:
            return self.finish.by(self.start.tz)
        if self.duration is not None:
            return self.start.wall + self.duration
        return self.start.wall if isinstance(self.start.wall, datetime) else self.start.wall + _DAY

    def end_of(self, wall: Wall, wall_end: Wall, tz: tzinfo) -> datetime:
        """Return when an instance that starts and ends at these local times ends, in UTC.

        Days of a DURATION are days of the calendar; hours, minutes and seconds of it have passed exactly.
        Source: RFC 5545, section 3.3.6.
        """
        if self.duration is None or wall + self.duration != wall_end:
            return instant(wall_end, tz)
        nominal = self._nominal
        return instant(wall + nominal, tz) + (self.duration - nominal)

    @property
    def _nominal(self) -> timedelta:
        """The part of the duration that is written in weeks and days."""
        written = _NOMINAL.match(self.block.first("DURATION") or "")
        weeks, days = (int(each or 0) for each in written.groups()) if written else (0, 0)
        return timedelta(weeks=weeks, days=days)

    @property
    def span(self) -> tuple[datetime, datetime]:
        """When it begins and ends as it is written, in UTC."""
        end = self.finish.at if self.finish else self.end_of(self.start.wall, self.wall_end, self.start.tz)
        return self.start.at, end


@define
class EventReader:
    """Reads events; faults are collected."""

    faults: list[Fault] = field(factory=list)

    def events(self, calendars: list[Block], zones: list[Zones]) -> Iterator[Event]:
        """Yield the events of some calendars that can be read."""
        number = 0
        for calendar, each in zip(calendars, zones, strict=True):
            is_cancelled = (calendar.first("METHOD") or "").upper() == "CANCEL"
            for block in calendar.parts:
                if block.name == "VEVENT":
                    event = _Reading(block, each, self.faults).event(number, is_cancelled=is_cancelled)
                    number += 1
                    if event is not None:
                        yield event


@frozen
class _Reading:
    """One event being read."""

    block: Block
    zones: Zones
    faults: list[Fault]

    def event(self, number: int, *, is_cancelled: bool) -> Event | None:
        before = len(self.faults)
        component = component_of(self.block)
        for name in sorted({name for name, _ in component.errors if name in _TIMES}):
            self.unreadable(name)
        if "DTSTART" not in component:
            self.fault("LR744", "the event lacks `DTSTART`", "BEGIN", "say when it begins")
        for name in _ONCE:
            if isinstance(component.get(name), list):
                self.fault("LR744", f"`{name}` is given twice", name, "keep one of them")
        if len(self.faults) > before:
            return None
        start, finish = cast("Moment", self.moment(component, "DTSTART")), self.moment(component, "DTEND")
        duration = self.duration(component)
        event = Event(
            number=number,
            block=self.block,
            component=component,
            start=start.at_midnight() if duration is not None and duration % _DAY else start,
            finish=finish,
            duration=duration,
            recurrence=self.moment(component, "RECURRENCE-ID"),
            rules=tuple(_listed(component.get("RRULE"))),
            added=tuple(self.moments(component, "RDATE")),
            left_out=cast("tuple[Moment, ...]", tuple(self.moments(component, "EXDATE"))),
            is_cancelled=is_cancelled or (_first(component, "STATUS") or "").upper() == "CANCELLED",
        )
        return event if len(self.faults) == before else None

    def fault(self, code: str, message: str, name: str, fix: str | None = None) -> None:
        self.faults.append(Fault(code=code, message=message, where=self.block.where(name), fix=fix))

    def moment(self, component: Component, name: str) -> Moment | None:
        written = component.get(name)
        return None if written is None else self._moment(written.dt, self.zone(name, written.params), name)

    def duration(self, component: Component) -> timedelta | None:
        """Return how long the event is, where it says so and does not say when it ends."""
        if "DURATION" not in component or "DTEND" in component:
            return None
        return self.length(component["DURATION"].dt, "DURATION")

    def length(self, value: Any, name: str) -> timedelta:
        """Return a length of time that no calendar is too short for."""
        if not isinstance(value, timedelta) or abs(value) > _LONGEST:
            self.unreadable(name)
            return timedelta()
        return value

    def unreadable(self, name: str) -> None:
        self.fault("LR744", f"`{name}` cannot be read: `{self.block.first(name)}`", name, _FIXES.get(name, _FIX))

    def moments(self, component: Component, name: str) -> Iterator[Moment | tuple[Moment, Moment]]:
        """Yield the times of a property that holds several; a period is its start and its end."""
        for written in _listed(component.get(name)):
            tz = self.zone(name, written.params)
            for each in written.dts:
                if not isinstance(each.dt, tuple):
                    yield self._moment(each.dt, tz, name)
                    continue
                first, last = each.dt
                start = self._moment(first, tz, name)
                end = last if isinstance(last, datetime) else first + self.length(last, name)
                yield start, self._moment(end, tz, name)

    def zone(self, name: str, params: Any) -> tzinfo | None:
        """Return the zone that a property names; None where it names none."""
        written = params.get(_ZONE)
        if written is None:
            return None
        tz = self.zones.named(str(written))
        if tz is None:
            fix = "write an IANA name such as Europe/Moscow, or define it in a VTIMEZONE"
            self.fault("LR747", f"unknown zone `{written}`", name, fix)
        return tz

    def _moment(self, value: Any, named: tzinfo | None, name: str) -> Moment:
        if not isinstance(value, date):  # a time of no day, a length of time, a period
            self.unreadable(name)
            return _EPOCH
        if value.year not in _YEARS:
            self.fault("LR744", f"`{name}` lies outside the years {_YEARS[0]} to {_YEARS[-1]}", name)
        if not isinstance(value, datetime):
            return Moment(value, self.zones.floating)
        tz = named or self.zones.floating if value.tzinfo is None else UTC
        return Moment(value.replace(tzinfo=None), tz)


def component_of(block: Block) -> Component:
    """Return an event as icalendar reads it, times as they are written: zones are not its business."""
    from icalendar import Event

    return Event.from_ical(_TZID.sub(rf"\1;{_ZONE}=", block.text()))


def _first(component: Component, name: str) -> str | None:
    """Return a property as text, the first one where it stands several times."""
    return next((str(value) for value in _listed(component.get(name))), None)


def _listed(value: Any) -> list[Any]:
    """Return a property that may stand several times as a list."""
    return [] if value is None else value if isinstance(value, list) else [value]
