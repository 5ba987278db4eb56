"""A clock for tests stands still until it is told to go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from leadrouter import NaiveTimeError
from leadrouter.testing import DEFAULT_AT, FixedClock


def test_a_clock_shows_the_same_instant_until_time_passes():
    """And then exactly that much later."""
    clock = FixedClock()
    assert (clock.now(), clock.now()) == (DEFAULT_AT, DEFAULT_AT)
    assert clock.pass_time(days=1, hours=2, minutes=3, seconds=4) == DEFAULT_AT + timedelta(days=1, seconds=7384)
    assert clock.now() == DEFAULT_AT + timedelta(days=1, seconds=7384)


def test_a_clock_shows_utc():
    """Whatever zone it was set in."""
    moscow = datetime(2026, 3, 2, 12, 0, tzinfo=timezone(timedelta(hours=3)))
    assert FixedClock(moscow).now().isoformat() == "2026-03-02T09:00:00+00:00"


def test_a_clock_is_not_set_without_a_zone():
    """Naive times are refused here as everywhere."""
    with pytest.raises(NaiveTimeError):
        FixedClock(datetime(2026, 3, 2, tzinfo=UTC).replace(tzinfo=None))


def test_a_clock_is_not_turned_back():
    """Time that runs backwards is a mistake in the test."""
    with pytest.raises(ValueError, match="would turn the clock back"):
        FixedClock().pass_time(hours=-1)
