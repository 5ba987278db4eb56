"""A case passes for the right reason only, and a failure shows what came and why."""

from __future__ import annotations

import pytest

from leadrouter import FactsError, RulePack
from leadrouter.testing import CaseResult, measure, parse_cases, run_case
from tests.small import small_organisation, small_pack

HEAD = "case: it, lead: {product: press, employees: 300}"


def run(text: str) -> CaseResult:
    pack, organisation = small_pack(), small_organisation()
    (case,) = parse_cases(f"cases:\n  - {{{text}}}", pack=pack, organisation=organisation)
    return run_case(case, pack, organisation)


def test_a_case_passes_where_everything_is_as_expected():
    """Rules of any table, the class, the route, the destination, the person, the tags, the open questions."""
    expected = (
        "rule: [big, machine, rest], class: complex, route: inbound, to: department(inbound), "
        "assignee: anna, tags: [], blocked_by: [message]"
    )
    result = run(f"{HEAD}, expect: {{{expected}}}")
    assert result.passed, result.report()
    assert [each.what for each in result.comparisons] == [
        "rule (derive.company_size)",
        "rule (classify)",
        "rule (route)",
        "class",
        "route",
        "to",
        "assignee",
        "tags",
        "blocked_by",
    ]
    assert "failed" not in result.report()


@pytest.mark.parametrize(
    ("expected", "what"),
    [
        ("rule: may-grow", "rule (classify)"),
        ("rule: [machine, tiny]", "rule (derive.company_size)"),
        ("rule: hurry", "rule (tag)"),
        ("rule: machine, class: mass", "class"),
        ("rule: [machine, rest], route: client", "route"),
        ("rule: machine, to: head(inbound)", "to"),
        ("rule: machine, assignee: boris", "assignee"),
        ("rule: machine, tags: [urgent]", "tags"),
        ("rule: machine, blocked_by: []", "blocked_by"),
    ],
)
def test_a_case_fails_where_anything_differs(expected, what):
    """And says what."""
    result = run(f"{HEAD}, expect: {{{expected}}}")
    assert [each.what for each in result.comparisons if not each.agrees] == [what]
    assert not result.passed


def test_right_for_the_wrong_reason_is_wrong():
    """The class came as expected, by another rule: the case fails and the report says so."""
    result = run("case: it, lead: {amount: 5}, expect: {rule: may-grow, class: mass}")
    assert not result.passed
    assert result.is_right_by_chance
    assert result.report().split("\n")[1] == "right for the wrong reason: other rules decided"


@pytest.mark.parametrize("expected", ["rule: may-grow", "rule: may-grow, class: mass", "rule: machine, class: mass"])
def test_a_case_that_is_wrong_in_more_is_no_chance(expected):
    """Only where everything but the rule agrees is there something to warn of."""
    assert not run(f"{HEAD}, expect: {{{expected}}}").is_right_by_chance


def test_a_failure_shows_expected_and_actual_side_by_side_with_the_explanation():
    """The place, the columns, a mark at what differs, and why it came so."""
    expected = "rule: [machine, rest], tags: [urgent], route: client"
    result = run(f"case: it, lead: {{product: press, message: срочно}}, expect: {{{expected}}}")
    lines = result.report().split("\n")
    assert lines[:7] == [
        "cases.yaml:2:5: case `it` failed",
        "                    expected   actual",
        "  rule (classify)   machine    machine",
        "  rule (route)      rest       in-a-hurry   ✗",
        "  route             client     head         ✗",
        "  tags              urgent     urgent",
        "why:",
    ]
    assert lines[7:] == [f"  {line}" for line in result.decision.explain().split("\n")]


def test_tags_and_open_questions_come_in_any_order():
    """They are compared as sets."""
    result = run(
        "case: it, lead: {source: call}, expect: {rule: anything, blocked_by: [message, employees, amount, product]}"
    )
    assert result.passed, result.report()


def test_what_is_empty_is_called_none():
    """An empty list has a word in the report."""
    result = run(f"{HEAD}, expect: {{rule: hurry, tags: [urgent]}}")
    assert [each.actual for each in result.comparisons] == ["none", "none"]


def test_inbound_means_what_the_staffing_says():
    """`to: inbound` is settled before it is compared."""
    for staffing, to in (("department", "department(inbound)"), ("head", "head(inbound)"), ("duty", "on_duty(duty)")):
        result = run(f"{HEAD}, staffing: {staffing}, expect: {{rule: rest, to: inbound}}")
        assert result.passed, result.report()
        assert result.decision.destination == to


def test_who_is_on_duty_is_on_duty_in_every_role():
    """The case's own duty takes the place of the organisation's."""
    result = run(f"{HEAD}, staffing: duty, roster: {{on_duty: vera}}, expect: {{rule: rest, assignee: vera}}")
    assert result.passed, result.report()


def test_each_case_runs_alone():
    """Whoever had the turn in one case is first again in the next."""
    assert {run(f"{HEAD}, expect: {{rule: rest}}").decision.assignee for _ in range(3)} == {"anna"}


def test_the_instant_of_a_case_is_when_its_lead_was_received():
    """Unless the lead says so itself."""
    result = run(f"{HEAD}, at: 2026-01-02T10:00+03:00, expect: {{rule: rest}}")
    assert result.decision.outcome.facts["received"] == result.decision.at


def test_a_case_that_was_never_held_against_its_pack_fails_all_the_same():
    """A rule of no table is none that decided; a lead that does not fit is refused."""
    pack, organisation = small_pack(), small_organisation()
    first, second = "{amount: 5}, expect: {rule: nope}", "{amonut: 5}, expect: {rule: rest}"
    unknown, unfit = parse_cases(f"cases: [{{case: a, lead: {first}}}, {{case: b, lead: {second}}}]")
    result = run_case(unknown, pack, organisation)
    assert (result.comparisons[0].what, result.comparisons[0].actual) == ("rule (of no table)", "none")
    with pytest.raises(FactsError):
        run_case(unfit, pack, organisation)


def test_a_case_without_a_place_is_reported_without_one():
    """Cases may be made in Python."""
    from leadrouter import Lead
    from leadrouter.testing import Case, Expectation

    case = Case(name="made", lead=Lead(facts={"product": "press"}), expect=Expectation(rules=("machine",)))
    assert run_case(case, small_pack(), small_organisation()).report().startswith("case `made` passed\n")


HEAD_OF_SLOW = "case: it, lead: {product: press}"
LADDER = """
pack: slow
vocabulary: {product: {enum: [press]}}
classify: [{rule: machine, default: true, class: complex}]
route: [{rule: rest, default: true, to: inbound}]
routes: {inbound: [{to: inbound, offer: 5m, until: 20m}, {to: head(inbound), offer: 30m}]}
"""


def run_slowly(text: str, ladder: str = LADDER) -> CaseResult:
    pack, organisation = RulePack.parse(ladder), small_organisation()
    (case,) = parse_cases(f"cases:\n  - {{{HEAD_OF_SLOW}, {text}}}", pack=pack, organisation=organisation)
    return run_case(case, pack, organisation)


@pytest.mark.parametrize(
    ("circumstances", "expected"),
    [
        ("after: 4m", "assignee: anna, to: inbound, accountable: olga"),
        ("after: 5m", "assignee: boris, to: inbound, accountable: olga"),
        ("after: 10m", "assignee: olga, to: head(inbound), accountable: olga"),
        ("roster: {away: [anna]}", "assignee: boris"),
        ("roster: {away: [anna, boris]}", "assignee: olga, to: head(inbound)"),
        ("load: {anna: 7}", "assignee: anna"),
        ("load: {anna: 6/7}", "assignee: anna"),
        ("load: {anna: 7/7}", "assignee: boris"),
        ("load: {anna: 7/7, boris: 1/1}", "assignee: nobody, to: inbound, accountable: olga"),
        ("load: {anna: 7/7, boris: 1/1}, after: 20m", "assignee: olga, to: head(inbound)"),
        ("staffing: duty, roster: {on_duty: vera}", "assignee: vera, to: on_duty(duty)"),
    ],
)
def test_a_case_may_say_who_is_busy_or_away_and_how_long_nobody_answers(circumstances, expected):
    """What is expected is where the lead stands when the case ends."""
    result = run_slowly(f"{circumstances}, expect: {{rule: machine, {expected}}}")
    assert result.passed, result.report()
    assert not run_slowly(f"{circumstances}, expect: {{rule: machine, assignee: vera, to: department(client)}}").passed


def test_a_lead_that_is_held_may_be_expected_to_be_nobodys():
    """Nobody answers for it, and a case may say so; where somebody does, such a case fails."""
    expect = "expect: {rule: machine, to: hold, assignee: nobody, accountable: nobody}"
    held = LADDER.replace("{to: head(inbound), offer: 30m}", "{to: hold}")
    result = run_slowly(f"after: 20m, {expect}", ladder=held)
    assert result.passed, result.report()
    assert not run_slowly(f"after: 20m, {expect}").passed


def test_the_report_says_what_happened_until_the_case_ended():
    """Each happening with the time that had passed."""
    report = run_slowly("after: 10m, expect: {rule: machine, assignee: vera}").report()
    assert "after 5m: lead.expired anna" in report
    assert "after 5m: lead.offered boris" in report
    assert "after 10m: lead.escalated nobody is left" in report


def test_a_case_reaches_the_steps_that_the_lead_came_to_in_time():
    """Coverage counts them, and asks for those that a lead comes to when nobody answers."""
    pack, organisation = RulePack.parse(LADDER), small_organisation()
    early, late = (run_slowly(f"after: {after}, expect: {{rule: machine}}") for after in ("1m", "10m"))
    assert [target.name for target in measure(pack, organisation, [early]).missed] == ["2: head(inbound)"]
    assert measure(pack, organisation, [early, late]).missed == ()
    assert measure(pack, organisation, [late.decision]).missed == measure(pack, organisation, [early]).missed
