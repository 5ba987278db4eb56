"""The engine on durable-rules and the reference give the same answers."""

from __future__ import annotations

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from leadrouter.history.reference import evaluate
from tests.history_strategies import facts, histories, packs, readings

pytest.importorskip("durable_rules_engine")

from leadrouter.adapters.durable import DurableEngine

EACH = 10
"""Histories for each pack that is drawn: a thousand in the normal run, fifty thousand in the nightly one."""


@settings(max_examples=settings().max_examples)
@given(st.data())
def test_the_engine_is_the_reference(data: st.DataObject) -> None:
    """Every pattern is true, false or unknown alike: at borders of windows, at equal instants, with facts missing."""
    pack = data.draw(packs())
    engine = DurableEngine(pack.checked)
    for _ in range(EACH):
        reading = data.draw(readings(pack))
        meant = evaluate(reading)
        for pattern in pack.checked.patterns:
            event(f"{type(pattern).__name__} is {meant[pattern.name]}")
        assert engine.evaluate(reading) == meant


@settings(max_examples=settings().max_examples // 2)
@given(st.data())
def test_decide_is_evaluate_with_signals(data: st.DataObject) -> None:
    """Both evaluators of rules see the same signals, by the reference and as the engine gave them."""
    pack = data.draw(packs(asked=True))
    given_facts, history = data.draw(facts()), data.draw(st.none() | histories())
    outcome = pack.decide(given_facts, history=history)
    assert pack.evaluate(given_facts, history=history) == outcome
    assert pack.evaluate(given_facts, history=history).signals == outcome.signals
    if outcome.sensed is not None:
        assert pack.decide(given_facts, outcome.sensed) == outcome
