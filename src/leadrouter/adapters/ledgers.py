"""A ledger by its address."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from leadrouter.errors import LedgerError
from leadrouter.ledger.ledger import Ledger
from leadrouter.ledger.memory import MemoryLedger

if TYPE_CHECKING:
    from leadrouter.adapters.sqlite import Synchronous

_PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^/]*@")

FORMS = (
    "sqlite:///leads.db for a file here, sqlite:////var/lib/leads.db for one elsewhere, "
    "postgresql://user@host/database for a server, memory: for none"
)


def open_ledger(address: str, *, create: bool = True) -> Ledger:
    """Return the ledger at an address: `memory:`, `sqlite:///` and a path, or `postgresql://` as libpq reads it.

    A path may be followed by `?synchronous=normal`: quicker, and a machine that fails may lose the last answers.

    Args:
        address: where the ledger is.
        create: whether a file, or tables in a database, that are not there are made.

    Raises:
        LedgerError: the address has another form, or the file or database cannot be used, or is not there.
    """
    if address == "memory:":
        return MemoryLedger()
    if address.startswith("postgresql://"):
        return _open_postgres(address, create=create)
    from leadrouter.adapters.sqlite import SqliteLedger

    path, synchronous = _parts(address)
    return SqliteLedger(path, synchronous=synchronous, create=create)


def path_of(address: str) -> Path:
    """Return where the file of a SQLite ledger lies.

    Raises:
        LedgerError: the address has another form.
    """
    return Path(_parts(address)[0])


def _parts(address: str) -> tuple[str, Synchronous]:
    """Return the path in a SQLite ledger's address, and when a commit is to be on the disk."""
    path, _, option = address.removeprefix("sqlite:///").partition("?")
    if not address.startswith("sqlite:///") or not path:
        raise LedgerError(f"`{shown(address)}` is no ledger's address; write {FORMS}")
    match option:
        case "" | "synchronous=full":
            return path, "full"
        case "synchronous=normal":
            return path, "normal"
        case _:
            raise LedgerError(
                f"`{address}` ends with an option that there is not; write ?synchronous=normal, or nothing"
            )


def shown(address: str) -> str:
    """Return an address as it may be printed, without a password.

    >>> shown("postgresql://leads:secret@db/leads?password=secret&sslmode=require")
    'postgresql://leads@db/leads?sslmode=require'
    """
    found = _PASSWORD.sub(r"\1@", address)
    head, _, settings = found.partition("?")
    kept = "&".join(each for each in settings.split("&") if not each.startswith(("password=", "sslpassword=")))
    return f"{head}?{kept}" if kept else head


def _open_postgres(address: str, *, create: bool) -> Ledger:
    try:
        from leadrouter.adapters.postgres import PostgresLedger
    except ImportError as error:
        raise LedgerError(f"a ledger on PostgreSQL needs `pip install leadrouter[postgres]`: {error}") from error
    return PostgresLedger(address, create=create)
