"""A ledger in a PostgreSQL database."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from secrets import token_hex
from threading import get_ident

from attrs import define, field

from leadrouter.adapters.postgres.migrate import migrate
from leadrouter.adapters.postgres.session import Session
from leadrouter.adapters.postgres.work import PostgresWork
from leadrouter.compartment import day_left
from leadrouter.doors import instant
from leadrouter.errors import LedgerError
from leadrouter.ledger.ledger import AT_WORK, CLOSED, NESTED, Entry, Refused
from leadrouter.organisation import Organisation


@define(eq=False)
class PostgresLedger:
    """Keeps leads and decisions in the schema `leadrouter` of a database, for any number of processes.

    Those who write take turns, whatever they write: in the order in which they ask. A turn ends before the
    disk has been waited for, and many wait for it together; whoever has written is answered, and whoever
    reads gets what he has read, when it is on the disk (`synchronous_commit = on`).

    Each thread has a connection while it works; those that nobody uses are kept. A connection that was cut is
    made again by the next unit of work.

    Args:
        address: `postgresql://user@host/database`, as libpq reads it.
        create: whether tables that are not there are made; those of an older library are brought up in any case.
        salts: gives the salt of each entry, 16 random bytes in hexadecimal digits.
    """

    address: str = field(repr=False)
    create: bool = field(default=True, kw_only=True, repr=False)
    salts: Callable[[], str] = field(default=partial(token_hex, 16), kw_only=True, repr=False)
    _idle: list[Session] | None = field(factory=list, init=False, repr=False)
    _process: int = field(factory=os.getpid, init=False, repr=False)
    _at_work: list[tuple[int, int]] = field(factory=list, init=False, repr=False)
    """The processes and threads whose units of work go on; who has several, as often."""
    _writing: set[tuple[int, int]] = field(factory=set, init=False, repr=False)
    """Those among them who have the turn to write, or wait for it."""

    def __attrs_post_init__(self) -> None:
        migrate(self.address, create=self.create)

    @contextmanager
    def transaction(self, *keys: str) -> Iterator[PostgresWork]:
        """Begin a unit of work; other writers wait for its end."""
        me = os.getpid(), get_ident()
        if me in self._writing:
            raise LedgerError(NESTED)
        self._writing.add(me)
        try:
            with self._begun(partial(PostgresWork.begin, salt=self.salts, keys=keys)) as work:
                yield work
        finally:
            self._writing.remove(me)

    @contextmanager
    def reading(self) -> Iterator[PostgresWork]:
        """Begin to read; nobody waits for anybody."""
        with self._begun(partial(PostgresWork.begin_reading, salt=self.salts)) as work:
            yield work

    @contextmanager
    def _begun(self, begin: Callable[[Session], PostgresWork]) -> Iterator[PostgresWork]:
        used: list[Session] = []  # known before it has the turn: whatever comes between, the turn is passed on
        work: PostgresWork | None = None
        me = os.getpid(), get_ident()
        self._at_work.append(me)
        try:
            work = self._start(begin, used)
            yield work
            work.end()
        except BaseException:
            if work is not None:
                work.take_back()
            elif used:
                used[0].close()
            raise
        finally:
            self._at_work.remove(me)
            for session in used:
                self._put_back(session)

    def _start(self, begin: Callable[[Session], PostgresWork], used: list[Session]) -> PostgresWork:
        """Begin on a connection that works: one that was cut while nobody used it is dropped for another."""
        while True:
            session, is_new = self._take()
            used[:] = [session]
            try:
                return begin(session)
            except BaseException:
                was_cut = not session.is_usable
                session.close()
                if is_new or not was_cut:
                    raise

    def _take(self) -> tuple[Session, bool]:
        """Return a connection for one thread of this process, and whether it was made for it."""
        if self._idle is None:
            raise LedgerError(CLOSED)
        if self._process != os.getpid():  # a child must not speak on its parent's connections
            self._idle, self._process = [], os.getpid()
        with suppress(IndexError):
            return self._idle.pop(), False
        return Session.open(self.address), True

    def _put_back(self, session: Session) -> None:
        if session.is_usable and self._idle is not None:
            self._idle.append(session)
        else:
            session.close()

    def entries(self, prefix: str = "") -> tuple[Entry, ...]:
        """Return the entries whose lead id begins so, in order."""
        with self.reading() as work:
            return work.entries(prefix)

    def refused(self) -> tuple[Refused, ...]:
        """Return the leads that were refused, in order."""
        with self.reading() as work:
            return work.refused()

    def text(self, digest: str) -> str | None:
        """Return a kept text."""
        with self.reading() as work:
            return work.text(digest)

    def enrol(self, organisation: Organisation, logins: Mapping[str, str], *, at: datetime | None = None) -> None:
        """Say anew who reads what with a connection of his own: what row-level security goes by.

        A role of the database that has been granted `leadrouter_manager` reads the leads and clients of the
        person whom it is; with `leadrouter_head` those of everybody in the departments that this person leads;
        with `leadrouter_director` all. The roles of those who have left, and any that is not named, read nothing.

        Args:
            organisation: who works where, and who leads.
            logins: the person of each role of the database.
            at: the instant by which somebody has left; the system's clock where it is left out.

        Raises:
            UnknownPersonError: the organisation does not have one of these people; nothing is changed.
        """
        now = instant(at)
        there = {login: person for login, person in logins.items() if day_left(organisation, person, now) is None}
        members = [
            (each.id, person, person == each.head)
            for each in organisation.departments.values()
            for person in sorted({*each.people, *filter(None, (each.head,))})
        ]
        with self._begun(partial(PostgresWork.begin, salt=self.salts)) as work:
            work.session.ask("enrol", (json.dumps(there), json.dumps(members)))

    def close(self) -> None:
        """Close the connections; those of units of work that go on in other threads when these end.

        Raises:
            LedgerError: this thread is in a unit of work; the ledger stays open.
        """
        if (os.getpid(), get_ident()) in self._at_work:
            raise LedgerError(AT_WORK)
        idle, self._idle = self._idle or [], None
        for session in idle:
            session.close()
