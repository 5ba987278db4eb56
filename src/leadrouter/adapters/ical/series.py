"""What a recurring event comes to: its instances, as instants.

A series recurs by the clock of the zone in which it begins. So it is expanded as that clock shows it,
without zones, and each instance is then set in time. Source: RFC 5545, section 3.8.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import groupby
from typing import Any, cast

from attrs import frozen

from leadrouter.adapters.ical.event import Event, Moment, Wall
from leadrouter.adapters.ical.rule import is_endless, problems_of
from leadrouter.adapters.ical.zones import clock_face, instant
from leadrouter.errors import Fault

_SOME_DAYS = timedelta(days=2)
_END_OF_DAY = time(23, 59, 59)


@frozen
class Instance:
    """An event at one of its times, `[start, end)` in UTC."""

    event: Event
    start: datetime
    end: datetime


def is_followed(event: Event) -> bool:
    """Say whether a rule of the event goes on for ever, so that it is followed for some time only."""
    return any(map(is_endless, event.rules))


def faults_of(events: Iterable[Event]) -> Iterator[Fault]:
    """Yield what is wrong with the rules of events."""
    for event in events:
        problems = [problem for rule in event.rules for problem in problems_of(rule, event.start.wall)]
        if event.rules and not problems:
            problems = list(_refused(event))
        for message, fix in problems:
            yield Fault(code="LR746", message=message, where=event.block.where("RRULE"), fix=fix)


def instances(events: Iterable[Event], first: datetime, last: datetime, horizon: datetime) -> Iterator[Instance]:
    """Yield the instances that overlap `[first, last)`; those of endless series that begin before `horizon`.

    Costs some tenths of a millisecond for an instance of a series.
    """
    for _, group in groupby(sorted(events, key=_series_key), key=_series_key):
        series = list(group)
        last_of_series = min(last, horizon) if any(map(is_followed, series)) else last
        found = (
            _alone(series[0]) if len(series) == 1 and series[0].is_alone else _expanded(series, first, last_of_series)
        )
        yield from (each for each in found if each.start < last_of_series and each.end > first)


def _series_key(event: Event) -> tuple[str, int]:
    """Return what the events of a series have in common; one without a UID is alone."""
    return (event.uid, 0) if event.uid is not None else ("", event.number + 1)


def _alone(event: Event) -> list[Instance]:
    return [Instance(event, *event.span)]


def _expanded(series: list[Event], first: datetime, last: datetime) -> Iterator[Instance]:
    import recurring_ical_events

    begun = [event for event in series if event.recurrence is None]
    tz = max(begun or series, key=lambda event: event.sequence).start.tz
    events = {event.number: event for event in series}
    query = recurring_ical_events.of(_calendar(series, tz))
    for found in query.between(clock_face(first, tz) - _SOME_DAYS, clock_face(last, tz) + _SOME_DAYS):
        event = events[int(found["X-NUMBER"])]
        if event.recurrence is not None and not event.moves_what_follows:
            yield Instance(event, *event.span)
        else:
            wall, wall_end = found["DTSTART"].dt, found["DTEND"].dt
            yield Instance(event, instant(wall, tz), event.end_of(wall, wall_end, tz))


def _calendar(series: Iterable[Event], tz: tzinfo) -> Any:
    """Return a series as the clock of one zone shows it, for the library that expands it."""
    from icalendar import Calendar, vRecur
    from icalendar import Event as Component

    calendar = Calendar()
    for event in series:
        component: Any = Component()
        component.add("UID", event.uid or "")
        component.add("SEQUENCE", event.sequence)
        component.add("X-NUMBER", str(event.number))
        component.add("DTSTART", event.start.by(tz))
        component.add("DTEND", Moment(event.wall_end, event.start.tz).by(tz))
        for rule in event.rules:
            component.add("RRULE", vRecur({**rule, **_until(rule, event.start.wall, tz)}))
        for added in event.added:
            component.add("RDATE", [tuple(each.by(tz) for each in added) if isinstance(added, tuple) else added.by(tz)])
        for left_out in event.left_out:
            component.add("EXDATE", [left_out.by(tz)])
        if event.recurrence is not None:
            which = {"RANGE": "THISANDFUTURE"} if event.moves_what_follows else {}
            component.add("RECURRENCE-ID", event.recurrence.by(tz), parameters=which)
        calendar.add_component(component)
    return calendar


def _until(rule: Any, start: Wall, tz: tzinfo) -> dict[str, list[Wall]]:
    """Return the rule's end as the clock shows it; a date includes the whole day."""
    if "UNTIL" not in rule:
        return {}
    [until] = cast("list[Wall]", rule["UNTIL"])
    if not isinstance(start, datetime):
        return {"UNTIL": [until.date() if isinstance(until, datetime) else until]}
    if not isinstance(until, datetime):
        return {"UNTIL": [datetime.combine(until, _END_OF_DAY)]}
    return {"UNTIL": [until if until.tzinfo is None else clock_face(until.astimezone(UTC), tz)]}


def _refused(event: Event) -> Iterator[tuple[str, str]]:
    """Yield that the library which expands rules refuses those of an event."""
    import recurring_ical_events

    try:
        recurring_ical_events.of(_calendar([event], event.start.tz))
    except (ValueError, TypeError, KeyError):
        yield "a rule that cannot be followed", "see RFC 5545, section 3.3.10"
