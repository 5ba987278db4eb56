"""Quotas: exact over their period, whenever it begins and however leads come."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadrouter.assignment import quota as q
from leadrouter.staff import PERIODS, Period
from leadrouter.zone import zone

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LENGTH = {"hour": HOUR, "day": DAY, "month": 30 * DAY}
ZONES = st.sampled_from([zone("UTC"), zone("Europe/Moscow"), zone("America/New_York"), zone("Asia/Kathmandu")])


def taken(leads: int, period: Period, tz, demand: list[datetime], held: q.Balance | None = None) -> list[datetime]:
    """Return when leads were taken off, of those that came."""
    taken_at = []
    for at in demand:
        left = q.balance(held, leads, period, at, tz)
        if left.has_lead(leads, period):
            taken_at.append(at)
            left = q.spend(left, period)
        held = left
    return taken_at


@given(st.integers(1, 60), ZONES)
@example(14, zone("UTC"))
@example(44, zone("Europe/Moscow"))
@example(45, zone("UTC"))
@settings(max_examples=25)
def test_a_month_is_exact_in_every_thirty_days(leads: int, tz):
    """Where leads never stop, any 30 days hold exactly the quota, the first of them at once."""
    start = datetime(2026, 1, 5, tzinfo=tz)
    demand = [start + number * timedelta(hours=5) for number in range(5 * 90)]
    got = taken(leads, "month", tz, demand)
    assert got[0] == demand[0]
    days = [at.astimezone(tz).date().toordinal() for at in got]
    for begin in range(start.date().toordinal(), start.date().toordinal() + 60):
        assert sum(begin <= day < begin + 30 for day in days) == leads


@given(st.integers(1, 9), st.sampled_from(["hour", "day"]), ZONES)
@settings(max_examples=25)
def test_an_hour_and_a_day_hold_whole_leads(leads: int, period: Period, tz):
    """Each hour or day of the zone holds exactly the quota, where there are enough."""
    demand = [START + number * timedelta(minutes=3) for number in range(20 * 24 * 3)]
    got = taken(leads, period, tz, demand)
    slices = Counter(q.balance(None, leads, period, at, tz).slice for at in got)
    assert set(slices.values()) == {leads}


@given(st.integers(1, 20), st.lists(st.integers(0, 40), min_size=1, max_size=60), ZONES)
@example(14, [0] + 20 * [1] + [60] + 40 * [0], zone("UTC"))
@settings(max_examples=50)
def test_no_thirty_days_hold_more_than_the_quota(leads: int, gaps: list[int], tz):
    """However long somebody was away before, and however many leads came on one day."""
    days = list(accumulate(gaps))
    got = Counter(at.toordinal() for at in taken(leads, "month", tz, [START + day * DAY for day in days for _ in "ab"]))
    assert all(sum(got[begin + day] for day in range(30)) <= leads for begin in list(got))


@given(st.integers(1, 40), st.sampled_from(PERIODS), st.integers(0, 30), ZONES)
@settings(max_examples=80)
def test_a_spent_quota_opens_when_it_says(leads: int, period: Period, spent: int, tz):
    """At that instant a lead can be taken off, and a second before it cannot."""
    left = q.balance(None, leads, period, START, tz)
    for _ in range(leads + spent):
        left = q.spend(left, period)
    if left.has_lead(leads, period):
        return
    opens = q.opens(left, leads, period, tz)
    assert START < opens <= START + LENGTH[period] + DAY
    assert q.balance(left, leads, period, opens, tz).has_lead(leads, period)
    assert not q.balance(left, leads, period, opens - timedelta(seconds=1), tz).has_lead(leads, period)


@given(st.integers(1, 40), st.sampled_from(PERIODS), ZONES)
def test_a_refund_undoes_what_was_spent(leads: int, period: Period, tz):
    """And never gives more than one period's worth."""
    left = q.balance(None, leads, period, START, tz)
    if left.parts >= q.COST[period]:
        assert q.refund(q.spend(left, period), leads, period) == left
    full = q.Balance(left.slice, leads * q.COST[period])
    assert q.refund(full, leads, period) == full
