"""Duties out of a calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from zoneinfo import ZoneInfo

from attrs import define, field

from leadrouter.adapters.ical.attending import Attending, PeopleBy
from leadrouter.adapters.ical.event import Event, EventReader
from leadrouter.adapters.ical.lines import calendars, decoded
from leadrouter.adapters.ical.series import Instance, faults_of, instances, is_followed
from leadrouter.adapters.ical.zones import Zones
from leadrouter.errors import Fault, RosterError
from leadrouter.roster.dated import DatedDuty
from leadrouter.roster.finding import Finding
from leadrouter.roster.person import Person
from leadrouter.span import Span

FOLLOWED = timedelta(days=3_653)
"""How long a series without an end is followed, counted from the last date that its file holds: ten years."""

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(2200, 1, 1, tzinfo=UTC)
_STAMPS = ("DTSTAMP", "LAST-MODIFIED", "CREATED")
_PACKAGES = ("icalendar", "recurring_ical_events")


def read_calendar(
    data: bytes,
    *,
    source: str,
    people: Mapping[str, Person],
    people_by: PeopleBy,
    tz: ZoneInfo,
    start: datetime = _FIRST,
    end: datetime | None = None,
) -> tuple[tuple[DatedDuty, ...], tuple[Finding, ...]]:
    """Return the duties that a calendar gives, and what is odd about its events.

    Cancelled events are none. Ends are exclusive: a whole day ends when the next one begins. A local time
    takes effect at the first instant at which its zone's clock shows it or later. Times and dates without
    a zone are by the calendar's `X-WR-TIMEZONE`, or by `tz` where it has none. An event that means nobody
    who is known is no duty and a finding.

    Args:
        data: an iCalendar text in UTF-8.
        source: what people call it, for places.
        people: those who can be meant, by id.
        people_by: `email` looks at the addresses of those who take part; `name` at the names or ids in the
            title, separated by commas and behind the first colon where there is one.
        tz: the zone of times without one.
        start: duties that end before it are left out.
        end: duties that begin at it or later are left out. Without it, series without an end are followed
            for ten years after the last date in the calendar.

    Raises:
        RosterError: with every fault of a text that is no calendar or cannot be read.
    """
    instances_, events, horizon = _read(data, source, tz, start, end)
    reading = _Reading(Attending.of(people, people_by))
    findings = {finding: None for each in instances_ for finding in reading.findings(each)}
    endless = [each for each in events if is_followed(each) and not each.is_cancelled]
    duties = [duty for each in instances_ if (duty := reading.duty(each)) is not None]
    return (
        tuple(sorted(duties, key=lambda duty: (duty.start, duty.end, duty.people, duty.uid or ""))),
        (*findings, *(_cut(event, horizon) for event in endless)),
    )


def _read(
    data: bytes, name: str, tz: ZoneInfo, start: datetime, end: datetime | None
) -> tuple[list[Instance], list[Event], datetime]:
    """Return the instances of events that are not cancelled, by their start; the events; and the horizon.

    Raises:
        RosterError: with every fault.
    """
    if any(find_spec(package) is None for package in _PACKAGES):
        message, fix = (
            "calendars need the packages `icalendar` and `recurring-ical-events`",
            "pip install 'leadrouter[ical]'",
        )
        raise RosterError([Fault(code="LR740", message=message, where=name, fix=fix)])
    source, unreadable = decoded(data, name)
    if unreadable is not None:
        raise RosterError([unreadable])
    blocks, faults = calendars(source)
    reader = EventReader(faults)
    events = list(reader.events(blocks, [Zones.of(block, tz) for block in blocks]))
    faults += faults_of(events)
    if faults:
        raise RosterError(sorted(faults, key=lambda fault: fault.start))
    horizon = end or _last_date(events) + FOLLOWED
    found = [each for each in instances(events, start, end or _LAST, horizon) if not each.event.is_cancelled]
    return sorted(found, key=lambda each: (each.start, each.event.number)), events, horizon


def _last_date(events: Iterable[Event]) -> datetime:
    """Return the last instant that is written in some events, the day on which they were written included."""
    stamps = [event.component[name].dt for event in events for name in _STAMPS if name in event.component]
    written = [stamp.astimezone(UTC) for stamp in stamps if isinstance(stamp, datetime) and stamp.tzinfo is not None]
    return max([*written, *(event.start.at for event in events)], default=_FIRST)


@define
class _Reading:
    """Says who is meant by an instance; what is odd about an event is told for its first instance."""

    attending: Attending
    _told: set[int] = field(factory=set, init=False)

    def duty(self, instance: Instance) -> DatedDuty | None:
        event = instance.event
        people, _ = self.attending.people(event)
        if not people or instance.end <= instance.start:
            return None
        where = event.block.where("DTSTART")
        return DatedDuty(people=people, start=instance.start, end=instance.end, where=where, uid=event.uid)

    def findings(self, instance: Instance) -> Iterator[Finding]:
        event = instance.event
        if event.number in self._told:
            return
        self._told.add(event.number)
        if instance.end <= instance.start:
            message, fix = "ends before it has begun", "give it a `DTEND` or a `DURATION`"
            yield _finding("LR745", instance, message, event.block.where("DTEND"), fix)
            return
        people, strangers = self.attending.people(event)
        for word in strangers:
            where = (
                event.block.where("ATTENDEE", word) if self.attending.by == "email" else event.block.where("SUMMARY")
            )
            yield _finding("LR748", instance, f"names `{word}`, who is unknown", where, self.attending.fix(word))
        if not people and not strangers:
            yield _finding("LR748", instance, "names nobody", event.block.where("SUMMARY"), "say who has the duty")


def _finding(code: str, instance: Instance, message: str, where: Span, fix: str) -> Finding:
    told = f"event `{instance.event.title}` {message}"
    return Finding(code=code, severity="error", message=told, where=where, at=instance.start, fix=fix)


def _cut(event: Event, horizon: datetime) -> Finding:
    message = f"event `{event.title}` recurs for ever; it is followed until {horizon.date()}"
    fix = "give it an end with UNTIL, or take the calendar anew before then"
    where = event.block.where("RRULE")
    return Finding(code="LR749", severity="warning", message=message, where=where, at=horizon, fix=fix)
