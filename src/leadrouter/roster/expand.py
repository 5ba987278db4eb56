"""One version of a roster, laid out over a stretch: where anything changes, and what holds between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Generic, NamedTuple, Protocol, TypeVar

from attrs import define, field

from leadrouter.roster.absence import Absence
from leadrouter.roster.apply import Answer, Circumstances, Held, answer
from leadrouter.roster.duty import Decided
from leadrouter.roster.role import Role
from leadrouter.roster.rotation import Turn
from leadrouter.roster.swap import Swap
from leadrouter.roster.timetable import Timetable
from leadrouter.roster.version import Version
from leadrouter.zone import zone


class Stretch(NamedTuple):
    """An answer and the stretch `[start, end)` over which it holds, in UTC."""

    start: datetime
    end: datetime
    answer: Answer


class _Lasting(Protocol):
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...


_L = TypeVar("_L", bound=_Lasting)


@define
class _Cursor(Generic[_L]):
    """Goes through what follows one upon the other, and never back."""

    items: Sequence[_L]
    _index: int = 0

    def at(self, instant: datetime) -> _L | None:
        """Return what runs at an instant that is no earlier than the one before."""
        while self._index < len(self.items) and self.items[self._index].end <= instant:
            self._index += 1
        if self._index < len(self.items) and self.items[self._index].start <= instant:
            return self.items[self._index]
        return None


@define
class Expansion:
    """A version with the timetables of its layers. It answers for any stretch and keeps no answers."""

    version: Version
    timetables: dict[tuple[str, str], Timetable] = field(init=False)
    swapped: dict[tuple[str, str], dict[int, tuple[int, Swap]]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.timetables = {
            (role.id, layer.id): Timetable(layer, self.version.workdays) for role, layer in self.version.layers()
        }
        self.swapped = {key: self._swaps(timetable) for key, timetable in self.timetables.items()}

    def stretches(self, role_id: str, start: datetime, end: datetime) -> list[Stretch]:
        """Return what holds in a role over `[start, end)`: no hole between, and neighbours differ."""
        role = self.version.roles.get(role_id)
        if role is None:
            reasons = (f"version {self.version.number} has no role `{role_id}`",)
            return [Stretch(start, end, Answer(people=(), source=Decided(kind="nobody"), reasons=reasons))]
        turns = {key: _Cursor(self.timetables[key].turns(start, end)) for key in self._keys(role)}
        absences = sorted(touching(self.version.absences, start, end), key=lambda each: each.end)
        overrides = [each for each in touching(self.version.overrides, start, end) if each.role == role_id]
        followed = [_Cursor(self.stretches(each, start, end)) for each in self._followed(role)]
        lasting: list[Sequence[_Lasting]] = [absences, overrides]
        lasting += [cursor.items for cursor in turns.values()]
        lasting += [cursor.items for cursor in followed]
        cuts = {start, end}.union(*({each.start, each.end} for items in lasting for each in items))
        found: list[Stretch] = []
        for begins, ends in pairwise(sorted(cut for cut in cuts if start <= cut <= end)):
            running = ((key, cursor.at(begins)) for key, cursor in turns.items())
            given = Circumstances(
                held=[self._held(key, turn) for key, turn in running if turn is not None],
                absent={each.person: each for each in absences if each.start <= begins < each.end},
                overrides=[each for each in overrides if each.start <= begins < each.end],
                until=self._until,
                follows=role.follows,
                followed=_people(cursor.at(begins) for cursor in followed),
            )
            found.append(Stretch(begins, ends, answer(given)))
        return merged(found)

    def _keys(self, role: Role) -> list[tuple[str, str]]:
        """Return the layers that a role asks: its own, or the one of the role that it follows in the end."""
        if role.follows is None:
            return [(role.id, layer.id) for layer in role.layers]
        return [(self._followed(role)[-1], role.follows.layer)]

    def _followed(self, role: Role) -> list[str]:
        """Return the roles that a role follows, the nearest first."""
        chain: list[str] = []
        while role.follows is not None:
            chain.append(role.follows.role)
            role = self.version.roles[role.follows.role]
        return chain

    def _held(self, key: tuple[str, str], turn: Turn) -> Held:
        other, swap = (None, None) if turn.number is None else self.swapped[key].get(turn.number, (None, None))
        return Held(layer=self.timetables[key].layer, turn=turn, swapped=other, swap=swap)

    def _swaps(self, timetable: Timetable) -> dict[int, tuple[int, Swap]]:
        """Return for each turn that changed hands the number of the turn whose people it has now."""
        hands: dict[int, tuple[int, Swap]] = {}
        for swap in self.version.swaps:
            if swap.layer == timetable.layer.id:
                one, other = (timetable.turn_of(named) for named in swap.turns)
                if one is not None and other is not None:
                    (before, _), (after, _) = hands.get(one, (one, swap)), hands.get(other, (other, swap))
                    hands[one], hands[other] = (after, swap), (before, swap)
        return hands

    def _until(self, absence: Absence) -> str:
        return f"{absence.end.astimezone(zone(self.version.tz)):%Y-%m-%d %H:%M}"


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Join neighbours that say the same."""
    joined: list[Stretch] = []
    for each in stretches:
        if joined and joined[-1].answer == each.answer and joined[-1].end == each.start:
            joined[-1] = joined[-1]._replace(end=each.end)
        else:
            joined.append(each)
    return joined


def touching(items: Iterable[_L], start: datetime, end: datetime) -> list[_L]:
    """Return what touches `[start, end)` and is not empty."""
    return [each for each in items if each.start < end and start < each.end and each.start < each.end]


def _people(stretches: Iterable[Stretch | None]) -> frozenset[str]:
    return frozenset(person for stretch in stretches if stretch is not None for person in stretch.answer.people)
