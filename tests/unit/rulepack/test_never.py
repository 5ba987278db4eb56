"""Comparisons that can never hold are told before a lead comes."""

from __future__ import annotations

import pytest

from leadrouter import vocabulary as v
from leadrouter.rulepack.condition import Scope, check_condition
from leadrouter.rulepack.syntax import parse_expression

SCOPE = Scope({"n": v.Int(1, 9), "free": v.Int(), "word": v.Text(), "kind": v.Enum(("a", "b"))})


def warned(text: str) -> list[str]:
    expression, _ = parse_expression(text)
    _, problems, warnings = check_condition(expression, SCOPE)
    assert not problems
    return [each.message for each in warnings if each.code == "LR222"]


def told(text: str) -> list[str]:
    expression, _ = parse_expression(text)
    _, problems, _ = check_condition(expression, SCOPE)
    return [f"{each.message}; {each.fix}" for each in problems]


@pytest.mark.parametrize(
    "text",
    ["n < 1", "n <= 0", "n > 9", "n >= 10", "n == 0", "n == 10", "n in [0, 10]", "10 <= n", "n == 5.5", "n in [0.5]"],
)
def test_a_constant_out_of_the_range_can_never_compare(text):
    """At, beyond and between what the field can hold."""
    assert told(text) == ["this can never hold: it is out of the field's range; the field goes from 1 to 9"]


@pytest.mark.parametrize("text", ["5 < free < 3", "3 < free < 3", "3 <= free < 3", "3 > free > 5", "3 > free >= 3"])
def test_a_chain_that_leaves_no_value_can_never_hold(text):
    """Both bounds are constants, and nothing lies between them."""
    assert told(text) == ["this can never hold: the range is empty; turn the bounds round"]


@pytest.mark.parametrize("text", ["n < n", "kind != kind", "word > word", "1 < n < n", "n * 2 > n * 2"])
def test_a_value_is_never_different_from_itself(text):
    """Whatever its type, and however it is worked out."""
    (fault,) = told(text)
    assert fault.startswith("this can never hold: it compares a value with itself; compare it with another field")


@pytest.mark.parametrize(
    "text",
    ["n == n", "kind == kind", "n < free", "n < 2", "n <= 1", "n > 8", "n >= 9", "n != 10", "n in [0, 1]",
     "n not in [0]", "n < 5.5", "3 <= free <= 3", "3 < free > 5", "free < n < 3", 'word == "x"', 'kind == "a"',
     "n * 2 > 5", "free == 1_000_000"],
)  # fmt: skip
def test_what_some_lead_could_meet_is_not_told(text):
    """Borders that are in the range, comparisons that always hold, and fields against each other."""
    assert told(text) == []


def test_a_field_without_a_range_still_holds_whole_numbers_only():
    """The fix says what rules the constant out."""
    assert told("free == 5.5") == ["this can never hold: it is out of the field's range; the field holds whole numbers"]


@pytest.mark.parametrize(
    "text",
    ["free > 5 and free < 3", "free >= 5 and 5 > free", "free > 5 and free <= 5", "5 < free and 5 > free",
     'kind == "a" and kind == "b"', 'kind in ["a"] and "b" == kind', "free in [1, 2] and free > 2",
     "free == 3 and n > 1 and not (n == 2) and free == 4", "4 <= free < 9 and free < 3", 'word == "x" and word < "b"',
     "n + free > 5 and n + free < 5", "(free > 5 and free < 3) or n == 1"],
)  # fmt: skip
def test_comparisons_that_no_value_meets_together_are_warned_of(text):
    """Whatever stands between them, on whichever side the constants are."""
    assert warned(text) == ["this can never hold: no value meets both comparisons"]


@pytest.mark.parametrize(
    "text",
    ["free > 3 and free < 5", "free >= 5 and free <= 5", "free > 5 and free > 7", "free < 5 and free <= 3",
     "free > 5 or free < 3", 'kind in ["a", "b"] and kind == "b"', "free == 5 and n == 4", "free > n and free < n",
     'kind != "a" and kind != "b"', "free in [1, 3] and free > 2", "free == 3 and free >= 3", 'kind == "a"'],
)  # fmt: skip
def test_comparisons_that_some_value_meets_are_not_warned_of(text):
    """Among them what compares with another field, of which nothing is known."""
    assert warned(text) == []


def test_tags_exclude_no_tags():
    """A set may hold both."""
    scope = Scope({"extras": v.EnumSet(("a", "b"))})
    expression, _ = parse_expression('"a" in extras and "b" in extras')
    assert check_condition(expression, scope)[1:] == ([], [])
