"""A plan as a problem in whole numbers: who may take what, and which plan is the better one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TypeAlias

from attrs import field, frozen

from leadrouter.roster.dated import DatedDuty
from leadrouter.roster.worth import Measure, Worth

Assignment: TypeAlias = tuple[tuple[int, ...], ...]
"""For each slot who has it, as sorted indices of people."""

UNIT = 10_000
"""What a duty of average worth counts in the whole numbers of a model."""

TENTH = UNIT // 10
"""The step in which deviations are compared: less than a tenth of an average duty is no difference."""


@frozen(kw_only=True)
class Slot:
    """A duty to be filled over `[start, end)`, by `need` people who each have all `skills`.

    `among` are those who may take it; empty is everybody.
    """

    start: datetime
    end: datetime
    need: int = 1
    skills: frozenset[str] = frozenset()
    among: tuple[str, ...] = ()


@frozen(kw_only=True)
class Participant:
    """Somebody to be planned: skills, absences `[start, end)`, and the weighted hours that are owed.

    `owed` is carried over from before: above 0 for somebody who had less than the share that was due.
    """

    id: str
    skills: frozenset[str] = frozenset()
    away: tuple[tuple[datetime, datetime], ...] = ()
    owed: Fraction = Fraction(0)


@frozen(kw_only=True)
class PlanRules:
    """Hard rules beside cover, absences and skills: they are never broken, a duty stays open instead.

    `rest` is the least time between two duties of one person; without it duties may touch, but never
    overlap. `most_per_week` counts duties by the week, Monday first, of the local date on which they start;
    `days_in_a_row` the local dates in a row on which one has duty.
    """

    rest: timedelta = timedelta(0)
    most_per_week: int | None = None
    days_in_a_row: int | None = None


@frozen(order=True)
class Objective:
    """How good a plan is, the first difference decides, less is better.

    Args:
        unfilled: people that duties lack.
        deviation: by how much people have more or less than their share, in tenths of an average duty,
            squared and added up.
        spread: the same for the hours on weekends, and for those on holidays.
        changed: people with a duty that the plan before gave to somebody else.
    """

    unfilled: int
    deviation: int
    spread: int
    changed: int


@frozen(kw_only=True)
class PlanModel:
    """Slots and people by index, in the order of time and of the roster.

    Args:
        able: for each slot who may take it: those with the skills who are neither away nor held elsewhere.
        beside: for each slot those that the same person cannot have as well, by overlap or for lack of rest.
        week: for each slot the number of its week.
        room: how many more duties a person may have in a week; None is any number.
        days: for each slot the numbers of the local dates that it touches.
        busy: for each person the dates on which other duties stand.
        in_a_row: on how many dates in a row a person may have duty; None is any number.
        worth, weekend, holiday: what each slot counts.
        targets: how much of these each person should have.
        shares: the share of each person, exact, without what is owed.
        before: for each slot who had it in the plan before; empty where that says nothing.
    """

    slots: tuple[Slot, ...]
    people: tuple[Participant, ...]
    able: tuple[tuple[int, ...], ...]
    beside: tuple[tuple[int, ...], ...]
    week: tuple[int, ...]
    room: Mapping[tuple[int, int], int] | None = field(hash=False)
    days: tuple[tuple[int, ...], ...]
    busy: tuple[frozenset[int], ...]
    in_a_row: int | None
    counts: tuple[tuple[int, int, int], ...]
    targets: tuple[tuple[int, int, int], ...]
    shares: tuple[Worth, ...]
    worths: tuple[Worth, ...]
    before: tuple[frozenset[int], ...]


Solve: TypeAlias = Callable[[PlanModel], Assignment]
"""Gives an assignment that keeps every hard rule; the less its objective the better."""


def tenths(deviation: int) -> int:
    """Return the full tenths of an average duty in a deviation, whichever its sign."""
    return abs(deviation) // TENTH


def objective(model: PlanModel, assignment: Assignment) -> Objective:
    """Say how good an assignment is."""
    loads = [[0, 0, 0] for _ in model.people]
    for people, counts in zip(assignment, model.counts, strict=True):
        for person in people:
            for index, count in enumerate(counts):
                loads[person][index] += count
    off = [
        [tenths(load - target) ** 2 for load, target in zip(*pair, strict=True)]
        for pair in zip(loads, model.targets, strict=True)
    ]
    filled = list(zip(model.slots, assignment, model.before, strict=True))
    return Objective(
        unfilled=sum(slot.need - len(people) for slot, people, _ in filled),
        deviation=sum(main for main, _, _ in off),
        spread=sum(weekend + holiday for _, weekend, holiday in off),
        changed=sum(len({*people} - before) for _, people, before in filled if before),
    )


def build_model(
    slots: Iterable[Slot],
    people: Sequence[Participant],
    *,
    measure: Measure,
    rules: PlanRules,
    before: Sequence[DatedDuty] = (),
    held: Sequence[DatedDuty] = (),
) -> PlanModel:
    """Turn slots and people into numbers. `held` are duties that stand and are not planned here."""
    ordered = tuple(sorted(slots, key=lambda slot: (slot.start, slot.end, slot.need, slot.among, sorted(slot.skills))))
    index = {person.id: place for place, person in enumerate(people)}
    held_by = [[duty for duty in held if person.id in duty.people] for person in people]
    busy = [frozenset(day for duty in duties for day in days_of(duty, measure)) for duties in held_by]
    fit = [tuple(p for p, person in enumerate(people) if is_fit(person, slot)) for slot in ordered]
    able = [
        tuple(p for p in fit[s] if is_free(slot, held_by[p], busy[p], measure=measure, rules=rules))
        for s, slot in enumerate(ordered)
    ]
    worths = tuple(measure.worth(slot.start, slot.end) for slot in ordered)
    shares = _shares(ordered, worths, fit, len(people))
    scale = _Scale.of(ordered, worths)
    weeks = [week_of(slot.start, measure) for slot in ordered]
    return PlanModel(
        slots=ordered,
        people=tuple(people),
        able=tuple(able),
        beside=_beside(ordered, rules.rest),
        week=tuple(weeks),
        room=_room(weeks, held_by, rules.most_per_week, measure),
        days=tuple(days_of(slot, measure) for slot in ordered),
        busy=tuple(busy),
        in_a_row=rules.days_in_a_row,
        counts=tuple(scale.counts(worth) for worth in worths),
        targets=tuple(scale.counts(_due(share, who.owed)) for share, who in zip(shares, people, strict=True)),
        shares=shares,
        worths=worths,
        before=tuple(frozenset(_before(slot, before, index)) for slot in ordered),
    )


def is_fit(person: Participant, slot: Slot) -> bool:
    """Say whether somebody could have a slot, whatever else is planned."""
    return (
        (not slot.among or person.id in slot.among)
        and slot.skills <= person.skills
        and not any(start < slot.end and slot.start < end for start, end in person.away)
    )


def too_close(one: Slot | DatedDuty, other: Slot | DatedDuty, rest: timedelta) -> bool:
    """Say whether nobody can have both: they overlap, or leave less than the rest between them."""
    return one.start < other.end + rest and other.start < one.end + rest


def is_free(
    slot: Slot, held: Iterable[DatedDuty], busy: Collection[int], *, measure: Measure, rules: PlanRules
) -> bool:
    """Say whether the duties that somebody has in any case leave room for a slot."""
    if any(too_close(slot, duty, rules.rest) for duty in held):
        return False
    return rules.days_in_a_row is None or longest_run(days_of(slot, measure), busy.__contains__) <= rules.days_in_a_row


def longest_run(days: Sequence[int], is_busy: Callable[[int], bool]) -> int:
    """Return how long a row of dates becomes by new ones, which are in a row and in order."""
    first, last = days[0], days[-1]
    while is_busy(first - 1):
        first -= 1
    while is_busy(last + 1):
        last += 1
    return last - first + 1


def days_of(duty: Slot | DatedDuty, measure: Measure) -> tuple[int, ...]:
    """Return the numbers of the local dates that a duty touches."""
    last = (duty.end - timedelta(microseconds=1)).astimezone(measure.tz).date().toordinal()
    return tuple(range(min(last, duty.start.astimezone(measure.tz).date().toordinal()), last + 1))


def week_of(start: datetime, measure: Measure) -> int:
    """Return a number for the week, Monday first, of the local date of an instant."""
    return (start.astimezone(measure.tz).date().toordinal() - 1) // 7


def _beside(slots: Sequence[Slot], rest: timedelta) -> tuple[tuple[int, ...], ...]:
    """Return for each slot those too close to it; looks only as far ahead as the longest slot reaches."""
    found: list[list[int]] = [[] for _ in slots]
    open_ones: list[int] = []
    for s, slot in enumerate(slots):
        open_ones = [other for other in open_ones if too_close(slots[other], slot, rest)]
        for other in open_ones:
            found[other].append(s)
            found[s].append(other)
        open_ones.append(s)
    return tuple(tuple(sorted(each)) for each in found)


def _room(
    weeks: Sequence[int], held_by: Sequence[Sequence[DatedDuty]], most: int | None, measure: Measure
) -> dict[tuple[int, int], int] | None:
    if most is None:
        return None
    taken = Counter((p, week_of(duty.start, measure)) for p, duties in enumerate(held_by) for duty in duties)
    return {(p, week): max(0, most - taken[p, week]) for p in range(len(held_by)) for week in sorted({*weeks})}


def _shares(
    slots: Sequence[Slot], worths: Sequence[Worth], fit: Sequence[Collection[int]], people: int
) -> tuple[Worth, ...]:
    """Divide each slot equally among those who were available for it; nobody's part of it is above the whole."""
    shares = [Worth()] * people
    for slot, worth, able in zip(slots, worths, fit, strict=True):
        for person in able:
            shares[person] += worth * min(Fraction(1), Fraction(slot.need, len(able)))
    return tuple(shares)


def _due(share: Worth, owed: Fraction) -> Worth:
    """Add what is owed to a share, so far that nobody has less than nothing or more than twice the share."""
    due = min(max(share.weighted + owed, Fraction(0)), 2 * share.weighted)
    return Worth(hours=share.hours, weighted=due, weekend=share.weekend, holiday=share.holiday)


def _before(slot: Slot, before: Sequence[DatedDuty], index: Mapping[str, int]) -> Iterator[int]:
    """Yield who had a slot: those with duties of just its time, or with any during it where there are none."""
    same = [duty for duty in before if (duty.start, duty.end) == (slot.start, slot.end)]
    for duty in same or (duty for duty in before if too_close(slot, duty, timedelta(0))):
        yield from (index[person] for person in duty.people if person in index)


@frozen
class _Scale:
    """How hours become whole numbers: an average duty is `UNIT`, by its weighted hours and by its hours."""

    weighted: Fraction
    hours: Fraction

    @classmethod
    def of(cls, slots: Sequence[Slot], worths: Sequence[Worth]) -> _Scale:
        need = sum(slot.need for slot in slots)
        pairs = list(zip(slots, worths, strict=True))
        weighted = sum((worth.weighted * slot.need for slot, worth in pairs), Fraction(0))
        hours = sum((worth.hours * slot.need for slot, worth in pairs), Fraction(0))
        return cls(*(UNIT * need / total if total else Fraction(0) for total in (weighted, hours)))

    def counts(self, worth: Worth) -> tuple[int, int, int]:
        return (
            round(worth.weighted * self.weighted),
            round(worth.weekend * self.hours),
            round(worth.holiday * self.hours),
        )
