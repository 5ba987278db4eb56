"""The exact planner; its laws stand in tests/property/test_roster_plans.py."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadrouter.adapters.or_tools import or_tools
from leadrouter.roster.dated import DatedDuty
from leadrouter.roster.plan_model import Participant, PlanRules, Slot
from leadrouter.roster.plan_search import search
from tests.roster_plans import Question, broken

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def lengths(*hours: int) -> Question:
    """Ask for one duty a day, of these lengths, for two people."""
    slots = tuple(Slot(start=START + n * DAY, end=START + n * DAY + each * HOUR) for n, each in enumerate(hours))
    return Question(slots=slots, people=(Participant(id="anna"), Participant(id="boris")), rules=PlanRules())


def test_it_finds_what_single_steps_do_not():
    """Lengths that can be halved only by three against two, which no single swap reaches."""
    question = lengths(8, 7, 6, 5, 4)
    assert question.plan(or_tools()).objective.deviation == 0
    assert question.plan().objective >= question.plan(or_tools()).objective


@pytest.mark.parametrize("most", [1, 2])
def test_rows_of_days_include_duties_that_stand(most: int):
    """Days on which other duties are held count for the row, as they do for the search."""
    held = tuple(
        DatedDuty(people=("anna",), start=START + n * DAY + 12 * HOUR, end=START + n * DAY + 13 * HOUR)
        for n in (3, 4, 5)
    )
    question = Question(
        slots=lengths(8, 8, 8).slots,
        people=(Participant(id="anna"), Participant(id="boris")),
        rules=PlanRules(days_in_a_row=most),
        held=held,
    )
    for solve in (search, or_tools()):
        plan = question.plan(solve)
        assert list(broken(question, plan.duties)) == []
        assert plan.objective.unfilled == 0


def test_a_day_on_which_another_duty_is_held_counts_once():
    """A duty on that very day makes the row no longer than it is."""
    held = (DatedDuty(people=("anna",), start=START + 12 * HOUR, end=START + 13 * HOUR),)
    question = Question(
        slots=lengths(8, 8).slots,
        people=(Participant(id="anna"), Participant(id="boris")),
        rules=PlanRules(days_in_a_row=1),
        held=held,
    )
    plan = question.plan(or_tools())
    assert list(broken(question, plan.duties)) == []
    assert plan.objective.unfilled == 0


def test_without_effort_the_plan_is_that_of_the_search():
    """A limit of work that allows nothing leaves the first solution, and the plan is still lawful."""
    question = lengths(8, 7, 6, 5, 4)
    assert question.plan(or_tools(effort=0.0)).objective <= question.plan().objective


def test_the_seed_decides_nothing_that_counts():
    """Another seed may give another plan, and none that is better or worse."""
    question = lengths(8, 8, 8, 8)
    assert question.plan(or_tools(seed=1)).objective == question.plan(or_tools(seed=7)).objective
