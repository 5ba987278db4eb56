"""Whatever text a document is, it is read, or refused with faults that have a place; nothing crashes."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadrouter.document import Document, plain_scalar
from leadrouter.errors import OrganisationError
from leadrouter.organisation import Organisation

TOKENS = (
    *("a", "when", "rule", "людям", "5", "1_", "1__0", "0x1F", "1e999", ".5", "~", "null", "true", "no", "12:30", "''"),
    *(": ", ":", "- ", "? ", "[", "]", "{", "}", ", ", "\n", "\n  ", "\n    ", "\t", "\r\n", "#", " # c", "'", '"'),
    *(
        "&a ",
        "*a",
        "!!int ",
        "!x ",
        "! ",
        "|",
        ">",
        "|2-\n",
        "---",
        "...",
        "%YAML 1.2",
        "@",
        "`",
        "<<: ",
        "\\",
        '"\\x"',
    ),
    *(
        "\0",
        "\x07",
        "\x85",
        "\u2028",
        "\ufeff",
        "\ud800",
        "\U0001f4a1",
        ">= 5",
        '"x" in tags',
        "organisation",
        "people",
    ),
)
texts_of_tokens = st.lists(st.sampled_from(TOKENS), max_size=20).map("".join)


def walk(document: Document) -> None:
    """Read a document in every way that the readers of packs and organisations do."""
    for read in (document.entries, document.pairs, document.items, document.text, document.flag, document.whole):
        read(document.root, "this")
    document.words(document.root, "this")
    document.data(document.root)


def check(text: str) -> None:
    document = Document.read(text, "x.yaml")
    if document.root is not None:
        walk(document)
    for fault in document.faults:
        assert fault.code.startswith("LR10")
        assert 0 <= fault.start <= len(text)
        assert str(fault)


@given(st.text() | texts_of_tokens)
@settings(max_examples=500)
@example("имя: привет\nb: \x07\nc: d")
@example("a: \ud800")
@example("? [a]\n: b")
@example("a: b: c\n" * 150)
def test_a_document_is_read_or_refused(text: str):
    """Arbitrary text, and texts of the tokens of YAML, its tags, anchors and traps among them."""
    check(text)


@given(texts_of_tokens)
@settings(max_examples=200)
@example("organisation: a\nstaffing: head\npeople: {}\ndepartments:\n  ? [a]\n  : {kind: inbound}\n")
def test_an_organisation_is_read_or_refused(text: str):
    """The readers of a format never meet a node that they cannot take."""
    for whole in (text, f"organisation: a\nstaffing: head\npeople: {text}\ndepartments:\n  {text}\n"):
        with pytest.raises(OrganisationError) as refused:
            Organisation.parse(whole)
        assert refused.value.faults


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "a: " + "[" * 400 + "]" * 400,
        "a: " + "{a: " * 400 + "1" + "}" * 400,
        "- " * 100_000,
        "- " * 450 + "a",
        "".join(" " * depth + "a:\n" for depth in range(900)),
        "".join(" " * depth + "a:\n" + " " * depth + "-\n" for depth in range(450)),
        "? " * 100_000,
        "&a " * 10_000,
        "a: &b [" + "*b," * 1_000 + "]",
        "x" * 10_000_000,
        "a: b: c\n" * 100_000,
        "[" + "a, " * 200_000 + "]",
        "x" * 20_000_001,
    ],
    ids=lambda text: f"{text[:8]!r} {len(text)}",
)
def test_deep_and_huge_texts(text: str):
    """Nesting and length that would crash a recursive parser are refused, soon."""
    started = time.process_time()
    check(text)
    assert time.process_time() - started < 10


@given(st.text() | st.text("0123456789_.eE+-", max_size=8))
def test_a_plain_scalar_is_typed(text: str):
    """Every unquoted scalar has a type; digits may be grouped, and a lone underscore makes text."""
    value = plain_scalar(text)
    assert value is None or isinstance(value, (bool, int, str)) or value.is_finite()
