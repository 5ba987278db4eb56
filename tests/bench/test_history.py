"""The benchmark of patterns compares like with like."""

from __future__ import annotations

import pytest

from leadrouter.history.reference import evaluate

from .history import FACTS, PATTERNS, pack_of, pasts_of

pytest.importorskip("durable_rules_engine")

from leadrouter.adapters.durable import DurableEngine


@pytest.mark.parametrize("patterns", PATTERNS)
def test_both_engines_answer_alike_and_not_always_the_same(patterns: int) -> None:
    """Nothing is unknown, and most patterns are true of some pasts and false of others."""
    pack = pack_of(patterns)
    engine = DurableEngine(pack.checked)
    readings = [pack.reading(FACTS, past) for past in pasts_of(20)]
    answers = [evaluate(reading) for reading in readings]
    assert [engine.evaluate(reading) for reading in readings] == answers
    assert {value for answer in answers for value in answer.values()} == {True, False}
    assert sum(len({answer[name] for answer in answers}) == 2 for name in pack.checked.signals) * 2 > patterns
