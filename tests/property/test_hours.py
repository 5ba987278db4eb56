"""Laws of local time: business hours and clock changes, against an oracle that looks at every minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from leadrouter.hours import Hours, Window
from leadrouter.vocabulary import WEEKDAYS
from leadrouter.zone import takes_effect, zone

CHANGES = {
    "Europe/Berlin": [date(2026, 3, 29), date(2026, 10, 25)],
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
    "America/St_Johns": [date(2010, 3, 14), date(2010, 11, 7)],
    "Pacific/Apia": [date(2011, 12, 30)],
    "Europe/Moscow": [date(2026, 3, 2)],
}
"""Days with a gap or a fold: of an hour, of half an hour, over midnight, and a day that never was."""

days = st.sampled_from([(name, day) for name, changes in CHANGES.items() for day in changes])
clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59))
near = st.integers(-1, 1).map(lambda days: timedelta(days=days))


def first_minute(day: date, clock: time, name: str) -> datetime:
    """Look at every minute of five days: the first at which the clock shows that time of that day, or a later one."""
    tz, wall = zone(name), datetime.combine(day, clock)
    minute = datetime.combine(day, time(), UTC) - timedelta(days=2)
    while minute.astimezone(tz).replace(tzinfo=None) < wall:
        minute += timedelta(minutes=1)
    return minute


@given(days, near, clocks)
@example(("Pacific/Apia", date(2011, 12, 30)), timedelta(), time(12))
@example(("Europe/Berlin", date(2026, 3, 29)), timedelta(), time(2))
@example(("America/St_Johns", date(2010, 11, 7)), timedelta(), time())
def test_a_local_time_takes_effect_at_the_first_minute_that_shows_it(
    place: tuple[str, date], shift: timedelta, clock: time
):
    """A skipped time takes effect at the change, one that comes twice takes effect the first time."""
    name, day = place[0], place[1] + shift
    assert takes_effect(day, clock, zone(name)) == first_minute(day, clock, name)


@given(days, st.builds(time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999_999)))
@example(("Europe/Berlin", date(2026, 3, 29)), time(2, 0, 0, 500_000))
def test_a_local_time_has_not_come_a_moment_before(place: tuple[str, date], clock: time):
    """To the microsecond: then the clock shows that time or later, a microsecond before it does not."""
    name, day = place
    then, wall, tz = takes_effect(day, clock, zone(name)), datetime.combine(day, clock), zone(name)
    assert then.astimezone(tz).replace(tzinfo=None) >= wall
    assert (then - timedelta(microseconds=1)).astimezone(tz).replace(tzinfo=None) < wall


windows = st.builds(Window, st.frozensets(st.sampled_from(WEEKDAYS), min_size=1), clocks, clocks)


@given(days, windows, st.integers(-36 * 60, 36 * 60))
@example(("America/St_Johns", date(2010, 11, 7)), Window(frozenset({"sun"}), time(), time(1)), 150)
@example(("Pacific/Apia", date(2011, 12, 30)), Window(frozenset({"fri"}), time(9), time(18)), 600)
def test_a_window_is_open_from_its_opening_to_its_closing(place: tuple[str, date], window: Window, minutes: int):
    """It starts on its days, ends on the next where it closes at or before its opening, and follows the clock."""
    name, around = place
    at = datetime.combine(around, time(), UTC) + timedelta(minutes=minutes)
    starts = [around + timedelta(days=shift) for shift in range(-4, 5)]
    over_midnight = timedelta(days=1) if window.closes <= window.opens else timedelta()
    expected = any(
        first_minute(day, window.opens, name) <= at < first_minute(day + over_midnight, window.closes, name)
        for day in starts
        if WEEKDAYS[day.weekday()] in window.days
    )
    assert window.holds(at, zone(name)) is expected
    assert Hours("office", (window,)).holds(at, zone(name)) is expected
