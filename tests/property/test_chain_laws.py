"""The chain and its seals: whatever is done to a sealed log is seen, and nothing is seen where nothing was done."""

from __future__ import annotations

from datetime import UTC, datetime

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrouter.event import Event
from leadrouter.ledger.chain import NOTHING, Kept, broken, linked, subject_of
from leadrouter.ledger.memory import MemoryLedger

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@st.composite
def ledgers(draw):
    """Draw a ledger in which things have happened to some subjects, sealed now and then and at the end."""
    ledger = MemoryLedger()
    count = draw(st.integers(1, 12))
    with ledger.transaction() as work:
        for number in range(count):
            lead_id = draw(st.sampled_from(["a", "b", None]))
            details = {"person": draw(st.sampled_from(["anna", "boris"])), "number": number}
            version = number + 1 if lead_id else 0
            work.append(Event(name="something", lead_id=lead_id, at=AT, version=version, details=details))
            if draw(st.booleans()):
                work.seal(AT)
        work.seal(AT)
        return work.log(), work.seals()


def forged(log):
    """Return the log with numbers and hashes made anew, as whoever knows the chain would."""
    ends, out = {}, []
    for number, kept in enumerate(log, start=1):
        subject = subject_of(kept.event)
        ends[subject] = linked(ends.get(subject, NOTHING), kept.event.to_json())
        out.append(Kept(number=number, event=kept.event, hash=ends[subject]))
    return out


def changed(draw, log):
    """Return the log with one event changed, removed, told twice or told later."""
    place, log = draw(st.integers(0, len(log) - 1)), list(log)
    match draw(st.sampled_from(["change", "remove", "twice", "later"])):
        case "change":
            event = evolve(log[place].event, details={**log[place].event.details, "number": -1})
            log[place] = evolve(log[place], event=event)
        case "remove":
            del log[place]
        case "twice":
            log.insert(place, log[place])
        case "later":
            log.append(log.pop(place))
    return log


@given(ledgers())
@settings(max_examples=50)
def test_a_log_that_nobody_touched_is_whole(kept):
    """However often it was sealed; and as much of it as a seal covers, with the seals up to there."""
    log, seals = kept
    assert broken(log, seals) == ()
    for number, seal in enumerate(seals, start=1):
        assert broken(log[: seal.upto], seals[:number]) == ()


@given(ledgers(), st.data())
@settings(max_examples=100)
def test_whatever_is_done_to_a_sealed_log_is_seen(kept, data):
    """Also where all hashes are made anew afterwards, so that every chain is whole: the seals say otherwise.

    What comes after the last seal may be anything that follows.
    """
    log, seals = kept
    other = changed(data.draw, log)
    if [each.event for each in other[: len(log)]] != [each.event for each in log]:
        assert broken(other, seals)
        assert broken(forged(other), seals)
        assert broken(forged(other), ()) == ()


@given(ledgers(), st.data())
@settings(max_examples=50)
def test_a_seal_cannot_be_moved_left_out_or_dated_otherwise(kept, data):
    """Each follows the one before it, and says when it was made."""
    log, seals = kept
    place = data.draw(st.integers(0, len(seals) - 1))
    seal = seals[place]
    dated = evolve(seal, at="2026-03-02T09:00:01+00:00")
    assert broken(log, (*seals[:place], dated, *seals[place + 1 :]))
    if place + 1 < len(seals):
        assert broken(log, (*seals[:place], *seals[place + 1 :]))
    if seal.upto > 1:
        assert broken(log, (*seals[:place], evolve(seal, upto=seal.upto - 1), *seals[place + 1 :]))
