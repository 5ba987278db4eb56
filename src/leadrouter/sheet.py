"""Tables that people keep in spreadsheets: CSV with a heading, every cell with its place.

Commas and semicolons part the columns, whichever the heading uses.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO

from attrs import field, frozen

from leadrouter.errors import Fault
from leadrouter.span import Source, Span

_END = re.compile(r"\r?\n|\r")


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
        fault = Fault(code="LR106", message="the table is empty", where=name, fix="begin with a heading")
        return None, faults or [fault]
    columns = [cell.text for cell in lines[0]]
    for index, cell in enumerate(lines[0]):
        if not cell.text or cell.text in columns[:index]:
            message = f"column `{cell.text}` is empty or given twice"
            fix = "name each column once" if cell.text else "take the column out, or name it"
            faults.append(Fault(code="LR103", message=message, where=cell.where, fix=fix))
    rows = []
    for line in lines[1:]:
        where = Span(source, line[0].where.start, line[-1].where.end)
        if len(line) == len(columns):
            rows.append(Row(dict(zip(columns, line, strict=True)), where))
        else:
            message = f"a row of {len(line)} cells below {len(columns)} columns"
            is_short = len(line) < len(columns)
            fix = "end it with empty cells" if is_short else "quote cells that hold the separator"
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
