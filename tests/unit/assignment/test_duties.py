"""Who is on duty and away by a roster, and how a decision says so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadrouter import Decision, DutyRoster, Lead, NaiveTimeError, Organisation, Router, RulePack
from leadrouter.assignment.duties import Absence, RosterDuties
from leadrouter.ledger.memory import MemoryLedger

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
TUESDAY = datetime(2026, 3, 3, 12, tzinfo=UTC)
ROSTER = DutyRoster.parse("""
roster: demo
people: {anna: {}, boris: {}, vera: {}}
roles:
  duty:
    layers:
      - id: office
        rotation: {people: [anna, boris, vera], unit: days, anchor: 2026-03-02}
absences:
  - {person: anna, dates: [2026-03-02, 2026-03-03]}
overrides:
  - {role: duty, start: 2026-03-03T09:00, end: 2026-03-03T18:00, assign: [anna], reason: trade fair}
""")
PACK = RulePack.parse("""
pack: demo
vocabulary: {amount: {money: RUB}}
classify: [{rule: all-complex, default: true, class: complex}]
route: [{rule: all-to-duty, default: true, to: duty}]
routes: {duty: [{to: on_duty(duty)}, {to: person(olga)}]}
""")
ORGANISATION = Organisation.parse("""
organisation: demo
staffing: department
departments: {sales: {kind: inbound, head: olga, people: [anna, boris, vera]}}
people: {anna: {}, boris: {}, vera: {}, olga: {}}
""")


def decided(at: datetime) -> Decision:
    return Router(PACK, ORGANISATION, MemoryLedger(), roster=ROSTER).route(Lead(id="1", facts={}), at=at)


def test_a_decision_names_the_layer_and_who_is_off_duty_or_absent():
    """Whoever is both is told both, with the end of the absence; it was her turn."""
    decision = decided(MONDAY)
    choice = decision.assignment.choice
    assert choice is not None
    assert choice.duty is not None
    assert (choice.duty["source"], choice.duty["layers"]) == ("absence office", ["office"])
    told = decision.assignment.why_not()
    assert told.pop("anna") == "absent until 2026-03-04 00:00 UTC; off duty"
    assert set(told.values()) == {"off duty"}
    text = decision.explain()
    assert "on_duty(duty) is boris; fair puts boris" in text
    assert "on duty by absence office" in text
    assert "absent until 2026-03-04 00:00 UTC; off duty" in text


def test_an_override_on_duty_beats_an_absence():
    """Whoever was set on duty by hand is there, and is offered the lead."""
    decision = decided(TUESDAY)
    choice = decision.assignment.choice
    assert choice is not None
    assert choice.duty is not None
    assert decision.assignee == "anna"
    assert choice.duty["source"].startswith("override")
    assert decision.assignment.why_not() == {"boris": "off duty", "vera": "off duty"}
    assert "anna" in RosterDuties(ROSTER).absences(TUESDAY)


def test_the_roles_are_those_of_the_version_in_force():
    """What a later version drops or adds is there until then, or from then on; a decision can say which."""
    first = "roster: demo\nroles: {night: {layers: [{id: a, rotation: {people: [anna], unit: fixed}}]}}"
    later = first.replace("night", "day").replace("id: a", "id: b") + "\nversion: 2\neffective: 2026-03-03"
    duties = RosterDuties(DutyRoster.parse(first).with_version(DutyRoster.parse(later)))
    assert (duties.on_duty("night", MONDAY), duties.on_duty("day", MONDAY)) == (("anna",), ())
    assert (duties.on_duty("night", TUESDAY), duties.on_duty("day", TUESDAY)) == ((), ("anna",))
    held, dropped = duties.told("night", MONDAY), duties.told("night", TUESDAY)
    assert (held["source"], held["until"]) == ("layer a", "2026-03-03T00:00:00+00:00")
    assert (dropped["source"], dropped["reasons"]) == ("nobody", ["version 2 has no role `night`"])


def test_a_role_that_the_roster_does_not_have_has_nobody():
    """And nothing had to decide so."""
    duties = RosterDuties(ROSTER)
    assert duties.on_duty("night", MONDAY) == ()
    assert duties.told("night", MONDAY) is None


def test_an_absence_ends_at_an_instant():
    """A time without a zone is refused where the host gives it, and not by a tick that has to compare it."""
    assert Absence("on leave", TUESDAY).until == TUESDAY
    with pytest.raises(NaiveTimeError, match="2026-03-09T00:00:00 has no zone"):
        Absence("on leave", datetime(2026, 3, 9))  # noqa: DTZ001  # what is refused


class Spoken:
    """A host's own answer, which says of its reasons as much as it is given."""

    def __init__(self, **said):
        self.said = said

    def on_duty(self, role, at):  # noqa: ARG002  # the port's words
        return ("anna",)

    def absences(self, at):  # noqa: ARG002  # as above
        return {}

    def told(self, role, at):  # noqa: ARG002  # as above
        return self.said


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "on duty by the host\n"),
        ({"source": "the board"}, "on duty by the board\n"),
        ({"source": "the board", "until": "noon", "reasons": ["it says so"]}, "until noon\n    it says so\n"),
    ],
)
def test_what_a_host_says_of_duty_is_told_as_far_as_it_goes(said, told):
    """An explanation is never lost for want of a word."""
    router = Router(PACK, ORGANISATION, MemoryLedger(), roster=ROSTER, duties=Spoken(**said))
    assert told in router.route(Lead(id="1"), at=MONDAY).explain()
