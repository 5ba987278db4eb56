"""One SQLite file: what it outlives, and what is no ledger."""

from __future__ import annotations

import sqlite3
from contextlib import nullcontext

import pytest

from leadrouter import LedgerError
from leadrouter.adapters.ledgers import open_ledger
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.adapters.sqlite_work import PAST
from leadrouter.assignment.load import Load
from leadrouter.ledger.memory import MemoryLedger


def test_a_file_outlives_its_ledger(tmp_path):
    """What one ledger wrote another one reads."""
    path = str(tmp_path / "leads.db")
    first = SqliteLedger(path)
    with first.transaction() as work:
        work.put_load(Load(person="anna", open_leads=2))
    first.close()
    second = SqliteLedger(path)
    with second.reading() as work:
        assert work.load("anna") == Load(person="anna", open_leads=2)
    second.close()


def test_an_answer_is_on_the_disk():
    """A commit waits for the disk: the setting is SQLite's FULL."""
    ledger = SqliteLedger(":memory:")
    assert ledger._connection.execute("PRAGMA synchronous").fetchone() == (2,)
    ledger.close()


def test_a_file_of_another_version_is_refused(tmp_path):
    """Tables of another version of the library are left alone."""
    path = tmp_path / "leads.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LedgerError, match="another version of leadrouter"):
        SqliteLedger(str(path))


def test_a_refused_file_is_closed(tmp_path, monkeypatch):
    """Whoever was refused holds nothing: neither the file nor its lock."""
    closed = []
    monkeypatch.setattr(SqliteLedger, "close", lambda ledger: closed.append(ledger.path) or ledger._connection.close())
    path = tmp_path / "leads.db"
    path.write_text("dear diary, " * 1000)
    with pytest.raises(LedgerError):
        SqliteLedger(str(path))
    assert closed == [str(path)]


def test_a_file_that_is_no_database_is_refused(tmp_path):
    """Whatever else the path holds stays as it is."""
    path = tmp_path / "leads.db"
    path.write_text("dear diary, " * 1000)
    with pytest.raises(LedgerError, match="cannot be used as a ledger"):
        SqliteLedger(str(path))
    assert path.read_text().startswith("dear diary")
    with pytest.raises(LedgerError):
        SqliteLedger(str(tmp_path / "no" / "such" / "folder.db"))


def test_ledgers_have_addresses(tmp_path):
    """`memory:` and `sqlite:///path` are addresses; anything else is refused with the forms."""
    assert isinstance(open_ledger("memory:"), MemoryLedger)
    ledger = open_ledger(f"sqlite:///{tmp_path}/leads.db")
    assert isinstance(ledger, SqliteLedger)
    ledger.close()
    for address in ("leads.db", "sqlite:///", "postgres://x", "sqlite://leads.db"):
        with pytest.raises(LedgerError, match="write sqlite:///"):
            open_ledger(address)


@pytest.mark.parametrize("is_part", [False, True])
def test_a_full_disk_is_said_and_leaves_the_ledger_usable(tmp_path, is_part):
    """Where there is no room the error says so, nothing of the transaction is kept, and the next one goes on."""
    ledger = SqliteLedger(str(tmp_path / "leads.db"))
    pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
    ledger._connection.execute(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(LedgerError, match="full"), ledger.transaction() as work:  # noqa: PT012  # one unit of work
        work.keep("small", "x")
        with work.savepoint() if is_part else nullcontext():
            work.keep("large", "x" * 1_000_000)
    assert (ledger.text("small"), ledger.text("large")) == (None, None)
    with ledger.transaction() as work:
        work.keep("small", "x")
    assert ledger.text("small") == "x"
    ledger.close()


def test_a_past_is_one_search_of_an_index(tmp_path):
    """Neither a scan of all events nor a sort: what is read is what lies in the window."""
    ledger = SqliteLedger(str(tmp_path / "leads.db"))
    query = f"EXPLAIN QUERY PLAN {PAST}"
    plan = [row[3] for row in ledger._connection.execute(query, ("ural", "a", "b", 200))]
    ledger.close()
    assert plan[0] == "SEARCH noted USING INDEX past (company=? AND at>? AND at<?)"
    assert plan[1].startswith("SEARCH entry USING INDEX")
    assert len(plan) == 2
