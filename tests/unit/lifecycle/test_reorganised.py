"""Leads that were given to people and departments which a later organisation does not have any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadrouter import Lead, Organisation, Router, RulePack
from leadrouter.ledger.memory import MemoryLedger

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PACK = """
pack: demo
vocabulary: {amount: {money: RUB}}
classify: [{rule: all-complex, default: true, class: complex}]
route: [{rule: all-to-sales, default: true, to: sales}]
routes: {sales: [{to: TEAM, offer: 5m}, {to: head(DEPARTMENT)}]}
"""
BEFORE = """
organisation: demo
staffing: department
departments: {sales: {kind: inbound, head: olga, people: [anna, boris], capacity: 1}}
pools: {nights: {departments: [sales]}}
people: {anna: {}, boris: {}, olga: {capacity: 1}}
"""
AFTER = """
organisation: demo
staffing: department
departments: {service: {kind: inbound, head: dora, people: [egor]}}
pools: {days: {departments: [service]}}
people: {egor: {}, dora: {}}
"""


def after(minutes):
    return AT + timedelta(minutes=minutes)


def router_of(organisation, department, team, ledger):
    pack = PACK.replace("TEAM", team).replace("DEPARTMENT", department)
    return Router(RulePack.parse(pack), Organisation.parse(organisation), ledger)


@pytest.fixture(params=[("department(sales)", "department(service)"), ("pool(nights)", "pool(days)")])
def reorganised(request):
    """A router after the reorganisation, and six leads from before: with anna, offered to boris, olga, waiting."""
    old, new = request.param
    ledger = MemoryLedger()
    before = router_of(BEFORE, "sales", old, ledger)
    leads = [before.route(Lead(id=str(number)), at=AT).lead_id for number in range(6)]
    before.accept(leads[0], by="anna", at=AT)
    return router_of(AFTER, "service", new, ledger), leads


def test_new_leads_go_to_the_new_people(reorganised):
    """What waits for a department that is gone keeps nobody else from being served."""
    router, _ = reorganised
    assert router.route(Lead(id="new"), at=after(1)).assignee in {"egor", "dora"}


def test_a_lead_that_waits_for_people_who_are_gone_is_held_with_an_alarm(reorganised):
    """Nobody is asked, nobody answers for it, and that is said."""
    router, leads = reorganised
    told = [(event.name, event.lead_id) for event in router.tick(at=after(10))]
    for lead_id in leads[3:]:
        assert ("lead.held", lead_id) in told
        assert (router.lead(lead_id).status, router.lead(lead_id).accountable) == ("held", None)
    assert router.tick(at=after(60)) == ()


def test_a_lead_of_somebody_who_is_gone_goes_on(reorganised):
    """Who has it can close it, and any lead can be given to somebody who is there."""
    router, leads = reorganised
    assert router.won(leads[0], by="anna", at=after(1)).status == "won"
    for lead_id in leads[1:]:
        state = router.reassign(lead_id, to="egor", by="dora", at=after(2))
        assert (state.status, state.holder) == ("accepted", "egor")
        assert router.lost(lead_id, by="egor", at=after(3)).status == "lost"
