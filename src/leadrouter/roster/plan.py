"""Plan a rota that is fair: hard rules first, then everybody's share, weekends, and little change.

What a plan is good for is said by `plan_model.Objective`; how one is found is in `plan_search`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import frozen

from leadrouter.errors import Fault, RosterError, did_you_mean
from leadrouter.roster.dated import DatedDuty
from leadrouter.roster.fairness import Tally
from leadrouter.roster.finding import Finding
from leadrouter.roster.plan_file import format_plan
from leadrouter.roster.plan_model import (
    Assignment,
    Objective,
    Participant,
    PlanModel,
    PlanRules,
    Slot,
    Solve,
    build_model,
    days_of,
    longest_run,
    objective,
    too_close,
    week_of,
)
from leadrouter.roster.plan_search import search
from leadrouter.roster.worth import Measure, Worth


@frozen(kw_only=True)
class Plan:
    """A rota to be reviewed: a duty for each slot, open where nobody could be found.

    `findings` say which duties lack somebody and by which rules. `tallies` have what each person is
    planned for, beside the share that availability earns, without what was owed before.
    """

    duties: tuple[DatedDuty, ...]
    findings: tuple[Finding, ...]
    tallies: tuple[Tally, ...]
    objective: Objective

    def to_csv(self, *, tz: ZoneInfo, role: str | None = None) -> str:
        """Return the plan as the text of a file, which a roster reads as a layer: `{plan: duty.csv}`."""
        return format_plan(self.duties, tz=tz, role=role)


def plan(
    slots: Iterable[Slot],
    people: Iterable[Participant],
    *,
    measure: Measure,
    rules: PlanRules | None = None,
    before: Sequence[DatedDuty] = (),
    held: Sequence[DatedDuty] = (),
    solve: Solve = search,
) -> Plan:
    """Fill slots with people: fairly, by the hard rules, and with little change from the plan before.

    The same input gives the same plan. Nobody is owed more than a second share, so that whoever comes
    back is not flooded; the rest of a debt stays for later plans.

    Args:
        slots: the duties to be filled, in any order.
        people: who can be planned; where everything else is equal the first comes first.
        measure: the zone, the working days and the weights of hours by which duty is counted.
        rules: rest, and most duties a week.
        before: duties of an earlier plan. Those in the same hours are kept where that is as fair.
        held: duties that people have in any case; rest and weeks count them.
        solve: what looks for the plan.

    Raises:
        RosterError: with everything that makes the question senseless.
    """
    wanted, participants = tuple(slots), tuple(people)
    faults = list(_faults(wanted, participants, rules or PlanRules()))
    if faults:
        raise RosterError(faults)
    model = build_model(wanted, participants, measure=measure, rules=rules or PlanRules(), before=before, held=held)
    assignment = solve(model)
    asked = _Asked(model, assignment, measure, rules or PlanRules(), tuple(held))
    return Plan(
        duties=tuple(
            DatedDuty(people=tuple(participants[person].id for person in people), start=slot.start, end=slot.end)
            for slot, people in zip(model.slots, assignment, strict=True)
        ),
        findings=tuple(asked.findings()),
        tallies=tuple(_tallies(model, assignment)),
        objective=objective(model, assignment),
    )


def _faults(slots: Sequence[Slot], people: Sequence[Participant], rules: PlanRules) -> Iterator[Fault]:
    names = [person.id for person in people]
    if not slots:
        yield _fault("there is no duty to plan", "do the dates hold any of the role's windows?")
    if not people:
        yield _fault("there is nobody to plan", "name at least one person")
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield _fault(f"`{name}` is given twice", "name each person once")
    for name in sorted({name for slot in slots for name in slot.among} - {*names}):
        yield _fault(f"unknown person `{name}` for a duty", did_you_mean(name, names))
    for slot in slots:
        if slot.end <= slot.start or slot.need < 1:
            what = f"{_stamp(slot.start)} to {_stamp(slot.end)} for {slot.need} people"
            yield _fault(f"a duty from {what}", "a duty ends after its start, and needs somebody")
    most = [each for each in (rules.most_per_week, rules.days_in_a_row) if each is not None]
    if rules.rest < timedelta(0) or min(most, default=1) < 1:
        yield _fault(
            "a rule that nobody can keep", "give a rest of 0 or more; 1 or more duties a week and days in a row"
        )


def _fault(message: str, fix: str) -> Fault:
    return Fault(code="LR781", message=message, where="plan", fix=fix)


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="minutes")


def _tallies(model: PlanModel, assignment: Assignment) -> Iterator[Tally]:
    for person, (who, share) in enumerate(zip(model.people, model.shares, strict=True)):
        mine = [worth for worth, people in zip(model.worths, assignment, strict=True) if person in people]
        yield Tally(person=who.id, turns=len(mine), done=sum(mine, Worth()), share=share)


_ADD = "give the duty somebody who may take it, or end an absence"
_RELAX = "ask for less rest, more duties a week or more days in a row, or add somebody"


@frozen
class _Asked:
    """What was planned and what came of it, to say why a duty is open."""

    model: PlanModel
    assignment: Assignment
    measure: Measure
    rules: PlanRules
    held: tuple[DatedDuty, ...]

    def findings(self) -> Iterator[Finding]:
        for index, (slot, people) in enumerate(zip(self.model.slots, self.assignment, strict=True)):
            if len(people) < slot.need:
                found = "nobody" if not people else f"{len(people)} of {slot.need} people"
                start, end = (self.shown(at) for at in (slot.start, slot.end))
                others = [
                    self.reason(who, person, slot)
                    for who, person in enumerate(self.model.people)
                    if who not in people and (not slot.among or person.id in slot.among)
                ]
                yield Finding(
                    code="LR780",
                    severity="error",
                    message=f"duty {start} to {end} has {found}: {'; '.join(others) or 'there is nobody else'}",
                    where="plan",
                    at=slot.start,
                    fix=_RELAX if len(self.model.able[index]) >= slot.need else _ADD,
                )

    def reason(self, who: int, person: Participant, slot: Slot) -> str:
        """Say by which rule somebody does not have an open slot."""
        if lacking := sorted(slot.skills - person.skills):
            return f"{person.id} lacks {', '.join(lacking)}"
        if any(start < slot.end and slot.start < end for start, end in person.away):
            return f"{person.id} is absent"
        mine = [other for other, people in zip(self.model.slots, self.assignment, strict=True) if who in people]
        duties: list[Slot | DatedDuty] = [*mine, *(duty for duty in self.held if person.id in duty.people)]
        if any(too_close(slot, duty, timedelta(0)) for duty in duties):
            return f"{person.id} has another duty then"
        close = min((duty.start for duty in duties if too_close(slot, duty, self.rules.rest)), default=None)
        if close is not None:
            return f"{person.id} needs rest beside the duty of {self.shown(close)}"
        week = week_of(slot.start, self.measure)
        count = sum(week_of(duty.start, self.measure) == week for duty in duties)
        if self.rules.most_per_week is not None and count >= self.rules.most_per_week:
            return f"{person.id} has {count} {'duty' if count == 1 else 'duties'} in that week"
        busy = {day for duty in duties for day in days_of(duty, self.measure)}
        row = longest_run(days_of(slot, self.measure), busy.__contains__)
        return f"{person.id} would have duty on {row} days in a row"

    def shown(self, at: datetime) -> str:
        return _stamp(at.astimezone(self.measure.tz))
