"""Conditions as regions over the values of single fields."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrouter import vocabulary as v
from leadrouter.facts import read_value, write_value
from leadrouter.rulepack.condition import Scope, check_condition
from leadrouter.rulepack.region import MOST_ALTERNATIVES, Alternative, Cells, Demand, alternatives, meet
from leadrouter.rulepack.rule import Rule
from leadrouter.rulepack.syntax import parse_expression
from leadrouter.rulepack.wording import format_expression
from tests.strategies import types, values

TYPES: dict[str, v.Type] = {
    "a": v.Int(),
    "b": v.Int(),
    "on": v.Bool(),
    "off": v.Bool(),
    "kind": v.Enum(("x", "y", "z")),
    "note": v.Text(),
    "marks": v.EnumSet(("x", "y")),
}


def ways(*whens: str) -> list[str]:
    """Return the ways in which a rule of these conditions holds, each as a line."""
    conditions = []
    for when in whens:
        parsed, _ = parse_expression(when)
        assert parsed is not None
        checked, problems, _ = check_condition(parsed, Scope(TYPES, TYPES))
        assert checked is not None, problems
        conditions.append(checked)
    return [told(way) for way in alternatives(Rule(id="r", when=tuple(conditions), outcome="x"), TYPES)]


def told(way: Alternative) -> str:
    demands = [" ".join((each.field, each.test, *map(str, each.values))) for each in way.demands]
    return "; ".join([*demands, *(f"[{format_expression(each)}]" for each in way.residue)])


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("a > 5", ["a > 5"]),
        ("5 > a", ["a < 5"]),
        ("1 <= a < 5", ["a >= 1; a < 5"]),
        ("not (1 <= a < 5)", ["a < 1", "a >= 5"]),
        ('kind in ["x", "y"]', ["kind in x y"]),
        ('not (kind in ["x", "y"])', ["kind not in x y"]),
        ('not ("x" == kind)', ["kind != x"]),
        ("on", ["on == True"]),
        ("not on", ["on == False"]),
        ("not (not on)", ["on == True"]),
        ("on == False", ["on == False"]),
        ("known(a)", ["a known"]),
        ("not known(a)", ["a missing"]),
        ("True", [""]),
        ("False", []),
        ("not True", []),
        ("not False", [""]),
        ("on and a > 5", ["on == True; a > 5"]),
        ("on or a > 5", ["on == True", "a > 5"]),
        ("not (on or a > 5)", ["on == False; a <= 5"]),
        ("not (on and a > 5)", ["on == False", "a <= 5"]),
        ("(on or off) and (a > 5 or a < 1)", [f"{x} == True; a {y}" for x in ("on", "off") for y in ("> 5", "< 1")]),
        ("on and False", []),
        ("on or False", ["on == True"]),
    ],
)
def test_a_condition_is_brought_into_alternatives(when: str, expected: list[str]):
    """Each way in which it is true demands something of single fields; `not` turns comparisons round."""
    assert ways(when) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("a < b", ["a needed; b needed; [a < b]"]),
        ("not (a < b)", ["a needed; b needed; [a >= b]"]),
        ("a + b > 5", ["a needed; b needed; [a + b > 5]"]),
        ('contains(note, "x")', ['note needed; [contains(note, "x")]']),
        ('not contains(note, "x")', ['note needed; [not contains(note, "x")]']),
        ('note < "m"', ['note needed; [note < "m"]']),
        ('"x" in marks', ['["x" in marks]']),
        ("known(marks)", ["[known(marks)]"]),
        ("not known(marks)", ["[not known(marks)]"]),
        ("known(a) == True", ["[known(a) == True]"]),
        ("(on or off) == on", ["[(on or off) == on]"]),
        ("1 < a < b", ["a > 1; a needed; b needed; [a < b]"]),
    ],
)
def test_what_no_single_field_decides_is_the_residue(when: str, expected: list[str]):
    """Fields without whose values it stays unknown are needed, so that a lead without them is passed at once."""
    assert ways(when) == expected


def test_conditions_of_a_rule_are_joined():
    """A list of conditions is one that joins them."""
    assert ways("on", "a > 5 or a < 1") == ways("on and (a > 5 or a < 1)")


@pytest.mark.parametrize(
    "when",
    [
        " or ".join(f"a == {number}" for number in range(MOST_ALTERNATIVES + 1)),
        "(" + ") and (".join(["on or off"] * 5) + ")",
        "not (" + " and ".join(["(on and off)"] * 17) + ")",
    ],
)
def test_what_has_too_many_alternatives_is_left_as_a_whole(when: str):
    """The residue has the condition, or the last of its terms, and nothing is lost."""
    found = ways(when)
    assert len(found) <= MOST_ALTERNATIVES
    assert all("[" in way for way in found)


def test_terms_are_brought_into_alternatives_as_far_as_they_go():
    """Of many choices the first ones are indexed, the others stay with the residue."""
    choice = "(a == 1 or a == 2 or a == 3)"
    assert (
        ways(f"{choice} and {choice} and {choice} and on")[0]
        == "a == 1; a == 1; on == True; [a == 1 or a == 2 or a == 3]"
    )


@pytest.mark.parametrize(
    ("test", "values", "runs"),
    [
        ("<", (5,), ((0, 1),)),
        ("<=", (5,), ((0, 2),)),
        (">", (5,), ((2, 5),)),
        (">=", (5,), ((1, 5),)),
        ("==", (5,), ((1, 2),)),
        ("!=", (5,), ((0, 1), (2, 5))),
        ("in", (5, 9), ((1, 2), (3, 4))),
        ("not in", (5, 9), ((0, 1), (2, 3), (4, 5))),
        ("known", (), ((0, 5),)),
        ("needed", (), ((0, 5),)),
        ("missing", (), ((5, 6),)),
    ],
)
def test_a_demand_is_true_in_runs_of_cells(test: str, values: tuple[Any, ...], runs: tuple[tuple[int, int], ...]):
    """Five and nine cut numbers into five cells; the sixth is for a missing one."""
    assert Cells.of(v.Int(), [9, 5, 5]).runs(Demand("a", test, values)) == runs


def test_neighbouring_cells_are_one_run():
    """The values of an enumeration have cells of their own, side by side."""
    assert Cells.of(v.Enum(("x", "y", "z")), ()).runs(Demand("kind", "in", ("y", "x"))) == ((0, 2),)


def test_runs_meet_where_both_are():
    """What is in one only is in neither."""
    assert meet(((0, 3), (5, 9)), ((2, 6), (8, 12))) == ((2, 3), (5, 6), (8, 9))


@pytest.mark.parametrize(
    ("type_", "constants", "examples"),
    [
        (v.Int(), [5], [4, 5, 6]),
        (v.Int(), [], [0]),
        (v.Int(3, 9), [], [3]),
        (v.Int(5, 5), [5], [None, 5, None]),
        (v.Int(4, 6), [4, 6], [None, 4, 5, 6, None]),
        (v.Int(), [4, 5], [3, 4, None, 5, 6]),
        (v.Int(), [Decimal("0.5"), Decimal("1.5")], [0, None, 1, None, 2]),
        (v.Number(), [Decimal("0.5")], [Decimal("-0.5"), Decimal("0.5"), Decimal("1.5")]),
        (v.Number(Decimal("0.4")), [Decimal("0.5")], [Decimal("0.49"), Decimal("0.5"), Decimal("1.5")]),
        (
            v.Number(),
            [Decimal(0), Decimal("1e-9")],
            [Decimal(-1), Decimal(0), None, Decimal("1e-9"), 1 + Decimal("1e-9")],
        ),
        (
            v.Number(),
            [Decimal(0), Decimal("2e-9")],
            [Decimal(-1), Decimal(0), Decimal("1e-9"), Decimal("2e-9"), 1 + Decimal("2e-9")],
        ),
        (v.Money("RUB", Decimal(10)), [Decimal(1)], [None, None, Decimal(10)]),
        (v.Money("RUB", None, Decimal(10)), [Decimal(100)], [Decimal(10), None, None]),
        (v.Date(), [date(1900, 1, 1)], [None, date(1900, 1, 1), date(1900, 1, 2)]),
        (
            v.Duration(),
            [timedelta(0), timedelta(seconds=1)],
            [None, timedelta(0), None, timedelta(seconds=1), timedelta(seconds=61)],
        ),
        (v.Duration(), [], [timedelta(0)]),
        (v.Bool(), [True], [False, True]),
        (v.Enum(("x", "y")), [], ["x", "y"]),
        (v.Text(), ["", "x"], ["", "x", "xx"]),
        (v.Text(), [], [""]),
        (v.EnumSet(("x",)), [], []),
    ],
)
def test_each_cell_has_an_example(type_: v.Type, constants: list[Any], examples: list[Any]):
    """A value near to a border stands for its cell; None where no value of the type lies there."""
    cells = Cells.of(type_, constants)
    assert [cells.example(cell) for cell in range(cells.count)] == examples
    assert cells.example(cells.missing) is None


def test_an_instant_has_an_example_as_well():
    """A moment beside a border differs by a minute, or by as little as there is room for."""
    at = datetime.fromisoformat("2026-03-02T10:00+00:00")
    cells = Cells.of(v.Instant(), [at, at + timedelta(seconds=2), at + timedelta(seconds=2, microseconds=1)])
    steps = [None if each is None else each - at for each in map(cells.example, range(cells.count))]
    seconds = [None if step is None else step.total_seconds() for step in steps]
    assert seconds == [-60, 0, 1, 2, None, 2.000001, 62.000001]


@given(st.data())
def test_an_example_lies_in_its_cell(data: st.DataObject):
    """Whatever the constants, an example is a value of the type, in its cell, and a lead can bring it."""
    type_ = data.draw(types)
    cells = Cells.of(type_, data.draw(st.lists(values(type_), max_size=4)))
    for cell in range(cells.count):
        example = cells.example(cell)
        assert (example is not None) == cells.is_possible(cell)
        if example is not None:
            assert cells.cell(example) == cell
            assert read_value(type_, write_value(type_, example)) == example


@given(st.data())
def test_every_value_lies_in_a_possible_cell(data: st.DataObject):
    """No value of the type is in a cell of which it is said that none is there."""
    type_ = data.draw(types)
    cells = Cells.of(type_, data.draw(st.lists(values(type_), max_size=4)))
    assert cells.is_possible(cells.cell(data.draw(st.none() | values(type_))))


def test_what_has_no_order_has_no_ends():
    """Only ordered values lie between others."""
    with pytest.raises(TypeError, match="bool has no order"):
        Cells.of(v.Bool(), ()).ends(0)
