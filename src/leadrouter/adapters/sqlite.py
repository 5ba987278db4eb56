"""A ledger in one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.resources import files
from secrets import token_hex
from threading import Lock

from attrs import define, field

from leadrouter.adapters.sqlite_work import SqliteWork
from leadrouter.errors import LedgerError
from leadrouter.ledger.ledger import Entry, Refused

VERSION = 3
"""The version of the tables that this library reads and writes."""

_PATIENCE = 30.0


@define(eq=False)
class SqliteLedger:
    """Keeps leads and decisions in one file; threads share one connection, processes share the file.

    A transaction is one `BEGIN IMMEDIATE`, and it is on the disk when its block ends
    (`synchronous=FULL`). Other writers are waited for, up to 30 seconds.

    Args:
        path: the file; it is made where it is not there.
        salts: gives the salt of each entry, 16 random bytes in hexadecimal digits.
    """

    path: str
    salts: Callable[[], str] = field(default=partial(token_hex, 16), kw_only=True, repr=False)
    _connection: sqlite3.Connection = field(init=False, repr=False)
    _lock: Lock = field(factory=Lock, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        with _refusing(self.path):
            self._connection = sqlite3.connect(
                self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = FULL")
                self._prepare()
            except BaseException:
                self.close()
                raise

    def _prepare(self) -> None:
        with self.transaction():
            version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
            if version == 0:
                for statement in files(__package__).joinpath("sqlite.sql").read_text("utf-8").split(";"):
                    self._connection.execute(statement)
            elif version != VERSION:
                raise LedgerError(
                    f"{self.path} was written by another version of leadrouter (tables {version}, this reads {VERSION})"
                )

    @contextmanager
    def transaction(self, *keys: str) -> Iterator[SqliteWork]:  # noqa: ARG002  # nothing is far away
        """Begin a unit of work; other writers wait for its end."""
        with self._begun("BEGIN IMMEDIATE") as work:
            yield work

    @contextmanager
    def reading(self) -> Iterator[SqliteWork]:
        """Begin to read; writers in other processes are not kept waiting."""
        with self._begun("BEGIN DEFERRED") as work:
            yield work

    @contextmanager
    def _begun(self, how: str) -> Iterator[SqliteWork]:
        with self._lock, _refusing(self.path):
            self._connection.execute(how)
            try:
                yield SqliteWork(self._connection, self.salts)
            except BaseException:
                if self._connection.in_transaction:  # a full disk has ended it already
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

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
        """Close the file."""
        self._connection.close()


@contextmanager
def _refusing(path: str) -> Iterator[None]:
    """Turn what SQLite refuses (a lock that outlasts its patience, a full disk, no database) into our error."""
    try:
        yield
    except sqlite3.Error as error:
        raise LedgerError(f"{path} cannot be used as a ledger: {error}") from error
