"""Every kind of ledger: a new one is added to `LEDGERS`, and is held to all the laws here."""

from __future__ import annotations

import pytest

from leadrouter.adapters.postgres import PostgresLedger
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.ledger.memory import MemoryLedger, numbered_salts
from tests.postgres_server import address_of, new_database

LEDGERS = {
    "memory": lambda _: MemoryLedger(),
    "postgres": lambda _: PostgresLedger(address_of(new_database()), salts=numbered_salts()),
    "sqlite": lambda folder: SqliteLedger(str(folder / "leads.db"), salts=numbered_salts()),
}


@pytest.fixture(params=sorted(LEDGERS))
def ledger(request, tmp_path):
    """Each kind of ledger, empty."""
    opened = LEDGERS[request.param](tmp_path)
    yield opened
    opened.close()
