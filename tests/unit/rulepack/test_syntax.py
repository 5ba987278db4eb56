"""From the text of a condition to its tree; the messages stand in `tests/conformance/faults/condition-*`."""

from __future__ import annotations

from decimal import Decimal

import pytest

from leadrouter.rulepack import expression as e
from leadrouter.rulepack.syntax import parse_expression

A, B = e.Name("a"), e.Name("b")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", A),
        (" \ta ", A),
        ("a\nand\r\nb", e.And((A, B))),
        ("a or b or a", e.Or((A, B, A))),
        ("not a", e.Not(A)),
        ("a in []", e.Compare(A, (("in", e.ListOf(())),))),
        ("0.1", e.Literal(Decimal("0.1"))),
        ("-5", e.Literal(-5)),
        ("-0.5", e.Literal(Decimal("-0.5"))),
        ("--5", e.Negative(e.Literal(-5))),
        ("-a", e.Negative(A)),
        ("-'a'", e.Negative(e.Literal("a"))),
        ("-True", e.Negative(e.Literal(True))),
        ("0x10", e.Literal(16)),
        ("1_000_000", e.Literal(1_000_000)),
        ("999_999_999_999_999_999", e.Literal(10**18 - 1)),
        ('"a" "b"', e.Literal("ab")),
        (r'"\d"', e.Literal("\\d")),
        ("'class' == class", e.Compare(e.Literal("class"), (("==", e.Name("class")),))),
        ("бюджет / 2", e.Arithmetic("/", e.Name("бюджет"), e.Literal(2))),
        ("known(a)", e.Call("known", (A,))),
    ],
)
def test_a_text_has_a_tree(text: str, tree: e.Expression):
    """Constants as they are written, the sign of a number in the number, names as they are."""
    assert parse_expression(text) == (tree, [])


@pytest.mark.parametrize(
    ("text", "code", "stretch"),
    [
        ("", "LR201", ""),
        ("   ", "LR201", "   "),
        ("a ==", "LR201", "="),
        ("a = 5", "LR201", "="),
        ("a && b", "LR201", "&"),
        ("!a", "LR201", "!"),
        ('message == "«я»" and a b', "LR201", "b"),
        ("a == 5 # five", "LR202", "#"),
        ("a == _b", "LR202", "_b"),
        ("class == '''a'''", "LR202", "'''"),
        ("'я' == a.b", "LR202", "a.b"),
        ("a if b else a", "LR202", "a if b else a"),
        ("a == 1j", "LR202", "1j"),
        ("a == ...", "LR202", "..."),
        ("a == 'я' or b == '\\ud800'", "LR202", "'\\ud800'"),
        ("a > 1e999", "LR203", "1e999"),
        ("a > 1e99999999999999999999", "LR203", "1e99999999999999999999"),
        ("a == true", "LR211", "true"),
        ("a == null", "LR211", "null"),
        ("contains(*a)", "LR216", "contains(*a)"),
        ("f(a)", "LR217", "f"),
        ("a.f(b)", "LR217", "a.f(b)"),
    ],
)
def test_a_problem_has_a_code_and_a_stretch(text: str, code: str, stretch: str):
    """The stretch is what the carets stand below, counted in characters."""
    tree, problems = parse_expression(text)
    assert tree is None
    assert (problems[0].code, text[slice(*problems[0].at)]) == (code, stretch)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("product == “press”", "write quotes as \" or '"),
        ("product == «press»", "write quotes as \" or '"),
        ("a\xa0< 5", "write spaces with the space bar"),
        ("a < –5", "write the sign as -"),
        ("a <> 5", "write `!=`"),
        ("a ≥ 5", "write `<=` or `>=`"),
        ("a => 5", "write `<=` or `>=`"),
        ("a = 5", "compare with `==`"),
        ("a && b", "write `and`, `or`, `not`"),
        ("a AND b", "write `and`, `or`, `not`"),
        ("a between 3 and 5", "write `3 <= field <= 5`"),
        ("a like 'c%'", "write `contains`"),
        ("a < 300 000", "group digits with `_`: 300_000"),
        ("a < 1'000", "group digits with `_`: 300_000"),
        ("a < 0,5", "write fractions with a point: 0.5"),
        ("a < 300,000", "group digits with `_`: 300_000"),
        ("a < 300_000 RUB", "write a plain number, or an amount with its currency in quotes"),
        ("a < 300k", "write a plain number, or an amount with its currency in quotes"),
        ("a < 5%", "write a plain number, or an amount with its currency in quotes"),
        ('a == "re', "close the quote"),
        ("days_between(a", "close the bracket"),
        ('a in ["x"', "close the bracket"),
        ('a == "x = «y» 300 000 k" b', "see the language of conditions"),
        ("a1 < 5 and", "see the language of conditions"),
        ("a)", "see the language of conditions"),
        ('a in ("x", "y")', "see the language of conditions"),
    ],
)
def test_a_problem_says_how_to_write_what_was_meant(text: str, fix: str):
    """Other languages, spreadsheets, other keyboards, and YAML that took the rest away; never what stands in quotes."""
    (problem,) = parse_expression(text)[1]
    assert problem.fix is not None
    assert problem.fix.startswith(fix)


def test_a_fix_is_found_in_linear_time():
    """A long condition that is none costs no more than a long condition."""
    for text in ("a < " + "1." * 9_000, "a " + "'" * 19_001, "1 " * 9_999 + "a", "(" * 40 + "a <> " * 3_000):
        assert parse_expression(text)[1]


def test_all_problems_are_told_at_once():
    """What the parser could read is read to its end."""
    _, problems = parse_expression("a.b == True and f(x=1) or c[0] < {1}")
    assert [problem.code for problem in problems] == ["LR202", "LR217", "LR202", "LR202"]


def test_what_python_warns_of_is_read_in_silence():
    """An unknown escape keeps its backslash, a number may touch a word; warnings are errors in these tests."""
    assert parse_expression(r"matches(a, '\d') and 1or a")[1] == []
    assert parse_expression("1.or a")[1] == []
