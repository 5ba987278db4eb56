"""Gaps of tables, and the leads that show them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from leadrouter.rulepack.rule import Table
from leadrouter.rulepack.total import Gap, ProofError, uncovered
from tests.pack_text import parse

REST = "{rule: rest, default: true, class: mass}"


def gap(vocabulary: str, *whens: str, more: tuple[str, ...] = (), most: int = 100) -> Gap | None:
    """Return the gap of a table with these conditions and no default."""
    rules = [f"{{rule: r{index}, when: '{when}', class: mass}}" for index, when in enumerate(whens)]
    pack = parse(f"vocabulary: {{{vocabulary}}}", f"classify: [{', '.join((*rules, REST))}]", *more).checked
    return uncovered(Table("classify", pack.table("classify").rules[:-1]), pack, most=most)


@pytest.mark.parametrize(
    ("vocabulary", "whens", "told"),
    [
        ("a: int", ("a < 5", "a > 5", "not known(a)"), "`a` 5"),
        ("a: int", ("a <= 5", "a > 6", "not known(a)"), "`a` 6"),
        ("a: int", ("a <= 5", "a >= 6"), "`a` missing"),
        ("a: {int: {min: 5}}", ("a > 5", "not known(a)"), "`a` 5"),
        ("a: {money: RUB}", ("a <= 5", "a >= 6", "not known(a)"), "`a` 5.01 RUB"),
        ("a: bool", ("a", "not known(a)"), "`a` False"),
        ("a: {enum: [x, y]}", ('a == "x"', "not known(a)"), "`a` y"),
        ("a: text", ('a == "x"', 'a == ""', "not known(a)"), "`a` another text"),
        ("a: text", ('a != "x"', "not known(a)"), "`a` x"),
        ("a: date", ('a < "2026-03-02"', 'a > "2026-03-02"', "not known(a)"), "`a` 2026-03-02"),
        ("a: instant", ("not known(a)",), "`a` 2026-01-01T00:00:00+00:00"),
        ("a: duration", ('a <= "1h"', 'a > "1h 1m"', "not known(a)"), "`a` 1h 1s"),
        ("a: bool, b: bool", ("a", "b", "not known(a)"), "`a` False, `b` False"),
        ("a: bool, b: bool", ("a or b", "not known(a) or not known(b)"), "`a` False, `b` False"),
        ("a: bool", (), "any lead"),
        ("a: bool", ("a and not a",), "`a` False"),
        ("a: text", ('contains(a, "x")', 'not contains(a, "x")', "not known(a)"), "`a` another text"),
    ],
)
def test_a_gap_is_told_by_a_lead(vocabulary: str, whens: tuple[str, ...], told: str):
    """The fields that decide are named with values, as near to a border as can be."""
    found = gap(vocabulary, *whens)
    assert found is not None
    assert str(found) == told


@pytest.mark.parametrize(
    ("vocabulary", "whens"),
    [
        ("a: int", ("a <= 5", "a >= 6", "not known(a)")),
        ("a: int", ("a < 5.5", "a > 5.5", "not known(a)")),
        ("a: {int: {min: 1, max: 9}}", ("a <= 5", "6 <= a <= 9", "not known(a)")),
        ("a: {type: int, required: true}", ("a <= 5", "a > 5")),
        ("a: {type: int, default: 1}", ("a <= 5", "a > 5")),
        ("a: {money: {currency: RUB, min: 0}}", ("a == 0", "a > 0", "not known(a)")),
        ("a: duration", ('a <= "59s"', 'a >= "1m"', "not known(a)")),
        ("a: duration", ('a >= "0s"', "not known(a)")),
        ("a: date", ('a <= "2026-03-02"', 'a >= "2026-03-03"', "not known(a)")),
        ("a: date", ('a >= "1900-01-01"', "not known(a)")),
        ("a: {enum: [x, y]}", ('a == "x"', 'a != "x"', "not known(a)")),
        ("a: bool, b: bool", ("known(a) and b", "known(a) and not b", "not known(a) or not known(b)")),
    ],
)
def test_what_every_lead_meets_is_total(vocabulary: str, whens: tuple[str, ...]):
    """Whole numbers, whole seconds and bounds leave no room between two borders."""
    assert gap(vocabulary, *whens) is None


def test_a_derived_fact_with_a_default_is_never_missing():
    """Its values alone have to be covered; without a default it may be missing."""
    rules = "{when: 'a', then: true}"
    whens = ("d", "not d")
    assert (
        gap(
            "a: bool",
            *whens,
            more=(f"derive: {{d: {{type: bool, rules: [{rules}, {{default: true, then: false}}]}}}}",),
        )
        is None
    )
    assert str(gap("a: bool", *whens, more=(f"derive: {{d: {{type: bool, rules: [{rules}]}}}}",))) == "`d` missing"


def test_a_witness_holds_typed_values():
    """A missing fact is None in it."""
    found = gap("a: {money: RUB}, b: bool", "a > 5 or a < 5", "known(b)", "not known(a)")
    assert found is not None
    assert found.witness() == {"a": Decimal(5), "b": None}


def test_a_proof_that_takes_too_long_is_given_up():
    """Its cost is counted, and bounded."""
    with pytest.raises(ProofError):
        gap("a: int", "a < 5", "a > 5", most=2)
