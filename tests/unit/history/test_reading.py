"""A past as patterns see it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from leadrouter.history.past import History, PastEvent
from leadrouter.history.reading import window
from leadrouter.refusal import Refusal
from tests.history_strategies import HOUR, NOW, pack_of
from tests.pack_text import parse

TWO = "  - {pattern: two, at_least: 2, of: big, within: 2h}"


def test_facts_are_typed_and_only_those_that_patterns_read():
    """A past event brings what its facts are to the pack of today; a default stands in for what it lacks."""
    pack = parse(
        "vocabulary: {amount: {money: RUB}, hot: {type: bool, default: true}, note: text}",
        "streams: {big: 'amount > 5 and hot'}",
        "patterns: [{pattern: two, at_least: 2, of: big, within: 2h}]",
    )
    facts = {"amount": "7 000 ₽", "note": "secret", "gone": 1}
    event = PastEvent(kind="request", at=NOW - HOUR, facts=facts)
    past, arriving = pack.reading({"amount": None, "hot": False}, History(at=NOW, events=(event,))).events
    assert (past.facts, past.age, past.value("note")) == ({"amount": Decimal(7000), "hot": True}, HOUR, None)
    assert (arriving.facts, arriving.kind, arriving.age) == ({"hot": False}, "request", timedelta())


def test_a_fact_of_the_lead_that_does_not_fit_is_refused():
    """It would have been refused on the way in; nothing is guessed here."""
    with pytest.raises(Refusal):
        pack_of(TWO).reading({"amount": "a lot"}, History(at=NOW))


def test_members_are_worked_out_once():
    """Any number of patterns may watch a stream for the price of one."""
    pack = pack_of(TWO)
    events = [PastEvent(kind="request", at=NOW, facts=facts) for facts in ({"amount": 2}, {"amount": 1}, {})]
    reading = pack.reading({"amount": 3}, History(at=NOW, events=events))
    assert reading.members("big") == (True, False, None, True)
    assert reading.members("big") is reading.members("big")


def test_what_to_ask_are_the_lead_s_own_facts_or_the_pattern():
    """The past cannot be asked again; the caller can."""
    pack = pack_of(TWO)
    [pattern] = pack.checked.patterns
    assert pack.reading({}, History(at=NOW)).lacking(pattern) == {"amount"}
    assert pack.reading({"amount": 2}, History(at=NOW)).lacking(pattern) == {"two"}


def test_what_is_kept_shows_no_contact():
    """Contacts become numbers, the same for the same person, in the order of the events."""
    pack = pack_of("  - {pattern: people, different: contact, at_least: 2, of: request, within: 2h}")
    people = ("boris@plant.example", None, "anna@plant.example", "boris@plant.example")
    events = [PastEvent(kind="request", at=NOW, contact=contact) for contact in people]
    kept = pack.reading({}, History(at=NOW, events=events, contact="anna@plant.example")).kept()
    assert ([each.contact for each in kept.events], kept.contact) == (["1", None, "2", "1"], "2")


def test_a_window_is_closed_at_its_older_end():
    """An event exactly so old is in it."""
    pack = pack_of(TWO)
    events = [PastEvent(kind="request", at=NOW - age) for age in (2 * HOUR, HOUR)]
    reading = pack.reading({}, History(at=NOW, events=events))
    assert [window(reading.events, age) for age in (HOUR, 2 * HOUR, HOUR / 2)] == [range(1, 3), range(3), range(2, 3)]
