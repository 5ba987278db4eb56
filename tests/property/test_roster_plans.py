"""Laws of plans: hard rules hold, nothing is forgotten, and nothing is left that one step would make better."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadrouter.adapters.or_tools import or_tools
from leadrouter.roster.plan_file import format_plan, parse_plan
from leadrouter.roster.plan_model import Participant, PlanRules, Slot, Solve, is_fit, objective
from leadrouter.roster.plan_search import search
from leadrouter.roster.worth import Worth
from tests.roster_plans import BERLIN, HOUR, START, Question, broken, every_assignment, questions

SOLVERS = pytest.mark.parametrize("solve", [search, or_tools(effort=1)], ids=["search", "or-tools"])

CROSSED = Question(
    slots=tuple(
        Slot(start=START + begins * HOUR, end=START + ends * HOUR, need=need, skills=skills)
        for begins, ends, need, skills in [
            (0, 1, 1, frozenset[str]()),
            (0, 1, 1, frozenset({"german"})),
            (1, 2, 2, frozenset[str]()),
            (2, 3, 1, frozenset[str]()),
            (2, 4, 1, frozenset[str]()),
        ]
    ),
    people=(Participant(id="anna"), Participant(id="boris")),
    rules=PlanRules(),
)
"""Duties of which some go on beside others: who had which is known by their times alone."""


@SOLVERS
@settings(max_examples=40)
@given(question=questions())
def test_hard_rules_are_never_broken(solve: Solve, question: Question):
    """Whatever is asked: no plan has anybody absent, unskilled, without rest, in two places or too often."""
    assert list(broken(question, question.plan(solve).duties)) == []


@SOLVERS
@settings(max_examples=30)
@given(question=questions())
def test_every_gap_is_told_with_its_reasons(solve: Solve, question: Question):
    """A duty lacks somebody if and only if a finding says so, and as many are lacking as the objective says."""
    plan = question.plan(solve)
    slots = question.model().slots
    short = [duty.start for slot, duty in zip(slots, plan.duties, strict=True) if len(duty.people) < slot.need]
    assert [finding.at for finding in plan.findings] == short
    lacking = sum(slot.need - len(duty.people) for slot, duty in zip(slots, plan.duties, strict=True))
    assert plan.objective.unfilled == lacking


@settings(max_examples=40)
@given(question=questions())
def test_whoever_could_step_in_has_stepped_in(question: Question):
    """Nobody can be added to a gap without breaking a rule: a gap is never an oversight."""
    plan = question.plan()
    for index, (slot, duty) in enumerate(zip(question.model().slots, plan.duties, strict=True)):
        for person in question.people:
            if len(duty.people) < slot.need and person.id not in duty.people:
                fuller = type(duty)(people=(*duty.people, person.id), start=duty.start, end=duty.end)
                assert any(broken(question, [*plan.duties[:index], fuller, *plan.duties[index + 1 :]]))


@settings(max_examples=30)
@given(questions(slots=4, people=3))
def test_or_tools_gives_the_best_plan_that_there_is(question: Question):
    """Against every assignment that keeps the rules: the exact solver has the least objective, the search no less."""
    model = question.model()
    best = min(objective(model, each) for each in every_assignment(question))
    assert question.plan(or_tools()).objective == best
    assert question.plan().objective >= best


@settings(max_examples=15)
@given(questions(slots=12, people=5))
def test_or_tools_is_never_worse_than_the_search(question: Question):
    """Even where its effort is not enough to prove anything."""
    assert question.plan(or_tools(effort=0.001)).objective <= question.plan().objective


@SOLVERS
@settings(max_examples=20)
@given(question=questions(), data=st.data())
def test_a_plan_is_deterministic(solve: Solve, question: Question, data: st.DataObject):
    """The same question has the same plan, in whatever order its duties come."""
    shuffled = Question(
        slots=tuple(data.draw(st.permutations(question.slots))),
        people=question.people,
        rules=question.rules,
        before=question.before,
        held=question.held,
    )
    first = question.plan(solve)
    assert first == question.plan(solve)
    assert [each.people for each in shuffled.plan(solve).duties] == [each.people for each in first.duties]


@settings(max_examples=40)
@given(questions())
@example(CROSSED)
def test_planning_again_is_never_worse_and_changes_nothing_in_vain(question: Question):
    """With its own plan as the one before, a plan stays, or changes for something fairer."""
    first = question.plan(before=())
    again = question.plan(before=[duty for duty in first.duties if duty.people])
    assert again.objective <= first.objective


@settings(max_examples=30)
@given(st.integers(1, 6), st.integers(1, 40), st.integers(1, 3))
def test_equals_have_as_many_turns(people: int, days: int, need: int):
    """Where all are there for duties of equal worth, nobody has two more than somebody else."""
    slots = tuple(
        Slot(start=START + timedelta(days=day), end=START + timedelta(days=day, hours=8), need=need)
        for day in range(days)
    )
    everybody = tuple(Participant(id=f"p{number}") for number in range(people))
    plan = Question(slots=slots, people=everybody, rules=PlanRules()).plan()
    turns = [tally.turns for tally in plan.tallies]
    assert max(turns) - min(turns) <= 1
    assert sum(turns) == days * min(need, people)


@settings(max_examples=40)
@given(questions())
def test_shares_add_up_to_what_the_available_can_fill(question: Question):
    """Each duty is divided among those who were there for it, and nobody is due more of it than the whole."""
    model = question.model()
    fillable = Worth()
    for slot, worth in zip(model.slots, model.worths, strict=True):
        fillable += worth * Fraction(min(slot.need, sum(is_fit(person, slot) for person in question.people)))
    assert sum(model.shares, Worth()) == fillable


@settings(max_examples=30)
@given(questions())
def test_a_plan_is_a_file(question: Question):
    """What was planned is what a roster reads from the plan's file."""
    plan = question.plan()
    names = [person.id for person in question.people]
    text = plan.to_csv(tz=BERLIN.tz, role="duty")
    duties, _ = parse_plan(text, people=names, role="duty", roles=["duty"])
    assert [(each.start, each.end, each.people) for each in duties] == sorted(
        (each.start, each.end, each.people) for each in plan.duties
    )
    assert format_plan(plan.duties, tz=BERLIN.tz, role="duty") == text
