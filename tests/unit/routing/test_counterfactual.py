"""The smallest change of one fact that would have led elsewhere."""

from __future__ import annotations

import pytest

from leadrouter import Lead, RulePack, counterfactual
from tests.small import AT, small_pack, small_router

PACK = """
pack: borders
vocabulary:
  amount: {money: RUB}
  size: {int: {min: 1, max: 50}}
  ratio: decimal
  due: date
  seen: instant
  wait: duration
  flag: bool
  kind: {enum: [a, b, c]}
  extras: {set: [x, y]}
  name: text
classify:
  - {rule: CONDITION, class: complex}
  - {rule: rest, default: true, class: mass}
route: [{rule: all, default: true, to: x}]
routes: {x: [{to: person(p)}]}
"""


def change(condition, facts):
    pack = RulePack.parse(PACK.replace("CONDITION", f"only, when: '{condition}'"))
    found = counterfactual(pack.decide(facts), pack)
    return None if found is None else (found.field, found.was, found.would_be, found.lead_class)


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        ("amount >= 300_000", {"amount": 299_000}, ("amount", "299000 RUB", "300000 RUB", "complex")),
        ("amount < 300_000", {"amount": 300_000}, ("amount", "300000 RUB", "299999.99 RUB", "complex")),
        ("size > 49", {"size": 3}, ("size", 3, 50, "complex")),
        ("ratio > 0.5", {"ratio": "0.5"}, ("ratio", "0.5", "0.51", "complex")),
        ('due > "2026-03-02"', {"due": "2026-03-02"}, ("due", "2026-03-02", "2026-03-03", "complex")),
        ('wait >= "2h"', {"wait": "1h"}, ("wait", "1h", "2h", "complex")),
        ("flag", {"flag": False}, ("flag", False, True, "complex")),
        ("flag", {}, ("flag", None, True, "complex")),
        ('kind == "c"', {"kind": "a"}, ("kind", "a", "c", "complex")),
        ('"x" in extras', {"extras": ["y"]}, ("extras", ["y"], ["x", "y"], "complex")),
        ('name == "Ural"', {"name": "Volga"}, ("name", "given", "Ural", "complex")),
        (
            'seen < "2026-03-02T00:00Z"',
            {"seen": "2026-03-02T00:00Z"},
            ("seen", "2026-03-02T00:00:00+00:00", "2026-03-01T23:59:59+00:00", "complex"),
        ),
    ],
)  # fmt: skip
def test_the_nearest_value_across_the_border(condition, facts, expected):
    """For each type the change is the least that crosses; free text that was given is not shown."""
    assert change(condition, facts) == expected


def test_the_smaller_change_of_two_fields_is_told():
    """A tenth more money is less than another kind."""
    condition = 'amount >= 110 or kind == "b" or size > 20'
    assert change(condition, {"amount": 100, "kind": "a", "size": 10})[0] == "amount"


def test_where_no_single_fact_decides_there_is_none():
    """Two conditions on two missing facts are not met by one."""
    assert change('kind == "a" and flag', {}) is None


def test_a_value_beyond_its_bounds_is_never_told():
    """A size of 51, just beyond the border of 50, is one that no lead could bring."""
    assert change("size < 50 and flag", {"size": 3}) == ("flag", None, True, "complex")


def test_a_decision_has_its_pack():
    """A router's decision needs nothing else, and the change reads as a sentence."""
    decision = small_router().route(Lead(id="1", facts={"amount": 2_900_000, "product": "consumables"}), at=AT)
    found = counterfactual(decision)
    assert str(found) == "if amount were 3000000 RUB (it was 2900000 RUB): class complex, route inbound"
    assert found.rules["classify"] == "machine"


def test_a_missing_fact_is_told_as_missing():
    """What was not given is said so."""
    found = counterfactual(small_router().route(Lead(id="1"), at=AT))
    assert "(it was missing)" in str(found)


def test_an_outcome_needs_its_pack():
    """An outcome alone does not say what else could have been."""
    with pytest.raises(TypeError, match="needs its pack"):
        counterfactual(small_pack().decide({}))


def test_a_set_is_told_by_its_words():
    """As explanations tell it, and not as Python writes a list."""
    pack = RulePack.parse("""
pack: sets
vocabulary: {extras: {set: [installation, training]}}
classify: [{rule: site, when: '"training" in extras', class: complex}, {rule: rest, default: true, class: mass}]
route: [{rule: all, default: true, to: desk}]
routes: {desk: [{to: head(sales)}]}
""")
    told = [str(counterfactual(pack.decide({"extras": each}), pack)) for each in ([], ["training"])]
    assert told[0] == "if extras were training (it was none): class complex, route desk"
    assert told[1] == "if extras were none (it was training): class mass, route desk"
