"""A busy office on each kind of ledger."""

from __future__ import annotations

from pathlib import Path
from shutil import copy

import pytest

from leadrouter.adapters.postgres import PostgresLedger
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.ledger.memory import MemoryLedger
from tests.busy_office import BusyOffice
from tests.postgres_server import address_of, new_database
from tests.unit.ledger.conftest import LEDGERS


@pytest.fixture(params=sorted(LEDGERS))
def busy(request, tmp_path) -> BusyOffice:
    """A busy office on each kind of ledger; everything has happened."""
    office = BusyOffice(LEDGERS[request.param](tmp_path))
    office.everything()
    yield office
    office.router.close()


@pytest.fixture
def remembered() -> BusyOffice:
    """A busy office in memory; everything has happened."""
    office = BusyOffice(MemoryLedger())
    office.everything()
    return office


@pytest.fixture(scope="session")
def in_postgres() -> PostgresLedger:
    """A database in which everything has happened."""
    office = BusyOffice(PostgresLedger(address_of(new_database())))
    office.everything()
    yield office.router.ledger
    office.router.close()


@pytest.fixture(scope="session")
def written(tmp_path_factory) -> Path:
    """A file in which everything has happened, sealed."""
    path = tmp_path_factory.mktemp("busy") / "leads.db"
    office = BusyOffice(SqliteLedger(str(path)))
    office.everything()
    with office.router.ledger.transaction() as work:
        work.seal(office.at)
    office.router.close()
    return path


@pytest.fixture
def filed(written, tmp_path) -> SqliteLedger:
    """A file of one's own in which everything has happened, sealed."""
    copy(written, tmp_path / "leads.db")
    ledger = SqliteLedger(str(tmp_path / "leads.db"))
    yield ledger
    ledger.close()
