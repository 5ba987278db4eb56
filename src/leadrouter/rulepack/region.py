"""Which leads a rule takes, as regions over the values of its fields.

A rule is brought into alternatives (disjunctive normal form), each a demand on single fields plus
whatever no single field can decide (the residue). Each field's values are cut into *cells* by the
constants that rules compare it with, so that a demand is a set of cells, written as runs of them.
The last cell stands for a missing value.

This is sound for three-valued logic: a condition is *true* exactly where one of its alternatives is
true throughout, because `not` turns each comparison into its opposite and both are unknown alike.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import product
from typing import Any, TypeAlias, cast

from attrs import field, frozen

from leadrouter import vocabulary as v
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.rule import Rule

MOST_ALTERNATIVES = 16
"""A condition with more alternatives than these is left to the residue as a whole."""

Run: TypeAlias = tuple[int, int]
Runs: TypeAlias = tuple[Run, ...]

_OPPOSITE: dict[e.Comparator, e.Comparator] = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "in": "not in",
    "not in": "in",
}
_TURNED: dict[e.Comparator, e.Comparator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_ORDERED = (v.Date, v.Instant, v.Duration, v.Int, v.Number, v.Money)
_EQUALITY: frozenset[e.Comparator] = frozenset({"==", "!=", "in", "not in"})


@frozen
class Demand:
    """A comparison of one field with constants, or none: `known`, `missing`, and `needed` for a field
    without whose value a residual condition stays unknown."""

    field: str
    test: e.Comparator | str
    values: tuple[Any, ...] = ()


@frozen
class Alternative:
    """A way for a rule to hold: every demand is met and every residual condition is true."""

    demands: tuple[Demand, ...] = ()
    residue: tuple[e.Expression, ...] = ()

    def __and__(self, other: Alternative) -> Alternative:
        return Alternative(self.demands + other.demands, self.residue + other.residue)


def alternatives(rule: Rule, types: Mapping[str, v.Type]) -> tuple[Alternative, ...]:
    """Return the ways in which a rule can hold; a default has one that demands nothing."""
    found: tuple[Alternative, ...] = (Alternative(),)
    for condition in rule.when:
        terms = condition.root.terms if isinstance(condition.root, e.And) else (condition.root,)
        for term in terms:
            ways = _ways(term, True, types)
            if len(found) * len(ways) > MOST_ALTERNATIVES:
                ways = (Alternative(residue=(term,)),)
            found = tuple(one & other for one, other in product(found, ways))
    return found


def _ways(node: e.Expression, holds: bool, types: Mapping[str, v.Type]) -> tuple[Alternative, ...]:
    """Return the ways in which a node is true (`holds`) or false."""
    match node:
        case e.Literal(value):
            return (Alternative(),) if value is holds else ()
        case e.Not(term):
            return _ways(term, not holds, types)
        case e.And(terms) | e.Or(terms):
            every = [_ways(term, holds, types) for term in terms]
            return _all_of(every, node, holds) if isinstance(node, e.And) is holds else _any_of(every, node, holds)
        case e.Name(name):
            return (Alternative((Demand(name, "==", (holds,)),)),)
        case e.Call("known", (e.Name(name),)) if name in types and not isinstance(types[name], v.EnumSet):
            return (Alternative((Demand(name, "known" if holds else "missing"),)),)
        case e.Compare():
            every = [(_link(left, test, right, holds, types),) for left, test, right in node.links()]
            return _all_of(every, node, holds) if holds else _any_of(every, node, holds)
        case e.Call():
            return (_residue(node if holds else e.Not(node), types),)
    return (Alternative(residue=(node if holds else e.Not(node),)),)


def _all_of(every: list[tuple[Alternative, ...]], node: e.Expression, holds: bool) -> tuple[Alternative, ...]:
    found: tuple[Alternative, ...] = (Alternative(),)
    for ways in every:
        if len(found) * len(ways) > MOST_ALTERNATIVES:
            return (Alternative(residue=(node if holds else e.Not(node),)),)
        found = tuple(one & other for one, other in product(found, ways))
    return found


def _any_of(every: list[tuple[Alternative, ...]], node: e.Expression, holds: bool) -> tuple[Alternative, ...]:
    found = tuple(way for ways in every for way in ways)
    if len(found) > MOST_ALTERNATIVES:
        return (Alternative(residue=(node if holds else e.Not(node),)),)
    return found


def _link(
    left: e.Expression, test: e.Comparator, right: e.Expression, holds: bool, types: Mapping[str, v.Type]
) -> Alternative:
    """Return the demand of one comparison where it is one of a single field with constants."""
    wanted = test if holds else _OPPOSITE[test]
    if isinstance(left, e.Literal) and isinstance(right, e.Name) and test in _TURNED:
        left, right, wanted = right, left, _TURNED[wanted]
    if isinstance(left, e.Name) and isinstance(right, (e.Literal, e.ListOf)):
        type_ = types[left.name]
        if isinstance(type_, _ORDERED) or (wanted in _EQUALITY and not isinstance(type_, v.EnumSet)):
            items = right.items if isinstance(right, e.ListOf) else (right,)
            return Alternative((Demand(left.name, wanted, tuple(item.value for item in items)),))
    return _residue(e.Compare(left, ((wanted, right),)), types)


def _residue(node: e.Expression, types: Mapping[str, v.Type]) -> Alternative:
    """Leave a condition to be evaluated; most are unknown where any of their fields is missing."""
    if any(isinstance(each, (e.And, e.Or)) or (isinstance(each, e.Call) and each.function == "known") for each in e.walk(node)):
        return Alternative(residue=(node,))
    needed = sorted(name for name in e.names(node) if not isinstance(types[name], v.EnumSet))
    return Alternative(tuple(Demand(name, "needed") for name in needed), (node,))


@frozen
class Cells:
    """The cells of one field: `count` of them for values, and one more for a missing value.

    For fields with an order the cells alternate: below the first point, the first point, between it
    and the second, and so on. For others each value has a cell, and texts that no rule names share
    the last.
    """

    type: v.Type
    points: tuple[Any, ...]
    count: int
    where: Mapping[Any, int] = field(eq=False, repr=False, hash=False)

    @classmethod
    def of(cls, type_: v.Type, constants: Iterable[Any]) -> Cells:
        """Cut a type's values at the constants that rules compare them with."""
        points: tuple[Any, ...]
        match type_:
            case v.Enum(values):
                points = values
            case v.Bool():
                points = (False, True)
            case v.EnumSet():
                points = ()
            case _:
                points = tuple(sorted(set(constants)))
        count = 2 * len(points) + 1 if isinstance(type_, _ORDERED) else len(points)
        if isinstance(type_, v.Text):
            count += 1
        return cls(type_, points, count, {point: index for index, point in enumerate(points)})

    @property
    def missing(self) -> int:
        """The cell of a missing value."""
        return self.count

    @property
    def is_ordered(self) -> bool:
        """Whether the cells follow an order of the values."""
        return isinstance(self.type, _ORDERED)

    def cell(self, value: Any) -> int:
        """Return the cell of a typed value; None is the missing one."""
        if value is None:
            return self.missing
        if not self.is_ordered:
            return self.where.get(value, len(self.points))
        index = bisect_left(self.points, value)
        at_point = index < len(self.points) and self.points[index] == value
        return 2 * index + at_point

    def runs(self, demand: Demand) -> Runs:
        """Return the cells in which a demand is true."""
        if demand.test in ("known", "needed"):
            return ((0, self.count),)
        if demand.test == "missing":
            return ((self.missing, self.missing + 1),)
        if demand.test in ("<", "<=", ">", ">="):
            at = self.cell(demand.values[0])
            bounds = {"<": (0, at), "<=": (0, at + 1), ">": (at + 1, self.count), ">=": (at, self.count)}
            return (bounds[demand.test],)
        cells = sorted({self.cell(value) for value in demand.values})
        if demand.test in ("==", "in"):
            return _join((cell, cell + 1) for cell in cells)
        edges = [-1, *cells, self.count]
        return tuple((a + 1, b) for a, b in zip(edges, edges[1:], strict=False) if a + 1 < b)

    def is_possible(self, cell: int) -> bool:
        """Whether any value of the type lies in the cell: 4 < n < 5 holds for no whole number."""
        if not self.is_ordered or cell == self.missing:
            return True
        low = self.points[(cell - 1) // 2] if cell > 0 else None
        high = self.points[cell // 2] if cell < self.count - 1 else None
        if cell % 2:
            low = high = self.points[cell // 2]
        least, most = getattr(self.type, "least", None), getattr(self.type, "most", None)
        if cell % 2:
            return (least is None or low >= least) and (most is None or low <= most)
        if (high is not None and least is not None and high <= least) or (low is not None and most is not None and low >= most):
            return False
        step = {v.Int: 1, v.Date: timedelta(days=1)}.get(type(self.type))
        return step is None or low is None or high is None or high - low > step

    def example(self, cell: int) -> Any:
        """Return a value that lies in the cell, as near to a point as can be; None where there is none."""
        if cell == self.missing or not self.is_possible(cell):
            return None
        if not self.is_ordered:
            return self.points[cell] if cell < len(self.points) else ""
        if cell % 2:
            return self.points[cell // 2]
        return self._between(cell)

    def _between(self, cell: int) -> Any:
        step = _STEPS[type(self.type)]
        least, most = getattr(self.type, "least", None), getattr(self.type, "most", None)
        if not self.points:
            return least if least is not None else most if most is not None else _ZERO[type(self.type)]
        if cell == 0:
            return self.points[0] - step
        low, high = self.points[cell // 2 - 1], self.points[cell // 2] if cell < self.count - 1 else None
        if high is None or low + step < high:
            return low + step
        return low + (high - low) / 2

    def mask(self, demands: Iterable[Demand]) -> int:
        """Return the cells in which all demands are true, a bit for each cell."""
        mask = (1 << (self.count + 1)) - 1
        for demand in demands:
            mask &= sum((1 << end) - (1 << start) for start, end in self.runs(demand))
        return mask


_STEPS: dict[type, Any] = {
    v.Int: 1,
    v.Number: 1,
    v.Money: 1,
    v.Date: timedelta(days=1),
    v.Instant: timedelta(minutes=1),
    v.Duration: timedelta(minutes=1),
}
_ZERO: dict[type, Any] = {
    v.Int: 0,
    v.Number: 0,
    v.Money: 0,
    v.Date: date(2026, 1, 1),
    v.Instant: None,
    v.Duration: timedelta(),
}


def cut(rules: Iterable[tuple[Alternative, ...]], types: Mapping[str, v.Type]) -> dict[str, Cells]:
    """Return the cells of every field that the alternatives make demands on."""
    constants: dict[str, set[Any]] = {}
    for ways in rules:
        for way in ways:
            for demand in way.demands:
                constants.setdefault(demand.field, set()).update(demand.values)
    return {name: Cells.of(types[name], values) for name, values in constants.items()}


def meet(one: Runs, other: Runs) -> Runs:
    """Return the cells that are in both."""
    found = []
    for start, end in one:
        for begin, stop in other:
            low, high = max(start, begin), min(end, stop)
            if low < high:
                found.append((low, high))
    return tuple(found)


def _join(runs: Iterable[Run]) -> Runs:
    joined: list[Run] = []
    for start, end in runs:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return cast("Runs", tuple(joined))
