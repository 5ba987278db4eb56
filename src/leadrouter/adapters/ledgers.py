"""A ledger by its address."""

from __future__ import annotations

from pathlib import Path

from leadrouter.errors import LedgerError
from leadrouter.ledger.ledger import Ledger
from leadrouter.ledger.memory import MemoryLedger

FORMS = "sqlite:///leads.db for a file here, sqlite:////var/lib/leads.db for one elsewhere, memory: for none"


def open_ledger(address: str, *, create: bool = True) -> Ledger:
    """Return the ledger at an address: `memory:`, or `sqlite:///` and a path.

    Args:
        address: where the ledger is.
        create: whether a file that is not there is made.

    Raises:
        LedgerError: the address has another form, or the file cannot be used, or is not there.
    """
    if address == "memory:":
        return MemoryLedger()
    path = address.removeprefix("sqlite:///")
    if path == address or not path:
        raise LedgerError(f"`{address}` is no ledger's address; write {FORMS}")
    if not create and not Path(path).exists():
        raise LedgerError(f"there is no ledger at {path}")
    from leadrouter.adapters.sqlite import SqliteLedger

    return SqliteLedger(path)
