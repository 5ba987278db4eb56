"""The types of what conditions compare and count, and what may stand beside what."""

from __future__ import annotations

from attrs import evolve

from leadrouter import vocabulary as v
from leadrouter.refusal import Refusal
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.never import BOUNDED
from leadrouter.spelling import split_money

BOOL = v.Bool()
NUMBERS = (v.Int, v.Number, v.Money)
_INT, _NUMBER, _TEXT = v.Int(), v.Number(), v.Text()
_SPELLED_AS_TEXT = (v.Enum, v.Text, v.Date, v.Instant, v.Duration, v.Money)


def type_name(type_: v.Type) -> str:
    """Name a type in a message; money with its currency."""
    return str(type_) if isinstance(type_, v.Money) else v.plain(type_)


def natural(value: object) -> v.Type:
    """Return the type of a constant that stands beside nothing that would give it another."""
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        return _INT
    return _TEXT if isinstance(value, str) else _NUMBER


def widest(type_: v.Type) -> v.Type:
    """Return the type without its bounds: a constant may lie outside them."""
    if not isinstance(type_, BOUNDED) or (type_.least is None and type_.most is None):
        return type_
    return evolve(type_, least=None, most=None)


def are_comparable(left: v.Type, right: v.Type) -> bool:
    """Say whether values of two types may be compared: those of one kind, and any two plain numbers."""
    numbers = (v.Int, v.Number)
    return type(left) is type(right) or (isinstance(left, numbers) and isinstance(right, numbers))


def is_foreign(value: object, currency: str) -> bool:
    """Say whether a constant is an amount in another currency."""
    try:
        written = split_money(value)[0] if isinstance(value, str) else None
    except Refusal:
        return False
    return written not in (None, currency)


def fits(value: object, type_: v.Type) -> bool:
    """Say whether a constant, as it is spelled, may stand for a value of the type; its reader has the last word."""
    match value:
        case bool():
            return isinstance(type_, v.Bool)
        case str():
            return isinstance(type_, _SPELLED_AS_TEXT)
    return isinstance(type_, NUMBERS)


def spelled(value: object) -> str:
    """Say how a constant is spelled."""
    return "text" if isinstance(value, str) else "a bool" if isinstance(value, bool) else "a number"


def example_of(type_: v.Type) -> str:
    """Show how a constant of the type is written."""
    match type_:
        case v.Bool():
            return "True or False"
        case v.Enum(values):
            return f'"{values[0]}", one of its values' if values else "one of its values, when it has any"
        case v.Date():
            return '"2026-03-02"'
        case v.Instant():
            return '"2026-03-02T10:00+03:00"'
        case v.Duration():
            return '"30d"'
        case v.Text():
            return "text in quotes"
    return "a number, such as 300_000"


def result_of(node: e.Arithmetic, left: v.Type, right: v.Type) -> v.Type | None:
    """Return the type of an operation, or None where it has no meaning.

    A bare number added to money, or taken from it, is an amount in its currency.
    """
    match left, node.operator, right:
        case (v.Money(), "+" | "-", v.Money()) | (v.Money(), "*" | "/", v.Int() | v.Number()):
            return widest(left)
        case v.Int() | v.Number(), "*", v.Money():
            return widest(right)
        case v.Money(), "/", v.Money():
            return v.Number()
        case v.Money(), "+" | "-", v.Int() | v.Number() if isinstance(node.right, e.Literal):
            return widest(left)
        case v.Int() | v.Number(), "+" | "-", v.Money() if isinstance(node.left, e.Literal):
            return widest(right)
        case v.Int(), "+" | "-" | "*", v.Int():
            return v.Int()
        case v.Int() | v.Number(), _, v.Int() | v.Number():
            return v.Number()
    return None
