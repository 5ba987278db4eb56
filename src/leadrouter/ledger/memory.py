"""A ledger that lives as long as its process: the reference, and what tests use."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from datetime import datetime
from itertools import count, islice
from threading import RLock, get_ident
from typing import TYPE_CHECKING, TypeVar

from attrs import define, evolve, field

from leadrouter.errors import LedgerError, StaleError
from leadrouter.ledger.chain import NOTHING, Kept, Seal, linked, sealed, subject_of
from leadrouter.ledger.ledger import AT_WORK, CLOSED, NESTED, Entry, Noted, Refused
from leadrouter.ledger.memory_clients import CompanyShelves, MemoryClients, when
from leadrouter.ledger.memory_personal import MemoryPersonal
from leadrouter.ledger.queues import Queues

if TYPE_CHECKING:
    from leadrouter.assignment.load import Load
    from leadrouter.assignment.standing import Standing
    from leadrouter.event import Event
    from leadrouter.lifecycle.breaker import Breaker
    from leadrouter.lifecycle.state import LeadState

Key = TypeVar("Key")
Value = TypeVar("Value")


def numbered_salts() -> Callable[[], str]:
    """Return what gives salts that are only numbers, counted from 1: for tests, where ledgers are to write the same.

    >>> numbered_salts()()
    '00000000000000000000000000000001'
    """
    numbers = count(1)
    return lambda: f"{next(numbers):032x}"


@define(eq=False)
class _Books:
    """Everything that is kept."""

    entries: dict[str, Entry] = field(factory=dict)
    refused: dict[int, Refused] = field(factory=dict)
    texts: dict[str, str] = field(factory=dict)
    log: list[Kept] = field(factory=list)
    ends: dict[str, str] = field(factory=dict)
    seals: list[Seal] = field(factory=list)
    positions: dict[str, int] = field(factory=dict)
    events_of: dict[str, list[Event]] = field(factory=dict)
    leads: dict[str, LeadState] = field(factory=dict)
    queues: Queues = field(factory=Queues)
    standings: dict[str, Standing] = field(factory=dict)
    loads: dict[str, Load] = field(factory=dict)
    breakers: dict[str, Breaker] = field(factory=dict)
    companies: CompanyShelves = field(factory=CompanyShelves)


@define(eq=False)
class MemoryLedger:
    """Keeps everything in dictionaries, behind one lock.

    A transaction that raises leaves nothing behind: what it wrote is taken back.

    Args:
        salts: gives the salt of each entry; numbers here, so that the same calls write the same.
    """

    salts: Callable[[], str] = field(factory=numbered_salts, kw_only=True, repr=False)
    _books: _Books = field(factory=_Books, init=False, repr=False)
    _lock: RLock = field(factory=RLock, init=False, repr=False)
    _is_closed: bool = field(default=False, init=False, repr=False)
    _at_work: int | None = field(default=None, init=False, repr=False)
    """The thread whose unit of work goes on."""
    _writes: bool = field(default=False, init=False, repr=False)

    @contextmanager
    def transaction(self, *keys: str) -> Iterator[_Work]:  # noqa: ARG002  # nothing is far away
        """Begin a unit of work; other threads wait for its end."""
        with self._open() as books:
            if self._writes:
                raise LedgerError(NESTED)
            work, self._writes = _Work(books, self.salts), True
            try:
                yield work
            except BaseException:
                work.take_back()
                raise
            finally:
                self._writes = False

    @contextmanager
    def reading(self) -> Iterator[_Work]:
        """Begin to read; other threads wait for its end."""
        with self._open() as books:
            yield _Work(books, self.salts)

    @contextmanager
    def _open(self) -> Iterator[_Books]:
        with self._lock:
            if self._is_closed:
                raise LedgerError(CLOSED)
            outer, self._at_work = self._at_work, get_ident()
            try:
                yield self._books
            finally:
                self._at_work = outer

    def entries(self, prefix: str = "") -> tuple[Entry, ...]:
        """Return the entries whose lead id begins so, in order. Costs the number of entries."""
        with self.reading() as work:
            return work.entries(prefix)

    def refused(self) -> tuple[Refused, ...]:
        """Return the leads that were refused, in order."""
        with self._open() as books:
            return tuple(books.refused.values())

    def text(self, digest: str) -> str | None:
        """Return a kept text."""
        with self._open() as books:
            return books.texts.get(digest)

    def close(self) -> None:
        """Answer nobody any more; what was kept is gone with the process.

        Raises:
            LedgerError: this thread is in a unit of work; the ledger stays open.
        """
        if self._at_work == get_ident():
            raise LedgerError(AT_WORK)
        self._is_closed = True


@define(eq=False)
class _Work:
    """One transaction: writes at once, and knows how to take each write back."""

    books: _Books
    salt: Callable[[], str]
    _undo: list[Callable[[], object]] = field(factory=list, init=False)

    def take_back(self) -> None:
        """Undo what was written, the latest first."""
        while self._undo:
            self._undo.pop()()

    @property
    def clients(self) -> MemoryClients:
        return MemoryClients(self.books.companies, self._put)

    @property
    def personal(self) -> MemoryPersonal:
        books = self.books
        return MemoryPersonal(books.entries, books.refused, books.texts, books.companies, self._put)

    def find(self, key: str) -> Entry | None:
        return self.books.entries.get(key)

    def entries(self, prefix: str = "") -> tuple[Entry, ...]:
        return tuple(entry for entry in self.books.entries.values() if entry.lead_id.startswith(prefix))

    def latest(self) -> Entry | None:
        return next(reversed(self.books.entries.values()), None)

    def events(self, lead_id: str | None = None) -> tuple[Event, ...]:
        if lead_id is not None:
            return tuple(self.books.events_of.get(lead_id, ()))
        return tuple(kept.event for kept in self.books.log)

    def log(self, after: int = 0, limit: int | None = None) -> tuple[Kept, ...]:
        return tuple(self.books.log[after : None if limit is None else after + limit])

    def seals(self) -> tuple[Seal, ...]:
        return tuple(self.books.seals)

    def unsealed(self) -> tuple[str | None, int]:
        if not self.books.seals:
            return None, len(self.books.log)
        return self.books.seals[-1].at, len(self.books.log) - self.books.seals[-1].upto

    def position(self, consumer: str) -> int:
        return self.books.positions.get(consumer, 0)

    def lead(self, lead_id: str) -> LeadState | None:
        return self.books.leads.get(lead_id)

    def leads(self, after: int = 0, limit: int | None = None) -> tuple[LeadState, ...]:
        return tuple(islice(self.books.leads.values(), after, None if limit is None else after + limit))

    def open_leads(self) -> tuple[LeadState, ...]:
        return tuple(state for state in self.books.leads.values() if state.is_open)

    def count(self) -> int:
        return len(self.books.leads)

    def waiting(self) -> tuple[LeadState, ...]:
        return tuple(self.books.leads[lead_id] for lead_id in self.books.queues.heads())

    def due(self, at: datetime) -> tuple[LeadState, ...]:
        return tuple(self.books.leads[lead_id] for lead_id in self.books.queues.due(at))

    def next_due(self) -> datetime | None:
        return self.books.queues.next_due()

    def standing(self, pool: str) -> Standing | None:
        return self.books.standings.get(pool)

    def standings(self) -> tuple[Standing, ...]:
        return tuple(each for _, each in sorted(self.books.standings.items()))

    def load(self, person: str) -> Load | None:
        return self.books.loads.get(person)

    def loads(self) -> tuple[Load, ...]:
        return tuple(each for _, each in sorted(self.books.loads.items()))

    def breaker(self, pool: str) -> Breaker | None:
        return self.books.breakers.get(pool)

    def breakers(self) -> tuple[Breaker, ...]:
        return tuple(each for _, each in sorted(self.books.breakers.items()))

    def text(self, digest: str) -> str | None:
        return self.books.texts.get(digest)

    def astray(self) -> Iterator[tuple[str, str]]:
        yield from ()

    def add(self, entry: Entry) -> None:
        if self.find(entry.key) is not None:
            raise ValueError(f"key `{entry.key}` is taken")
        self._put(self.books.entries, entry.key, entry)

    def refuse(self, refused: Refused) -> None:
        self._put(self.books.refused, len(self.books.refused) + 1, refused)

    def append(self, event: Event) -> None:
        if event.lead_id is not None:
            before = self.books.events_of.setdefault(event.lead_id, [])
            if event.version and event.version <= max((each.version for each in before), default=0):
                raise ValueError(f"version {event.version} of lead {event.lead_id} is taken")
            self._append(before, event)
        subject = subject_of(event)
        hash_ = linked(self.books.ends.get(subject, NOTHING), event.to_json())
        self._put(self.books.ends, subject, hash_)
        self._append(self.books.log, Kept(number=len(self.books.log) + 1, event=event, hash=hash_))

    def seal(self, at: datetime) -> Seal | None:
        last = self.books.seals[-1] if self.books.seals else Seal(upto=0, hash=NOTHING, at="")
        since = self.log(last.upto)
        if not since:
            return None
        hash_ = sealed(last.hash, at.isoformat(), (kept.hash for kept in since))
        seal = Seal(upto=since[-1].number, hash=hash_, at=at.isoformat())
        self._append(self.books.seals, seal)
        return seal

    def put_position(self, consumer: str, number: int) -> None:
        self._put(self.books.positions, consumer, max(number, self.position(consumer)))

    def put_lead(self, state: LeadState, *, seen: int) -> None:
        before = self.lead(state.lead_id)
        current = 0 if before is None else before.version
        if current != seen:
            raise StaleError(state.lead_id, seen=seen, current=current)
        self._put(self.books.leads, state.lead_id, state)
        self._undo.append(lambda: self.books.queues.put(state.lead_id, before))
        self.books.queues.put(state.lead_id, state)

    def put_standing(self, standing: Standing) -> None:
        self._put(self.books.standings, standing.pool, standing)

    def put_load(self, load: Load) -> None:
        self._put(self.books.loads, load.person, load)

    def put_breaker(self, breaker: Breaker) -> None:
        self._put(self.books.breakers, breaker.pool, breaker)

    def noted(self, kind: str, key: str) -> Noted | None:
        return self.books.companies.noted.get((kind, key))

    def notes(self, after: int, limit: int) -> tuple[tuple[int, Noted], ...]:
        noted = islice(self.books.companies.noted.values(), after, after + limit)
        return tuple(enumerate(noted, start=after + 1))

    def note(self, event: Noted) -> None:
        if self.noted(event.kind, event.key) is not None:
            raise ValueError(f"event `{event.key}` of kind `{event.kind}` is noted already")
        shelves, key = self.books.companies, (event.kind, event.key)
        self._put(shelves.turns, key, len(shelves.noted))
        self._put(shelves.noted, key, event)
        past = shelves.pasts.get(event.company, ())
        place = bisect_right(past, event.at, key=when)
        self._put(shelves.pasts, event.company, (*past[:place], event, *past[place:]))

    def past(self, company: str, since: str, until: str, most: int) -> tuple[Noted, ...]:
        past = self.books.companies.pasts.get(company, ())
        found = past[bisect_left(past, since, key=when) : bisect_right(past, until, key=when)]
        return tuple(self._filled(each) for each in found[-most:])

    def _filled(self, event: Noted) -> Noted:
        entry = self.find(event.key) if event.payload is None else None
        return event if entry is None else evolve(event, payload=entry.payload)

    def keep(self, digest: str, text: str) -> None:
        self._put(self.books.texts, digest, text)

    def _put(self, held: MutableMapping[Key, Value], key: Key, value: Value) -> None:
        if key in held:
            before = held[key]
            self._undo.append(lambda: held.__setitem__(key, before))
        else:
            self._undo.append(lambda: held.pop(key, None))
        held[key] = value

    def _append(self, held: list[Value], value: Value) -> None:
        kept = len(held)
        self._undo.append(lambda: held.__delitem__(slice(kept, None)))
        held.append(value)
