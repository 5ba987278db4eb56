"""Who is on duty and away by a roster, and how a decision says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from leadrouter import Decision, DutyRoster, Lead, NaiveTimeError, Organisation, Router, RulePack
from leadrouter.assignment.duties import Absence, RosterDuties, away_at
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
ROSTER_OF_ANNA_AND_BORIS = DutyRoster.parse("""
roster: demo
roles: {duty: {layers: [{id: office, rotation: {people: [anna, boris], unit: days, anchor: 2026-03-02}}]}}
""")
AWAY = """
roster: demo
roles: {duty: {layers: [{id: office, rotation: {people: [anna, boris], unit: days, anchor: 2026-03-02}}]}}
absences: [{person: boris, dates: [2026-03-01, 2026-03-03]}]
"""
BUSY = """
organisation: demo
staffing: department
departments: {sales: {kind: inbound, head: olga, people: [anna, boris], capacity: 1}}
people: {anna: {}, boris: {}, olga: {}}
"""
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


def test_whoever_is_off_duty_takes_turns_in_the_version_in_force():
    """Until a later version comes, those whom it drops are off duty, and those whom it brings are not yet."""
    later = DutyRoster.parse("""
    roster: demo
    version: 2
    effective: 2026-03-03
    people: {vera: {}, anna: {}, boris: {}}
    roles: {duty: {layers: [{id: later, rotation: {people: [vera, boris], unit: days, anchor: 2026-03-03}}]}}
    """)
    first = ROSTER_OF_ANNA_AND_BORIS.with_version(later)
    router = Router(PACK, ORGANISATION, MemoryLedger(), roster=first)
    told = [router.route(Lead(id=str(at)), at=at).assignment.why_not() for at in (MONDAY, TUESDAY)]
    assert told == [{"boris": "off duty"}, {"boris": "off duty"}]
    assert [router.route(Lead(id=f"{at} again"), at=at).assignee for at in (MONDAY, TUESDAY)] == ["anna", "vera"]
    assert router.replay().differences == ()
    assert router.organisation.duty["duty"] == ("vera", "boris", "anna")


def test_a_pack_may_lead_to_a_role_that_a_coming_version_drops():
    """It is there until then; who takes turns in it and is in the organisation no more is left out."""
    later = DutyRoster.parse("""
    roster: demo
    version: 2
    effective: 2026-03-03
    roles: {phone: {layers: [{id: week, rotation: {people: [vera], unit: fixed}}]}}
    """)
    smaller = evolve(ORGANISATION, people={id_: ORGANISATION.people[id_] for id_ in ("anna", "vera", "olga")})
    router = Router(PACK, smaller, MemoryLedger(), roster=ROSTER_OF_ANNA_AND_BORIS.with_version(later))
    assert dict(router.organisation.duty) == {"phone": ("vera",), "duty": ("anna",)}
    assert router.route(Lead(id="1"), at=MONDAY).assignee == "anna"
    assert router.route(Lead(id="2"), at=TUESDAY).assignee == "olga"


def test_a_lead_that_waits_for_duty_is_tried_again_when_others_come_on_duty():
    """The hand-off is a deadline, of which the host is told; nothing else need happen then."""
    organisation = Organisation.parse(BUSY)
    router = Router(PACK, organisation, MemoryLedger(), roster=ROSTER_OF_ANNA_AND_BORIS)
    assert [router.route(Lead(id=str(each)), at=MONDAY).assignee for each in range(2)] == ["anna", None]
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    assert router.next_deadline() == midnight
    assert [(event.name, event.details.get("people")) for event in router.tick(at=midnight)] == [
        ("lead.offered", ["boris"])
    ]
    assert router.next_deadline() is None
    assert router.replay().differences == ()


def test_a_lead_that_waits_for_somebody_busy_is_tried_again_when_somebody_else_is_back():
    """Whoever is absent alone is not waited for; where others are, his return is a deadline."""
    pack = RulePack.parse(PACK.canonical.replace("on_duty(duty)", "department(sales)"))
    roster = DutyRoster.parse(AWAY)
    router = Router(pack, Organisation.parse(BUSY), MemoryLedger(), roster=roster)
    assert [router.route(Lead(id=str(each)), at=MONDAY).assignee for each in range(2)] == ["anna", None]
    back = datetime(2026, 3, 4, tzinfo=UTC)
    assert router.next_deadline() == back
    assert [event.details["people"] for event in router.tick(at=back)] == [["boris"]]


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


class Naming(Spoken):
    """A host's own answer, which names the same people as away at any time."""

    def __init__(self, away):
        super().__init__()
        self.away = away

    def absences(self, at):  # noqa: ARG002  # as above
        return self.away


@pytest.mark.parametrize(
    ("until", "is_away"),
    [(None, True), (MONDAY + timedelta(minutes=1), True), (MONDAY, False), (MONDAY - timedelta(days=1), False)],
)
def test_whose_absence_has_ended_is_back(until, is_away):
    """A host may still name him: an end that has come counts more."""
    assert ("anna" in away_at(Naming({"anna": Absence("ill", until)}), MONDAY)) is is_away
