"""What a lead asks, and how much it counts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from leadrouter.assignment.asked import Asked, amount, asked
from leadrouter.assignment.standing import UNIT
from leadrouter.rulepack.route import Needs


def test_the_values_of_a_lead_are_what_is_asked():
    """One value or a set of them; what the step asks of everybody as well, the higher level of both."""
    needs = Needs(skill="product", level=2, skills={"press": 1, "call": 3}, language="tongue", territory="place")
    facts = {"product": frozenset({"press", "lathe"}), "tongue": "en", "place": ["SPB", "MSK"]}
    found = asked(needs, facts)
    assert found == Asked(skills={"press": 2, "lathe": 2, "call": 3}, languages=("en",), territories=("MSK", "SPB"))
    assert found


def test_a_missing_fact_asks_for_nothing():
    """Nobody is kept from a lead by what it does not say."""
    assert not asked(Needs(skill="product", language="tongue", territory="place"), {"product": None})
    assert asked(Needs(skills={"press": 1}), {})
    assert asked(Needs(territory="place"), {"place": "MSK"})


@pytest.mark.parametrize(
    ("value", "counted"),
    [
        (7, 7 * UNIT),
        (Decimal("2.5"), 5 * UNIT // 2),
        ("2.5", 5 * UNIT // 2),
        ("4200000 RUB", 4_200_000 * UNIT),
        (timedelta(minutes=90), 3 * UNIT // 2),
        ("1h 30m", 3 * UNIT // 2),
        (0, None),
        (-3, None),
        (None, None),
        (True, None),
        ("0s", None),
    ],
)
def test_amounts_count_in_whole_units(value, counted):
    """Money and numbers as they are, durations in hours, typed or as JSON holds them; nothing below zero."""
    assert amount("worth", {"worth": value}) == counted


def test_a_lead_counts_one_where_leads_are_shared():
    """Whatever it is worth."""
    assert amount("leads", {"leads": 9}) == UNIT
