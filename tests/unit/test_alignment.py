"""Where the characters of a scalar were written."""

from __future__ import annotations

import pytest

from leadrouter.alignment import align


@pytest.mark.parametrize(
    ("value", "text", "written"),
    [
        ("ab", "ab", ["a", "b"]),
        ("it's", "'it''s'", ["i", "t", "''", "s"]),
        ('a"b', r'"a\"b"', ["a", r"\"", "b"]),
        ("жж💡", r'"\u0436\x36\U0001f4a1"', [r"\u0436", r"\x36", r"\U0001f4a1"]),
        ("a  b", '"a  b"', ["a", " ", " ", "b"]),
        ("a b", '"a\n  b"', ["a", "\n  ", "b"]),
        ("a\n\nb", '"a\n\n\n  b"', ["a", "\n\n\n  ", "\n\n\n  ", "b"]),
        ("a b", '"a\r\n  b"', ["a", "\r\n  ", "b"]),
        ("ab", '"a\\\n  b"', ["a", "b"]),
        ("", '""', []),
    ],
)
def test_each_character_has_its_stretch(value: str, text: str, written: list[str]):
    """Escapes and doubled quotes are one character; folded lines are a space, or breaks without the first."""
    found = align(value, text, 0, len(text))
    assert found is not None
    assert [text[start:end] for start, end in found] == written


def test_texts_that_differ_have_no_places():
    """Whether characters are missing, or are others."""
    assert align("ab", '"a"', 0, 3) is None
    assert align("ab", "ac", 0, 2) is None
    assert align("ab", "a", 0, 1) is None
