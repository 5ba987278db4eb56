"""The zones that calendars name, and what a clock shows."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from leadrouter.adapters.ical.lines import calendars
from leadrouter.adapters.ical.zones import Zones, clock_face, instant
from leadrouter.span import Source
from leadrouter.zone import zone

[EMPTY], _ = calendars(Source("a.ics", "BEGIN:VCALENDAR\nEND:VCALENDAR\n"))
ZONES = Zones.of(EMPTY, zone("UTC"))


@pytest.mark.parametrize("name", sorted(WINDOWS_TO_OLSON))
def test_every_name_of_windows_is_a_zone(name):
    """Under the name that tzdata has for it."""
    expected = "UTC" if name == "UTC" else WINDOWS_TO_OLSON[name]
    assert ZONES.named(name) is zone(expected)


@pytest.mark.parametrize("name", ["", "/", "//", "Europe", "/example.com/Nowhere", "../../etc/passwd", "Moscow"])
def test_nobody_knows_these(name):
    """A name is looked up as a name, never as a path."""
    assert ZONES.named(name) is None


def test_a_date_begins_at_the_first_instant_that_shows_it():
    """In Apia there was no 30 December 2011, so it begins with the 31st."""
    assert instant(date(2011, 12, 30), zone("Pacific/Apia")) == instant(date(2011, 12, 31), zone("Pacific/Apia"))


def test_a_clock_face_has_no_zone():
    """It is what somebody there reads off the wall."""
    assert clock_face(datetime(2026, 3, 2, 6, tzinfo=UTC), zone("Europe/Moscow")).isoformat() == "2026-03-02T09:00:00"
