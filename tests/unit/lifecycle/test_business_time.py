"""Time that counts only while somebody is at work."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from leadrouter.errors import NaiveTimeError
from leadrouter.hours import Hours, Window
from leadrouter.lifecycle.business_time import BusinessTime
from leadrouter.vocabulary import WEEKDAYS
from leadrouter.zone import zone

MOSCOW, BERLIN = zone("Europe/Moscow"), zone("Europe/Berlin")
OFFICE = Hours(
    "office",
    (Window(frozenset(WEEKDAYS[:4]), time(9), time(18)), Window(frozenset({"fri"}), time(9), time(16, 45))),
)
HALF_AN_HOUR = timedelta(minutes=30)


def at(text: str, tz: ZoneInfo = MOSCOW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=tz)


def office(*days_off: date, extra: frozenset[date] = frozenset()) -> BusinessTime:
    return BusinessTime(hours=OFFICE, tz=MOSCOW, days_off=frozenset(days_off), extra_workdays=extra)


def test_around_the_clock_all_time_counts():
    """No hours are all hours; nothing passes backwards."""
    always = BusinessTime(hours=None, tz=MOSCOW)
    night = at("2026-03-07 23:50")
    assert always.after(night, HALF_AN_HOUR) == at("2026-03-08 00:20")
    assert always.elapsed(night, night + HALF_AN_HOUR) == HALF_AN_HOUR
    assert always.elapsed(night, night - HALF_AN_HOUR) == timedelta()
    assert always.is_open(night)


def test_a_weekend_does_not_count():
    """What came on Friday evening is due on Monday morning."""
    assert office().after(at("2026-03-06 16:30"), HALF_AN_HOUR) == at("2026-03-09 09:15")
    assert office().after(at("2026-03-07 12:00"), HALF_AN_HOUR) == at("2026-03-09 09:30")


def test_what_ends_with_the_day_ends_at_closing():
    """Not when the office opens again; and a lead of the night begins with the morning."""
    assert office().after(at("2026-03-06 16:15"), HALF_AN_HOUR) == at("2026-03-06 16:45")
    assert office().after(at("2026-03-05 03:00"), HALF_AN_HOUR) == at("2026-03-05 09:30")


def test_a_day_off_does_not_count_and_an_extra_working_day_does():
    """8 March is a Sunday and its day off moves to Monday; a working Saturday keeps the hours of a Monday."""
    assert office(date(2026, 3, 9)).after(at("2026-03-06 16:30"), HALF_AN_HOUR) == at("2026-03-10 09:15")
    working = office(extra=frozenset({date(2026, 3, 7)}))
    assert working.after(at("2026-03-06 16:30"), HALF_AN_HOUR) == at("2026-03-07 09:15")
    assert working.elapsed(at("2026-03-07 00:00"), at("2026-03-08 00:00")) == timedelta(hours=9)
    both = office(date(2026, 3, 7), extra=frozenset({date(2026, 3, 7)}))
    assert not both.is_open(at("2026-03-07 12:00"))


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-05-02", 8)])
def test_a_night_shift_is_as_long_as_it_really_is(day: str, hours: int):
    """From ten in the evening to six: an hour less when clocks are set forward in it, an hour more when back."""
    night = BusinessTime(hours=Hours("night", (Window(frozenset({"sat"}), time(22), time(6)),)), tz=BERLIN)
    start = at(f"{day} 12:00", BERLIN)
    assert night.elapsed(start, start + timedelta(days=2)) == timedelta(hours=hours)
    assert night.after(start, timedelta(hours=hours)).astimezone(BERLIN).hour == 6


def test_no_time_has_passed_at_once():
    """Even where it is closed."""
    assert office().after(at("2026-03-07 12:00"), timedelta()) == at("2026-03-07 12:00")


def test_a_week_without_an_end_is_counted_as_well():
    """Windows of 24 hours that follow one another are all hours, and are found at once."""
    hours = Hours("always", (Window(frozenset(WEEKDAYS), time(9), time(9)),))
    always = BusinessTime(hours=hours, tz=MOSCOW)
    assert always.after(at("2026-03-06 16:30"), timedelta(days=5)) == at("2026-03-11 16:30")


@pytest.mark.parametrize("windows", [(), (Window(frozenset(), time(9), time(18)),)])
def test_hours_that_never_open_let_nothing_pass(windows: tuple[Window, ...]):
    """A deadline in them is refused, not searched for."""
    never = BusinessTime(hours=Hours("never", windows), tz=MOSCOW)
    assert never.elapsed(at("2026-01-01 00:00"), at("2027-01-01 00:00")) == timedelta()
    with pytest.raises(ValueError, match="never passes"):
        never.after(at("2026-03-06 16:30"), HALF_AN_HOUR)


def test_the_year_9999_has_an_end():
    """Whatever is due after it is refused."""
    with pytest.raises(ValueError, match="never passes"):
        office().after(at("9999-11-20 12:00"), timedelta(days=30))


def test_an_instant_has_a_zone():
    """A naive time is refused wherever it comes in."""
    naive = datetime(2026, 3, 6)  # noqa: DTZ001  # that is the point
    with pytest.raises(NaiveTimeError):
        office().after(naive, HALF_AN_HOUR)
    with pytest.raises(NaiveTimeError):
        office().elapsed(naive, at("2026-03-06 16:30"))
