"""Find a fair plan in plain Python: whoever is furthest behind comes next, then people change places.

The search is deterministic and never breaks a hard rule. It fills the duties in order of time, each by
whoever is furthest behind the share earned so far; fills what stayed open by chains of displacements;
and then gives away and swaps duties as long as that makes the objective smaller. It ends where no such
step is left, which need not be the best plan there is; `adapters.or_tools` proves one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TypeAlias

from attrs import define, field, frozen

from leadrouter.roster.plan_model import Assignment, PlanModel, longest_run, objective, tenths

Counts: TypeAlias = tuple[int, int, int]
Price: TypeAlias = tuple[int, int, int]
"""By how much a step makes the deviation, the spread and the changes of a plan grow."""

_NOTHING = (0, 0, 0)
_DEEPEST = 40


def search(model: PlanModel) -> Assignment:
    """Return a fair assignment. Costs some passes over all pairs of slots; a year of one role takes seconds.

    It starts once from nothing and once from the plan before, and keeps the better of both.
    """
    starts = [False, True] if any(model.before) else [False]
    found = [_planned(model, keeps_before=keeps) for keeps in starts]
    return min(found, key=lambda assignment: objective(model, assignment))


def _planned(model: PlanModel, *, keeps_before: bool) -> Assignment:
    rota = _Rota(model)
    if keeps_before:
        _keep(rota)
    _deal(rota)
    _mend(rota)
    while _trade(rota):
        _mend(rota)
    _improve(rota)
    return tuple(tuple(sorted(people)) for people in rota.on)


@define
class _Rota:
    """An assignment that changes step by step, with what each person has of everything that counts."""

    model: PlanModel
    on: list[set[int]] = field(init=False)
    has: list[set[int]] = field(init=False)
    loads: list[list[int]] = field(init=False)
    taken: dict[tuple[int, int], int] = field(factory=dict, init=False)
    days: list[Counter[int]] = field(init=False)
    prices: list[dict[tuple[Counts | None, Counts | None], Price]] = field(init=False)
    compares: bool = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.on = [set() for _ in self.model.slots]
        self.has = [set() for _ in self.model.people]
        self.loads = [[0, 0, 0] for _ in self.model.people]
        self.days = [Counter() for _ in self.model.people]
        self.prices = [{} for _ in self.model.people]
        self.compares = any(self.model.before)

    def give(self, slot: int, person: int, sign: int = 1) -> None:
        """Let somebody have a slot; with sign -1 take it away."""
        change = (set.add, set.remove)[sign < 0]
        change(self.on[slot], person)
        change(self.has[person], slot)
        self.prices[person].clear()
        key = person, self.model.week[slot]
        self.taken[key] = self.taken.get(key, 0) + sign
        for day in self.model.days[slot]:
            self.days[person][day] += sign
        for index, count in enumerate(self.model.counts[slot]):
            self.loads[person][index] += sign * count

    def lacks(self, slot: int) -> int:
        """Return how many people a slot still needs."""
        return self.model.slots[slot].need - len(self.on[slot])

    def takes(self, slot: int, person: int, without: Sequence[int] = ()) -> bool:
        """Say whether the hard rules let somebody have a slot, once others are given away."""
        if person not in self.model.able[slot] or person in self.on[slot]:
            return False
        has = self.has[person]
        if any(other in has and other not in without for other in self.model.beside[slot]):
            return False
        return self.has_room(slot, person, without) and self.may_go_on(slot, person, without)

    def has_room(self, slot: int, person: int, without: Sequence[int]) -> bool:
        """Say whether somebody's week has room for a slot."""
        if self.model.room is None:
            return True
        week = self.model.week[slot]
        freed = sum(self.model.week[other] == week for other in without)
        return self.taken.get((person, week), 0) - freed < self.model.room[person, week]

    def may_go_on(self, slot: int, person: int, without: Sequence[int]) -> bool:
        """Say whether a slot makes no longer row of dates with duty than is allowed."""
        if self.model.in_a_row is None:
            return True
        freed = Counter(day for other in without for day in self.model.days[other])
        planned, held = self.days[person], self.model.busy[person]
        row = longest_run(self.model.days[slot], lambda day: day in held or planned[day] > freed[day])
        return row <= self.model.in_a_row

    def price(self, person: int, gains: int | None, loses: int | None) -> Price:
        """Return by how much the objective grows where somebody gains one slot and loses another."""
        counts = self.model.counts
        key = None if gains is None else counts[gains], None if loses is None else counts[loses]
        known = self.prices[person].get(key)
        if known is None:
            known = self.prices[person][key] = self.growth(person, *key)
        if not self.compares:
            return known
        return known[0], known[1], self.changes(gains, person) - self.changes(loses, person)

    def growth(self, person: int, more: Counts | None, less: Counts | None) -> Price:
        """Return by how much somebody's deviations, squared, grow with more of what counts and less."""
        main, *apart = (
            tenths(load + plus - minus - target) ** 2 - tenths(load - target) ** 2
            for load, plus, minus, target in zip(
                self.loads[person], more or _NOTHING, less or _NOTHING, self.model.targets[person], strict=True
            )
        )
        return main, sum(apart), 0

    def changes(self, slot: int | None, person: int) -> int:
        """Say whether somebody in a slot is a change from the plan before."""
        return slot is not None and bool(self.model.before[slot]) and person not in self.model.before[slot]


def _keep(rota: _Rota) -> None:
    """Begin with the plan before, as far as the rules allow."""
    for slot, people in enumerate(rota.model.before):
        for person in sorted(people):
            if rota.lacks(slot) > 0 and rota.takes(slot, person):
                rota.give(slot, person)


def _deal(rota: _Rota) -> None:
    """Fill slots in order of time, each by those who are furthest behind what they have earned so far."""
    model = rota.model
    had = [Fraction(0)] * len(model.people)
    earned = [Fraction(0)] * len(model.people)
    rate = [
        Fraction(target[0], share) if share else Fraction(0)
        for target, share in zip(model.targets, _even_shares(model), strict=True)
    ]
    for slot, able in enumerate(model.able):
        worth = model.counts[slot][0]
        for person in able:
            earned[person] += rate[person] * _part(model, slot) * worth

        def rank(person: int, slot: int = slot) -> tuple[Fraction, bool, int, int]:
            behind = earned[person] - had[person]
            return -behind, bool(rota.changes(slot, person)), rota.price(person, slot, None)[1], person

        for person in sorted(able, key=rank):
            if rota.lacks(slot) > 0 and rota.takes(slot, person):
                rota.give(slot, person)
        for person in rota.on[slot]:
            had[person] += worth


def _part(model: PlanModel, slot: int) -> Fraction:
    return min(Fraction(1), Fraction(model.slots[slot].need, len(model.able[slot])))


def _even_shares(model: PlanModel) -> list[Fraction]:
    """Return what each person earns over all slots, in the numbers of the model."""
    shares = [Fraction(0)] * len(model.people)
    for slot, able in enumerate(model.able):
        for person in able:
            shares[person] += _part(model, slot) * model.counts[slot][0]
    return shares


def _mend(rota: _Rota) -> None:
    """Fill what is open by chains: somebody takes it and gives away what stands in the way."""
    for slot in range(len(rota.on)):
        while rota.lacks(slot) > 0 and _Chain(rota, {slot}).fill(slot, _DEEPEST):
            pass


@frozen
class _Chain:
    """One attempt to fill a slot; a slot that has been moved once is not moved again."""

    rota: _Rota
    seen: set[int]

    def fill(self, slot: int, depth: int) -> bool:
        """Find somebody for an open slot; where that fails nothing has changed."""
        rota = self.rota
        able = [person for person in rota.model.able[slot] if person not in rota.on[slot]]
        for person in sorted(able, key=lambda each: (rota.price(each, slot, None), each)):
            for obstacles in _obstacles(rota, slot, person):
                if self.seen.isdisjoint(obstacles) and (depth or not obstacles):
                    self.seen.update(obstacles)
                    if self.displaces(slot, person, obstacles, depth):
                        return True
        return False

    def displaces(self, slot: int, person: int, obstacles: Sequence[int], depth: int) -> bool:
        """Let somebody have a slot in place of others, and find somebody else for each of those."""
        kept = [set(people) for people in self.rota.on]
        for other in obstacles:
            self.rota.give(other, person, -1)
        self.rota.give(slot, person)
        if all(self.fill(other, depth - 1) for other in obstacles):
            return True
        _restore(self.rota, kept)
        return False


def _restore(rota: _Rota, kept: Sequence[set[int]]) -> None:
    for slot, people in enumerate(kept):
        for person in sorted(rota.on[slot] - people):
            rota.give(slot, person, -1)
        for person in sorted(people - rota.on[slot]):
            rota.give(slot, person)


def _trade(rota: _Rota) -> bool:
    """Let somebody give one slot away for two or more that are open, wherever there are such."""
    found = False
    for slot in range(len(rota.on)):
        for person in sorted(rota.on[slot]):
            vacant = [other for other in range(len(rota.on)) if other != slot and rota.lacks(other) > 0]
            rota.give(slot, person, -1)
            taken = []
            for other in vacant:
                if rota.takes(other, person):
                    rota.give(other, person)
                    taken.append(other)
            if len(taken) > 1:
                found = True
                continue
            for other in taken:
                rota.give(other, person, -1)
            rota.give(slot, person)
    return found


def _obstacles(rota: _Rota, slot: int, person: int) -> Iterator[tuple[int, ...]]:
    """Yield sets of slots that somebody could give away to have room for a slot: what clashes, and one more."""
    has = rota.has[person]
    clashes = tuple(other for other in rota.model.beside[slot] if other in has)
    if rota.takes(slot, person, clashes):
        yield clashes
        return
    for other in sorted(has.difference(clashes)):
        if rota.takes(slot, person, (*clashes, other)):
            yield (*clashes, other)


def _improve(rota: _Rota) -> None:
    """Make steps that lower the objective until there are none, the simpler kinds of step first."""
    while _give_away(rota) or _swap(rota) or _pass_on(rota):
        pass


def _give_away(rota: _Rota) -> bool:
    """Let one slot pass from one person to another, wherever that is better."""
    found = False
    for slot, able in enumerate(rota.model.able):
        for giver in sorted(rota.on[slot]):
            for taker in able:
                if rota.takes(slot, taker) and _is_less(rota.price(giver, None, slot), rota.price(taker, slot, None)):
                    rota.give(slot, giver, -1)
                    rota.give(slot, taker)
                    found = True
                    break
    return found


def _swap(rota: _Rota) -> bool:
    """Let two people change places, wherever that is better."""
    found = False
    slots = range(len(rota.on))
    for first in slots:
        for second in slots[first + 1 :]:
            if rota.model.counts[first] != rota.model.counts[second] or any(
                rota.model.before[slot] for slot in (first, second)
            ):
                found |= _swapped(rota, first, second)
    return found


def _swapped(rota: _Rota, first: int, second: int) -> bool:
    for one in sorted(rota.on[first] - rota.on[second]):
        for other in sorted(rota.on[second] - rota.on[first]):
            if (
                _is_less(rota.price(one, second, first), rota.price(other, first, second))
                and rota.takes(second, one, (first,))
                and rota.takes(first, other, (second,))
            ):
                rota.give(first, one, -1)
                rota.give(second, other, -1)
                rota.give(first, other)
                rota.give(second, one)
                return True
    return False


def _pass_on(rota: _Rota) -> bool:
    """Let one slot pass to somebody who passes another one on, once, where that is better."""
    for first, able in enumerate(rota.model.able):
        for giver in sorted(rota.on[first]):
            gain = rota.price(giver, None, first)
            if gain[0] >= 0:
                continue
            for middle in able:
                if middle not in rota.on[first] and _passed_on(rota, first, giver, middle):
                    return True
    return False


def _passed_on(rota: _Rota, first: int, giver: int, middle: int) -> bool:
    for second in sorted(rota.has[middle]):
        if not rota.takes(first, middle, (second,)):
            continue
        prices = rota.price(giver, None, first), rota.price(middle, first, second)
        for taker in rota.model.able[second]:
            if taker != giver and rota.takes(second, taker) and _is_less(*prices, rota.price(taker, second, None)):
                rota.give(first, giver, -1)
                rota.give(second, middle, -1)
                rota.give(first, middle)
                rota.give(second, taker)
                return True
    return False


def _is_less(*prices: Price) -> bool:
    main = sum(price[0] for price in prices)
    return main < 0 or (main == 0 and (sum(price[1] for price in prices), sum(price[2] for price in prices)) < (0, 0))
