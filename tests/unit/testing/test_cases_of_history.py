"""Cases that say what the company did before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadrouter import CaseError, Organisation
from leadrouter.history.past import PastEvent
from leadrouter.testing import parse_cases, run_case
from tests.pack_text import parse
from tests.small import ORGANISATION

SECTIONS = (
    "vocabulary: {source: {enum: [call]}, amount: {money: RUB}}",
    'streams: {request: kind == "request", order: kind == "deal_won"}',
    """patterns:
      - {pattern: often, at_least: 2, of: request, within: 30d}
      - {pattern: people, different: contact, at_least: 2, of: request, within: 30d}
      - {pattern: bought, at_least: 1, of: order, within: 30d, total: {amount: 100}}""",
    "tag: [{rule: several, when: people, tag: several}, {rule: client, when: bought, tag: client}]",
    "classify: [{rule: keen, when: often, class: complex}, {rule: rest, default: true, class: mass}]",
)
PACK = parse(*SECTIONS)
HEAD = "cases:\n  - case: it\n    lead: {amount: 5, name: Anna}\n    at: 2026-03-02T10:00+03:00\n"


def text(history: str, expect: str = "{rule: keen}") -> str:
    return f"{HEAD}    history: {history}\n    expect: {expect}\n"


def read(history: str, **known: object):
    [case] = parse_cases(text(history), **{"pack": PACK, **known})
    return case.history


def faults(history: str) -> list[str]:
    with pytest.raises(CaseError) as caught:
        parse_cases(text(history), pack=PACK)
    return [str(fault) for fault in caught.value.faults]


def test_events_are_read_with_kind_instant_contact_and_facts():
    """Facts stand beside the others, as in a lead."""
    events = read("[{kind: deal_won, at: 2026-02-20T09:00+03:00, contact: Boris, amount: 40_000 RUB}]")
    at = datetime(2026, 2, 20, 6, 0, tzinfo=UTC)
    assert events == (PastEvent(kind="deal_won", at=at, contact="Boris", facts={"amount": "40_000 RUB"}),)
    assert read("[]") == ()
    assert len(read("[{kind: anything, at: 2026-02-20T09:00+03:00, no_field: 1}]", pack=None)) == 1


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        ("{kind: reqest, at: 2026-02-20T09:00Z}", ["LR352 unknown kind `reqest`", "did you mean `request`?"]),
        ("{kind: request, at: 2026-03-02T07:00:01Z}", ["LR351 `request` at 2026-03-02T07:00:01+00:00 is later"]),
        ("{kind: request, at: yesterday}", ["LR603 `at`: `yesterday`"]),
        ("{kind: request}", ["LR105 an event of `history` lacks `at`"]),
        ("{kind: request, at: 2026-02-20T09:00Z, amuont: 5}", ["LR401 unknown field `amuont`"]),
        ("{kind: request, at: 2026-02-20T09:00Z, amount: 5 USD}", ["LR4"]),
        ("5", ["LR106 an event of `history` must be a mapping"]),
    ],
)  # fmt: skip
def test_each_fault_of_an_event_has_its_place(event, lines):
    """A kind that no stream asks for is a mistake, and so is an event that has not happened yet."""
    [fault] = faults(f"[{event}]")
    assert fault.startswith("cases.yaml:5:")
    assert all(line in fault for line in lines)


def test_a_history_is_a_list():
    """A single event is written as a list of one."""
    assert "LR106 `history` must be a list" in faults("{kind: request, at: 2026-02-20T09:00Z}")[0]


def run(history: str, expect: str, lead: str = "{amount: 5, name: Anna}"):
    organisation = Organisation.parse(ORGANISATION)
    written = text(history, expect).replace("{amount: 5, name: Anna}", lead)
    [case] = parse_cases(written, pack=PACK, organisation=organisation)
    return run_case(case, PACK, organisation)


@pytest.mark.parametrize(
    ("history", "expect"),
    [
        ("[]", "{rule: rest, tags: []}"),
        ("[{kind: request, at: 2026-02-20T09:00Z}]", "{rule: keen, tags: [], blocked_by: []}"),
        ("[{kind: request, at: 2026-02-20T09:00Z, contact: anna}]", "{rule: keen, tags: []}"),
        (
            "[{kind: request, at: 2026-02-20T09:00Z, contact: boris@x.example}]",
            "{rule: [keen, several], tags: [several]}",
        ),
        ("[{kind: deal_won, at: 2026-02-20T09:00Z, amount: 100}]", "{rule: [rest, client], tags: [client]}"),
    ],
)
def test_a_case_is_decided_by_its_history(history, expect):
    """It is the past of the lead's company, and the only one."""
    result = run(history, expect)
    assert result.passed, result.report()


def test_a_lead_of_nobody_has_the_history_of_its_case():
    """A case need not say whose lead it is, nor who the company is."""
    result = run("[{kind: request, at: 2026-02-20T09:00Z}]", "{rule: keen}", "{amount: 5}")
    assert result.passed, result.report()
    result = run("[{kind: request, at: 2026-02-20T09:00Z}]", "{rule: keen}", "{amount: 5, company: Ural}")
    assert result.passed, result.report()


def test_a_signal_may_be_what_blocks():
    """A case may expect that the past is what nobody knows."""
    result = run("[]", "{rule: rest, blocked_by: [often]}")
    assert not result.passed
    assert "blocked_by" in result.report()


def test_a_failing_case_shows_the_signals():
    """The explanation says what the patterns concluded."""
    result = run("[{kind: request, at: 2026-02-20T09:00Z}]", "{rule: rest}")
    assert "signal often: second request in 30 days: 20 February, today" in result.report()
