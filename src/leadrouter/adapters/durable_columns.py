"""Events as durable-rules is shown them: small whole numbers, worked out for each event in plain Python.

Counts and totals are prefix sums, so that a window is a comparison of two events. Times are seconds before
this event. Amounts of any size are replaced by their ranks, which compare as they do.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from fractions import Fraction
from itertools import accumulate
from typing import TypeAlias

from attrs import frozen

from leadrouter.history.reading import Reading
from leadrouter.history.reference import share
from leadrouter.rulepack import pattern as p

BEYOND = 2**31 - 1
"""Longer ago than any window; where nothing came before."""

_SECOND = timedelta(seconds=1)
_UNBOUNDED = Fraction(10**40)


@frozen
class View:
    """A reading, with what is unknown taken for false or, where `is_possible`, for whatever lets a pattern hold."""

    reading: Reading
    is_possible: bool

    def members(self, stream: str) -> list[bool]:
        """Say of each event whether it is taken for a member of a stream."""
        return [each is not False if self.is_possible else each is True for each in self.reading.members(stream)]

    def others(self, stream: str) -> list[bool]:
        """Say it for what keeps a pattern from holding, where unknown is taken the other way."""
        return View(self.reading, not self.is_possible).members(stream)


Column: TypeAlias = Callable[[View], Sequence[int]]
"""Works out one property of every event."""


def is_last(view: View) -> list[int]:
    """1 for this event, the anchor of every rule."""
    return [0] * (len(view.reading.events) - 1) + [1]


def place(view: View) -> list[int]:
    """The place of the event, from 1."""
    return list(range(1, len(view.reading.events) + 1))


def age(view: View) -> list[int]:
    """Seconds before this event, begun ones counted: at most a window's where the event lies in it."""
    return [-(-each.age // _SECOND) for each in view.reading.events]


def full_age(view: View) -> list[int]:
    """Full seconds before this event: at least a silence's where the event lies before it."""
    return [each.age // _SECOND for each in view.reading.events]


def age_before(view: View) -> list[int]:
    """The age of the event before: older than a window where this is the first event in it."""
    return [BEYOND, *age(view)[:-1]]


def member(stream: str) -> Column:
    """1 for the members of a stream."""
    return lambda view: list(map(int, view.members(stream)))


def count_through(flags: Callable[[View], list[bool]]) -> Column:
    """How many are flagged up to the event."""
    return lambda view: list(accumulate(map(int, flags(view))))


def count_before(flags: Callable[[View], list[bool]]) -> Column:
    """How many are flagged before the event."""
    return lambda view: [0, *accumulate(map(int, flags(view)))][:-1]


def latest(flags: Callable[[View], list[bool]]) -> Column:
    """The place of the newest flagged event before each, 0 for none."""
    return lambda view: _carried(flags(view))[:-1]


def latest_through(flags: Callable[[View], list[bool]]) -> Column:
    """The place of the newest flagged event up to each, 0 for none."""
    return lambda view: _carried(flags(view))[1:]


def _carried(flags: Iterable[bool]) -> list[int]:
    places = (number if flag else 0 for number, flag in enumerate(flags, start=1))
    return list(accumulate(places, max, initial=0))


def quiet(stream: str) -> Column:
    """Full seconds since what may have been in a stream before this event."""

    def of(view: View) -> list[int]:
        ages = [BEYOND, *full_age(view)]
        return [ages[number] for number in _carried(view.others(stream))[:-1]]

    return of


def newest_of_each(pattern: p.Different) -> Callable[[View], list[bool]]:
    """Flag the newest member with each value; what has none may have a value of its own."""

    def flags(view: View) -> list[bool]:
        seen: set[object] = set()
        found: list[bool] = []
        events = zip(reversed(view.reading.events), reversed(view.members(pattern.of)), strict=True)
        for event, is_member in events:
            value = event.value(pattern.fact)
            found.append(is_member and (view.is_possible if value is None else value not in seen))
            seen |= {value} if is_member else set()
        return found[::-1]

    return flags


def total_before(pattern: p.AtLeast) -> Column:
    """The rank of what was reached before each event."""
    return lambda view: _totals(pattern, view)[0]


def total_allowed(pattern: p.AtLeast) -> Column:
    """For this event the highest rank that still leaves the total; for others nothing."""
    return lambda view: _totals(pattern, view)[1]


def _totals(pattern: p.AtLeast, view: View) -> tuple[list[int], list[int]]:
    total, reading = pattern.total, view.reading
    assert total is not None, "INVARIANT: asked for patterns with a total only"
    members = reading.members(pattern.of)
    shares = [share(total.fact, reading, number, each) for number, each in enumerate(members)]
    if view.is_possible:
        added = [_UNBOUNDED if most is None else most for _, most in shares]
    else:
        added = [-_UNBOUNDED if least is None else least for least, _ in shares]
    *before, reached = accumulate(added, initial=Fraction())
    ranks = sorted(set(before))
    allowed = bisect_right(ranks, reached - Fraction(total.amount))
    return [bisect_right(ranks, each) for each in before], [0] * (len(before) - 1) + [allowed]


def as_later(pattern: p.Growing) -> Column:
    """The rank that an event's value counts with against the one before: unknown is low, or high where possible."""
    return lambda view: _ranks(pattern, view, if_unknown=BEYOND if view.is_possible else 0)


def as_earlier(pattern: p.Growing) -> Column:
    """The rank that it counts with against the one behind: unknown is high, or low where possible."""
    return lambda view: _ranks(pattern, view, if_unknown=0 if view.is_possible else BEYOND)


def _ranks(pattern: p.Growing, view: View, *, if_unknown: int) -> list[int]:
    members = view.reading.members(pattern.of)
    values = [
        event.value(pattern.fact) if is_member else None
        for event, is_member in zip(view.reading.events, members, strict=True)
    ]
    ranks = sorted({value for value in values if value is not None})
    return [if_unknown if value is None else bisect_right(ranks, value) for value in values]


def possible(stream: str) -> Callable[[View], list[bool]]:
    """Flag what may be in a stream, whatever the view."""
    return lambda view: [each is not False for each in view.reading.members(stream)]


def members_of(stream: str) -> Callable[[View], list[bool]]:
    """Flag what is taken for a member of a stream."""
    return lambda view: view.members(stream)


def others_of(stream: str) -> Callable[[View], list[bool]]:
    """Flag what is taken for a member by what keeps a pattern from holding."""
    return lambda view: view.others(stream)
