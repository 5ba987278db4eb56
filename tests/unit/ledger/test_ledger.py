"""The laws of the port, held by every ledger."""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from leadrouter import Contact, Lead, LedgerError, Router
from leadrouter.adapters.postgres import PostgresLedger
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.assignment.load import Load
from leadrouter.assignment.standing import Standing
from leadrouter.errors import StaleError
from leadrouter.event import Event
from leadrouter.ledger.chain import UNKEEPABLE
from leadrouter.ledger.ledger import AT_WORK, CLOSED, NESTED, Entry, Noted, Refused
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.lifecycle.breaker import Breaker
from leadrouter.lifecycle.state import LeadState
from tests.stateful.small_sales import Rota, backwards, sales_office

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENTRY = Entry(lead_id="ab12", key="call:1", digest="d", payload="{}", record="{}", at=AT.isoformat(), salt="s")
REFUSED = Refused(key="call:2", payload="{}", reason="LR401", at=AT.isoformat(), salt="s")
EVENT = Event(
    name="lead.routed", lead_id="ab12", at=AT, version=1, details={"route": "desk"}, evidence={"a": [1, None]}
)
STATE = LeadState(
    lead_id="ab12",
    number=1,
    version=1,
    status="waiting",
    lead_class="mass",
    route="desk",
    pack="p",
    arrived=AT,
    asks={"region": "MSK"},
)
STANDING = Standing(pool="head(a)", leads=1)
LOAD = Load(person="anna", open_leads=2, last_at=AT)
BREAKER = Breaker(pool="head(a)", expiries=(AT,))


def put(ledger, *states):
    """Keep new states, each in place of none."""
    with ledger.transaction() as work:
        for state in states:
            work.put_lead(state, seen=0)


def test_what_was_added_is_found(ledger):
    """An entry is found by its key, inside its transaction and after it."""
    with ledger.transaction() as work:
        assert (work.find("call:1"), work.latest()) == (None, None)
        work.add(ENTRY)
        assert work.find("call:1") == ENTRY
    with ledger.reading() as work:
        assert work.find("call:1") == ENTRY
        assert work.latest() == ENTRY
    assert ledger.entries() == (ENTRY,)


def test_entries_keep_their_order_and_are_chosen_by_prefix(ledger):
    """Entries come in the order in which they were added; a prefix of the lead id chooses among them."""
    second = evolve(ENTRY, lead_id="aa99", key="call:2")
    third = evolve(ENTRY, lead_id="ab13", key="call:3")
    with ledger.transaction() as work:
        for entry in (ENTRY, second, third):
            work.add(entry)
    assert ledger.entries() == (ENTRY, second, third)
    assert ledger.entries("ab1") == (ENTRY, third)
    assert ledger.entries("ab13") == (third,)
    assert ledger.entries("c") == ()
    with ledger.reading() as work:
        assert work.latest() == third


def test_a_key_is_taken_once(ledger):
    """Adding under a taken key raises, and nothing of the transaction is kept."""
    with ledger.transaction() as work:
        work.add(ENTRY)
    with pytest.raises((ValueError, LedgerError), match=r"(?i)taken|unique"), ledger.transaction() as work:  # noqa: PT012  # one unit of work
        work.put_load(LOAD)
        work.add(evolve(ENTRY, lead_id="other"))
    with ledger.reading() as work:
        assert work.load("anna") is None
    assert ledger.entries() == (ENTRY,)


def test_a_text_that_is_no_unicode_is_refused_in_the_same_words(ledger):
    """By every ledger, which goes on as if nothing had happened."""
    with pytest.raises(LedgerError, match=UNKEEPABLE), ledger.transaction() as work:  # noqa: PT012  # one unit of work
        work.put_load(LOAD)
        work.append(evolve(EVENT, details={"reason": "\ud800"}))
    with ledger.reading() as work:
        assert (work.load("anna"), work.events()) == (None, ())


def test_a_closed_ledger_says_so(ledger):
    """In the same words, whoever asks for what; closing it again changes nothing."""
    with ledger.transaction() as work:
        work.add(ENTRY)
    for _ in range(2):
        ledger.close()
        for use in (
            lambda: ledger.transaction("call:1").__enter__(),
            lambda: ledger.reading().__enter__(),
            ledger.entries,
            ledger.refused,
            lambda: ledger.text("digest"),
        ):
            with pytest.raises(LedgerError, match=f"^{CLOSED}$"):
                use()


@pytest.mark.parametrize("how", ["transaction", "reading"])
def test_a_ledger_is_not_closed_within_a_unit_of_work(ledger, how):
    """Whoever tries is told so; the ledger stays open, and the unit of work is kept."""
    with getattr(ledger, how)() as work:
        if how == "transaction":
            work.add(ENTRY)
        with pytest.raises(LedgerError, match=f"^{AT_WORK}$"):
            ledger.close()
    assert ledger.entries() == ((ENTRY,) if how == "transaction" else ())
    with pytest.raises(LedgerError, match=AT_WORK), ledger.transaction() as work:  # noqa: PT012  # one unit of work
        work.put_load(LOAD)
        ledger.close()
    with ledger.reading() as work:
        assert work.load("anna") is None


def test_nobody_begins_a_unit_of_work_within_his_own(ledger):
    """He would wait for himself, or write over himself; the one that goes on is kept."""
    with ledger.transaction() as work:
        work.add(ENTRY)
        with pytest.raises(LedgerError, match=f"^{NESTED}$"), ledger.transaction():
            pass
    with ledger.transaction() as work:
        assert work.latest() == ENTRY


def test_what_another_thread_does_is_kept_when_a_ledger_is_closed(ledger):
    """It goes on to its end, and is neither cut off nor told that the ledger is closed."""
    with ThreadPoolExecutor() as pool:
        with ledger.transaction() as work:
            closing = pool.submit(ledger.close)
            while not is_closed(ledger):
                work.find("call:1")
            work.add(ENTRY)
        closing.result(timeout=30)
    again = reopened(ledger)
    assert again.entries() == (ENTRY,)
    again.close()


def is_closed(ledger):
    return ledger._idle is None if isinstance(ledger, PostgresLedger) else ledger._is_closed


def reopened(ledger):
    """Return a ledger on the same file or database; what was in memory is looked at where it was."""
    match ledger:
        case SqliteLedger(path=path):
            return SqliteLedger(path)
        case PostgresLedger(address=address):
            return PostgresLedger(address)
    again = MemoryLedger()
    again._books = ledger._books
    return again


def test_a_router_whose_ledger_is_closed_says_so(ledger):
    """Whatever is asked of it, and does nothing more."""
    router = Router(*sales_office(), ledger, strategies={"backwards": backwards}, duties=Rota())
    lead = Lead(id="1", facts={"kind": "shared"})
    lead_id = router.route(lead, at=AT).lead_id
    router.close()
    for use in (
        lambda: router.route(lead, at=AT),
        lambda: router.route_many([lead], at=AT),
        lambda: router.accept(lead_id, by="anna", at=AT),
        lambda: router.tick(at=AT),
        lambda: router.lead(lead_id),
        lambda: router.deliver("crm", print),
        lambda: router.erase(lead_id=lead_id, at=AT),
        lambda: router.clients.company(lead_id),
        router.replay,
        router.next_deadline,
    ):
        with pytest.raises(LedgerError, match=f"^{CLOSED}$"):
            use()


def test_salts_are_new(ledger):
    """No two are alike, in one transaction or in several, and each is 32 hexadecimal digits."""
    salts = []
    for _ in range(2):
        with ledger.transaction() as work:
            salts += [work.salt(), work.salt()]
    assert len(set(salts)) == 4
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in salts)


def test_what_was_answered_and_to_what_is_in_the_chain(ledger):
    """The first event of a lead has the digest of its record, and that of its payload after its salt."""
    router = Router(*sales_office(), ledger, strategies={"backwards": backwards}, duties=Rota())
    lead = Lead(id="1", facts={"kind": "shared"}, contact=Contact(phone="+79123456789"))
    decision = router.route(lead, at=AT)
    ((entry,), (routed, *_)) = ledger.entries(), router.events(decision.lead_id)
    assert (entry.payload, entry.record) == (lead.payload, decision.to_json())
    assert routed.evidence["payload"] == hashlib.sha256((entry.salt + lead.payload).encode()).hexdigest()
    assert routed.evidence["record"] == hashlib.sha256(entry.record.encode()).hexdigest()


def test_a_version_of_a_lead_is_taken_once(ledger):
    """Two events cannot bring a lead to the same version; events without one are kept all the same."""
    with ledger.transaction() as work:
        work.append(EVENT)
    with pytest.raises((ValueError, LedgerError), match=r"(?i)taken|unique"), ledger.transaction() as work:
        work.append(evolve(EVENT, name="lead.held"))
    with ledger.transaction() as work:
        work.append(evolve(EVENT, name="lead.repeated", version=0))
        work.append(evolve(EVENT, name="lead.repeated", version=0))
    with ledger.reading() as work:
        assert [event.version for event in work.events()] == [1, 0, 0]


def test_a_transaction_that_raises_leaves_nothing(ledger):
    """Nothing that a failed transaction has written is seen again, and what was there before is there again."""
    with ledger.transaction() as work:
        work.put_load(LOAD)
        work.put_lead(evolve(STATE, deadline=AT), seen=0)
    with pytest.raises(KeyError), ledger.transaction() as work:  # noqa: PT012  # one unit of work
        work.add(ENTRY)
        work.append(EVENT)
        work.put_lead(evolve(STATE, version=2, status="won"), seen=1)
        work.put_lead(evolve(STATE, lead_id="new", number=2), seen=0)
        work.put_standing(STANDING)
        work.put_load(evolve(LOAD, open_leads=9))
        work.put_breaker(BREAKER)
        work.refuse(REFUSED)
        work.keep("digest", "text")
        raise KeyError
    assert (ledger.entries(), ledger.refused(), ledger.text("digest")) == ((), (), None)
    with ledger.reading() as work:
        assert (work.events(), work.events("ab12"), work.standings(), work.breaker("head(a)")) == ((), (), (), None)
        assert (work.load("anna"), work.leads(), work.count()) == (LOAD, (evolve(STATE, deadline=AT),), 1)
        assert (work.lead("new"), work.next_due()) == (None, AT)
        assert (work.waiting(), work.due(AT)) == (work.leads(), work.leads())


def test_events_keep_their_order_and_are_chosen_by_lead(ledger):
    """What happened is read as it was written, of one lead or of all."""
    other = evolve(EVENT, lead_id="cd34")
    paused = Event(name="person.paused", lead_id=None, at=AT, details={"person": "anna"})
    later = evolve(EVENT, version=2, name="lead.held")
    with ledger.transaction() as work:
        for event in (EVENT, other, paused, later):
            work.append(event)
    with ledger.reading() as work:
        assert work.events() == (EVENT, other, paused, later)
        assert work.events("ab12") == (EVENT, later)
        assert work.events("zz") == ()


def test_where_a_lead_stands_is_written_over_what_was_seen_only(ledger):
    """Of two writers one wins and the other is told so; a lead that nobody knows stands at version 0."""
    later = evolve(STATE, version=2, status="held")
    put(ledger, STATE)
    with ledger.transaction() as work:
        work.put_lead(later, seen=1)
    for state, seen in ((evolve(STATE, version=2), 1), (STATE, 0), (evolve(later, lead_id="unknown"), 1)):
        with pytest.raises(StaleError) as caught, ledger.transaction() as work:
            work.put_lead(state, seen=seen)
        assert (caught.value.seen, caught.value.current) == (seen, 0 if state.lead_id == "unknown" else 2)
    with ledger.reading() as work:
        assert (work.lead("ab12"), work.lead("unknown"), work.count()) == (later, None, 1)


def test_closed_leads_are_not_open(ledger):
    """Leads that are won or lost are left out; the others come by number."""
    second, third = (evolve(STATE, lead_id=str(number), number=number) for number in (2, 3))
    put(ledger, STATE, evolve(second, status="won"), third)
    with ledger.transaction() as work:
        assert work.open_leads() == (STATE, third)
        work.put_lead(evolve(third, version=2, status="lost"), seen=1)
        assert work.open_leads() == (STATE,)


def test_the_first_of_each_queue_waits_for_service(ledger):
    """By priority, then arrival, then number; a lead that waits no longer makes way for the next."""
    second = evolve(STATE, lead_id="b", number=2)
    earlier = evolve(STATE, lead_id="c", number=3, arrived=AT - timedelta(minutes=1), asks={"region": "EKB"})
    urgent = evolve(STATE, lead_id="d", number=4, priority=1, route="other")
    accepted = evolve(STATE, lead_id="e", number=5, status="accepted", route="third")
    put(ledger, accepted, urgent, earlier, second, STATE)
    with ledger.transaction() as work:
        assert work.waiting() == (urgent, earlier, STATE)
        work.put_lead(evolve(STATE, version=2, status="lost"), seen=1)
        assert work.waiting() == (urgent, earlier, second)
        work.put_lead(evolve(second, version=2, status="lost"), seen=1)
        assert work.waiting() == (urgent, earlier)
        work.put_lead(evolve(earlier, lead_id="f", number=6, priority=1, arrived=AT), seen=0)
        assert [state.lead_id for state in work.waiting()] == ["d", "f"]


def test_what_is_due_is_found_by_its_time(ledger):
    """The most overdue first; what has changed since is not due at its old time any more."""
    soon = evolve(STATE, deadline=AT + timedelta(minutes=5))
    first = evolve(STATE, lead_id="b", number=2, deadline=AT)
    never = evolve(STATE, lead_id="c", number=3)
    put(ledger, soon, first, never)
    with ledger.transaction() as work:
        assert (work.next_due(), work.due(AT - timedelta(seconds=1))) == (AT, ())
        assert work.due(AT) == (first,)
        assert work.due(AT + timedelta(hours=1)) == (first, soon)
        assert work.due(AT + timedelta(hours=1)) == (first, soon)
        postponed = evolve(first, version=2, deadline=AT + timedelta(minutes=30))
        work.put_lead(postponed, seen=1)
        assert work.next_due() == soon.deadline
        assert work.due(AT + timedelta(hours=1)) == (soon, postponed)
        work.put_lead(evolve(soon, version=2, deadline=None), seen=1)
        work.put_lead(evolve(first, version=3), seen=2)
        assert work.due(AT + timedelta(hours=1)) == (evolve(first, version=3),)


def test_a_time_within_a_second_comes_after_its_beginning(ledger):
    """Instants are compared as instants, with and without microseconds."""
    put(
        ledger,
        evolve(STATE, deadline=AT + timedelta(microseconds=5)),
        evolve(STATE, lead_id="b", number=2, deadline=AT),
    )
    with ledger.reading() as work:
        assert [state.lead_id for state in work.due(AT)] == ["b"]
        assert [state.lead_id for state in work.due(AT + timedelta(seconds=1))] == ["b", "ab12"]


def test_the_first_of_a_queue_is_known_after_each_change(ledger):
    """Also where a lead has passed on and come back, in the same unit of work, and in the next one."""
    first = STATE
    second, third = (evolve(first, lead_id=lead_id, number=number) for lead_id, number in (("cd34", 2), ("ef56", 3)))
    with ledger.transaction() as work:
        assert work.waiting() == ()
        for state in (second, third, first):
            work.put_lead(state, seen=0)
        assert work.lead("ab12") == first
        assert work.waiting() == (first,)
    with ledger.transaction() as work:
        assert work.count() == 3
        work.put_lead(evolve(first, version=2, status="accepted"), seen=1)
        assert work.lead("ab12").status == "accepted"
        assert work.waiting() == (second,)
        work.put_lead(evolve(first, version=3), seen=2)
        assert work.waiting() == (evolve(first, version=3),)
    with ledger.transaction() as work:
        work.put_lead(evolve(second, version=2, status="accepted"), seen=1)
        work.put_lead(evolve(first, version=4, status="accepted"), seen=3)
    with ledger.transaction() as work:
        assert work.waiting() == (third,)


def test_books_are_kept_by_name(ledger):
    """Standings, loads and breakers: the last one written is read, in this transaction and in the next."""
    with ledger.transaction() as work:
        assert (work.standing("head(a)"), work.load("anna"), work.breaker("head(a)")) == (None, None, None)
        work.put_standing(STANDING)
        work.put_standing(evolve(STANDING, leads=2))
        work.put_standing(evolve(STANDING, pool="a"))
        work.put_load(evolve(LOAD, person="zoya"))
        work.put_load(LOAD)
        work.put_breaker(BREAKER)
    with ledger.reading() as work:
        assert work.standing("head(a)") == evolve(STANDING, leads=2)
        assert [each.pool for each in work.standings()] == ["a", "head(a)"]
        assert work.loads() == (LOAD, evolve(LOAD, person="zoya"))
        assert work.load("anna") == LOAD
        assert work.breaker("head(a)") == BREAKER


def test_refused_leads_are_kept_in_order(ledger):
    """What was refused is kept as it came, however often."""
    later = evolve(REFUSED, payload='{"x": "\\u0000"}')
    with ledger.transaction() as work:
        work.refuse(REFUSED)
        work.refuse(later)
    assert ledger.refused() == (REFUSED, later)


def test_texts_are_kept_by_digest(ledger):
    """Keeping a text again changes nothing."""
    for _ in range(2):
        with ledger.transaction() as work:
            work.keep("digest", "pack: demo")
            assert work.text("digest") == "pack: demo"
    assert (ledger.text("digest"), ledger.text("other")) == ("pack: demo", None)


NOTED = Noted(
    key="crm:1",
    company="ural",
    begun="ural",
    contact="anna",
    kind="deal_won",
    at="2026-03-02T09:00:00.000000+00:00",
    payload="{}",
)


def at(hour):
    return f"2026-03-02T{hour:02}:00:00.000000+00:00"


def past(ledger, company="ural", since=0, until=23, most=100):
    with ledger.transaction() as work:
        return [each.key for each in work.past(company, at(since), at(until), most)]


def test_an_event_is_noted_once_for_its_kind_and_key(ledger):
    """It is found under them; another kind under the same key is another event."""
    visit = evolve(NOTED, payload='{"x": 1}', at=at(11), kind="visit")
    with ledger.transaction() as work:
        assert work.noted("deal_won", "crm:1") is None
        work.note(NOTED)
        work.note(visit)
        assert work.noted("deal_won", "crm:1") == NOTED
    with ledger.transaction() as work:
        assert (work.noted("visit", "crm:1"), work.noted("visit", "crm:2")) == (visit, None)
        assert work.past("ural", at(0), at(23), 9) == (NOTED, visit)
    with pytest.raises((ValueError, LedgerError)), ledger.transaction() as work:
        work.note(evolve(NOTED, at=at(12)))


def test_what_is_asked_for_at_the_beginning_is_found_like_anything_else(ledger):
    """Whatever was under the keys that a unit of work begins with, and whatever it writes under them itself."""
    request, keys = evolve(NOTED, key="call:2", kind="request"), ("call:1", "call:2", "call:3")
    with ledger.transaction() as work:
        work.add(ENTRY)
        work.note(request)
    with ledger.transaction(*keys) as work:
        assert [work.find(key) for key in keys] == [ENTRY, None, None]
        assert [work.noted("request", key) for key in keys] == [None, request, None]
        third = evolve(ENTRY, key="call:3", lead_id="cd34")
        work.add(third)
        work.note(evolve(request, key="call:3"))
        assert [work.find(key) for key in keys] == [ENTRY, None, third]
        assert work.noted("request", "call:3") == evolve(request, key="call:3")


def test_a_past_is_that_of_one_company_between_two_instants(ledger):
    """Both ends belong to it; other companies do not."""
    with ledger.transaction() as work:
        for hour in (12, 9, 11, 10):
            work.note(evolve(NOTED, key=f"{hour}", at=at(hour)))
        work.note(evolve(NOTED, key="other", company="other"))
    assert past(ledger) == ["9", "10", "11", "12"]
    assert past(ledger, since=10, until=11) == ["10", "11"]
    assert past(ledger, "other") == ["other"]
    assert past(ledger, "nobody") == []


def test_of_a_long_past_the_newest_are_returned(ledger):
    """Oldest first, and equal instants in the order in which they were noted."""
    with ledger.transaction() as work:
        for number in range(6):
            work.note(evolve(NOTED, key=str(number), at=at(9 + number // 3)))
    assert past(ledger) == ["0", "1", "2", "3", "4", "5"]
    assert past(ledger, most=4) == ["2", "3", "4", "5"]


def test_a_past_is_seen_as_it_is_written(ledger):
    """An event noted in a transaction belongs to the past that the transaction reads, and is gone with it."""
    with ledger.transaction() as work:
        work.note(evolve(NOTED, key="early", at=at(8)))
    with pytest.raises(KeyError), ledger.transaction() as work:  # noqa: PT012  # one unit of work
        work.note(evolve(NOTED, key="late", at=at(10)))
        work.note(evolve(NOTED, key="earlier", at=at(7)))
        assert [each.key for each in work.past("ural", at(0), at(23), 9)] == ["earlier", "early", "late"]
        raise KeyError
    assert past(ledger) == ["early"]


def test_a_lead_is_noted_without_its_payload_which_its_entry_has(ledger):
    """What a lead says is kept in one place."""
    lead = evolve(NOTED, key=ENTRY.key, kind="request", payload=None)
    with ledger.transaction() as work:
        work.add(evolve(ENTRY, payload='{"who": "anna"}'))
        work.note(lead)
        assert [each.payload for each in work.past("ural", at(0), at(23), 9)] == ['{"who": "anna"}']
    with ledger.transaction() as work:
        assert [each.payload for each in work.past("ural", at(0), at(23), 9)] == ['{"who": "anna"}']


def test_thousands_of_events_cost_no_more_than_the_window(ledger):
    """Of a past of 3,000 events a window of ten is read."""
    with ledger.transaction() as work:
        for number in range(3_000):
            day = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=number)
            work.note(evolve(NOTED, key=str(number), at=day.isoformat(timespec="microseconds")))
        until = day.isoformat(timespec="microseconds")
        since = (day - timedelta(days=9)).isoformat(timespec="microseconds")
    with ledger.transaction() as work:
        assert [each.key for each in work.past("ural", since, until, 200)] == [str(n) for n in range(2_990, 3_000)]
