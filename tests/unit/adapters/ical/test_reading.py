"""Reading a calendar within limits, and without what it needs."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import util

import pytest

from leadrouter.adapters.ical import read_calendar, reading
from leadrouter.errors import RosterError
from leadrouter.roster.person import Person
from leadrouter.zone import zone

DAILY = b"""BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1
SUMMARY:anna
DTSTART:20260302T220000Z
DURATION:PT8H
RRULE:FREQ=DAILY
END:VEVENT
END:VCALENDAR
"""


def read(data: bytes, **limits: datetime):
    people = {"anna": Person(id="anna")}
    return read_calendar(data, source="duty.ics", people=people, people_by="name", tz=zone("UTC"), **limits)


def test_duties_that_overlap_the_window_are_read_whole():
    """One that has begun before it, and none that begins at its end."""
    duties, [finding] = read(DAILY, start=datetime(2026, 4, 1, 3, tzinfo=UTC), end=datetime(2026, 4, 2, 22, tzinfo=UTC))
    assert [(each.start.isoformat(), each.end.isoformat()) for each in duties] == [
        ("2026-03-31T22:00:00+00:00", "2026-04-01T06:00:00+00:00"),
        ("2026-04-01T22:00:00+00:00", "2026-04-02T06:00:00+00:00"),
    ]
    assert (finding.code, finding.severity, finding.at) == ("LR749", "warning", datetime(2026, 4, 2, 22, tzinfo=UTC))


def test_a_duty_says_where_it_is_written():
    """At the event's beginning, with the calendar's name for it."""
    duties, _ = read(DAILY, end=datetime(2026, 3, 3, tzinfo=UTC))
    assert duties[0].uid == "1"
    assert str(duties[0].where) == "duty.ics:5:1"


def test_a_cancelled_series_needs_no_end():
    """Nobody follows it."""
    assert read(DAILY.replace(b"UID:1", b"STATUS:CANCELLED")) == ((), ())


def test_a_calendar_may_be_empty():
    """Then there are no duties."""
    assert read(b"BEGIN:VCALENDAR\nEND:VCALENDAR\n") == ((), ())


def test_several_calendars_may_stand_in_a_file():
    """Each has its own zone for times without one."""
    event = b"BEGIN:VEVENT\nSUMMARY:anna\nDTSTART:20260302T090000\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n"
    zones = (b"X-WR-TIMEZONE:Europe/Moscow\n", b"X-WR-TIMEZONE:Nowhere\n")
    duties, _ = read(b"".join(b"BEGIN:VCALENDAR\n" + each + event for each in zones))
    assert [each.start.hour for each in duties] == [6, 9]


@pytest.mark.parametrize("missing", ["icalendar", "recurring_ical_events"])
def test_without_the_packages_it_is_said_what_to_install(monkeypatch, missing):
    """Both are needed."""
    monkeypatch.setattr(reading, "find_spec", lambda name: None if name == missing else util.find_spec(name))
    with pytest.raises(RosterError, match=r"duty\.ics: LR740 calendars need the packages `icalendar`") as refused:
        read(DAILY)
    assert refused.value.faults[0].fix == "pip install 'leadrouter[ical]'"


def test_a_text_in_another_encoding_is_refused():
    """With the first byte that shows it."""
    with pytest.raises(RosterError, match="LR109 cannot be read: byte 43 is not UTF-8"):
        read(DAILY.replace(b"SUMMARY:anna", b"SUMMARY:\xe0"))
