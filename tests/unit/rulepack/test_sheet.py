"""Decision tables in CSV: their shape, their places and what their cells mean."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrouter import vocabulary as v
from leadrouter.rulepack.sheet import Sheet, cell_expression, read_sheet
from leadrouter.rulepack.syntax import parse_expression
from leadrouter.rulepack.wording import format_expression

ENUM = v.Enum(("lathe", "press", "known", "-"))


def sheet(text: str) -> Sheet:
    found, faults = read_sheet(text, "sheet.csv")
    assert faults == []
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("cell", "type_", "condition"),
    [
        ("lathe", ENUM, 'f == "lathe"'),
        ("lathe, press", ENUM, 'f in ["lathe", "press"]'),
        ("not lathe", ENUM, 'f != "lathe"'),
        ("not lathe, press", ENUM, 'f not in ["lathe", "press"]'),
        ("known", ENUM, "known(f)"),
        ("missing", ENUM, "not known(f)"),
        ('"known"', ENUM, 'f == "known"'),
        ('"-"', ENUM, 'f == "-"'),
        ("not", ENUM, 'f == "not"'),
        ('"a, b", c', v.Text(), 'f in ["a, b", "c"]'),
        ("5", v.Text(), 'f == "5"'),
        ("< m", v.Text(), 'f < "m"'),
        (">= 3_000_000", v.Int(), "f >= 3_000_000"),
        (">=5", v.Int(), "f >= 5"),
        ("-5", v.Int(), "f == -5"),
        (">= 5 and < 10", v.Int(), "f >= 5 and f < 10"),
        ("== 5", v.Int(), "f == 5"),
        ("!= 5", v.Int(), "f != 5"),
        ("1, 2", v.Int(), "f in [1, 2]"),
        ("> 0,5", v.Number(), "f > 0.5"),
        ("> 0.50", v.Number(), "f > 0.5"),
        ("> 1e3", v.Number(), "f > 1000.0"),
        ("< 1 000", v.Int(), "f < 1000.0"),
        ("300_000", v.Money("RUB"), "f == 300_000"),
        ("< 300_000 RUB", v.Money("RUB"), 'f < "300_000 RUB"'),
        ("true", v.Bool(), "f == True"),
        ("FALSE", v.Bool(), "f == False"),
        ("да", v.Bool(), "f == True"),
        ("< 2026-03-02", v.Date(), 'f < "2026-03-02"'),
        ("> 30d", v.Duration(), 'f > "30d"'),
        ("x", v.EnumSet(("x", "y")), '"x" in f'),
        ("x, y", v.EnumSet(("x", "y")), '"x" in f or "y" in f'),
        ("not x", v.EnumSet(("x", "y")), '"x" not in f'),
        ("not x, y", v.EnumSet(("x", "y")), '"x" not in f and "y" not in f'),
    ],
)
def test_a_cell_is_a_condition(cell: str, type_: v.Type, condition: str):
    """Each form of a cell says what a condition could say, its constants typed by the column."""
    assert cell_expression("f", cell, type_) == parse_expression(condition)[0]


@pytest.mark.parametrize(
    ("cell", "type_", "message"),
    [
        ("lathe,", ENUM, "`lathe,` lists an empty value"),
        (", lathe", ENUM, "`, lathe` lists an empty value"),
        ("not ,", ENUM, "`,` lists an empty value"),
        (">= 5 and 10", v.Int(), "`10` is no comparison"),
        ("many", v.Int(), "`many` is not a number"),
        ("true", v.Int(), "`True` (a bool) is not a decimal"),
        ("1e18", v.Number(), "too large or too fine"),
        ("0.0000000001", v.Number(), "too large or too fine"),
        ("perhaps", v.Bool(), "`perhaps` (text) is not a bool"),
    ],
)
def test_a_cell_without_meaning_is_refused(cell: str, type_: v.Type, message: str):
    """What a column's type does not take is refused with the value, never guessed."""
    with pytest.raises(ValueError, match=re.escape(message)):
        cell_expression("f", cell, type_)


@given(st.text(max_size=12), st.sampled_from([ENUM, v.Text(), v.Int(), v.Money("RUB"), v.Bool(), v.EnumSet(("x",))]))
def test_any_cell_is_a_condition_or_refused(text: str, type_: v.Type):
    """No text of a cell gives anything but a condition or a ValueError."""
    try:
        found = cell_expression("f", text.strip(), type_)
    except ValueError:
        return
    assert parse_expression(format_expression(found)) == (found, [])


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
