"""What keeps a ledger in order: copies of it, its size, the room that it takes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from attrs import frozen

from leadrouter.adapters.ledgers import path_of
from leadrouter.errors import LedgerError

_PATIENCE = 30.0
_BY_POSTGRES = (
    "a ledger in PostgreSQL is backed up by PostgreSQL: `pg_dump --schema=leadrouter` for a copy while it is in use, "
    "`pg_basebackup` with archived WAL to get back to any instant"
)


@frozen(kw_only=True)
class Room:
    """How much room a ledger takes, and in which tables.

    `tables` is the version of its tables; `size` counts bytes on the disk, those that wait to be written
    into the file among them.
    """

    kind: str
    tables: int
    size: int


def room(address: str) -> Room:
    """Return how much room a ledger takes.

    Raises:
        LedgerError: there is no ledger at the address, or it has no place on a disk.
    """
    if address.startswith("postgresql://"):
        from leadrouter.adapters.postgres import upkeep

        tables, size = upkeep.room(address)
        return Room(kind="PostgreSQL", tables=tables, size=size)
    path = _existing(address)
    with _opened(path) as connection:
        tables = int(connection.execute("PRAGMA user_version").fetchone()[0])
    parts = (path, path.with_name(f"{path.name}-wal"))
    return Room(kind="SQLite", tables=tables, size=sum(part.stat().st_size for part in parts if part.exists()))


def back_up(address: str, target: Path) -> int:
    """Copy a SQLite ledger as it is at one instant into a new file, and return the bytes of the copy.

    Others go on reading and writing meanwhile. The copy was read through once when its name appears: a
    backup that is cut off leaves only a file that ends with `.part`. It is a ledger: put it in the place of
    the lost one, or open it where it lies.

    Raises:
        LedgerError: there is no such file, the target is there already, or the copy cannot be made; the
            ledger is in PostgreSQL, which has its own means.
        OSError: the target's folder cannot be written to.
    """
    if address.startswith("postgresql://"):
        raise LedgerError(_BY_POSTGRES)
    path, part = _existing(address), target.with_name(f"{target.name}.part")
    if target.exists():
        raise LedgerError(f"{target} is there already; a backup never takes the place of another")
    part.unlink(missing_ok=True)
    with _opened(path) as connection, closing(sqlite3.connect(part)) as copy:
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        (found,) = copy.execute("PRAGMA quick_check").fetchone()
    if found != "ok":
        raise LedgerError(f"{path} is damaged: {found}")
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(target)
    return target.stat().st_size


def vacuum(address: str) -> None:
    """Give back the room of what is not there any more; nothing of it can be read from the disk afterwards.

    Writers wait meanwhile. Costs the size of the ledger, and as much room again.

    Raises:
        LedgerError: there is no ledger, or somebody uses it for longer than half a minute.
    """
    if address.startswith("postgresql://"):
        from leadrouter.adapters.postgres import upkeep

        upkeep.vacuum(address)
        return
    with _opened(_existing(address)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _existing(address: str) -> Path:
    if address == "memory:":
        raise LedgerError("a ledger in memory has no place on a disk")
    path = path_of(address)
    if not path.exists():
        raise LedgerError(f"there is no ledger at {path}")
    return path


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise LedgerError(f"{path} cannot be used as a ledger: {error}") from error
