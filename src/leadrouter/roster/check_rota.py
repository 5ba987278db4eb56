"""Findings about what is written: layers, people, overrides, swaps and absences that come to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from attrs import evolve, field, frozen

from leadrouter.roster.absence import Absence
from leadrouter.roster.boundary import FIRST
from leadrouter.roster.expand import Expansion, Stretch, touching
from leadrouter.roster.finding import Finding, Severity
from leadrouter.roster.layer import Layer
from leadrouter.roster.override import Assign, Override
from leadrouter.roster.role import Role
from leadrouter.roster.swap import Swap
from leadrouter.roster.timetable import Timetable
from leadrouter.roster.version import Version
from leadrouter.span import Span


@frozen
class RotaChecks:
    """What one version has written that comes to nothing over `[start, end)`, or to something odd."""

    expansion: Expansion
    start: datetime
    end: datetime
    stretches: dict[str, list[Stretch]] = field(init=False)
    bare: dict[str, list[Stretch]] = field(init=False)
    """The same without overrides."""

    @stretches.default
    def _all_stretches(self) -> dict[str, list[Stretch]]:
        return self._of(self.expansion)

    @bare.default
    def _bare_stretches(self) -> dict[str, list[Stretch]]:
        return self._of(Expansion(evolve(self.version, overrides=())))

    def _of(self, expansion: Expansion) -> dict[str, list[Stretch]]:
        return {role: expansion.stretches(role, self.start, self.end) for role in self.version.roles}

    @property
    def version(self) -> Version:
        """The version that is checked."""
        return self.expansion.version

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong."""
        for role, layer in self.version.layers():
            yield from self._layer(role, layer)
        for override in touching(self.version.overrides, self.start, self.end):
            yield from self._override(override)
        for swap in self.version.swaps:
            yield from self._swap(swap)
        yield from self._uncovered()

    def _swap(self, swap: Swap) -> Iterator[Finding]:
        """Yield the turns that are to be swapped and do not exist."""
        for timetable in self.expansion.timetables.values():
            for named in swap.turns if timetable.layer.id == swap.layer else ():
                if timetable.turn_of(named) is None:
                    yield self._finding(
                        "LR760",
                        f"layer `{swap.layer}` has no turn {named} to swap",
                        swap.where,
                        fix="name a date on which a turn begins",
                    )

    def _layer(self, role: Role, layer: Layer) -> Iterator[Finding]:
        """Yield what is wrong with a layer: people who never have duty, all of it hidden, windows that overlap."""
        timetable = self.expansion.timetables[role.id, layer.id]
        turns = [turn for turn in timetable.turns(self.start, self.end) if turn.people]
        if turns and not any(layer.id in stretch.answer.layers for stretch in self.bare[role.id]):
            fix = "give it a higher priority, or take it out"
            message = f"layer `{layer.id}` is hidden by layers of a higher priority all the time"
            yield self._finding("LR757", message, layer.where, fix=fix, at=turns[0].start)
        if layer.rotation is not None:
            on_duty = {person for stretch in self.stretches[role.id] for person in stretch.answer.people}
            names = dict.fromkeys(name for entry in layer.rotation.people for name in entry)
            for name in names:
                if name not in on_duty:
                    message = f"`{name}` is in layer `{layer.id}` and never has duty in role `{role.id}`"
                    fix = "look at a longer time, or mend the rotation"
                    yield self._finding("LR752", message, layer.rotation.where, fix=fix, at=self.start)
        yield from self._overlaps(timetable, layer)
        if layer.dated is not None:
            for finding in layer.dated.findings:
                if finding.at is None or self.start <= finding.at < self.end:
                    yield finding

    def _overlaps(self, timetable: Timetable, layer: Layer) -> Iterator[Finding]:
        last = FIRST
        for opening in timetable.openings(self.start, self.end) if layer.windows else ():
            if opening.start < last:
                message = f"windows of layer `{layer.id}` overlap"
                fix = "let one end where the other begins"
                yield self._finding("LR758", message, layer.where, fix=fix, at=opening.start)
                return
            last = max(last, opening.end)

    def _override(self, override: Override) -> Iterator[Finding]:
        """Yield an override that comes to nothing, or that names somebody who is absent."""
        name, at = f"override `{override.id}`", max(override.start, self.start)
        lasting = [each for each in self.stretches[override.role] if each.start < override.end and at < each.end]
        if not any(override.id in stretch.answer.overrides for stretch in lasting):
            later = self.version.overrides[self.version.overrides.index(override) + 1 :]
            hiding = [each for each in later if each.role == override.role and isinstance(each.action, Assign)]
            hidden = any(each.start < override.end and override.start < each.end for each in hiding)
            message = f"{name} is hidden by a later one" if hidden else f"{name} changes nothing"
            fix = "put it behind the other" if hidden else "take it out, or see who has duty then"
            yield self._finding("LR756", message, override.where, fix=fix, at=at)
        for absence in touching(self.version.absences, override.start, override.end):
            if absence.person in override.names:
                first = max(absence.start, override.start)
                message = f"{name} puts `{absence.person}` on duty, who is absent then"
                yield self._finding("LR765", message, override.where, fix="name somebody else", at=first)

    def _uncovered(self) -> Iterator[Finding]:
        """Yield the absences in whose place is nobody."""
        for role, stretches in self.stretches.items():
            empty = [each for each in stretches if each.answer.uncovered]
            for absence in touching(self.version.absences, self.start, self.end):
                found = [each for each in empty if _leaves(absence, each)]
                if found:
                    message = f"nobody has duty in role `{role}` in the place of `{absence.person}`"
                    fix = "add somebody to the list, a lower layer, or an override"
                    at = max(found[0].start, absence.start)
                    yield self._finding("LR761", message, absence.where, fix=fix, at=at)

    def _finding(self, code: str, message: str, where: Span | None, *, fix: str, at: datetime | None = None) -> Finding:
        """Return a finding: a warning, except where there is no instant for it."""
        severity: Severity = "error" if at is None else "warning"
        place = where or self.version.name
        return Finding(code=code, severity=severity, message=message, where=place, at=at, fix=fix)


def _leaves(absence: Absence, stretch: Stretch) -> bool:
    return absence.person in stretch.answer.uncovered and stretch.start < absence.end and absence.start < stretch.end
