"""A ledger in one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from threading import Lock

from attrs import define, field, fields

from leadrouter.errors import LedgerError
from leadrouter.ledger.ledger import Entry, Noted, Refused

VERSION = 2
"""The version of the tables that this library reads and writes."""

_PATIENCE = 30.0
_ENTRY = ", ".join(each.name for each in fields(Entry))
_NOTED = ", ".join(each.name for each in fields(Noted))
_REFUSED = ", ".join(each.name for each in fields(Refused))


@define(eq=False)
class SqliteLedger:
    """Keeps leads and decisions in one file; threads share one connection, processes share the file.

    A transaction is one `BEGIN IMMEDIATE`, and it is on the disk when its block ends
    (`synchronous=FULL`). Other writers are waited for, up to 30 seconds.
    """

    path: str
    _connection: sqlite3.Connection = field(init=False, repr=False)
    _lock: Lock = field(factory=Lock, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        with _refusing(self.path):
            self._connection = sqlite3.connect(
                self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._prepare()

    def _prepare(self) -> None:
        with self.transaction() as work:
            version = work.version()
            if version == 0:
                for statement in files(__package__).joinpath("sqlite.sql").read_text("utf-8").split(";"):
                    self._connection.execute(statement)
            elif version != VERSION:
                raise LedgerError(
                    f"{self.path} was written by another version of leadrouter (tables {version}, this reads {VERSION})"
                )

    @contextmanager
    def transaction(self) -> Iterator[_Work]:
        """Begin a unit of work; other writers wait for its end."""
        with self._lock, _refusing(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield _Work(self._connection)
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def entries(self, prefix: str = "") -> tuple[Entry, ...]:
        """Return the entries whose lead id begins so, in order."""
        query = f"SELECT {_ENTRY} FROM entry WHERE lead_id >= ? AND lead_id < ? ORDER BY number"  # noqa: S608  # columns
        with self._lock:
            rows = self._connection.execute(query, (prefix, prefix + "\U0010ffff")).fetchall()
        return tuple(_entry(row) for row in rows)

    def refused(self) -> tuple[Refused, ...]:
        """Return the leads that were refused, in order."""
        with self._lock:
            rows = self._connection.execute(f"SELECT {_REFUSED} FROM refused ORDER BY number").fetchall()  # noqa: S608
        return tuple(Refused(key=key, payload=payload, reason=reason, at=at) for key, payload, reason, at in rows)

    def text(self, digest: str) -> str | None:
        """Return a kept text."""
        with self._lock:
            row = self._connection.execute("SELECT text FROM kept WHERE digest = ?", (digest,)).fetchone()
        return None if row is None else str(row[0])

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


@define(eq=False)
class _Work:
    """One transaction on the connection."""

    connection: sqlite3.Connection

    def version(self) -> int:
        return int(self.connection.execute("PRAGMA user_version").fetchone()[0])

    def find(self, key: str) -> Entry | None:
        row = self.connection.execute(f"SELECT {_ENTRY} FROM entry WHERE key = ?", (key,)).fetchone()  # noqa: S608
        return None if row is None else _entry(row)

    def add(self, entry: Entry) -> None:
        self.connection.execute(
            f"INSERT INTO entry ({_ENTRY}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608  # columns
            (entry.lead_id, entry.key, entry.digest, entry.payload, entry.record, entry.at),
        )

    def refuse(self, refused: Refused) -> None:
        self.connection.execute(
            f"INSERT INTO refused ({_REFUSED}) VALUES (?, ?, ?, ?)",  # noqa: S608  # columns
            (refused.key, refused.payload, refused.reason, refused.at),
        )

    def last(self, destination: str) -> str | None:
        row = self.connection.execute("SELECT person FROM turn WHERE destination = ?", (destination,)).fetchone()
        return None if row is None else str(row[0])

    def advance(self, destination: str, person: str) -> None:
        self.connection.execute(
            "INSERT INTO turn VALUES (?, ?) ON CONFLICT (destination) DO UPDATE SET person = excluded.person",
            (destination, person),
        )

    def note(self, event: Noted) -> Noted:
        self.connection.execute(
            f"INSERT INTO noted ({_NOTED}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",  # noqa: S608  # columns
            (event.key, event.company, event.contact, event.kind, event.at, event.payload),
        )
        query = f"SELECT {_NOTED} FROM noted WHERE kind = ? AND key = ?"  # noqa: S608  # columns
        return _noted(self.connection.execute(query, (event.kind, event.key)).fetchone())

    def past(self, company: str, since: str, until: str, most: int) -> tuple[Noted, ...]:
        rows = self.connection.execute(_PAST, (company, since, until, most)).fetchall()
        return tuple(_noted(row) for row in reversed(rows))

    def keep(self, digest: str, text: str) -> None:
        self.connection.execute("INSERT INTO kept VALUES (?, ?) ON CONFLICT (digest) DO NOTHING", (digest, text))


_PAST = """
    SELECT noted.key, company, contact, kind, noted.at, coalesce(noted.payload, entry.payload)
    FROM noted LEFT JOIN entry ON entry.key = noted.key
    WHERE company = ? AND noted.at BETWEEN ? AND ? ORDER BY noted.at DESC, noted.number DESC LIMIT ?
"""


@contextmanager
def _refusing(path: str) -> Iterator[None]:
    """Turn what SQLite refuses (a lock that outlasts its patience, a full disk, no database) into our error."""
    try:
        yield
    except sqlite3.Error as error:
        raise LedgerError(f"{path} cannot be used as a ledger: {error}") from error


def _entry(row: tuple[str, str, str, str, str, str]) -> Entry:
    lead_id, key, digest, payload, record, at = row
    return Entry(lead_id=lead_id, key=key, digest=digest, payload=payload, record=record, at=at)


def _noted(row: tuple[str, str, str | None, str, str, str | None]) -> Noted:
    key, company, contact, kind, at, payload = row
    return Noted(key=key, company=company, contact=contact, kind=kind, at=at, payload=payload)
