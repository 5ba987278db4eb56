"""What keeps a ledger in order: what it holds, copies of it, the room that it takes."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from attrs import field, frozen

from leadrouter.adapters.ledgers import path_of
from leadrouter.adapters.sqlite.migrate import MIGRATIONS, pending
from leadrouter.adapters.sqlite.refusing import refusing
from leadrouter.adapters.sqlite.turn import Turn
from leadrouter.errors import LedgerError
from leadrouter.readonly import read_only

_PATIENCE = 30.0
_BY_POSTGRES = (
    "a ledger in PostgreSQL is backed up by PostgreSQL: `pg_dump --format=custom --schema=leadrouter` for a copy "
    "while it is in use, `pg_basebackup` with archived WAL to get back to any instant"
)
_STATUSES = "SELECT json_extract(state, '$.status') AS status, count(*) FROM lead GROUP BY status"
_FIGURES = """
    SELECT
      (SELECT count(*) FROM refused),
      coalesce((SELECT max(number) FROM event), 0),
      coalesce((SELECT max(upto) FROM seal), 0),
      (SELECT hash FROM seal ORDER BY upto DESC LIMIT 1),
      (SELECT json_extract(event, '$.at') FROM event ORDER BY number DESC LIMIT 1),
      (SELECT min(due) FROM lead WHERE due IS NOT NULL)
"""


@frozen(kw_only=True)
class Tables:
    """How far the tables of a ledger are.

    `number` is 0 where there is no ledger; `missing` is what this library adds when it opens it, by name.
    """

    number: int
    missing: tuple[str, ...] = ()


@frozen(kw_only=True)
class Holdings:
    """What a ledger holds: leads by their status, the numbers of the last event and of the last one that is sealed.

    `seal` is the hash of the last seal: whoever has noted it elsewhere sees whether anything before it was
    changed. `consumers` are the numbers of the last events that each has dealt with. `latest` is when the last event
    happened, `due` when a tick has something to do next; both in UTC, None where there is none.
    """

    leads: Mapping[str, int] = field(converter=read_only)
    refused: int
    events: int
    sealed: int
    seal: str | None
    consumers: Mapping[str, int] = field(converter=read_only)
    latest: datetime | None
    due: datetime | None


def tables_of(address: str) -> Tables:
    """Return how far the tables of a ledger are, without changing them.

    Raises:
        LedgerError: it has no place on a disk or cannot be read, or is a newer library's.
    """
    if address.startswith("postgresql://"):
        from leadrouter.adapters.postgres import upkeep

        number, missing = upkeep.tables(address)
        return Tables(number=number, missing=missing)
    path = _place(address)
    number, lacking = 0, MIGRATIONS
    if path.exists():
        with _opened(path) as connection:
            number, lacking = int(connection.execute("PRAGMA user_version").fetchone()[0]), pending(connection)
    return Tables(number=number, missing=tuple(each.name for each in lacking))


def size_of(address: str) -> int:
    """Return the bytes that a ledger takes on the disk, those that wait to be written into its file among them.

    Raises:
        LedgerError: there is no ledger at the address, or it has no place on a disk.
    """
    if address.startswith("postgresql://"):
        from leadrouter.adapters.postgres import upkeep

        return upkeep.size(address)
    path = _existing(address)
    parts = (path, path.with_name(f"{path.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())


def holdings_of(address: str) -> Holdings:
    """Return what a ledger holds, as it was at one instant. Costs the number of leads.

    Raises:
        LedgerError: there is no ledger at the address, or it cannot be read.
    """
    if address.startswith("postgresql://"):
        from leadrouter.adapters.postgres import upkeep

        statuses, positions, (refused, events, sealed, seal, latest, due) = upkeep.figures(address)
    else:
        with _opened_ledger(_existing(address)) as connection:
            connection.execute("BEGIN")
            statuses = dict(connection.execute(_STATUSES))
            positions = dict(connection.execute("SELECT consumer, number FROM position"))
            refused, events, sealed, seal, latest, due = connection.execute(_FIGURES).fetchone()
    return Holdings(
        leads=dict(sorted(statuses.items())),
        refused=refused,
        events=events,
        sealed=sealed,
        seal=seal,
        consumers=dict(sorted(positions.items())),
        latest=None if latest is None else datetime.fromisoformat(latest),
        due=None if due is None else datetime.fromisoformat(due),
    )


def back_up(address: str, target: Path) -> int:
    """Copy a SQLite ledger as it is at one instant into a new file, and return the bytes of the copy.

    Others go on reading and writing meanwhile. The copy was read through once when its name appears: a
    backup that is cut off leaves at most a file that ends with `.part`. Who may read the ledger may read the
    copy. It is a ledger: put it in the place of the lost one, or open it where it lies.

    Raises:
        LedgerError: there is no such file, the target is there already, or the copy cannot be made; the
            ledger is in PostgreSQL, which has its own means.
        OSError: the target's folder cannot be written to.
    """
    path, part = source_of(address, target), target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        part.touch(mode=0o600)
        _copy(path, part)
        shutil.copymode(path, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _flush(target.parent)
    return target.stat().st_size


def source_of(address: str, target: Path) -> Path:
    """Return the file that a backup copies, where it can be made. Raises as `back_up` does."""
    if address.startswith("postgresql://"):
        raise LedgerError(_BY_POSTGRES)
    path = _existing(address)
    if target.exists():
        raise LedgerError(f"{target} is there already; a backup never takes the place of another")
    return path


def _copy(path: Path, part: Path) -> None:
    with _opened_ledger(path) as connection, closing(sqlite3.connect(part)) as copy:
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        (found,) = copy.execute("PRAGMA quick_check").fetchone()
    if found != "ok":
        raise LedgerError(f"{path} is damaged: {found}")
    _flush(part)


def _flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
    path = _existing(address)
    with _opened_ledger(path) as connection, closing(Turn(str(path), _PATIENCE)) as turn, turn.taken():
        connection.execute("VACUUM")
        (is_read, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if is_read:
        raise LedgerError(
            f"somebody reads {path} for too long: what is gone may still be found on the disk; do it again"
        )


def _place(address: str) -> Path:
    if address == "memory:":
        raise LedgerError("a ledger in memory has no place on a disk")
    return path_of(address)


def _existing(address: str) -> Path:
    path = _place(address)
    if not path.exists():
        raise LedgerError(f"there is no ledger at {path}")
    return path


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with refusing(str(path)), closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as connection:
        yield connection


@contextmanager
def _opened_ledger(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file for what only a ledger is good for."""
    with _opened(path) as connection:
        if pending(connection) == MIGRATIONS:
            raise LedgerError(f"there is no ledger at {path}")
        yield connection
