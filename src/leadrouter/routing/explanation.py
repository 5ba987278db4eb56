"""Why a rule pack decided as it did: for each table the rule, its facts, and what stood before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from leadrouter import vocabulary as v
from leadrouter.document import visible
from leadrouter.facts import write_value
from leadrouter.history.witness import tell, witnesses
from leadrouter.routing.blocked import blocked_by
from leadrouter.routing.evaluate import value_of
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.rule_pack import RulePack
from leadrouter.rulepack.rule import Rule, Table

NOTHING_KNOWN = "nothing is known of the company's past"
ERASED = "(erased)"
"""What stands for free text, and for what was concluded from it, where personal data was erased."""


@frozen(kw_only=True)
class PassedOver:
    """An earlier rule, the first of its conditions that was false, and the facts that it read.

    Where none was false, the first that was unknown: what it lacks could have made the rule hold.
    `value` is `false` or `unknown`, or `(erased)` where what is left does not tell; a missing fact is shown as `None`.
    """

    rule: str
    condition: str
    value: str
    facts: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return the same for programs."""
        return {"rule": self.rule, "condition": self.condition, "value": self.value, "facts": dict(self.facts)}


@frozen(kw_only=True)
class TableExplanation:
    """What one table gave, by which rule, from which facts, and the rules that were passed over."""

    table: str
    rule: str | None
    outcome: Any
    because: str | None
    facts: Mapping[str, Any]
    passed_over: tuple[PassedOver, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the same for programs."""
        return {
            "table": self.table,
            "rule": self.rule,
            "outcome": self.outcome,
            "because": self.because,
            "facts": dict(self.facts),
            "passed_over": [each.to_dict() for each in self.passed_over],
        }


@frozen(kw_only=True)
class SignalExplanation:
    """What a pattern concluded from the company's past, in words and by its witnesses, each with kind and instant.

    `value` is `true` or `unknown`; a pattern that is false says nothing.
    """

    signal: str
    value: str
    told: str
    witnesses: tuple[Mapping[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the same for programs."""
        held = {"signal": self.signal, "value": self.value, "told": self.told}
        return {**held, "witnesses": [dict(each) for each in self.witnesses]}


@frozen(kw_only=True)
class Explanation:
    """Why a pack decided as it did. `blocked_by` are the missing facts that could have changed it."""

    tables: tuple[TableExplanation, ...]
    signals: tuple[SignalExplanation, ...] = ()
    blocked_by: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the same for programs."""
        signals = {"signals": [each.to_dict() for each in self.signals]} if self.signals else {}
        return {"tables": [each.to_dict() for each in self.tables], **signals, "blocked_by": list(self.blocked_by)}


def explain_outcome(
    pack: RulePack, outcome: Outcome, *, personal: bool = False, is_erased: bool = False
) -> Explanation:
    """Explain an outcome of this pack.

    Free text counts as personal data: only its length is shown, unless `personal`. Where it `is_erased`,
    nobody knows whether there was any. Costs as much as there are rules before the deciding ones.
    """
    explaining = _Explaining(pack, outcome, personal, is_erased)
    return Explanation(
        tables=tuple(explaining.tables()),
        signals=tuple(_signals(pack, outcome, is_erased=is_erased)),
        blocked_by=() if is_erased else blocked_by(pack.index, outcome),
    )


def _signals(pack: RulePack, outcome: Outcome, *, is_erased: bool) -> Iterator[SignalExplanation]:
    """Explain the patterns that are not false."""
    sensed, signals = outcome.sensed, outcome.signals
    for pattern in pack.checked.patterns:
        value = signals[pattern.name]
        if sensed is None:
            yield SignalExplanation(signal=pattern.name, value="unknown", told=NOTHING_KNOWN)
        elif is_erased and value is not False:
            yield SignalExplanation(signal=pattern.name, value="unknown" if value is None else "true", told=ERASED)
        elif value is None:
            lacking = sorted(sensed.reading.lacking(pattern) - {pattern.name})
            told = f"depends on {', '.join(lacking) or 'missing facts of past events'}"
            yield SignalExplanation(signal=pattern.name, value="unknown", told=told)
        elif value:
            seen = witnesses(pattern, sensed.reading)
            yield SignalExplanation(
                signal=pattern.name,
                value="true",
                told=tell(pattern, sensed.reading, pack.index.calendar.tz),
                witnesses=tuple({"kind": each.kind, "at": each.at.isoformat()} for each in seen),
            )


@frozen
class _Explaining:
    pack: RulePack
    outcome: Outcome
    personal: bool
    is_erased: bool

    def tables(self) -> Iterator[TableExplanation]:
        checked = self.pack.checked
        facts = {**self.outcome.facts, "tags": frozenset(self.outcome.tags), "class": self.outcome.lead_class}
        types = checked.types
        rules = self.outcome.rules
        for table in checked.tables:
            if table.name == "tag":
                yield from (
                    self.tagged(table, rule, facts, types) for rule in table if rule.id in self.outcome.tag_rules
                )
            else:
                yield self.decided(table, rules.get(table.name), facts, types)

    def tagged(
        self, table: Table, rule: Rule, facts: Mapping[str, Any], types: Mapping[str, v.Type]
    ) -> TableExplanation:
        return TableExplanation(
            table=table.name,
            rule=rule.id,
            outcome=rule.outcome,
            because=rule.because,
            facts=self.shown(rule.names, facts, types),
            passed_over=(),
        )

    def decided(
        self, table: Table, winner: str | None, facts: Mapping[str, Any], types: Mapping[str, v.Type]
    ) -> TableExplanation:
        rules = list(table)
        position = next((index for index, rule in enumerate(rules) if rule.id == winner), len(rules))
        rule = rules[position] if position < len(rules) else None
        type_ = self.pack.checked.derived.get(table.name.removeprefix("derive."), v.Text())
        return TableExplanation(
            table=table.name,
            rule=winner,
            outcome=None if rule is None else write_value(type_, rule.outcome),
            because=None if rule is None else rule.because,
            facts={} if rule is None else self.shown(rule.names, facts, types),
            passed_over=tuple(self.passed(earlier, facts, types) for earlier in rules[:position]),
        )

    def passed(self, rule: Rule, facts: Mapping[str, Any], types: Mapping[str, v.Type]) -> PassedOver:
        calendar = self.pack.index.calendar
        demands = [(demand, value_of(demand.root, facts, calendar)) for demand in rule.demands]
        unmet = [each for each in demands if self.is_erased or each[1] is not True]
        demand, value = next((each for each in unmet if each[1] is False), unmet[0])
        unknown = ERASED if self.is_erased else "unknown"
        return PassedOver(
            rule=rule.id,
            condition=demand.text,
            value="false" if value is False else unknown,
            facts=self.shown(demand.names, facts, types),
        )

    def shown(self, names: frozenset[str], facts: Mapping[str, Any], types: Mapping[str, v.Type]) -> dict[str, Any]:
        return {name: self.show(types[name], facts.get(name)) for name in sorted(names)}

    def show(self, type_: v.Type, value: Any) -> Any:
        if self.is_erased and isinstance(type_, v.Text):
            return ERASED
        if value is None:
            return None
        if isinstance(type_, v.Text) and not self.personal:
            return f"({len(value)} characters)"
        return write_value(type_, value)


def fact_text(value: Any) -> str:
    """Say a fact for people, as it is written and on one line; a set by its words.

    >>> fact_text(["lathe", "press"]), fact_text([]), fact_text("90000 RUB")
    ('lathe, press', 'none', '90000 RUB')
    """
    return visible(", ".join(value) or "none" if isinstance(value, list) else str(value))
