"""Leads an hour, a day or a month, with fractions carried over.

A quota of n a month accrues n thirtieths of a lead at the beginning of each day, one of n a day or an
hour accrues n whole leads at the beginning of each. A lead spends one. What was not spent is carried
over, up to one period's worth, and never lets any 30 days hold more than n: so 14 a month is exactly 14
in 30 days, whenever they begin, and no leave is made up for.

A slice that has begun holds what it began with: a raised quota accrues from the next one on. A lowered one
holds at once, for what was taken in the period is counted as well.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attrs import frozen

from leadrouter.staff import Period
from leadrouter.zone import takes_effect

COST: dict[Period, int] = {"hour": 1, "day": 1, "month": 30}
"""The parts that a lead costs; a quota of n accrues n parts in each slice: an hour, or a day."""

_HOUR = 3600


@frozen
class Balance:
    """The parts of leads left in a slice: an hour since 1970 in UTC, or a day by its ordinal in a zone.

    `taken` are the leads taken off in the slices of the period up to this one: `(slice, count)`, in order.
    """

    slice: int
    parts: int
    taken: tuple[tuple[int, int], ...] = ()

    def has_lead(self, leads: int, period: Period) -> bool:
        """Whether a lead can be taken off."""
        return self.parts >= COST[period] and sum(count for _, count in self.taken) < leads


def balance(held: Balance | None, leads: int, period: Period, at: datetime, tz: ZoneInfo) -> Balance:
    """Return what is left of a quota at an instant.

    A quota that nobody has touched begins with its first slice and all of a lead but the last part, so
    that the first lead need not wait and 30 days still hold exactly `leads`.
    """
    now, full = _slice(period, at, tz), leads * COST[period]
    if held is None:
        return Balance(now, min(full, leads + COST[period] - 1))
    now = max(now, held.slice)
    parts = min(max(full, held.parts), held.parts + (now - held.slice) * leads)
    return Balance(now, parts, tuple(each for each in held.taken if each[0] > now - COST[period]))


def spend(left: Balance, period: Period) -> Balance:
    """Take a lead off; nobody owes one afterwards."""
    return Balance(left.slice, max(0, left.parts - COST[period]), _counted(left, left.slice, 1))


def refund(left: Balance, leads: int, period: Period) -> Balance:
    """Give the latest lead back that was taken off, up to one period's worth."""
    parts = min(max(leads * COST[period], left.parts), left.parts + COST[period])
    return Balance(left.slice, parts, _counted(left, left.taken[-1][0], -1) if left.taken else ())


def opens(left: Balance, leads: int, period: Period, tz: ZoneInfo) -> datetime:
    """Return when a lead can be taken off again: the beginning of the slice in which a whole one is there."""
    slice_ = left.slice + max(0, -(-(COST[period] - left.parts) // leads))
    counted = sum(count for _, count in left.taken)
    for taken, count in left.taken:
        if counted >= leads:
            slice_ = max(slice_, taken + COST[period])
        counted -= count
    if period == "hour":
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=slice_ * _HOUR)
    return takes_effect(date.fromordinal(slice_), time(0), tz)


def _counted(left: Balance, slice_: int, change: int) -> tuple[tuple[int, int], ...]:
    """Return the leads taken off with so many more in a slice."""
    counts = dict(left.taken)
    counts[slice_] = counts.get(slice_, 0) + change
    return tuple((each, count) for each, count in counts.items() if count)


def _slice(period: Period, at: datetime, tz: ZoneInfo) -> int:
    if period == "hour":
        return int((at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(hours=1))
    return at.astimezone(tz).date().toordinal()
