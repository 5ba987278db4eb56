"""From a destination to people."""

from __future__ import annotations

from datetime import datetime

import pytest
from attrs import evolve, frozen

from leadrouter import DutyRoster, Organisation
from leadrouter.assignment.duties import Absence, FixedDuties, RosterDuties
from leadrouter.assignment.pool import accountable, line_of, resolve
from leadrouter.destination import Department, Deputy, Head, Hold, Inbound, OnDuty, Owner, Person, Pool
from tests.giving import AT

OFFICE = Organisation.parse("""
organisation: office
staffing: department
departments:
  sales: {kind: inbound, head: olga, people: [boris, anna], strategy: round_robin, fair_by: class}
people:
  olga: {deputy: boris}
  anna: {deputy: boris, languages: [en], rank: 3}
  boris: {deputy: olga, rank: 2, territories: [MSK]}
  egor: {languages: [en], rank: 1}
pools:
  english: {languages: [en], strategy: least_loaded}
  here: {departments: [sales], min_rank: 3}
  abroad: {territories: [VVO]}
duty: {duty: [egor, boris]}
""")


@frozen
class Away:
    """Duties of a day on which some are away."""

    people: tuple[str, ...]

    def on_duty(self, role: str, at: datetime) -> tuple[str, ...]:
        return ("egor", "stranger") if (role, at) == ("duty", AT) else ()

    def absences(self, at: datetime) -> dict[str, Absence]:
        return dict.fromkeys(self.people, Absence()) if at == AT else {}

    def told(self, role: str, at: datetime) -> None:  # noqa: ARG002  # nothing has to decide here
        return None


FIXED = FixedDuties(OFFICE.duty)


@pytest.mark.parametrize(
    ("to", "destination", "people"),
    [
        (Department("sales"), "department(sales)", ("anna", "boris")),
        (Inbound(), "department(sales)", ("anna", "boris")),
        (Head("sales"), "head(sales)", ("olga",)),
        (Person("egor"), "person(egor)", ("egor",)),
        (OnDuty("duty"), "on_duty(duty)", ("boris", "egor")),
        (OnDuty("night"), "on_duty(night)", ()),
        (Pool("english"), "pool(english)", ("anna", "egor")),
        (Pool("here"), "pool(here)", ("anna",)),
        (Pool("abroad"), "pool(abroad)", ()),
        (Pool("nowhere"), "pool(nowhere)", ()),
        (Owner(), "owner", ("anna",)),
        (Deputy(), "deputy", ("boris",)),
        (Hold(), "hold", ()),
    ],
)
def test_a_destination_is_people_by_id(to, destination, people):
    """Of an instant, and of a client's owner."""
    pools = OFFICE if to != Pool("nowhere") else evolve(OFFICE, pools={**OFFICE.pools})
    if to == Pool("nowhere"):
        assert pools.pool(to) == ()
        return
    resolved = resolve(to, pools, FIXED, AT, owner="anna")
    assert (resolved.destination, resolved.people) == (destination, people)
    assert resolved.is_on_duty is isinstance(to, OnDuty)


def test_without_an_owner_there_is_nobody():
    """Nor where the owner is nobody that the organisation knows, or has no deputy."""
    for owner in (None, "stranger"):
        assert resolve(Owner(), OFFICE, FIXED, AT, owner=owner).people == ()
        assert resolve(Deputy(), OFFICE, FIXED, AT, owner=owner).people == ()
    assert resolve(Deputy(), OFFICE, FIXED, AT, owner="egor").people == ()


def test_a_roster_says_who_is_on_duty():
    """At that instant; somebody whom the organisation does not know is left out."""
    assert resolve(OnDuty("duty"), OFFICE, Away(()), AT).people == ("egor",)


def test_a_role_that_the_roster_does_not_have_reaches_nobody():
    """Its people are off duty, and nothing has decided so."""
    layer = "{id: dark, rotation: {people: [egor], unit: fixed}}"
    roster = DutyRoster.parse(f"{{roster: r, roles: {{night: {{layers: [{layer}]}}}}}}")
    resolved = resolve(OnDuty("duty"), OFFICE, RosterDuties(roster), AT)
    assert (resolved.people, resolved.off_duty, resolved.duty) == ((), ("boris", "egor"), None)


def test_books_are_kept_by_destination_and_class_where_asked():
    """The name has the class only where classes are shared apart."""
    assert resolve(Department("sales"), OFFICE, FIXED, AT).standing_key("mass") == "department(sales) mass"
    english = resolve(Pool("english"), OFFICE, FIXED, AT)
    assert english.standing_key("mass") == "pool(english)"
    assert english.sharing.strategy == "least_loaded"


@pytest.mark.parametrize(
    ("to", "away", "person"),
    [
        (Head("sales"), (), "olga"),
        (Head("sales"), ("olga",), "boris"),
        (Head("sales"), ("olga", "boris"), "olga"),
        (Person("anna"), ("anna", "boris"), "olga"),
        (Person("egor"), ("egor",), "egor"),
        (Hold(), (), None),
    ],
)
def test_whoever_is_away_passes_it_to_the_deputy(to, away, person):
    """And so on; where all in that line are away, it stays with the first."""
    line = line_of(to, OFFICE, Away(away), AT)
    assert accountable(to, OFFICE, Away(away), AT) == person == (line[-1] if line else None)
    assert set(line[:-1]) <= set(away)


def test_fixed_duties_are_the_same_at_any_time():
    """And nobody is ever away."""
    assert FIXED.on_duty("duty", AT) == ("egor", "boris")
    assert FIXED.absences(AT) == {}
