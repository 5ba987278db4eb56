"""Places in a text."""

from __future__ import annotations

from leadrouter.span import Source, Span

TEXT = Source("pack.yaml", "pack: demo\nимя: «завод»\r\nend: 1")


def test_a_span_counts_lines_and_columns_from_one():
    """In characters, not bytes: Cyrillic text before it does not shift it."""
    span = Span(TEXT, 17, 22)
    assert (str(span), span.text) == ("pack.yaml:2:7", "завод")
    assert TEXT.lines[0] == "pack: demo"


def test_an_excerpt_has_carets_below_what_is_meant():
    """As wide as what is meant; the end of the line is not part of it."""
    assert Span(TEXT, 17, 22).excerpt() == "2 | имя: «завод»\n  |       ^^^^^"
    assert Span(TEXT, 25, 31).excerpt() == "3 | end: 1\n  | ^^^^^^"


def test_a_stretch_over_several_lines_is_marked_on_its_first():
    """And an empty one, at the end or in an empty text, has one caret."""
    assert Span(TEXT, 0, 31).excerpt() == "1 | pack: demo\n  | ^^^^^^^^^^"
    assert Span(Source("x", ""), 0, 1).excerpt() == "1 | \n  | ^"
    assert Span(Source("x", "ab"), 2, 2).excerpt() == "1 | ab\n  |   ^"


def test_a_very_long_line_is_cut_around_its_place():
    """So that a minified file does not fill the screen."""
    shown, marks = Span(Source("x", "a" * 5_000 + "bc" + "a" * 5_000), 5_000, 5_002).excerpt().split("\n")
    assert len(shown) == 4 + 160
    assert shown[marks.index("^") : marks.rindex("^") + 1] == "bc"


def test_what_cannot_be_printed_does_not_reach_the_terminal():
    """A tab or an escape sequence becomes a space, as wide as it was counted."""
    assert Span(Source("x", "a\t\x1b[31mb"), 7, 8).excerpt() == "1 | a  [31mb\n  |        ^"
