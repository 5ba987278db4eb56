"""What a pack says of clients and targets, against its organisation."""

from __future__ import annotations

import pytest
from attrs import evolve

from leadrouter import Organisation
from leadrouter.rulepack.check import check_destinations
from leadrouter.rulepack.rule import Rule, Table
from tests.pack_text import faults, parse

ORGANISATION = """
organisation: small
staffing: department
hours:
  office: [{from: "09:00", to: "18:00"}]
  never: [{days: [], from: "09:00", to: "18:00"}]
departments:
  inbound: {kind: inbound, head: olga, people: [boris, anna]}
  client: {kind: client, head: olga, people: [vera]}
  empty: {kind: other}
people: {anna: {}, boris: {}, olga: {}, vera: {}}
duty: {duty: [boris]}
pools: {all: {}, nobody: {skills: [welding]}}
"""


def refused(*sections: str) -> list[str]:
    """Return code and message of each fault for which a pack of these sections is refused."""
    return [f"{each.code} {each.message}" for each in faults(*sections)]


def found(text: str) -> list[tuple[str, str, str | None]]:
    """Return code, message and fix of what is wrong with clients and targets."""
    pack, organisation = parse(text).checked, Organisation.parse(ORGANISATION)
    all_ = check_destinations(pack, organisation)
    return [(each.code, each.message, each.fix) for each in all_ if each.code >= "LR850"]


@pytest.mark.parametrize("to", ["department(client)", "head(client)", "person(vera)", "pool(all)", "owner"])
def test_a_client_can_pass_to_people_or_stay(to: str):
    """Each of these is somebody."""
    assert found(f"transfer: [{{rule: on, default: true, to: {to}}}]") == []


@pytest.mark.parametrize(
    ("to", "fix"),
    [
        ("department(cliant)", "did you mean `client`? known: client, empty, inbound"),
        ("head(cliant)", "did you mean `client`? known: client, empty, inbound"),
        ("person(vero)", "did you mean `vera`? known: anna, boris, olga, vera"),
        ("pool(al)", "did you mean `all`? known: all, nobody"),
        ("department(empty)", "give it somebody in the organisation"),
        ("head(empty)", "give it somebody in the organisation"),
        ("pool(nobody)", "give it somebody in the organisation"),
    ],
)
def test_a_client_passes_to_somebody(to: str, fix: str):
    """A transfer to nobody would leave him with nobody."""
    message = f"rule `on` passes clients to `{to}`, where nobody is"
    assert found(f"transfer: [{{rule: on, default: true, to: {to}}}]") == [("LR851", message, fix)]


@pytest.mark.parametrize("to", ["on_duty(duty)", "inbound", "hold", "deputy", "nowhere"])
def test_nobody_holds_a_client_for_an_hour(to: str):
    """Whoever is on duty, or whatever the staffing says, holds no client."""
    assert refused(f"transfer: [{{rule: on, default: true, to: {to}}}]") == [f"LR850 no client can pass to `{to}`"]


def test_a_rule_that_was_made_in_code_has_a_place():
    """Its id stands where a text would be named."""
    rules = (Rule(id="on", when=(), outcome="head(empty)"),)
    pack = evolve(parse("").checked, transfer=Table("transfer", rules))
    placed = [str(each.where) for each in check_destinations(pack, Organisation.parse(ORGANISATION))]
    assert "rule on" in placed


def test_a_target_counts_in_hours_that_are_kept():
    """The hours are the organisation's, and open."""
    assert found("sla: {hours: office, acceptance: 5m}") == []
    message, fix = "unknown hours `ofice`", "in the organisation: did you mean `office`? known: never, office"
    assert found("sla: {hours: ofice, acceptance: 5m}") == [("LR852", message, fix)]
    never = "hours `never` never open, so that the target never falls due"
    assert found("sla: {hours: never, acceptance: 5m}") == [("LR852", never, "give them a window")]


@pytest.mark.parametrize(
    ("to", "fix"),
    [
        ("head(empty)", "give it somebody in the organisation"),
        ("on_duty(dutty)", "did you mean `duty`? known: duty"),
    ],
)
def test_an_escalation_tells_somebody(to: str, fix: str):
    """Nobody is told by a head that is not there; whoever is on duty changes, the role is there."""
    text = "sla: {classes: {mass: {acceptance: {within: 5m, escalate: [{to: %s}]}}}}"
    assert found(text % to) == [("LR853", f"escalation to `{to}` tells nobody", fix)]
    assert found(text % "on_duty(duty)") == found(text % "inbound") == []
