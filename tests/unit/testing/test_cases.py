"""Cases are read with all their faults at once, and hold a pack to what it promises."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrouter import CaseError, RulePack
from leadrouter.destination import parse_destination
from leadrouter.testing import DEFAULT_AT, Case, Expectation, OpenLeads, parse_cases
from tests.small import PACK, small_organisation, small_pack

PLAIN = """
cases:
  - case: a press
    lead: {product: press}
    expect: {rule: machine}
"""


def parse(text: str, **known: object) -> tuple[Case, ...]:
    known = {"pack": small_pack(), "organisation": small_organisation(), **known}
    return parse_cases(text, source="cases.yaml", **known)


def case(lead: str = "{product: press}", expect: str = "{rule: machine}", more: str = "") -> str:
    """Return a file with one case."""
    return f"cases:\n  - case: it\n    lead: {lead}\n    expect: {expect}\n{more}"


def faults(text: str, **known: object) -> list[str]:
    with pytest.raises(CaseError) as caught:
        parse(text, **known)
    return [str(fault) for fault in caught.value.faults]


def only_fault(text: str, **known: object) -> str:
    (fault,) = faults(text, **known)
    return fault


FRAGMENTS = st.sampled_from(
    [
        "cases:",
        "\n",
        "  - ",
        "case: x",
        "lead: ",
        "{",
        "}",
        "[",
        "]",
        "expect: ",
        "rule: machine",
        "at: ",
        ",",
        "~",
        "5",
        "'",
        "é",
    ]
)


@given(st.text(max_size=60) | st.lists(FRAGMENTS, max_size=20).map("".join))
def test_whatever_a_file_holds_is_cases_or_faults(text):
    """Nothing but a `CaseError` comes out of it."""
    with suppress(CaseError):
        assert parse(text)


def test_a_case_needs_a_name_a_lead_and_a_rule():
    """The rest has defaults: a Monday noon in Moscow, the organisation's own staffing and duty."""
    (found,) = parse(PLAIN)
    assert (found.name, dict(found.lead.facts), found.at) == ("a press", {"product": "press"}, DEFAULT_AT)
    assert (found.staffing, found.on_duty, found.expect) == (None, None, Expectation(rules=("machine",)))
    assert str(found.where) == "cases.yaml:3:5"


def test_a_case_says_everything_else_too():
    """Every key that cases have, read into values."""
    text = """
cases:
  - case: "a  long
      name"
    lead: {source: web_form, amount: 90_000.50 RUB, facts: {employees: 1200}, company: Plant, phone: "+7"}
    at: 2026-03-02T10:00+03:00
    staffing: duty
    roster: {on_duty: anna, away: [boris, vera]}
    load: {anna: 3, boris: 2 / 5}
    after: 1h 20m
    expect:
      rule: [big, may-grow, rest]
      class: future-large
      route: inbound
      to: on_duty( duty )
      assignee: anna
      accountable: olga
      tags: []
      blocked_by: [product, message]
"""
    (found,) = parse(text)
    assert found.name == "a long name"
    assert found.at == datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
    assert (found.staffing, found.on_duty, found.away) == ("duty", "anna", ("boris", "vera"))
    assert dict(found.load) == {"anna": OpenLeads(3), "boris": OpenLeads(2, 5)}
    assert found.after == timedelta(hours=1, minutes=20)
    assert (found.lead.source, found.lead.company, found.lead.contact.phone) == ("web_form", "Plant", "+7")
    assert found.lead.facts == {"amount": "90_000.50 RUB", "employees": 1200}
    assert found.expect == Expectation(
        rules=("big", "may-grow", "rest"),
        lead_class="future-large",
        route="inbound",
        to=parse_destination("on_duty(duty)"),
        assignee="anna",
        accountable="olga",
        tags=(),
        blocked_by=("product", "message"),
    )


def test_numbers_of_a_lead_are_exact():
    """A decimal in a case is no float."""
    (found,) = parse(case("{amount: 0.10}", "{rule: anything}"))
    assert found.lead.facts["amount"] == Decimal("0.10")


def test_without_a_pack_names_are_not_looked_up():
    """The shape can be checked where the pack cannot be loaded."""
    text = case("{anything: at all}", "{rule: nobody-knows, class: odd, route: far, tags: [x], assignee: zed}")
    assert parse(text, pack=None, organisation=None)[0].expect.rules == ("nobody-knows",)


def test_staffing_is_looked_up_even_without_an_organisation():
    """The three staffings are words of the language."""
    assert "unknown staffing `nobody`" in only_fault(case(more="    staffing: nobody"), pack=None, organisation=None)


def test_all_faults_are_told_at_once():
    """One run names everything that is wrong in a file, in its order, each with its place and a fix."""
    text = """
cases:
  - case: one
    lead: {product: press}
    at: 2026-03-02T10:00
    staffing: hed
    roster: {on_duty: ana}
    expect: {rule: machin, class: mas, route: hed, to: dept(x), assignee: zed, tags: [urgnt], blocked_by: [amonut]}
  - case: one
    lead: {product: press}
    expect: {rule: machine}
  - case: one
    lead: {product: pres, amonut: 5, employees: 0}
    expect: {}
  - {lead: [], expect: {rule: []}}
"""
    told = [fault.split("\n")[0] for fault in faults(text)]
    assert told == [
        "cases.yaml:5:9: LR603 `at`: 2026-03-02T10:00:00 has no zone; write it with an offset, such as +03:00",
        "cases.yaml:6:15: LR604 unknown staffing `hed`",
        "cases.yaml:7:23: LR605 unknown person `ana`",
        "cases.yaml:8:20: LR606 unknown rule `machin`",
        "cases.yaml:8:35: LR607 unknown class `mas`",
        "cases.yaml:8:47: LR607 unknown route `hed`",
        "cases.yaml:8:56: LR608 `dept(x)` is no destination",
        "cases.yaml:8:75: LR605 unknown person `zed`",
        "cases.yaml:8:87: LR607 unknown tag `urgnt`",
        "cases.yaml:8:108: LR607 unknown field `amonut`",
        "cases.yaml:9:5: LR602 case `one` is given twice",
        "cases.yaml:13:21: LR409 field `product`: `pres` is not one of consumables, press",
        "cases.yaml:13:27: LR401 unknown field `amonut`",
        "cases.yaml:13:49: LR404 field `employees`: `0` is below the least value",
        "cases.yaml:14:13: LR105 `expect` lacks `rule`",
        "cases.yaml:15:5: LR105 a case lacks `case`",
        "cases.yaml:15:12: LR106 `lead` must be a mapping of keys to values",
        "cases.yaml:15:31: LR606 the case names no rule",
    ]


def test_a_fault_shows_its_line_and_its_fix():
    """Like a good compiler's."""
    assert only_fault(case(expect="{rule: machin}")) == (
        "cases.yaml:4:20: LR606 unknown rule `machin`\n"
        "4 |     expect: {rule: machin}\n"
        "  |                    ^^^^^^\n"
        "fix: did you mean `machine`? "
        "known: anything, big, hurry, in-a-hurry, machine, mass-goods, may-grow, rest, tiny"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "LR601 the file holds no cases"),
        ("# nothing\n", "LR601 the file holds no cases"),
        ("cases: []", "LR601 the file holds no cases"),
        ("case: []", "LR104 unknown key `case`"),
        ("cases: {}", "LR106 `cases` must be a list"),
        ("[]", "LR106 a file of cases must be a mapping"),
        ("cases: [5]", "LR106 a case must be a mapping"),
        ("cases: [{", "LR101"),
        (case(more="    loads: {anna: 3}"), "LR104 unknown key `loads` in a case"),
        (case(more="    load: [anna]"), "LR106 `load` must be a mapping"),
        (case(more="    load: {ana: 3}"), "LR605 unknown person `ana`"),
        (case(more="    load: {anna: many}"), "LR830 `many` is no number of open leads"),
        (case(more="    load: {anna: 3/}"), "LR830 `3/` is no number of open leads"),
        (case(more="    load: {anna: [3]}"), "LR106 `load` must be text"),
        (case(more="    after: a while"), "LR831 `after`: `a while` (text) is not a duration"),
        (case(more="    after: []"), "LR106 `after` must be text"),
        (case(more="    roster: {}"), "LR605 `roster` says nothing"),
        (case(more="    roster: {away: [ana]}"), "LR605 unknown person `ana`"),
        (case(expect="{rule: machine, assignee: ana}"), "LR605 unknown person `ana`"),
        (case(more="    roster: anna"), "LR106 `roster` must be a mapping"),
        (case(more="    at: tomorrow"), "LR603 `at`: `tomorrow` (text) is not an instant"),
        (case(more="    at:"), "LR106 `at` is empty"),
        (case(more="    staffing: [duty]"), "LR106 a staffing must be text"),
        (case(expect="machine"), "LR106 `expect` must be a mapping"),
        (case(expect="{rule: machine, rules: x}"), "LR104 unknown key `rules`"),
        (case(expect="{rule: machine, to: [x]}"), "LR106 `to` must be text"),
        (case("{product: [press]}"), "LR402 field `product`"),
        (case("{product: press, facts: 5}"), "LR410 `facts` is a number, not a mapping"),
        (case("{product: press, facts: {product: press}}"), "LR410 fact `product` is given twice"),
        (case("{source: call, facts: {source: call}}"), "LR410 fact `source` is given twice"),
    ],
)
def test_a_fault_of_shape_is_told(text, message):
    """Whatever stands where something else belongs is named."""
    assert any(message in fault for fault in faults(text))


def test_a_fault_of_a_lead_points_at_its_place():
    """Inside `facts` and `contact` too; at the key where the key is wrong, at the value where that is."""
    text = case("{facts: {product: pres, amonut: 5}, contact: {name: 5, fone: x}, received: 2026-03-02}")
    assert [fault.split(" ")[0:2] for fault in faults(text)] == [
        ["cases.yaml:3:66:", "LR410"],
        ["cases.yaml:3:63:", "LR410"],
        ["cases.yaml:3:86:", "LR408"],
    ]
    text = case("{facts: {product: pres, amonut: 5}}")
    assert [fault.split(" ")[0:2] for fault in faults(text)] == [
        ["cases.yaml:3:29:", "LR409"],
        ["cases.yaml:3:35:", "LR401"],
    ]


def test_a_fault_of_no_single_key_points_at_the_lead():
    """What is missing has no place of its own."""
    pack = RulePack.parse(
        PACK.replace("source: {enum: [call, web_form]}", "source: {type: {enum: [call]}, required: true}")
    )
    assert only_fault(case(), pack=pack).startswith("cases.yaml:3:11: LR403 field `source` is required and missing")


def test_a_staffing_that_reaches_nobody_is_a_fault():
    """The organisation must say who that is."""
    organisation = small_organisation()
    nobody = type(organisation).parse(
        "organisation: x\nstaffing: department\ndepartments: {a: {kind: inbound, people: [b]}}\npeople: {b: {}}"
    )
    assert "LR604 staffing `head` reaches nobody" in only_fault(case(more="    staffing: head"), organisation=nobody)


def test_a_duty_that_no_role_takes_is_a_fault():
    """`on_duty` without a duty role would change nothing."""
    organisation = type(small_organisation()).parse(
        "organisation: x\nstaffing: department\ndepartments: {a: {kind: inbound, people: [anna]}}\npeople: {anna: {}}"
    )
    fault = only_fault(case(more="    roster: {on_duty: anna}"), organisation=organisation)
    assert "LR605 the organisation has no duty role" in fault


def test_a_pack_that_keeps_unknown_fields_keeps_them_in_cases():
    """Cases are read as leads are."""
    pack = RulePack.parse(PACK + "unknown_fields: keep\n")
    assert parse(case("{product: press, whatever: 5}"), pack=pack)[0].lead.facts["whatever"] == 5


@pytest.mark.parametrize(
    ("expect", "place", "outcome", "rule"),
    [
        ("{rule: rest, class: mass}", "4:33", "`class: mass` is expected of no rule of table `classify`", "anything"),
        (
            "{rule: [big, machine], class: complex, route: inbound}",
            "4:59",
            "`route: inbound` is expected of no rule of table `route`",
            "rest",
        ),
    ],
)
def test_an_outcome_needs_a_rule_that_gives_it(expect, place, outcome, rule):
    """A class that another rule gave cannot pass: whoever expects a class or a route names a rule of its table."""
    first, *_, fix = only_fault(case(expect=expect)).split("\n")
    assert first == f"cases.yaml:{place}: LR609 {outcome}"
    assert fix == f"fix: name in `rule` the one that gives it, beside others: `{rule}`"


@pytest.mark.parametrize(
    "expect",
    [
        "{rule: [machine, rest], class: complex, route: inbound}",
        "{rule: big, to: department(inbound), assignee: anna, tags: []}",
        "{rule: anything, class: complex}",
    ],
)
def test_a_rule_of_its_table_is_enough(expect):
    """Whether it is the right one the run of the case says; where a lead stands comes of many things."""
    assert parse(case(expect=expect))


def test_the_rule_is_asked_for_once_it_is_known():
    """A misspelt rule is one fault, not two."""
    assert only_fault(case(expect="{rule: machin, class: complex}")).startswith("cases.yaml:4:20: LR606")


@pytest.mark.parametrize(
    ("transfer", "rules"), [("department(client)", "served"), ("department( client )", "served"), ("owner", "stays")]
)
def test_a_transfer_needs_its_rule_too(transfer, rules):
    """Whatever its spaces; `owner` as well, where a rule always decides."""
    text = "[{rule: served, when: amount < 5, to: department(client)}, {rule: stays, default: true, to: owner}]"
    pack = RulePack.parse(f"{PACK}transfer: {text}\n")
    fault = only_fault(case(expect=f"{{rule: machine, transfer: {transfer}}}"), pack=pack)
    assert "of no rule of table `transfer`" in fault
    assert fault.endswith(f"beside others: `{rules}`")


def test_no_rule_may_leave_a_client_with_the_owner():
    """Where the rules of transfers have no default, a client stays because none of them holds."""
    pack = RulePack.parse(f"{PACK}transfer: [{{rule: stays, when: amount < 5, to: owner}}]\n")
    assert parse(case(expect="{rule: machine, transfer: owner}"), pack=pack)


def test_two_rules_of_a_table_cannot_both_decide():
    """Such a case could never pass; of tags all that hold count, and a rule twice is one rule."""
    assert only_fault(case(expect="{rule: [big, machine, may-grow, anything]}")) == (
        "cases.yaml:4:20: LR610 `machine`, `may-grow` and `anything` cannot decide together: "
        "in table `classify` the first that holds does\n"
        "4 |     expect: {rule: [big, machine, may-grow, anything]}\n"
        "  |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "fix: name the one that decides"
    )
    tags = PACK.replace("classify:", '  - {rule: large, when: company_size == "large", tag: large}\nclassify:')
    assert parse(case(expect="{rule: [hurry, large]}"), pack=RulePack.parse(tags))
    assert parse(case(expect="{rule: [machine, machine]}"))


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("to: department(clien)", "LR611 `to`: unknown department `clien`"),
        ("to: head(inbuond)", "LR611 `to`: unknown department `inbuond`"),
        ("to: person(ana)", "LR611 `to`: unknown person `ana`"),
        ("to: on_duty(dutty)", "LR611 `to`: unknown duty role `dutty`"),
        ("to: pool(presses)", "LR611 `to`: unknown pool `presses`"),
        ("transfer: department(clien)", "LR611 `transfer`: unknown department `clien`"),
    ],
)
def test_a_destination_is_held_against_the_organisation(expect, message):
    """A misspelt department would make a case that can never pass; what is meant is named."""
    fault = only_fault(case(expect=f"{{rule: machine, {expect}}}"))
    assert message in fault
    assert parse(case(expect=f"{{rule: machine, {expect}}}"), organisation=None)
    if "clien" in expect:
        assert "fix: did you mean `client`? known: client, inbound" in fault


@pytest.mark.parametrize("to", ["inbound", "hold", "owner", "deputy", "on_duty(duty)", "head(client)", "person(olga)"])
def test_a_destination_that_is_there_is_no_fault(to):
    """What `inbound` means, the staffing says; who holds a client, nobody needs to know."""
    assert parse(case(expect=f"{{rule: machine, to: {to}}}"))
