"""Who has had how much duty, beside the part that was theirs.

At every instant the duty is shared equally among those who were available for it, and among whoever
had it. Somebody on leave earns no share of what happens meanwhile, and so is owed nothing for it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

from attrs import frozen

from leadrouter.roster.worth import Measure, Measures, Worth

Away: TypeAlias = Mapping[str, Sequence[tuple[datetime, datetime]]]
"""When people are absent: intervals `[start, end)` of instants in UTC."""


@frozen(kw_only=True)
class Stretch:
    """These people had duty over `[start, end)`, which is shared among those who take part in it."""

    people: tuple[str, ...]
    start: datetime
    end: datetime
    among: tuple[str, ...]


@frozen(kw_only=True)
class Tally:
    """One person's duty: how often, how much, and the share of all duty that was this person's.

    `turns` are stretches of duty without a break, however they were divided.
    """

    person: str
    turns: int
    done: Worth
    share: Worth

    @property
    def owed(self) -> Fraction:
        """Weighted hours that this person's share is above what was done; below 0 for too much."""
        return self.share.weighted - self.done.weighted


def fairness(
    stretches: Iterable[Stretch], *, people: Iterable[str], measure: Measure | Measures, away: Away
) -> tuple[Tally, ...]:
    """Tally duty by person, in the order of `people`, then whoever else had duty or a share of it, by id.

    Stretches may overlap: somebody who is in two at once is on duty once, and hours are those of the
    union. All shares together are as much as all duty together. Costs a sort of the stretches.
    """
    turns, last = dict.fromkeys(people, 0), dict[str, datetime]()
    known = tuple(turns)
    worth: dict[tuple[frozenset[str], frozenset[str]], Worth] = defaultdict(Worth)
    for start, end, on_duty, among in _pieces(list(stretches), away):
        worth[on_duty, among] += measure.worth(start, end)
        for person in sorted(on_duty):
            turns[person] = turns.get(person, 0) + (last.get(person) != start)
            last[person] = end
    done, share = defaultdict[str, Worth](Worth), defaultdict[str, Worth](Worth)
    for (on_duty, among), each in worth.items():
        for person in on_duty:
            done[person] += each
        for person in among:
            share[person] += each * Fraction(len(on_duty), len(among))
    others = sorted({*turns, *share}.difference(known))
    return tuple(
        Tally(person=person, turns=turns.get(person, 0), done=done[person], share=share[person])
        for person in (*known, *others)
    )


def debts(tallies: Iterable[Tally]) -> dict[str, Fraction]:
    """Return what each person is owed, in weighted hours, for the next plan to carry over."""
    return {tally.person: tally.owed for tally in tallies}


def _pieces(
    stretches: Sequence[Stretch], away: Away
) -> Iterator[tuple[datetime, datetime, frozenset[str], frozenset[str]]]:
    """Yield stretches of time over which nothing changes, with who is on duty and among whom that is shared."""
    cuts = {at for each in stretches for at in (each.start, each.end)}
    cuts |= {at for intervals in away.values() for interval in intervals for at in interval}
    waiting = sorted(stretches, key=lambda each: each.start, reverse=True)
    leave = {person: _Leave.of(intervals) for person, intervals in away.items()}
    active: list[Stretch] = []
    marks = sorted(cuts)
    for start, end in pairwise(marks):
        active = [each for each in active if each.end > start]
        while waiting and waiting[-1].start <= start:
            active.append(waiting.pop())
        on_duty = frozenset(person for each in active for person in each.people)
        if on_duty:
            able = {person for each in active for person in each.among}
            among = on_duty | {person for person in able if person not in leave or not leave[person].holds(start)}
            yield start, end, on_duty, among


@frozen
class _Leave:
    """Somebody's absences, merged, for look-ups by instant."""

    starts: tuple[datetime, ...]
    ends: tuple[datetime, ...]

    @classmethod
    def of(cls, intervals: Iterable[tuple[datetime, datetime]]) -> _Leave:
        merged: list[tuple[datetime, datetime]] = []
        for start, end in sorted(intervals):
            if merged and start <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(end, merged[-1][1])
            else:
                merged.append((start, end))
        return cls(tuple(start for start, _ in merged), tuple(end for _, end in merged))

    def holds(self, at: datetime) -> bool:
        index = bisect_right(self.starts, at) - 1
        return index >= 0 and at < self.ends[index]
