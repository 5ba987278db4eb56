"""What a rule pack says of one lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from attrs import define, evolve

from leadrouter.facts import read_facts
from leadrouter.history.past import History
from leadrouter.history.signals import Signals
from leadrouter.rulepack.pack import CheckedPack
from leadrouter.rulepack.rule import Rule
from leadrouter.vocabulary import Vocabulary

Beside: TypeAlias = tuple[CheckedPack, tuple[Rule | None, ...], tuple[Rule, ...], Signals | None]
"""What stands beside the rules that decided: the pack, the rules of derived facts, those of tags, the signals."""


@define(eq=False, repr=False, init=False)
class Outcome:
    """The class and the route of a lead, and the rules that gave them.

    A value: nothing of it can be set. What costs time is worked out when it is read, and the
    function of an index fills in the parts itself, which spares the call of an `__init__`.
    `_beside` is in most packs the same for every lead, and then made once.
    """

    _beside: Beside
    _given: dict[str, Any]
    _classified: Rule
    _routed: Rule
    _facts: dict[str, Any] | None

    @classmethod
    def of(
        cls,
        pack: CheckedPack,
        given: Mapping[str, Any],
        decided: Mapping[str, tuple[Rule, ...]],
        sensed: Signals | None = None,
        facts: dict[str, Any] | None = None,
    ) -> Outcome:
        """Return the outcome of rules that decided, by table; only a derived fact may have none.

        `facts` are the typed ones, where what was given does not give them.
        """
        outcome = cls()
        outcome._given, outcome._facts = dict(given), facts
        derived = tuple(next(iter(decided[table.name]), None) for _, table in pack.computed())
        outcome._beside = pack, derived, decided["tag"], sensed
        (outcome._classified,), (outcome._routed,) = decided["classify"], decided["route"]
        return outcome

    @classmethod
    def recorded(
        cls,
        pack: CheckedPack,
        given: Mapping[str, Any],
        rules: Mapping[str, str],
        tag_rules: Iterable[str],
        sensed: Signals | None = None,
    ) -> Outcome:
        """Return the outcome of rules that are known to have decided, by their ids, whatever is left of the facts."""
        ids = {table.name: frozenset({rules[table.name]} if table.name in rules else ()) for table in pack.tables}
        ids["tag"] = frozenset(tag_rules)
        decided = {table.name: tuple(rule for rule in table if rule.id in ids[table.name]) for table in pack.tables}
        optional = Vocabulary.of(*(evolve(each, required=False) for each in pack.vocabulary))
        typed = read_facts(optional, given, keep_unknown=pack.keep_unknown)
        derived = {name: rule.outcome for name, table in pack.computed() for rule in decided[table.name]}
        signals = {} if sensed is None else _known(sensed.values)
        return cls.of(pack, given, decided, sensed, {**typed, **derived, **signals})

    @property
    def lead_class(self) -> str:
        """The class, one of the pack's."""
        return str(self._classified.outcome)

    @property
    def route(self) -> str:
        """The name of the route, a ladder of steps."""
        return str(self._routed.outcome)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags, each once, in the order of their rules."""
        return tuple(dict.fromkeys(str(rule.outcome) for rule in self._beside[2]))

    @property
    def rules(self) -> dict[str, str]:
        """The id of the rule that decided, by table; a derived fact that no rule gave has none."""
        found = {f"derive.{name}": rule.id for name, rule in self._derived().items()}
        return {**found, "classify": self._classified.id, "route": self._routed.id}

    @property
    def tag_rules(self) -> tuple[str, ...]:
        """The ids of the rules that added tags, in order."""
        return tuple(rule.id for rule in self._beside[2])

    @property
    def given(self) -> Mapping[str, Any]:
        """The facts as they were given, without nulls."""
        return {name: value for name, value in self._given.items() if value is not None}

    @property
    def facts(self) -> Mapping[str, Any]:
        """The typed facts, with defaults, derived facts and signals; missing ones are left out."""
        if self._facts is None:
            typed = read_facts(self.pack.vocabulary, self._given, keep_unknown=self.pack.keep_unknown)
            found = {name: rule.outcome for name, rule in self._derived().items()}
            self._facts = {**typed, **found, **_known(self.signals)}
        return dict(self._facts)

    @property
    def signals(self) -> Mapping[str, bool | None]:
        """What each pattern of the pack said of the company's past; None is unknown."""
        said = {} if self.sensed is None else self.sensed.values
        return {name: said.get(name) for name in self.pack.signals}

    @property
    def sensed(self) -> Signals | None:
        """The signals with what they were read from; None where no past was known."""
        return self._beside[3]

    @property
    def history(self) -> History | None:
        """What was known of the company's past."""
        return None if self.sensed is None else self.sensed.reading.history

    @property
    def pack(self) -> CheckedPack:
        """The pack that decided."""
        return self._beside[0]

    def deciding(self, table: str) -> Rule:
        """Return the rule that decided in a table that always decides: `classify` or `route`."""
        return self._classified if table == "classify" else self._routed

    def _derived(self) -> dict[str, Rule]:
        """Return the rule of each derived fact that has one."""
        pack, derived, _, _ = self._beside
        return {name: rule for name, rule in zip(pack.derived, derived, strict=True) if rule is not None}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Outcome):
            return NotImplemented
        return self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash((self.lead_class, self.route, tuple(self.rules.items())))

    def _parts(self) -> tuple[Any, ...]:
        return self.lead_class, self.route, self.rules, self.tag_rules, self.facts

    def __repr__(self) -> str:
        return f"Outcome(lead_class={self.lead_class!r}, route={self.route!r}, rules={self.rules!r})"


def _known(signals: Mapping[str, bool | None]) -> dict[str, bool]:
    return {name: value for name, value in signals.items() if value is not None}
