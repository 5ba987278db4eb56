"""A ledger in one SQLite file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from secrets import token_hex
from threading import Lock, get_ident
from typing import Literal, TypeAlias, get_args

from attrs import define, field
from attrs.validators import in_

from leadrouter.adapters.sqlite.migrate import MIGRATIONS, migrate, pending
from leadrouter.adapters.sqlite.refusing import refusing
from leadrouter.adapters.sqlite.shelf import Shelf
from leadrouter.adapters.sqlite.turn import Turn
from leadrouter.adapters.sqlite.work import SqliteWork
from leadrouter.errors import LedgerError
from leadrouter.ledger.ledger import AT_WORK, CLOSED, NESTED, Entry, Refused

Synchronous: TypeAlias = Literal["full", "normal"]
"""When a commit is on the disk: at its end, or with a later one."""

_PATIENCE = 30.0
_PARENTS: list[sqlite3.Connection] = []


@define(eq=False)
class SqliteLedger:
    """Keeps leads and decisions in one file; threads share one connection, processes share the file.

    A transaction is one `BEGIN IMMEDIATE`. Writers in other processes are waited for, up to 30 seconds, in the
    order in which they came. A process that was forked has a connection of its own.

    Args:
        path: the file.
        synchronous: `full` has a transaction on the disk when its block ends. `normal` has it there soon:
            a process that is killed loses nothing, a machine that fails may lose the last answers that it
            gave, whole transactions from the end.
        create: whether a file that is not there is made; tables of an older library are brought up in any case.
        salts: gives the salt of each entry, 16 random bytes in hexadecimal digits.
    """

    path: str
    synchronous: Synchronous = field(default="full", kw_only=True, validator=in_(get_args(Synchronous)))
    create: bool = field(default=True, kw_only=True, repr=False)
    salts: Callable[[], str] = field(default=partial(token_hex, 16), kw_only=True, repr=False)
    _connection: sqlite3.Connection = field(init=False, repr=False)
    _turn: Turn = field(init=False, repr=False)
    _shelf: Shelf = field(init=False, repr=False)
    _lock: Lock = field(init=False, repr=False)
    _process: int = field(init=False, repr=False)
    _opening: dict[int, Lock] = field(factory=dict, init=False, repr=False)
    """Held, by process, by the thread that opens the file there."""
    _is_closed: bool = field(default=False, init=False, repr=False)
    _at_work: int | None = field(default=None, init=False, repr=False)
    """The thread whose unit of work goes on."""

    def __attrs_post_init__(self) -> None:
        self._open()

    def _open(self) -> None:
        self._lock, self._at_work = Lock(), None
        self._turn, self._shelf = Turn(self.path, _PATIENCE), Shelf()
        with refusing(self.path):
            if not self.create and not Path(self.path).exists():
                raise LedgerError(f"there is no ledger at {self.path}")
            self._connection = sqlite3.connect(
                self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self._let_go()
                raise
        self._process = os.getpid()

    def _prepare(self) -> None:
        """Bring up the tables; a file that cannot be written is read as it is."""
        self._connection.execute(f"PRAGMA synchronous = {self.synchronous}")
        lacking = pending(self._connection)
        if lacking == MIGRATIONS and not self.create:
            raise LedgerError(f"there is no ledger at {self.path}")
        (journal,) = self._connection.execute("PRAGMA journal_mode").fetchone()
        if lacking or (journal == "delete" and os.access(self.path, os.W_OK)):
            with self._turn.taken():
                self._connection.execute("PRAGMA journal_mode = WAL")
                migrate(self._connection)

    def _require_own_connection(self) -> None:
        """Open the file for a forked child: on the connection of its parent it must neither speak nor hang up.

        Raises:
            LedgerError: the ledger is closed; or this thread is in a unit of work already, and would wait for itself.
        """
        self._require_open()
        if self._process != os.getpid():
            with self._opening.setdefault(os.getpid(), Lock()):
                if self._process != os.getpid():  # another thread may have opened it meanwhile
                    self._leave_to_parent()
                    self._open()
        if self._at_work == get_ident():
            raise LedgerError(NESTED)

    def _require_open(self) -> None:
        if self._is_closed:
            raise LedgerError(CLOSED)

    @contextmanager
    def transaction(self, *keys: str) -> Iterator[SqliteWork]:  # noqa: ARG002  # nothing is far away
        """Begin a unit of work; other writers wait for its end."""
        self._require_own_connection()
        with self._turn.taken(), self._begun("BEGIN IMMEDIATE") as work:
            yield work

    @contextmanager
    def reading(self) -> Iterator[SqliteWork]:
        """Begin to read; writers in other processes are not kept waiting."""
        self._require_own_connection()
        with self._begun("BEGIN DEFERRED") as work:
            yield work

    @contextmanager
    def _begun(self, how: str) -> Iterator[SqliteWork]:
        with self._lock, refusing(self.path):
            self._require_open()  # it may have been closed while others were waited for
            try:
                self._at_work = get_ident()
                self._connection.execute(how)
                self._look()
                work = SqliteWork(self._connection, self.salts, self._shelf)
                yield work
                work.end()
            except BaseException:
                if self._connection.in_transaction:  # a full disk has ended it already
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._at_work = None

    def _look(self) -> None:
        """Forget what others may have changed; they may have been of a newer library."""
        if self._shelf.look(self._connection.execute("PRAGMA data_version").fetchone()[0]):
            (number,) = self._connection.execute("PRAGMA user_version").fetchone()
            if number > MIGRATIONS[-1].number:
                pending(self._connection)

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

    def close(self) -> None:
        """Close the file, when the unit of work has ended that goes on in another thread.

        A forked child leaves its parent's connection alone.

        Raises:
            LedgerError: this thread is in a unit of work; the ledger stays open.
        """
        is_at_work = self._at_work == get_ident() or self._turn.is_mine
        if self._process == os.getpid() and is_at_work:
            raise LedgerError(AT_WORK)
        self._is_closed = True  # first, so that nobody new is waited for
        if self._process != os.getpid():
            self._leave_to_parent()
            return
        with self._turn.nobodys(), self._lock:
            self._let_go()

    def _let_go(self) -> None:
        self._connection.close()
        self._turn.close()

    def _leave_to_parent(self) -> None:
        """Forget, in a forked child, the connection and the turn of the parent: the child must not end either."""
        _PARENTS.append(self._connection)
        self._turn.close()
