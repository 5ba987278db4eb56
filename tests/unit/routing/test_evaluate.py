"""What a rule pack means; single conditions stand in `tests/conformance/truth`."""

from __future__ import annotations

import pytest

from leadrouter.routing.evaluate import Maybe, evaluate, value_of
from leadrouter.rulepack.parse import parse_pack
from leadrouter.rulepack.syntax import parse_expression
from tests.strategies import CALENDAR

PACK = parse_pack(
    """
    pack: demo
    vocabulary: {amount: int, hot: bool}
    derive:
      size: {type: {enum: [small, large]}, rules: [{when: amount > 10, then: large}, {when: amount >= 0, then: small}]}
    tag:
      - {rule: is-hot, when: hot, tag: urgent}
      - {rule: is-large, when: size == "large", tag: urgent}
      - {rule: is-small, when: size == "small", tag: tiny}
    classify:
      - {rule: urgent, when: '"urgent" in tags', class: complex}
      - {rule: rest, default: true, class: mass}
    route:
      - {rule: complex, when: class == "complex", to: desk}
      - {rule: others, default: true, to: queue}
    routes: {desk: [{to: inbound}], queue: [{to: inbound}]}
    """,
    "demo.yaml",
)


@pytest.mark.parametrize(
    ("facts", "decided"),
    [
        (
            {"amount": 11},
            {"derive.size": ["size-1"], "tag": ["is-large"], "classify": ["urgent"], "route": ["complex"]},
        ),
        ({"amount": 5}, {"derive.size": ["size-2"], "tag": ["is-small"], "classify": ["rest"], "route": ["others"]}),
        ({}, {"derive.size": [], "tag": [], "classify": ["rest"], "route": ["others"]}),
        (
            {"amount": 11, "hot": True},
            {"derive.size": ["size-1"], "tag": ["is-hot", "is-large"], "classify": ["urgent"], "route": ["complex"]},
        ),
    ],
)
def test_stages_run_in_order(facts: dict[str, object], decided: dict[str, list[str]]):
    """The first rule that holds decides, every rule for tags; each stage sees what those before it found."""
    found = evaluate(PACK, facts)
    assert {table: [rule.id for rule in rules] for table, rules in found.items()} == decided
    assert list(found) == list(decided)


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ('"sure" in tags', True),
        ('"perhaps" in tags', None),
        ('"never" in tags', False),
        ('"sure" not in tags', False),
        ('"perhaps" not in tags', None),
        ("known(tags)", True),
    ],
)
def test_tags_may_depend_on_what_is_missing(text: str, worth):
    """A tag is sure, possible or neither."""
    tags = Maybe(frozenset({"sure"}), frozenset({"perhaps"}))
    tree, _ = parse_expression(text)
    assert value_of(tree, {"tags": tags}, CALENDAR) is worth
