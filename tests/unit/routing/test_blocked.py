"""Which missing facts could have changed a decision."""

from __future__ import annotations

import pytest

from leadrouter import RulePack
from leadrouter.routing.blocked import blocked_by

PACK = """
pack: questions
vocabulary:
  a: int
  b: int
  c: bool
  kept: {type: int, default: 0}
  text: text
derive:
  size:
    type: {enum: [small, large]}
    rules:
      - {rule: by-a, when: a > 10, then: large}
      - {rule: by-b, when: b > 10, then: large}
      - {rule: known, when: known(a), then: small}
tag:
  - {rule: shout, when: 'contains(text, "!")', tag: loud}
  - {rule: odd, when: c, tag: odd}
classify:
  - {rule: big, when: size == "large", class: complex}
  - {rule: never-asked, when: kept > 5, class: complex}
  - {rule: same, when: b == 3, class: mass}
  - {rule: rest, default: true, class: mass}
route:
  - {rule: loudly, when: '"loud" in tags', to: y}
  - {rule: complexly, when: class == "complex", to: y}
  - {rule: all, default: true, to: x}
routes: {x: [{to: person(p)}], y: [{to: person(p)}]}
"""


def asked(facts, text=PACK):
    pack = RulePack.parse(text)
    return blocked_by(pack.index, pack.decide(facts))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, ("a", "b", "text")),
        ({"a": 1}, ("b", "text")),
        ({"a": 1, "b": 1}, ("text",)),
        ({"a": 1, "b": 1, "text": "hm"}, ()),
        ({"a": 11}, ()),
    ],
)
def test_only_facts_that_could_have_changed_it_are_asked_for(facts, expected):
    """A derived fact stands for its fields; a tag nobody asks for, a default and the same outcome for nothing."""
    assert asked(facts) == expected


def test_a_class_in_doubt_puts_the_route_in_doubt():
    """A missing fact that may change the class may change where the class leads."""
    text = PACK.replace("to: y}\n  - {rule: all", "to: x}\n  - {rule: all").replace('"loud" in tags', "kept > 100")
    assert asked({}, text) == ("a", "b")


def test_conditions_over_several_fields_name_what_they_lack():
    """A residual condition is asked like any other."""
    text = PACK.replace('size == "large"', "a * 2 > b")
    assert asked({"a": 1}, text) == ("b", "text")
    assert asked({"b": 1}, text) == ("a", "text")


def test_a_tag_that_is_added_anyway_depends_on_nothing():
    """Another rule would add the same tag for some missing fact, which changes nothing that asks for it."""
    pack = """
pack: sure
vocabulary: {loud: bool, day: date}
tag:
  - {rule: shout, when: loud, tag: urgent}
  - {rule: monday, when: 'weekday(day) == "mon"', tag: urgent}
classify: [{rule: all, default: true, class: mass}]
route:
  - {rule: hurry, when: '"urgent" in tags', to: y}
  - {rule: rest, default: true, to: x}
routes: {x: [{to: person(p)}], y: [{to: person(p)}]}
"""
    assert asked({"loud": True}, pack) == ()
    assert asked({"loud": False}, pack) == ("day",)
