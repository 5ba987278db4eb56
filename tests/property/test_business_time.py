"""Laws of business time, against an oracle that looks at every minute: weekends, days off and clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias

from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadrouter.hours import Hours, Window
from leadrouter.lifecycle.business_time import BusinessTime
from leadrouter.vocabulary import WEEKDAYS
from leadrouter.zone import takes_effect, zone

CHANGES = {
    "Europe/Berlin": [date(2026, 3, 29), date(2026, 10, 25)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
    "America/St_Johns": [date(2010, 3, 14), date(2010, 11, 7)],
    "Europe/Moscow": [date(2026, 3, 8)],
}
"""Days around which clocks are set, forward and back, by an hour and by half an hour; a place where they are not."""

Place: TypeAlias = tuple[str, date]

MINUTE = timedelta(minutes=1)
NIGHT = Window(frozenset({"sat"}), time(22), time(6))
OFFICE = Window(frozenset(WEEKDAYS[:5]), time(9), time(18))

places = st.sampled_from([(name, day) for name, changes in CHANGES.items() for day in changes])
clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59))
windows = st.builds(Window, st.frozensets(st.sampled_from(WEEKDAYS), min_size=1), clocks, clocks)
weeks = st.lists(windows, min_size=1, max_size=3).map(tuple)
near = st.frozensets(st.integers(-3, 4), max_size=4)
minutes = st.integers(-36 * 60, 36 * 60)


def clock(place: Place, week: tuple[Window, ...], off: frozenset[int], extra: frozenset[int]) -> BusinessTime:
    """Return business time with days off and extra working days so many days from a place's day."""
    shifted = [frozenset(place[1] + timedelta(days=shift) for shift in shifts) for shifts in (off, extra)]
    return BusinessTime(hours=Hours("h", week), tz=zone(place[0]), days_off=shifted[0], extra_workdays=shifted[1])


def around(place: Place, shift: int) -> datetime:
    return datetime.combine(place[1], time(), UTC) + shift * MINUTE


def opened(business: BusinessTime, around: date) -> list[tuple[datetime, datetime]]:
    """Return each window of each day near a day, as it is written."""
    assert business.hours is not None
    found = []
    for day in (around + timedelta(days=shift) for shift in range(-5, 6)):
        name = WEEKDAYS[0] if day in business.extra_workdays else WEEKDAYS[day.weekday()]
        for window in business.hours.windows:
            last = day + timedelta(days=1) if window.closes <= window.opens else day
            if name in window.days and day not in business.days_off:
                span = takes_effect(day, window.opens, business.tz), takes_effect(last, window.closes, business.tz)
                found.append(span)
    return found


@settings(max_examples=40)
@given(places, weeks, near, near, minutes, st.integers(0, 600))
@example(("Europe/Berlin", date(2026, 3, 29)), (NIGHT,), frozenset(), frozenset(), -180, 600)
@example(("Europe/Berlin", date(2026, 10, 25)), (NIGHT,), frozenset(), frozenset(), -180, 600)
@example(("Europe/Moscow", date(2026, 3, 8)), (OFFICE,), frozenset({1}), frozenset({0}), 0, 600)
def test_time_passes_while_it_is_open(
    place: Place, week: tuple[Window, ...], off: frozenset[int], extra: frozenset[int], first: int, length: int
):
    """As many minutes pass as there are open minutes, however windows overlap and clocks are set."""
    business, start = clock(place, week, off, extra), around(place, first)
    spans = opened(business, place[1])
    open_at = [any(opens <= start + n * MINUTE < closes for opens, closes in spans) for n in range(length + 1)]
    assert business.elapsed(start, start + length * MINUTE) == sum(open_at[:-1]) * MINUTE
    assert business.is_open(start) is open_at[0]


@settings(max_examples=60)
@given(places, weeks, near, near, minutes, st.integers(1, 30 * 60 * 60))
@example(("Europe/Moscow", date(2026, 3, 8)), (OFFICE,), frozenset(), frozenset(), -32 * 60, 9 * 60 * 60)
def test_a_deadline_is_the_first_instant_by_which_the_time_has_passed(
    place: Place, week: tuple[Window, ...], off: frozenset[int], extra: frozenset[int], first: int, seconds: int
):
    """At the deadline exactly the amount has passed, a moment before it has not."""
    business, start = clock(place, week, off, extra), around(place, first)
    amount = min(timedelta(seconds=seconds), business.elapsed(start, start + timedelta(days=14)) or MINUTE)
    deadline = business.after(start, amount)
    assert business.elapsed(start, deadline) == amount
    assert business.elapsed(start, deadline - timedelta.resolution) == amount - timedelta.resolution


@settings(max_examples=60)
@given(places, weeks, near, near, st.tuples(minutes, minutes, minutes).map(sorted))
def test_time_adds_up(
    place: Place, week: tuple[Window, ...], off: frozenset[int], extra: frozenset[int], points: list[int]
):
    """What passes from the first to the last is what passes to and from any instant between; never is it negative."""
    business = clock(place, week, off, extra)
    first, middle, last = (around(place, shift) for shift in points)
    assert business.elapsed(first, last) == business.elapsed(first, middle) + business.elapsed(middle, last)
    assert timedelta() <= business.elapsed(first, last) <= last - first
    assert business.elapsed(last, first) == timedelta()


@given(places, weeks, near, minutes)
@example(("Europe/Moscow", date(2026, 3, 8)), (NIGHT,), frozenset({0}), 60)
@example(("Europe/Moscow", date(2026, 3, 8)), (NIGHT,), frozenset({-1}), 60)
def test_whoever_is_offered_leads_is_at_work_by_the_clock_of_the_targets(
    place: Place, week: tuple[Window, ...], off: frozenset[int], shift: int
):
    """Business hours hold at the same instants for gates as for targets, on the nights of a holiday too."""
    business, at = clock(place, week, off, frozenset()), around(place, shift)
    assert Hours("h", week).holds(at, business.tz, business.days_off) == business.is_open(at)
