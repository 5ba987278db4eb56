"""Down the ladder to the person who acts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from attrs import evolve

from leadrouter import DutyRoster
from leadrouter.assignment.assign import Assignment, assign
from leadrouter.assignment.duties import FixedDuties, RosterDuties
from leadrouter.destination import Department, Head, Inbound, OnDuty, Person
from leadrouter.rulepack.route import Route, Step
from tests.small import small_organisation

ORGANISATION = small_organisation()
FIXED = FixedDuties(ORGANISATION.duty)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ROSTER = """
roster: small
tz: Europe/Moscow
people: {anna: , boris: , vera: }
roles:
  duty:
    layers:
      - id: office
        rotation: {people: [anna, boris], unit: slots, anchor: 2026-03-02}
        windows: [{days: workdays, from: "09:00", to: "18:00"}]
  night: {fallback: vera, layers: [{id: dark, rotation: {people: [boris], unit: fixed}, end: 2026-01-01}]}
absences:
  - {person: anna, dates: [2026-03-04], kind: vacation}
  - {person: boris, start: 2026-03-04T09:00, end: 2026-03-04T12:00}
"""


def ladder(*destinations) -> Route:
    return Route("ladder", tuple(Step(each) for each in destinations))


def assigned(route, organisation=ORGANISATION) -> Assignment:
    return assign(route, organisation, lambda _: None, FixedDuties(organisation.duty), AT)


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
    found = assign(ladder(Department("inbound")), ORGANISATION, {"department(inbound)": "anna"}.get, FIXED, AT)
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


def rostered(route, at, text=ROSTER) -> Assignment:
    roster = DutyRoster.parse(text)
    organisation = ORGANISATION.with_rota(roster.taking_part())
    return assign(route, organisation, lambda _: None, RosterDuties(roster), at)


def test_a_duty_role_is_settled_by_the_roster_at_the_instant():
    """Whoever has the turn then takes the lead; the others of the role are off duty, and the layer is told."""
    found = rostered(ladder(OnDuty("duty")), AT.replace(day=3))
    assert (found.pool, found.why_not()) == (("boris",), {"anna": "off duty"})
    assert found.duty is not None
    assert (found.duty["source"], found.duty["until"]) == ("layer office", "2026-03-03T15:00:00+00:00")
    assert Assignment.from_dict(found.to_dict()) == found


def test_whoever_is_absent_gets_nothing_from_a_department():
    """The gate says until when, by the roster's clock."""
    found = rostered(ladder(Department("inbound")), AT.replace(day=4, hour=12))
    assert (found.pool, found.why_not()) == (("boris",), {"anna": "absent until 2026-03-05 00:00"})


def test_where_a_whole_department_is_absent_the_next_step_begins():
    """Nobody there can act, and somebody accountable does."""
    found = rostered(ladder(Department("inbound"), Head("inbound")), AT.replace(day=4, hour=7))
    assert (found.step, found.empty, found.assignee) == (2, ("department(inbound)",), "olga")


def test_in_a_gap_the_next_step_begins():
    """At night nobody is on duty."""
    assert rostered(ladder(OnDuty("duty"), Head("inbound")), AT.replace(hour=20)).assignee == "olga"


@pytest.mark.parametrize(
    ("to", "at", "pool"),
    [
        (Department("inbound"), AT.replace(day=4, hour=7), ("boris", "anna")),
        (OnDuty("night"), AT, ("vera",)),
        (OnDuty("duty"), AT.replace(hour=20), ("boris",)),
        (OnDuty("duty"), AT.replace(year=2024), ("anna",)),
    ],
)
def test_no_lead_is_lost_where_nobody_can_act(to, at, pool):
    """On the last step everybody of a department is asked, a role's fallback, or whoever is on duty next."""
    assert rostered(ladder(to), at).pool == pool


def test_no_lead_is_lost_where_nobody_will_ever_be_on_duty():
    """A role whose layers have all ended is asked for those who took part in it."""
    assert rostered(ladder(OnDuty("night")), AT, ROSTER.replace("fallback: vera, ", "")).pool == ("boris",)


def test_a_role_that_the_roster_does_not_have_reaches_nobody():
    """A fixed list stays out of it where a roster says who is on duty."""
    found = rostered(ladder(OnDuty("phone"), Head("inbound")), AT)
    assert (found.assignee, found.empty) == ("olga", ("on_duty(phone)",))


def test_nobody_is_found_for_an_unknown_role_alone():
    """Loading refuses such a route; if one came through, it would not pass in silence."""
    with pytest.raises(ValueError, match="INVARIANT"):
        rostered(ladder(OnDuty("phone")), AT)
