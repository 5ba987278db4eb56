"""What the types of operands say: what a constant is, what may be compared, what an operation gives."""

from __future__ import annotations

from decimal import Decimal

import pytest

from leadrouter import vocabulary as v
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.operand import (
    are_comparable,
    example_of,
    fits,
    is_foreign,
    natural,
    result_of,
    spelled,
    type_name,
    widest,
)

RUB = v.Money("RUB")
EVERY = [v.Bool(), v.Text(), v.Date(), v.Instant(), v.Duration(), v.Int(), v.Number(), RUB, v.Enum(("a",))]


@pytest.mark.parametrize(
    ("value", "type_", "word"),
    [
        (True, v.Bool(), "a bool"),
        (5, v.Int(), "a number"),
        (Decimal(5), v.Number(), "a number"),
        ("a", v.Text(), "text"),
    ],
)
def test_a_lone_constant_has_the_type_that_it_is_spelled_as(value: object, type_: v.Type, word: str):
    """A bool is not a number, though Python counts with it."""
    assert natural(value) == type_
    assert spelled(value) == word
    assert fits(value, type_)


def test_constants_fit_what_they_could_spell():
    """Numbers fit numbers and money; text spells values, dates, amounts; a bool is only a bool."""
    taking = {value: {type_name(type_) for type_ in EVERY if fits(value, type_)} for value in (True, 5, "5")}
    assert taking[True] == {"bool"}
    assert taking[5] == {"int", "decimal", "money in RUB"}
    assert taking["5"] == {"enum", "text", "date", "instant", "duration", "money in RUB"}


@pytest.mark.parametrize("type_", EVERY)
def test_every_type_is_comparable_with_itself_and_has_an_example(type_: v.Type):
    """Numbers whole and decimal are comparable as well; nothing else is with another type."""
    others = [type_name(other) for other in EVERY if are_comparable(type_, other)]
    assert others == (["int", "decimal"] if isinstance(type_, (v.Int, v.Number)) else [type_name(type_)])
    assert example_of(type_)


def test_an_amount_says_its_currency():
    """One without a currency, and what is no amount, is foreign nowhere."""
    assert is_foreign("5 USD", "RUB")
    assert not any(is_foreign(value, "RUB") for value in ("5 RUB", "5", "five", 5))


@pytest.mark.parametrize(
    ("type_", "wide"),
    [(v.Int(1, 9), v.Int()), (v.Money("RUB", Decimal(1)), RUB), (v.Int(), v.Int()), (v.Text(3), v.Text(3))],
)
def test_the_widest_type_has_no_bounds(type_: v.Type, wide: v.Type):
    """A constant may lie outside a field's range; the length of a text is no range."""
    assert widest(type_) == wide


NUMBER, MONEY = e.Literal(5), e.Name("amount")


@pytest.mark.parametrize(
    ("left", "operator", "right", "result"),
    [
        ((MONEY, RUB), "+", (MONEY, RUB), RUB),
        ((MONEY, RUB), "-", (NUMBER, v.Int()), RUB),
        ((NUMBER, v.Int()), "+", (MONEY, RUB), RUB),
        ((MONEY, RUB), "+", (e.Name("n"), v.Int()), None),
        ((e.Name("n"), v.Int()), "-", (MONEY, RUB), None),
        ((MONEY, RUB), "*", (e.Name("n"), v.Number()), RUB),
        ((e.Name("n"), v.Int()), "*", (MONEY, RUB), RUB),
        ((e.Name("n"), v.Int()), "/", (MONEY, RUB), None),
        ((MONEY, RUB), "*", (MONEY, RUB), None),
        ((MONEY, RUB), "/", (MONEY, RUB), v.Number()),
        ((NUMBER, v.Int()), "*", (NUMBER, v.Int()), v.Int()),
        ((NUMBER, v.Int()), "/", (NUMBER, v.Int()), v.Number()),
        ((NUMBER, v.Int()), "+", (NUMBER, v.Number()), v.Number()),
        ((e.Name("wait"), v.Duration()), "+", (e.Name("wait"), v.Duration()), None),
    ],
)  # fmt: skip
def test_operations_have_a_type_or_no_meaning(left, operator, right, result):
    """A bare number beside money is an amount; a field that counts is not."""
    node = e.Arithmetic(operator, left[0], right[0])
    assert result_of(node, left[1], right[1]) == result
