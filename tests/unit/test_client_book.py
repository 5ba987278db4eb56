"""The clients of a router."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadrouter import Contact, Lead, Organisation, Router, RulePack
from leadrouter.errors import UnknownCompanyError
from leadrouter.event import Event
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.lifecycle.company import Company, Known

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PACK = """
pack: demo
vocabulary: {existing: bool, tax_number: text, message: text}
classify: [{rule: all, default: true, class: complex}]
route: [{rule: known, when: existing, to: owned}, {rule: new, default: true, to: sales}]
routes: {sales: [{to: department(sales)}, {to: head(sales)}], owned: [{to: owner}, {to: head(sales)}]}
transfer: [{rule: stays, default: true, to: owner}]
"""
OFFICE = """
organisation: demo
country: DE
staffing: department
departments: {sales: {kind: inbound, head: olga, people: [anna, boris]}}
people: {anna: {}, boris: {}, olga: {}}
"""
CONTACT = Contact(name="Ilya Test", phone="030 901820", email="ilya@press.example")
PRESS = Lead(id="1", company="Press Plant GmbH", contact=CONTACT, facts={"tax_number": "DE 136 695 976"})
SECRETS = ("Ilya", "901820", "ilya@press", "press.example", "Press Plant", "press plant", "136695976", "136 695")


def open_router(ledger: MemoryLedger, events: list[Event] | None = None, key: bytes = b"") -> Router:
    heard = None if events is None else events.append
    return Router(RulePack.parse(PACK), Organisation.parse(OFFICE), ledger, observer=heard, identity_key=key)


def test_a_client_is_known_again():
    """Before any lead of his is routed, by what identifies him in that country."""
    router = open_router(MemoryLedger())
    company = router.clients.enter(PRESS, owner="anna", size="large", at=AT)
    assert company == Company(id=company.id, root=company.id, owner="anna", since=AT, size="large", version=1)
    assert router.clients.known(Lead(contact=Contact(phone="+49 30 901820"))) == Known(
        company=company.id, rule="phone", is_client=True, owner="anna"
    )
    assert router.clients.known(Lead(company="Another")) == Known()
    assert router.clients.held_by("anna") == (company,)


def test_nothing_personal_is_told_or_kept_beside_the_payload():
    """Neither events, explanations and decisions nor the ledger's companies name what identifies somebody."""
    events: list[Event] = []
    ledger = MemoryLedger()
    router = open_router(ledger, events)
    router.clients.enter(PRESS, owner="anna", at=AT)
    decision = router.route(Lead(id="2", company=PRESS.company, contact=CONTACT, facts=PRESS.facts), at=AT)
    router.accept(decision.lead_id, by="anna", at=AT)
    router.won(decision.lead_id, by="anna", at=AT)
    plan = router.handover("anna", at=AT)
    router.apply(plan, at=AT)
    told = [decision.explain(), decision.to_json(), plan.to_json(), repr(decision), *(map(repr, events))]
    with ledger.reading() as work:
        told += [event.to_json() for event in work.events()]
        told += [state.to_json() for state in work.leads()]
        told += [repr(ledger._books.companies), repr(work.clients.company(decision.known.company or ""))]
    assert [secret for secret in SECRETS for text in told if secret in text] == []


def test_a_key_makes_digests_that_nobody_else_can_make():
    """With another key nobody is known; the same key knows him again."""
    ledger = MemoryLedger()
    open_router(ledger, key=b"secret").clients.enter(PRESS, owner="anna", at=AT)
    assert open_router(ledger, key=b"secret").clients.known(PRESS).rule == "tax number"
    assert open_router(ledger).clients.known(PRESS) == Known()


def test_a_key_that_is_too_long_is_refused_at_once():
    """Not with the first lead."""
    assert open_router(MemoryLedger(), key=bytes(64)).clients.known(PRESS) == Known()
    with pytest.raises(ValueError, match="64"):
        open_router(MemoryLedger(), key=bytes(65))


def test_a_key_that_is_text_is_refused_at_once():
    """As an environment variable gives it; the refusal does not show the secret."""
    with pytest.raises(TypeError, match="identity_key is text, not bytes: encode it") as refused:
        open_router(MemoryLedger(), key="secret")
    assert "secret" not in str(refused.value)


def test_what_was_known_is_part_of_the_decision_for_ever():
    """A repeated delivery and the stored explanation say it as it was, whatever has changed since."""
    router = open_router(MemoryLedger())
    company = router.clients.enter(PRESS, owner="anna", at=AT)
    lead = Lead(id="2", contact=CONTACT)
    decision = router.route(lead, at=AT)
    router.clients.transfer(company.id, to="boris", by="olga", at=AT)
    line = f"company {company.id} is known by phone, a client held by anna"
    assert line in decision.explain()
    assert router.route(lead, at=AT) == decision
    assert router.explain(decision.lead_id) == decision.explain()
    assert decision.to_dict()["known"] == {
        "company": company.id,
        "rule": "phone",
        "is_client": True,
        "owner": "anna",
    }


def test_what_the_lead_says_itself_stands():
    """Whether the company is a client is supplied only where the lead does not say it."""
    router = open_router(MemoryLedger())
    assert router.route(Lead(id="2", company="New", facts={"existing": True}), at=AT).route == "owned"
    assert router.route(Lead(id="3", company="Newer", facts={"existing": None}), at=AT).route == "sales"
    router.clients.enter(PRESS, owner="anna", at=AT)
    assert router.route(Lead(id="4", contact=CONTACT, facts={"existing": False}), at=AT).route == "sales"
    assert router.route(Lead(id="5", contact=CONTACT), at=AT).route == "owned"


def test_a_pack_without_the_word_is_not_told():
    """Its leads are decided as they come."""
    pack = RulePack.parse(PACK.replace("existing: bool, ", "").replace("when: existing", "when: known(tax_number)"))
    router = Router(pack, Organisation.parse(OFFICE), MemoryLedger())
    router.clients.enter(PRESS, owner="anna", at=AT)
    decision = router.route(Lead(id="2", contact=CONTACT), at=AT)
    assert (dict(decision.supplied), decision.known.rule) == ({}, "phone")


def test_a_transfer_rule_may_let_the_client_stay():
    """`owner` is where he is; whoever won him has nobody beside him."""
    router = open_router(MemoryLedger())
    decision = router.route(PRESS, at=AT)
    router.accept(decision.lead_id, by="anna", at=AT)
    router.won(decision.lead_id, by="anna", at=AT)
    client = router.clients.company(decision.lead_id)
    assert (client.owner, client.second, client.since) == ("anna", None, AT)


@pytest.mark.parametrize("door", ["company", "link", "other", "unlink", "transfer", "forget"])
def test_a_company_that_nobody_knows_is_refused(door: str):
    """Whatever is asked of it."""
    clients = open_router(MemoryLedger()).clients
    known = clients.enter(PRESS, owner="anna", at=AT).id
    doors = {
        "company": lambda: clients.company("?"),
        "link": lambda: clients.link("?", known, by="olga", at=AT),
        "other": lambda: clients.link(known, "?", by="olga", at=AT),
        "unlink": lambda: clients.unlink("?", by="olga", at=AT),
        "transfer": lambda: clients.transfer("?", to="anna", by="olga", at=AT),
        "forget": lambda: clients.forget("?", at=AT),
    }
    with pytest.raises(UnknownCompanyError, match=r"no company has the id `\?`") as refused:
        doors[door]()
    assert isinstance(refused.value, KeyError)


@pytest.mark.parametrize(
    ("known", "text"),
    [
        (Known(), "company is new"),
        (Known(ambiguous=("phone", "name")), "company is new, not by phone or name, which several fit"),
        (Known(company="7f", rule="domain"), "company 7f is known by domain"),
        (
            Known(company="7f", rule="name", ambiguous=("phone",), is_client=True),
            "company 7f is known by name, not by phone, which several fit, a client held by nobody",
        ),
    ],
)
def test_what_was_known_reads_well(known: Known, text: str):
    """The rule stands there, never what it matched; it is read back as it was written."""
    assert str(known) == text
    assert Known.from_dict(known.to_dict()) == known
