"""Clients at work: whatever is recognised, linked, won and handed over, the laws hold, on every ledger.

- A link that is undone leaves everything as it was before it.
- What portfolios count is what companies say; whoever is linked to another company counts in none.
- Nobody finds a company that was never his: the root of an identifier is the root of who brought it.
- A handover that is given back leaves each open lead with whom it was with; applied twice, it does nothing.
- Everything that is kept beside the log is a fold over it.
- Every decision comes out again from what is stored with it.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from attrs import evolve
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from leadrouter import Contact, Lead, Organisation, Router, RulePack
from leadrouter.adapters.postgres import PostgresLedger
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.audit.replay import replay
from leadrouter.audit.verify import verify
from leadrouter.errors import LifecycleError
from leadrouter.ledger.memory import MemoryLedger
from tests.postgres_server import emptied_database, has_postgres

PACK = RulePack.parse("""
pack: demo
vocabulary: {existing: bool, recurring: bool, size: {enum: [small, large]}}
classify: [{rule: all, default: true, class: complex}]
route: [{rule: known, when: existing, to: owned}, {rule: new, default: true, to: sales}]
routes:
  sales: [{to: department(sales), offer: 10m}, {to: head(sales)}]
  owned: [{to: owner, offer: 10m, until: 20m}, {to: department(client)}, {to: head(client)}]
transfer: [{rule: served, when: recurring, to: department(client)}]
sla: {acceptance: 5m, first_contact: {within: 30m, remind: [10m]}}
""")
OFFICE = Organisation.parse("""
organisation: demo
staffing: department
size: size
departments:
  sales: {kind: inbound, head: olga, people: [anna, boris], capacity: 3, portfolio: {small: 3, large: 1}}
  client: {kind: client, head: marina, people: [egor, lev], capacity: 3, portfolio: 4}
people: {anna: {}, boris: {}, egor: {}, lev: {}, marina: {}, olga: {}}
""")
people = st.sampled_from(["anna", "boris", "egor", "lev"])
minutes = st.sampled_from([0, 1, 7, 40])


class Clients(RuleBasedStateMachine):
    """Routers do the same on a ledger in memory, on one in SQLite, and on one in PostgreSQL where a server is."""

    leads = Bundle("leads")

    def __init__(self):
        super().__init__()
        self.now, self.count = datetime(2026, 3, 2, 9, 0, tzinfo=UTC), 0
        ledgers = [MemoryLedger(), SqliteLedger(":memory:")]
        if has_postgres():
            ledgers.append(PostgresLedger(emptied_database()))
        self.routers = [Router(PACK, OFFICE, ledger) for ledger in ledgers]

    def teardown(self):
        for router in self.routers:
            with router.ledger.reading() as work:
                assert verify(work).findings == ()
                replayed = replay(work, identity_key=b"")
                assert (replayed.differences, replayed.left_out) == ((), ())
                assert replayed.same == replayed.decisions == work.count()
            router.close()

    def all_of(self, act):
        """Do the same on all; return what came of it, or the refusal."""
        memory, *others = (self.outcome(act, router) for router in self.routers)
        assert all(other == memory for other in others)
        return memory

    @staticmethod
    def outcome(act, router):
        try:
            return act(router)
        except LifecycleError as error:
            return str(error)

    @rule(
        target=leads,
        name=st.sampled_from(["Press", "Lathe", "", None]),
        phone=st.sampled_from(["8 912 345-67-89", "8 912 345-67-80", None]),
        recurring=st.booleans(),
        size=st.sampled_from(["small", "large", None]),
    )
    def route(self, name, phone, recurring, size):
        self.count += 1
        facts = {"recurring": recurring, "size": size}
        lead = Lead(id=str(self.count), company=name, contact=Contact(phone=phone), facts=facts)
        return self.all_of(lambda router: router.route(lead, at=self.now)).lead_id

    @rule(lead=leads, deal=st.booleans())
    def accept(self, lead, deal):
        """Whoever is offered a lead takes it, and perhaps wins it."""
        offers = self.routers[0].lead(lead).offers
        if offers:
            self.all_of(lambda router: router.accept(lead, by=offers[0].person, at=self.now))
        if deal and self.routers[0].lead(lead).holder is not None:
            self.all_of(lambda router: router.won(lead, by="head", at=self.now))

    @rule(name=st.sampled_from(["Press", "Mill"]), owner=people, size=st.sampled_from(["small", "large"]))
    def enter(self, name, owner, size):
        lead = Lead(id=name, source="base", company=name)
        self.all_of(lambda router: router.clients.enter(lead, owner=owner, size=size, at=self.now))

    @rule(one=leads, other=leads)
    def link_and_undo(self, one, other):
        """Right after a link its undoing restores companies, leads, portfolios and what finds whom."""
        before = self.picture()
        ids = [self.routers[0].clients.company(each).id for each in (one, other)]
        root = self.all_of(lambda router: router.clients.link(one, other, by="head", at=self.now))
        if len(set(ids)) == 2:
            (child,) = set(ids) - {root.id}
            self.all_of(lambda router: router.clients.unlink(child, by="head", at=self.now))
        assert self.picture() == before

    @rule(one=leads, other=leads)
    def link(self, one, other):
        self.all_of(lambda router: router.clients.link(one, other, by="head", at=self.now))

    @rule(lead=leads)
    def unlink(self, lead):
        self.all_of(lambda router: router.clients.unlink(lead, by="head", at=self.now))

    @rule(lead=leads, to=people)
    def transfer(self, lead, to):
        self.all_of(lambda router: router.clients.transfer(lead, to=to, by="head", at=self.now))

    @rule(person=people)
    def leave(self, person):
        """Whoever leaves has no client and no lead afterwards, but what nobody could take."""
        plan = self.all_of(lambda router: router.handover(person, at=self.now))
        self.all_of(lambda router: router.apply(plan, at=self.now))
        assert self.all_of(lambda router: router.apply(plan, at=self.now)).was_applied
        kept = {move.id for move in plan.moves if move.to is None and move.kind != "offer"}
        assert {each.id for each in self.routers[0].clients.held_by(person)} <= kept

    @rule(person=people)
    def go_on_leave(self, person):
        """What passed on for an hour is back after it, unless it was closed or there is no room."""
        until = self.now + timedelta(hours=1)
        plan = self.all_of(lambda router: router.handover(person, at=self.now, until=until))
        applied = self.all_of(lambda router: router.apply(plan, at=self.now))
        self.now = until
        self.all_of(lambda router: router.tick(at=self.now))
        for move in applied.moved:
            state = self.routers[0].lead(move.id)
            is_late = any(each.person == person and each.until > self.now for each in state.lent)
            assert move.kind == "offer" or not state.is_open or state.holder == person or is_late

    @rule(passed=minutes)
    def tick(self, passed):
        self.now += timedelta(minutes=passed)
        self.all_of(lambda router: router.tick(at=self.now))
        assert self.all_of(lambda router: router.tick(at=self.now)) == ()
        due = self.all_of(lambda router: router.next_deadline())
        assert due is None or due > self.now

    def picture(self):
        """Everything that can be seen of companies, but for what has been told."""
        with self.routers[0].ledger.reading() as work:
            shelves = self.routers[0].ledger._books.companies
            found = {key: {root for root, n in roots.items() if n} for key, roots in shelves.found.items()}
            holdings = {load.person: dict(load.holdings) for load in work.loads()}
            companies = {state.lead_id: state.company for state in work.leads()}
            plain = {id_: evolve(company, version=0) for id_, company in shelves.companies.items()}
            return plain, {k: v for k, v in found.items() if v}, companies, holdings

    @invariant()
    def all_ledgers_hold_the_same(self):
        held = []
        for router in self.routers:
            with router.ledger.reading() as work:
                leads = work.leads()
                companies = [work.clients.company(each.lead_id) for each in leads]
                held.append((leads, companies, work.loads(), [work.clients.held_by(each) for each in OFFICE.people]))
        assert all(each == held[0] for each in held)

    @invariant()
    def portfolios_count_what_companies_say(self):
        companies = self.routers[0].ledger._books.companies.companies.values()
        said = Counter((each.held_by, each.size) for each in companies if each.is_client and each.held_by)
        counted = {
            (load.person, size): count for load in self.routers[0].loads() for size, count in load.holdings.items()
        }
        assert said == Counter(counted)

    @invariant()
    def roots_are_the_ends_of_links(self):
        shelves = self.routers[0].ledger._books.companies
        for company in shelves.companies.values():
            end = company
            while end.link is not None:
                end = shelves.companies[end.link]
            assert company.root == end.id
            for identifier, is_known in shelves.identifiers[company.id].items():
                assert not is_known or shelves.found[identifier][end.id] > 0
        for state in self.routers[0].ledger._books.leads.values():
            assert state.company == shelves.companies[state.lead_id].root

    @invariant()
    def everything_is_a_fold(self):
        with self.routers[0].ledger.reading() as work:
            assert verify(work).findings == ()


Clients.TestCase.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestClients = Clients.TestCase
