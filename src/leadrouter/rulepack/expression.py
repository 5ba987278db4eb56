"""The tree of a condition.

Expressions are compared by what they say; where they were written (`at`, a stretch of the
condition's text) does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal as OneOf
from typing import TypeAlias, assert_never

from attrs import field, frozen

At: TypeAlias = tuple[int, int]
Value: TypeAlias = bool | int | Decimal | str | date | datetime | timedelta | frozenset[str]
Comparator: TypeAlias = OneOf["==", "!=", "<", "<=", ">", ">=", "in", "not in"]
Operator: TypeAlias = OneOf["+", "-", "*", "/"]


def _typed(value: Value) -> tuple[type, Value]:
    return type(value), value


@frozen
class Literal:
    """A constant. As parsed it is a bool, a number or a string; once checked it has its field's type.

    Constants are equal where type and value are: `False` is not `0`.
    """

    value: Value = field(eq=_typed)
    at: At = field(default=(0, 0), eq=False, repr=False)


@frozen
class Name:
    """A field's value."""

    name: str
    at: At = field(default=(0, 0), eq=False, repr=False)


@frozen
class ListOf:
    """The constants of an `in`."""

    items: tuple[Literal, ...]
    at: At = field(default=(0, 0), eq=False, repr=False)


@frozen
class Not:
    """True where the term is false, unknown where it is unknown."""

    term: Expression
    at: At = field(default=(0, 0), eq=False, repr=False)


@frozen
class And:
    """False where a term is false; else unknown where a term is unknown; else true."""

    terms: tuple[Expression, ...]
    at: At = field(default=(0, 0), eq=False, repr=False)


@frozen
class Or:
    """True where a term is true; else unknown where a term is unknown; else false."""

    terms: tuple[Expression, ...]
    at: At = field(default=(0, 0), eq=False, repr=False)


@frozen
class Compare:
    """A comparison, perhaps chained: `0 < a <= b` is `0 < a and a <= b`."""

    first: Expression
    rest: tuple[tuple[Comparator, Expression], ...]
    at: At = field(default=(0, 0), eq=False, repr=False)

    def links(self) -> Iterator[tuple[Expression, Comparator, Expression]]:
        """Yield the single comparisons of the chain."""
        left = self.first
        for comparator, right in self.rest:
            yield left, comparator, right
            left = right


@frozen
class Arithmetic:
    """Two numbers or amounts of money combined, exactly. Division by zero is unknown."""

    operator: Operator
    left: Expression
    right: Expression
    at: At = field(default=(0, 0), eq=False, repr=False)


@frozen
class Negative:
    """A number or an amount with its sign turned."""

    term: Expression
    at: At = field(default=(0, 0), eq=False, repr=False)


@frozen
class Call:
    """A function of the language."""

    function: str
    arguments: tuple[Expression, ...]
    at: At = field(default=(0, 0), eq=False, repr=False)


Expression: TypeAlias = Literal | Name | ListOf | Not | And | Or | Compare | Arithmetic | Negative | Call


def children(node: Expression) -> tuple[Expression, ...]:
    """Return the expressions directly below a node, left to right."""
    match node:
        case Literal() | Name():
            return ()
        case ListOf(items):
            return items
        case Not(term) | Negative(term):
            return (term,)
        case And(terms) | Or(terms):
            return terms
        case Compare(first, rest):
            return (first, *(right for _, right in rest))
        case Arithmetic(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
        case _:
            assert_never(node)


def walk(node: Expression) -> Iterator[Expression]:
    """Yield a node and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def names(node: Expression) -> frozenset[str]:
    """Return the fields that an expression reads."""
    found: set[str] = set()
    pending = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, Name):
            found.add(each.name)
        else:
            pending.extend(children(each))
    return frozenset(found)
