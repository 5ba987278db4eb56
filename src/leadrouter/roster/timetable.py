"""A layer's turns over any stretch: its rotation in its windows, or its plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import partial
from itertools import chain, islice, pairwise
from zoneinfo import ZoneInfo

from attrs import define, field

from leadrouter.roster.boundary import DAY, FIRST, LAST, MIDNIGHT, local_date
from leadrouter.roster.layer import Layer
from leadrouter.roster.rotation import Rotation, Turn
from leadrouter.roster.swap import Named
from leadrouter.roster.window import LONGEST, Opening, count, openings
from leadrouter.roster.workdays import Workdays
from leadrouter.zone import takes_effect, zone


@define
class Timetable:
    """A layer's turns, of which no two overlap.

    How many slots the years before have used up is counted once and kept.
    """

    layer: Layer
    workdays: Workdays
    tz: ZoneInfo = field(init=False)
    _slots_of: dict[int, int] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.tz = zone(self.layer.tz)

    def turns(self, start: datetime, end: datetime) -> list[Turn]:
        """Return the turns in `[start, end)`, cut to it and to the layer's own limits, in order."""
        start, end = max(start, self.layer.start or FIRST), min(end, self.layer.end or LAST)
        if start >= end:
            return []
        cut = (turn._replace(start=max(turn.start, start), end=min(turn.end, end)) for turn in self._uncut(start, end))
        return [turn for turn in cut if turn.start < turn.end]

    def _uncut(self, start: datetime, end: datetime) -> Iterable[Turn]:
        rotation = self.layer.rotation
        if rotation is None:
            return self._planned(start, end)
        if rotation.unit == "slots":
            return _topmost(list(self._slots(rotation, start, end)))
        turns = rotation.turns(start, end, self.tz)
        if not self.layer.windows:
            return turns
        return shown(turns, union((opening.start, opening.end) for opening in self.openings(start, end)))

    def openings(self, start: datetime, end: datetime) -> Iterator[Opening]:
        """Yield the windows that touch `[start, end)`, by where they start."""
        first, last = local_date(start - LONGEST, self.tz), local_date(end, self.tz) + DAY
        for opening in openings(self.layer.windows, first, last, self.tz, self.workdays):
            if opening.start < end and start < opening.end:
                yield opening

    def turn_of(self, named: Named) -> int | None:
        """Return the number of a turn that is named by a date or a time; None where there is no such turn.

        A date names the first turn that begins on it, otherwise the one that runs when it begins.
        """
        rotation = self.layer.rotation
        assert rotation is not None, "INVARIANT: only turns of a rotation are named"
        at = takes_effect(named.day, named.clock or MIDNIGHT, self.tz)
        if named.clock is not None:
            found = self.turns(at, min(at + DAY, LAST))
            return found[0].number if found and found[0].start <= at else None
        if rotation.unit == "slots":
            if rotation.anchor is None or named.day < rotation.anchor:
                return None
            opens = next(self._openings_on(named.day, named.day), None)
            return None if opens is None else self._slots_before(rotation, named.day) // rotation.every
        number = rotation.number(at, self.tz)
        if rotation.unit == "fixed":
            return number
        if number is not None and rotation.begins(number, self.tz) == at:
            return number
        following = next(rotation.turns(at, LAST, self.tz)) if number is None else self._after(rotation, number)
        return following.number if local_date(following.start, self.tz) == named.day else number

    def _after(self, rotation: Rotation, number: int) -> Turn:
        """Return the next turn that is not empty."""
        return next(rotation.turns(rotation.begins(number + 1, self.tz), LAST, self.tz))

    def running(self, at: datetime) -> tuple[date, int] | None:
        """Return the turn that runs at an instant, or comes next, with the date on which it begins.

        None for a rotation without an anchor. Costs as much as there are slots since the anchor.
        """
        rotation = self.layer.rotation
        assert rotation is not None, "INVARIANT: only a rotation has turns"
        if rotation.anchor is None:
            return None
        if rotation.unit != "slots":
            number = rotation.number(at, self.tz) or 0
            return local_date(rotation.begins(number, self.tz), self.tz), number
        opens = partial(self._openings_on, rotation.anchor, LAST.date())
        slot = next(slot for slot, opening in enumerate(opens()) if at < opening.end)
        first = slot - slot % rotation.every
        return next(islice(opens(), first, None)).day, slot // rotation.every

    def _planned(self, start: datetime, end: datetime) -> Iterator[Turn]:
        """Yield what a plan or calendar gives, cut where anything begins or ends; who is there at once adds up."""
        assert self.layer.dated is not None, "INVARIANT: a layer has a rotation or dates"
        duties = self.layer.dated.between(start, end)
        cuts = sorted({cut for duty in duties for cut in (duty.start, duty.end)})
        for begins, ends in pairwise(cuts):
            held = [duty.people for duty in duties if duty.start <= begins and ends <= duty.end]
            if held:
                yield Turn(begins, ends, None, tuple(dict.fromkeys(chain.from_iterable(held))))

    def _slots(self, rotation: Rotation, start: datetime, end: datetime) -> Iterator[Turn]:
        """Yield one turn for each window since the anchor that is not empty, some closed ones before `start` too."""
        anchor = rotation.anchor
        assert anchor is not None, "INVARIANT: slots have an anchor"
        first = max(anchor, local_date(start - LONGEST, self.tz))
        slot = self._slots_before(rotation, first)
        for opening in self._openings_on(first, local_date(end, self.tz) + DAY):
            turn = slot // rotation.every
            if opening.start < end:
                yield Turn(opening.start, opening.end, turn, rotation.entry(turn))
            slot += 1

    def _openings_on(self, first: date, last: date) -> Iterator[Opening]:
        return openings(self.layer.windows, first, last, self.tz, self.workdays)

    def _slots_before(self, rotation: Rotation, day: date) -> int:
        """Count the slots that open from the anchor to the day before a date."""
        anchor = rotation.anchor
        assert anchor is not None, "INVARIANT: slots have an anchor"
        before, begins = 0, anchor
        for year in range(anchor.year, day.year):
            if year not in self._slots_of:
                self._slots_of[year] = self._count(begins, date(year, 12, 31))
            before += self._slots_of[year]
            begins = date(year + 1, 1, 1)
        return before + self._count(begins, day - DAY)

    def _count(self, first: date, last: date) -> int:
        return count(self.layer.windows, first, last, self.tz, self.workdays)


def union(stretches: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Yield the union of stretches that come in the order of their starts."""
    held: tuple[datetime, datetime] | None = None
    for start, end in stretches:
        if held is None:
            held = start, end
        elif start <= held[1]:
            held = held[0], max(held[1], end)
        else:
            yield held
            held = start, end
    if held is not None:
        yield held


def intersection(
    ones: Iterable[tuple[datetime, datetime]], others: Iterable[tuple[datetime, datetime]]
) -> Iterator[tuple[datetime, datetime]]:
    """Yield where two rows of stretches, each in order and without overlaps, have time in both."""
    turns = (Turn(start, end, None, ()) for start, end in ones)
    for turn in shown(turns, others):
        yield turn.start, turn.end


def shown(turns: Iterable[Turn], stretches: Iterable[tuple[datetime, datetime]]) -> Iterator[Turn]:
    """Yield the parts of turns that lie in stretches, both in order and without overlaps."""
    turning, opening = iter(turns), iter(stretches)
    turn, stretch = next(turning, None), next(opening, None)
    while turn is not None and stretch is not None:
        start, end = max(turn.start, stretch[0]), min(turn.end, stretch[1])
        if start < end:
            yield turn._replace(start=start, end=end)
        if turn.end <= stretch[1]:
            turn = next(turning, None)
        else:
            stretch = next(opening, None)


def _topmost(turns: list[Turn]) -> Iterable[Turn]:
    """Cut slots that overlap: duty passes to each that opens, and stays there until all of them are closed."""
    if all(before.end <= after.start for before, after in pairwise(turns)):
        return turns
    cuts = sorted({cut for turn in turns for cut in (turn.start, turn.end)})
    opened = ((start, end, [turn for turn in turns if turn.start <= start]) for start, end in pairwise(cuts))
    return [
        held[-1]._replace(start=start, end=end) for start, end, held in opened if any(start < turn.end for turn in held)
    ]
