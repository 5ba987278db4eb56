"""Where in a text something was written."""

from __future__ import annotations

from attrs import field, frozen


@frozen
class Source:
    """A text with the name that people know it by, a path most of the time.

    >>> Source("pack.yaml", "pack: demo").lines
    ('pack: demo',)
    """

    name: str
    text: str = field(repr=False)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the text, without their ends."""
        return tuple(self.text.split("\n"))


@frozen
class Span:
    r"""A stretch `[start, end)` of a source, in characters from its beginning.

    >>> span = Span(Source("pack.yaml", "pack: demo\ntz: UTC"), 15, 18)
    >>> span.line, span.column, span.text
    (2, 5, 'UTC')
    """

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """The line of the first character, counted from 1. Costs a scan of the text before it."""
        return self.source.text.count("\n", 0, self.start) + 1

    @property
    def column(self) -> int:
        """The column of the first character, in characters, counted from 1."""
        return self.start - self.source.text.rfind("\n", 0, self.start)

    @property
    def text(self) -> str:
        """What was written there."""
        return self.source.text[self.start : self.end]

    def excerpt(self) -> str:
        """Return the line with carets below what is meant, like a compiler does.

        A stretch over several lines is marked up to the end of its first line.
        """
        start_of_line = self.start - self.column + 1
        end_of_line = self.source.text.find("\n", start_of_line)
        line = self.source.text[start_of_line : end_of_line if end_of_line >= 0 else None]
        line = line.rstrip("\r")
        width = max(1, min(self.end, start_of_line + len(line)) - self.start)
        number = str(self.line)
        shown, offset = _around(line, self.column - 1)
        carets = " " * offset + "^" * min(width, max(1, len(shown) - offset))
        return f"{number} | {shown}\n{' ' * len(number)} | {carets}"

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"


_WIDEST = 160


def _around(line: str, column: int) -> tuple[str, int]:
    """Cut a very long line to a window around the column; return it and the column inside it."""
    first = max(0, column - _WIDEST // 2) if len(line) > _WIDEST else 0
    window = line[first : first + _WIDEST]
    return "".join(character if character.isprintable() else " " for character in window), column - first
