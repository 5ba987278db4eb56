"""What verifying and replaying read: everything a page at a time, on every ledger."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadrouter import Lead
from tests.busy_office import AT, BusyOffice
from tests.small import small_router
from tests.unit.ledger.conftest import LEDGERS


@pytest.fixture(scope="module", params=sorted(LEDGERS))
def office(request, tmp_path_factory) -> BusyOffice:
    """A busy office on each kind of ledger; everything has happened."""
    opened = BusyOffice(LEDGERS[request.param](tmp_path_factory.mktemp("busy")))
    opened.everything()
    yield opened
    opened.router.close()


def test_leads_are_read_a_page_at_a_time(office):
    """In the order of their numbers, after a number, at most so many."""
    with office.router.ledger.reading() as work:
        everything = work.leads()
        assert [state.number for state in everything] == list(range(1, 10))
        assert work.leads(0, 4) + work.leads(4, 4) + work.leads(8, 4) == everything
        assert work.leads(9, 4) == ()


def test_companies_are_read_a_page_at_a_time(office):
    """By id, after an id, at most so many."""
    with office.router.ledger.reading() as work:
        everything = work.clients.companies("", 100)
        ids = [company.id for company in everything]
        assert ids == sorted(ids)
        assert len(ids) == 12
        assert work.clients.companies(ids[3], 2) == everything[4:6]
        assert work.clients.companies(ids[-1], 2) == ()
        assert all(work.clients.company(company.id) == company for company in everything)


def test_notes_are_read_a_page_at_a_time(office):
    """In the order in which they were noted, each with its number; a request has no payload of its own."""
    with office.router.ledger.reading() as work:
        everything = work.notes(0, 100)
        assert [note.kind for _, note in everything[:4]] == ["request", "deal_won", "request", "deal_won"]
        assert {note.kind for _, note in everything if note.payload is not None} == {"visit"}
        numbers = [number for number, _ in everything]
        assert numbers == sorted(set(numbers))
        assert work.notes(numbers[1], 3) == everything[2:5]
        assert work.notes(numbers[-1], 3) == ()
        assert all(work.noted(note.kind, note.key) == note for _, note in everything)


def test_breakers_are_read_by_pool(office):
    """All of them, open and closed."""
    with office.router.ledger.reading() as work:
        found = work.breakers()
        assert [breaker.pool for breaker in found] == ["department(sales)", "owner"]
        assert all(work.breaker(breaker.pool) == breaker for breaker in found)


def test_a_company_is_known_by_what_it_has_brought(office):
    """Rule and digest, in order; nothing where it was forgotten, or is no company."""
    with office.router.ledger.reading() as work:
        leads = work.leads()
        brought = [work.clients.brought_by(state.lead_id) for state in leads]
        assert [[rule for rule, _ in each] for each in brought[:3]] == [["name", "phone"], ["name"], ["name"]]
        assert brought[5] == ()
        assert work.clients.brought_by("nobody") == ()
        for rule, digest in brought[0]:
            assert work.clients.companies_of(rule, digest) == (leads[0].company,)


def test_the_log_knows_how_much_of_it_is_unsealed(ledger):
    """The instant of the last seal, and the events since; all of them where there is none."""
    router = small_router(ledger)
    with ledger.reading() as work:
        assert work.unsealed() == (None, 0)
    router.route(Lead(id="1"), at=AT)
    with ledger.transaction() as work:
        assert work.unsealed() == (None, 2)
        work.seal(AT)
    router.route(Lead(id="2"), at=AT + timedelta(minutes=1))
    with ledger.reading() as work:
        assert work.unsealed() == (AT.isoformat(), 2)


def test_nothing_is_astray(office):
    """What a ledger keeps twice is the same, whatever has happened."""
    with office.router.ledger.reading() as work:
        assert list(work.astray()) == []
