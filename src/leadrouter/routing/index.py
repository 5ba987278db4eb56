"""The same answers as `evaluate`, sooner.

The masks that a lead's values select are intersected, and the first bit that remains is the first
rule that can hold; only what no single field decides is evaluated, and only for rows that remain.
The cost grows with the number of fields, hardly with that of rules.

A pack is compiled to one Python function, written out for its own fields and tables: each value is
checked and turned into its masks by one dictionary, a few comparisons or one bisection. What does not arrive as the
vocabulary holds it (a synonym, a form's string) makes the function give up; the facts are then read
the long way, which refuses them or gives the function typed ones.

Source: T. V. Lakshman and D. Stiliadis, High-speed policy-based packet forwarding using efficient
multi-dimensional range matching, SIGCOMM 1998.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property, partial
from math import ceil, floor
from sys import intern
from typing import Any, Protocol
from weakref import ref

from attrs import frozen

from leadrouter import vocabulary as v
from leadrouter.facts import LARGEST, MOST_MARKS, clean_text, is_heaped, read_facts, read_value
from leadrouter.history.past import History
from leadrouter.history.signals import Signals, sense
from leadrouter.hours import Calendar
from leadrouter.refusal import Refusal
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.residue import settler, tagger
from leadrouter.routing.stage import Stage, compile_stage
from leadrouter.rulepack.pack import CheckedPack
from leadrouter.rulepack.region import Cells, alternatives, cut

MOST_BRANCHES = 128
"""With so many stretches of whole numbers the written function compares; with more it bisects a list of them."""


class Decide(Protocol):
    """Decides a lead by its facts, and by what is known of its company's past."""

    def __call__(self, facts: Mapping[str, Any], history: History | Signals | None = None) -> Outcome:
        """Return the outcome, or raise `FactsError` with every fault of the facts."""


@frozen(eq=False)
class Index:
    """A compiled pack. Immutable; any number of threads may share it."""

    pack: CheckedPack
    cells: Mapping[str, Cells]
    stages: Mapping[str, Stage]
    calendar: Calendar

    @classmethod
    def of(cls, pack: CheckedPack) -> Index:
        """Compile the tables of a pack."""
        types = pack.types
        ways = {table.name: [alternatives(rule, types) for rule in table] for table in pack.tables}
        cells = cut((way for each in ways.values() for way in each), types)
        for name in (*(each.name for each in pack.vocabulary), *pack.derived, *pack.signals, "class"):
            cells.setdefault(name, Cells.of(types[name], ()))
        stages = {table.name: compile_stage(table, ways[table.name], cells) for table in pack.tables}
        return cls(pack, cells, stages, pack.calendar)

    @cached_property
    def asked_tags(self) -> int:
        """The rows of the tag table whose tags any rule asks for."""
        asked = frozenset().union(*(each.tags for stage in self.stages.values() for each in stage.dependences))
        rules = self.stages["tag"].rules
        return sum(1 << len(rules) - 1 - row for row, rule in enumerate(rules) if rule.outcome in asked)

    def decider(self) -> Decide:
        """Return the function that decides a lead.

        It raises `FactsError` with every fault of the facts.
        """
        writer = _Writer(self)
        writer.write()
        namespace: dict[str, Any] = dict(writer.constants)
        exec("\n".join(writer.lines), namespace)  # noqa: S102  # our own text: no word of a pack is in it
        decide: Decide = namespace.pop("decide")
        namespace["again"] = ref(decide)  # no circle: a pack that is replaced is freed at once
        return decide


class _Writer:
    """Writes the function of one pack. Names of fields enter it as constants only."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.pack = index.pack
        self.order = [table.name for table in index.pack.tables]
        self.terms: dict[int, list[str]] = {}
        self.selected = 0
        self.given = "given"
        self.lines: list[str] = []
        self.constants: dict[str, Any] = {
            "Outcome": Outcome,
            "bisect": bisect_right,
            "read": partial(read_facts, index.pack.vocabulary, keep_unknown=index.pack.keep_unknown),
        }

    def put(self, line: str) -> None:
        self.lines.append(" " * 8 + line)

    def constant(self, name: str, value: Any) -> str:
        self.constants[name] = value
        return name

    def write(self) -> None:
        self.lines = ["def decide(facts, history=None, original=None):", "    try:"]
        self.read()
        for position, each in enumerate(self.pack.vocabulary):
            self.field(position, each)
        derived = []
        for position, (name, _) in enumerate(self.pack.computed()):
            derived.append(self.first(position))
            self.follow(position, name)
        sensed = self.sense()
        tags = self.tags()
        classify, route = len(self.order) - 2, len(self.order) - 1
        rules = [self.first(classify)]
        self.follow(classify, "class")
        rules.append(self.first(route))
        self.put("outcome = Outcome()")
        self.put(f"outcome._beside = {self.beside(derived, tags, sensed)}")
        self.put("outcome._given = given if original is None else original")
        self.put(f"outcome._classified, outcome._routed, outcome._facts = {', '.join(rules)}, None")
        self.put("return outcome")
        self.lines += [
            "    except (KeyError, TypeError, ValueError):",
            "        if original is not None: raise",
            "        return again()(read(facts), history, dict(facts))",
        ]

    def read(self) -> None:
        """Write how the facts are copied and read: one by one where none is missing, else with None for those that are.

        A fact that the vocabulary does not know is one too many, or keeps one that it knows from being there.
        """
        names = [intern(each.name) for each in self.pack.vocabulary]
        values = [f"v{position}" for position in range(len(names))]
        blank = self.constant("BLANK", dict.fromkeys(names))
        if self.pack.keep_unknown:
            self.put(f"given = {blank} | facts")
            self.put(f"[{', '.join([*values, '*_'])}] = given.values()")
            return
        self.put(f"if len(facts) == {len(names)}:")
        self.put("    given = {**facts}")
        for value, name in zip(values, names, strict=True):
            self.put(f"    {value} = given[{name!r}]")
        self.put("else:")
        self.put(f"    given = {blank} | facts")
        self.put(f"    [{', '.join(values)}] = given.values()")

    def beside(self, derived: list[str], tags: str, sensed: str) -> str:
        """Write what stands beside the rules of an outcome; a constant where no lead changes it."""
        if not derived and tags in self.constants and sensed == "None":
            return self.constant("BESIDE", (self.pack, (), (), None))
        return f"{self.constant('PACK', self.pack)}, ({''.join(f'{each}, ' for each in derived)}), {tags}, {sensed}"

    def field(self, position: int, each: v.Field) -> None:
        """Write how one fact is checked and what it selects in each table."""
        tables = [i for i, name in enumerate(self.order) if each.name in self.index.stages[name].columns]
        selected = self.selection(each.name, tables)
        cells = self.index.cells[each.name]
        value = f"v{position}"
        missing = "" if each.required else f"NONE{position} if {value} is None else "
        self.constant(f"NONE{position}", selected[cells.cell(each.default)])
        long_way = f"{missing}{self.constant(f'SLOW{position}', _long_way(each, cells, selected))}({value})"
        match each.type:
            case v.Enum(values):
                answers = {one: selected[cells.cell(one)] for one in values}
                self.select(tables, f"{missing}{self.constant(f'ENUM{position}', answers)}[{value}]")
            case v.Bool():
                yes, no = (self.constant(f"{word}{position}", selected[cell]) for word, cell in (("YES", 1), ("NO", 0)))
                self.select(tables, f"{yes} if {value} is True else {no} if {value} is False else {long_way}")
            case v.Int() | v.Number() | v.Money():
                stretches = _stretches(each.type, cells, selected)
                self.select(tables, f"{self.stretch(position, stretches)} if type({value}) is int else {long_way}")
            case v.Text(longest):
                known = {point: selected[cell] for point, cell in cells.where.items()}
                quick = self.constant(f"OTHER{position}", selected[len(cells.points)])
                if known:
                    quick = f"{self.constant(f'TEXTS{position}', known)}.get({value}, {quick})"
                    plain = f"len({value}) <= {longest} and {value}.isascii()"
                else:
                    loose = f"({value}.isascii() or not {self.constant('is_heaped', is_heaped)}({value}))"
                    plain = f"(len({value}) <= {min(longest, MOST_MARKS)} or len({value}) <= {longest} and {loose})"
                plain = f"type({value}) is str and {plain} and {value}.isprintable()"
                self.select(tables, f"{quick} if {plain} else {long_way}")
            case _:
                self.select(tables, long_way)

    def stretch(self, position: int, stretches: list[tuple[int, Any]]) -> str:
        """Write the choice of the stretch that a whole number lies in; outside of all it is read the long way."""
        value, outside = f"v{position}", f"SLOW{position}(v{position})"
        edges = [edge for edge, _ in stretches]
        if len(edges) > MOST_BRANCHES:
            masks = {place: mask for place, (_, mask) in enumerate(stretches[:-1], 1)}
            edge_names = self.constant(f"EDGES{position}", edges)
            return f"{self.constant(f'MASKS{position}', masks)}[bisect({edge_names}, {value})]"
        inside = [self.constant(f"MASK{position}_{place}", mask) for place, (_, mask) in enumerate(stretches[:-1])]
        return _branches(value, edges, [outside, *inside, outside])

    def selection(self, name: str, tables: list[int]) -> list[Any]:
        """Return, for each cell of a field, what it selects: a mask, or one mask for each table."""
        columns = [self.index.stages[self.order[table]].columns[name].masks for table in tables]
        if len(columns) == 1:
            return list(columns[0])
        if not columns:
            return [0] * (self.index.cells[name].count + 1)
        return list(zip(*columns, strict=True))

    def select(self, tables: list[int], value: str) -> None:
        """Note what a value selects in some tables; a table's masks are intersected when it is asked."""
        if not tables:
            self.put(value)
        elif len(tables) == 1:
            self.terms.setdefault(tables[0], []).append(f"({value})" if " " in value else value)
        else:
            targets = [f"s{self.selected + offset}" for offset in range(len(tables))]
            self.selected += len(tables)
            self.put(f"{', '.join(targets)} = {value}")
            for table, target in zip(tables, targets, strict=True):
                self.terms.setdefault(table, []).append(target)

    def mask(self, table: int) -> str:
        """Write the intersection of a table's masks; return the variable that holds it."""
        terms = self.terms.get(table)
        if terms is None:
            return self.constant(f"ALL{table}", self.index.stages[self.order[table]].everything)
        self.put(f"m{table} = {' & '.join(terms)}")
        return f"m{table}"

    def first(self, table: int) -> str:
        """Write the choice of a table's first rule; return the variable that holds it."""
        stage = self.index.stages[self.order[table]]
        if table not in self.terms and not stage.residue:
            return self.constant(f"r{table}", stage.by_length[-1])
        mask = self.mask(table)
        rules = self.constant(f"RULES{table}", stage.by_length)
        first = f"{rules}[{mask}.bit_length()]"
        if stage.residue:
            free = self.constant(f"FREE{table}", stage.free_by_length)
            settle = self.constant(f"SETTLE{table}", settler(self.pack, stage))
            settled = f"{settle}({mask}, {self.given}, ({self.so_far(table)}), {{}}, {{}})"
            first = f"{free}[{mask}.bit_length()] or {rules}[{settled}.bit_length()]"
        self.put(f"r{table} = {first}")
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

    def sense(self) -> str:
        """Write how the patterns are asked, and what each of their truths selects; return what holds the signals."""
        if not self.pack.patterns:
            return "None"
        unknown = self.constant("UNKNOWN", dict.fromkeys(self.pack.signals))
        self.put(f"sensed = {self.constant('SENSE', partial(sense, self.pack))}(given, history)")
        self.put(f"signals = {unknown} if sensed is None else sensed.values")
        self.put("seen = given | signals")
        self.given = "seen"
        for place, name in enumerate(self.pack.signals):
            later = [i for i, table in enumerate(self.order) if name in self.index.stages[table].columns]
            if later:
                cells, selected = self.index.cells[name], self.selection(name, later)
                truths = {truth: selected[cells.cell(truth)] for truth in (True, False, None)}
                self.select(
                    later, f"{self.constant(f'SIGNAL{place}', truths)}[signals[{self.constant(f'NAME{place}', name)}]]"
                )
        return "sensed"

    def tags(self) -> str:
        """Write the choice of every rule that tags; return what holds them."""
        table = len(self.pack.derived)
        stage = self.index.stages["tag"]
        if not stage.rules:
            return self.constant("tagging", ())
        every = self.constant("EVERY", tagger(self.pack, stage))
        self.put(f"tagging = {every}({self.mask(table)}, {self.given}, ({self.so_far(table)}))")
        return "tagging"


def _long_way(each: v.Field, cells: Cells, selected: list[Any]) -> Callable[[Any], Any]:
    """Return what selects for a value that the written function does not know."""
    is_instant = isinstance(each.type, v.Instant) and not cells.points

    def select(raw: Any) -> Any:
        if raw is None:
            raise Refusal("required and missing")
        if is_instant and raw.__class__ is datetime and raw.tzinfo is UTC and raw.year > 1900 and raw.year < 2999:
            return selected[0]
        if raw.__class__ is str and isinstance(each.type, v.Text):
            return selected[cells.cell(clean_text(raw, each.type.longest))]
        return selected[cells.cell(read_value(each.type, raw))]

    return select


def _branches(value: str, edges: list[int], leaves: list[str]) -> str:
    """Write a balanced choice among the leaves that the edges part."""
    if not edges:
        return leaves[0]
    middle = len(edges) // 2
    below = _branches(value, edges[:middle], leaves[: middle + 1])
    above = _branches(value, edges[middle + 1 :], leaves[middle + 1 :])
    return f"({below} if {value} < {edges[middle]} else {above})"


def _stretches(type_: v.Int | v.Number | v.Money, cells: Cells, selected: list[Any]) -> list[tuple[int, Any]]:
    """Return where stretches of whole numbers begin, in order, and what each selects; None outside the range."""
    least = 1 - int(LARGEST) if type_.least is None else ceil(type_.least)
    most = int(LARGEST) - 1 if type_.most is None else floor(type_.most)
    changes = {change for point in cells.points for change in (ceil(point), floor(point) + 1)}
    edges = sorted(change for change in {least, *changes} if least <= change <= most)
    stretches: list[tuple[int, Any]] = []
    for edge in edges:
        chosen = selected[cells.cell(edge)]
        if not stretches or stretches[-1][1] != chosen:
            stretches.append((edge, chosen))
    return [*stretches, (most + 1, None)]
