"""One event as it is written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from leadrouter.adapters.ical.event import Event, EventReader, Moment
from leadrouter.adapters.ical.lines import calendars
from leadrouter.adapters.ical.zones import Zones
from leadrouter.span import Source
from leadrouter.zone import zone

BERLIN, MOSCOW = zone("Europe/Berlin"), zone("Europe/Moscow")
NINE = datetime(2026, 3, 2, 9)  # noqa: DTZ001  # a wall clock has no zone


def event(*lines: str) -> Event:
    text = "\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"])
    found, faults = calendars(Source("a.ics", text))
    assert not faults
    reader = EventReader()
    [only] = reader.events(found, [Zones.of(found[0], MOSCOW)])
    return only


def test_a_moment_is_what_a_clock_shows():
    """Another clock shows another time; a date is the same date everywhere."""
    moment = Moment(NINE, MOSCOW)
    assert moment.at == datetime(2026, 3, 2, 6, tzinfo=UTC)
    assert moment.by(BERLIN) == NINE - timedelta(hours=2)
    assert moment.by(MOSCOW) is NINE
    assert Moment(date(2026, 3, 2), MOSCOW).by(BERLIN) == date(2026, 3, 2)


def test_a_date_begins_at_midnight():
    """And a time is itself."""
    assert Moment(date(2026, 3, 2), MOSCOW).at_midnight().wall == NINE.replace(hour=0)
    moment = Moment(NINE, MOSCOW)
    assert moment.at_midnight() is moment


def test_what_is_not_said_is_nothing():
    """No name, no title, no revision, no rule, not cancelled."""
    bare = event("DTSTART:20260302T090000Z")
    assert (bare.uid, bare.title, bare.sequence, bare.is_alone, bare.is_cancelled) == (
        None,
        "without a title",
        0,
        True,
        False,
    )
    assert bare.span == (datetime(2026, 3, 2, 9, tzinfo=UTC),) * 2
    assert not bare.moves_what_follows


@pytest.mark.parametrize(
    ("lines", "end"),
    [
        (("DTSTART:20260302T090000", "DTEND:20260302T180000"), NINE.replace(hour=18)),
        (("DTSTART:20260302T090000", "DTEND;TZID=Europe/Berlin:20260302T180000"), NINE.replace(hour=20)),
        (("DTSTART:20260302T090000", "DURATION:P1DT2H"), NINE + timedelta(hours=26)),
        (("DTSTART;VALUE=DATE:20260302",), date(2026, 3, 3)),
        (("DTSTART;VALUE=DATE:20260302", "DURATION:P2D"), date(2026, 3, 4)),
        (("DTSTART;VALUE=DATE:20260302", "DURATION:PT36H"), NINE.replace(hour=12, day=3)),
        (("DTSTART:20260302T090000",), NINE),
    ],
)
def test_an_event_ends_by_the_clock_of_its_start(lines, end):
    """Whichever way its end is written."""
    assert event(*lines).wall_end == end


@pytest.mark.parametrize(
    "line",
    ["RRULE:FREQ=DAILY;COUNT=2", "RDATE:20260305T090000", "EXDATE:20260302T090000"],
)
def test_an_event_that_may_recur_is_not_alone(line):
    """Also where all that is written is what to leave out."""
    assert not event("DTSTART:20260302T090000", line).is_alone


def test_an_instance_may_stand_for_all_that_follow():
    """Where it says so, in any case of letters."""
    start = "DTSTART:20260302T090000"
    assert event(start, "RECURRENCE-ID;RANGE=ThisAndFuture:20260302T090000").moves_what_follows
    assert not event(start, "RECURRENCE-ID:20260302T090000").moves_what_follows


def test_only_the_names_of_properties_are_zones():
    """A title that speaks of one stays what it is."""
    told = event("DTSTART;VALUE=DATE-TIME;TZID=Europe/Berlin:20260302T090000", "SUMMARY:about ;TZID=Europe/Berlin")
    assert told.title == "about ;TZID=Europe/Berlin"
    assert told.start.tz is BERLIN
