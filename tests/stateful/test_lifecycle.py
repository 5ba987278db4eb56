"""A sales office at work: whatever people do and however time passes, the laws hold, on every ledger."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from attrs import evolve
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from leadrouter import ConflictError, Contact, Decision, FactsError, Lead, Router
from leadrouter.adapters.postgres import PostgresLedger
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.assignment.duties import Absence
from leadrouter.audit.verify import verify
from leadrouter.errors import LifecycleError, StaleError
from leadrouter.ledger.memory import MemoryLedger, numbered_salts
from leadrouter.routing.intake import lead_id_of
from tests.postgres_server import emptied_database, has_postgres
from tests.stateful.laws import check_all
from tests.stateful.small_sales import Rota, backwards, sales_office

KINDS = ("shared", "skilled", "hasty", "duty", "direct", "own")
PHONES = ("+7 912 345-67-89", "+7 912 345-67-80", "+7 912 345-67-81")
PEOPLE = ("anna", "boris", "vera", "egor", "fedor", "dora", "olga")
POOLS = ("department(sales)", "pool(press)")
PACK, OFFICE = sales_office()

people = st.sampled_from(PEOPLE)
arrivals = st.tuples(st.sampled_from(KINDS), st.sampled_from(["EKB", "MSK", None]), st.sampled_from([0, 0, 0, 4, 30]))


class Office(RuleBasedStateMachine):
    """Routers do the same on a ledger in memory, on one in SQLite, and on one in PostgreSQL where a server is."""

    leads = Bundle("leads")

    def __init__(self):
        super().__init__()
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self.rota = Rota()
        self.count, self.had = 0, {}
        ledgers = [MemoryLedger(), SqliteLedger(":memory:", salts=numbered_salts())]
        if has_postgres():
            ledgers.append(PostgresLedger(emptied_database(), salts=numbered_salts()))
        self.news, *self.told = ([] for _ in ledgers)
        self.routers = [
            Router(
                PACK,
                OFFICE,
                ledger,
                observer=heard.append,
                duties=self.rota,
                strategies={"backwards": backwards},
            )
            for ledger, heard in zip(ledgers, (self.news, *self.told), strict=True)
        ]

    def all_of(self, act):
        """Do the same on all; return what came of it, or the refusal."""
        for heard in (self.news, *self.told):
            heard.clear()
        memory, *others = (self.outcome(act, router) for router in self.routers)
        assert all(other == memory for other in others)
        return memory

    @staticmethod
    def outcome(act, router):
        try:
            return act(router)
        except (LifecycleError, StaleError) as error:
            return type(error), str(error)

    @initialize(target=leads, burst=st.lists(arrivals, min_size=4, max_size=10))
    def open_the_office(self, burst):
        return multiple(*map(self.arrive, burst))

    @rule(target=leads, burst=st.lists(arrivals, min_size=1, max_size=4))
    def route(self, burst):
        return multiple(*map(self.arrive, burst))

    def lead_of(self, arrival):
        kind, region, ago = arrival
        self.count += 1
        facts = {"kind": kind, **({} if region is None else {"region": region})}
        contact = Contact(phone=PHONES[self.count % len(PHONES)]) if ago else Contact()
        received = self.now - timedelta(minutes=ago)
        return Lead(id=str(self.count), facts=facts, received=received, contact=contact)

    def arrive(self, arrival):
        """Route a lead; a repeated delivery is answered to the byte, and changes nothing."""
        lead = self.lead_of(arrival)
        decision = self.all_of(lambda router: router.route(lead, at=self.now))
        happened = list(self.news)
        again = self.all_of(lambda router: router.route(lead, at=self.now + timedelta(days=1)))
        assert again.to_json() == decision.to_json()
        assert [event.name for event in self.news] == ["lead.repeated"]
        self.news[:] = happened
        self.laws_hold()
        return decision.lead_id

    @rule(target=leads, burst=st.lists(arrivals, min_size=1, max_size=6), spoilt=st.sets(st.sampled_from("ctu")))
    def route_many(self, burst, spoilt):
        """A batch is what single calls are: repeated, unfit and contradicting leads in it as well."""
        batch = [self.lead_of(arrival) for arrival in burst]
        whole = [lead.key for lead in batch]
        if "t" in spoilt:
            batch.append(batch[0])
        if "c" in spoilt:
            batch.append(evolve(batch[-1], facts={"kind": "own", "region": "MSK"}, company="another"))
        if "u" in spoilt:
            batch.insert(1, Lead(id=f"unfit {self.count}", facts={"kind": "unheard of"}))
        for heard in (self.news, *self.told):
            heard.clear()
        memory, *others = self.routers
        single = [answer_of(partial(memory.route, lead, at=self.now)) for lead in batch]
        for router in others:
            assert [answer_in(each) for each in router.route_many(batch, at=self.now)] == single
        assert all(heard == self.news for heard in self.told)
        self.news.clear()  # the laws of a single call are held against single ones
        return multiple(*map(lead_id_of, whole))

    @rule(lead=leads)
    def contradict(self, lead):
        """Another payload under a known key is kept, and changes nothing of the lead."""
        before = self.routers[0].lead(lead)
        key = self.routers[0].decision(lead).key
        (entry,) = self.routers[0].ledger.entries(lead)
        answer = self.all_of(lambda router: answer_of(partial(router.route, lead_of_key(key), at=self.now)))
        if entry.is_erased:
            assert answer == entry.record
        else:
            assert answer[0] is ConflictError
            assert [event.name for event in self.news] == ["lead.conflict"]
        assert self.routers[0].lead(lead) == before
        self.news.clear()

    @rule(consumer=st.sampled_from(["crm", "mail"]), limit=st.integers(1, 30), fails_at=st.none() | st.integers(0, 20))
    def deliver(self, consumer, limit, fails_at):
        """A consumer gets what comes next; what he failed at comes again."""
        heard = self.all_of(partial(taken, consumer=consumer, limit=limit, fails_at=fails_at))
        with self.routers[0].ledger.reading() as work:
            log, position = work.events(), work.position(consumer)
        had = self.had.setdefault(consumer, 0)
        assert heard == list(log[had : had + limit])[: None if fails_at is None else fails_at + 1]
        failed = fails_at is not None and fails_at < len(heard)
        self.had[consumer] = had + len(heard) - failed
        assert position == self.had[consumer]

    @rule(phone=st.sampled_from(PHONES), is_dry=st.booleans())
    def erase(self, phone, is_dry):
        """Nothing of somebody is left but what was decided, and that is as it was."""
        before = [(each.lead_id, each.record) for each in self.routers[0].ledger.entries()]
        erased = self.all_of(lambda router: router.erase(contact=phone, at=self.now, dry_run=is_dry))
        entries = self.routers[0].ledger.entries()
        assert [(each.lead_id, each.record) for each in entries] == before
        assert is_dry or all(phone not in each.payload for each in entries)
        assert all(each.is_erased != is_dry for each in entries if each.lead_id in erased.leads)
        self.news.clear()

    @rule()
    def seal(self):
        def act(router):
            with router.ledger.transaction() as work:
                return work.seal(self.now)

        self.all_of(act)

    @rule(minutes=st.sampled_from([1, 20, 1000]))
    def set_the_clock_back(self, minutes):
        """A clock that steps back breaks no law; what happens next happens at the earlier instant."""
        self.now -= timedelta(minutes=minutes)
        self.tick(0)

    @rule(lead=leads, anybody=people, obeys=st.integers(0, 9))
    def accept(self, lead, anybody, obeys):
        by = self.asked(lead, anybody, obeys)
        self.all_of(lambda router: router.accept(lead, by=by, at=self.now))

    @rule(lead=leads, anybody=people, obeys=st.integers(0, 9))
    def decline(self, lead, anybody, obeys):
        by = self.asked(lead, anybody, obeys)
        self.all_of(lambda router: router.decline(lead, by=by, at=self.now))

    @rule(lead=leads, anybody=people, obeys=st.integers(0, 9))
    def contact(self, lead, anybody, obeys):
        by = self.asked(lead, anybody, obeys)
        self.all_of(lambda router: router.contacted(lead, by=by, at=self.now))

    @rule(lead=leads)
    def win(self, lead):
        self.all_of(lambda router: router.won(lead, by="olga", at=self.now))

    @rule(lead=leads)
    def lose(self, lead):
        self.all_of(lambda router: router.lost(lead, by="olga", at=self.now))

    @rule(lead=leads, to=st.none() | people)
    def reassign(self, lead, to):
        self.all_of(lambda router: router.reassign(lead, to=to, by="olga", at=self.now))

    @rule(lead=leads)
    def credit(self, lead):
        self.all_of(lambda router: router.credit(lead, by="olga", at=self.now))

    @rule(lead=leads, person=people, seen=st.integers(1, 3))
    def write_late(self, lead, person, seen):
        """Of two writers the second is told so, and changes nothing."""
        version = self.routers[0].lead(lead).version
        if seen != version:
            refusal = self.all_of(lambda router: router.accept(lead, by=person, at=self.now, expect_version=seen))
            assert refusal[0] is StaleError
            assert self.routers[0].lead(lead).version == version

    @rule(person=people, minutes=st.none() | st.integers(1, 30))
    def pause(self, person, minutes):
        until = None if minutes is None else self.now + timedelta(minutes=minutes)
        self.all_of(lambda router: router.pause(person, at=self.now, until=until))

    @rule(person=people)
    def resume(self, person):
        self.all_of(lambda router: router.resume(person, at=self.now))

    @rule(person=people, minutes=st.none() | st.integers(1, 40))
    def go_away(self, person, minutes):
        self.rota.away[person] = Absence("away", None if minutes is None else self.now + timedelta(minutes=minutes))
        self.tick(0)

    @rule(person=people)
    def come_back(self, person):
        self.rota.away.pop(person, None)
        self.tick(0)

    @rule(duty=st.lists(people, max_size=2, unique=True))
    def change_duty(self, duty):
        self.rota.duty = tuple(duty)
        self.tick(0)

    @rule(pool=st.sampled_from(POOLS))
    def close_breaker(self, pool):
        self.all_of(lambda router: router.close_breaker(pool, at=self.now))

    @rule(minutes=st.sampled_from([0, 1, 3, 5, 10, 45]))
    def tick(self, minutes):
        """Nothing due is left behind, and doing it again does nothing."""
        self.now += timedelta(minutes=minutes)
        self.all_of(lambda router: router.tick(at=self.now))
        happened = list(self.news)
        assert self.all_of(lambda router: router.tick(at=self.now)) == ()
        self.news[:] = happened
        due = self.all_of(lambda router: router.next_deadline())
        assert due is None or due > self.now
        self.news[:] = happened

    @rule()
    def wait_for_the_next_deadline(self):
        due = self.routers[0].next_deadline()
        if due is not None and due > self.now:
            self.now = due
            self.tick(0)

    def asked(self, lead, anybody, obeys):
        """Return somebody whom the lead is with, most of the time."""
        state = self.routers[0].lead(lead)
        return state.counted[0] if obeys and state.counted else anybody

    @invariant()
    def laws_hold(self):
        """In memory; all other ledgers hold the same."""
        check_all(self.routers[0], self.now, self.news)

    @invariant()
    def all_ledgers_hold_the_same(self):
        memory, *others = (router.ledger for router in self.routers)
        for ledger in others:
            with memory.reading() as one, ledger.reading() as other:
                assert one.leads() == other.leads()
                assert one.loads() == other.loads()
                assert one.standings() == other.standings()
                assert one.waiting() == other.waiting()
                assert one.due(self.now) == other.due(self.now)
                assert one.next_due() == other.next_due()
                assert one.log() == other.log()
                assert [one.breaker(pool) for pool in POOLS] == [other.breaker(pool) for pool in POOLS]

    def teardown(self):
        for router in self.routers:
            with router.ledger.reading() as work:
                assert verify(work).findings == ()
            router.close()


def answer_of(act):
    """Return what came of it in a form that can be compared, a refusal with its words."""
    try:
        return answer_in(act())
    except (FactsError, ConflictError) as error:
        return answer_in(error)


def answer_in(answer):
    return answer.to_json() if isinstance(answer, Decision) else (type(answer), str(answer))


def lead_of_key(key):
    source, _, id_ = key.partition(":")
    return Lead(id=id_, source=source, company="another")


def taken(router, consumer, limit, fails_at):
    """Return what a consumer was given; he may fail at one."""
    heard = []

    def hear(event):
        heard.append(event)
        if len(heard) - 1 == fails_at:
            raise RuntimeError

    with suppress(RuntimeError):
        router.deliver(consumer, hear, limit=limit)
    return heard


TestOffice = Office.TestCase
TestOffice.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_a_lead_that_goes_on_because_its_step_reaches_nobody_overtakes_nobody():
    """The last of these has a higher priority on its next step only, which it reaches when it is tried."""
    office = Office()
    for kind in ["shared"] * 4:
        office.arrive((kind, "EKB", 0))
    for person in ("boris", "vera"):
        office.go_away(person=person, minutes=None)
    for kind in ("hasty", "shared"):
        office.arrive((kind, "EKB", 0))
    office.go_away(person="anna", minutes=None)
    office.laws_hold()
    office.teardown()
