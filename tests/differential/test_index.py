"""The index and the reference, which it replaces, give the same answers."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from leadrouter.errors import FactsError
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.rule_pack import RulePack
from tests.bench.packs import make_leads, make_rules, pack_text
from tests.pack_strategies import GeneratedPack, leads, packs


def answer(decide: Callable[[Mapping[str, Any]], Outcome], facts: Any) -> Any:
    """Return everything that an answer says, or the faults for which there is none."""
    try:
        outcome = decide(facts)
    except FactsError as error:
        return str(error), error.raw
    return outcome, outcome.lead_class, outcome.route, outcome.rules, outcome.tag_rules, outcome.facts, outcome.given


def parse(generated: GeneratedPack) -> RulePack:
    return RulePack.parse(generated.text, include=generated.include)


@settings(max_examples=150)
@given(packs(), st.data())
def test_decide_is_evaluate(generated: GeneratedPack, data: st.DataObject) -> None:
    """For every pack and every lead, right or wrong, the index says what the reference says."""
    pack = parse(generated)
    for _ in range(6):
        facts = data.draw(leads(generated, pack.vocabulary))
        assert answer(pack.decide, facts) == answer(pack.evaluate, facts)


@settings(max_examples=30)
@given(packs(), st.data())
def test_every_mapping_is_taken_alike(generated: GeneratedPack, data: st.DataObject) -> None:
    """What holds the facts does not matter, and they stay as they were."""
    pack = parse(generated)
    facts = data.draw(leads(generated, pack.vocabulary))
    before = dict(facts)
    said = answer(pack.decide, facts)
    assert facts == before
    for other in (MappingProxyType(facts), UserDict(facts)):
        assert answer(pack.decide, other)[:1] == answer(pack.evaluate, other)[:1] == said[:1]


@settings(max_examples=30)
@given(packs(), st.data())
def test_what_the_vocabulary_does_not_name_is_refused_or_kept_alike(
    generated: GeneratedPack, data: st.DataObject
) -> None:
    """Unknown fields are refused by both, or carried along by both."""
    text = data.draw(st.sampled_from(("", "unknown_fields: keep\n"))) + generated.text
    pack = RulePack.parse(text, include=generated.include)
    facts = {**data.draw(leads(generated, pack.vocabulary)), "utm": ["a"]}
    assert answer(pack.decide, facts) == answer(pack.evaluate, facts)


def test_a_thousand_rules_are_decided_alike() -> None:
    """A large pack, with masks of many words, is decided as rule after rule would decide it."""
    rules = make_rules(1_000)
    pack = RulePack.parse(pack_text(rules))
    for facts in make_leads(rules, 60):
        assert pack.decide(facts) == pack.evaluate(facts)


def test_threads_share_a_pack() -> None:
    """Any number of threads decide with one pack, each as if it were alone."""
    rules = make_rules(100)
    pack = RulePack.parse(pack_text(rules))
    facts = make_leads(rules, 200)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(pack.decide, facts)) == [pack.evaluate(each) for each in facts]
