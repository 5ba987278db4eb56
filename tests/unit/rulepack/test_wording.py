"""The canonical text of a condition."""

from __future__ import annotations

import pytest

from leadrouter.rulepack.syntax import parse_expression
from leadrouter.rulepack.wording import format_expression


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("(a)", "a"),
        ("a and (b and c)", "a and (b and c)"),
        ("(a or b) and not (c)", "(a or b) and not c"),
        ("(a and b) or c", "a and b or c"),
        ("not (not a)", "not not a"),
        ("(not a) == b", "(not a) == b"),
        ("(a < b) == c", "(a < b) == c"),
        ("0<a<=  1000000", "0 < a <= 1_000_000"),
        ("a - (b - c) - d", "a - (b - c) - d"),
        ("(a * b) / (c / d)", "a * b / (c / d)"),
        ("-(a + b) * - c", "-(a + b) * -c"),
        ("a == --0 or a == -0.0 or a == ---0e-99", "a == 0 or a == 0.0 or a == 0.0"),
        ("a == 1.50", "a == 1.5"),
        ("a == 1e5", "a == 100000.0"),
        ("a == 9999 or a == -10_000", "a == 9999 or a == -10_000"),
        ("a == 'it''s'", 'a == "its"'),
        ("a not in ['x',\n'\"']", 'a not in ["x", "\\""]'),
        ("class in [ 'mass' ]", 'class in ["mass"]'),
        ("contains(note ,'я\\u2028')", 'contains(note, "я\\u2028")'),
        ("a == True", "a == True"),
    ],
)
def test_a_condition_is_written_in_one_way(written: str, canonical: str):
    """Spaces, quotes, the grouping of digits and parentheses are those of the canonical text."""
    assert format_expression(parse_expression(written)[0]) == canonical
