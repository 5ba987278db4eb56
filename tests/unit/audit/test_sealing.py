"""A log is sealed by itself: once an hour, or after ten thousand events."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadrouter import Lead, Router
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.audit import sealing
from leadrouter.audit.sealing import seal_in_time
from leadrouter.audit.verify import verify
from leadrouter.ledger.memory import MemoryLedger
from tests.small import AT, small_router
from tests.unit.ledger.conftest import LEDGERS
from tests.unit.ledger.test_outbox import ORGANISATION, PACK

HOUR = timedelta(hours=1)


def seals(router) -> list[tuple[int, str]]:
    with router.ledger.reading() as work:
        return [(seal.upto, seal.at) for seal in work.seals()]


def test_a_tick_seals_what_was_not_sealed_for_an_hour():
    """The first at once, the next one after an hour, and none where nothing has happened since."""
    router = small_router()
    router.tick(at=AT)
    assert seals(router) == []
    router.route(Lead(id="1"), at=AT)
    router.tick(at=AT)
    assert seals(router) == [(2, AT.isoformat())]
    router.route(Lead(id="2"), at=AT)
    router.tick(at=AT + HOUR - timedelta(microseconds=1))
    router.tick(at=AT - HOUR)
    assert len(seals(router)) == 1
    router.tick(at=AT + HOUR)
    router.tick(at=AT + 9 * HOUR)
    assert seals(router)[1:] == [(4, (AT + HOUR).isoformat())]


@pytest.mark.parametrize("kind", sorted(LEDGERS))
def test_a_tick_seals_what_it_does_itself(kind, tmp_path):
    """What is due happens before the seal, in each ledger: nothing of it can be cut off unseen."""
    router = Router(PACK, ORGANISATION, LEDGERS[kind](tmp_path))
    router.route(Lead(id="1", facts={"amount": 1}), at=AT)
    assert [event.name for event in router.tick(at=AT + HOUR)] == ["lead.expired", "lead.offered"]
    assert seals(router) == [(4, (AT + HOUR).isoformat())]
    with router.ledger.reading() as work:
        assert work.log()[-1].number == 4
        assert verify(work).is_sound
    router.tick(at=AT + HOUR)
    assert len(seals(router)) == 1
    router.close()


@pytest.fixture(params=sorted(LEDGERS))
def ticked(request, tmp_path):
    """A router whose ticks have told something at once, soon after, and after an hour: the log was sealed twice."""
    router = Router(PACK, ORGANISATION, LEDGERS[request.param](tmp_path))
    for hours in (0, 0.5, 1.5):
        at = AT + hours * HOUR
        router.route(Lead(id=str(hours), facts={"amount": 1}), at=at)
        assert "lead.expired" in [event.name for event in router.tick(at=at + timedelta(minutes=10))]
    assert len(seals(router)) == 2
    yield router
    router.close()


def without(ledger, condition):
    """Take seals out of a ledger behind its back: those with these places in order."""
    with ledger.transaction() as work:
        gone = [seal for place, seal in enumerate(work.seals()) if condition(place)]
        for seal in gone:
            if isinstance(ledger, MemoryLedger):
                work.books.seals.remove(seal)
            elif isinstance(ledger, SqliteLedger):
                work.connection.execute("DELETE FROM seal WHERE upto = ?", (seal.upto,))
            else:
                work.session.connection.execute("DELETE FROM leadrouter.seal WHERE upto = $1", (seal.upto,))


def findings(router):
    with router.ledger.reading() as work:
        return [str(each) for each in verify(work).findings]


@pytest.mark.parametrize(("condition", "event"), [(lambda _: True, 3), (lambda place: place == 1, 14)])
def test_seals_that_ticks_have_made_are_missed(ticked, condition, event):
    """Whoever takes them away, all or the last ones, is found out, also by the seals that are made afterwards."""
    missing = f"log: was sealed by the tick that told event {event}, and that seal is missing"
    assert findings(ticked) == []
    without(ticked.ledger, condition)
    assert findings(ticked) == [missing]
    ticked.tick(at=AT + 9 * HOUR)
    assert missing in findings(ticked)


def test_a_log_whose_ticks_have_told_nothing_may_have_no_seal():
    """Nobody can tell whether there was one: what is not known is not said."""
    router = Router(PACK, ORGANISATION, MemoryLedger())
    router.route(Lead(id="1", facts={"amount": 1}), at=AT)
    assert router.tick(at=AT) == ()
    without(router.ledger, lambda _: True)
    assert findings(router) == []


def test_many_events_are_sealed_sooner(monkeypatch):
    """Ten thousand of them, however little time has passed."""
    assert sealing.MOST_EVENTS == 10_000
    monkeypatch.setattr(sealing, "MOST_EVENTS", 3)
    ledger = MemoryLedger()
    router = small_router(ledger)
    for number in range(4):
        router.route(Lead(id=str(number)), at=AT)
        with ledger.transaction() as work:
            seal_in_time(work, AT)
    assert [upto for upto, _ in seals(router)] == [2, 6]
