"""A byte that is changed in a PostgreSQL ledger behind its back is found, in whatever column."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, contextmanager
from functools import partial

import pytest

from leadrouter.adapters.postgres import PostgresLedger
from leadrouter.adapters.postgres.session import Session
from leadrouter.adapters.postgres.work import PostgresWork
from leadrouter.audit.replay import replay
from leadrouter.audit.verify import verify
from leadrouter.errors import LedgerError
from tests.busy_office import KEY, BusyOffice
from tests.postgres_server import address_of, new_database

NO_TRUTH = {
    ("book", "turn"),
    ("identifier", "digest"),
    ("identifier", "rule"),
    ("position", "consumer"),
    ("position", "number"),
}
"""What nothing can be held against: how far a consumer is; the turn that wrote a book, which only keeps others from
reading it again; and what finds a company that no lead began, of which the log says nothing."""
CELLS = """
    SELECT table_name::text, column_name::text, data_type::text
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'leadrouter' AND table_type = 'BASE TABLE' AND is_identity = 'NO'
      AND table_name NOT IN ('migration', 'login', 'member')
    ORDER BY table_name, ordinal_position
"""
CHANGES = {
    "ARRAY": "array_append({0}, 'x')",
    "bigint": "{0} + 1000",
    "boolean": "NOT {0}",
    "bytea": "set_byte({0}, 0, get_byte({0}, 0) # 1)",
    "integer": "{0} + 1000",
    "text": "overlay({0} PLACING CASE WHEN substr({0}, {1}, 1) = '0' THEN '1' ELSE '0' END FROM {1})",
    "timestamp with time zone": "{0} + interval '1 second'",
}
PLACES = ("greatest(1, least(length({0}), 12))", "length({0}) / 2 + 1")


@pytest.fixture(scope="module")
def session():
    """A connection to a ledger in which everything has happened, sealed."""
    address = address_of(new_database())
    office = BusyOffice(PostgresLedger(address))
    office.everything()
    with office.router.ledger.transaction() as work:
        work.seal(office.at)
    office.router.close()
    with closing(Session.open(address)) as opened:
        yield opened


@contextmanager
def changed(session, statement):
    """Let a statement have been done, and take it back; yield how many rows it has changed."""
    session.run("begin block")
    try:
        yield session.connection.execute(statement.encode()).rowcount
    finally:
        session.run("take back reading")


def is_seen(session):
    work = PostgresWork(session, partial(str, "salt"), is_writing=False)
    try:
        return not verify(work).is_sound or not replay(work, identity_key=KEY).is_same
    except LedgerError:
        return True


def test_a_changed_byte_is_seen_in_every_column(session):
    """By verify, or by replay with the secret of the identifiers; what is not changed is sound."""
    assert not is_seen(session)
    unseen, tried = Counter(), Counter()
    for table, column, type_ in session.connection.execute(CELLS.encode()).fetchall():
        for share, place in enumerate(PLACES if type_ == "text" else PLACES[:1]):
            value = CHANGES[type_].format(column, place.format(column))
            chosen = f"""
                SELECT ctid FROM leadrouter.{table} WHERE {column} IS NOT NULL ORDER BY ctid
                OFFSET (SELECT {share} * greatest(0, count({column}) - 1) FROM leadrouter.{table}) LIMIT 1
            """  # noqa: S608  # names of ours
            with changed(session, f"UPDATE leadrouter.{table} SET {column} = {value} WHERE ctid = ({chosen})") as rows:  # noqa: S608  # as above
                tried[table, column] += rows
                unseen[table, column] += rows and not is_seen(session)
    assert {cell for cell, count in unseen.items() if count} <= NO_TRUTH
    assert len([cell for cell, count in tried.items() if count]) > 50


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM leadrouter.event WHERE number = (SELECT max(number) FROM leadrouter.event)",
        "DELETE FROM leadrouter.entry WHERE number = 2",
        "DELETE FROM leadrouter.lead WHERE number = 9",
        "DELETE FROM leadrouter.book WHERE kind = 'load'",
        "DELETE FROM leadrouter.company WHERE id = (SELECT max(id) FROM leadrouter.company)",
        "DELETE FROM leadrouter.identifier",
        "DELETE FROM leadrouter.noted WHERE kind = 'visit'",
        "DELETE FROM leadrouter.kept",
        "UPDATE leadrouter.entry SET salt = ''",
        "UPDATE leadrouter.lead SET due = NULL, queue = NULL WHERE queue IS NOT NULL",
        "UPDATE leadrouter.lead SET people = '{}'",
        "UPDATE leadrouter.company SET company = '[]'",
        "INSERT INTO leadrouter.book VALUES ('load', 'eve', 0, '{\"person\":\"eve\"}')",
    ],
)
def test_what_was_removed_or_added_is_seen(session, statement):
    """A row that is gone, or that nobody wrote, is found."""
    with changed(session, statement) as rows:
        assert rows
        assert is_seen(session)
