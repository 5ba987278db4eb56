"""Zones by name, and instants in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone, tzinfo

import pytest

from leadrouter.errors import NaiveTimeError
from leadrouter.zone import in_utc, takes_effect, zone

NO_ZONES = (
    "",
    "UTC/",
    "Nowhere",
    "../etc/passwd",
    "Europe",
    "A" * 300,
    "Europe/Бе",
    "UTC\0",
    "zone1970.tab",
    "leapseconds",
)


@pytest.mark.parametrize("name", NO_ZONES)
def test_there_is_no_such_zone(name: str):
    """A name that is no zone's is a `KeyError`, whatever a file system would say to it."""
    with pytest.raises(KeyError):
        zone(name)


def test_an_instant_is_the_same_in_utc():
    """The offset is applied, and taken off."""
    at = datetime(2026, 3, 2, 10, tzinfo=timezone(timedelta(hours=3)))
    assert in_utc(at) == at
    assert in_utc(at).isoformat() == "2026-03-02T07:00:00+00:00"


class Nameless(tzinfo):
    """A zone that does not say its offset; such a time is naive."""

    def utcoffset(self, _):
        return None


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 3, 2),  # noqa: DTZ001
        datetime(2026, 3, 2, tzinfo=Nameless()),
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=1))),
    ],
)
def test_what_is_no_instant_is_refused(at: datetime):
    """A time without a zone, and one that UTC cannot count."""
    with pytest.raises(NaiveTimeError, match=str(at.year)):
        in_utc(at)


def test_a_skipped_time_takes_effect_at_the_change():
    """In Berlin 02:30 of 29 March 2026 does not exist; the clock goes from 02:00 to 03:00 at 01:00 UTC."""
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert takes_effect(change.date(), time(2, 30), zone("Europe/Berlin")) == change
