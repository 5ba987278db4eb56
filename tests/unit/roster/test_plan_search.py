"""The steps of the search; what it finds in the end is held by tests/property/test_roster_plans.py."""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve

from leadrouter.roster.plan_model import Participant, PlanRules, Slot, objective
from leadrouter.roster.plan_search import _improve, _mend, _pass_on, _Rota, search
from tests.roster_plans import START, Question

DAY = timedelta(days=1)
PEOPLE = tuple(Participant(id=name) for name in ("anna", "boris", "vera"))
ANNA, BORIS, VERA = range(3)


def days(*among: tuple[str, ...], rules: PlanRules | None = None) -> Question:
    """Ask for one duty a day, each with those who may take it."""
    slots = tuple(
        Slot(start=START + day * DAY, end=START + day * DAY + DAY / 3, among=able) for day, able in enumerate(among)
    )
    return Question(slots=slots, people=PEOPLE, rules=rules or PlanRules())


def rota(question: Question, *people: int | None) -> _Rota:
    """Return an assignment to begin with."""
    made = _Rota(question.model())
    for slot, person in enumerate(people):
        if person is not None:
            made.give(slot, person)
    return made


def test_a_duty_is_passed_on_through_somebody_who_keeps_as_many():
    """Anna has one too many and Vera one too few, and only Boris can have duties of both."""
    first, second = ("anna", "boris"), ("boris", "vera")
    made = rota(days(*[first] * 4, *[second] * 4), ANNA, ANNA, ANNA, BORIS, BORIS, BORIS, BORIS, VERA)
    assert _pass_on(made)
    _improve(made)
    assert [len(slots) for slots in made.has] == [2, 4, 2]
    assert not _pass_on(made)


def test_a_chain_goes_over_several_people():
    """The open duty is Anna's to take, hers Boris's, and his Vera's: everybody moves by one."""
    question = days(("anna",), ("anna", "boris"), ("boris", "vera"), rules=PlanRules(most_per_week=1))
    made = rota(question, None, ANNA, BORIS)
    _mend(made)
    assert made.on == [{ANNA}, {BORIS}, {VERA}]


def test_a_chain_that_ends_nowhere_changes_nothing():
    """Where nobody is left at the end of any chain, everything is as it was."""
    question = days(("anna",), ("anna", "boris"), ("boris",), rules=PlanRules(most_per_week=1))
    made = rota(question, None, ANNA, BORIS)
    _mend(made)
    assert made.on == [set(), {ANNA}, {BORIS}]


def test_loads_are_those_of_the_assignment():
    """What is added up step by step is what the objective counts from the whole."""
    question = days(*[()] * 9)
    model = question.model()
    made = rota(question, *[ANNA] * 9)
    grown = made.price(ANNA, None, 0), made.price(BORIS, 0, None)
    before = objective(model, tuple(tuple(people) for people in made.on))
    made.give(0, ANNA, -1)
    made.give(0, BORIS)
    after = objective(model, tuple(tuple(people) for people in made.on))
    assert after.deviation - before.deviation == sum(price[0] for price in grown)
    assert after.spread - before.spread == sum(price[1] for price in grown)


def test_the_search_takes_no_part_in_what_cannot_be():
    """Duties that nobody may take stay open, and the others are dealt as if they were not there."""
    slots = days((), (), ()).slots
    rare = evolve(slots[0], skills=frozenset({"danish"}))
    found = search(Question(slots=(rare, *slots[1:]), people=PEOPLE, rules=PlanRules()).model())
    assert found == ((), (ANNA,), (BORIS,))
