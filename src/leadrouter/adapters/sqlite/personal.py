"""Personal data in a SQLite file."""

from __future__ import annotations

import sqlite3

from attrs import astuple, define, fields

from leadrouter.adapters.sqlite.statements import STATEMENTS
from leadrouter.ledger.ledger import Entry, Noted, Refused

_ENTRY = tuple(each.name for each in fields(Entry))
_REFUSED = tuple(each.name for each in fields(Refused))


@define(eq=False)
class SqlitePersonal:
    """Personal data as one transaction sees it: the same words as `ledger.personal`."""

    connection: sqlite3.Connection

    def entries(self, after: int, limit: int) -> tuple[tuple[int, Entry], ...]:
        """Return the entries after a number, in the order in which they were added, at most so many."""
        rows = self.connection.execute(STATEMENTS["numbered entries"], (after, limit))
        return tuple((number, Entry(**dict(zip(_ENTRY, row, strict=True)))) for number, *row in rows)

    def refused(self, after: int, limit: int) -> tuple[tuple[int, Refused], ...]:
        """Return the refused leads after a number, in order, at most so many."""
        rows = self.connection.execute(STATEMENTS["numbered refused"], (after, limit))
        return tuple((number, Refused(**dict(zip(_REFUSED, row, strict=True)))) for number, *row in rows)

    def erase(self, entry: Entry) -> None:
        """Keep the payload, digest and salt of an entry in place of those under its key."""
        self.connection.execute(STATEMENTS["erase"], (entry.payload, entry.digest, entry.salt, entry.key))

    def erase_refused(self, number: int, refused: Refused) -> None:
        """Keep a refused lead in place of the one with a number."""
        self.connection.execute(STATEMENTS["erase refused"], (*astuple(refused), number))

    def erase_noted(self, event: Noted) -> None:
        """Keep the contact, payload and salt of a note in place of those under its kind and key."""
        values = (event.contact, event.payload, event.salt, event.kind, event.key)
        self.connection.execute(STATEMENTS["erase noted"], values)

    def erase_text(self, digest: str, text: str) -> None:
        """Keep a text in place of the one that was kept under a digest, which is not that of the new one."""
        self.connection.execute(STATEMENTS["erase text"], (text, digest))
