"""Cases with clients: who holds the company, and where it would pass to."""

from __future__ import annotations

import pytest

from leadrouter import Organisation, RulePack
from leadrouter.errors import CaseError
from leadrouter.testing import CaseResult, measure, parse_cases, run_case

PACK = RulePack.parse("""
pack: demo
vocabulary: {existing: {type: bool, default: false}, recurring: bool}
classify: [{rule: all, default: true, class: complex}]
route: [{rule: known, when: existing, to: owned}, {rule: new, default: true, to: sales}]
routes:
  sales: [{to: head(sales)}]
  owned: [{to: owner, offer: 5m, until: 1h}, {to: deputy}, {to: head(sales)}]
transfer:
  - {rule: served, when: recurring, to: department(client)}
  - {rule: unserved, when: not recurring, to: owner}
""")
OFFICE = Organisation.parse("""
organisation: demo
staffing: head
inbound: {head: sales}
departments: {sales: {kind: inbound, head: olga}, client: {kind: client, people: [egor, lev]}}
people: {olga: {}, egor: {deputy: lev}, lev: {}}
""")


def run(text: str) -> CaseResult:
    (case,) = parse_cases(f"cases:\n  - {{case: it, {text}}}", pack=PACK, organisation=OFFICE)
    return run_case(case, PACK, OFFICE)


def test_the_lead_of_a_client_finds_whoever_holds_him():
    """Named or not; away, his deputy acts; without `client` the company is new."""
    for lead in ("{}", "{company: Press}", "{phone: '8 912 345-67-89'}"):
        assert run(f"lead: {lead}, client: egor, expect: {{rule: known, to: owner, assignee: egor}}").passed
    away = "roster: {away: [egor]}, expect: {rule: known, to: deputy, assignee: lev}"
    assert run(f"lead: {{}}, client: egor, {away}").passed
    assert run("lead: {company: Press}, expect: {rule: new, assignee: olga}").passed
    assert run("lead: {}, client: egor, after: 5m, expect: {rule: known, assignee: lev}").passed


def test_a_case_says_where_a_client_would_pass_to():
    """By the rule that it names; where no rule holds he stays with whoever holds him."""
    served = run("lead: {recurring: true}, expect: {rule: [new, served], transfer: department(client)}")
    assert served.passed, served.report()
    assert run("lead: {recurring: false}, expect: {rule: unserved, transfer: owner}").passed
    assert run("lead: {}, expect: {rule: new, transfer: owner}").passed


def test_a_case_fails_where_he_would_pass_elsewhere():
    """Or by another rule."""
    wrong = run("lead: {}, expect: {rule: served, transfer: department(client)}")
    assert [(each.what, each.actual) for each in wrong.comparisons if not each.agrees] == [
        ("rule (transfer)", "none"),
        ("transfer", "owner"),
    ]


def test_transfers_are_covered_by_the_cases_that_expect_them():
    """A case that does not say where the client passes to proves nothing of it."""
    silent = run("lead: {recurring: true}, expect: {rule: new}")
    missed = [str(each) for each in measure(PACK, OFFICE, [silent]).missed]
    assert {"rule `served` of table `transfer`", "rule `unserved` of table `transfer`"} <= set(missed)
    told = [run(f"lead: {{recurring: {word}}}, expect: {{rule: new, transfer: owner}}") for word in ("true", "false")]
    assert not [each for each in measure(PACK, OFFICE, told).missed if each.within == "transfer"]
    unknown = run("lead: {}, expect: {rule: new, transfer: owner}")
    assert not [each for each in measure(PACK, OFFICE, [unknown]).reached if each.within == "transfer"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("client: nobody, expect: {rule: known}", "LR605"),
        ("expect: {rule: known, transfer: nowhere}", "LR608"),
    ],
)
def test_names_are_looked_up(text: str, code: str):
    """Whoever holds the client is somebody; where he passes to is a destination."""
    with pytest.raises(CaseError) as refused:
        run(f"lead: {{}}, {text}")
    assert [fault.code for fault in refused.value.faults] == [code]
