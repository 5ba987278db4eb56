"""The laws of the port, held by every ledger."""

from __future__ import annotations

import pytest
from attrs import evolve

from leadrouter import LedgerError
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.ledger.ledger import Entry, Refused
from leadrouter.ledger.memory import MemoryLedger

ENTRY = Entry(lead_id="ab12", key="call:1", digest="d", payload="{}", record="{}", at="2026-03-02T09:00:00+00:00")
REFUSED = Refused(key="call:2", payload="{}", reason="LR401", at="2026-03-02T09:00:00+00:00")


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request, tmp_path):
    """Each kind of ledger, empty."""
    opened = MemoryLedger() if request.param == "memory" else SqliteLedger(str(tmp_path / "leads.db"))
    yield opened
    opened.close()


def test_what_was_added_is_found(ledger):
    """An entry is found by its key, inside its transaction and after it."""
    with ledger.transaction() as work:
        assert work.find("call:1") is None
        work.add(ENTRY)
        assert work.find("call:1") == ENTRY
    with ledger.transaction() as work:
        assert work.find("call:1") == ENTRY
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


def test_a_key_is_taken_once(ledger):
    """Adding under a taken key raises, and nothing of the transaction is kept."""
    with ledger.transaction() as work:
        work.add(ENTRY)
    with pytest.raises((ValueError, LedgerError), match=r"(?i)taken|unique"), ledger.transaction() as work:  # noqa: PT012  # one unit of work
        work.advance("head(a)", "anna")
        work.add(evolve(ENTRY, lead_id="other"))
    with ledger.transaction() as work:
        assert work.last("head(a)") is None
    assert ledger.entries() == (ENTRY,)


def test_a_transaction_that_raises_leaves_nothing(ledger):
    """Entries, turns, refusals and texts of a failed transaction are gone."""
    with pytest.raises(KeyError), ledger.transaction() as work:  # noqa: PT012  # one unit of work
        work.add(ENTRY)
        work.advance("head(a)", "anna")
        work.refuse(REFUSED)
        work.keep("digest", "text")
        raise KeyError
    assert (ledger.entries(), ledger.refused(), ledger.text("digest")) == ((), (), None)


def test_turns_advance(ledger):
    """The last turn of a destination is the one noted last, in this transaction or an earlier one."""
    with ledger.transaction() as work:
        assert work.last("head(a)") is None
        work.advance("head(a)", "anna")
        work.advance("head(a)", "boris")
        assert work.last("head(a)") == "boris"
    with ledger.transaction() as work:
        assert (work.last("head(a)"), work.last("head(b)")) == ("boris", None)


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
    assert (ledger.text("digest"), ledger.text("other")) == ("pack: demo", None)
