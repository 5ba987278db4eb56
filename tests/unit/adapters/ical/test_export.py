"""A roster as a calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from leadrouter import DutyRoster
from leadrouter.adapters.ical import export_calendar
from leadrouter.errors import NaiveTimeError, RosterError

ROSTER = DutyRoster.parse("""
roster: works
tz: Europe/Moscow
people: {anna: {}, boris: {}}
roles:
  duty:
    layers:
      - {id: week, rotation: {people: [anna, boris], unit: weeks, anchor: 2026-03-02}}
  head: {layers: [{id: always, rotation: {people: [anna], unit: fixed}}]}
""")
TUESDAY = datetime(2026, 3, 2, 21, tzinfo=UTC)
WEDNESDAY = TUESDAY + timedelta(days=1)


def events(calendar: bytes) -> list[str]:
    return [f"{each['DTSTART'].dt:%m-%d} {each['SUMMARY']}" for each in Calendar.from_ical(calendar).walk("VEVENT")]


def test_a_duty_is_written_whole():
    """It began on Monday; one that has no beginning is cut."""
    written = export_calendar(ROSTER, TUESDAY, WEDNESDAY, stamp=TUESDAY)
    assert events(written) == ["03-01 duty: anna", "03-02 head: anna"]
    assert b"DTEND:20260308T210000Z" in written


def test_the_uid_of_a_duty_does_not_depend_on_the_stretch():
    """So a calendar of another stretch goes on where this one ends."""
    first = export_calendar(ROSTER, TUESDAY, WEDNESDAY, stamp=TUESDAY, role="duty")
    week = export_calendar(ROSTER, TUESDAY, TUESDAY + timedelta(days=14), stamp=WEDNESDAY, role="duty", previous=first)
    assert events(week) == ["03-01 duty: anna", "03-08 duty: boris", "03-15 duty: anna"]
    assert week.count(b"SEQUENCE:0") == 3


def test_a_person_s_duties_are_theirs():
    """In all roles, or in one."""
    assert events(export_calendar(ROSTER, TUESDAY, WEDNESDAY, stamp=TUESDAY, person="boris")) == []
    assert events(export_calendar(ROSTER, TUESDAY, WEDNESDAY, stamp=TUESDAY, person="anna", role="head")) == [
        "03-02 head: anna"
    ]


def test_the_same_mistakes_are_refused_as_in_any_question():
    """Naive times, empty stretches, roles that are not there."""
    with pytest.raises(NaiveTimeError):
        export_calendar(ROSTER, TUESDAY.replace(tzinfo=None), WEDNESDAY, stamp=TUESDAY)
    with pytest.raises(RosterError, match="LR730"):
        export_calendar(ROSTER, WEDNESDAY, TUESDAY, stamp=TUESDAY)
    with pytest.raises(RosterError, match="LR702 unknown role `dutty`"):
        export_calendar(ROSTER, TUESDAY, WEDNESDAY, stamp=TUESDAY, role="dutty")
