"""The rule packs that ship load without a fault, keep their promises, and route every lead beside them."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest

from leadrouter import Lead, Router
from leadrouter.adapters.records import read_records
from leadrouter.event import Event
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.testing import Suite, load_suite, measure

RULES = Path(__file__).parents[2] / "rules"
PACKS = ("baksht", "minimal")


@pytest.fixture(scope="module", params=PACKS)
def folder(request) -> Path:
    return RULES / request.param


@pytest.fixture(scope="module")
def suite(folder) -> Suite:
    return load_suite(folder)


def test_every_pack_is_known_here():
    """A new folder in `rules/` is added to these tests."""
    assert tuple(sorted(file.parent.name for file in RULES.glob("*/pack.yaml"))) == PACKS


def test_a_pack_has_no_warnings(suite):
    """Neither the pack nor its organisation."""
    assert suite.pack.warnings == suite.organisation.warnings == ()


def test_every_case_passes(suite):
    """For the right reason."""
    failed = [result.report() for result in suite.run() if not result.passed]
    assert not failed, "\n\n".join(failed)


def test_every_rule_default_step_and_layer_has_a_case(suite):
    """Nothing in a pack is there without an example of it."""
    coverage = measure(suite.pack, suite.organisation, suite.run(), suite.roster)
    assert coverage.missed == (), coverage.report()


def test_every_lead_beside_the_pack_is_routed(folder, suite):
    """Exactly as it stands in its file, by both evaluators alike, and each class is among them."""
    events: list[Event] = []
    router = Router(suite.pack, suite.organisation, MemoryLedger(), observer=events.append, verify=True)
    records = list(read_records(BytesIO((folder / "leads.jsonl").read_bytes()), "jsonl", name="leads.jsonl"))
    assert not [record.faults for record in records if record.faults]
    decisions = [
        router.route(lead, at=lead.received) for lead in map(Lead.from_mapping, (each.fields for each in records))
    ]
    for decision in decisions:
        assert suite.pack.evaluate(decision.outcome.given, decision.outcome.history) == decision.outcome
        assert decision.explain().startswith(f"lead {decision.lead_id} goes to {decision.assignee}")
    assert len({decision.lead_id for decision in decisions}) == len(records)
    assert {event.name for event in events} <= {"lead.routed", "lead.offered", "lead.escalated"}
    assert len(Counter(decision.lead_class for decision in decisions)) >= 2


def test_the_leads_of_the_conveyor_are_varied():
    """Three hundred of them, of every class and route, some with questions open."""
    suite = load_suite(RULES / "baksht")
    router = Router(suite.pack, suite.organisation, MemoryLedger())
    data = (RULES / "baksht" / "leads.jsonl").read_bytes()
    decisions = [router.route(record.fields) for record in read_records(BytesIO(data), "jsonl", name="leads")]
    assert len(decisions) == 300
    assert {decision.lead_class for decision in decisions} == set(suite.pack.classes)
    assert {decision.route for decision in decisions} == set(suite.pack.checked.routes)
    assert {bool(decision.blocked_by) for decision in decisions} == {True, False}
