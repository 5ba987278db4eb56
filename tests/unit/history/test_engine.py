"""An engine is asked, and the reference where it fails."""

from __future__ import annotations

import pytest

from leadrouter.history.engine import EngineError, Watch
from leadrouter.history.past import History
from leadrouter.history.signals import Signals, sense
from tests.history_strategies import NOW, pack_of

PACK = pack_of(
    "  - {pattern: two, at_least: 2, of: request, within: 2h}",
    "  - {pattern: one, at_least: 1, of: request, within: 2h}",
)
MEANT = {"two": False, "one": True}


class Fake:
    """Says what it is told to say."""

    def __init__(self, said):
        self.said = said

    def evaluate(self, _reading):
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


@pytest.fixture
def reading():
    return PACK.reading({}, History(at=NOW))


def ask(watch, reading):
    reports = []
    signals = watch.signals(reading, lambda name, details: reports.append((name, dict(details))))
    assert signals.reading is reading
    return dict(signals.values), reports


def test_without_an_engine_the_reference_answers(reading):
    """As it does for batches, and wherever durable-rules cannot be imported."""
    assert ask(Watch(None, verify=True), reading) == (MEANT, [])


def test_an_engine_answers_alone(reading):
    """What it says counts; nobody looks over its shoulder."""
    other = {"two": True, "one": True}
    assert ask(Watch(Fake(other)), reading) == (other, [])


def test_a_failure_is_reported_and_answered_by_the_reference(reading):
    """It loses nothing."""
    reports = [("patterns.failed", {"reason": "code 303"})]
    assert ask(Watch(Fake(EngineError("code 303"))), reading) == (MEANT, reports)
    assert ask(Watch(Fake(EngineError("code 303")), verify=True), reading) == (MEANT, reports)


def test_a_disagreement_is_reported_and_the_reference_counts(reading):
    """With `verify` both are asked; the patterns that differ are named."""
    assert ask(Watch(Fake(MEANT), verify=True), reading) == (MEANT, [])
    wrong = {"two": None, "one": True}
    assert ask(Watch(Fake(wrong), verify=True), reading) == (MEANT, [("patterns.disagreed", {"patterns": ["two"]})])


def test_signals_are_sensed_from_a_history_or_taken_as_they_are():
    """Nothing known of the past is not the same as a past that is known to be empty."""
    assert sense(PACK.checked, {}, None) is None
    signals = sense(PACK.checked, {}, History(at=NOW))
    assert isinstance(signals, Signals)
    assert dict(signals.values) == MEANT
    assert sense(PACK.checked, {}, signals) is signals
