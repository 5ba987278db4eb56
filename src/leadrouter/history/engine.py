"""Engines of patterns: the port, and what happens when one fails or disagrees with the reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

from attrs import frozen

from leadrouter.errors import LeadRouterError
from leadrouter.history.reading import Reading
from leadrouter.history.reference import evaluate
from leadrouter.history.signals import Signals

Report: TypeAlias = Callable[[str, Mapping[str, Any]], None]
"""Called with the name of an event and its details."""


class EngineError(LeadRouterError, RuntimeError):
    """An engine of patterns that could not answer; the reference answers instead."""


class Engine(Protocol):
    """Evaluates the patterns of the pack that it was made for. Its answers are those of the reference."""

    def evaluate(self, reading: Reading) -> Mapping[str, bool | None]:
        """Return what each pattern is, None where it is unknown.

        Raises:
            EngineError: it could not answer; the next call may.
        """


@frozen
class Watch:
    """Asks an engine, and the reference where the engine fails or, with `verify`, beside it.

    Failures and disagreements are reported; what the reference says is what counts. Without an engine the
    reference is asked alone.
    """

    engine: Engine | None
    verify: bool = False

    def signals(self, reading: Reading, report: Report) -> Signals:
        """Return what the patterns say."""
        if self.engine is None:
            return Signals(evaluate(reading), reading)
        try:
            said = self.engine.evaluate(reading)
        except EngineError as error:
            report("patterns.failed", {"reason": str(error)})
            return Signals(evaluate(reading), reading)
        if self.verify:
            meant = evaluate(reading)
            differing = [name for name, value in meant.items() if said.get(name) is not value]
            if differing:
                report("patterns.disagreed", {"patterns": differing})
                said = meant
        return Signals(said, reading)
