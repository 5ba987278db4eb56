"""One unit of work on a PostgreSQL database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from attrs import astuple, define, field

from leadrouter.adapters.postgres.audit import astray, people_of
from leadrouter.adapters.postgres.clients import PostgresClients
from leadrouter.adapters.postgres.personal import PostgresPersonal
from leadrouter.adapters.postgres.session import Book, BookName, Session
from leadrouter.adapters.rows import entry_of, noted_of, refused_of
from leadrouter.assignment.load import Load
from leadrouter.assignment.standing import Standing
from leadrouter.errors import StaleError
from leadrouter.event import Event
from leadrouter.ledger.chain import NOTHING, Kept, Seal, sealed, subject_of
from leadrouter.ledger.ledger import Entry, Noted, Refused
from leadrouter.lifecycle.breaker import Breaker
from leadrouter.lifecycle.company import Company
from leadrouter.lifecycle.state import LeadState
from leadrouter.rulepack.pattern import REQUEST

_Kind = TypeVar("_Kind", Breaker, Load, Standing)


@define(eq=False)
class PostgresWork:
    """One transaction on a connection: the same words as `ledger.Transaction`.

    What it writes is sent when something else is asked, and at the end: a lead and a book once each, as they
    are then. A writer knows the books, the first lead of each queue and the number of leads from the
    beginning; a reader asks for them, and knows up to where he has read what may not be on the disk yet.
    """

    session: Session
    salt: Callable[[], str]
    is_writing: bool
    unflushed: str | None = None
    _count: int | None = field(default=None, kw_only=True)
    _heads: dict[str, LeadState] | None = field(default=None, kw_only=True)
    _found: dict[str, Entry | None] = field(factory=dict, init=False)
    _unnoted: set[tuple[str, str]] = field(factory=set, init=False)
    _versions: dict[str, int] = field(factory=dict, init=False)
    _leads: dict[str, tuple[LeadState, int]] = field(factory=dict, init=False)
    _moved: dict[str, LeadState] = field(factory=dict, init=False)
    _books: dict[BookName, Book] = field(factory=dict, init=False)
    _companies: dict[str, Company | None] = field(factory=dict, init=False)
    _unwritten: set[BookName] = field(factory=set, init=False)

    @classmethod
    def begin(cls, session: Session, salt: Callable[[], str], keys: Sequence[str] = ()) -> PostgresWork:
        """Begin to write when it is this session's turn, knowing what is under some keys."""
        turn = session.begin(keys)
        heads = {state.lead_id: state for state in map(LeadState.from_json, turn.heads)}
        work = cls(session, salt, is_writing=True, count=turn.count, heads=heads)
        for key, entry in turn.entries.items():
            work._found[key] = None if entry is None else entry_of(json.loads(entry))
        work._unnoted.update((REQUEST, key) for key in turn.unnoted)
        return work

    @classmethod
    def begin_reading(cls, session: Session, salt: Callable[[], str]) -> PostgresWork:
        """Begin to read what was committed until now, perhaps not yet on the disk."""
        ((written, is_flushed),) = session.run("begin reading")
        return cls(session, salt, is_writing=False, unflushed=None if is_flushed else written)

    def end(self) -> None:
        """Commit; nobody is answered, and nothing is given to anybody, before it is on the disk."""
        if self.is_writing:
            self._write()
            self.session.finish(self._books)
        else:
            self.session.run("end reading" if self._is_flushed() else "end reading when flushed")

    def take_back(self) -> None:
        """Leave nothing behind of what was written."""
        if self.is_writing:
            self.session.take_back()
        elif self.session.is_usable:
            self.session.run("take back reading")

    def _is_flushed(self) -> bool:
        """Tell whether everything that a reader has seen is on the disk."""
        return self.unflushed is None or bool(self.session.ask("is flushed", (self.unflushed,))[0][0])

    @property
    def clients(self) -> PostgresClients:
        """The companies."""
        return PostgresClients(self.session, self._companies)

    @property
    def personal(self) -> PostgresPersonal:
        """Where personal data may be, and is erased."""
        return PostgresPersonal(self.session, self._found)

    def find(self, key: str) -> Entry | None:
        """Return what was decided under a key."""
        if key in self._found:
            return self._found[key]
        return next((entry_of(row) for row in self._rows("find", key)), None)

    def entries(self, prefix: str = "") -> tuple[Entry, ...]:
        """Return entries in the order in which they were added, those whose lead id begins so."""
        return tuple(entry_of(row) for row in self._rows("entries", prefix))

    def latest(self) -> Entry | None:
        """Return the entry that was added last."""
        return next((entry_of(row) for row in self._rows("latest")), None)

    def refused(self) -> tuple[Refused, ...]:
        """Return the leads that were refused, in order."""
        rows = self._rows("refused")
        return tuple(refused_of(row) for row in rows)

    def events(self, lead_id: str | None = None) -> tuple[Event, ...]:
        """Return what happened, in order: to one lead, or everything."""
        rows = self._rows("events") if lead_id is None else self._rows("events of lead", lead_id)
        return tuple(Event.from_json(text) for (text,) in rows)

    def log(self, after: int = 0, limit: int | None = None) -> tuple[Kept, ...]:
        """Return the events after a number in the log, in order, at most so many, each with its hash."""
        rows = self._rows("log", after, limit)
        return tuple(Kept(number=number, event=Event.from_json(text), hash=hash_) for number, text, hash_ in rows)

    def seals(self) -> tuple[Seal, ...]:
        """Return the seals of the log, in order."""
        return tuple(Seal(upto=upto, hash=hash_, at=at) for upto, hash_, at in self._rows("seals"))

    def unsealed(self) -> tuple[str | None, int]:
        """Return the instant of the last seal, None where there is none, and how many events came after it."""
        ((at, count),) = self._rows("how much is unsealed")
        return at, int(count)

    def position(self, consumer: str) -> int:
        """Return the number of the last event that a consumer has dealt with; 0 where there was none."""
        return int(self._one("position", consumer) or 0)

    def lead(self, lead_id: str) -> LeadState | None:
        """Return where a lead stands."""
        if lead_id in self._leads:
            return self._leads[lead_id][0]
        state = next(iter(self._states("lead", lead_id)), None)
        self._versions[lead_id] = 0 if state is None else state.version
        return state

    def leads(self, after: int = 0, limit: int | None = None) -> tuple[LeadState, ...]:
        """Return where the leads after a number stand, in the order of their numbers, at most so many."""
        return self._states("leads", after, limit)

    def open_leads(self) -> tuple[LeadState, ...]:
        """Return where the leads stand that are neither won nor lost, in the order of their numbers."""
        return self._states("open leads")

    def count(self) -> int:
        """Return how many leads there are: the next one's number is one more."""
        return int(self._one("count")) if self._count is None else self._count

    def waiting(self) -> tuple[LeadState, ...]:
        """Return the first lead of each queue, in the order in which they are served."""
        if self._heads is None or any(map(self._has_left, self._moved.values())):
            self._heads = {state.lead_id: state for state in self._states("heads")}
            self._moved = {}
        first: dict[str, LeadState] = {}
        for state in (self._heads | self._moved).values():
            queue = state.queue
            if queue is not None and (queue not in first or state.order < first[queue].order):
                first[queue] = state
        return tuple(sorted(first.values(), key=lambda state: state.order))

    def due(self, at: datetime) -> tuple[LeadState, ...]:
        """Return the leads for which something is due by an instant, the most overdue first."""
        return self._states("due", at)

    def next_due(self) -> datetime | None:
        """Return when the next thing of any lead is due."""
        at = self._one("next due")
        return None if at is None else at.astimezone(UTC)

    def standing(self, pool: str) -> Standing | None:
        """Return what fairness has counted in a pool."""
        return self._book(Standing, pool)

    def standings(self) -> tuple[Standing, ...]:
        """Return what fairness has counted in every pool, by name."""
        return tuple(Standing.from_json(text) for (text,) in self._rows("books", "standing"))

    def load(self, person: str) -> Load | None:
        """Return what a person has on his hands, or None where he never had anything."""
        return self._book(Load, person)

    def loads(self) -> tuple[Load, ...]:
        """Return what everybody has on his hands, by id."""
        return tuple(Load.from_json(text) for (text,) in self._rows("books", "load"))

    def breaker(self, pool: str) -> Breaker | None:
        """Return the breaker of a pool."""
        return self._book(Breaker, pool)

    def noted(self, kind: str, key: str) -> Noted | None:
        """Return the event that was noted under a kind and a key."""
        if (kind, key) in self._unnoted:
            return None
        return next((noted_of(row) for row in self._rows("noted", kind, key)), None)

    def past(self, company: str, since: str, until: str, most: int) -> tuple[Noted, ...]:
        """Return the newest events of a company and all that are linked to it, by its root, between two instants."""
        return tuple(noted_of(row) for row in reversed(self._rows("past", company, since, until, most)))

    def breakers(self) -> tuple[Breaker, ...]:
        """Return the breakers of all pools, by name."""
        return tuple(Breaker.from_json(text) for (text,) in self._rows("books", "breaker"))

    def text(self, digest: str) -> str | None:
        """Return a kept text."""
        found: str | None = self._one("text", digest)
        return found

    def astray(self) -> Iterator[tuple[str, str]]:
        """Yield the rows that are not found where they belong, each with what is wrong, in words."""
        return astray(self.session)

    def add(self, entry: Entry) -> None:
        """Keep a lead and its decision; its key must be new."""
        self._found.pop(entry.key, None)
        self.session.tell("entry", *astuple(entry))

    def refuse(self, refused: Refused) -> None:
        """Keep a lead that was refused, as it came."""
        self.session.tell("refused", *astuple(refused))

    def append(self, event: Event) -> None:
        """Keep what happened, with its number and its hash; a lead's version must be new."""
        self.session.tell("event", event.lead_id, event.version, subject_of(event), event.to_json())

    def seal(self, at: datetime) -> Seal | None:
        """Seal the events since the last seal; None where there are none. Costs their number."""
        upto, before = next(iter(self._rows("last seal")), (0, NOTHING))
        rows = self._rows("unsealed", upto)
        if not rows:
            return None
        made = at.isoformat()
        seal = Seal(upto=rows[-1][0], hash=sealed(before, made, (hash_ for _, hash_ in rows)), at=made)
        self.session.tell("seal", *astuple(seal))
        return seal

    def put_position(self, consumer: str, number: int) -> None:
        """Note that a consumer has dealt with every event up to a number; never moves back."""
        self.session.tell("position", consumer, number)

    def put_lead(self, state: LeadState, *, seen: int) -> None:
        """Keep where a lead stands, in place of the version that was seen (0: there was none).

        Raises:
            StaleError: the lead stands at another version; where nobody has looked before, at the end.
        """
        if seen and state.lead_id not in self._versions:
            self.lead(state.lead_id)
        current = self._versions.get(state.lead_id, seen)
        if current != seen:
            raise StaleError(state.lead_id, seen=seen, current=current)
        _, first = self._leads.get(state.lead_id, (None, seen))
        if not seen and self._count is not None:
            self._count = max(self._count, state.number)
        self._leads[state.lead_id] = state, first
        self._versions[state.lead_id] = state.version
        self._moved[state.lead_id] = state

    def put_standing(self, standing: Standing) -> None:
        """Keep what fairness has counted in a pool."""
        self._put_book(standing.pool, standing)

    def put_load(self, load: Load) -> None:
        """Keep what a person has on his hands."""
        self._put_book(load.person, load)

    def put_breaker(self, breaker: Breaker) -> None:
        """Keep the breaker of a pool."""
        self._put_book(breaker.pool, breaker)

    def notes(self, after: int, limit: int) -> tuple[tuple[int, Noted], ...]:
        """Return what was noted after a number, in the order in which it was noted, at most so much."""
        return tuple((number, noted_of(tuple(row))) for number, *row in self._rows("notes", after, limit))

    def note(self, event: Noted) -> None:
        """Note an event of a company's past; its kind and key must be new."""
        self._unnoted.discard((event.kind, event.key))
        self.session.tell("noted", *astuple(event))

    def keep(self, digest: str, text: str) -> None:
        """Keep a pack's or an organisation's text by its digest, so that decisions stay explainable."""
        self.session.tell("kept", digest, text)

    def _has_left(self, state: LeadState) -> bool:
        """Tell whether a lead was the first of a queue and is not there any more: somebody else is then."""
        first = None if self._heads is None else self._heads.get(state.lead_id)
        return first is not None and (state.queue, state.order) != (first.queue, first.order)

    def _put_book(self, name: str, book: Book) -> None:
        self._books[_kind(type(book)), name] = book
        self._unwritten.add((_kind(type(book)), name))

    def _book(self, kind: type[_Kind], name: str) -> _Kind | None:
        key = (_kind(kind), name)
        found: str | Book | None = self._books.get(key)
        if found is None:
            found = self.session.books.get(key) if self.is_writing else self._one("book", *key)
        if isinstance(found, str):
            found = kind.from_json(found)
            if self.is_writing:
                self.session.books[key] = found
        assert found is None or isinstance(found, kind), "INVARIANT: a book is kept under its kind"
        return found

    def _write(self) -> None:
        """Send what was put and not sent yet."""
        for state, seen in self._leads.values():
            self.session.tell("lead", _lead_row(state, seen))
        for kind, name in sorted(self._unwritten):
            self.session.tell("book", kind, name, self._books[kind, name].to_json())
        self._leads, self._unwritten = {}, set()

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        self._write()
        return self.session.ask(statement, values)

    def _one(self, statement: str, *values: Any) -> Any:
        return next((row[0] for row in self._rows(statement, *values)), None)

    def _states(self, statement: str, *values: Any) -> tuple[LeadState, ...]:
        return tuple(LeadState.from_json(text) for (text,) in self._rows(statement, *values))


def _kind(book: type[Book]) -> str:
    """Return under which kind a standing, a load or a breaker is kept."""
    return book.__name__.lower()


def _lead_row(state: LeadState, seen: int) -> dict[str, Any]:
    return {
        "lead_id": state.lead_id,
        "number": state.number,
        "seen": seen,
        "version": state.version,
        "is_open": state.is_open,
        "waits_for": state.queue,
        "rank": -state.priority,
        "arrived": state.arrived.isoformat(),
        "due": None if state.due is None else state.due.isoformat(),
        "company": state.company,
        "people": people_of(state),
        "state": state.to_json(),
    }
