"""The tables of a file: made once, brought up as a whole, left alone where they are of another."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from leadrouter import LedgerError
from leadrouter.adapters.migration import Migration
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.adapters.sqlite.migrate import MIGRATIONS, migrate, pending
from leadrouter.assignment.load import Load

NEWEST = MIGRATIONS[-1].number


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "leads.db")


def opened(path):
    return closing(sqlite3.connect(path, isolation_level=None))


def made(number, oldest, sql="SELECT 1;"):
    return Migration(number=number, name="later", oldest=oldest, sql=sql)


def test_tables_are_made_once(path):
    """By whoever of many comes first; whoever comes later changes nothing."""
    with ThreadPoolExecutor(8) as pool:
        for ledger in pool.map(lambda _: SqliteLedger(path), range(8)):
            ledger.close()
    with opened(path) as connection:
        done = connection.execute("SELECT number, name, oldest FROM migration ORDER BY number").fetchall()
        assert done == [(each.number, each.name, each.oldest) for each in MIGRATIONS]
        assert connection.execute("PRAGMA user_version").fetchone() == (NEWEST,)
        assert pending(connection) == ()


def test_what_is_missing_is_named_and_nothing_is_changed(path):
    """An empty file lacks all; an older one what came later."""
    later = (*MIGRATIONS, made(NEWEST + 1, 1))
    with opened(path) as connection:
        assert pending(connection) == MIGRATIONS
        assert connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
        migrate(connection)
        assert pending(connection, later) == later[-1:]


def test_tables_that_are_made_meanwhile_are_no_other_programs(path):
    """Whoever looks into a new file while somebody else makes its tables sees none of them, or a ledger."""

    class Late:
        """A connection after whose first answer another one makes the tables."""

        def __init__(self, connection):
            self.connection, self.answers = connection, 0

        def execute(self, query):
            rows = self.connection.execute(query).fetchall()
            self.answers += 1
            if self.answers == 1:
                with opened(path) as other:
                    migrate(other)
            return Answer(rows)

    class Answer:
        """The part of a cursor that is used."""

        def __init__(self, rows):
            self.rows = rows

        def fetchone(self):
            return self.rows[0] if self.rows else None

    with opened(path) as connection:
        assert pending(Late(connection)) == MIGRATIONS
        assert pending(connection) == ()


def test_two_versions_of_the_library_work_side_by_side(path):
    """Tables that a newer library has brought up stay usable by one that its migration says can go on."""
    ledger = SqliteLedger(path)
    newer = made(NEWEST + 1, NEWEST, "CREATE TABLE later (x INTEGER);\nCREATE INDEX of_later ON later (x);")
    with opened(path) as connection:
        migrate(connection, (*MIGRATIONS, newer))
        migrate(connection, (*MIGRATIONS, newer))
    for each in (ledger, SqliteLedger(path)):
        with each.transaction() as work:
            work.put_load(Load(person="anna"))
        each.close()


def test_tables_of_a_version_too_new_are_refused(path):
    """A library that cannot read them says which one can, and leaves them alone."""
    with opened(path) as connection:
        migrate(connection, (*MIGRATIONS, made(NEWEST + 1, NEWEST), made(NEWEST + 2, NEWEST + 2)))
    with pytest.raises(LedgerError, match=f"knows migration {NEWEST + 2}, and this one knows {NEWEST}; install"):
        SqliteLedger(path)


def test_tables_that_change_under_an_open_ledger_are_noticed(path):
    """It goes on where it can, and says so where it cannot: nothing is written into tables that it does not know."""
    ledger = SqliteLedger(path)
    with opened(path) as connection:
        migrate(connection, (*MIGRATIONS, made(NEWEST + 1, NEWEST)))
        with ledger.transaction() as work:
            work.keep("digest", "text")
        migrate(connection, (*MIGRATIONS, made(NEWEST + 1, NEWEST), made(NEWEST + 2, NEWEST + 2)))
    with pytest.raises(LedgerError, match="install a newer one"), ledger.transaction() as work:
        work.keep("digest", "later")
    ledger.close()


def test_a_migration_that_fails_leaves_the_tables_as_they_were(path):
    """All of what is missing is made, or nothing."""
    steps = (made(NEWEST + 1, 1, "CREATE TABLE later (x INTEGER);"), made(NEWEST + 2, 1, "SELECT * FROM nowhere;"))
    with opened(path) as connection:
        migrate(connection)
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            migrate(connection, (*MIGRATIONS, *steps))
        assert connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'later'").fetchone() is None
        assert pending(connection) == ()


def test_a_step_without_room_leaves_the_tables_as_they_were(path):
    """SQLite has taken everything back by itself then."""
    with opened(path) as connection:
        migrate(connection)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 1}")
        with pytest.raises(sqlite3.OperationalError, match="full"):
            migrate(
                connection, (*MIGRATIONS, made(NEWEST + 1, 1, "INSERT INTO kept VALUES ('x', hex(zeroblob(999999)));"))
            )
        assert not connection.in_transaction
        assert pending(connection) == ()


def test_the_database_of_another_program_is_left_alone(path):
    """However it came about that somebody gave its path."""
    with opened(path) as connection:
        connection.execute("CREATE TABLE theirs (x INTEGER)")
    with pytest.raises(LedgerError, match="another program's database; give the ledger a file of its own"):
        SqliteLedger(path)
    with opened(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("theirs",)]
