"""Comparisons that can never hold, whatever the lead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, cast

from leadrouter import vocabulary as v
from leadrouter.rulepack import expression as e

BOUNDED = (v.Int, v.Number, v.Money, v.Duration)
"""Types with a range; only beside them can a comparison with a constant never hold."""

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
