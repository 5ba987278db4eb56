"""Laws of places: a span points at what it says, however the text was written in YAML."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadrouter.document import Document, Text
from leadrouter.rulepack.condition import Scope, check_condition
from leadrouter.rulepack.syntax import parse_expression
from leadrouter.span import Source, Span

words = st.text("abcжщ💡é", min_size=1, max_size=6)
sentences = st.lists(words, min_size=1, max_size=6).map(" ".join)


def folded(text: str) -> str:
    return text.replace(" ", "\n    ")


STYLES = {
    "plain": lambda text: text,
    "single": lambda text: "'" + text.replace("'", "''") + "'",
    "double": lambda text: '"' + text + '"',
    "plain over lines": folded,
    "single over lines": lambda text: "'" + folded(text.replace("'", "''")) + "'",
    "literal": lambda text: "|\n    " + text,
    "literal kept": lambda text: "|+  # comment\n    " + text + "\n\n",
    "literal over lines": lambda text: "|\n    " + folded(text),
    "folded": lambda text: ">-\n    " + folded(text),
    "folded stripped": lambda text: ">\n\n    " + folded(text),
}


def read(written: str) -> Text:
    """Read the value of a key that stands behind Cyrillic keys and values."""
    document = Document.read(f"ключ: «значение»\nwhen: {written}\nafter: 1\n", "pack.yaml")
    assert not document.faults
    text = document.text(document.entries(document.root, "this")["when"], "this")
    assert text is not None
    return text


@pytest.mark.parametrize("style", STYLES)
@given(text=sentences)
def test_every_word_of_a_scalar_is_where_its_span_says(style: str, text: str):
    """In plain, quoted, literal and folded scalars, over several lines, behind Cyrillic text."""
    value = read(STYLES[style](text))
    for word in re.finditer(r"\S+", value.value):
        assert value.span(*word.span()).text == word.group()


literals = st.text("abжщ'💡 <#:{", max_size=8)


@pytest.mark.parametrize("style", [name for name in STYLES if name not in {"plain", "plain over lines", "double"}])
@given(literal=literals, name=words.filter(str.isidentifier), data=st.data())
def test_a_problem_points_at_what_it_names(style: str, literal: str, name: str, data: st.DataObject):
    """Python counts columns in bytes; behind a Cyrillic literal the place of an unknown name is still right."""
    before = data.draw(st.sampled_from(["", "  ", "(", "not ", "x == 1 and "]))
    text = (
        f"{before}message == {json.dumps(literal, ensure_ascii=False)} or nowhere_{name} > 5{')' * before.count('(')}"
    )
    if "over lines" in style or "folded" in style:
        text = re.sub(" +", " ", text)
    value = read(STYLES[style](text.strip()))
    tree, problems = parse_expression(value.value)
    assert tree is not None, problems
    _, problems, _ = check_condition(tree, Scope({}))
    assert f"nowhere_{name}" in [value.span(*problem.at).text for problem in problems]


def escaped(character: str) -> st.SearchStrategy[str]:
    """Draw one of the ways in which double quotes take a character."""
    code = ord(character)
    ways = [f"\\U{code:08x}"]
    ways += [f"\\u{code:04x}"] * (code < 0x1_0000) + [f"\\x{code:02x}"] * (code < 0x100)
    ways += {'"': ['\\"'], "\\": ["\\\\"], "\t": ["\\t", "\\\t"], "\n": ["\\n"], " ": [" ", "\\ "]}.get(
        character, [character]
    )
    return st.sampled_from(ways)


@given(words=st.lists(st.text('ab"\\ж💡\t\n', min_size=1, max_size=5), min_size=1, max_size=5), data=st.data())
def test_every_escape_is_where_its_span_says(words: list[str], data: st.DataObject):
    """In double quotes each character has its place, however it is spelled and wherever lines are folded."""
    written = [data.draw(st.tuples(*map(escaped, word))) for word in words]
    gap = data.draw(st.sampled_from([" ", "\\ ", "\n    ", "\r\n   ", " \\\n    ", "\\\n    \\ ", "\\x20"]))
    value = read('"' + gap.join(map("".join, written)) + '"')
    assert value.value == " ".join(words)
    at = 0
    for word in written:
        for spelled in word:
            assert value.span(at, at + 1).text == spelled
            at += 1
        at += 1


def test_a_problem_between_escaped_quotes_has_its_own_place():
    """Two faults of one text are told apart, as in single quotes."""
    value = read(r'"n == \"a\" or m == \"a\""')
    assert [str(value.span(*at)) for at in ((5, 8), (17, 20))] == ["pack.yaml:2:13", "pack.yaml:2:27"]
    assert value.span(5, 8).text == r"\"a\""


def test_what_cannot_be_aligned_is_pointed_at_as_a_whole():
    """A line separator of YAML 1.1 is folded in its own way; an empty text has no characters to point at."""
    value = read('"a \u2028 b"')
    assert value.span(0, 1).text == '"a \u2028 b"'
    assert read('""').span().text == '""'


@given(st.text(), st.integers(0, 30), st.integers(1, 30))
@example("a\r\nb", 1, 1)
@example("x" * 1_000 + "\n" + "y" * 1_000, 500, 10)
def test_an_excerpt_marks_the_stretch(text: str, start: int, length: int):
    """The carets stand below what is meant, on one line, also far into a very long line."""
    span = Span(Source("x", text), min(start, len(text)), min(start, len(text)) + length)
    shown, marks = span.excerpt().split("\n")
    assert len(shown) < 200
    assert "^" in marks
    assert str(span) == f"x:{span.line}:{span.column}"
    assert span.source.lines[span.line - 1][span.column - 1 :].startswith(span.text.split("\n")[0])
    first = span.text[:1]
    if first.isprintable() and first:
        assert shown[marks.index("^")] == first
