"""What a connection to a SQLite file knows from one unit of work to the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self, TypeAlias

from attrs import define, field

from leadrouter.assignment.load import Load
from leadrouter.assignment.standing import Standing
from leadrouter.lifecycle.breaker import Breaker
from leadrouter.lifecycle.state import LeadState

Book: TypeAlias = Load | Standing | Breaker
BookName: TypeAlias = tuple[type[Book], str]


@define(eq=False)
class Shelf:
    """What was read or kept while nobody else wrote into the file.

    `data_version` is SQLite's own word for that: it changes with every commit of another connection. A book
    whose text is still the same need not be read again even then.
    """

    data_version: int = -1
    books: dict[BookName, Book | None] = field(factory=dict, init=False)
    texts: dict[BookName, tuple[str, Book]] = field(factory=dict, init=False)
    count: int | None = field(default=None, init=False)
    heads: dict[str, LeadState] | None = field(default=None, init=False)
    _before: frozenset[BookName] = field(default=frozenset(), init=False)

    def look(self, data_version: int) -> bool:
        """Forget what may have changed since the last unit of work; tell whether anything may have."""
        if data_version == self.data_version:
            return False
        self._before = frozenset(self.books)
        self.books, self.count, self.heads = {}, None, None
        self.data_version = data_version
        return True

    @contextmanager
    def changing(self) -> Iterator[Self]:
        """Put on the shelf what is committed meanwhile; where something comes between, nothing on it is believed."""
        data_version, self.data_version = self.data_version, -1
        yield self
        self.data_version = data_version

    def missing(self, kind: type[Book]) -> list[str]:
        """Return, once, the names of the books of a kind that were here before others wrote."""
        names = [name for each, name in self._before if each is kind and (each, name) not in self.books]
        self._before = frozenset(each for each in self._before if each[0] is not kind)
        return names

    def read(self, name: BookName, text: str | None) -> Book | None:
        """Return the book that a text says."""
        book: Book | None = None
        if text is not None:
            before, book = self.texts.get(name, ("", None))
            if book is None or text != before:
                book = name[0].from_json(text)
                self.texts[name] = text, book
        self.books[name] = book
        return book
