"""The tables of a pack: rules as written, checked in the scope of their stage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from attrs import define, evolve, field, frozen

from leadrouter import vocabulary as v
from leadrouter.destination import Department, Head, Owner, Person, Pool, parse_destination
from leadrouter.errors import Fault, did_you_mean
from leadrouter.facts import read_value
from leadrouter.refusal import Refusal
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.condition import Condition, Scope, check_condition
from leadrouter.rulepack.expression import Value
from leadrouter.rulepack.rule import Rule, Table
from leadrouter.rulepack.syntax import Problem
from leadrouter.rulepack.written import Fetch, Place, RuleReader, Section, WrittenRule, report
from leadrouter.span import Span

_KEYS = {"tag": "tag", "classify": "class", "route": "to", "transfer": "to"}


@frozen
class Derivation:
    """A derived fact as written."""

    name: str
    type: v.Type
    rules: Section
    where: Span


@define(kw_only=True)
class TableReader:
    """Reads the tables of one pack in the order of their stages, each in the scope of its stage.

    Conditions on fields that were `refused` are not checked: the field's own fault is enough.
    """

    words: v.Vocabulary
    derivations: tuple[Derivation, ...]
    hours: frozenset[str]
    classes: tuple[str, ...]
    routes: frozenset[str]
    signals: tuple[str, ...]
    refused: frozenset[str]
    fetch: Fetch
    warnings: list[Fault] = field(factory=list)
    _ids: dict[str, str] = field(factory=dict)

    def read(
        self, tag: list[Section], classify: list[Section], route: list[Section], transfer: list[Section]
    ) -> tuple[Table, ...]:
        """Return all tables, checked; the last is that of transfers."""
        optional = {each.name for each in self.words if not each.required and each.default is None}
        scope = Scope(
            types={each.name: each.type for each in (*self.words, *self.derivations)},
            optional=optional | {each.name for each in self.derivations},
            hours=self.hours,
            later=frozenset({"class", "tags", *self.signals}),
        )
        tables = self._derive(scope)
        scope = evolve(
            scope,
            types={**scope.types, **dict.fromkeys(self.signals, v.Bool())},
            optional={*scope.optional, *self.signals},
            later=frozenset({"class", "tags"}),
        )
        tables.append(self._table("tag", tag, scope, _tag))
        if any(rule.outcome == "" for rule in tables[-1]):
            self.refused |= {"tags"}
        tags = v.EnumSet(tuple(dict.fromkeys(str(rule.outcome) for rule in tables[-1])))
        scope = evolve(scope, types={**scope.types, "tags": tags}, later=frozenset({"class"}))
        tables.append(self._table("classify", classify, scope, _one_of(self.classes, "class", "LR307")))
        scope = evolve(scope, types={**scope.types, "class": v.Enum(self.classes)}, later=frozenset())
        tables.append(self._table("route", route, scope, _one_of(self.routes, "route", "LR310")))
        self._warn_unused(tables[-1], route)
        tables.append(self._table("transfer", transfer, scope, _holder))
        return tuple(tables)

    def _derive(self, scope: Scope) -> list[Table]:
        """Return the tables of derived facts, each after those that it reads; a circle is refused."""
        written = {
            each.name: list(self._written(f"derive.{each.name}", [each.rules], scope, _typed(each.type)))
            for each in self.derivations
        }
        graph = {
            name: sorted({read for rule in rules for read in rule.names} & written.keys())
            for name, rules in written.items()
        }
        try:
            order = list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            circle = list(reversed(error.args[1]))
            first = next(each for each in self.derivations if each.name == circle[0])
            message = f"derived facts go in a circle: {' → '.join(circle)}"
            fix = "derive one of them from the lead's own facts"
            first.rules.document.fault("LR305", message, first.where, fix)
            order = list(written)
        return [self._checked(f"derive.{name}", written[name], scope) for name in order]

    def _table(self, name: str, sections: list[Section], scope: Scope, outcome: Callable[[object], Value]) -> Table:
        return self._checked(name, self._written(name, sections, scope, outcome), scope)

    def _written(
        self, table: str, sections: list[Section], scope: Scope, outcome: Callable[[object], Value]
    ) -> Iterator[WrittenRule]:
        key = _KEYS.get(table, "then")
        reader = RuleReader(table=table, key=key, outcome=outcome, scope=scope, refused=self.refused, fetch=self.fetch)
        return reader.rules(sections)

    def _checked(self, table: str, written: Iterable[WrittenRule], scope: Scope) -> Table:
        rules: list[Rule] = []
        default: str | None = None
        for each in written:
            rule = self._rule(each, table, len(rules) + 1, scope)
            if default is not None:
                message = f"rule `{rule.id}` stands behind the default `{default}` and is never asked"
                each.document.fault("LR303", message, each.where, "move the default to the end")
            elif each.is_default and table != "tag":
                default = rule.id
            rules.append(rule)
        return Table(table, tuple(rules))

    def _rule(self, written: WrittenRule, table: str, position: int, scope: Scope) -> Rule:
        """Check a rule's conditions in the scope of its stage."""
        document = written.document
        rule_id = f"{table.removeprefix('derive.')}-{position}" if written.id is None else written.id
        if not rule_id.strip():
            document.fault("LR105", "the rule's id is empty", written.where, "give it a name of its own")
        elif rule_id in self._ids:
            fix = f"it is taken in table `{self._ids[rule_id]}`"
            document.fault("LR312", f"rule id `{rule_id}` is used twice", written.where, fix)
        self._ids[rule_id] = table
        conditions: list[Condition] = []
        warnings: list[tuple[Problem, Place]] = []
        for expression, place in written.conditions:
            if self.refused and self.refused & e.names(expression):
                continue
            checked, problems, warned = check_condition(expression, scope)
            report(document, problems, place)
            warnings += [(each, place) for each in warned]
            if checked is not None:
                conditions.append(checked)
        if warnings:
            self._warn(warnings, written)
        return Rule(
            id=rule_id,
            when=tuple(conditions),
            outcome="" if written.outcome is None else written.outcome,
            because=written.because,
            where=written.where,
        )

    def _warn(self, warnings: list[tuple[Problem, Place]], written: WrittenRule) -> None:
        """Record warnings of missing facts, but for those that the rule asks for with `known`."""
        asked = {
            f"ask `known({argument.name})` beside it"
            for expression, _ in written.conditions
            for call in e.walk(expression)
            if isinstance(call, e.Call) and call.function == "known"
            for argument in call.arguments
            if isinstance(argument, e.Name)
        }
        for each, place in warnings:
            if each.fix not in asked:
                self.warnings.append(Fault(code=each.code, message=each.message, where=place(*each.at), fix=each.fix))

    def _warn_unused(self, table: Table, sections: list[Section]) -> None:
        taken = {rule.outcome for rule in table}
        for section in sections[-1:]:
            for name in sorted(self.routes - taken):
                message, where = f"no rule leads to route `{name}`", section.document.span(section.node)
                self.warnings.append(Fault(code="LR322", message=message, where=where, fix="remove it, or add a rule"))


def _typed(type_: v.Type) -> Callable[[object], Value]:
    def value(raw: object) -> Value:
        try:
            typed: Value | None = read_value(type_, raw)
        except Refusal as refusal:
            raise Refusal(str(refusal), refusal.fix, "LR304") from None
        if typed is None:
            raise Refusal("a derived fact needs a value", f"give {type_}", "LR304")
        return typed

    return value


def _tag(raw: object) -> str:
    tag = str(raw)
    if not tag or tag != tag.strip():
        raise Refusal(f"tag `{tag}` is empty or has spaces around it", "use a plain word", "LR304")
    return tag


def _holder(raw: object) -> str:
    """Return where clients can pass to, in its one spelling."""
    to = parse_destination(str(raw))
    if not isinstance(to, Department | Head | Person | Pool | Owner):
        forms = "department(…), head(…), person(…), pool(…), owner"
        raise Refusal(f"no client can pass to `{raw}`", f"one of {forms}", "LR850")
    return str(to)


def _one_of(names: Collection[str], what: str, code: str) -> Callable[[object], str]:
    def known(raw: object) -> str:
        if names and raw not in names:  # where there are none, that is the fault
            raise Refusal(f"unknown {what} `{raw}`", did_you_mean(str(raw), names), code)
        return str(raw)

    return known
