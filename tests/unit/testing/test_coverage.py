"""Coverage counts what a case can reach, and names what none did."""

from __future__ import annotations

from leadrouter import DutyRoster, Lead, Organisation, Router, RulePack
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.testing import Target, measure
from tests.small import AT, ORGANISATION, PACK, small_organisation, small_pack, small_router


def covered(*leads: dict[str, object]):
    decisions = [small_router().route(Lead(facts=facts), at=AT) for facts in leads]
    return measure(small_pack(), small_organisation(), decisions)


def test_rules_defaults_and_steps_are_targets():
    """Each rule of each table once, and each step that takes leads under some staffing."""
    assert [str(target) for target in covered({}).targets] == [
        "rule `big` of table `derive.company_size`",
        "rule `tiny` of table `derive.company_size`",
        "rule `hurry` of table `tag`",
        "rule `machine` of table `classify`",
        "rule `may-grow` of table `classify`",
        "default `anything` of table `classify`",
        "rule `in-a-hurry` of table `route`",
        "rule `mass-goods` of table `route`",
        "default `rest` of table `route`",
        "step `1: head(inbound)` of route `head`",
        "step `1: department(client)` of route `client`",
        "step `1: inbound` of route `inbound`",
    ]


def test_nothing_is_reached_without_a_case():
    """No decisions, no coverage."""
    coverage = covered()
    assert (coverage.percent, coverage.reached, coverage.missed) == (0, (), coverage.targets)


def test_a_decision_reaches_its_rules_and_its_step():
    """Winners of every table, and each rule that tagged."""
    coverage = covered({"product": "press", "employees": 300, "message": "срочно"})
    assert [target.name for target in coverage.reached] == ["big", "hurry", "machine", "in-a-hurry", "1: head(inbound)"]
    assert coverage.percent == 41


def test_a_hundred_per_cent_means_everything():
    """The share is rounded down, so that one missed rule among a thousand shows."""
    everything = [
        {"product": "press", "employees": 300, "message": "срочно"},
        {"amount": 5, "employees": 300},
        {"employees": 5},
    ]
    assert (covered(*everything).percent, covered(*everything).missed) == (100, ())
    assert covered(*everything[:2]).percent == 66


def test_the_report_names_what_was_missed_with_its_place():
    """Ready to be clicked."""
    coverage = covered({"product": "press", "message": "срочно"}, {"amount": 5, "employees": 300})
    assert coverage.report() == (
        "66 % (8 of 12 rules, defaults and route steps)\n"
        "small.yaml:15:9: no case reaches rule `tiny` of table `derive.company_size`\n"
        "small.yaml:21:5: no case reaches default `anything` of table `classify`\n"
        "small.yaml:24:5: no case reaches rule `mass-goods` of table `route`\n"
        "small.yaml:28:17: no case reaches step `1: department(client)` of route `client`"
    )


def test_a_target_without_a_place_is_named_alone():
    """Packs may be made without a text."""
    from leadrouter.testing import Coverage

    coverage = Coverage((Target("rule", "classify", "a"),), ())
    assert coverage.report().endswith("\nno case reaches rule `a` of table `classify`")


def test_a_step_counts_where_those_before_it_are_empty_under_some_staffing():
    """Somebody is always there before it: then it waits for a day that cases cannot make."""
    text = ORGANISATION.replace("people: [boris, anna]", "people: []").replace("staffing: department", "staffing: duty")
    organisation = Organisation.parse(text + "inbound: {duty: duty}\n")
    pack = RulePack.parse(PACK.replace("inbound: [{to: inbound}", "inbound: [{to: department(inbound)}, {to: inbound}"))
    steps = [target.name for target in measure(pack, organisation, []).targets if target.within == "inbound"]
    assert steps == ["2: inbound"]


ROSTER = """
roster: small
people: {anna: , boris: }
roles:
  duty:
    layers:
      - {id: office, rotation: {people: [anna], unit: fixed}}
      - {id: fair, priority: 1, rotation: {people: [boris], unit: fixed}, start: 2026-05-01, end: 2026-05-02}
  phone: {layers: [{id: unasked, rotation: {people: [boris], unit: fixed}}]}
"""


def test_layers_of_the_roles_that_leads_go_to_are_reached_by_cases_in_their_time():
    """The role that `inbound` can mean counts, one that no step names does not; a layer is missed with its place."""
    roster = DutyRoster.parse(ROSTER)
    router = Router(small_pack(), small_organisation().with_staffing("duty"), MemoryLedger(), roster=roster)
    decision = router.route({"product": "press"}, at=AT)
    found = measure(router.pack, router.organisation, [decision], roster)
    layers = [target for target in found.targets if target.kind == "layer"]
    assert [target.name for target in layers] == ["office", "fair"]
    assert [str(target) for target in found.missed if target.kind == "layer"] == ["layer `fair` of role `duty`"]
    assert "rules, defaults, route steps and layers)" in found.report()
    assert "roster.yaml:8:14: no case reaches layer `fair` of role `duty`" in found.report()


def test_layers_count_where_a_step_names_the_role():
    """`on_duty(phone)` asks for a role that no staffing means."""
    head, client = "[{to: head(inbound)}]", "[{to: on_duty(phone)}, {to: hold}]"
    routes = f"routes: {{head: {head}, client: {client}, inbound: {head}}}\n"
    pack = RulePack.parse(PACK.partition("routes:")[0] + routes)
    roster = DutyRoster.parse(ROSTER)
    found = measure(pack, small_organisation().with_rota(roster.taking_part()), [], roster)
    assert [target.name for target in found.targets if target.kind == "layer"] == ["unasked"]
