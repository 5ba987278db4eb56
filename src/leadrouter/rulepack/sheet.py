"""Decision tables that people keep in spreadsheets: CSV with one row a rule and one column a field.

A cell says what its field must be: nothing or `-` for anything, `>= 3_000_000`, `>= 5 and < 10`,
`lathe, press` for any of these, `not lathe, press`, `known`, `missing`; what has a comma or looks like
one of these stands in double quotes. Commas and semicolons part the columns, whichever the heading uses.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO

from attrs import field, frozen

from leadrouter import vocabulary as v
from leadrouter.document import plain_scalar
from leadrouter.errors import Fault
from leadrouter.facts import clean_text, exact, read_value
from leadrouter.rulepack import expression as e
from leadrouter.span import Source, Span

ANY = ("", "-")
"""Cells that take anything."""

_PLAIN_NUMBER = re.compile(r"[-+]?[0-9._]+")
_END = re.compile(r"\r?\n|\r")
_BOUND = re.compile(r"(<=|>=|==|!=|<|>)\s*(.+)", re.DOTALL)


@frozen
class Cell:
    """A cell with its place."""

    text: str
    where: Span = field(eq=False, repr=False)


@frozen
class Row:
    """A row by column name."""

    cells: dict[str, Cell]
    where: Span = field(eq=False, repr=False)


@frozen
class Sheet:
    """A table: its heading, and the rows below it that hold anything."""

    heading: Row
    rows: tuple[Row, ...]


def read_sheet(text: str, name: str) -> tuple[Sheet | None, list[Fault]]:
    """Return the table that a text holds, and what is wrong with its shape."""
    source = Source(name, text.removeprefix("\ufeff"))
    first = source.text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    faults: list[Fault] = []
    lines = list(_lines(source, delimiter, faults))
    if not lines:
        fault = Fault(code="LR106", message="the table is empty", where=name, fix="begin with a heading: rule, …")
        return None, faults or [fault]
    columns = [cell.text for cell in lines[0]]
    for index, cell in enumerate(lines[0]):
        if not cell.text or cell.text in columns[:index]:
            message = f"column `{cell.text}` is empty or given twice"
            faults.append(Fault(code="LR103", message=message, where=cell.where, fix="name each column once"))
    rows = []
    for line in lines[1:]:
        where = Span(source, line[0].where.start, line[-1].where.end)
        if len(line) == len(columns):
            rows.append(Row(dict(zip(columns, line, strict=True)), where))
        else:
            message = f"a row of {len(line)} cells below {len(columns)} columns"
            fix = "quote cells that hold the separator"
            faults.append(Fault(code="LR106", message=message, where=where, fix=fix))
    return Sheet(Row(dict(zip(columns, lines[0], strict=True)), lines[0][0].where), tuple(rows)), faults


def _lines(source: Source, delimiter: str, faults: list[Fault]) -> Iterator[list[Cell]]:
    """Yield the cells of each line that holds any; a cell is found again behind the one before it."""
    reader = csv.reader(StringIO(source.text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    between, position = re.compile(delimiter), 0
    try:
        for row in reader:
            cells = []
            for index, text in enumerate(row, 1):
                where = _find(source, text, position)
                cells.append(Cell(text.strip(), where))
                end = (between if index < len(row) else _END).search(source.text, where.end if text else where.start)
                position = len(source.text) if end is None else end.end()
            if any(cell.text for cell in cells):
                yield cells
    except csv.Error as error:
        where = Span(source, position, position + 1)
        fix = "close each quote, and double those inside a quoted cell"
        faults.append(Fault(code="LR101", message=f"not CSV: {error}", where=where, fix=fix))


def _find(source: Source, text: str, position: int) -> Span:
    """Return where a cell stands, written plainly or with its quotes doubled."""
    written = text if source.text.find(text, position) >= 0 else text.replace('"', '""')
    start = max(position, source.text.find(written, position))
    return Span(source, start, start + max(1, len(written)))


def cell_expression(column: str, text: str, type_: v.Type) -> e.Expression:
    """Return what a cell that is not one of `ANY` demands of its column's field.

    Raises:
        ValueError: the cell has no meaning.
    """
    subject = e.Name(column)
    if text in ("known", "missing"):
        known = e.Call("known", (subject,))
        return known if text == "known" else e.Not(known)
    if _BOUND.fullmatch(text):
        bounds = [_bound(subject, part, type_) for part in re.split(r"\s+and\s+", text)]
        return bounds[0] if len(bounds) == 1 else e.And(tuple(bounds))
    negated = text.startswith("not ")
    items = tuple(e.Literal(_constant(item, type_)) for item in _items(text.removeprefix("not ")))
    if isinstance(type_, v.EnumSet):
        held = tuple(e.Compare(item, (("not in" if negated else "in", subject),)) for item in items)
        return held[0] if len(held) == 1 else e.And(held) if negated else e.Or(held)
    if len(items) == 1:
        return e.Compare(subject, (("!=" if negated else "==", items[0]),))
    return e.Compare(subject, (("not in" if negated else "in", e.ListOf(items)),))


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
            return _number(text)
        case v.Money():
            return _number(text) if _PLAIN_NUMBER.fullmatch(text) else text
    return text


def _number(text: str) -> int | Decimal:
    value = plain_scalar(text)
    number = read_value(v.Number(), value if isinstance(value, (int, Decimal)) else exact(text))
    return int(number) if isinstance(value, int) else number.normalize()
