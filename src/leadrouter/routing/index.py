"""The same answers as `evaluate`, sooner.

The masks that a lead's values select are intersected, and the first bit that remains is the first
rule that can hold; only what no single field decides is evaluated, and only for rows that remain.
The cost grows with the number of fields, hardly with that of rules.

A pack is compiled to one Python function, written out for its own fields and tables: each value is
checked and turned into its masks by one dictionary or one bisection. What does not arrive as the
vocabulary holds it (a synonym, a form's string) makes the function give up; the facts are then read
the long way, which refuses them or gives the function typed ones.

Source: T. V. Lakshman and D. Stiliadis, High-speed policy-based packet forwarding using efficient
multi-dimensional range matching, SIGCOMM 1998.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import frozen

from leadrouter import vocabulary as v
from leadrouter.errors import FactsError, Fault
from leadrouter.facts import LARGEST, Refusal, clean_text, read_facts, read_value, show
from leadrouter.routing.evaluate import value_of
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.stage import Stage, compile_stage
from leadrouter.rulepack.pack import CheckedPack
from leadrouter.rulepack.region import Cells, alternatives, cut
from leadrouter.rulepack.rule import Rule


@frozen(eq=False)
class Index:
    """A compiled pack. Immutable; any number of threads may share it."""

    pack: CheckedPack
    cells: Mapping[str, Cells]
    stages: Mapping[str, Stage]

    @classmethod
    def of(cls, pack: CheckedPack) -> Index:
        """Compile the tables of a pack."""
        types = pack.types
        ways = {table.name: [alternatives(rule, types) for rule in table] for table in pack.tables}
        cells = cut((way for each in ways.values() for way in each), types)
        for name in (*(each.name for each in pack.vocabulary), *pack.derived, "class"):
            cells.setdefault(name, Cells.of(types[name], ()))
        stages = {table.name: compile_stage(table, ways[table.name], cells) for table in pack.tables}
        return cls(pack, cells, stages)

    def decider(self) -> Callable[[Mapping[str, Any]], Outcome]:
        """Return the function that decides a lead.

        It raises `FactsError` with every fault of the facts.
        """
        writer = _Writer(self)
        writer.write()
        namespace: dict[str, Any] = dict(writer.constants)
        exec("\n".join(writer.lines), namespace)  # noqa: S102  # our own text: no word of a pack is in it
        decide: Callable[[Mapping[str, Any]], Outcome] = namespace["decide"]
        return decide


class _Writer:
    """Writes the function of one pack. Names of fields enter it as constants only."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.pack = index.pack
        self.order = [table.name for table in index.pack.tables]
        self.started: set[int] = set()
        self.lines: list[str] = []
        self.constants: dict[str, Any] = {
            "KNOWN": frozenset(each.name for each in index.pack.vocabulary).issuperset,
            "PACK": index.pack,
            "Outcome": Outcome,
            "Refusal": Refusal,
            "bisect": bisect_right,
            "read": lambda facts: read_facts(index.pack.vocabulary, facts, keep_unknown=index.pack.keep_unknown),
            "untyped": _untyped,
        }

    def put(self, line: str) -> None:
        self.lines.append(" " * 8 + line)

    def constant(self, name: str, value: Any) -> str:
        self.constants[name] = value
        return name

    def write(self) -> None:
        self.lines = ["def decide(facts, again=False):", "    try:", "        get = facts.get"]
        if not self.pack.keep_unknown:
            self.put("if not KNOWN(facts): raise KeyError")
        for position, each in enumerate(self.pack.vocabulary):
            self.field(position, each)
        winners = []
        for position, (name, _) in enumerate(self.pack.computed()):
            winners.append(self.first(position))
            self.follow(position, name)
        self.tags()
        classify, route = len(self.order) - 2, len(self.order) - 1
        winners.append(self.first(classify))
        self.follow(classify, "class")
        winners.append(self.first(route))
        self.put(f"return Outcome(PACK, facts.copy() if facts.__class__ is dict else dict(facts), ({', '.join(winners)},), tagging)")
        self.lines += [
            "    except (KeyError, TypeError, AttributeError, Refusal):",
            "        if again: raise",
            "        untyped(facts)",
            "        return decide(read(facts), True)",
        ]

    def field(self, position: int, each: v.Field) -> None:
        """Write how one fact is checked and what it selects in each table."""
        tables = [i for i, name in enumerate(self.order) if each.name in self.index.stages[name].columns]
        selected = self.selection(each.name, tables)
        cells = self.index.cells[each.name]
        value = f"get({each.name!r})" if each.name.isascii() else f"get({self.constant(f'NAME{position}', each.name)})"
        long_way = self.constant(f"SLOW{position}", _long_way(each, cells, selected))
        match each.type:
            case v.Enum(values):
                answers = {one: selected[cells.cell(one)] for one in values}
                if not each.required:
                    answers[None] = selected[cells.cell(each.default)]
                self.select(tables, f"{self.constant(f'ENUM{position}', answers)}[{value}]")
            case v.Bool():
                self.put(f"v = {value}")
                yes, no = (self.constant(f"{word}{position}", selected[cell]) for word, cell in (("YES", 1), ("NO", 0)))
                self.select(tables, f"{yes} if v is True else {no} if v is False else {long_way}(v)")
            case v.Int() | v.Number() | v.Money():
                self.put(f"v = {value}")
                edges, masks = _edges(each.type, cells, selected)
                edges_name, masks_name = self.constant(f"EDGES{position}", edges), self.constant(f"MASKS{position}", masks)
                quick = f"{masks_name}[bisect({edges_name}, v)]"
                self.select(tables, f"{quick} if v.__class__ is int else {long_way}(v)")
            case v.Text(longest):
                self.put(f"v = {value}")
                known = {point: selected[cell] for point, cell in cells.where.items()}
                other = self.constant(f"OTHER{position}", selected[len(cells.points)])
                quick = f"{self.constant(f'TEXTS{position}', known)}.get(v, {other})" if known else other
                plain = f"v.__class__ is str and v.isascii() and len(v) <= {longest} and '\\0' not in v"
                self.select(tables, f"{quick} if {plain} else {long_way}(v)")
            case v.Instant():
                self.put(f"v = {value}")
                self.select(tables, f"{long_way}(v)")
            case _:
                self.select(tables, f"{long_way}({value})")

    def selection(self, name: str, tables: list[int]) -> list[Any]:
        """Return, for each cell of a field, what it selects: a mask, or one mask for each table."""
        columns = [self.index.stages[self.order[table]].columns[name].masks for table in tables]
        if len(columns) == 1:
            return list(columns[0])
        if not columns:
            return [0] * (self.index.cells[name].count + 1)
        return list(zip(*columns, strict=True))

    def select(self, tables: list[int], value: str) -> None:
        """Intersect the masks of some tables with what a value selects."""
        if not tables:
            self.put(f"0 & ({value})" if "EDGES" in value else value)
        elif len(tables) == 1:
            table = tables[0]
            self.put(f"m{table} &= {value}" if table in self.started else f"m{table} = {value}")
        else:
            targets = [f"s{table}" if table in self.started else f"m{table}" for table in tables]
            self.put(f"{', '.join(targets)} = {value}")
            for table in tables:
                if table in self.started:
                    self.put(f"m{table} &= s{table}")
        self.started |= set(tables)

    def first(self, table: int) -> str:
        """Write the choice of a table's first rule; return the variable that holds it."""
        stage = self.index.stages[self.order[table]]
        mask = f"m{table}" if table in self.started else self.constant(f"ALL{table}", stage.everything)
        if stage.residue:
            choose = self.constant(f"FIRST{table}", _chooser(self.index, stage))
            self.put(f"r{table} = {choose}({mask}, facts, ({self.so_far(table)}))")
        else:
            rules = self.constant(f"RULES{table}", stage.by_length)
            self.put(f"r{table} = {rules}[{mask}.bit_length()]")
        return f"r{table}"

    def so_far(self, table: int) -> str:
        """Write what the earlier stages gave: derived facts, tags and the class, in this order."""
        parts = [f"r{i}" for i in range(min(table, len(self.pack.derived)))]
        if table > len(self.pack.derived):
            parts.append("tagging")
        if table == len(self.order) - 1:
            parts.append(f"r{table - 1}")
        return "".join(f"{part}, " for part in parts)

    def follow(self, table: int, name: str) -> None:
        """Write what a stage's result selects in the later ones."""
        later = [i for i, other in enumerate(self.order) if name in self.index.stages[other].columns]
        if not later:
            return
        cells, selected = self.index.cells[name], self.selection(name, later)
        stage = self.index.stages[self.order[table]]
        outcomes = {id(rule): selected[cells.cell(rule.outcome)] for rule in stage.rules}
        outcomes[id(None)] = selected[cells.missing]
        self.select(later, f"{self.constant(f'THEN{table}', outcomes)}[id(r{table})]")

    def tags(self) -> None:
        table = len(self.pack.derived)
        stage = self.index.stages["tag"]
        if not stage.rules:
            self.put("tagging = ()")
            return
        mask = f"m{table}" if table in self.started else self.constant(f"ALL{table}", stage.everything)
        every = self.constant("EVERY", _tagger(self.index, stage))
        self.put(f"tagging = {every}({mask}, facts, ({self.so_far(table)}))")


def _untyped(facts: object) -> None:
    if not isinstance(facts, Mapping):
        fault = Fault(code="LR402", message=f"facts are {show(facts)}, not a mapping", where="facts", fix='give {"field": value}')
        raise FactsError([fault], raw=facts)


def _long_way(each: v.Field, cells: Cells, selected: list[Any]) -> Callable[[Any], Any]:
    """Return what selects for a value that the written function does not know."""
    missing = selected[cells.cell(each.default)]
    is_instant = isinstance(each.type, v.Instant) and not cells.points

    def select(raw: Any) -> Any:
        if raw is None:
            if each.required:
                raise Refusal("required and missing")
            return missing
        if is_instant and raw.__class__ is datetime and raw.tzinfo is UTC and raw.year > 1900 and raw.year < 2999:
            return selected[0]
        if raw.__class__ is str and isinstance(each.type, v.Text):
            return selected[cells.cell(clean_text(raw, each.type.longest))]
        return selected[cells.cell(read_value(each.type, raw))]

    return select


def _edges(type_: v.Int | v.Number | v.Money, cells: Cells, selected: list[Any]) -> tuple[list[Any], list[Any]]:
    """Return where whole numbers change their cell, and what each stretch between selects.

    Point p is the stretch from p up to p + 1; a point that is no whole number is one of no length.
    Outside the field's range None is selected, which no mask can be joined with.
    """
    least = 1 - int(LARGEST) if type_.least is None else type_.least
    most = int(LARGEST) - 1 if type_.most is None else type_.most
    edges: list[Any] = [least]
    masks: list[Any] = [None, selected[0]]
    for index, point in enumerate(cells.points):
        edges += [point, point + (point == int(point))]
        masks += [selected[2 * index + 1], selected[2 * index + 2]]
    inside = [edge for edge in edges[1:] if least <= edge <= most]
    first = bisect_right(edges[1:], least) if edges[1:] else 0
    kept = masks[1 + first : 2 + first + sum(edge > least for edge in inside)]
    return [least, *(edge for edge in inside if edge > least), most + 1], [None, *kept, None]


def _known(index: Index, stage: Stage, facts: Mapping[str, Any], so_far: tuple[Any, ...]) -> dict[str, Any]:
    """Return the typed values that a stage's residual conditions read."""
    words = index.pack.vocabulary
    known: dict[str, Any] = {}
    for name in stage.reads:
        if name in words:
            value = read_value(words[name].type, facts.get(name))
            known[name] = words[name].default if value is None else value
    for name, rule in zip(index.pack.derived, so_far, strict=False):
        known[name] = None if rule is None else rule.outcome
    if len(so_far) > len(index.pack.derived):
        known["tags"] = frozenset(rule.outcome for rule in so_far[len(index.pack.derived)])
    if len(so_far) > len(index.pack.derived) + 1:
        known["class"] = so_far[-1].outcome
    return known


def _chooser(index: Index, stage: Stage) -> Callable[[int, Mapping[str, Any], tuple[Any, ...]], Rule | None]:
    """Return what chooses the first rule of a mask whose residual conditions are true."""
    calendar, rules, size, residue = index.pack.calendar, stage.rules, len(stage.rules), stage.residue

    def first(mask: int, facts: Mapping[str, Any], so_far: tuple[Any, ...]) -> Rule | None:
        known: dict[str, Any] | None = None
        while mask:
            length = mask.bit_length()
            conditions = residue.get(size - length)
            if conditions is None:
                return rules[size - length]
            if known is None:
                known = _known(index, stage, facts, so_far)
            if all(value_of(each, known, calendar) is True for each in conditions):
                return rules[size - length]
            mask ^= 1 << length - 1
        return None

    return first


def _tagger(index: Index, stage: Stage) -> Callable[[int, Mapping[str, Any], tuple[Any, ...]], tuple[Rule, ...]]:
    """Return what names every rule of a mask whose residual conditions are true, each once."""
    calendar = index.pack.calendar

    def every(mask: int, facts: Mapping[str, Any], so_far: tuple[Any, ...]) -> tuple[Rule, ...]:
        if not mask:
            return ()
        known = _known(index, stage, facts, so_far)
        found = {}
        for row in stage.rows(mask):
            if all(value_of(each, known, calendar) is True for each in stage.residue.get(row, ())):
                found[stage.rules[row].id] = stage.rules[row]
        return tuple(found.values())

    return every
