"""Findings about who has duty: gaps, too few, two places at once, too little rest, too much for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations, pairwise
from typing import TypeAlias

from attrs import frozen

from leadrouter.roster.boundary import DAY, local_date
from leadrouter.roster.duty import Duty
from leadrouter.roster.fairness import Tally, fairness
from leadrouter.roster.finding import Finding
from leadrouter.roster.page import Book
from leadrouter.roster.planning import absences, shared
from leadrouter.roster.role import Role
from leadrouter.roster.timetable import intersection, union
from leadrouter.roster.version import Version, takes_part
from leadrouter.roster.window import LONGEST, openings
from leadrouter.roster.worth import Measure
from leadrouter.zone import zone

Stretch: TypeAlias = tuple[datetime, datetime]

TOLERATED = Fraction(1, 4)
"""How far somebody's hours may lie from the share, as a part of it, before it is a finding."""


@frozen
class DutyChecks:
    """What one version says over `[start, end)` of the people on duty."""

    book: Book
    version: Version
    start: datetime
    end: datetime

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong."""
        told = {role: self.book.timeline(role, self.start, self.end) for role in self.version.roles}
        for name, role in self.version.roles.items():
            yield from self._short(role, told[name])
            yield from self._loads(role, told[name])
        yield from self._twice(told)
        yield from self._tired({person: list(union(_of(person, told))) for person in self.version.people})

    def _short(self, role: Role, timeline: Iterable[Duty]) -> Iterator[Finding]:
        """Yield a finding where fewer people have duty than must, or nobody has."""
        if role.follows is not None and not role.min and not role.needed:
            return
        wanted = max(role.min, 1)
        few = [(duty.start, duty.until or self.end) for duty in timeline if len(duty.people) < wanted]
        if role.needed:
            few = list(intersection(few, union(self._needed(role))))
        if few:
            who = "nobody" if wanted == 1 else f"fewer than {wanted} people"
            yield Finding(
                code="LR750",
                severity="error" if role.min or role.needed else "warning",
                message=f"{who} on duty in role `{role.id}`: {self._times(few)}",
                where=role.where or role.id,
                at=few[0][0],
                fix="add a layer, or say with `needed:` when somebody must be there",
            )

    def _needed(self, role: Role) -> Iterator[Stretch]:
        tz = zone(self.version.tz)
        first, last = local_date(self.start - LONGEST, tz), local_date(self.end, tz) + DAY
        for _, start, end in openings(role.needed, first, last, tz, self.version.workdays):
            yield start, end

    def _twice(self, told: Mapping[str, Iterable[Duty]]) -> Iterator[Finding]:
        """Yield who has duty in two roles at once."""
        for (one, ones), (other, others) in combinations(told.items(), 2):
            for person in self.version.people:
                both = list(intersection(_held(person, ones), _held(person, others)))
                if both:
                    yield Finding(
                        code="LR751",
                        severity="warning",
                        message=f"`{person}` has duty in `{one}` and in `{other}` at once: {self._times(both)}",
                        where=self.version.roles[other].where or other,
                        at=both[0][0],
                        fix="take the person out of one of the roles",
                    )

    def _loads(self, role: Role, timeline: tuple[Duty, ...]) -> Iterator[Finding]:
        """Yield who has much more or much less duty than the share that is theirs."""
        turns = (_hours([(duty.start, duty.until or self.end)]) for duty in timeline if duty.people)
        longest = max(turns, default=Fraction(0))
        for tally in self._tallies(role, timeline):
            done, share = tally.done.hours, tally.share.hours
            if abs(done - share) > max(longest, share * TOLERATED):
                hours = f"{_rounded(done)} h of duty in role `{role.id}`, the share is {_rounded(share)} h"
                message = f"`{tally.person}` has {hours}"
                fix = "see the fairness of the roster; plan the layer, or mend its list"
                yield Finding(
                    code="LR753",
                    severity="warning",
                    message=message,
                    where=role.where or role.id,
                    at=self.start,
                    fix=fix,
                )

    def _tallies(self, role: Role, timeline: Iterable[Duty]) -> tuple[Tally, ...]:
        return fairness(
            shared(timeline, self.end, self.version),
            people=takes_part(self.version, role),
            measure=Measure(tz=zone(self.version.tz)),
            away=absences(self.version),
        )

    def _tired(self, held: Mapping[str, list[Stretch]]) -> Iterator[Finding]:
        """Yield who has too little rest between two duties, or too many days with duty in a row."""
        limits = self.version.limits
        for person, stretches in held.items():
            rest = timedelta(hours=limits.rest or 0)
            short = [(before[1], after[0]) for before, after in pairwise(stretches) if after[0] - before[1] < rest]
            if short:
                message = f"`{person}` has less than {limits.rest} h of rest"
                yield self._broken("LR754", message, short)
            most = limits.consecutive_days
            rows = [] if most is None else [row for row in self._rows(stretches) if len(row) > most]
            if rows:
                message = f"`{person}` has duty on {max(map(len, rows))} days in a row, more than {most}"
                yield self._broken(
                    "LR755", message, [stretch for stretch in stretches if self._is_on(stretch, rows[0][0])]
                )

    def _rows(self, stretches: Iterable[Stretch]) -> list[list[date]]:
        """Return the local dates with duty, those that follow each other together."""
        rows: list[list[date]] = []
        for start, end in stretches:
            day, last = (local_date(at, zone(self.version.tz)) for at in (start, end - _MOMENT))
            while day <= last:
                if rows and rows[-1][-1] == day - DAY:
                    rows[-1].append(day)
                elif not rows or rows[-1][-1] != day:
                    rows.append([day])
                day += DAY
        return rows

    def _is_on(self, stretch: Stretch, day: date) -> bool:
        return local_date(stretch[1] - _MOMENT, zone(self.version.tz)) >= day

    def _broken(self, code: str, message: str, stretches: list[Stretch]) -> Finding:
        where = self.version.limits.where or self.version.name
        at, fix = stretches[0][0], "swap a turn, or raise the limit"
        return Finding(code=code, severity="error", message=message, where=where, at=at, fix=fix)

    def _times(self, stretches: list[Stretch]) -> str:
        """Say how long stretches are together, how often, and when first."""
        tz, (first, last) = zone(self.version.tz), stretches[0]
        often = "once" if len(stretches) == 1 else f"{len(stretches)} times"
        shown = f"{first.astimezone(tz):%Y-%m-%d %H:%M} to {last.astimezone(tz):%Y-%m-%d %H:%M}"
        return f"{_rounded(_hours(stretches))} h, {often}, first {shown}"


_MOMENT = timedelta(microseconds=1)


def _held(person: str, timeline: Iterable[Duty]) -> Iterator[Stretch]:
    for duty in timeline:
        if person in duty.people and duty.until is not None:
            yield duty.start, duty.until


def _of(person: str, told: Mapping[str, Iterable[Duty]]) -> list[Stretch]:
    return sorted(stretch for timeline in told.values() for stretch in _held(person, timeline))


def _hours(stretches: Iterable[Stretch]) -> Fraction:
    seconds = sum((end - start).total_seconds() for start, end in stretches)
    return Fraction(int(seconds), 3600)


def _rounded(hours: Fraction) -> str:
    return f"{float(round(hours, 1)):g}"
