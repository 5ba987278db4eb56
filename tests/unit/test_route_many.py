"""Leads that share a commit: the same answers, the same events, the same fairness as one after the other."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrouter import ConflictError, Contact, FactsError, Lead, LedgerError, NaiveTimeError, Router
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.ledger.memory import MemoryLedger, numbered_salts
from leadrouter.reception import GROUP
from tests.small import AT, small_organisation, small_pack, small_router
from tests.unit.ledger.conftest import LEDGERS

PRODUCTS = ("press", "consumables", None, "moon")
PHONES = ("+7 912 000-00-00", "+7 912 000-00-11", None)


def arrival(id_, product, phone):
    """A lead, or what is none: a number for an id, a product that nobody sells, a record without a source."""
    if id_ == 0:
        return {"source": "call", "received": "yesterday", "product": product}
    facts = {} if product is None else {"product": product}
    return Lead(id=str(id_), source="call", contact=Contact(phone=phone), facts=facts)


arrivals = st.builds(arrival, st.integers(0, 30), st.sampled_from(PRODUCTS), st.sampled_from(PHONES))


def one_by_one(router, leads, at):
    answers = []
    for lead in leads:
        try:
            answers.append(router.route(lead, at=at))
        except (FactsError, ConflictError) as error:
            answers.append(error)
    return answers


def told(answers):
    """What can be compared of answers: errors by what they say, and by what was refused."""
    return [
        (type(each), str(each), getattr(each, "raw", None)) if isinstance(each, Exception) else each.to_json()
        for each in answers
    ]


def kept(ledger):
    with ledger.reading() as work:
        held = work.log(), work.leads(), work.standings(), work.loads(), work.entries()
    return (*held, ledger.refused())


def both(ledger, leads, more):
    """Route the same leads at once here and one by one in memory; say what each holds and told."""
    here, there = ([], [])
    many, single = small_router(ledger, here), small_router(MemoryLedger(), there)
    answers = [*many.route_many(leads, at=AT), *many.route_many(more, at=AT + timedelta(hours=1))]
    expected = [*one_by_one(single, leads, AT), *one_by_one(single, more, AT + timedelta(hours=1))]
    return (told(answers), here, kept(ledger)), (told(expected), there, kept(single.ledger))


@given(leads=st.lists(arrivals, max_size=2 * GROUP + 2), more=st.lists(arrivals, max_size=5))
@settings(max_examples=40)
def test_leads_at_once_are_as_leads_one_by_one(leads, more):
    """Repeated, in conflict, refused or new: answers, events, books and what observers hear are the same."""
    for ledger in (MemoryLedger(), SqliteLedger(":memory:", salts=numbered_salts())):
        at_once, one_after_the_other = both(ledger, leads, more)
        assert at_once == one_after_the_other
        ledger.close()


@pytest.mark.parametrize("name", sorted(LEDGERS))
def test_every_ledger_takes_leads_at_once(name, tmp_path):
    """More than fit in one commit, with everything that a lead can be."""
    leads = [arrival(number % 61, PRODUCTS[number % 4], PHONES[number % 3]) for number in range(3 * GROUP)]
    ledger = LEDGERS[name](tmp_path)
    at_once, one_after_the_other = both(ledger, leads, leads[:5])
    assert at_once == one_after_the_other
    assert {each[0] for each in at_once[0] if isinstance(each, tuple)} == {FactsError, ConflictError}
    ledger.close()


def test_observers_are_told_after_each_commit():
    """When the first event of a commit is heard, all its leads are in the ledger, and none of the next."""
    heard = []
    router = small_router()
    router.observer = lambda _: heard.append(len(router.ledger.entries()))
    router.route_many([Lead(id=str(number)) for number in range(2 * GROUP + 1)], at=AT)
    assert sorted(set(heard)) == [GROUP, 2 * GROUP, 2 * GROUP + 1]


def test_leads_are_read_as_they_are_routed():
    """A long file need not fit into memory, and one commit is done before the next one's leads are read."""
    router = small_router()
    seen = []

    def leads():
        for number in range(GROUP + 1):
            seen.append(len(router.ledger.entries()))
            yield {"id": number, "source": "call"}

    answers = router.route_many(leads(), at=AT)
    assert seen == [0] * GROUP + [GROUP]
    assert [each.key for each in answers] == [f"call:{number}" for number in range(GROUP + 1)]
    assert router.route_many([]) == ()


def test_each_lead_may_have_its_instant():
    """Last week's leads are decided as of then; one that does not say when, and what is no lead, now."""
    received = datetime(2026, 2, 23, 12, 0, tzinfo=UTC)
    router, before = small_router(), datetime.now(UTC)
    leads = [Lead(id="1", received=received), Lead(id="2"), {"received": "yesterday"}]
    first, second, third = router.route_many(leads, at=lambda lead: lead.received)
    assert first.at == received
    assert before <= second.at <= datetime.now(UTC)
    assert isinstance(third, FactsError)
    assert datetime.fromisoformat(router.ledger.refused()[0].at) >= before
    with pytest.raises(NaiveTimeError):
        router.route_many([Lead(id="3")], at=datetime(2026, 3, 2, 9, 0))  # noqa: DTZ001  # the point


def test_what_cannot_be_kept_is_refused_and_the_rest_goes_on():
    """A fact that holds itself: the lead is kept as Python shows it, and the error stands in its place."""
    circle = {}
    circle["circle"] = circle
    events = []
    router = small_router(events=events)
    bad, good = router.route_many([Lead(id="1", facts={"message": circle}), Lead(id="2")], at=AT)
    assert [fault.code for fault in bad.faults] == ["LR411"]
    assert good.key == "None:2"
    assert "message" in router.ledger.refused()[0].payload
    assert [event.name for event in events] == ["lead.refused", "lead.routed", "lead.offered"]
    with pytest.raises(FactsError):
        router.route(Lead(id="1", facts={"message": circle}), at=AT)


class TiredError(Exception):
    """What a host's own code raises."""


class Tiring:
    """Duties of a host's own that fail at one instant."""

    fails_at = AT + timedelta(minutes=GROUP + 9)

    def on_duty(self, role, at):  # noqa: ARG002  # the form of duties
        return ()

    def absences(self, at):
        if at == self.fails_at:
            raise TiredError
        return {}

    def told(self, role, at):  # noqa: ARG002  # the form of duties
        return None


@pytest.mark.parametrize("name", sorted(LEDGERS))
def test_what_the_host_raises_takes_nothing_back_of_the_leads_before(name, tmp_path):
    """They are kept and told as single calls would have it; the next call answers them, and goes on."""
    ledger, duties, events = LEDGERS[name](tmp_path), Tiring(), []
    router = Router(small_pack(), small_organisation(), ledger, observer=events.append, duties=duties)
    leads = [Lead(id=str(number), facts={"product": "press"}) for number in range(GROUP + 20)]

    def minute(lead):
        return AT + timedelta(minutes=int(lead.id))

    with pytest.raises(TiredError):
        router.route_many(leads, at=minute)
    assert [entry.key for entry in ledger.entries()] == [lead.key for lead in leads[: GROUP + 9]]
    assert Counter(event.name for event in events)["lead.routed"] == GROUP + 9
    duties.fails_at = None
    answers = router.route_many(leads, at=minute)
    assert [answer.at for answer in answers] == [minute(lead) for lead in leads]
    assert len(ledger.entries()) == len(leads)
    ledger.close()


def test_a_ledger_that_refuses_ends_the_call(tmp_path):
    """What earlier commits have kept stays, and of the commit that failed nothing: nobody was answered."""
    ledger = SqliteLedger(str(tmp_path / "leads.db"))
    router = small_router(ledger)
    leads = [Lead(id=str(number), facts={"product": "press"}) for number in range(4 * GROUP)]

    def shrinking():
        for number, lead in enumerate(leads):
            if number == 2 * GROUP:
                pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
                ledger._connection.execute(f"PRAGMA max_page_count = {pages + 3}")
            yield lead

    with pytest.raises(LedgerError, match="full"):
        router.route_many(shrinking(), at=AT)
    assert len(ledger.entries()) == 2 * GROUP
    ledger._connection.execute("PRAGMA max_page_count = 100000")
    assert len(router.route_many(leads, at=AT)) == len(ledger.entries()) == 4 * GROUP
    ledger.close()
