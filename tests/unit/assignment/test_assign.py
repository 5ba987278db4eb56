"""Down the ladder to the person who acts."""

from __future__ import annotations

import pytest
from attrs import evolve

from leadrouter.assignment.assign import Assignment, assign
from leadrouter.destination import Department, Head, Inbound, OnDuty, Person
from leadrouter.rulepack.route import Route, Step
from tests.small import small_organisation

ORGANISATION = small_organisation()


def ladder(*destinations) -> Route:
    return Route("ladder", tuple(Step(to=each) for each in destinations))


def assigned(route, organisation=ORGANISATION) -> Assignment:
    return assign(route, organisation, lambda _: None)


@pytest.mark.parametrize(
    ("destination", "pool"),
    [
        (Department("inbound"), ("boris", "anna")),
        (Head("inbound"), ("olga",)),
        (Person("vera"), ("vera",)),
        (OnDuty("duty"), ("boris",)),
    ],
)
def test_each_destination_has_its_pool(destination, pool):
    """A destination resolves to the people of the organisation, in its order."""
    found = assigned(ladder(destination))
    assert (found.pool, found.destination, found.assignee) == (pool, str(destination), min(pool))


@pytest.mark.parametrize(
    ("staffing", "settled"),
    [("department", "department(inbound)"), ("head", "head(inbound)"), ("duty", "on_duty(duty)")],
)
def test_staffing_settles_inbound(staffing, settled):
    """One setting switches the whole inbound flow."""
    assert assigned(ladder(Inbound()), ORGANISATION.with_staffing(staffing)).destination == settled


def test_a_step_that_reaches_nobody_is_passed_and_named():
    """The next step begins at once, and the decision says which reached nobody."""
    empty = evolve(ORGANISATION.departments["inbound"], people=())
    organisation = evolve(ORGANISATION, departments={**ORGANISATION.departments, "inbound": empty})
    found = assigned(ladder(Department("inbound"), OnDuty("night"), Head("inbound")), organisation)
    assert (found.step, found.empty) == (3, ("department(inbound)", "on_duty(night)"))


def test_the_turn_before_is_asked_by_destination():
    """Who acts comes after whoever acted last there."""
    found = assign(ladder(Department("inbound")), ORGANISATION, {"department(inbound)": "anna"}.get)
    assert (found.assignee, found.last) == ("boris", "anna")
    assert found.why_not() == {"anna": "waits for the turn: boris comes after anna"}


def test_an_assignment_is_data():
    """What `to_dict` gives `from_dict` reads."""
    found = assigned(ladder(OnDuty("night"), Department("inbound")))
    assert Assignment.from_dict(found.to_dict()) == found


def test_a_route_that_runs_out_is_an_invariant_broken():
    """Loading refuses such a route; if one came through, it would not pass in silence."""
    with pytest.raises(ValueError, match="INVARIANT"):
        assigned(ladder(OnDuty("night")))
