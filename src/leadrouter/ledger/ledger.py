"""The port behind which leads, decisions and what became of them are kept, and its laws."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from leadrouter.canonical import canonical
from leadrouter.ledger.chain import Kept, Seal
from leadrouter.ledger.clients import Clients, ReadClients
from leadrouter.ledger.personal import Personal, ReadPersonal

if TYPE_CHECKING:
    from leadrouter.assignment.load import Load
    from leadrouter.assignment.standing import Standing
    from leadrouter.event import Event
    from leadrouter.lifecycle.breaker import Breaker
    from leadrouter.lifecycle.state import LeadState


CLOSED = "the ledger is closed"
"""What is told to whoever uses a ledger after `close`, whatever the ledger."""

AT_WORK = "this thread is in a unit of work of the ledger: end that one first, and close the ledger then"
"""What is told to whoever closes a ledger in the midst of his own unit of work, whatever the ledger."""

NESTED = "this thread is in a unit of work of the ledger already; end that one first"
"""What is told to whoever begins a unit of work within his own, whatever the ledger: he would wait for himself."""


@frozen(kw_only=True)
class Entry:
    """A lead and what was decided of it.

    `payload` is the lead as canonical JSON and the one place of personal data; `digest` is its SHA-256;
    `record` is the decision as JSON. `at` is an ISO 8601 instant in UTC. `salt` goes before the payload in the
    digest that the event `lead.routed` has of it, so that nobody finds out a short payload by trying. Where
    the lead was erased, `payload` is what is left of it, and `digest` and `salt` are empty.
    """

    lead_id: str
    key: str
    digest: str
    payload: str = field(repr=False)
    record: str = field(repr=False)
    at: str
    salt: str = field(repr=False)

    @property
    def is_erased(self) -> bool:
        """Whether the personal data of the lead was erased."""
        return not self.salt


@frozen(kw_only=True)
class Refused:
    """A lead that was refused or came in conflict with its stored namesake, kept as it came.

    `payload` and `salt` are empty where it was erased.
    """

    key: str
    payload: str = field(repr=False)
    reason: str
    at: str
    salt: str = field(repr=False)

    def to_json(self) -> str:
        """Return all of it but the salt as canonical JSON: what the digest is made of that the chain covers."""
        return canonical([self.key, self.payload, self.reason, self.at])


@frozen(kw_only=True)
class Noted:
    """Something that a company did, or that was done with it.

    `begun` is the id of the company that it is an event of, `company` the root of that one when it was
    noted: the ledger moves it along when companies are linked. `contact` is a key that shows nobody. `kind`
    and `key` together make two notes the same event. `at` is an ISO 8601 instant in UTC. `payload` is a
    lead's, or like one; None as it is noted stands for the payload of the entry with the same key, whose
    `salt` is then that of the note as well.
    """

    key: str
    company: str
    begun: str
    contact: str | None
    kind: str
    at: str
    payload: str | None = field(repr=False)
    salt: str = field(default="", repr=False)

    def to_json(self) -> str:
        """Return what never changes of it, as canonical JSON: what the digest is made of that the chain covers."""
        held = [self.kind, self.key, self.begun, self.contact, self.at, self.payload]
        return canonical(held)


class Reading(Protocol):
    """What can be read, all of it as it was at one instant.

    States, standings, loads and breakers are projections: each is a fold over the events, kept so that
    nobody has to read them all.
    """

    @property
    def clients(self) -> ReadClients:
        """The companies."""

    @property
    def personal(self) -> ReadPersonal:
        """Where personal data may be."""

    def find(self, key: str) -> Entry | None:
        """Return what was decided under a key."""

    def entries(self, prefix: str = "") -> tuple[Entry, ...]:
        """Return entries in the order in which they were added, those whose lead id begins so."""

    def latest(self) -> Entry | None:
        """Return the entry that was added last."""

    def events(self, lead_id: str | None = None) -> tuple[Event, ...]:
        """Return what happened, in order: to one lead, or everything."""

    def log(self, after: int = 0, limit: int | None = None) -> tuple[Kept, ...]:
        """Return the events after a number in the log, in order, at most so many, each with its hash."""

    def seals(self) -> tuple[Seal, ...]:
        """Return the seals of the log, in order."""

    def unsealed(self) -> tuple[str | None, int]:
        """Return the instant of the last seal, None where there is none, and how many events came after it."""

    def position(self, consumer: str) -> int:
        """Return the number of the last event that a consumer has dealt with; 0 where there was none."""

    def lead(self, lead_id: str) -> LeadState | None:
        """Return where a lead stands."""

    def leads(self, after: int = 0, limit: int | None = None) -> tuple[LeadState, ...]:
        """Return where the leads after a number stand, in the order of their numbers, at most so many."""

    def open_leads(self) -> tuple[LeadState, ...]:
        """Return where the leads stand that are neither won nor lost, in the order of their numbers."""

    def count(self) -> int:
        """Return how many leads there are: the next one's number is one more."""

    def waiting(self) -> tuple[LeadState, ...]:
        """Return the first lead of each queue, in the order in which they are served.

        Costs the number of queues, however many leads wait in them.
        """

    def due(self, at: datetime) -> tuple[LeadState, ...]:
        """Return the leads for which something is due by an instant, the most overdue first."""

    def next_due(self) -> datetime | None:
        """Return when the next thing of any lead is due."""

    def standing(self, pool: str) -> Standing | None:
        """Return what fairness has counted in a pool."""

    def standings(self) -> tuple[Standing, ...]:
        """Return what fairness has counted in every pool, by name."""

    def load(self, person: str) -> Load | None:
        """Return what a person has on his hands, or None where he never had anything."""

    def loads(self) -> tuple[Load, ...]:
        """Return what everybody has on his hands, by id."""

    def breaker(self, pool: str) -> Breaker | None:
        """Return the breaker of a pool."""

    def breakers(self) -> tuple[Breaker, ...]:
        """Return the breakers of all pools, by name."""

    def noted(self, kind: str, key: str) -> Noted | None:
        """Return the event that was noted under a kind and a key."""

    def notes(self, after: int, limit: int) -> tuple[tuple[int, Noted], ...]:
        """Return what was noted after a number, in the order in which it was noted, at most so much."""

    def past(self, company: str, since: str, until: str, most: int) -> tuple[Noted, ...]:
        """Return the newest events of a company and all that are linked to it, by its root, between two instants.

        Both instants are included. They come oldest first, equal instants in the order in which they were
        noted, with their payloads. Costs as much as there are events between the instants, or as `most`,
        not as there are events.
        """

    def text(self, digest: str) -> str | None:
        """Return a kept text."""

    def astray(self) -> Iterator[tuple[str, str]]:
        """Yield the rows that are not found where they belong, each with what is wrong, in words.

        A ledger keeps things twice so as to find them sooner: they are to be the same. Costs the size of the
        ledger.
        """


class Transaction(Reading, Protocol):
    """One unit of work.

    Its laws:

    - what it read stays true until it ends: no other writer comes between;
    - it reads what it has written itself;
    - all that it wrote is kept when its block ends, or nothing is when the block raises;
    - nothing that was appended is ever changed: an event's hash covers those before it (`ledger.chain`).
      What is erased (`personal`) the hashes do not cover;
    - numbers of events grow in the order in which transactions are kept: whoever has read up to a number
      never finds a lower one later.
    """

    @property
    def clients(self) -> Clients:
        """The companies."""

    @property
    def personal(self) -> Personal:
        """Where personal data may be, and is erased."""

    def salt(self) -> str:
        """Return a new salt for an entry: 32 characters that nobody can guess."""

    def add(self, entry: Entry) -> None:
        """Keep a lead and its decision; its key must be new."""

    def refuse(self, refused: Refused) -> None:
        """Keep a lead that was refused, as it came."""

    def append(self, event: Event) -> None:
        """Keep what happened, with its number and its hash; a lead's version must be new."""

    def seal(self, at: datetime) -> Seal | None:
        """Seal the events since the last seal; None where there are none. Costs their number."""

    def put_position(self, consumer: str, number: int) -> None:
        """Note that a consumer has dealt with every event up to a number; never moves back."""

    def put_lead(self, state: LeadState, *, seen: int) -> None:
        """Keep where a lead stands, in place of the version that was seen (0: there was none).

        Raises:
            StaleError: the lead stands at another version.
        """

    def put_standing(self, standing: Standing) -> None:
        """Keep what fairness has counted in a pool."""

    def put_load(self, load: Load) -> None:
        """Keep what a person has on his hands."""

    def put_breaker(self, breaker: Breaker) -> None:
        """Keep the breaker of a pool."""

    def note(self, event: Noted) -> None:
        """Note an event of a company's past; its kind and key must be new."""

    def keep(self, digest: str, text: str) -> None:
        """Keep a pack's or an organisation's text by its digest, so that decisions stay explainable."""


class Ledger(Protocol):
    """Where leads, decisions and what became of them are kept.

    Everything but `close` raises a `LedgerError` once it is closed, in the same words in each ledger.
    """

    def transaction(self, *keys: str) -> AbstractContextManager[Transaction]:
        """Begin a unit of work; `keys` are what `find` will be asked, where that is known already.

        Raises:
            LedgerError: this thread is in a unit of work already, which goes on.
        """

    def reading(self) -> AbstractContextManager[Reading]:
        """Begin to read; writers are not kept waiting, and what is read does not change meanwhile."""

    def entries(self, prefix: str = "") -> tuple[Entry, ...]:
        """Return entries in the order in which they were added, those whose lead id begins so."""

    def refused(self) -> tuple[Refused, ...]:
        """Return the leads that were refused, in order."""

    def text(self, digest: str) -> str | None:
        """Return a kept text."""

    def close(self) -> None:
        """Let go of files and connections; closing again changes nothing.

        A unit of work that goes on in another thread is kept all the same.

        Raises:
            LedgerError: this thread is in a unit of work, which would be lost; the ledger stays open.
        """
