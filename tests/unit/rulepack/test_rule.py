"""Rules and tables as values."""

from __future__ import annotations

import pytest

from tests.pack_text import parse

CLASSIFY = (
    "classify: [{rule: a, when: [hot, sites > amount / 5], class: mass}, {rule: rest, default: true, class: mass}]"
)


def test_a_rule_knows_what_it_reads():
    """The names are those of all its conditions; a default reads nothing."""
    first, last = parse("vocabulary: {hot: bool, sites: int, amount: int}", CLASSIFY).checked.table("classify")
    assert (first.names, first.is_default) == (frozenset({"hot", "sites", "amount"}), False)
    assert (last.names, last.is_default) == (frozenset(), True)


def test_a_rule_knows_where_it_stands():
    """Its place is the rule as it was written."""
    (rule,) = parse().checked.table("classify")
    assert rule.where is not None
    assert rule.where.text == "{rule: rest, default: true, class: mass}"


@pytest.mark.parametrize(
    ("name", "fact"), [("derive.size", "size"), ("tag", None), ("classify", None), ("route", None)]
)
def test_a_table_of_a_derived_fact_says_which(name: str, fact: str | None):
    """The other tables give no fact."""
    assert parse("derive: {size: {type: int, rules: []}}").checked.table(name).fact == fact
