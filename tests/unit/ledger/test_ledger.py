"""The laws of the port, held by every ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from leadrouter import LedgerError
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.ledger.ledger import Entry, Noted, Refused
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


NOTED = Noted(
    key="crm:1", company="ural", contact="anna", kind="deal_won", at="2026-03-02T09:00:00.000000+00:00", payload="{}"
)


def at(hour):
    return f"2026-03-02T{hour:02}:00:00.000000+00:00"


def past(ledger, company="ural", since=0, until=23, most=100):
    with ledger.transaction() as work:
        return [each.key for each in work.past(company, at(since), at(until), most)]


def test_an_event_is_noted_once_for_its_kind_and_key(ledger):
    """The first note stays and is returned; another kind under the same key is another event."""
    changed = evolve(NOTED, payload='{"x": 1}', at=at(11))
    with ledger.transaction() as work:
        assert work.note(NOTED) == NOTED
        assert work.note(changed) == NOTED
    with ledger.transaction() as work:
        assert work.note(changed) == NOTED
        assert work.note(evolve(changed, kind="visit")) == evolve(changed, kind="visit")
        assert work.past("ural", at(0), at(23), 9) == (NOTED, evolve(changed, kind="visit"))


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
