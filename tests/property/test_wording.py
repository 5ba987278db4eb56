"""Laws of the canonical text: parsing it gives the tree that was written."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from leadrouter.document import Document
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.condition import Condition
from leadrouter.rulepack.syntax import parse_expression
from leadrouter.rulepack.wording import format_expression
from tests.strategies import VOCABULARY, checked, expressions


@given(expressions)
@example(e.Literal('\u2028\x7f\x85\U000e0001"'))
@example(e.Negative(e.Negative(e.Literal(-5))))
@example(e.Compare(e.Compare(e.Name("a"), (("<", e.Name("b")),)), (("==", e.Not(e.Name("class"))),)))
def test_parse_after_format_is_the_identity(tree: e.Expression):
    """Every tree is written so that it is read again, and with no more than the parentheses it needs."""
    text = format_expression(tree)
    assert parse_expression(text) == (tree, [])
    assert format_expression(parse_expression(text)[0]) == text


@given(checked(VOCABULARY))
def test_a_checked_condition_is_written_as_its_pack_wrote_it(condition: Condition):
    """The canonical text keeps what was written: a date stays text, an amount a bare number."""
    assert parse_expression(format_expression(condition.written))[0] == condition.written


@given(st.text().map(e.Literal))
def test_the_text_of_a_condition_is_one_that_yaml_takes(literal: e.Literal):
    """Characters that YAML refuses, or takes for the end of a line, are escaped."""
    text = format_expression(literal)
    document = Document.read("when: '" + text.replace("'", "''") + "'", "pack.yaml")
    assert not document.faults
    assert document.data(document.root) == {"when": text}
