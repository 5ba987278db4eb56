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
from functools import partial
from math import ceil, floor
from typing import Any, Protocol, TypeAlias, cast
from weakref import ref

from attrs import frozen

from leadrouter import vocabulary as v
from leadrouter.facts import LARGEST, Refusal, clean_text, read_facts, read_value
from leadrouter.history.past import History
from leadrouter.history.signals import Signals, sense
from leadrouter.routing.evaluate import value_of
from leadrouter.routing.needles import Allows, folded
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.stage import Stage, compile_stage
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.hours import Calendar
from leadrouter.rulepack.pack import CheckedPack
from leadrouter.rulepack.region import Cells, alternatives, cut
from leadrouter.rulepack.rule import Rule


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
            "PACK": index.pack,
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
        self.put(f"given = {self.constant('BLANK', dict.fromkeys(each.name for each in self.pack.vocabulary))} | facts")
        values = [f"v{position}" for position in range(len(self.pack.vocabulary))]
        self.put(f"[{', '.join([*values, '*_'] if self.pack.keep_unknown else values)}] = given.values()")
        for position, each in enumerate(self.pack.vocabulary):
            self.field(position, each)
        winners = []
        for position, (name, _) in enumerate(self.pack.computed()):
            winners.append(self.first(position))
            self.follow(position, name)
        self.sense()
        self.tags()
        classify, route = len(self.order) - 2, len(self.order) - 1
        winners.append(self.first(classify))
        self.follow(classify, "class")
        winners.append(self.first(route))
        self.put(
            f"return Outcome(PACK, given if original is None else original, ({', '.join(winners)},), tagging, sensed)"
        )
        self.lines += [
            "    except (KeyError, TypeError, ValueError):",
            "        if original is not None: raise",
            "        return again()(read(facts), history, dict(facts))",
        ]

    def field(self, position: int, each: v.Field) -> None:
        """Write how one fact is checked and what it selects in each table."""
        tables = [i for i, name in enumerate(self.order) if each.name in self.index.stages[name].columns]
        selected = self.selection(each.name, tables)
        cells = self.index.cells[each.name]
        value = f"v{position}"
        long_way = f"{self.constant(f'SLOW{position}', _long_way(each, cells, selected))}({value})"
        if not each.required:
            none = self.constant(f"NONE{position}", selected[cells.cell(each.default)])
            long_way = f"{none} if {value} is None else {long_way}"
        match each.type:
            case v.Enum(values):
                taken = values if each.required else (None, *values)
                answers = {one: selected[cells.cell(each.default if one is None else one)] for one in taken}
                self.select(tables, f"{self.constant(f'ENUM{position}', answers)}[{value}]")
            case v.Bool():
                yes, no = (self.constant(f"{word}{position}", selected[cell]) for word, cell in (("YES", 1), ("NO", 0)))
                self.select(tables, f"{yes} if {value} is True else {no} if {value} is False else {long_way}")
            case v.Int() | v.Number() | v.Money():
                edges, masks = _edges(each.type, cells, selected)
                edge_names = self.constant(f"EDGES{position}", edges)
                quick = f"{self.constant(f'MASKS{position}', masks)}[bisect({edge_names}, {value})]"
                self.select(tables, f"{quick} if {value}.__class__ is int else {long_way}")
            case v.Text(longest):
                known = {point: selected[cell] for point, cell in cells.where.items()}
                quick = self.constant(f"OTHER{position}", selected[len(cells.points)])
                plain = f"{value}.__class__ is str and len({value}) <= {longest} and {value}.isprintable()"
                if known:
                    quick = f"{self.constant(f'TEXTS{position}', known)}.get({value}, {quick})"
                    plain += f" and {value}.isascii()"
                self.select(tables, f"{quick} if {plain} else {long_way}")
            case _:
                self.select(tables, long_way)

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
        mask = self.mask(table)
        if stage.residue:
            free = self.constant(f"FREE{table}", stage.free_by_length)
            choose = self.constant(f"FIRST{table}", _chooser(self.index, stage))
            self.put(
                f"r{table} = {free}[{mask}.bit_length()] or {choose}({mask}, {self.given}, ({self.so_far(table)}))"
            )
        elif table in self.terms:
            rules = self.constant(f"RULES{table}", stage.by_length)
            self.put(f"r{table} = {rules}[{mask}.bit_length()]")
        else:
            self.constant(f"r{table}", stage.by_length[-1])
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

    def sense(self) -> None:
        """Write how the patterns are asked, and what each of their truths selects in the tables behind them."""
        self.put("sensed = None")
        if not self.pack.patterns:
            return
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

    def tags(self) -> None:
        table = len(self.pack.derived)
        stage = self.index.stages["tag"]
        if not stage.rules:
            self.put("tagging = ()")
            return
        mask = self.mask(table)
        every = self.constant("EVERY", _tagger(self.index, stage))
        self.put(f"tagging = {every}({mask}, {self.given}, ({self.so_far(table)}))")


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


def _edges(type_: v.Int | v.Number | v.Money, cells: Cells, selected: list[Any]) -> tuple[list[int], dict[int, Any]]:
    """Return where whole numbers change their cell, and what each stretch between selects.

    Outside the field's range there is no stretch.
    """
    least = 1 - int(LARGEST) if type_.least is None else ceil(type_.least)
    most = int(LARGEST) - 1 if type_.most is None else floor(type_.most)
    changes = {change for point in cells.points for change in (ceil(point), floor(point) + 1)}
    edges = sorted(change for change in {least, *changes} if least <= change <= most)
    return [*edges, most + 1], {place: selected[cells.cell(edge)] for place, edge in enumerate(edges, 1)}


def _known(index: Index, stage: Stage, facts: Mapping[str, Any], so_far: tuple[Any, ...]) -> dict[str, Any]:
    """Return the typed values that a stage's residual conditions read."""
    words = index.pack.vocabulary
    known: dict[str, Any] = {}
    for name in stage.reads:
        if name in words:
            value = read_value(words[name].type, facts.get(name))
            known[name] = words[name].default if value is None else value
        elif name in index.pack.signals:
            known[name] = facts[name]
    for name, rule in zip(index.pack.derived, so_far, strict=False):
        known[name] = None if rule is None else rule.outcome
    if len(so_far) > len(index.pack.derived):
        known["tags"] = frozenset(rule.outcome for rule in so_far[len(index.pack.derived)])
    if len(so_far) > len(index.pack.derived) + 1:
        known["class"] = so_far[-1].outcome
    return known


def _chooser(index: Index, stage: Stage) -> Callable[[int, Mapping[str, Any], tuple[Any, ...]], Rule | None]:
    """Return what chooses the first rule of a mask whose residual conditions are true."""
    rules, size = stage.rules, len(stage.rules)
    demands = _demands(stage)
    many = tuple(stage.words.items())

    def first(mask: int, given: Mapping[str, Any], so_far: tuple[Any, ...]) -> Rule | None:
        lead = _Lead(index, stage, given, so_far)
        for name, allows in many:
            mask &= lead.allowed(name, allows)
        while mask:
            row = size - mask.bit_length()
            if row not in demands:
                return rules[row]
            left = lead.left(mask, demands[row])
            if left == mask:
                return rules[row]
            mask = left
        return None

    return first


def _tagger(index: Index, stage: Stage) -> Callable[[int, Mapping[str, Any], tuple[Any, ...]], tuple[Rule, ...]]:
    """Return what names every rule of a mask whose residual conditions are true, each once."""
    rules, demands, many = stage.rules, _demands(stage), tuple(stage.words.items())

    def every(mask: int, given: Mapping[str, Any], so_far: tuple[Any, ...]) -> tuple[Rule, ...]:
        if not mask:
            return ()
        lead = _Lead(index, stage, given, so_far)
        for name, allows in many:
            mask &= lead.allowed(name, allows)
        held = (rules[row] for row in stage.rows(mask) if row not in demands or lead.left(mask, demands[row]) == mask)
        return tuple({rule.id: rule for rule in held}.values())

    return every


_Demands: TypeAlias = tuple[tuple[tuple[str, str, bool, int], ...], tuple[e.Expression, ...], int]
"""A row's needles, its residual conditions and the rows that are left where one of these fails."""


def _demands(stage: Stage) -> dict[int, _Demands]:
    """Return what each row with a residue still demands, laid out for speed."""
    needles = {
        row: tuple((n.field, n.word, n.is_wanted, n.kept) for n in found) for row, found in stage.needles.items()
    }
    return {
        row: (needles.get(row, ()), stage.rest.get(row, ()), stage.everything & ~(1 << len(stage.rules) - 1 - row))
        for row in stage.residue
    }


class _Lead:
    """What residual conditions read of one lead, each read when it is first asked for."""

    __slots__ = ("given", "index", "known", "so_far", "stage", "texts")

    def __init__(self, index: Index, stage: Stage, given: Mapping[str, Any], so_far: tuple[Any, ...]) -> None:
        self.index, self.stage, self.given, self.so_far = index, stage, given, so_far
        self.texts: dict[str, str] = {}
        self.known: dict[str, Any] | None = None

    def allowed(self, name: str, allows: Allows) -> int:
        """Return the rows that a field's text allows; a missing one rules out none that is left."""
        text = self.written(name)
        return -1 if text is None else allows(folded(text))

    def text(self, name: str) -> str:
        """Return a field's text as it is searched; rows that need it are left only where it is known."""
        self.texts[name] = folded(self.written(name) or "")
        return self.texts[name]

    def written(self, name: str) -> str | None:
        """Return a text as it was given, or as it was derived; None where it is missing."""
        pack = self.index.pack
        if name in pack.vocabulary:
            text = self.given.get(name)
            return cast("str | None", pack.vocabulary[name].default if text is None else text)
        rule = self.so_far[list(pack.derived).index(name)]
        return None if rule is None else str(rule.outcome)

    def left(self, mask: int, demands: _Demands) -> int:
        """Return the rows that may hold if the first of them does not: the mask itself where it does."""
        needles, rest, others = demands
        texts = self.texts
        for name, word, is_wanted, kept in needles:
            if (word in (texts[name] if name in texts else self.text(name))) is not is_wanted:
                return mask & kept
        for condition in rest:
            if self.known is None:
                self.known = _known(self.index, self.stage, self.given, self.so_far)
            if value_of(condition, self.known, self.index.calendar) is not True:
                return mask & others
        return mask
