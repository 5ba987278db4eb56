"""What patterns mean.

Each function says of one form whether it is true, false or unknown (None). A missing fact is unknown, not
zero: what an event may be, or may bring, counts for what is possible and not for what is sure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, assert_never, cast

from leadrouter import vocabulary as v
from leadrouter.history.reading import Reading, window
from leadrouter.routing.evaluate import all_of, any_of, not_of
from leadrouter.rulepack import pattern as p


def evaluate(reading: Reading) -> dict[str, bool | None]:
    """Return what each pattern is. Costs the number of patterns times that of events."""
    return {pattern.name: truth(pattern, reading) for pattern in reading.patterns}


def truth(pattern: p.Pattern, reading: Reading) -> bool | None:
    """Return what one pattern is."""
    match pattern:
        case p.AtLeast():
            return _at_least(pattern, reading)
        case p.Different():
            return _different(pattern, reading)
        case p.Growing():
            return _growing(pattern, reading)
        case p.Silence():
            return _silence(pattern, reading)
        case p.Sequence():
            return _sequence(pattern, reading)
        case _:
            assert_never(pattern)


def _at_least(pattern: p.AtLeast, reading: Reading) -> bool | None:
    places, members = window(reading.events, pattern.within), reading.members(pattern.of)
    sure = sum(members[place] is True for place in places)
    possible = sum(members[place] is not False for place in places)
    is_enough = _reaches(sure, possible, pattern.count)
    if pattern.total is None:
        return is_enough
    shares = [share(pattern.total.fact, reading, place, members[place]) for place in places]
    least, most = _sum(least for least, _ in shares), _sum(most for _, most in shares)
    return all_of([is_enough, _reaches(least, most, Fraction(pattern.total.amount))])


def share(
    name: str,
    reading: Reading,
    place: int,
    is_member: bool | None,  # noqa: FBT001  # a truth value of its own
) -> tuple[Fraction | None, Fraction | None]:
    """Return the least and the most that an event adds to a total; None is without bound.

    A missing amount lies between the bounds of its field, and what may be no member may add nothing.
    """
    type_ = cast("v.Int | v.Number | v.Money", reading.pack.vocabulary[name].type)
    value = reading.events[place].value(name)
    bounds = [type_.least, type_.most] if value is None else [value, value]
    least, most = [None if bound is None else Fraction(bound) for bound in bounds]
    if is_member is False:
        return Fraction(), Fraction()
    if is_member is None:
        least = None if least is None else min(least, Fraction())
        most = None if most is None else max(most, Fraction())
    return least, most


def _sum(shares: Iterable[Fraction | None]) -> Fraction | None:
    listed = list(shares)
    return None if None in listed else sum((each for each in listed if each is not None), Fraction())


def _reaches(least: Any, most: Any, needed: Any) -> bool | None:
    """Say whether what lies between two bounds reaches what is needed; a bound that is None has no end."""
    if least is not None and least >= needed:
        return True
    return False if most is not None and most < needed else None


def _different(pattern: p.Different, reading: Reading) -> bool | None:
    places, members = window(reading.events, pattern.within), reading.members(pattern.of)
    found = [(members[place], reading.events[place].value(pattern.fact)) for place in places]
    sure = {value for is_member, value in found if is_member is True and value is not None}
    possible = {value for is_member, value in found if is_member is not False and value is not None}
    nameless = sum(is_member is not False and value is None for is_member, value in found)
    return _reaches(len(sure), len(possible) + nameless, pattern.count)


def _growing(pattern: p.Growing, reading: Reading) -> bool | None:
    members = reading.members(pattern.of)
    possible = [place for place in window(reading.events, pattern.within) if members[place] is not False]
    newest = possible[-pattern.times :]
    if len(newest) < pattern.times:
        return False
    values = [reading.events[place].value(pattern.fact) if members[place] else None for place in newest]
    return all_of(None if one is None or other is None else one < other for one, other in pairwise(values))


def _silence(pattern: p.Silence, reading: Reading) -> bool | None:
    members = reading.members(pattern.of)
    places = [place for place in window(reading.events, pattern.within) if place < len(members) - 1]
    before = any_of(members[place] for place in places if reading.events[place].age >= pattern.silence)
    since = any_of(members[place] for place in places if reading.events[place].age < pattern.silence)
    return all_of([before, not_of(since)])


def _sequence(pattern: p.Sequence, reading: Reading) -> bool | None:
    now = len(reading.events) - 1
    *earlier, last = pattern.streams
    leads_on: list[bool | None] = [*[False] * now, reading.members(last)[now]]
    for stream in reversed(earlier):
        members = reading.members(stream)
        leads_on = [all_of(both) for both in zip(members, _behind(leads_on), strict=True)]
    blocking = () if pattern.without is None else reading.members(pattern.without)[:now]
    blocked = _behind(blocking) if blocking else [False] * now
    places = window(reading.events, pattern.within)
    return any_of(all_of([leads_on[place], not_of(blocked[place])]) for place in places if place < now)


def _behind(truths: Sequence[bool | None]) -> list[bool | None]:
    """Say for each place whether one of those behind it is true."""
    found: list[bool | None] = []
    later: bool | None = False
    for truth_there in reversed(truths):
        found.append(later)
        later = any_of([later, truth_there])
    return found[::-1]
