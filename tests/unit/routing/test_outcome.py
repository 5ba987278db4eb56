"""What a pack says of one lead, as a value."""

from __future__ import annotations

import pytest

from leadrouter.routing.outcome import Outcome
from tests.pack_text import parse

PACK = parse(
    "vocabulary: {n: int, m: {type: int, default: 1}, kind: {enum: [a, b], synonyms: {x: a}}}",
    "derive: {d: {type: bool, rules: [{when: n > 5, then: true}]}}",
    "tag: [{rule: t, when: n > 1, tag: more}, {rule: u, when: n > 2, tag: more}, {rule: v, when: n > 3, tag: much}]",
    "classify: [{rule: large, when: d, class: complex}, {rule: rest, default: true, class: mass}]",
)


def test_an_outcome_says_what_was_decided_and_by_which_rules():
    """Class, route, tags and facts, and for each table the rule that decided."""
    outcome = PACK.decide({"n": "6", "kind": "X"})
    assert (outcome.lead_class, outcome.route, outcome.tags) == ("complex", "desk", ("more", "much"))
    assert outcome.rules == {"derive.d": "d-1", "classify": "large", "route": "all"}
    assert outcome.tag_rules == ("t", "u", "v")
    assert outcome.facts == {"n": 6, "m": 1, "kind": "a", "d": True}
    assert outcome.pack is PACK.checked
    assert outcome.deciding("classify").where is not None
    assert repr(outcome).startswith("Outcome(lead_class='complex', route='desk', rules={'derive.d': 'd-1'")


@pytest.mark.parametrize("facts", [{"n": "6", "kind": "X"}, {"n": 6, "kind": "a"}])
def test_facts_are_kept_as_they_were_given(facts: dict[str, object]):
    """However they had to be read; nulls are left out."""
    for decide in (PACK.decide, PACK.evaluate):
        assert decide({**facts, "m": None}).given == facts


def test_a_derived_fact_that_no_rule_gave_is_left_out():
    """It has neither a rule nor a value."""
    outcome = PACK.decide({})
    assert outcome.rules == {"classify": "rest", "route": "all"}
    assert outcome.facts == {"m": 1}


def test_an_outcome_is_a_value():
    """It equals another that says the same, and cannot be set."""
    one, other = PACK.decide({"n": 6}), PACK.evaluate({"n": "6"})
    assert one == other
    assert hash(one) == hash(other)
    assert one not in (PACK.decide({"n": 7}), PACK.decide({}), "large")
    for name in ("lead_class", "route", "rules", "facts", "given"):
        with pytest.raises(AttributeError):
            setattr(one, name, None)


def test_what_an_outcome_gives_is_a_copy():
    """To change it changes nothing of the outcome, nor do later changes of what was given."""
    facts = {"n": 6}
    outcome = PACK.decide(facts)
    facts["n"] = 1
    for mapping in (outcome.facts, outcome.given, outcome.rules):
        mapping.clear()  # type: ignore[attr-defined]  # they are plain dicts
    assert outcome == PACK.decide({"n": 6})
    assert isinstance(outcome, Outcome)
