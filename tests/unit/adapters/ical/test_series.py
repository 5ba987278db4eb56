"""What series come to, within a stretch and up to a horizon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from leadrouter.adapters.ical.event import Event, EventReader
from leadrouter.adapters.ical.lines import calendars
from leadrouter.adapters.ical.series import instances, is_followed
from leadrouter.adapters.ical.zones import Zones
from leadrouter.span import Source
from leadrouter.zone import zone

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def events(*rules: str) -> list[Event]:
    """Return events of an hour, all from the same start, each with a rule of its own."""
    parts = [
        f"BEGIN:VEVENT\nUID:{rule}\nDTSTART:20260302T090000Z\nDURATION:PT1H\n{rule}\nEND:VEVENT\n" for rule in rules
    ]
    found, faults = calendars(Source("a.ics", f"BEGIN:VCALENDAR\n{''.join(parts)}END:VCALENDAR\n"))
    assert not faults
    return list(EventReader().events(found, [Zones.of(found[0], zone("UTC"))]))


def days(found: list[Event], first: datetime, last: datetime, horizon: datetime) -> list[int]:
    return sorted((each.start - START) // DAY for each in instances(found, first, last, horizon))


def test_instances_that_overlap_the_stretch_are_found():
    """Its end does not belong to it, nor does what ends at its start."""
    daily = events("RRULE:FREQ=DAILY;COUNT=9")
    assert days(daily, START + 2 * DAY, START + 4 * DAY, START + 99 * DAY) == [2, 3]
    half = timedelta(minutes=30)
    assert days(daily, START + 2 * DAY + half, START + 4 * DAY + half, START + 99 * DAY) == [2, 3, 4]
    hour = timedelta(hours=1)
    assert days(daily, START + 2 * DAY + hour, START + 3 * DAY, START + 99 * DAY) == []


def test_only_endless_series_stop_at_the_horizon():
    """What has an end is followed to it."""
    found = events("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY;COUNT=3", "X-ALONE:1")
    assert [is_followed(each) for each in found] == [True, False, False]
    assert days(found, START, START + 99 * DAY, START + 2 * DAY) == [0, 0, 0, 1, 7, 14]


def test_each_instance_knows_its_event():
    """So that people and places are those of what was written."""
    [first, second] = events("RRULE:FREQ=DAILY;COUNT=2", "RRULE:FREQ=WEEKLY;COUNT=2")
    told = {(each.event.number, each.start) for each in instances([second, first], START, START + 99 * DAY, START)}
    assert told == {(0, START), (0, START + DAY), (1, START), (1, START + 7 * DAY)}
