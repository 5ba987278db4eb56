"""Decision tables that people keep in spreadsheets: CSV with one row a rule and one column a field.

A cell says what its field must be: nothing or `-` for anything, `>= 3_000_000`, `>= 5 and < 10`,
`lathe, press` for any of these, `not lathe, press`, `known`, `missing`. Commas and semicolons part
the columns, whichever the heading uses.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO

from attrs import field, frozen

from leadrouter.document import plain_scalar
from leadrouter.errors import Fault
from leadrouter.rulepack import expression as e
from leadrouter.span import Source, Span

_ANY = ("", "-")
_BOUND = re.compile(r"(<=|>=|==|!=|<|>)\s*(.+)")


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


def read_rows(text: str, name: str) -> tuple[list[Row], list[Fault]]:
    """Return the rows below the heading, and what is wrong with the shape of the table."""
    source = Source(name, text.removeprefix("\ufeff"))
    heading = source.text.partition("\n")[0]
    delimiter = ";" if heading.count(";") > heading.count(",") else ","
    faults: list[Fault] = []
    lines = list(_cells(source, delimiter, faults))
    if not lines:
        return [], faults or [Fault(code="LR106", message="the table is empty", where=name, fix="begin with a heading: rule, …")]
    columns = [cell.text for cell in lines[0]]
    for index, cell in enumerate(lines[0]):
        if not cell.text or cell.text in columns[:index]:
            faults.append(Fault(code="LR103", message=f"column `{cell.text}` is empty or given twice", where=cell.where, fix="name each column once"))
    rows = []
    for line in lines[1:]:
        if not any(cell.text for cell in line):
            continue
        where = Span(source, line[0].where.start, line[-1].where.end)
        if len(line) != len(columns):
            message = f"a row of {len(line)} cells below {len(columns)} columns"
            faults.append(Fault(code="LR106", message=message, where=where, fix="quote cells that hold the separator"))
            continue
        rows.append(Row(dict(zip(columns, line, strict=True)), where))
    return rows, faults


def _cells(source: Source, delimiter: str, faults: list[Fault]) -> Iterator[list[Cell]]:
    """Yield the cells of each row; a cell is found again in the text behind the one before it."""
    reader = csv.reader(StringIO(source.text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    position = 0
    try:
        for row in reader:
            cells = []
            for text in row:
                found = source.text.find(text, position)
                start = position if found < 0 else found
                cells.append(Cell(text.strip(), Span(source, start, max(start + len(text), start + 1))))
                position = start + len(text)
            newline = source.text.find("\n", position)
            position = len(source.text) if newline < 0 else newline + 1
            if cells:
                yield cells
    except csv.Error as error:
        faults.append(Fault(code="LR101", message=f"not CSV: {error}", where=Span(source, position, position + 1), fix="close each quote"))


def cell_expression(column: str, cell: Cell) -> e.Expression | None:
    """Return what a cell demands of its column's field; None where it takes anything.

    Raises:
        ValueError: the cell has no meaning.
    """
    text = cell.text
    if text in _ANY:
        return None
    subject = e.Name(column)
    if text in ("known", "missing"):
        known = e.Call("known", (subject,))
        return known if text == "known" else e.Not(known)
    if _BOUND.match(text):
        bounds = [_bound(subject, part) for part in re.split(r"\s+and\s+", text)]
        return bounds[0] if len(bounds) == 1 else e.And(tuple(bounds))
    negated = text.startswith("not ")
    items = [part.strip() for part in text.removeprefix("not ").split(",")]
    if not all(items):
        raise ValueError(f"`{text}` lists an empty value")
    values = tuple(e.Literal(_constant(item)) for item in items)
    if len(values) == 1:
        return e.Compare(subject, (("!=" if negated else "==", values[0]),))
    return e.Compare(subject, (("not in" if negated else "in", e.ListOf(values)),))


def _bound(subject: e.Name, text: str) -> e.Compare:
    found = _BOUND.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"`{text}` is no comparison")
    comparator = found[1]
    assert comparator in ("<", "<=", ">", ">=", "==", "!=")
    return e.Compare(subject, ((comparator, e.Literal(_constant(found[2].strip()))),))


def _constant(text: str) -> bool | int | Decimal | str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    value = plain_scalar(text)
    return text if value is None else value
