"""The log's chain, seals and positions, on every ledger."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from attrs import evolve

from leadrouter.event import Event
from leadrouter.ledger.chain import NOTHING, broken, linked, subject_of

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROUTED = Event(name="lead.routed", lead_id="a", at=AT, version=1)
OTHER = evolve(ROUTED, lead_id="b")
PAUSED = Event(name="person.paused", lead_id=None, at=AT, details={"person": "anna"})
WON = Event(name="lead.won", lead_id="a", at=AT, version=2)
TOLD = (ROUTED, OTHER, PAUSED, WON)


@pytest.fixture
def told(ledger):
    """A ledger in which four things have happened, three of them sealed."""
    with ledger.transaction() as work:
        for event in TOLD[:3]:
            work.append(event)
        work.seal(AT)
    with ledger.transaction() as work:
        work.append(WON)
    return ledger


def read(ledger):
    with ledger.reading() as work:
        return work.log(), work.seals()


def test_events_are_numbered_and_chained_by_subject(told):
    """Numbers count from 1; a hash covers the event before it of the same subject, and no other."""
    log, seals = read(told)
    assert [(kept.number, kept.event) for kept in log] == list(enumerate(TOLD, 1))
    firsts = [linked(NOTHING, event.to_json()) for event in TOLD[:3]]
    assert [kept.hash for kept in log] == [*firsts, linked(firsts[0], WON.to_json())]
    assert [(seal.upto, seal.at) for seal in seals] == [(3, AT.isoformat())]
    assert broken(log, seals) == ()


def test_the_log_is_read_in_pieces(told):
    """A piece begins after a number and ends at a limit."""
    with told.reading() as work:
        assert [kept.number for kept in work.log(1)] == [2, 3, 4]
        assert [kept.number for kept in work.log(1, 2)] == [2, 3]
        assert work.log(4) == ()


def test_a_seal_covers_what_the_last_one_did_not(told):
    """Sealing again with nothing new does nothing; seals are chained."""
    with told.transaction() as work:
        assert work.seal(AT).upto == 4
        assert work.seal(AT) is None
    log, seals = read(told)
    assert [seal.upto for seal in seals] == [3, 4]
    assert broken(log, seals) == ()


def test_what_a_failed_transaction_appended_is_in_no_chain(told):
    """Events, seals and positions of a transaction that raises are gone; their numbers are given again."""
    before = read(told)
    with pytest.raises(KeyError), told.transaction() as work:  # noqa: PT012  # one unit of work
        work.append(evolve(WON, name="lead.lost", version=3))
        work.seal(AT)
        work.put_position("crm", 4)
        raise KeyError
    assert read(told) == before
    with told.transaction() as work:
        assert work.position("crm") == 0
        work.append(evolve(WON, name="lead.credited", version=3))
    log, seals = read(told)
    assert [kept.number for kept in log] == [1, 2, 3, 4, 5]
    assert broken(log, seals) == ()


def test_a_changed_event_is_seen(told):
    """Whoever changes an event breaks the chain there."""
    log, seals = read(told)
    forged = [evolve(log[0], event=evolve(ROUTED, details={"route": "mine"})), *log[1:]]
    assert broken(forged, seals) == ("event 1 (lead.routed) does not follow the one before it of lead:a",)


def test_a_removed_lead_is_seen_by_the_seal(told):
    """A lead taken out with all its events leaves every chain whole, and the seal broken."""
    log, seals = read(told)
    without = [kept for kept in log if kept.event.lead_id != "b"]
    assert broken(without, ()) == ()
    assert broken(without, seals) == (f"the events 1 to 3 are not those that were sealed at {AT.isoformat()}",)


def test_a_position_never_moves_back(told):
    """A consumer's position is its own, begins at 0 and only grows."""
    with told.transaction() as work:
        assert work.position("crm") == 0
        work.put_position("crm", 3)
        work.put_position("crm", 2)
        work.put_position("mail", 1)
    with told.reading() as work:
        assert (work.position("crm"), work.position("mail")) == (3, 1)


@pytest.mark.parametrize(
    ("details", "subject"),
    [
        ({"person": "anna", "pool": "x"}, "person:anna"),
        ({"pool": "department(sales)"}, "pool:department(sales)"),
        ({"company": "c1"}, "company:c1"),
        ({"person": None}, "house"),
    ],
)
def test_an_event_of_no_lead_is_about_a_person_a_pool_or_a_company(details, subject):
    """The first of them that is named; the whole house where none is."""
    assert subject_of(Event(name="x", lead_id=None, at=AT, details=details)) == subject


def test_what_no_ledger_can_have_kept_follows_nothing(told):
    """Half a surrogate pair behind the back of a ledger is found, and does not stop the search."""
    log, seals = read(told)
    planted = evolve(log[2], event=evolve(PAUSED, details={"person": "anna", "reason": "\ud800"}))
    found = broken((*log[:2], planted, *log[3:]), seals)
    assert found == ("event 3 (person.paused) does not follow the one before it of person:anna",)
