"""Laws of comparison: opposites, chains, constants on either side, and equality that minds the type."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrouter import vocabulary as v
from leadrouter.facts import read_value
from leadrouter.refusal import Refusal
from leadrouter.routing.evaluate import value_of
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.condition import check_condition
from tests.strategies import CALENDAR, COMPARATORS, TYPES, VOCABULARY, constants, facts, scope_of

OPPOSITES = {"<": ">=", ">": "<=", "==": "!=", "in": "not in"}
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
ORDERED = [name for name, type_ in TYPES.items() if not isinstance(type_, (v.Bool, v.Enum, v.EnumSet))]


def answer(node: e.Expression, known: dict[str, Any]) -> Any:
    """Return what a condition is worth; a string where the checker refuses it."""
    condition, problems, _ = check_condition(node, scope_of(VOCABULARY))
    return problems[0].message if condition is None else value_of(condition.root, known, CALENDAR)


@st.composite
def links(draw: st.DrawFn) -> tuple[e.Expression, str, e.Expression]:
    """A field compared with a constant, another field of its type, or a list."""
    name = draw(st.sampled_from(sorted(TYPES)))
    test = draw(st.sampled_from(sorted(OPPOSITES)))
    if isinstance(TYPES[name], v.EnumSet):
        return draw(constants(v.Enum(TYPES[name].values))), "in", e.Name(name)
    if test == "in":
        return e.Name(name), test, e.ListOf(tuple(draw(st.lists(constants(TYPES[name]), min_size=1, max_size=3))))
    others = [other for other, type_ in TYPES.items() if type_ == TYPES[name]]
    return e.Name(name), test, draw(constants(TYPES[name]) | st.sampled_from(others).map(e.Name))


@given(links(), facts(VOCABULARY))
def test_a_comparison_and_its_opposite_agree(link: tuple[e.Expression, Any, e.Expression], known: dict[str, Any]):
    """`not (a < b)` is `a >= b` for every type and every pair of opposites, also where a fact is missing."""
    left, test, right = link
    opposite = e.Compare(left, ((OPPOSITES[test], right),))
    denied = answer(e.Not(e.Compare(left, ((test, right),))), known)
    if not (isinstance(denied, str) or isinstance(answer(opposite, known), str)):
        assert denied is answer(opposite, known)


@st.composite
def chains(draw: st.DrawFn) -> e.Compare:
    """A chain of two or three comparisons of fields and constants of one type."""
    name = draw(st.sampled_from(ORDERED))
    operand = constants(TYPES[name]) | st.just(e.Name(name))
    tests = draw(st.lists(st.sampled_from(COMPARATORS), min_size=2, max_size=3))
    return e.Compare(draw(operand), tuple((test, draw(operand)) for test in tests))


@given(chains(), facts(VOCABULARY))
def test_a_chain_is_the_conjunction_of_its_links(chain: e.Compare, known: dict[str, Any]):
    """`a < b < c` is `a < b and b < c`, with each constant read for either side."""
    chained = answer(chain, known)
    conjunction = answer(e.And(tuple(e.Compare(left, ((test, right),)) for left, test, right in chain.links())), known)
    assert isinstance(chained, str) or chained is conjunction


@given(st.sampled_from(sorted(TURNED)), st.sampled_from(ORDERED), facts(VOCABULARY), st.data())
def test_a_constant_may_stand_on_either_side(test: str, name: str, known: dict[str, Any], data: st.DataObject):
    """`5 < a` is `a > 5`."""
    constant = data.draw(constants(TYPES[name]))
    turned = e.Compare(e.Name(name), ((TURNED[test], constant),))
    assert answer(e.Compare(constant, ((test, e.Name(name)),)), known) == answer(turned, known)


@given(st.lists(st.sampled_from(sorted(TYPES)), min_size=3, max_size=3), facts(VOCABULARY))
def test_order_is_transitive_and_total(names: list[str], known: dict[str, Any]):
    """Of two known values of a type one is less, or they are equal: exactly one of three."""
    for one, other in pairwise(names):
        held = [answer(e.Compare(e.Name(one), ((test, e.Name(other)),)), known) for test in ("<", "==", ">")]
        if all(isinstance(each, bool) for each in held):
            assert held.count(True) == 1


@pytest.mark.parametrize(
    ("type_", "raw"),
    [(v.Bool(), 0), (v.Bool(), 1), (v.Int(), False), (v.Number(), True), (v.Money("RUB"), True), (v.Text(), 5)],
)
def test_false_is_not_zero(type_, raw):
    """A bool is no number and a number no bool, nor is a number text."""
    with pytest.raises(Refusal):
        read_value(type_, raw)


def test_constants_are_equal_where_their_types_are():
    """`True` and `1` are two constants; so the trees of two conditions do not pass for one another."""
    assert e.Literal(True) != e.Literal(1)
    assert len({e.Literal(True), e.Literal(1), e.Literal(False), e.Literal(0)}) == 4
