"""Patterns on durable-rules, inside the subset of it that is safe.

The C module alone is used. It crashes, hangs or answers wrongly outside a narrow discipline, which this
module keeps: docs/explanation/durable-rules.md says what it is and why. What the discipline asks of the
rules is in `compile_patterns`, what it asks of the calls is in `_RuleSet`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from threading import Lock
from typing import Any
from weakref import finalize

from attrs import define, field

from leadrouter.adapters.durable_columns import View
from leadrouter.adapters.durable_rules import Program, compile_patterns
from leadrouter.history.engine import EngineError
from leadrouter.history.reading import Reading
from leadrouter.history.reference import evaluate
from leadrouter.rulepack.pack import CheckedPack

MOST_FACTS = 60
"""A company with more events in the pack's longest window is left to the reference, which costs less there."""

MOST_REBUILDS = 100
"""An engine that has failed so often stays silent: what it drops cannot be freed."""

_SID = "0"


def is_available() -> bool:
    """Say whether durable-rules can be imported: it is built from source, and not for Python 3.13 and later."""
    try:
        import durable_rules_engine  # noqa: F401  # whether it can be
    except ImportError:
        return False
    return True


@define(eq=False)
class DurableEngine:
    """The patterns of one pack as durable-rules rule sets.

    Any number of threads may share it; one lock lets them in one at a time. A forked child makes rule sets of
    its own. A company with more than `MOST_FACTS` events is answered by the reference.

    Raises:
        ImportError: durable-rules cannot be imported.
    """

    pack: CheckedPack
    _api: Any = field(init=False, repr=False)
    _here: _Process = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        import durable_rules_engine

        self._api = durable_rules_engine
        self._here = self._process()

    def evaluate(self, reading: Reading) -> Mapping[str, bool | None]:
        """Return what each pattern is, None where it is unknown.

        Raises:
            EngineError: durable-rules failed; what failed is dropped and made anew at the next call.
        """
        if len(reading.events) > MOST_FACTS:
            return evaluate(reading)
        here = self._here
        if here.pid != os.getpid():
            here = self._here = self._process()
        with here.lock:
            sure = _fired(here.rule_sets, View(reading, is_possible=False))
            open_ones = [each for each in self.pack.patterns if each.name not in sure and reading.is_unsure(each)]
            possible = _fired(here.rule_sets, View(reading, is_possible=True)) if open_ones else set()
        return {name: True if name in sure else None if name in possible else False for name in self.pack.signals}

    def _process(self) -> _Process:
        """Make what a process needs; its rule sets are freed with the engine."""
        here = _Process(os.getpid(), tuple(_RuleSet(self._api, each) for each in compile_patterns(self.pack)))
        finalize(self, here.free).atexit = False
        return here


@define(eq=False)
class _Process:
    """The rule sets of one process, behind one lock."""

    pid: int
    rule_sets: tuple[_RuleSet, ...]
    lock: Lock = field(factory=Lock, init=False)

    def free(self) -> None:
        """Free the rule sets where they were made; a forked child leaves those of its parent alone."""
        for each in self.rule_sets if self.pid == os.getpid() else ():
            each.free()


def _fired(rule_sets: tuple[_RuleSet, ...], view: View) -> set[str]:
    """Return the names of the patterns whose rules fired."""
    return {name for each in rule_sets for name in each.run(view)}


@define(eq=False)
class _RuleSet:
    """One rule set of the C module, made when it is first needed and dropped when anything goes wrong.

    INVARIANT: between two runs it holds no state, so that a single state is ever alive.
    """

    api: Any
    program: Program
    number: int | None = None
    built: int = 0

    def run(self, view: View) -> list[str]:
        """Assert the events, this one last, and return the names of the patterns that fired."""
        try:
            number = self._made()
            fired = self._fire(number, self.program.facts(view))
            self.api.delete_state(number, _SID)
            return [self.program.patterns[rule] for rule in fired]
        except BaseException as error:
            self.number = None  # its state is unknown; it may neither be used nor freed
            if isinstance(error, EngineError) or not isinstance(error, Exception):
                raise
            raise EngineError(f"durable-rules failed: {error!r}") from error

    def free(self) -> None:
        """Free the rule set; one that was dropped is left alone."""
        number, self.number = self.number, None
        if number is not None:
            self.api.delete_ruleset(number)

    def _made(self) -> int:
        """Return the rule set, warmed: a state that no action ever ran in cannot be deleted safely."""
        if self.number is None:
            if self.built > MOST_REBUILDS:
                raise EngineError(f"durable-rules failed {MOST_REBUILDS} times and is asked no more")
            self.built += 1
            number = int(self.api.create_ruleset("patterns", self.program.text))
            if self._fire(number, [self.program.warming]) != [self.program.warm]:
                raise EngineError("durable-rules does not run a rule as simple as can be")
            self.api.delete_state(number, _SID)
            self.number = number
        return self.number

    def _fire(self, number: int, facts: list[str]) -> list[str]:
        """Assert facts and return the names of the rules that fire."""
        offset = 0
        for fact in facts:
            code, offset = self.api.assert_fact(number, fact)
            if code not in (0, 1):
                raise EngineError(f"durable-rules refused an event with code {code}")
        fired: list[str] = []
        started = self.api.start_action_for_state(number, offset)
        message = None if started is None else started[1]
        while message is not None:
            fired.append(message[2 : message.index('"', 2)])
            message = self.api.complete_and_start_action(number, offset)
        return fired
