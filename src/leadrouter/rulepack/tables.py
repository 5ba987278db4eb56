"""The tables of a pack: from their YAML or CSV to checked rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

import yaml
from attrs import define, field, frozen

from leadrouter import vocabulary as v
from leadrouter.document import Document, Node, Text
from leadrouter.errors import Fault, did_you_mean
from leadrouter.facts import Refusal, read_value
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.condition import Condition, Scope, check_condition
from leadrouter.rulepack.expression import Value
from leadrouter.rulepack.rule import Rule, Table
from leadrouter.rulepack.sheet import Cell, Row, cell_expression, read_rows
from leadrouter.rulepack.syntax import Problem, parse_expression
from leadrouter.span import Span

_OUTCOMES = {"tag": "tag", "classify": "class", "route": "to"}


@frozen
class RawTable:
    """A table as written: its name and its sections, each with its file."""

    name: str
    parts: list[tuple[Document, Node]]


@frozen
class Derivation:
    """A derived fact as written."""

    name: str
    type: v.Type
    document: Document
    node: Node
    where: Span


@frozen
class _Written:
    """A rule before its conditions are checked."""

    id: str | None
    texts: list[tuple[e.Expression, Callable[[int, int], Span]]]
    outcome: Value | None
    because: str | None
    is_default: bool
    where: Span
    document: Document


@define(kw_only=True)
class TableReader:
    """Reads the tables of one pack in the order of their stages, each in the scope of its stage."""

    words: v.Vocabulary
    hours: frozenset[str]
    classes: tuple[str, ...]
    routes: frozenset[str]
    fetch: Callable[[Document, Node, str], tuple[str, str] | None]
    warnings: list[Fault]
    derived: list[Derivation] = field(factory=list)
    _ids: dict[str, str] = field(factory=dict)

    def read(self, derivations: list[Derivation], tag: RawTable, classify: RawTable, route: RawTable) -> tuple[Table, ...]:
        """Return all tables, checked."""
        self.derived = derivations
        facts = {**{each.name: each.type for each in self.words}, **{each.name: each.type for each in derivations}}
        optional = {each.name for each in self.words if not each.required and each.default is None}
        optional |= {each.name for each in derivations}
        tables = []
        for each in derivations:
            scope = Scope(facts, optional, self.hours, frozenset({"class", "tags"}))
            raw = RawTable(f"derive.{each.name}", [(each.document, each.node)])
            tables.append(self.table(raw, scope, lambda value, type_=each.type: _typed(type_, value)))  # type: ignore[misc]  # bound now
        scope = Scope(facts, optional, self.hours, frozenset({"class", "tags"}))
        tables.append(self.table(tag, scope, lambda value: str(value)))
        tags = v.EnumSet(tuple(dict.fromkeys(str(rule.outcome) for rule in tables[-1])))
        facts = {**facts, "tags": tags}
        scope = Scope(facts, optional, self.hours, frozenset({"class"}))
        tables.append(self.table(classify, scope, lambda value: _known(value, "class", self.classes, "LR307")))
        scope = Scope({**facts, "class": v.Enum(self.classes)}, optional, self.hours)
        tables.append(self.table(route, scope, lambda value: _known(value, "route", self.routes, "LR310")))
        self.warn_unused(tables[-1], route)
        return tuple(tables)

    def warn_unused(self, table: Table, raw: RawTable) -> None:
        taken = {rule.outcome for rule in table}
        for name in sorted(self.routes - taken):
            if raw.parts:
                document, node = raw.parts[-1]
                self.warnings.append(Fault(code="LR322", message=f"no rule leads to route `{name}`", where=document.span(node), fix="remove it, or add a rule"))

    def table(self, raw: RawTable, scope: Scope, outcome: Callable[[Any], Value]) -> Table:
        rules: list[Rule] = []
        default: str | None = None
        for written in self.written(raw, outcome):
            rule = self.rule(written, raw.name, len(rules) + 1, scope)
            if default is not None:
                written.document.fault("LR303", f"rule `{rule.id}` stands behind the default `{default}` and is never asked", written.where, "move the default to the end")
            if written.is_default and raw.name != "tag":
                default = rule.id
            rules.append(rule)
        return Table(raw.name, tuple(rules))

    def written(self, raw: RawTable, outcome: Callable[[Any], Value]) -> Iterator[_Written]:
        key = _OUTCOMES.get(raw.name, "then")
        for document, node in raw.parts:
            items = [node] if isinstance(node, yaml.MappingNode) else document.items(node, f"table `{raw.name}`")
            for item in items:
                if isinstance(item, yaml.MappingNode) and [k.value for k, _ in item.value] == ["csv"]:
                    yield from self.sheet(document, item.value[0][1], key, outcome)
                else:
                    found = self.listed(document, item, key, raw.name, outcome)
                    if found is not None:
                        yield found

    def listed(
        self, document: Document, node: Node, key: str, table: str, outcome: Callable[[Any], Value]
    ) -> _Written | None:
        """Read a rule written in YAML."""
        required = (key,) if key == "then" else ("rule", key)
        before = len(document.faults)
        entries = document.entries(node, f"a rule of `{table}`", known=("rule", "when", "default", key, "because"), required=required)
        if not entries:
            return None
        is_default = document.flag(entries["default"], "`default`") if "default" in entries else False
        if is_default == ("when" in entries) and len(document.faults) == before:
            fix = "keep one of them" if is_default else "add `when:`, or `default: true`"
            document.fault("LR311", "a rule has either `when` or `default: true`", node, fix)
        return _Written(
            id=document.word(entries["rule"], "`rule`") if "rule" in entries else None,
            texts=list(self.conditions(document, entries["when"])) if "when" in entries else [],
            outcome=_outcome(document, entries[key], outcome) if key in entries else None,
            because=document.word(entries["because"], "`because`") if "because" in entries else None,
            is_default=is_default,
            where=document.span(node),
            document=document,
        )

    def conditions(self, document: Document, node: Node) -> Iterator[tuple[e.Expression, Callable[[int, int], Span]]]:
        nodes = document.items(node, "`when`") if isinstance(node, yaml.SequenceNode) else [node]
        if isinstance(node, yaml.SequenceNode) and not nodes:
            document.fault("LR201", "an empty list of conditions", node, "write `default: true`")
        for each in nodes:
            text = document.text(each, "`when`") if not isinstance(each, yaml.MappingNode) else None
            if text is None:
                if isinstance(each, yaml.MappingNode):
                    document.fault("LR106", "`when` must be a condition", each, "put the whole condition in quotes: when: 'a == \"b\"'")
                continue
            parsed, problems = parse_expression(text.value)
            _report(document, problems, text.span)
            if parsed is not None:
                yield parsed, text.span

    def sheet(self, document: Document, node: Node, key: str, outcome: Callable[[Any], Value]) -> Iterator[_Written]:
        """Read the rules of a CSV decision table."""
        path = document.word(node, "`csv`")
        found = None if path is None else self.fetch(document, node, path)
        if found is None:
            return
        rows, faults = read_rows(found[1], found[0])
        document.faults.extend(faults)
        for row in rows:
            if key not in row.cells or "rule" not in row.cells:
                document.fault("LR105", f"the table lacks the column `rule` or `{key}`", row.where, "add it to the heading")
                return
            yield self.row(document, row, key, outcome)

    def row(self, document: Document, row: Row, key: str, outcome: Callable[[Any], Value]) -> _Written:
        texts: list[tuple[e.Expression, Callable[[int, int], Span]]] = []
        for column, cell in row.cells.items():
            if column not in ("rule", key, "because"):
                texts.extend(_cell(document, column, cell))
        because = row.cells["because"].text if "because" in row.cells else ""
        cell = row.cells[key]
        value: Value | None = None
        try:
            value = outcome(cell.text)
        except Refusal as refusal:
            document.fault(refusal.code, str(refusal), cell.where, refusal.fix)
        return _Written(
            id=row.cells["rule"].text or None,
            texts=texts,
            outcome=value,
            because=because or None,
            is_default=not texts,
            where=row.where,
            document=document,
        )

    def rule(self, written: _Written, table: str, position: int, scope: Scope) -> Rule:
        """Check a rule's conditions in the scope of its stage."""
        document = written.document
        id = written.id or (f"{table.partition('.')[2]}-{position}" if table.startswith("derive.") else f"{table}-{position}")
        if id in self._ids:
            document.fault("LR312", f"rule id `{id}` is used twice", written.where, f"it is taken in table `{self._ids[id]}`")
        self._ids[id] = table
        conditions: list[Condition] = []
        warnings: list[tuple[Problem, Callable[[int, int], Span]]] = []
        asked: set[str] = set()
        for expression, place in written.texts:
            checked, problems, warned = check_condition(expression, scope)
            _report(document, problems, place)
            warnings += [(each, place) for each in warned]
            asked |= {argument.name for call in e.walk(expression) if isinstance(call, e.Call) and call.function == "known" for argument in call.arguments if isinstance(argument, e.Name)}
            if checked is not None:
                conditions.append(checked)
        for each, place in warnings:
            if not any(f"`known({name})`" in (each.fix or "") for name in asked):
                self.warnings.append(Fault(code=each.code, message=each.message, where=place(*each.at), fix=each.fix))
        return Rule(id=id, when=tuple(conditions), outcome="" if written.outcome is None else written.outcome, because=written.because, where=written.where)


def in_order(derivations: list[Derivation], reader: TableReader) -> list[Derivation]:
    """Return derived facts so that each comes after those that it reads; a circle is refused."""
    by_name = {each.name: each for each in derivations}
    graph = {each.name: sorted(_reads(each) & by_name.keys()) for each in derivations}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        first = by_name[circle[0]]
        first.document.fault("LR305", f"derived facts go in a circle: {' → '.join(circle)}", first.where, "derive one of them from the lead's own facts")
        return derivations
    return [by_name[name] for name in order]


def _reads(derivation: Derivation) -> set[str]:
    """The names in a derivation's conditions, before anything is checked."""
    found: set[str] = set()
    if not isinstance(derivation.node, yaml.SequenceNode):
        return found
    for rule in derivation.node.value:
        for key, value in rule.value if isinstance(rule, yaml.MappingNode) else ():
            nodes = value.value if isinstance(value, yaml.SequenceNode) else [value]
            for node in nodes if key.value == "when" else ():
                parsed, _ = parse_expression(node.value) if isinstance(node, yaml.ScalarNode) else (None, [])
                found |= set() if parsed is None else e.names(parsed)
    return found


def _cell(document: Document, column: str, cell: Cell) -> Iterator[tuple[e.Expression, Callable[[int, int], Span]]]:
    where = cell.where
    if column == "when":
        if cell.text not in ("", "-"):
            parsed, problems = parse_expression(cell.text)
            _report(document, problems, lambda start, end: Span(where.source, where.start + start, where.start + end))
            if parsed is not None:
                yield parsed, lambda start, end: Span(where.source, where.start + start, where.start + end)
        return
    try:
        expression = cell_expression(column, cell)
    except ValueError as error:
        document.fault("LR313", str(error), where, "write `a, b`, `>= 5`, `not a`, `known`, `missing` or `-`")
        return
    if expression is not None:
        yield expression, lambda start, end: where


def _report(document: Document, problems: list[Problem], place: Callable[[int, int], Span]) -> None:
    for each in problems:
        document.fault(each.code, each.message, place(*each.at), each.fix)


def _outcome(document: Document, node: Node, outcome: Callable[[Any], Value]) -> Value | None:
    try:
        return outcome(document.data(node))
    except Refusal as refusal:
        document.fault(refusal.code, str(refusal), node, refusal.fix)
        return None


def _typed(type_: v.Type, raw: object) -> Value:
    value: Value | None = read_value(type_, raw)
    if value is None:
        raise Refusal("a derived fact needs a value", f"give {type_}", "LR304")
    return value


def _known(value: object, what: str, names: Mapping[str, Any] | tuple[str, ...] | frozenset[str], code: str) -> str:
    if not isinstance(value, str) or value not in names:
        raise Refusal(f"unknown {what} `{value}`", did_you_mean(str(value), names), code)
    return value
