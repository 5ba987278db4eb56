"""What the events add up to is what the ledger keeps, in the corners that a busy office does not reach."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadrouter import Contact, Lead, Organisation, Router, RulePack
from leadrouter.audit.projections import Projections
from leadrouter.audit.verify import verify
from leadrouter.event import Event
from leadrouter.ledger.memory import MemoryLedger
from tests.busy_office import AT

MINUTE = timedelta(minutes=1)
PACK = RulePack.parse("""
pack: corners
vocabulary: {}
classify: [{rule: all, default: true, class: mass}]
route: [{rule: everything, default: true, to: sales}]
routes: {sales: [{to: department(sales), offer: 5m, until: 9m}, {to: head(sales), offer: 5m}]}
""")
OFFICE = Organisation.parse("""
organisation: corners
staffing: department
departments: {sales: {kind: inbound, head: olga, people: [anna]}}
people: {anna: {quota: {day: 5}}, olga: {quota: {day: 5}}}
""")


@pytest.fixture
def router() -> Router:
    return Router(PACK, OFFICE, MemoryLedger())


def folded(router: Router) -> Projections:
    """Hold the ledger against its events, and return what they add up to."""
    with router.ledger.reading() as work:
        assert verify(work).findings == ()
        projections = Projections(work.events)
        for event in work.events():
            projections.take(event)
    return projections


def test_an_offer_that_expires_on_the_last_step_counts_in_no_breaker(router):
    """Only those before it tell that nobody is there."""
    router.route(Lead(id="1"), at=AT)
    for minute in (9, 14, 19):
        router.tick(at=AT + minute * MINUTE)
    breakers = folded(router).breakers
    assert {pool: len(breaker.expiries) for pool, breaker in breakers.items()} == {"department(sales)": 1}


def test_companies_that_are_linked_to_a_client_stay_under_his_root(router):
    """When he passes to somebody else, and when he is linked himself: one below the other."""
    first = router.route(Lead(id="1", company="Press"), at=AT)
    second = router.route(Lead(id="2", company="Press", contact=Contact(phone="8 912 345-67-89")), at=AT)
    router.accept(first.lead_id, by="anna", at=AT)
    router.won(first.lead_id, by="anna", at=AT)
    router.clients.transfer(first.lead_id, to="olga", by="head", at=AT)
    router.clients.enter(Lead(id="3", company="Lathe"), owner="anna", at=AT - MINUTE)
    lathe = str(router.clients.known(Lead(company="Lathe")).company)
    router.clients.link(lathe, second.lead_id, by="head", at=AT)
    projections = folded(router)
    assert projections.company(second.lead_id).root == projections.company(first.lead_id).root == lathe
    assert projections.load("olga").holdings == {}
    router.clients.unlink(first.lead_id, by="head", at=AT)
    projections = folded(router)
    assert projections.company(second.lead_id).root == first.lead_id
    assert projections.load("olga").holdings == {"": 1}


def test_a_closed_lead_is_held_by_a_digest(router):
    """What happens to it later is added to what the ledger has of it."""
    decision = router.route(Lead(id="1"), at=AT)
    router.lost(decision.lead_id, by="olga", at=AT)
    projections = folded(router)
    assert (projections.leads, list(projections.closed), projections.count) == ({}, [decision.lead_id], 1)
    router.credit(decision.lead_id, by="olga", at=AT)
    assert folded(router).standing("department(sales)").total == 0


def test_an_event_that_says_nothing_of_projections_changes_none():
    """Alarms and whatever a later version of the library may tell."""
    projections = Projections(lambda _: ())
    projections.take(Event(name="lead.refused", lead_id="a", at=AT, details={"codes": []}))
    projections.take(Event(name="person.applauded", lead_id=None, at=AT, details={"person": "anna"}))
    assert (projections.count, projections.loads, projections.companies) == (0, {}, {})
    assert projections.company("a") is None
