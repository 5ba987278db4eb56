"""The benchmark compares like with like: its packs are answered alike by each of our evaluators and by plain Python."""

from __future__ import annotations

import pytest

from leadrouter import RulePack

from .contest import leads_for
from .packs import DEFAULT, make_leads, make_rules, pack_text
from .peers import if_chain, leadrouter_rule

SIZES = (10, 100)


@pytest.mark.parametrize("size", SIZES)
def test_index_reference_and_plain_python_agree(size: int) -> None:
    """`decide`, `evaluate` and a chain of `if` name the same rule for every lead."""
    rules = make_rules(size)
    pack, chain = RulePack.parse(pack_text(rules)), if_chain(rules)
    for facts in leads_for(size):
        expected = chain(facts)
        assert leadrouter_rule(pack.decide(facts)) == expected, facts
        assert leadrouter_rule(pack.evaluate(facts)) == expected, facts


@pytest.mark.parametrize("size", SIZES)
def test_leads_fall_over_the_whole_pack(size: int) -> None:
    """The leads reach the default and at least half of the rules: a fast answer is not an early one."""
    rules = make_rules(size)
    reached = {*map(if_chain(rules), leads_for(size))}
    assert DEFAULT in reached
    assert len(reached) >= size / 2


def test_packs_and_leads_come_from_the_seed() -> None:
    """The same seed makes the same rules and leads, another seed others."""
    rules = make_rules(100)
    assert rules == make_rules(100) != make_rules(100, seed=2)
    assert make_leads(rules, 50) == make_leads(rules, 50) != make_leads(rules, 50, seed=2)
