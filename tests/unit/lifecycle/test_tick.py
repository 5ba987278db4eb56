"""What the passing of time does to several leads at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from leadrouter import Lead, Organisation, Router, RulePack
from leadrouter.ledger.memory import MemoryLedger

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
PACK = """
pack: desk
vocabulary: {message: text}
classify: [{rule: all, default: true, class: complex}]
route: [{rule: all-to-desk, default: true, to: desk}]
routes: {desk: [{to: department(sales), until: 9h}, {to: head(sales)}]}
"""
ORGANISATION = """
organisation: desk
staffing: department
departments: {sales: {kind: inbound, head: olga, people: [anna]}}
people: {anna: {capacity: 1}, olga: {}}
"""


def paused() -> tuple[Router, str, str]:
    """Return a desk where two leads wait for the end of a pause."""
    router = Router(RulePack.parse(PACK), Organisation.parse(ORGANISATION), MemoryLedger())
    router.pause("anna", until=AT + HOUR, at=AT)
    first, second = (router.route(Lead(id=id_, facts={}), at=AT).lead_id for id_ in ("1", "2"))
    assert router.next_deadline() == AT + HOUR
    return router, first, second


def test_when_a_pause_ends_each_lead_has_what_it_can():
    """The first is offered, and the second waits for something else."""
    router, first, second = paused()
    router.tick(at=AT + HOUR)
    assert (router.lead(first).status, router.lead(second).status) == ("offered", "waiting")
    assert router.next_deadline() == AT + 9 * HOUR


def test_a_lead_behind_another_does_not_stay_due():
    """The pause was made longer: both wait for its new end, though only the first was tried then."""
    router, first, second = paused()
    router.pause("anna", until=AT + 3 * HOUR, at=AT)
    assert router.tick(at=AT + HOUR)[-1].lead_id == second
    assert router.next_deadline() == router.lead(first).deadline == router.lead(second).deadline == AT + 3 * HOUR
