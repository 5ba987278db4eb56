"""Events reach consumers at least once, in order."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadrouter import ConflictError, FactsError, Lead, Organisation, Router, RulePack
from leadrouter.adapters.ledgers import open_ledger
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.lifecycle.state import replay
from tests.postgres_server import address_of, new_database

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PACK = RulePack.parse("""
pack: demo
vocabulary: {amount: {money: RUB}}
classify: [{rule: all-complex, default: true, class: complex}]
route: [{rule: all-to-sales, default: true, to: sales}]
routes: {sales: [{to: department(sales), offer: 5m}, {to: head(sales)}]}
""")
ORGANISATION = Organisation.parse("""
organisation: demo
staffing: department
departments: {sales: {kind: inbound, head: olga, people: [anna, boris]}}
people: {anna: {}, boris: {}, olga: {}}
""")


@pytest.fixture(params=["memory", "postgres", "sqlite"])
def opened(request, tmp_path):
    """Give what opens a router on the same ledger again."""
    memory = MemoryLedger()
    address = address_of(new_database()) if request.param == "postgres" else f"sqlite:///{tmp_path}/leads.db"
    routers = []

    def again():
        ledger = memory if request.param == "memory" else open_ledger(address)
        routers.append(Router(PACK, ORGANISATION, ledger))
        return routers[-1]

    yield again
    for router in routers:
        router.close()


def test_every_event_is_delivered_once_in_order(opened):
    """Piece by piece a consumer gets what happened, each consumer all of it, whoever opens the ledger next."""
    router = opened()
    decisions = [router.route(Lead(id=str(number), facts={"amount": number}), at=AT) for number in range(3)]
    router.accept(decisions[0].lead_id, by=decisions[0].assignee, at=AT)
    with router.ledger.reading() as work:
        happened = list(work.events())
    crm, mail = [], []
    assert router.deliver("crm", crm.append, limit=2) == 2
    again = opened()
    assert again.deliver("crm", crm.append) == len(happened) - 2
    assert again.deliver("crm", crm.append) == 0
    again.deliver("mail", mail.append)
    assert (crm, mail) == (happened, happened)


def test_an_event_that_failed_comes_again(opened):
    """Where a callback raises, delivery goes on from that event: nothing is lost, nothing before it repeated."""
    router = opened()
    for number in range(3):
        router.route(Lead(id=str(number), facts={"amount": number}), at=AT)
    got = []

    def fail_at_the_third(event):
        if len(got) == 2:
            raise ConnectionError
        got.append(event)

    for _ in range(2):
        with pytest.raises(ConnectionError):
            router.deliver("crm", fail_at_the_third)
    router.deliver("crm", got.append)
    with router.ledger.reading() as work:
        assert got == list(work.events())


def test_a_consumer_may_use_the_router(opened):
    """A callback is called outside of any transaction: it may accept what it is told of."""
    router = opened()
    lead = router.route(Lead(id="1", facts={"amount": 5}), at=AT)
    names = []

    def accept(event):
        names.append(event.name)
        if event.name == "lead.offered":
            router.accept(event.lead_id, by=lead.assignee, at=AT)

    while router.deliver("crm", accept):
        pass
    assert names[-1] == "lead.accepted"


def test_alarms_reach_consumers_as_well(opened):
    """What was refused, or came again with another payload, is told to whoever was not there; a repetition is not."""
    router, told = opened(), []
    lead = Lead(id="1", facts={"amount": 5})
    with pytest.raises(FactsError):
        router.route(Lead(id="1", facts={"amount": "a lot"}), at=AT)
    with pytest.raises(FactsError):
        router.route({"id": 1, "facts": 2}, at=AT)
    decision = router.route(lead, at=AT)
    with pytest.raises(ConflictError):
        router.route(Lead(id="1", facts={"amount": 6}), at=AT)
    assert router.route(lead, at=AT) == decision
    again = opened()
    again.deliver("crm", told.append)
    mine = [event.name for event in told if event.lead_id == decision.lead_id]
    assert mine == ["lead.refused", "lead.routed", "lead.offered", "lead.conflict"]
    assert next(event.details["codes"] for event in told if event.name == "lead.refused") == ["LR402"]
    assert len(told) == 5
    assert again.route(lead, at=AT) == decision
    assert again.accept(decision.lead_id, by="anna", at=AT) == replay(again.events(decision.lead_id))


@pytest.mark.parametrize("limit", [2**31, 2**62, 2**63, 10**30])
def test_a_limit_may_be_larger_than_any_log(opened, limit):
    """Everything is delivered, whatever a database counts with."""
    router, told = opened(), []
    router.route(Lead(id="1", facts={"amount": 1}), at=AT)
    assert router.deliver("crm", told.append, limit=limit) == len(told) == 2


@pytest.mark.parametrize("limit", [0, -1, -(10**30)])
def test_a_limit_that_delivers_nothing_is_refused(opened, limit):
    """It would look as if the consumer had had everything."""
    router = opened()
    router.route(Lead(id="1", facts={"amount": 1}), at=AT)
    with pytest.raises(ValueError, match=f"limit is {limit}"):
        router.deliver("crm", print, limit=limit)
