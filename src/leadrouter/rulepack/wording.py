"""The canonical text of an expression: parsing it again gives the same tree."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import assert_never

from leadrouter.document import visible
from leadrouter.rulepack import expression as e
from leadrouter.spelling import write_number

_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _ATOM = range(8)


def format_expression(node: e.Expression) -> str:
    """Write an expression in the one way that it is written, with no parentheses but needed ones.

    >>> from leadrouter.rulepack.syntax import parse_expression
    >>> format_expression(parse_expression("(a) and not (b or  c>=1000000)")[0])
    'a and not (b or c >= 1_000_000)'
    """
    return _write(node)[0]


def _write(node: e.Expression) -> tuple[str, int]:
    match node:
        case e.Literal(value):
            return _literal(value), _ATOM
        case e.Name(name):
            return name, _ATOM
        case e.ListOf(items):
            return "[" + ", ".join(_literal(item.value) for item in items) + "]", _ATOM
        case e.Not(term):
            return "not " + _inside(term, _NOT), _NOT
        case e.And(terms):
            return " and ".join(_inside(term, _AND + 1) for term in terms), _AND
        case e.Or(terms):
            return " or ".join(_inside(term, _OR + 1) for term in terms), _OR
        case e.Compare(first, rest):
            tail = "".join(f" {comparator} {_inside(right, _SUM)}" for comparator, right in rest)
            return _inside(first, _SUM) + tail, _COMPARE
        case e.Arithmetic(operator, left, right):
            level = _SUM if operator in "+-" else _PRODUCT
            return f"{_inside(left, level)} {operator} {_inside(right, level + 1)}", level
        case e.Negative(term):
            return "-" + _inside(term, _SIGN), _SIGN
        case e.Call(function, arguments):
            return f"{function}({', '.join(_write(each)[0] for each in arguments)})", _ATOM
        case _:
            assert_never(node)


def _inside(node: e.Expression, level: int) -> str:
    text, own = _write(node)
    return text if own >= level else f"({text})"


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return f"{value:_}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, Decimal):
        text = write_number(value)
        return text if "." in text else f"{text}.0"
    return visible(json.dumps(value, ensure_ascii=False))
