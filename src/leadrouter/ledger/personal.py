"""The part of the port behind which personal data is found and erased, and its laws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from leadrouter.ledger.ledger import Entry, Noted, Refused


class ReadPersonal(Protocol):
    """Everything that may hold personal data, a page at a time; what companies noted is read by `Reading.notes`."""

    def entries(self, after: int, limit: int) -> tuple[tuple[int, Entry], ...]:
        """Return the entries after a number, in the order in which they were added, at most so many."""

    def refused(self, after: int, limit: int) -> tuple[tuple[int, Refused], ...]:
        """Return the refused leads after a number, in order, at most so many."""


class Personal(ReadPersonal, Protocol):
    """What erasing writes, in the transaction that it belongs to.

    INVARIANT: it puts something in place of what is there already, and adds and removes no row: numbers,
    keys, records and instants stay, and so does everything that the chain of events covers.
    """

    def erase(self, entry: Entry) -> None:
        """Keep the payload, digest and salt of an entry in place of those under its key."""

    def erase_refused(self, number: int, refused: Refused) -> None:
        """Keep a refused lead in place of the one with a number."""

    def erase_noted(self, event: Noted) -> None:
        """Keep the contact, payload and salt of a note in place of those under its kind and key."""

    def erase_text(self, digest: str, text: str) -> None:
        """Keep a text in place of the one that was kept under a digest, which is not that of the new one."""
