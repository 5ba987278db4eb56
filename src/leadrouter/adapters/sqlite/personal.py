"""Personal data in a SQLite file."""

from __future__ import annotations

import sqlite3

from attrs import astuple, define, fields

from leadrouter.ledger.ledger import Entry, Noted, Refused

_ENTRY = tuple(each.name for each in fields(Entry))
_REFUSED = tuple(each.name for each in fields(Refused))
_ENTRIES = f"SELECT number, {', '.join(_ENTRY)} FROM entry WHERE number > ? ORDER BY number LIMIT ?"  # noqa: S608  # columns
_ALL_REFUSED = f"SELECT number, {', '.join(_REFUSED)} FROM refused WHERE number > ? ORDER BY number LIMIT ?"  # noqa: S608  # columns


@define(eq=False)
class SqlitePersonal:
    """Personal data as one transaction sees it: the same words as `ledger.personal`."""

    connection: sqlite3.Connection

    def entries(self, after: int, limit: int) -> tuple[tuple[int, Entry], ...]:
        """Return the entries after a number, in the order in which they were added, at most so many."""
        rows = self.connection.execute(_ENTRIES, (after, limit))
        return tuple((number, Entry(**dict(zip(_ENTRY, row, strict=True)))) for number, *row in rows)

    def refused(self, after: int, limit: int) -> tuple[tuple[int, Refused], ...]:
        """Return the refused leads after a number, in order, at most so many."""
        rows = self.connection.execute(_ALL_REFUSED, (after, limit))
        return tuple((number, Refused(**dict(zip(_REFUSED, row, strict=True)))) for number, *row in rows)

    def erase(self, entry: Entry) -> None:
        """Keep the payload, digest and salt of an entry in place of those under its key."""
        statement = "UPDATE entry SET payload = ?, digest = ?, salt = ? WHERE key = ?"
        self.connection.execute(statement, (entry.payload, entry.digest, entry.salt, entry.key))

    def erase_refused(self, number: int, refused: Refused) -> None:
        """Keep a refused lead in place of the one with a number."""
        statement = "UPDATE refused SET key = ?, payload = ?, reason = ?, at = ?, salt = ? WHERE number = ?"
        self.connection.execute(statement, (*astuple(refused), number))

    def erase_noted(self, event: Noted) -> None:
        """Keep the contact, payload and salt of a note in place of those under its kind and key."""
        statement = "UPDATE noted SET contact = ?, payload = ?, salt = ? WHERE kind = ? AND key = ?"
        self.connection.execute(statement, (event.contact, event.payload, event.salt, event.kind, event.key))

    def erase_text(self, digest: str, text: str) -> None:
        """Keep a text in place of the one that was kept under a digest, which is not that of the new one."""
        self.connection.execute("UPDATE kept SET text = ? WHERE digest = ?", (text, digest))
