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
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise, product
from math import ceil, floor, prod
from typing import Any, TypeAlias

from attrs import field, frozen

from leadrouter import vocabulary as v
from leadrouter.facts import LARGEST, LONGEST_DURATION, YEARS
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
    """What a rule asks of one field: a comparison with constants, or `known`, `missing` or `needed`.

    A field is `needed` where a residual condition stays unknown without its value.
    """

    field: str
    test: e.Comparator | str
    values: tuple[Any, ...] = ()


@frozen
class Alternative:
    """A way for a rule to hold: every demand is met and every residual condition is true."""

    demands: tuple[Demand, ...] = ()
    residue: tuple[e.Expression, ...] = ()


Ways: TypeAlias = tuple[Alternative, ...]


def alternatives(rule: Rule, types: Mapping[str, v.Type]) -> Ways:
    """Return the ways in which a rule can hold; a default has one that demands nothing."""
    every: list[Ways] = []
    count = 1
    for condition in rule.when:
        root = condition.root
        for term in root.terms if isinstance(root, e.And) else (root,):
            ways = _ways(term, types)
            if count * len(ways) > MOST_ALTERNATIVES:
                ways = _whole(term)
            count *= len(ways)
            every.append(ways)
    return _one_of_each(every)


def _ways(node: e.Expression, types: Mapping[str, v.Type]) -> Ways:
    """Return the ways in which a node is true."""
    if isinstance(node, e.Compare):
        if len(node.rest) == 1:
            return (_link(node.first, *node.rest[0], types),)
        return (_together([_link(left, test, right, types) for left, test, right in node.links()]),)
    match node:
        case e.Name(name):
            return (Alternative((Demand(name, "==", (True,)),)),)
        case e.Not(e.Name(name)):
            return (Alternative((Demand(name, "==", (False,)),)),)
        case e.Call("known", (e.Name(name),)) if not isinstance(types[name], v.EnumSet):
            return (Alternative((Demand(name, "known"),)),)
        case e.Not(e.Call("known", (e.Name(name),))) if not isinstance(types[name], v.EnumSet):
            return (Alternative((Demand(name, "missing"),)),)
        case e.Not(term) if not isinstance(term, e.Call):
            return _ways(_denied(term), types)
        case e.And(terms):
            every = [_ways(term, types) for term in terms]
            return _one_of_each(every) if prod(map(len, every)) <= MOST_ALTERNATIVES else _whole(node)
        case e.Or(terms):
            found = tuple([way for term in terms for way in _ways(term, types)])
            return found if len(found) <= MOST_ALTERNATIVES else _whole(node)
        case e.Literal(value):
            return (Alternative(),) if value is True else ()
    return (_residue(node, types),)


def _denied(node: e.Expression) -> e.Expression:
    """Return what is true where the node is false, with `not` nearer to the leaves."""
    match node:
        case e.Not(term):
            return term
        case e.And(terms):
            return e.Or(tuple(e.Not(term) for term in terms))
        case e.Or(terms):
            return e.And(tuple(e.Not(term) for term in terms))
        case e.Compare():
            return e.Or(tuple(e.Compare(left, ((_OPPOSITE[test], right),)) for left, test, right in node.links()))
    return e.Literal(node == e.Literal(False))


def _whole(node: e.Expression) -> Ways:
    return (Alternative(residue=(node,)),)


def _one_of_each(every: Sequence[Ways]) -> Ways:
    """Return the ways to take one way of each, all of them together."""
    return tuple(map(_together, product(*every)))


def _together(choice: Sequence[Alternative]) -> Alternative:
    return Alternative(
        tuple([demand for way in choice for demand in way.demands]),
        tuple([each for way in choice for each in way.residue]),
    )


def _link(left: e.Expression, test: e.Comparator, right: e.Expression, types: Mapping[str, v.Type]) -> Alternative:
    """Return the demand of one comparison where it is one of a single field with constants."""
    if isinstance(left, e.Literal) and isinstance(right, e.Name) and test in _TURNED:
        left, test, right = right, _TURNED[test], left
    if isinstance(left, e.Name) and isinstance(right, (e.Literal, e.ListOf)):
        type_ = types[left.name]
        if (test in _EQUALITY and not isinstance(type_, v.EnumSet)) or isinstance(type_, _ORDERED):
            values = tuple([item.value for item in right.items]) if isinstance(right, e.ListOf) else (right.value,)
            return Alternative((Demand(left.name, test, values),))
    return _residue(e.Compare(left, ((test, right),)), types)


def _residue(node: e.Expression, types: Mapping[str, v.Type]) -> Alternative:
    """Leave a condition to be evaluated; most are unknown where any of their fields is missing."""
    if any(
        isinstance(each, (e.And, e.Or)) or (isinstance(each, e.Call) and each.function == "known")
        for each in e.walk(node)
    ):
        return Alternative(residue=(node,))
    needed = sorted(name for name in e.names(node) if not isinstance(types[name], v.EnumSet))
    return Alternative(tuple([Demand(name, "needed") for name in needed]), (node,))


@frozen
class Cells:
    """The cells of one field: `count` of them for values, and one more for a missing value.

    For fields with an order the cells alternate: below the first point, the first point, between it
    and the second, and so on. For others each value has a cell, and texts that no rule names share
    the last.

    >>> cells = Cells.of(v.Int(least=0), [5])
    >>> [cells.cell(value) for value in (4, 5, 6, None)], cells.example(2)
    ([0, 1, 2, 3], 6)
    """

    type: v.Type
    points: tuple[Any, ...]
    count: int
    is_ordered: bool
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
        is_ordered = isinstance(type_, _ORDERED)
        count = 2 * len(points) + 1 if is_ordered else len(points) + isinstance(type_, v.Text)
        return cls(type_, points, count, is_ordered, {point: index for index, point in enumerate(points)})

    @property
    def missing(self) -> int:
        """The cell of a missing value."""
        return self.count

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
        if len(demand.values) == 1:
            at = self.cell(demand.values[0])
            match demand.test:
                case "==" | "in":
                    return ((at, at + 1),)
                case "<":
                    return ((0, at),)
                case "<=":
                    return ((0, at + 1),)
                case ">":
                    return ((at + 1, self.count),)
                case ">=":
                    return ((at, self.count),)
        elif not demand.values:
            return ((self.missing, self.missing + 1),) if demand.test == "missing" else ((0, self.count),)
        cells = sorted({self.cell(value) for value in demand.values})
        if demand.test == "in":
            return _join((cell, cell + 1) for cell in cells)
        return tuple((a + 1, b) for a, b in pairwise([-1, *cells, self.count]) if a + 1 < b)

    def mask(self, demands: Iterable[Demand]) -> int:
        """Return the cells in which all demands are true, a bit for each cell."""
        mask = (1 << (self.count + 1)) - 1
        for demand in demands:
            mask &= sum((1 << end) - (1 << start) for start, end in self.runs(demand))
        return mask

    def is_possible(self, cell: int) -> bool:
        """Whether any value of the type lies in the cell: 4 < n < 5 holds for no whole number."""
        if cell == self.missing or not self.is_ordered:
            return True
        least, most = self.ends(cell)
        return bool(least <= most)

    def ends(self, cell: int) -> tuple[Any, Any]:
        """Return the least and the largest value in a cell of ordered values, crossed where there is none."""
        least, most = _bounds(self.type)
        grain = _GRAINS[type(self.type)]
        if cell % 2:
            low = high = self.points[cell // 2]
        else:
            low = self.points[cell // 2 - 1] + grain if cell > 0 else least
            high = self.points[cell // 2] - grain if cell < self.count - 1 else most
        if isinstance(self.type, v.Int):
            low, high = ceil(low), floor(high)
        return max(low, least), min(high, most)

    def example(self, cell: int) -> Any:
        """Return a value that lies in the cell, near to a point; None where there is none."""
        if cell == self.missing or not self.is_possible(cell):
            return None
        match self.type:
            case v.Text() if cell == len(self.points):
                lengths = range(len(self.points) + 1)
                return next("x" * length for length in lengths if "x" * length not in self.where)
            case v.Bool() | v.Enum() | v.Text():
                return self.points[cell]
        least, most = self.ends(cell)
        if not self.points:
            return min(max(_ORIGINS[type(self.type)], least), most)
        for step in _STEPS.get(type(self.type), ()):
            value = self.points[cell // 2 - 1] + step if cell > 0 else self.points[0] - step
            if least <= value <= most:
                return value
        return least if cell > 0 else most


_FINEST = Decimal("1e-9")
_GRAINS: dict[type, Any] = {
    v.Int: _FINEST,  # that of the constants it may be compared with
    v.Number: _FINEST,
    v.Money: _FINEST,
    v.Date: timedelta(days=1),
    v.Instant: timedelta(microseconds=1),
    v.Duration: timedelta(seconds=1),
}
_DECIMAL_STEPS = (Decimal(1), Decimal("0.01"))
_STEPS: dict[type, tuple[Any, ...]] = {
    v.Number: _DECIMAL_STEPS,
    v.Money: _DECIMAL_STEPS,
    v.Instant: (timedelta(minutes=1), timedelta(seconds=1)),
    v.Duration: (timedelta(minutes=1),),
}
_ORIGINS: dict[type, Any] = {
    v.Int: 0,
    v.Number: Decimal(0),
    v.Money: Decimal(0),
    v.Date: date(2026, 1, 1),
    v.Instant: datetime(2026, 1, 1, tzinfo=UTC),
    v.Duration: timedelta(),
}


def _bounds(type_: v.Type) -> tuple[Any, Any]:
    """Return the least and the largest value that a lead can bring."""
    match type_:
        case v.Date():
            return date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)
        case v.Instant():
            return datetime(YEARS[0], 1, 1, tzinfo=UTC), datetime(YEARS[-1], 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
        case v.Duration(least, most):
            longest = LONGEST_DURATION - timedelta(seconds=1)
            return least or timedelta(), longest if most is None else most
        case v.Int(least, most) | v.Number(least, most) | v.Money(_, least, most):
            largest = LARGEST - _FINEST
            return -largest if least is None else least, largest if most is None else most
    raise TypeError(f"{type_} has no order")


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
    return tuple(joined)
