"""What the passing of time does to all leads at once; scenarios with a clock are in `conformance/assignment`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from leadrouter import Lead, Organisation, Router, RulePack
from leadrouter.ledger.memory import MemoryLedger

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PACK = RulePack.parse("""
pack: demo
vocabulary: {amount: {money: RUB}}
classify: [{rule: all-complex, default: true, class: complex}]
route: [{rule: all-to-sales, default: true, to: sales}]
routes: {sales: [{to: department(sales)}, {to: head(sales)}]}
""")
ORGANISATION = Organisation.parse("""
organisation: demo
staffing: department
departments: {sales: {kind: inbound, head: olga, people: [anna]}}
people: {anna: {quota: {hour: 1}}, olga: {}}
""")


def test_every_lead_that_waited_for_the_hour_waits_for_the_next():
    """One takes the hour's lead; those behind it are due no more, so that `next_deadline` is in the future."""
    router = Router(PACK, ORGANISATION, MemoryLedger())
    ids = [router.route(Lead(id=str(number), facts={}), at=NOON).lead_id for number in range(5)]
    router.tick(at=NOON + HOUR)
    assert [router.lead(lead_id).status for lead_id in ids] == ["offered", "offered", "waiting", "waiting", "waiting"]
    assert {router.lead(lead_id).deadline for lead_id in ids[2:]} == {NOON + 2 * HOUR}
    assert router.next_deadline() == NOON + 2 * HOUR


def test_an_earlier_tick_does_nothing():
    """A host whose clock was set back undoes nothing, and nothing is due that was not."""
    router = Router(PACK, ORGANISATION, MemoryLedger())
    for number in range(2):
        router.route(Lead(id=str(number), facts={}), at=NOON)
    router.tick(at=NOON + HOUR)
    before = router.next_deadline()
    assert router.tick(at=NOON - HOUR) == ()
    assert router.next_deadline() == before
