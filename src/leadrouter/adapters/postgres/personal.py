"""Personal data in a PostgreSQL database."""

from __future__ import annotations

from attrs import astuple, define, fields

from leadrouter.adapters.postgres.session import Session
from leadrouter.ledger.ledger import Entry, Noted, Refused

_ENTRY = tuple(each.name for each in fields(Entry))
_REFUSED = tuple(each.name for each in fields(Refused))


@define(eq=False)
class PostgresPersonal:
    """Personal data as one transaction sees it: the same words as `ledger.personal`.

    `found` are the entries that the transaction knows of already, by key.
    """

    session: Session
    found: dict[str, Entry | None]

    def entries(self, after: int, limit: int) -> tuple[tuple[int, Entry], ...]:
        """Return the entries after a number, in the order in which they were added, at most so many."""
        rows = self.session.ask("numbered entries", (after, limit))
        return tuple((number, Entry(**dict(zip(_ENTRY, row, strict=True)))) for number, *row in rows)

    def refused(self, after: int, limit: int) -> tuple[tuple[int, Refused], ...]:
        """Return the refused leads after a number, in order, at most so many."""
        rows = self.session.ask("numbered refused", (after, limit))
        return tuple((number, Refused(**dict(zip(_REFUSED, row, strict=True)))) for number, *row in rows)

    def erase(self, entry: Entry) -> None:
        """Keep the payload, digest and salt of an entry in place of those under its key."""
        self.found.pop(entry.key, None)
        self.session.tell("erased", entry.key, entry.payload, entry.digest, entry.salt)

    def erase_refused(self, number: int, refused: Refused) -> None:
        """Keep a refused lead in place of the one with a number."""
        self.session.tell("erased refused", number, *astuple(refused))

    def erase_noted(self, event: Noted) -> None:
        """Keep the contact, payload and salt of a note in place of those under its kind and key."""
        self.session.tell("erased noted", event.kind, event.key, event.contact, event.payload, event.salt)

    def erase_text(self, digest: str, text: str) -> None:
        """Keep a text in place of the one that was kept under a digest, which is not that of the new one."""
        self.session.tell("erased text", digest, text)
