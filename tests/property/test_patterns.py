"""Laws of patterns: unknown is honest, windows are windows, and what is kept is enough to say it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from leadrouter.document import Document
from leadrouter.history.past import History, PastEvent
from leadrouter.history.reading import Reading
from leadrouter.history.reference import evaluate
from leadrouter.history.witness import tell, witnesses
from leadrouter.routing.rule_pack import RulePack
from leadrouter.rulepack.pattern import MOST_EVENTS, longest
from leadrouter.rulepack.schema import pack_schema
from tests.history_strategies import NOW, facts, histories, packs, past_events, readings

few = settings(max_examples=40)
SCHEMA = Draft202012Validator(pack_schema())
COMPLETE: dict[str, st.SearchStrategy[Any]] = {
    "amount": st.sampled_from((0, 1, 2, 3)),
    "signed": st.sampled_from((-2, 0, 1)),
    "count": st.integers(-2, 3),
    "hot": st.booleans(),
}


def data_of(text: str) -> Any:
    """Return a pack as an editor's schema sees it."""
    document = Document.read(text, "pack.yaml")
    assert document.root is not None
    return document.data(document.root)


def completed(data: st.DataObject, given_facts: dict[str, Any]) -> dict[str, Any]:
    """Give every fact that is missing some value; one that cannot be read is missing."""
    kept = {name: value for name, value in given_facts.items() if value is not None and name in COMPLETE}
    if kept.get("amount") == "5 USD":
        del kept["amount"]
    return {name: kept[name] if name in kept else data.draw(values) for name, values in COMPLETE.items()}


@settings(max_examples=80)
@given(st.data())
def test_what_is_known_stays_so_whatever_the_missing_facts_are(data: st.DataObject) -> None:
    """A pattern that is true or false is so for every value of what is missing, and without it it is never unknown."""
    pack = data.draw(packs())
    own, history = data.draw(facts()), data.draw(histories())
    said = evaluate(pack.reading(own, history))
    events = tuple(
        evolve(each, facts=completed(data, dict(each.facts)), contact=each.contact or data.draw(st.sampled_from("ab")))
        for each in history.events
    )
    whole = History(at=history.at, events=events, contact=history.contact or data.draw(st.sampled_from("ab")))
    then = evaluate(pack.reading(completed(data, own), whole))
    assert None not in then.values()
    assert all(value is None or then[name] is value for name, value in said.items())


@few
@given(st.data())
def test_only_the_window_counts(data: st.DataObject) -> None:
    """What is older than the longest window of the pack, or later than the lead, changes nothing."""
    pack = data.draw(packs())
    own, history = data.draw(facts()), data.draw(histories())
    older = [evolve(data.draw(past_events()), at=NOW - longest(pack.checked.patterns) - timedelta(microseconds=1))]
    later = [evolve(data.draw(past_events()), at=NOW + timedelta(microseconds=1))]
    more = evolve(history, events=(*later, *history.events, *older))
    assert evaluate(pack.reading(own, more)) == evaluate(pack.reading(own, history))


@few
@given(st.data())
def test_the_order_of_the_ledger_counts_between_equal_instants_only(data: st.DataObject) -> None:
    """Events may be given in any order that keeps those of one instant in theirs."""
    pack = data.draw(packs())
    own, history = data.draw(facts()), data.draw(histories())
    instants = data.draw(st.permutations(sorted({each.at for each in history.events})))
    others = tuple(each for at in instants for each in history.events if each.at == at)
    assert evaluate(pack.reading(own, evolve(history, events=others))) == evaluate(pack.reading(own, history))


@few
@given(st.data())
def test_what_is_kept_is_read_as_it_was(data: st.DataObject) -> None:
    """The history that is kept with a decision gives the same signals again, through JSON, and keeping it keeps it."""
    pack = data.draw(packs())
    own, history = data.draw(facts()), data.draw(histories())
    reading = pack.reading(own, history)
    kept = reading.kept()
    again = pack.reading(own, History.from_json(kept.to_json()))
    assert evaluate(again) == evaluate(reading)
    assert again.kept().to_json() == kept.to_json()


@few
@given(st.data())
def test_witnesses_are_enough(data: st.DataObject) -> None:
    """Where nothing of a pattern is unknown, its witnesses and the lead alone make it true; it can be told."""
    pack = data.draw(packs())
    reading: Reading = data.draw(readings(pack))
    for pattern, value in zip(pack.checked.patterns, evaluate(reading).values(), strict=True):
        if value is not True:
            continue
        seen = witnesses(pattern, reading)
        assert tell(pattern, reading, pack.index.calendar.tz)
        assert all(timedelta() <= each.age <= pattern.within for each in seen)
        past = tuple(_given_again(each) for each in seen if each is not reading.arriving)
        own = dict(reading.arriving.facts)
        alone = pack.reading(own, History(at=reading.history.at, events=past, contact=reading.history.contact))
        assert reading.is_unsure(pattern) or evaluate(alone)[pattern.name] is True


def _given_again(seen: Any) -> PastEvent:
    return PastEvent(kind=seen.kind, at=seen.at, contact=seen.contact, facts=seen.facts)


@few
@given(st.integers(MOST_EVENTS - 2, MOST_EVENTS + 40), st.data())
def test_the_newest_events_count_and_no_more(count: int, data: st.DataObject) -> None:
    """Whatever a company did, only so many of its newest events are ever looked at."""
    pack = data.draw(packs(most=2))
    events = tuple(
        PastEvent(kind="request", at=NOW - timedelta(seconds=count - n), facts={"count": n}) for n in range(count)
    )
    reading = pack.reading({}, History(at=NOW, events=events))
    assert len(reading.events) == min(count, MOST_EVENTS) + 1
    assert reading.events[-2].at == events[-1].at


@few
@given(packs())
def test_parse_after_format_is_the_identity(pack: RulePack) -> None:
    """The canonical text of streams and patterns gives them again; formatting it changes nothing."""
    again = RulePack.parse(pack.canonical)
    assert again.checked == pack.checked
    assert (again.canonical, again.digest) == (pack.canonical, pack.digest)
    assert list(SCHEMA.iter_errors(data_of(pack.canonical))) == []
