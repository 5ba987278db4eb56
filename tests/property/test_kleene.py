"""Laws of three-valued logic: missing makes unknown, and unknown is neither true nor false."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrouter.routing.evaluate import value_of
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.condition import Condition
from tests.strategies import CALENDAR, VOCABULARY, checked, facts

TRUTH = (True, False, None)
A, B = e.Name("a"), e.Name("b")
AND = {(True, True): True, (True, None): None, (None, True): None, (None, None): None}
OR = {(False, False): False, (False, None): None, (None, False): None, (None, None): None}


def worth(node: e.Expression, known: dict[str, Any]) -> Any:
    return value_of(node, known, CALENDAR)


@pytest.mark.parametrize(("a", "b"), list(product(TRUTH, TRUTH)))
def test_and_or_not_follow_kleenes_tables(a, b):
    """`and` is false where a side is false, `or` true where one is true, whatever the other; `not` keeps unknown."""
    known = {"a": a, "b": b}
    assert worth(e.And((A, B)), known) is AND.get((a, b), False)
    assert worth(e.Or((A, B)), known) is OR.get((a, b), True)
    assert worth(e.Not(A), known) is {True: False, False: True, None: None}[a]


conditions = checked(VOCABULARY)


@given(st.lists(conditions, min_size=2, max_size=3), facts(VOCABULARY))
def test_de_morgan(some: list[Condition], known: dict[str, Any]):
    """`not (a and b)` is `not a or not b`, and the other way round."""
    terms = tuple(each.root for each in some)
    opposites = tuple(e.Not(each) for each in terms)
    assert worth(e.Not(e.And(terms)), known) is worth(e.Or(opposites), known)
    assert worth(e.Not(e.Or(terms)), known) is worth(e.And(opposites), known)


@given(conditions, facts(VOCABULARY))
def test_double_negation(condition: Condition, known: dict[str, Any]):
    """`not not a` is `a`."""
    assert worth(e.Not(e.Not(condition.root)), known) is worth(condition.root, known)


@given(conditions, conditions, facts(VOCABULARY))
def test_order_does_not_matter(one: Condition, other: Condition, known: dict[str, Any]):
    """`a and b` is `b and a`."""
    assert worth(e.And((one.root, other.root)), known) is worth(e.And((other.root, one.root)), known)


def asks(node: e.Expression) -> bool:
    return any(isinstance(each, e.Call) and each.function == "known" for each in e.walk(node))


@given(conditions.filter(lambda each: not asks(each.root)), facts(VOCABULARY), st.data())
def test_learning_a_fact_never_turns_an_answer_round(condition: Condition, known: dict[str, Any], data: st.DataObject):
    """What is true or false while facts are missing stays so when they become known; only `known` asks."""
    missing = data.draw(st.sets(st.sampled_from(sorted(known)))) if known else set()
    before = worth(condition.root, {name: value for name, value in known.items() if name not in missing})
    assert before is None or before is worth(condition.root, known)
