"""A checked condition never fails: it is true, false or unknown for any facts of its vocabulary."""

from __future__ import annotations

from decimal import localcontext
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from leadrouter import vocabulary as v
from leadrouter.routing.evaluate import value_of
from leadrouter.rulepack.condition import Condition, check_condition
from tests.strategies import CALENDAR, VOCABULARY, checked, expressions, facts, scope_of, vocabularies


@given(checked(VOCABULARY), facts(VOCABULARY))
@settings(max_examples=300)
def test_a_checked_condition_is_true_false_or_unknown(condition: Condition, known: dict[str, Any]):
    """Division by zero, amounts of eighteen digits and dates at the edge of the calendar included."""
    assert value_of(condition.root, known, CALENDAR) in (True, False, None)


@given(vocabularies(), st.data())
@settings(max_examples=15)
def test_so_it_is_for_every_vocabulary(vocabulary: v.Vocabulary, data: st.DataObject):
    """Whatever fields a pack declares, with whatever bounds."""
    condition = data.draw(checked(vocabulary))
    assert value_of(condition.root, data.draw(facts(vocabulary)), CALENDAR) in (True, False, None)


@given(expressions, facts(VOCABULARY))
@settings(max_examples=300)
def test_what_is_not_well_typed_is_refused(tree, known: dict[str, Any]):
    """The checker takes any tree: what it does not refuse can be evaluated."""
    condition, problems, _ = check_condition(tree, scope_of(VOCABULARY))
    assert (condition is None) == bool(problems)
    if condition is not None:
        assert value_of(condition.root, known, CALENDAR) in (True, False, None)


@given(checked(VOCABULARY), facts(VOCABULARY))
def test_counting_is_exact_whatever_the_hosts_decimal_context(condition: Condition, known: dict[str, Any]):
    """A host that rounds its decimals to two digits gets the same answers."""
    exact = value_of(condition.root, known, CALENDAR)
    with localcontext(prec=2):
        assert value_of(condition.root, known, CALENDAR) is exact


@given(checked(VOCABULARY), facts(VOCABULARY))
def test_unknown_has_a_reason(condition: Condition, known: dict[str, Any]):
    """An answer is unknown only where a fact that it reads is missing, or something is divided by zero."""
    if value_of(condition.root, known, CALENDAR) is None and "/" not in str(condition.written):
        assert any(known.get(name) is None for name in condition.names)
