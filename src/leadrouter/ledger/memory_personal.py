"""Personal data in memory."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from itertools import islice
from typing import Any, TypeAlias

from attrs import define, evolve

from leadrouter.ledger.ledger import Entry, Noted, Refused
from leadrouter.ledger.memory_clients import CompanyShelves

_Put: TypeAlias = Callable[[MutableMapping[Any, Any], Any, Any], None]


@define(eq=False)
class MemoryPersonal:
    """Personal data as one transaction sees it; `put_into` writes so that it can be taken back."""

    entries_of: dict[str, Entry]
    refused_of: dict[int, Refused]
    texts: dict[str, str]
    shelves: CompanyShelves
    put_into: _Put

    def entries(self, after: int, limit: int) -> tuple[tuple[int, Entry], ...]:
        """Return the entries after a number, in the order in which they were added, at most so many."""
        return tuple(enumerate(islice(self.entries_of.values(), after, after + limit), start=after + 1))

    def refused(self, after: int, limit: int) -> tuple[tuple[int, Refused], ...]:
        """Return the refused leads after a number, in order, at most so many."""
        return tuple(islice(self.refused_of.items(), after, after + limit))

    def erase(self, entry: Entry) -> None:
        """Keep the payload, digest and salt of an entry in place of those under its key."""
        before = self.entries_of[entry.key]
        left = evolve(before, payload=entry.payload, digest=entry.digest, salt=entry.salt)
        self.put_into(self.entries_of, entry.key, left)

    def erase_refused(self, number: int, refused: Refused) -> None:
        """Keep a refused lead in place of the one with a number."""
        self.put_into(self.refused_of, number, refused)

    def erase_noted(self, event: Noted) -> None:
        """Keep the contact, payload and salt of a note in place of those under its kind and key."""
        before = self.shelves.noted[event.kind, event.key]
        left = evolve(before, contact=event.contact, payload=event.payload, salt=event.salt)
        self.put_into(self.shelves.noted, (event.kind, event.key), left)
        past = self.shelves.pasts[before.company]
        self.put_into(self.shelves.pasts, before.company, tuple(left if each is before else each for each in past))

    def erase_text(self, digest: str, text: str) -> None:
        """Keep a text in place of the one that was kept under a digest, which is not that of the new one."""
        self.put_into(self.texts, digest, text)
