"""Generated duties and people to plan, and a slow judge of plans that only knows the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import combinations, product

from attrs import frozen
from hypothesis import strategies as st

from leadrouter.roster.dated import DatedDuty
from leadrouter.roster.plan import Plan, plan
from leadrouter.roster.plan_model import Assignment, Participant, PlanModel, PlanRules, Slot, Solve, build_model
from leadrouter.roster.plan_search import search
from leadrouter.roster.worth import Measure
from leadrouter.zone import zone

START = datetime(2026, 3, 27, tzinfo=UTC)
BERLIN = Measure(tz=zone("Europe/Berlin"))
HOUR = timedelta(hours=1)
_NAMES = ("anna", "boris", "vera", "gleb", "dima")


@frozen(kw_only=True)
class Question:
    """Everything that a plan is made from."""

    slots: tuple[Slot, ...]
    people: tuple[Participant, ...]
    rules: PlanRules
    before: tuple[DatedDuty, ...] = ()
    held: tuple[DatedDuty, ...] = ()

    def plan(self, solve: Solve = search, before: Sequence[DatedDuty] | None = None) -> Plan:
        """Ask it."""
        return plan(
            self.slots,
            self.people,
            measure=BERLIN,
            rules=self.rules,
            before=self.before if before is None else before,
            held=self.held,
            solve=solve,
        )

    def model(self) -> PlanModel:
        """Return it in numbers."""
        return build_model(
            self.slots, self.people, measure=BERLIN, rules=self.rules, before=self.before, held=self.held
        )


@st.composite
def stretches(draw: st.DrawFn, longest: int, days: int) -> tuple[datetime, datetime]:
    """Draw an interval of whole hours in the days that are planned."""
    start = START + draw(st.integers(0, 24 * days)) * HOUR
    return start, start + draw(st.integers(1, longest)) * HOUR


@st.composite
def questions(draw: st.DrawFn, *, slots: int = 8, people: int = 4, days: int = 9) -> Question:
    """Draw duties that overlap, differ in length and need several people or skills, with debts, leave and rules."""
    names = _NAMES[: draw(st.integers(1, people))]
    some = st.lists(st.sampled_from(names), unique=True, max_size=2).map(tuple)
    dated = st.builds(lambda who, when: DatedDuty(people=who, start=when[0], end=when[1]), some, stretches(24, days))
    wanted = st.builds(
        lambda when, need, skills, among: Slot(start=when[0], end=when[1], need=need, skills=skills, among=among),
        stretches(24, days),
        st.integers(1, 2),
        st.sampled_from([frozenset[str](), frozenset[str](), frozenset({"german"})]),
        st.one_of(st.just(()), some),
    )
    return Question(
        slots=tuple(draw(st.lists(wanted, min_size=1, max_size=slots))),
        people=tuple(draw(participants(name, days)) for name in names),
        rules=PlanRules(
            rest=draw(st.sampled_from([0, 0, 11, 30])) * HOUR,
            most_per_week=draw(st.sampled_from([None, None, 1, 2, 3])),
            days_in_a_row=draw(st.sampled_from([None, None, 1, 2, 3])),
        ),
        before=tuple(draw(st.lists(dated, max_size=3))),
        held=tuple(draw(st.lists(dated, max_size=2))),
    )


@st.composite
def participants(draw: st.DrawFn, name: str, days: int) -> Participant:
    """Draw somebody with skills, leave and a debt."""
    return Participant(
        id=name,
        skills=draw(st.sampled_from([frozenset[str](), frozenset({"german"}), frozenset({"german", "english"})])),
        away=tuple(draw(st.lists(stretches(72, days), max_size=2))),
        owed=Fraction(draw(st.integers(-30, 30))),
    )


def broken(question: Question, duties: Sequence[DatedDuty]) -> Iterator[str]:
    """Yield each hard rule that a plan breaks, checked on the values as they were given."""
    slots = sorted(question.slots, key=lambda slot: (slot.start, slot.end, slot.need, slot.among, sorted(slot.skills)))
    assert [(duty.start, duty.end) for duty in duties] == [(slot.start, slot.end) for slot in slots]
    for slot, duty in zip(slots, duties, strict=True):
        if len(duty.people) > slot.need or len({*duty.people}) < len(duty.people):
            yield f"{duty} has too many people"
        for person in question.people:
            if person.id in duty.people:
                yield from _unfit(person, slot)
    for person in question.people:
        planned = [duty for duty in duties if person.id in duty.people]
        held = [duty for duty in question.held if person.id in duty.people]
        yield from _too_much(person.id, planned, held, question.rules)


def _unfit(person: Participant, slot: Slot) -> Iterator[str]:
    if slot.among and person.id not in slot.among:
        yield f"{person.id} takes no part in {slot}"
    if not slot.skills <= person.skills:
        yield f"{person.id} lacks a skill for {slot}"
    if any(start < slot.end and slot.start < end for start, end in person.away):
        yield f"{person.id} is away in {slot}"


def _too_much(name: str, planned: Sequence[DatedDuty], held: Sequence[DatedDuty], rules: PlanRules) -> Iterator[str]:
    """Yield what somebody's duties break together. What other duties break among themselves is no fault of a plan."""
    mine = [*planned, *held]
    weeks = Counter(_local(duty.start).isocalendar()[:2] for duty in mine)
    dates = {day for duty in mine for day in _dates(duty)}
    for duty in planned:
        for other in mine:
            apart = max(other.start - duty.end, duty.start - other.end)
            if other is not duty and apart < rules.rest:
                yield f"{name} has {apart} between two duties"
        if rules.most_per_week is not None and weeks[_local(duty.start).isocalendar()[:2]] > rules.most_per_week:
            yield f"{name} has too many duties in a week"
        rows = [{first + timedelta(days=step) for step in range((rules.days_in_a_row or 0) + 1)} for first in dates]
        if rules.days_in_a_row is not None and any(row <= dates and row & {*_dates(duty)} for row in rows):
            yield f"{name} has duty on too many days in a row"


def _local(at: datetime) -> date:
    return at.astimezone(BERLIN.tz).date()


def _dates(duty: DatedDuty) -> Iterator[date]:
    day = _local(duty.start)
    while day <= _local(duty.end - timedelta(microseconds=1)):
        yield day
        day += timedelta(days=1)


def every_assignment(question: Question) -> Iterator[Assignment]:
    """Yield every assignment that keeps the hard rules; only for a few slots and people."""
    model = question.model()
    choices = [
        [group for size in range(slot.need + 1) for group in combinations(range(len(model.people)), size)]
        for slot in model.slots
    ]
    for assignment in product(*choices):
        if _is_lawful(question, model, assignment):
            yield assignment


def _is_lawful(question: Question, model: PlanModel, assignment: Assignment) -> bool:
    duties = [
        DatedDuty(people=tuple(model.people[person].id for person in people), start=slot.start, end=slot.end)
        for slot, people in zip(model.slots, assignment, strict=True)
    ]
    return not any(broken(question, duties))
