"""What a roster says of a plan and of fairness: which duties there are, who takes part, who is away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TypeAlias

from attrs import frozen

from leadrouter.errors import Fault, RosterError, did_you_mean
from leadrouter.roster.boundary import local_date
from leadrouter.roster.dated import DatedDuty
from leadrouter.roster.duty import Duty
from leadrouter.roster.fairness import Away, Stretch
from leadrouter.roster.layer import Layer
from leadrouter.roster.plan_model import Participant, PlanRules, Slot
from leadrouter.roster.role import Role
from leadrouter.roster.timetable import Timetable
from leadrouter.roster.version import Version, takes_part
from leadrouter.roster.window import LONGEST, openings
from leadrouter.roster.worth import HourWeights, Measure
from leadrouter.zone import zone

Timeline: TypeAlias = Callable[[str, datetime, datetime], Iterable[Duty]]
"""Given a role and a stretch, who has duty."""

_Piece: TypeAlias = tuple[datetime, datetime]
_WEEK = timedelta(days=7)


def absences(version: Version) -> Away:
    """Return when people are away."""
    return {
        person: tuple((each.start, each.end) for each in version.absences if each.person == person)
        for person in sorted({each.person for each in version.absences})
    }


def absent(parts: Iterable[tuple[Version, datetime, datetime]]) -> Away:
    """Return when people are away, of each version while it is in force."""
    away: dict[str, list[tuple[datetime, datetime]]] = {}
    for version, first, last in parts:
        for person, stretches in absences(version).items():
            held = ((max(begins, first), min(ends, last)) for begins, ends in stretches)
            away.setdefault(person, []).extend((begins, ends) for begins, ends in held if begins < ends)
    return away


def measure_of(version: Version, weights: HourWeights | None) -> Measure:
    """Return how a version counts duty."""
    return Measure(tz=zone(version.tz), workdays=version.workdays, weights=weights)


def shared(duties: Iterable[Duty], end: datetime, version: Version) -> Iterator[Stretch]:
    """Yield the duties of a timeline of one version that ends at `end`, each with those among whom it is shared."""
    for duty in duties:
        role = version.roles.get(duty.role)
        if duty.people and role is not None:
            among = takes_part(version, role, duty.layers)
            yield Stretch(people=duty.people, start=duty.start, end=duty.until or end, among=among)


@frozen(kw_only=True)
class Request:
    """A plan of one role, to be made from one version of a roster."""

    version: Version
    role: Role
    start: datetime
    end: datetime
    people: tuple[str, ...] | None
    skills: frozenset[str]

    def slots(self) -> tuple[Slot, ...]:
        """Return the duties to be filled: those that begin in the stretch.

        They are the windows in which the role is `needed`, or else the windows of its rotations, or their
        turns where these have no windows, each without what a higher layer hides.

        Raises:
            RosterError: with everything that leaves the question without an answer.
        """
        faults = list(self._faults())
        if faults:
            raise RosterError(faults)
        if self.role.needed:
            everybody = takes_part(self.version, self.role)
            return tuple(self._slot(piece, everybody) for piece in self._needed())
        rotas = [layer for layer in self.role.layers if layer.rotation is not None]
        return tuple(
            self._slot(piece, takes_part(self.version, self.role, [layer.id]))
            for layer in rotas
            for piece in self._visible(layer, rotas)
        )

    def participants(self, owed: Mapping[str, Fraction]) -> tuple[Participant, ...]:
        """Return who can be planned, in the order of the roster."""
        away, chosen = absences(self.version), self.people or takes_part(self.version, self.role)
        return tuple(
            Participant(
                id=person.id,
                skills=frozenset(person.skills),
                away=tuple(away.get(person.id, ())),
                owed=owed.get(person.id, Fraction(0)),
            )
            for person in self.version.people.values()
            if person.id in chosen
        )

    def rules(self) -> PlanRules:
        """Return the rules that the roster's own limits make."""
        limits = self.version.limits
        return PlanRules(rest=timedelta(hours=limits.rest or 0), days_in_a_row=limits.consecutive_days)

    def held(self, before: Sequence[DatedDuty], timeline: Timeline) -> tuple[DatedDuty, ...]:
        """Return what people have beside the plan: the weeks before, and other roles that follow nobody."""
        earlier = [duty for duty in before if duty.start < self.start]
        first, last = self.start - 2 * _WEEK, self.end + 2 * _WEEK
        told = [] if earlier else list(timeline(self.role.id, first, self.start))
        for other in self.version.roles.values():
            if other.id != self.role.id and other.follows is None:
                told += timeline(other.id, first, last)
        stretches = (DatedDuty(people=duty.people, start=duty.start, end=duty.until or last) for duty in told)
        return (*earlier, *stretches)

    def _faults(self) -> Iterator[Fault]:
        for name in sorted({*(self.people or ())} - {*self.version.people}):
            fix = did_you_mean(name, self.version.people)
            yield Fault(code="LR701", message=f"unknown person `{name}`", where="roster.plan", fix=fix)
        if self.role.follows is not None:
            message = f"role `{self.role.id}` follows `{self.role.follows.role}` and has no duties of its own"
            yield Fault(code="LR781", message=message, where="roster.plan", fix="plan the role that it follows")
        for layer in self.role.layers if not self.role.needed else ():
            if layer.rotation is not None and layer.rotation.unit == "fixed" and not layer.windows:
                message = f"layer `{layer.id}` is one turn for ever, which cannot be planned"
                fix = "give it `windows`, or the role the windows in which it is `needed`"
                yield Fault(code="LR781", message=message, where="roster.plan", fix=fix)

    def _slot(self, piece: _Piece, among: tuple[str, ...]) -> Slot:
        start, end = piece
        return Slot(
            start=start,
            end=end,
            need=max(1, self.role.min),
            skills=self.skills,
            among=() if self.people is not None else among,
        )

    def _needed(self) -> Iterator[_Piece]:
        tz = zone(self.version.tz)
        first, last = local_date(self.start, tz), local_date(self.end, tz)
        for opening in openings(self.role.needed, first, last, tz, self.version.workdays):
            if self.start <= opening.start < self.end:
                yield opening.start, opening.end

    def _stretches(self, layer: Layer) -> Iterator[_Piece]:
        """Yield the windows, or else the turns, of a layer that begin in the stretch."""
        first, last = max(self.start, layer.start or self.start), min(self.end, layer.end or self.end)
        table = Timetable(layer, self.version.workdays)
        assert layer.rotation is not None, "INVARIANT: only rotations are planned"
        found: Iterable[_Piece] = (
            ((each.start, each.end) for each in table.openings(first, last))
            if layer.windows
            else ((each.start, each.end) for each in layer.rotation.turns(first, last, table.tz))
        )
        for start, end in found:
            if first <= start < last:
                yield start, min(end, layer.end or end)

    def _visible(self, layer: Layer, rotas: Sequence[Layer]) -> Iterator[_Piece]:
        """Yield the duties of a layer without what higher layers hide, where these have somebody."""
        found = list(self._stretches(layer))
        first, last = self.start - LONGEST, max((end for _, end in found), default=self.start)
        above = [Timetable(each, self.version.workdays) for each in rotas if each.priority > layer.priority]
        hidden = sorted((turn.start, turn.end) for each in above for turn in each.turns(first, last) if turn.people)
        for whole in found:
            yield from _without(whole, hidden)


def _without(whole: _Piece, hidden: Iterable[_Piece]) -> Iterator[_Piece]:
    """Yield what is left of a stretch without others, which come in order."""
    start, end = whole
    for begins, ends in hidden:
        if start < min(begins, end):
            yield start, min(begins, end)
        start = max(start, ends)
    if start < end:
        yield start, end
