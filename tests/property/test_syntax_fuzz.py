"""Whatever text a condition is, it is either a tree or problems with a place inside the text."""

from __future__ import annotations

import re
import time
import warnings
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadrouter.rulepack.functions import regex
from leadrouter.rulepack.syntax import LONGEST, parse_expression
from leadrouter.rulepack.wording import format_expression

TOKENS = (
    *("amount", "class", "_clas", "__import__", "source", "сумма", "True", "None", "null", "true", "not", "and", "or"),
    *("in", "not in", "is", "if", "else", "lambda", "await", "for", "yield", ":=", "=", "==", "!=", "<", "<=", ">"),
    *("+", "-", "*", "/", "//", "**", "%", "~", "@", "&&", "||", "!", "(", ")", "[", "]", "{", "}", ",", ".", ":", ";"),
    *(
        "5",
        "0x1F",
        "1_000",
        "1.5",
        "1e999",
        "1e5",
        "0e-99999",
        "9" * 25,
        "1j",
        "1.if",
        "5in",
        "07",
        '"text"',
        "'пресс'",
    ),
    *('"', "'", '"""', 'f"{x}"', 'f"{', 'b"x"', r'"\d"', r'"\N{DASH}"', r'"\ud800"', r'"\0"', "\\", "#", "$", "`", "é"),
    *(
        "known",
        "contains(",
        "matches",
        "hour",
        "days_between(a, b)",
        "f(*a)",
        "known(x=1)",
        "\t",
        "\n",
        "\r",
        "\f",
        "\0",
    ),
)


def check(text: str) -> None:
    """Parse a text and check that the answer is a tree that can be written, or problems inside the text."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tree, problems = parse_expression(text)
    assert (tree is None) == bool(problems)
    for problem in problems:
        assert problem.code.startswith("LR2")
        assert 0 <= problem.at[0] <= problem.at[1] <= max(1, len(text))
    if tree is not None:
        assert parse_expression(format_expression(tree))[0] == tree


@given(st.text())
@example("\ud800")
@example("ｃlass == 1")
@example("\u3000a")
@example(" ")
@settings(max_examples=300)
def test_arbitrary_text(text: str):
    """Any text at all."""
    check(text)


@example(["1e", "9" * 30], "")
@example(["-", "-", "0e-99999"], "")
@given(st.lists(st.sampled_from(TOKENS), max_size=12), st.sampled_from(["", " "]))
@settings(max_examples=600)
def test_texts_of_tokens(tokens: list[str], between: str):
    """Tokens of the language, and of Python beside it, in any order."""
    check(between.join(tokens))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "(" * 9_000 + "a" + ")" * 9_000,
        "[" * 60 + "]" * 60,
        "not " * 100_000 + "a",
        "not " * 60 + "a",
        "a+" * 10_000 + "a",
        "a-" * 60 + "a",
        "-" * 19_000 + "a",
        "a" + ".b" * 9_000,
        "a" + "[0]" * 6_000,
        "a" + "()" * 9_000,
        "lambda:" * 2_800 + "a",
        "a if a else " * 1_600 + "a",
        "await " * 3_300 + "a",
        'f"{' + "-" * 15_000 + '1}"',
        'f"{' + "(" * 9_000 + '1}"',
        "9" * 15_000,
        "1." + "9" * 15_000,
        "a" * 10_000_000,
        "a < " * 4_900 + "a",
        "a and " * 3_300 + "a",
        '"' + "я" * 19_000 + '" == a',
    ],
    ids=lambda text: f"{text[:12]}… {len(text)}",
)
def test_deep_and_huge_texts(text: str):
    """What nests too deep or is too long is refused; what is merely long is read; both soon."""
    started = time.perf_counter()
    check(text)
    assert time.perf_counter() - started < 5


def test_length_and_depth_have_limits_of_their_own():
    """20,000 characters and 50 levels; the problem says so and how to do without."""
    for text in ("a" * (LONGEST + 1), "(" * 51, "not " * 51 + "a", "a+" * 51 + "a"):
        assert [problem.code for problem in parse_expression(text)[1]] == ["LR203"]
    for text in ("(" * 50 + "a" + ")" * 50, "not " * 50 + "a", "a+" * 50 + "a"):
        assert parse_expression(text)[0] is not None


@given(st.text() | st.from_regex(re.compile(r"[\[\](){}|*+?\\^$.a-zа-я0-9,:<>=!-]{0,12}"), fullmatch=True))
@example("a{1001}")
@example("(" * 2_000)
@example("(((a{100}){100}){100})")
def test_a_pattern_compiles_or_says_why_not(pattern: str):
    """RE2 takes a pattern, or the reason why it does not is a `ValueError`; nothing else is raised."""
    with suppress(ValueError):
        regex(pattern).search("пресс 5")
