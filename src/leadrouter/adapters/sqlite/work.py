"""One unit of work on a SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeVar

from attrs import astuple, define, field, fields

from leadrouter.adapters.rows import entry_of, noted_of, refused_of
from leadrouter.adapters.sqlite.audit import astray, lead_columns
from leadrouter.adapters.sqlite.clients import SqliteClients
from leadrouter.adapters.sqlite.personal import SqlitePersonal
from leadrouter.adapters.sqlite.shelf import Book, BookName, Shelf
from leadrouter.adapters.sqlite.statements import STATEMENTS
from leadrouter.assignment.load import Load
from leadrouter.assignment.standing import Standing
from leadrouter.canonical import canonical
from leadrouter.errors import StaleError
from leadrouter.event import Event
from leadrouter.ledger.chain import NOTHING, Kept, Seal, linked, sealed, subject_of
from leadrouter.ledger.ledger import Entry, Noted, Refused
from leadrouter.lifecycle.breaker import Breaker
from leadrouter.lifecycle.company import Company
from leadrouter.lifecycle.state import LeadState

_Kind = TypeVar("_Kind", Breaker, Load, Standing)

_values = attrgetter(*(each.name for each in fields(Entry)))
_NAMES: Mapping[type[Book], str] = {Standing: "standing", Load: "load", Breaker: "breaker"}


@define(eq=False)
class SqliteWork:
    """One transaction on a connection: the same words as `ledger.Transaction`.

    Leads and books are written once each, as they are at the end, or before anything is asked that they could
    answer. What the shelf knows is not asked.
    """

    _connection: sqlite3.Connection
    salt: Callable[[], str]
    _shelf: Shelf
    _heads: dict[str, LeadState] | None = field(init=False)
    _count: int | None = field(init=False)
    _versions: dict[str, int] = field(factory=dict, init=False)
    _leads: dict[str, tuple[LeadState, int]] = field(factory=dict, init=False)
    _moved: dict[str, LeadState] = field(factory=dict, init=False)
    _books: dict[BookName, Book] = field(factory=dict, init=False)
    _unwritten: dict[BookName, Book] = field(factory=dict, init=False)
    _companies: dict[str, Company | None] = field(factory=dict, init=False)
    _ends: dict[str, str] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self._heads, self._count = self._shelf.heads, self._shelf.count

    def end(self) -> None:
        """Write what is not written yet, commit, and put on the shelf what is known then."""
        self._write()
        with self._shelf.changing() as shelf:
            self._connection.execute("COMMIT")
            shelf.books |= self._books
            shelf.count = self._count
            shelf.heads = None if self._heads is None or self._has_lost_a_head() else self._first_of_each_queue()

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, with everything written that was put."""
        self._write()
        return self._connection

    @property
    def clients(self) -> SqliteClients:
        """The companies."""
        return SqliteClients(self._connection, self._companies)

    @property
    def personal(self) -> SqlitePersonal:
        """Where personal data may be, and is erased."""
        return SqlitePersonal(self._connection)

    def find(self, key: str) -> Entry | None:
        """Return what was decided under a key."""
        row = self._connection.execute(STATEMENTS["find"], (key,)).fetchone()
        return None if row is None else entry_of(row)

    def entries(self, prefix: str = "") -> tuple[Entry, ...]:
        """Return entries in the order in which they were added, those whose lead id begins so."""
        rows = self.connection.execute(STATEMENTS["entries"], (prefix, prefix + "\U0010ffff"))
        return tuple(entry_of(row) for row in rows)

    def latest(self) -> Entry | None:
        """Return the entry that was added last."""
        row = self.connection.execute(STATEMENTS["latest"]).fetchone()
        return None if row is None else entry_of(row)

    def refused(self) -> tuple[Refused, ...]:
        """Return the leads that were refused, in order."""
        rows = self.connection.execute(STATEMENTS["refused"])
        return tuple(refused_of(row) for row in rows)

    def events(self, lead_id: str | None = None) -> tuple[Event, ...]:
        """Return what happened, in order: to one lead, or everything."""
        if lead_id is None:
            rows = self.connection.execute(STATEMENTS["events"])
        else:
            rows = self.connection.execute(STATEMENTS["events of subject"], (f"lead:{lead_id}",))
        return tuple(Event.from_json(text) for (text,) in rows)

    def log(self, after: int = 0, limit: int | None = None) -> tuple[Kept, ...]:
        """Return the events after a number in the log, in order, at most so many, each with its hash."""
        rows = self.connection.execute(STATEMENTS["log"], (after, -1 if limit is None else limit))
        return tuple(Kept(number=number, event=Event.from_json(text), hash=hash_) for number, text, hash_ in rows)

    def seals(self) -> tuple[Seal, ...]:
        """Return the seals of the log, in order."""
        rows = self.connection.execute(STATEMENTS["seals"])
        return tuple(Seal(upto=upto, hash=hash_, at=at) for upto, hash_, at in rows)

    def unsealed(self) -> tuple[str | None, int]:
        """Return the instant of the last seal, None where there is none, and how many events came after it."""
        at, count = self.connection.execute(STATEMENTS["unsealed"]).fetchone()
        return at, int(count)

    def position(self, consumer: str) -> int:
        """Return the number of the last event that a consumer has dealt with; 0 where there was none."""
        return int(self._one("position", consumer) or 0)

    def lead(self, lead_id: str) -> LeadState | None:
        """Return where a lead stands."""
        if lead_id in self._leads:
            return self._leads[lead_id][0]
        row = self._connection.execute(STATEMENTS["lead"], (lead_id,)).fetchone()
        state = None if row is None else LeadState.from_json(row[0])
        self._versions[lead_id] = 0 if state is None else state.version
        return state

    def leads(self, after: int = 0, limit: int | None = None) -> tuple[LeadState, ...]:
        """Return where the leads after a number stand, in the order of their numbers, at most so many."""
        return self._states("leads", after, -1 if limit is None else limit)

    def open_leads(self) -> tuple[LeadState, ...]:
        """Return where the leads stand that are neither won nor lost, in the order of their numbers."""
        return self._states("open leads")

    def count(self) -> int:
        """Return how many leads there are: the next one's number is one more."""
        if self._count is None:
            self._count = int(self._one("count"))
        return self._count

    def waiting(self) -> tuple[LeadState, ...]:
        """Return the first lead of each queue, in the order in which they are served."""
        if self._heads is None or self._has_lost_a_head():
            if any(seen for _, seen in self._leads.values()):
                self._write()  # a new lead needs no row to be the first of its queue, or behind it
            rows = self._connection.execute(STATEMENTS["heads"])
            self._heads = {state.lead_id: state for state in (LeadState.from_json(text) for (text,) in rows)}
            self._moved = {lead_id: self._moved[lead_id] for lead_id in self._leads.keys() & self._moved.keys()}
        return tuple(sorted(self._first_of_each_queue().values(), key=lambda state: state.order))

    def _has_lost_a_head(self) -> bool:
        """Tell whether a lead was the first of a queue and stands there no more: who comes next is not known."""
        heads = self._heads or {}
        befores = ((heads.get(lead_id), state) for lead_id, state in self._moved.items())
        return any(
            before is not None and (state.queue, state.order) != (before.queue, before.order)
            for before, state in befores
        )

    def _first_of_each_queue(self) -> dict[str, LeadState]:
        first: dict[str, LeadState] = {}
        for state in ((self._heads or {}) | self._moved).values():
            queue = state.queue
            if queue is not None and (queue not in first or state.order < first[queue].order):
                first[queue] = state
        return {state.lead_id: state for state in first.values()}

    def due(self, at: datetime) -> tuple[LeadState, ...]:
        """Return the leads for which something is due by an instant, the most overdue first."""
        return self._states("due", at.isoformat())

    def next_due(self) -> datetime | None:
        """Return when the next thing of any lead is due."""
        text = self._one("next due")
        return None if text is None else datetime.fromisoformat(text)

    def standing(self, pool: str) -> Standing | None:
        """Return what fairness has counted in a pool."""
        return self._book(Standing, pool)

    def standings(self) -> tuple[Standing, ...]:
        """Return what fairness has counted in every pool, by name."""
        rows = self.connection.execute(STATEMENTS["standings"])
        return tuple(Standing.from_json(text) for (text,) in rows)

    def load(self, person: str) -> Load | None:
        """Return what a person has on his hands, or None where he never had anything."""
        return self._book(Load, person)

    def loads(self) -> tuple[Load, ...]:
        """Return what everybody has on his hands, by id."""
        rows = self.connection.execute(STATEMENTS["loads"])
        return tuple(Load.from_json(text) for (text,) in rows)

    def breaker(self, pool: str) -> Breaker | None:
        """Return the breaker of a pool."""
        return self._book(Breaker, pool)

    def breakers(self) -> tuple[Breaker, ...]:
        """Return the breakers of all pools, by name."""
        rows = self.connection.execute(STATEMENTS["breakers"])
        return tuple(Breaker.from_json(text) for (text,) in rows)

    def text(self, digest: str) -> str | None:
        """Return a kept text."""
        text: str | None = self._one("text", digest)
        return text

    def astray(self) -> Iterator[tuple[str, str]]:
        """Yield the rows that are not found where they belong, each with what is wrong, in words."""
        return astray(self.connection)

    def add(self, entry: Entry) -> None:
        """Keep a lead and its decision; its key must be new."""
        self._connection.execute(STATEMENTS["add"], _values(entry))

    def refuse(self, refused: Refused) -> None:
        """Keep a lead that was refused, as it came."""
        self._connection.execute(STATEMENTS["refuse"], astuple(refused))

    def append(self, event: Event) -> None:
        """Keep what happened, with its number and its hash; a lead's version must be new."""
        subject, text = subject_of(event), event.to_json()
        if subject not in self._ends:
            end = self._connection.execute(STATEMENTS["end of chain"], (subject,)).fetchone()
            self._ends[subject] = NOTHING if end is None else end[0]
        self._ends[subject] = linked(self._ends[subject], text)
        self._connection.execute(
            STATEMENTS["append"], (event.lead_id, event.version, subject, text, self._ends[subject])
        )

    def seal(self, at: datetime) -> Seal | None:
        """Seal the events since the last seal; None where there are none. Costs their number."""
        row = self.connection.execute(STATEMENTS["last seal"]).fetchone()
        upto, before = row or (0, NOTHING)
        since = self.connection.execute(STATEMENTS["hashes"], (upto,))
        rows = since.fetchall()
        if not rows:
            return None
        made = at.isoformat()
        seal = Seal(upto=rows[-1][0], hash=sealed(before, made, (hash_ for _, hash_ in rows)), at=made)
        self.connection.execute(STATEMENTS["seal"], astuple(seal))
        return seal

    def put_position(self, consumer: str, number: int) -> None:
        """Note that a consumer has dealt with every event up to a number; never moves back."""
        self._connection.execute(STATEMENTS["put position"], (consumer, number))

    def put_lead(self, state: LeadState, *, seen: int) -> None:
        """Keep where a lead stands, in place of the version that was seen (0: there was none)."""
        if state.lead_id not in self._versions:
            self.lead(state.lead_id)
        current = self._versions[state.lead_id]
        if current != seen:
            raise StaleError(state.lead_id, seen=seen, current=current)
        _, first = self._leads.get(state.lead_id, (None, seen))
        if not seen:
            self._count = max(self.count(), state.number)
        self._leads[state.lead_id] = state, first
        self._versions[state.lead_id] = state.version
        if state.queue is not None or state.lead_id in (self._heads or {}):
            self._moved[state.lead_id] = state
        else:
            self._moved.pop(state.lead_id, None)

    def put_standing(self, standing: Standing) -> None:
        """Keep what fairness has counted in a pool."""
        self._put_book(standing.pool, standing)

    def put_load(self, load: Load) -> None:
        """Keep what a person has on his hands."""
        self._put_book(load.person, load)

    def put_breaker(self, breaker: Breaker) -> None:
        """Keep the breaker of a pool."""
        self._put_book(breaker.pool, breaker)

    def noted(self, kind: str, key: str) -> Noted | None:
        """Return the event that was noted under a kind and a key."""
        row = self._connection.execute(STATEMENTS["noted"], (kind, key)).fetchone()
        return None if row is None else noted_of(row)

    def notes(self, after: int, limit: int) -> tuple[tuple[int, Noted], ...]:
        """Return what was noted after a number, in the order in which it was noted, at most so much."""
        rows = self.connection.execute(STATEMENTS["notes"], (after, limit))
        return tuple((number, noted_of(tuple(row))) for number, *row in rows)

    def note(self, event: Noted) -> None:
        """Note an event of a company's past; its kind and key must be new."""
        self._connection.execute(STATEMENTS["note"], astuple(event))

    def past(self, company: str, since: str, until: str, most: int) -> tuple[Noted, ...]:
        """Return the newest events of a company and all that are linked to it, by its root, between two instants."""
        rows = self._connection.execute(STATEMENTS["past"], (company, since, until, most)).fetchall()
        return tuple(noted_of(row) for row in reversed(rows))

    def keep(self, digest: str, text: str) -> None:
        """Keep a pack's or an organisation's text by its digest, so that decisions stay explainable."""
        self._connection.execute(STATEMENTS["keep"], (digest, text))

    def _book(self, kind: type[_Kind], name: str) -> _Kind | None:
        key = (kind, name)
        book: Book | None
        if key in self._books:
            book = self._books[key]
        elif key in self._shelf.books:
            book = self._shelf.books[key]
        else:
            book = self._read_books(kind, name)
        assert book is None or isinstance(book, kind), "INVARIANT: a book stands under its kind"
        return book

    def _read_books(self, kind: type[Book], name: str) -> Book | None:
        """Put a book on the shelf, and all of its kind that others may have changed since they were there."""
        names = sorted({name, *self._shelf.missing(kind)})
        texts = dict(self._connection.execute(STATEMENTS[_NAMES[kind]], (canonical(names),)))
        for each in names:
            self._shelf.read((kind, each), texts.get(each))
        return self._shelf.books[kind, name]

    def _put_book(self, name: str, book: Book) -> None:
        key = (type(book), name)
        self._books[key] = self._unwritten[key] = book

    def _write(self) -> None:
        """Write what was put and not written yet."""
        if self._leads:
            leads, self._leads = self._leads, {}
            for state, seen in leads.values():
                self._write_lead(state, seen)
        if self._unwritten:
            books, self._unwritten = self._unwritten, {}
            for (kind, name), book in books.items():
                self._connection.execute(STATEMENTS[f"put {_NAMES[kind]}"], (name, book.to_json()))

    def _write_lead(self, state: LeadState, seen: int) -> None:
        row = (state.version, *lead_columns(state), state.to_json())
        if seen:
            self._connection.execute(STATEMENTS["changed lead"], (*row, state.lead_id))
        else:
            self._connection.execute(STATEMENTS["new lead"], (state.number, state.lead_id, *row))

    def _one(self, name: str, *values: str) -> Any:
        row = self.connection.execute(STATEMENTS[name], values).fetchone()
        return None if row is None else row[0]

    def _states(self, name: str, *values: str | int) -> tuple[LeadState, ...]:
        return tuple(LeadState.from_json(text) for (text,) in self.connection.execute(STATEMENTS[name], values))
