"""Rules as they are written, in YAML or CSV, before their conditions are checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import yaml
from attrs import frozen

from leadrouter.document import Document, Node
from leadrouter.errors import did_you_mean
from leadrouter.refusal import Refusal
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.condition import Scope
from leadrouter.rulepack.expression import Value
from leadrouter.rulepack.sheet import ANY, cell_expression
from leadrouter.rulepack.syntax import Problem, parse_expression
from leadrouter.sheet import Cell, Row, Sheet, read_sheet
from leadrouter.span import Span

Place: TypeAlias = Callable[[int, int], Span]
"""Given a stretch of a condition's text, return where it was written."""

Fetch: TypeAlias = Callable[[Document, Node, str], tuple[str, str] | None]
"""Return the name and the text of another file of the pack; None where there was a fault."""


@frozen
class Section:
    """A part of a table, with the file that it stands in."""

    document: Document
    node: Node


@frozen(kw_only=True)
class WrittenRule:
    """A rule before its conditions are checked."""

    id: str | None
    conditions: tuple[tuple[e.Expression, Place], ...]
    outcome: Value | None
    because: str | None
    is_default: bool
    where: Span
    document: Document

    @property
    def names(self) -> frozenset[str]:
        """What the conditions read, known or not."""
        return frozenset().union(*(e.names(expression) for expression, _ in self.conditions))


@frozen(kw_only=True)
class RuleReader:
    """Reads the rules of one table; faults go to the documents.

    `key` names the outcome in a rule, `outcome` types it or refuses it. Fields that were `refused`
    have had their fault.
    """

    table: str
    key: str
    outcome: Callable[[object], Value]
    scope: Scope
    refused: frozenset[str]
    fetch: Fetch

    def rules(self, sections: Iterable[Section]) -> Iterator[WrittenRule]:
        """Yield the rules of all sections in order."""
        for document, node in ((section.document, section.node) for section in sections):
            fix = "list its rules, or name a sheet: {csv: rules.csv}"
            items = [node] if _csv(node) else document.items(node, f"table `{self.table}`", fix=fix)
            for item in items:
                path = _csv(item)
                if path is not None:
                    yield from self._sheet(document, path)
                else:
                    yield from self._listed(document, item)

    def _listed(self, document: Document, node: Node) -> Iterator[WrittenRule]:
        """Read a rule written in YAML."""
        key = self.key
        before = len(document.faults)
        known = ("rule", "when", "default", key, "because")
        entries = document.entries(node, f"a rule of `{self.table}`", known=known, required=self._required)
        if not entries:
            return
        is_default = document.flag(entries["default"], "`default`") if "default" in entries else False
        if is_default == ("when" in entries) and len(document.faults) == before:
            fix = "keep one of them" if is_default else "add `when:`, or `default: true`"
            document.fault("LR311", "a rule has either `when` or `default: true`", node, fix)
        yield WrittenRule(
            id=document.word(entries["rule"], "`rule`") if "rule" in entries else None,
            conditions=tuple(conditions_of(document, entries["when"])) if "when" in entries else (),
            outcome=self._given(document, entries[key]) if key in entries else None,
            because=document.word(entries["because"], "`because`") if "because" in entries else None,
            is_default=is_default and "when" not in entries,
            where=document.span(node),
            document=document,
        )

    def _given(self, document: Document, node: Node) -> Value | None:
        raw = document.data(node) if self.key == "then" else document.word(node, f"`{self.key}`")
        return None if raw is None and self.key != "then" else self._typed(document, raw, node)

    def _typed(self, document: Document, raw: object, where: Node | Span) -> Value | None:
        try:
            return self.outcome(raw)
        except Refusal as refusal:
            document.fault(refusal.code, str(refusal), where, refusal.fix)
            return None

    def _sheet(self, document: Document, node: Node) -> Iterator[WrittenRule]:
        """Read the rules of a CSV decision table."""
        path = document.word(node, "`csv`")
        found = None if path is None else self.fetch(document, node, path)
        if found is None:
            return
        sheet, faults = read_sheet(found[1], found[0])
        document.faults.extend(faults)
        if sheet is not None and self._has_columns(document, sheet):
            for row in sheet.rows:
                yield self._row(document, row)

    def _has_columns(self, document: Document, sheet: Sheet) -> bool:
        """Refuse a heading that lacks what a table needs, or that names no field."""
        types = self.scope.types
        for column in self._required:
            if column not in sheet.heading.cells:
                fix = _missed(column, list(sheet.heading.cells))
                document.fault("LR105", f"the table lacks the column `{column}`", sheet.heading.where, fix)
                return False
        for column, cell in sheet.heading.cells.items():
            if not column or column in types or column in self._own or column in self.refused:
                continue
            if column in self.scope.later:
                fix = "stages run in order: derive, patterns, tag, classify, route"
                document.fault("LR219", f"`{column}` is not known yet at this stage", cell.where, fix)
            else:
                fix = did_you_mean(column, {*types, *self._own})
                document.fault("LR211", f"unknown field `{column}`", cell.where, fix)
        return True

    @property
    def _required(self) -> tuple[str, ...]:
        """What every rule says; those of derived facts may go without an id."""
        return (self.key,) if self.key == "then" else ("rule", self.key)

    @property
    def _own(self) -> tuple[str, ...]:
        """The columns of a sheet that are no fields."""
        return ("rule", "when", self.key, "because")

    def _row(self, document: Document, row: Row) -> WrittenRule:
        said = (self.key, "rule", "because")
        asked = {name: cell for name, cell in row.cells.items() if name not in said and cell.text not in ANY}
        conditions = [each for name, cell in asked.items() for each in self._cell(document, name, cell)]
        named, because, outcome = row.cells.get("rule"), row.cells.get("because"), row.cells[self.key]
        return WrittenRule(
            id=named.text if named is not None and (named.text or self.key != "then") else None,
            conditions=tuple(conditions),
            outcome=self._typed(document, outcome.text, outcome.where),
            because=None if because is None or not because.text else because.text,
            is_default=not asked,
            where=row.where,
            document=document,
        )

    def _cell(self, document: Document, column: str, cell: Cell) -> Iterator[tuple[e.Expression, Place]]:
        """Yield the condition in a cell; a column that is no field has had its fault."""
        if column == "when":
            yield from _parsed(document, cell.text, _inside(cell))
        elif column in self.scope.types:
            try:
                expression = cell_expression(column, cell.text, self.scope.types[column])
            except ValueError as error:
                fix = error.fix if isinstance(error, Refusal) else None
                usage = "write `a, b`, `>= 5`, `not a`, `known`, `missing` or `-`"
                document.fault("LR313", str(error), cell.where, fix or usage)
            else:
                yield expression, lambda _start, _end: cell.where


def report(document: Document, problems: Iterable[Problem], place: Place) -> None:
    """Record what is wrong in a condition, each at its place."""
    for each in problems:
        document.fault(each.code, each.message, place(*each.at), each.fix)


def _missed(column: str, heading: list[str]) -> str:
    """Say what to do about a column that a table lacks: spreadsheets like capitals and tabs."""
    if any("\t" in each for each in heading):
        return "save it with commas or semicolons between the columns, not with tabs"
    is_in_capitals = column in (each.casefold() for each in heading)
    return f"write `{column}` in small letters" if is_in_capitals else "add it"


def is_sheet(node: Node) -> bool:
    """Say whether a table, or an item of it, is `{csv: …}`."""
    return _csv(node) is not None


def _csv(node: Node) -> Node | None:
    """Return the file name of `{csv: …}`; None where a node says something else."""
    if isinstance(node, yaml.MappingNode) and len(node.value) == 1 and node.value[0][0].value == "csv":
        file: Node = node.value[0][1]
        return file
    return None


def conditions_of(document: Document, node: Node) -> Iterator[tuple[e.Expression, Place]]:
    """Yield the conditions under a `when`, one or a list of them, each with what finds its place."""
    each_holds = isinstance(node, yaml.SequenceNode)
    nodes = document.items(node, "`when`") if each_holds else [node]
    if not nodes:
        document.fault("LR201", "an empty list of conditions", node, "write `default: true`")
    for each in nodes:
        if isinstance(each, yaml.MappingNode):
            fix = "put the whole condition in quotes: when: 'a == \"b\"'"
            document.fault("LR106", "`when` must be a condition", each, fix)
            continue
        text = document.text(each, "`when`")
        if text is not None:
            yield from _parsed(document, text.value, text.span)


def _parsed(document: Document, text: str, place: Place) -> list[tuple[e.Expression, Place]]:
    parsed, problems = parse_expression(text)
    report(document, problems, place)
    return [] if parsed is None else [(parsed, place)]


def _inside(cell: Cell) -> Place:
    """Return what finds a part of a cell's text where it is written, perhaps with its quotes doubled."""
    where, text = cell.where, cell.text
    written = where.source.text[where.start : where.end]
    first = where.start + len(written) - len(written.lstrip())
    more = 0 if written.strip() == text else 1

    def place(start: int, end: int) -> Span:
        begin, stop = (first + at + more * text.count('"', 0, at) for at in (start, end))
        return Span(where.source, begin, stop)

    return place
