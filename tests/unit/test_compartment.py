"""What people read through a router, and how they try to read more."""

from __future__ import annotations

import inspect
from datetime import timedelta
from itertools import chain

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrouter import Contact, Lead, Organisation, Router, RulePack, UnknownLeadError
from leadrouter.adapters.postgres import PostgresLedger
from leadrouter.compartment import Compartment
from leadrouter.errors import UnknownCompanyError, UnknownPersonError
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.routing.intake import lead_id_of
from tests.small import AT
from tests.unit.adapters.test_postgres_compartments import House

SELLERS = ("anna", "boris", "egor", "fedor")
PACK = RulePack.parse(f"""
pack: demo
vocabulary: {{to: {{enum: [{", ".join(SELLERS)}]}}, message: text}}
classify: [{{rule: all, default: true, class: complex}}]
route:
{"".join(f'  - {{rule: {each}, when: to == "{each}", to: {each}}}' + chr(10) for each in SELLERS[:-1])}
  - {{rule: rest, default: true, to: fedor}}
routes: {{{", ".join(f"{each}: [{{to: person({each})}}]" for each in SELLERS)}}}
""")
OFFICE = Organisation.parse("""
organisation: demo
staffing: department
director: ivan
departments:
  sales: {kind: inbound, head: olga, people: [anna, boris]}
  service: {kind: client, head: dora, people: [egor]}
  vip: {kind: other, head: olga, people: [fedor]}
people:
  {anna: {}, boris: {}, egor: {}, fedor: {}, olga: {}, dora: {}, ivan: {},
   gone: {left: 2026-03-02}, old: {left: 2020-01-31}}
""")
SEEN = {
    "anna": {"anna"},
    "boris": {"boris"},
    "egor": {"egor"},
    "fedor": {"fedor"},
    "olga": {"olga", "anna", "boris", "fedor"},
    "dora": {"dora", "egor"},
    "ivan": set(OFFICE.people),
}
"""Whose leads and clients everybody sees: olga leads two departments."""


def phone(number):
    return Contact(phone=f"8 912 345-67-{number:02}")


class Small:
    """A router, and the ids of the leads that it was given."""

    def __init__(self, organisation=OFFICE):
        self.router = Router(PACK, organisation, MemoryLedger())
        self.ids = []

    def route(self, to, contact=0):
        lead = Lead(id=str(len(self.ids)), facts={"to": to, "message": "call Ilya"}, contact=phone(contact))
        self.ids.append(self.router.route(lead, at=AT).lead_id)
        return self.ids[-1]

    def reads(self, person):
        return self.router.on_behalf_of(person, at=AT)


@pytest.fixture
def small():
    return Small()


@pytest.mark.parametrize("person", SEEN)
def test_everybody_sees_the_leads_and_clients_of_his_people(small, person):
    """A manager his own, a head those of all his departments, the director all."""
    ids = {seller: small.route(seller, number) for number, seller in enumerate(SELLERS)}
    for seller, lead_id in ids.items():
        small.router.accept(lead_id, by=seller, at=AT)
        small.router.won(lead_id, by=seller, at=AT)
    opened = {seller: small.route(seller, 10 + number) for number, seller in enumerate(SELLERS)}
    mine = [seller for seller in SELLERS if seller in SEEN[person]]
    compartment = small.reads(person)
    assert [state.lead_id for state in compartment.leads()] == [opened[seller] for seller in mine]
    assert [company.id for company in compartment.clients()] == sorted(ids[seller] for seller in mine)
    for seller in mine:
        assert compartment.lead(ids[seller]).status == "won"
        assert compartment.decision(ids[seller][:8]) == small.router.decision(ids[seller])
        assert compartment.explain(opened[seller], personal=True) == small.router.explain(opened[seller], personal=True)
        assert compartment.events(ids[seller]) == small.router.events(ids[seller])
        assert compartment.company(ids[seller]).owner == seller


def refused(call):
    with pytest.raises((UnknownLeadError, UnknownCompanyError)) as error:
        call()
    return type(error.value), str(error.value)


@pytest.mark.parametrize("door", ["lead", "decision", "explain", "events", "company"])
def test_what_is_not_seen_is_as_if_it_were_not_there(small, door):
    """By its id, the beginning of it or nothing, it raises what an id raises that nobody has."""
    hidden = small.route("egor")
    small.router.accept(hidden, by="egor", at=AT)
    small.router.won(hidden, by="egor", at=AT)
    for asked in (hidden, hidden[:4], ""):
        found = refused(lambda: getattr(small.reads("anna"), door)(asked))  # noqa: B023  # called at once
        assert found == refused(lambda: getattr(Small().reads("anna"), door)(asked))  # noqa: B023  # as above


def test_hidden_leads_are_not_counted_among_several(small):
    """Whose id begins so is said among those that are seen: one is found, several are counted."""
    beginnings = [lead_id_of(f"None:{number}")[0] for number in range(33)]
    same = next(each for each in beginnings if beginnings.count(each) > 2)
    people = iter(["anna", "egor", "egor"])
    for beginning in beginnings:
        small.route(next(people, "boris") if beginning == same else "boris", len(small.ids))
    mine = small.ids[beginnings.index(same)]
    assert small.reads("anna").lead(same).lead_id == mine
    assert refused(lambda: small.reads("egor").lead(same))[1] == f"2 leads have an id that begins with `{same}`"


def test_a_lead_that_passes_on_is_gone(small):
    """From the compartment that was taken before, too."""
    lead_id = small.route("anna")
    before = small.reads("anna")
    small.router.reassign(lead_id, to="boris", by="olga", at=AT)
    assert before.leads() == ()
    assert refused(lambda: before.lead(lead_id))
    assert small.reads("boris").lead(lead_id).holder == "boris"


def test_whoever_holds_the_client_sees_his_leads(small):
    """Those that others deal with too; whoever passed the client on keeps what he holds, and nothing else."""
    first = small.route("anna", 1)
    small.router.accept(first, by="anna", at=AT)
    small.router.won(first, by="anna", at=AT)
    again = small.route("boris", 1)
    assert small.reads("anna").lead(again).accountable == "boris"
    small.router.clients.transfer(first, to="egor", by="olga", at=AT)
    assert refused(lambda: small.reads("anna").lead(again))
    assert refused(lambda: small.reads("anna").company(first))
    assert small.reads("anna").lead(first).holder == "anna"
    assert {state.lead_id for state in small.reads("egor").leads()} == {again}
    assert small.reads("dora").company(again).owner == "egor"


def test_a_company_that_nobody_holds_is_the_directors(small):
    """A lead does not show the company that it came from before somebody holds it."""
    lead_id = small.route("anna")
    assert small.reads("ivan").company(lead_id).owner is None
    assert refused(lambda: small.reads("anna").company(lead_id))
    assert refused(lambda: small.reads("anna").company("none"))


def test_clients_of_somebody_who_is_not_in_the_organisation_any_more_are_the_directors(small):
    """They are not lost from sight."""
    small.router.clients.enter(Lead(id="c", contact=phone(1)), owner="anna", at=AT)
    departments = dict(OFFICE.departments)
    departments["sales"] = evolve(departments["sales"], people=("boris",))
    people = {id_: person for id_, person in OFFICE.people.items() if id_ != "anna"}
    without = evolve(OFFICE, people=people, departments=departments)
    pack = RulePack.parse(PACK.canonical.replace("person(anna)", "person(boris)"))
    later = Router(pack, without, small.router.ledger)
    assert [company.owner for company in later.on_behalf_of("ivan", at=AT).clients()] == ["anna"]
    assert later.on_behalf_of("olga", at=AT).clients() == ()


@pytest.mark.parametrize("person", ["nobody", "", "gone", "IVAN", "ivan "])
def test_who_is_not_there_reads_nothing(small, person):
    """Neither a stranger, nor who is called almost like the director, nor who has left by that instant."""
    with pytest.raises(UnknownPersonError):
        small.reads(person)


def test_who_leaves_reads_until_the_day(small):
    """In the organisation's zone; the system's clock is asked where no instant is given."""
    moscow = evolve(OFFICE, tz="Europe/Moscow")
    last = AT.replace(day=1, hour=20, minute=59)
    assert Small(moscow).router.on_behalf_of("gone", at=last).leads() == ()
    with pytest.raises(UnknownPersonError, match="`gone` left on 2026-03-02"):
        Small(moscow).router.on_behalf_of("gone", at=last + timedelta(minutes=1))
    with pytest.raises(UnknownPersonError):
        small.router.on_behalf_of("old")


def test_without_a_director_nobody_reads_all():
    """Nobody is one by accident: a head without departments sees what is his."""
    plain = Small(evolve(OFFICE, director=None))
    plain.route("anna")
    assert all(plain.reads(person).leads() == () for person in ("ivan", "dora", "egor"))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["route", "accept", "won", "lost", "reassign", "transfer", "link"]),
        st.integers(0, 5),
        st.sampled_from(SELLERS),
    ),
    max_size=12,
)


def done(small, what, number, person):
    """Do something that may be refused."""
    router, lead_id = small.router, small.ids[number % len(small.ids)] if small.ids else ""
    try:
        match what:
            case "route":
                small.route(person, number)
            case "reassign":
                router.reassign(lead_id, to=person, by="ivan", at=AT)
            case "transfer":
                router.clients.transfer(lead_id, to=person, by="ivan", at=AT)
            case "link":
                router.clients.link(lead_id, small.ids[0], by="ivan", at=AT)
            case _:
                getattr(router, what)(lead_id, by=person, at=AT)
    except (ValueError, LookupError):
        return


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_no_call_gives_what_is_not_seen(steps):
    """Whatever has happened: what a person's calls give belongs to somebody whom he sees, and is all of it."""
    small = Small()
    for step in steps:
        done(small, *step)
    states = [small.router.lead(lead_id) for lead_id in small.ids]
    for person, people in SEEN.items():
        compartment = small.reads(person)
        owners = {state.lead_id: small.router.clients.company(state.company).held_by for state in states}
        allowed = {
            state.lead_id
            for state in states
            if person == "ivan"
            or people & {state.holder, state.accountable, *state.counted}
            or owners[state.lead_id] in people
        }
        assert {state.lead_id for state in compartment.leads()} == {
            state.lead_id for state in states if state.lead_id in allowed and state.is_open
        }
        held = {company.id: company.owner for company in compartment.clients()}
        assert set(held.values()) <= people
        assert set(held) == {state.company for state in states if owners[state.lead_id] in people}
        for state in states:
            if state.lead_id in allowed:
                assert compartment.lead(state.lead_id) == state
            else:
                refused(lambda: compartment.lead(state.lead_id))  # noqa: B023  # called at once


def test_what_others_wrote_is_not_shown():
    """A lead that was decided by the past of its company says when that was, and nothing of its words."""
    pack = RulePack.parse(f"""
pack: demo
vocabulary: {{to: {{enum: [{", ".join(SELLERS)}]}}, message: text}}
streams: {{angry: 'kind == "request" and contains(message, "angry")'}}
patterns: [{{pattern: upset, at_least: 1, of: angry, within: 30d}}]
classify: [{{rule: upset, when: upset, class: complex}}, {{rule: all, default: true, class: mass}}]
route: [{{rule: boris, when: to == "boris", to: boris}}, {{rule: rest, default: true, to: anna}}]
routes: {{anna: [{{to: person(anna)}}], boris: [{{to: person(boris)}}]}}
""")
    router = Router(pack, OFFICE, MemoryLedger())
    for number, (to, message) in enumerate([("anna", "angry: Ilya stole it"), ("boris", "hello")]):
        lead = Lead(id=str(number), facts={"to": to, "message": message}, contact=phone(1))
        decision = router.route(lead, at=AT)
    assert decision.rules["classify"] == "upset"
    boris = router.on_behalf_of("boris", at=AT)
    told = [
        boris.explain(decision.lead_id, personal=True),
        str(boris.decision(decision.lead_id).to_dict(personal=True)),
    ]
    told += [event.to_json() for event in boris.events(decision.lead_id)]
    assert "signal upset" in told[0]
    assert not any("Ilya" in each for each in told)


def test_no_door_takes_whose_leads_to_show():
    """Nobody is named in a call: who asks is said once, by the host."""
    doors = [door for name, door in inspect.getmembers(Compartment, callable) if not name.startswith("_")]
    named = set(chain.from_iterable(inspect.signature(door).parameters for door in doors))
    assert named <= {"self", "lead_id", "id", "personal"}


def test_the_database_says_the_same():
    """On PostgreSQL whoever reads the tables himself finds what the router gives on his behalf."""
    house = House()
    try:
        router, ids = house.router, house.ids
        router.organisation = evolve(router.organisation, director="ivan")
        router.accept(ids[2], by="egor", at=AT)
        router.won(ids[2], by="egor", at=AT)
        router.clients.enter(Lead(id="c", contact=phone(1)), owner="anna", at=AT)
        other = Lead(id="c2", facts={"to": "boris"}, contact=phone(1))
        router.accept(router.route(other, at=AT).lead_id, by="boris", at=AT)
        assert isinstance(router.ledger, PostgresLedger)
        for person in ("anna", "boris", "olga", "dora", "ivan"):
            compartment = router.on_behalf_of(person, at=AT)
            by_itself = house.read(person, "SELECT lead_id FROM leadrouter.lead WHERE is_open")
            assert sorted(state.lead_id for state in compartment.leads()) == by_itself, person
            held = house.read(person, "SELECT id FROM leadrouter.company WHERE held_by IS NOT NULL")
            assert [company.id for company in compartment.clients()] == held, person
    finally:
        house.close()
