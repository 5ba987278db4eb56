"""However many leads a PostgreSQL ledger holds, what is done with one of them reads as many rows as before."""

from __future__ import annotations

from contextlib import closing

import psycopg

from leadrouter import Lead
from leadrouter.adapters.postgres import PostgresLedger
from tests.busy_office import BusyOffice
from tests.postgres_server import address_of, new_database

COUNT, FEW = 20_000, 500
FILL = """
    INSERT INTO leadrouter.entry (lead_id, key, digest, payload, record, at, salt)
    SELECT 'x' || n, 'x:' || n, 'd', '{}', '{}', '2026', 's' FROM generate_series(1, %(count)s) AS n;
    INSERT INTO leadrouter.lead (lead_id, number, version, is_open, rank, arrived, company, people, state)
    SELECT 'x' || n, n, 2, false, 0, '2026-01-01', 'x' || n, '{anna}', '{}' FROM generate_series(1, %(count)s) AS n;
    INSERT INTO leadrouter.event (number, lead_id, version, subject, event, hash)
    SELECT n, 'x' || n, 1, 'lead:x' || n, '{}', 'h' FROM generate_series(1, %(count)s) AS n;
    INSERT INTO leadrouter.company (id, root, company)
    SELECT 'x' || n, 'x' || n, '{}' FROM generate_series(1, %(count)s) AS n;
    INSERT INTO leadrouter.identifier (rule, digest, root, company)
    SELECT 'name', 'x' || n, 'x' || n, 'x' || n FROM generate_series(1, %(count)s) AS n;
    INSERT INTO leadrouter.noted (key, company, begun, kind, at, salt)
    SELECT 'x:' || n, 'x' || n, 'x' || n, 'request', '2026', 's' FROM generate_series(1, %(count)s) AS n;
    INSERT INTO leadrouter.refused (key, payload, reason, at, salt)
    SELECT 'x:' || n, '{}', '', '2026', 's' FROM generate_series(1, %(count)s) AS n;
    INSERT INTO leadrouter.position VALUES ('crm', %(count)s);
    INSERT INTO leadrouter.seal VALUES (%(count)s, 'h', '2026-03-02T09:00:00+00:00');
    ANALYZE
"""
READ = """
    SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0), pg_stat_clear_snapshot() FROM pg_stat_user_tables
    WHERE schemaname = 'leadrouter'
"""


def read(connection):
    """Return how many rows of each table were read, as far as the server tells yet."""
    return {name: count for name, count, _ in connection.execute(READ)}


def test_no_operation_reads_a_whole_table():
    """Whatever can happen happens, beside twenty thousand closed leads: a few hundred rows of each table are read."""
    address = address_of(new_database())
    with psycopg.connect(address, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(FILL, {"count": COUNT})
        connection.execute("SELECT pg_stat_force_next_flush()")  # what filling read counts as before
        with closing(PostgresLedger(address)) as ledger:
            pid = connection.info.backend_pid
            before = read(connection)
            office = BusyOffice(ledger)
            office.everything()
            office.router.route_many([Lead(id=str(number), source="call") for number in range(40)], at=office.at)
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
        while connection.execute(others, [pid]).fetchone() != (0,):  # a connection tells its numbers when it ends
            pass
        grown = {name: count - before.get(name, 0) for name, count in read(connection).items()}
    assert {name: count for name, count in grown.items() if count > FEW} == {}
