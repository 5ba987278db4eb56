"""Comparisons that can never hold, whatever the lead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from operator import eq, ge, gt, le, lt
from typing import Any, cast

from leadrouter import vocabulary as v
from leadrouter.rulepack import expression as e

BOUNDED = (v.Int, v.Number, v.Money, v.Duration)
"""Types with a range; only beside them can a comparison with a constant never hold."""

_HOLDS: dict[str, Callable[[Any, Any], bool]] = {"==": eq, "<": lt, "<=": le, ">": gt, ">=": ge}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def never_holds(node: e.Compare, types: Sequence[v.Type | None]) -> Iterator[tuple[str, str]]:
    """Yield why a checked comparison can never hold, and what to do.

    A constant may lie out of the field's range, a chain may leave no value between its constants, and
    nothing is less than itself.

    Args:
        node: the comparison, its constants resolved.
        types: the type of each operand, left to right.
    """
    for link, sides in zip(node.links(), pairwise(types), strict=True):
        if link[0] == link[2] and link[1] in ("<", ">", "!="):
            yield "it compares a value with itself", "compare it with another field, or with a constant"
        type_, is_ruled_out = _ruled_out(link, sides)
        if is_ruled_out:
            yield "it is out of the field's range", _range(type_)
    if len(node.rest) == 2 and _is_empty_range(node):
        yield "the range is empty", "turn the bounds round"


def contradict(terms: Iterable[e.Expression]) -> bool:
    """Say whether two comparisons of one thing with constants can never hold together.

    Args:
        terms: what is joined by `and`, its constants resolved.
    """
    asked = [each for term in terms if isinstance(term, e.Compare) for each in _asked(term)]
    return any(one[0] == other[0] and _exclude(one[1:], other[1:]) for one, other in combinations(asked, 2))


def _asked(node: e.Compare) -> Iterator[tuple[e.Expression, str, tuple[Any, ...]]]:
    """Yield what is compared, how, and with which constants, one of which must be met."""
    for left, comparator, right in node.links():
        match left, right:
            case _, e.ListOf(items) if comparator == "in":
                yield left, "==", tuple(item.value for item in items)
            case e.Literal(value), _ if comparator in _HOLDS:
                yield right, _TURNED.get(comparator, comparator), (value,)
            case _, e.Literal(value) if comparator in _HOLDS:
                yield left, comparator, (value,)


def _exclude(one: tuple[str, tuple[Any, ...]], other: tuple[str, tuple[Any, ...]]) -> bool:
    """Say whether no value meets both; what is bounded on one side only always has one."""
    for (comparator, values), (bound, limits) in ((one, other), (other, one)):
        if comparator == "==":
            return not any(_HOLDS[bound](value, limit) for value in values for limit in limits)
    (first, low), (second, high) = (one, other) if one[0] in (">", ">=") else (other, one)
    if first in ("<", "<=") or second in (">", ">="):
        return False
    is_open = first == ">" or second == "<"
    return bool(low[0] > high[0] or (low == high and is_open))


def _ruled_out(
    link: tuple[e.Expression, e.Comparator, e.Expression], sides: tuple[v.Type | None, v.Type | None]
) -> tuple[v.Type | None, bool]:
    """Return the type of the field in a comparison, and whether its range rules every constant out."""
    left, comparator, right = link
    match left, right:
        case _, e.Literal(value):
            return sides[0], _never(comparator, value, sides[0])
        case e.Literal(value), _:
            return sides[1], _never(_TURNED.get(comparator, comparator), value, sides[1])
        case _, e.ListOf(items) if comparator == "in":
            return sides[0], all(_never("==", item.value, sides[0]) for item in items)
    return None, False


def _bounds(type_: v.Type | None) -> tuple[Any, Any]:
    return (type_.least, type_.most) if isinstance(type_, BOUNDED) else (None, None)


def _never(comparator: str, value: Any, type_: v.Type | None) -> bool:
    """Say whether a field's range rules out that it compares so with a constant; no whole number is 5.5."""
    least, most = _bounds(type_)
    match comparator:
        case "<":
            return least is not None and value <= least
        case "<=":
            return least is not None and value < least
        case ">":
            return most is not None and value >= most
        case ">=":
            return most is not None and value > most
        case "==":
            is_between = isinstance(type_, v.Int) and value != int(value)
            return is_between or _never("<=", value, type_) or _never(">=", value, type_)
    return False


def _range(type_: v.Type | None) -> str:
    if _bounds(type_) == (None, None):
        return "the field holds whole numbers"
    least, most = ("…" if bound is None else bound for bound in _bounds(type_))
    return f"the field goes from {least} to {most}"


def _is_empty_range(node: e.Compare) -> bool:
    """Say whether two constants with a field between them leave it no value: `5 < a < 3`."""
    match node:
        case e.Compare(e.Literal(low), (("<" | "<=" as first, _), ("<" | "<=" as second, e.Literal(high)))):
            lower, upper = low, high
        case e.Compare(e.Literal(high), ((">" | ">=" as first, _), (">" | ">=" as second, e.Literal(low)))):
            lower, upper = low, high
        case _:
            return False
    is_open = "<" in (first, second) or ">" in (first, second)
    return cast("Any", lower) > upper or (lower == upper and is_open)
