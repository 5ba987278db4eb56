"""Tables in CSV: their shape and the places of their cells."""

from __future__ import annotations

import pytest

from leadrouter.sheet import Sheet, read_sheet


def sheet(text: str) -> Sheet:
    found, faults = read_sheet(text, "sheet.csv")
    assert faults == []
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("rule,a\nx,1\ny,2\n", [["x", "1"], ["y", "2"]]),
        ("rule;a\nx;1,5\n", [["x", "1,5"]]),
        ("\ufeffrule,a\r\nx,1\r\n", [["x", "1"]]),
        ("rule,a\n\n,\nx, 1 \n", [["x", "1"]]),
        ('rule,a\nx,"1\n2"\ny,3', [["x", "1\n2"], ["y", "3"]]),
        ('rule,a\nx,"say ""hi"""\n', [["x", 'say "hi"']]),
        ("rule,a", []),
    ],
)
def test_rows_are_read_as_spreadsheets_write_them(text: str, rows: list[list[str]]):
    """Either separator, a byte-order mark, blank lines, quoted cells and any end of line."""
    assert [[cell.text for cell in row.cells.values()] for row in sheet(text).rows] == rows


@pytest.mark.parametrize(
    ("text", "column", "place"),
    [
        ("rule,a,b\nx,1,1\ny,2,1", "b", (3, 5)),
        ("rule,a,b\nx,,1\n", "b", (2, 4)),
        ("rule,a,b\nx,1,\n", "b", (2, 5)),
        ('rule,a,b\nx,"1, 2",3\n', "b", (2, 10)),
        ('rule,a,b\nx,"a ""1""",1\n', "b", (2, 13)),
        ('rule,a,b\nx,"1\n2",3\n', "b", (3, 4)),
        ("rule,a,b\r\n\r\nx,1,3\r\n", "b", (3, 5)),
        ("rule,a,b\rx,1,3\r", "b", (1, 14)),
    ],
)
def test_a_cell_keeps_its_place(text: str, column: str, place: tuple[int, int]):
    """Line and column are those of the text, whatever was quoted before."""
    where = sheet(text).rows[-1].cells[column].where
    assert (where.line, where.column) == place


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "sheet.csv: LR106 the table is empty"),
        ("\n\n", "sheet.csv: LR106 the table is empty"),
        ("rule,a,a\nx,1,2\n", "sheet.csv:1:8: LR103 column `a` is empty or given twice"),
        ("rule,,a\nx,1,2\n", "sheet.csv:1:6: LR103 column `` is empty or given twice"),
        ("rule,a\nx,1,2\n", "sheet.csv:2:1: LR106 a row of 3 cells below 2 columns"),
        ("rule,a\nx\n", "sheet.csv:2:1: LR106 a row of 1 cells below 2 columns"),
        ('rule,a\nx,"1\n', "sheet.csv:2:1: LR101 not CSV: unexpected end of data"),
        ('rule,a\nx,"urgent" in tags\n', "sheet.csv:2:1: LR101 not CSV: ',' expected after '\"'"),
    ],
)
def test_a_table_of_another_shape_is_refused(text: str, message: str):
    """What cannot be read as rows below a heading is a fault with its place."""
    _, faults = read_sheet(text, "sheet.csv")
    assert [str(fault).split("\n")[0] for fault in faults] == [message]


def test_all_faults_of_a_table_are_found():
    """A row of another length does not hide the next one."""
    _, faults = read_sheet("rule,a\nx\ny,1\nz,1,2\n", "sheet.csv")
    assert len(faults) == 2
