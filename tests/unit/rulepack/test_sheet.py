"""Decision tables in CSV: what their cells mean."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrouter import vocabulary as v
from leadrouter.refusal import Refusal
from leadrouter.rulepack.sheet import cell_expression
from leadrouter.rulepack.syntax import parse_expression
from leadrouter.rulepack.wording import format_expression

ENUM = v.Enum(("lathe", "press", "known", "-"))


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
        ("> −5", v.Int(), "f > -5.0"),
        ("0.125, 1.125", v.Number(), "f in [0.125, 1.125]"),
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
        ("0,5", v.Number(), "`0,5` has two meanings: `0.5` is one number, `0, 5` are two"),
        ("not 1,000", v.Int(), "`not 1,000` has two meanings"),
        ("4 200,50 ₽", v.Money("RUB"), "`4 200,50 ₽` has two meanings"),
        ("> 1,000", v.Int(), "`1,000` has two meanings"),
        ("> 1.000", v.Int(), "`1.000` has two meanings"),
        ("1.000", v.Money("RUB"), "`1.000` has two meanings"),
        ("1e18", v.Number(), "too large or too fine"),
        ("0.0000000001", v.Number(), "too large or too fine"),
        ("perhaps", v.Bool(), "`perhaps` (text) is not a bool"),
    ],
)
def test_a_cell_without_meaning_is_refused(cell: str, type_: v.Type, message: str):
    """What a column's type does not take is refused with the value, never guessed."""
    with pytest.raises(ValueError, match=re.escape(message)):
        cell_expression("f", cell, type_)


@pytest.mark.parametrize(
    ("cell", "type_", "fix"),
    [
        ("= 5", v.Int(), "leave the `=` out"),
        ("<> 5", v.Money("RUB"), "write `!=`"),
        ("≠ 5", v.Money("RUB"), "write `!=`"),
        ("≥ 5", v.Money("RUB"), "write `>=`"),
        ("=> 5", v.Number(), "write `>=`"),
        ("≤ 30d", v.Duration(), "write `<=`"),
        ("not >= 5", v.Money("RUB"), "turn the comparison round"),
        ("< 5 or >= 9", v.Int(), "turn the comparison round, or make two rows of it"),
        ("0,5", v.Number(), "write it as one of these"),
        ("> 1.000", v.Int(), "write 1000 or 1"),
        ("WAHR", v.Bool(), "give true or false"),
        ("5-10", v.Int(), "write `>= 5 and <= 10`"),
        ("0,5 – 1.5", v.Number(), "write `>= 0,5 and <= 1.5`"),
        ("300 000..3 000 000", v.Money("RUB"), "write `>= 300 000 and <= 3 000 000`"),
        ("lathe or press", ENUM, "part them with commas: `lathe, press`"),
        ("not lathe / press", ENUM, "part them with commas: `not lathe, press`"),
    ],
)
def test_a_cell_that_spreadsheets_understand_otherwise_gets_its_own_fix(cell: str, type_: v.Type, fix: str):
    """Signs of spreadsheets and of print, decimal commas, words for true in other languages."""
    with pytest.raises(Refusal) as refused:
        cell_expression("f", cell, type_)
    assert refused.value.fix is not None
    assert refused.value.fix.startswith(fix)


def test_words_and_texts_may_begin_with_a_sign():
    """Nothing but the value is meant there."""
    assert format_expression(cell_expression("f", "= 5", v.Text())) == 'f == "= 5"'
    assert format_expression(cell_expression("f", "≥ 5", v.Enum(("≥ 5",)))) == 'f == "≥ 5"'


@given(st.text(max_size=12), st.sampled_from([ENUM, v.Text(), v.Int(), v.Money("RUB"), v.Bool(), v.EnumSet(("x",))]))
def test_any_cell_is_a_condition_or_refused(text: str, type_: v.Type):
    """No text of a cell gives anything but a condition or a ValueError."""
    try:
        found = cell_expression("f", text.strip(), type_)
    except ValueError:
        return
    assert parse_expression(format_expression(found)) == (found, [])
