"""Cells of decision tables that people keep in spreadsheets: one row a rule and one column a field.

A cell says what its field must be: nothing or `-` for anything, `>= 3_000_000`, `>= 5 and < 10`,
`lathe, press` for any of these, `not lathe, press`, `known`, `missing`; what has a comma or looks like
one of these stands in double quotes. `0,5` is refused where numbers stand: it may be one of them, or two;
so is `4.200` where whole numbers or money do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from leadrouter import vocabulary as v
from leadrouter.document import plain_scalar
from leadrouter.facts import clean_text, read_value
from leadrouter.refusal import Refusal
from leadrouter.rulepack import expression as e
from leadrouter.spelling import AMBIGUOUS, exact

ANY = ("", "-")
"""Cells that take anything."""

_PLAIN_NUMBER = re.compile(r"[-+]?[0-9._]+")
_TWO_MEANINGS = re.compile(r"\d,\d")
_BOUND = re.compile(r"(<=|>=|==|!=|<|>)\s*(.+)", re.DOTALL)
_STRETCH = re.compile(r"(?P<low>\d(?:[\d_ .,]*\d)?)\s*(?:-|–|—|…|\.{2,3})\s*(?P<high>\d[\d_ .,]*)")
_JOINED = re.compile(r"\s(?:or|and|или|и)\s|[/;|+,]")
_FOREIGN = re.compile(r"(?P<sign>=[<>]?(?!=)|<>|[≠≤≥])|not\s*[<>=!]|.*\sor\s*[<>=!]", re.DOTALL)
_WRITE = {
    "=": "leave the `=` out",
    **dict.fromkeys(("<>", "≠"), "write `!=`"),
    **dict.fromkeys(("=<", "≤"), "write `<=`"),
    **dict.fromkeys(("=>", "≥"), "write `>=`"),
}


def cell_expression(column: str, text: str, type_: v.Type) -> e.Expression:
    """Return what a cell that is not one of `ANY` demands of its column's field.

    Raises:
        ValueError: the cell has no meaning.
    """
    subject = e.Name(column)
    if text in ("known", "missing"):
        known = e.Call("known", (subject,))
        return known if text == "known" else e.Not(known)
    foreign = None if isinstance(type_, v.Text | v.Enum | v.EnumSet) else _FOREIGN.match(text)
    if foreign is not None:
        fix = _WRITE.get(foreign["sign"], "turn the comparison round, or make two rows of it")
        raise Refusal(f"`{text}` is no comparison", fix)
    if _BOUND.fullmatch(text):
        bounds = [_bound(subject, part, type_) for part in re.split(r"\s+and\s+", text)]
        return bounds[0] if len(bounds) == 1 else e.And(tuple(bounds))
    stretch = _STRETCH.fullmatch(text) if isinstance(type_, v.Int | v.Number | v.Money) else None
    if stretch is not None:
        fix = f"write `>= {stretch['low']} and <= {stretch['high']}`"
        raise Refusal(f"`{text}` is no comparison", fix)
    if isinstance(type_, v.Enum | v.EnumSet):
        _refuse_joined(text, type_)
    if isinstance(type_, v.Int | v.Number | v.Money) and _TWO_MEANINGS.search(text):
        raise Refusal(f"`{text}` has two meanings: `0.5` is one number, `0, 5` are two", "write it as one of these")
    negated = text.startswith("not ")
    items = tuple(e.Literal(_constant(item, type_)) for item in _items(text.removeprefix("not ")))
    if isinstance(type_, v.EnumSet):
        held = tuple(e.Compare(item, (("not in" if negated else "in", subject),)) for item in items)
        return held[0] if len(held) == 1 else e.And(held) if negated else e.Or(held)
    if len(items) == 1:
        return e.Compare(subject, (("!=" if negated else "==", items[0]),))
    return e.Compare(subject, (("not in" if negated else "in", e.ListOf(items)),))


def _refuse_joined(text: str, type_: v.Enum | v.EnumSet) -> None:
    """Refuse values that are joined by another sign than a comma.

    Raises:
        Refusal: each of several parts is a value of the column's field.
    """
    negated = "not " if text.startswith("not ") else ""
    listed = text.removeprefix(negated)
    parts = [each.strip() for each in _JOINED.split(listed)]
    if parts != [each.strip() for each in listed.split(",")] and {*parts} <= {*type_.values}:
        raise Refusal(f"`{text}` is none of the values", f"part them with commas: `{negated}{', '.join(parts)}`")


def _bound(subject: e.Name, text: str, type_: v.Type) -> e.Compare:
    found = _BOUND.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"`{text}` is no comparison")
    comparator: e.Comparator = found[1]  # type: ignore[assignment]  # the pattern has no others
    return e.Compare(subject, ((comparator, e.Literal(_constant(found[2], type_))),))


def _items(text: str) -> Iterator[str]:
    """Part a list at its commas, but not inside of double quotes."""
    items = [""]
    quoted = False
    for character in text:
        quoted ^= character == '"'
        if character == "," and not quoted:
            items.append("")
        else:
            items[-1] += character
    for item in items:
        if not item.strip():
            raise ValueError(f"`{text}` lists an empty value")
        yield item


def _constant(text: str, type_: v.Type) -> bool | int | Decimal | str:
    """Read a constant as the type of its column takes it; the checker resolves the rest."""
    text = clean_text(text.strip(), v.LONGEST_TEXT)
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    match type_:
        case v.Bool():
            return bool(read_value(type_, text))
        case v.Int() | v.Number():
            return _number(text, type_)
        case v.Money():
            return _number(text, type_) if _PLAIN_NUMBER.fullmatch(text) else text
    return text


def _number(text: str, type_: v.Type) -> int | Decimal:
    value, is_fractional = plain_scalar(text), isinstance(type_, v.Number)
    is_plain = isinstance(value, (int, Decimal)) and (is_fractional or not AMBIGUOUS.fullmatch(text))
    number = read_value(v.Number(), value if is_plain else exact(text, is_fractional=is_fractional))
    return int(number) if isinstance(value, int) else number.normalize()
