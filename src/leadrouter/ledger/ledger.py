"""The port behind which leads and decisions are kept, and its laws."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from attrs import field, frozen


@frozen(kw_only=True)
class Entry:
    """A lead and what was decided of it.

    `payload` is the lead as canonical JSON and the one place of personal data; `digest` is its SHA-256;
    `record` is the decision as JSON. `at` is an ISO 8601 instant in UTC.
    """

    lead_id: str
    key: str
    digest: str
    payload: str = field(repr=False)
    record: str = field(repr=False)
    at: str


@frozen(kw_only=True)
class Refused:
    """A lead that was refused or came in conflict with its stored namesake, kept as it came."""

    key: str
    payload: str = field(repr=False)
    reason: str
    at: str


@frozen(kw_only=True)
class Noted:
    """Something that a company did, or that was done with it.

    `company` and `contact` are keys that show neither. `kind` and `key` together make two notes the same
    event. `at` is an ISO 8601 instant in UTC. `payload` is a lead's, or like one; None as it is noted stands
    for the payload of the entry with the same key.
    """

    key: str
    company: str
    contact: str | None
    kind: str
    at: str
    payload: str | None = field(repr=False)


class Transaction(Protocol):
    """One unit of work.

    Its laws:

    - what it read stays true until it ends: no other writer comes between;
    - all that it wrote is kept when its block ends, or nothing is when the block raises.
    """

    def find(self, key: str) -> Entry | None:
        """Return what was decided under a key."""

    def add(self, entry: Entry) -> None:
        """Keep a lead and its decision; its key must be new."""

    def refuse(self, refused: Refused) -> None:
        """Keep a lead that was refused, as it came."""

    def last(self, destination: str) -> str | None:
        """Return who had the turn before at a destination."""

    def advance(self, destination: str, person: str) -> None:
        """Note whose turn it was."""

    def note(self, event: Noted) -> Noted:
        """Note an event of a company's past; return the one that was noted first under its kind and key."""

    def past(self, company: str, since: str, until: str, most: int) -> tuple[Noted, ...]:
        """Return a company's newest events from one instant to another, both included.

        They come oldest first, equal instants in the order in which they were noted, with their payloads.
        Costs as much as there are events between the instants, or as `most`, not as there are events.
        """

    def keep(self, digest: str, text: str) -> None:
        """Keep a pack's or an organisation's text by its digest, so that decisions stay explainable."""


class Ledger(Protocol):
    """Where leads and decisions are kept."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a unit of work."""

    def entries(self, prefix: str = "") -> tuple[Entry, ...]:
        """Return entries in the order in which they were added, those whose lead id begins so."""

    def refused(self) -> tuple[Refused, ...]:
        """Return the leads that were refused, in order."""

    def text(self, digest: str) -> str | None:
        """Return a kept text."""

    def close(self) -> None:
        """Let go of files and connections."""
