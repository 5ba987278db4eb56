"""A rule pack that can decide."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from attrs import field, frozen

from leadrouter.errors import Fault
from leadrouter.facts import read_facts
from leadrouter.history.past import History
from leadrouter.history.reading import Reading
from leadrouter.history.signals import Signals, sense
from leadrouter.routing.evaluate import NO_SIGNALS, evaluate
from leadrouter.routing.index import Decide, Index
from leadrouter.routing.outcome import Outcome
from leadrouter.rulepack.format import format_pack
from leadrouter.rulepack.pack import CheckedPack
from leadrouter.rulepack.parse import Include, parse_pack
from leadrouter.vocabulary import Vocabulary


@frozen(slots=False, eq=False)
class RulePack:
    """Rules that are loaded together: checked, compiled and ready to decide.

    Immutable; any number of threads may share it.

    >>> pack = RulePack.parse('''
    ... pack: demo
    ... vocabulary: {amount: {money: RUB}}
    ... classify:
    ...   - {rule: large, when: amount >= 3_000_000, class: complex}
    ...   - {rule: rest, default: true, class: mass}
    ... route: [{rule: all, default: true, to: desk}]
    ... routes: {desk: [{to: head(sales)}]}
    ... ''')
    >>> outcome = pack.decide({"amount": "4 200 000 ₽"})
    >>> outcome.lead_class, outcome.rules["classify"]
    ('complex', 'large')
    """

    checked: CheckedPack = field(repr=False)
    index: Index = field(repr=False)
    decide: Decide = field(repr=False)
    """Decide a lead by its facts, a mapping from field names to values as JSON or a form gives them.

    `history` is what the company did before; without it every pattern is unknown. What another engine
    said of the patterns may stand in its place.

    Raises `FactsError` with every fault of the facts. Costs a few microseconds, hardly more for ten
    thousand rules than for ten.
    """

    @classmethod
    def parse(cls, text: str, *, source: str = "pack.yaml", include: Include | None = None) -> RulePack:
        """Read, check and compile a pack.

        Args:
            text: the pack in YAML.
            source: the name that faults give as their place.
            include: what reads the files that the pack names; without it such a pack is refused.

        Raises:
            PackError: with every fault, each with its place and its fix; nothing is loaded.
        """
        checked = parse_pack(text, source, include)
        index = Index.of(checked)
        return cls(checked, index, index.decider())

    def evaluate(self, facts: Mapping[str, Any], history: History | Signals | None = None) -> Outcome:
        """Decide by the reference: rule after rule. The answer is that of `decide`, later.

        Raises:
            FactsError: with every fault of the facts.
        """
        typed = read_facts(self.vocabulary, facts, keep_unknown=self.checked.keep_unknown)
        signals = sense(self.checked, typed, history) if self.checked.patterns else None
        decided = evaluate(self.checked, typed, NO_SIGNALS if signals is None else signals.values)
        return Outcome.of(self.checked, facts, decided, signals)

    def reading(self, facts: Mapping[str, Any], history: History) -> Reading:
        """Return a company's past as the patterns of this pack see it, for an engine of patterns.

        Raises:
            Refusal: a fact of the lead is not of its type.
        """
        return Reading.of(self.checked, facts, history)

    @property
    def name(self) -> str:
        """What the pack calls itself."""
        return self.checked.name

    @property
    def vocabulary(self) -> Vocabulary:
        """The fields that a lead may bring."""
        return self.checked.vocabulary

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that leads can have."""
        return self.checked.classes

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What is allowed and still worth a look."""
        return self.checked.warnings

    @cached_property
    def canonical(self) -> str:
        """The pack's canonical text, in one file; parsing it gives the same pack."""
        return format_pack(self.checked)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the canonical text: what two packs have in common that are equal."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RulePack) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)
