"""Where each character of a YAML scalar's value was written."""

from __future__ import annotations

import re

_WRITTEN = re.compile(
    r"(?P<joined>\\\r?\n[ \t]*)|(?P<space>[ \t\r\n]+)|\\(?:x..|u....|U........|.)|.",
    re.DOTALL,
)
_BREAK = re.compile(r"\r\n?|\n")


def align(value: str, text: str, first: int, last: int) -> list[tuple[int, int]] | None:
    r"""Return the stretch of the text that each character of a scalar's value was written as.

    None where the two cannot be held against each other. Costs a walk over the scalar.

    >>> align('a"b', r'"a\"b"', 0, 6)
    [(1, 2), (2, 4), (4, 5)]

    Args:
        value: what the scalar between `first` and `last` says.
        text: the document, with the marks and quotes of the scalar.
        first: where the scalar begins.
        last: where it ends.
    """
    if text[first : first + 1] == '"':
        places = _in_double_quotes(text, first + 1, last - 1)
        return places if len(places) == len(value) else None
    return _as_it_stands(value, text, first, last)


def _in_double_quotes(text: str, first: int, last: int) -> list[tuple[int, int]]:
    """Read escapes and folded lines; a break alone is a space, and each further one a character."""
    places: list[tuple[int, int]] = []
    for token in _WRITTEN.finditer(text, first, last):
        start, end = token.span()
        if token.lastgroup == "space":
            breaks = len(_BREAK.findall(token.group()))
            places += [(start, end)] * max(1, breaks - 1) if breaks else [(at, at + 1) for at in range(start, end)]
        elif token.lastgroup != "joined":
            places.append((start, end))
    return places


def _as_it_stands(value: str, text: str, first: int, last: int) -> list[tuple[int, int]] | None:
    """Read what has no escapes but the doubled quote; any run of spaces and breaks stands for any other."""
    quote = "'" if text[first : first + 1] == "'" else ""
    position = first + len(quote)
    if text[first : first + 1] in ("|", ">"):
        position = text.find("\n", first, last) + 1
    places: list[tuple[int, int]] = []
    for character in value:
        if character.isspace():
            at = min(position, max(first, last - 1))
            places.append((at, at + 1))
            while position < last and text[position].isspace():
                position += 1
            continue
        while position < last and text[position].isspace():
            position += 1
        if position >= last or text[position] != character:
            return None
        width = 2 if quote and character == quote else 1
        places.append((position, position + width))
        position += width
    return places
