"""A PostgreSQL database as a ledger: what it outlives, who waits for whom, and what is no ledger."""

from __future__ import annotations

import builtins
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest
from attrs import evolve

from leadrouter import LedgerError
from leadrouter.adapters.ledgers import open_ledger
from leadrouter.adapters.migration import Migration
from leadrouter.adapters.postgres import PostgresLedger
from leadrouter.adapters.postgres.migrate import MIGRATIONS, migrate
from leadrouter.assignment.load import Load
from leadrouter.errors import StaleError
from leadrouter.event import Event
from leadrouter.ledger.ledger import Entry
from leadrouter.lifecycle.company import Company
from leadrouter.lifecycle.state import LeadState
from tests.postgres_server import address_of, execute, new_database

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENTRY = Entry(lead_id="ab12", key="call:1", digest="d", payload="{}", record="{}", at=AT.isoformat(), salt="s")
EVENT = Event(name="lead.routed", lead_id="ab12", at=AT, version=1)
STATE = LeadState(
    lead_id="ab12", number=1, version=1, status="waiting", lead_class="mass", route="desk", pack="p", arrived=AT
)


@pytest.fixture
def address():
    return address_of(new_database())


@pytest.fixture
def ledger(address):
    opened = PostgresLedger(address)
    yield opened
    opened.close()


@pytest.fixture
def other(address):
    """The same ledger, opened by somebody else."""
    opened = PostgresLedger(address)
    yield opened
    opened.close()


def settings_of(work, *names):
    return [work.session.connection.execute(f"SHOW {name}".encode()).fetchone()[0] for name in names]


def test_two_writers_know_what_the_other_wrote(ledger, other):
    """What a ledger remembers from one unit of work to the next is what it reads then, whoever wrote between."""
    for count, writer in enumerate((ledger, other, other, ledger, other), 1):
        with writer.transaction() as work:
            assert work.load("anna") == (None if count == 1 else Load(person="anna", open_leads=count - 1))
            work.put_load(Load(person="anna", open_leads=count))


def test_a_turn_that_writes_no_book_hides_none_of_the_next(ledger, other):
    """The next turn has its number: what is written in it is read all the same."""
    for count in range(1, 4):
        with ledger.transaction() as work:
            work.keep(str(count), "text")
        with other.transaction() as work:
            work.put_load(Load(person="anna", open_leads=count))
        with ledger.transaction() as work:
            assert work.load("anna").open_leads == count


def test_what_a_failed_unit_of_work_wrote_is_not_remembered(ledger):
    """Neither what was put, nor what was read of it again, is there in the next one."""
    with pytest.raises(KeyError), ledger.transaction() as work:  # noqa: PT012  # one unit of work
        work.put_load(Load(person="anna", open_leads=5))
        work.clients.put(Company(id="a", root="a"))
        assert (work.load("anna").open_leads, work.loads()[0].open_leads) == (5, 5)
        raise KeyError
    with ledger.transaction() as work:
        assert (work.load("anna"), work.clients.company("a")) == (None, None)


def test_writers_take_turns(ledger):
    """Of many threads each writes on what the one before has written, and numbers have no gaps."""

    def write(number):
        with ledger.transaction() as work:
            load = work.load("anna") or Load(person="anna")
            work.put_load(evolve(load, open_leads=load.open_leads + 1))
            work.append(evolve(EVENT, lead_id=str(number)))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(write, range(60)))
    with ledger.reading() as work:
        assert work.load("anna").open_leads == 60
        assert [kept.number for kept in work.log()] == list(range(1, 61))


def test_readers_see_one_instant_and_keep_nobody_waiting(ledger, other):
    """What is read does not change while it is read, and a writer goes on meanwhile."""
    with ledger.reading() as reading:
        assert reading.count() == 0
        with other.transaction() as work:
            work.put_lead(STATE, seen=0)
        assert (reading.count(), reading.leads()) == (0, ())
    with ledger.reading() as reading:
        assert reading.leads() == (STATE,)


@pytest.mark.parametrize("asks", [False, True])
def test_an_answer_is_on_the_disk(address, asks):
    """Whatever the database says, and whether something was asked after it was written or not."""
    execute(f"ALTER DATABASE {address.split('/')[3].split('?')[0]} SET synchronous_commit = off")
    with closing(PostgresLedger(address)) as ledger, psycopg.connect(address, autocommit=True) as connection:
        before = connection.execute("SELECT pg_current_wal_insert_lsn()").fetchone()
        with ledger.transaction() as work:
            work.keep("digest", "text")
            assert not asks or work.text("digest") == "text"
        assert connection.execute("SELECT pg_current_wal_flush_lsn() > %s", before).fetchone() == (True,)
        with ledger.reading() as work:
            assert settings_of(work, "synchronous_commit", "lock_timeout") == ["on", "30s"]


def test_a_turn_that_is_over_writes_nothing(ledger):
    """Where a pooler gives a session another connection in the middle, the end says so, and nothing is kept."""
    with pytest.raises(LedgerError, match="a pooler"), ledger.transaction() as work:  # noqa: PT012  # one unit of work
        work.keep("digest", "text")
        work.session.run("take back")
    assert ledger.text("digest") is None


def test_a_server_that_is_gone_is_noticed(address):
    """A connection is asked for signs of life after half a minute, unless the address says otherwise."""
    mark = "&" if "?" in address else "?"
    for more, idle in (("", "30"), (f"{mark}keepalives_idle=5", "5")):
        with closing(PostgresLedger(address + more)) as ledger, ledger.reading() as work:
            said = work.session.connection.info.get_parameters()
            assert (said["keepalives_idle"], said["keepalives_count"], said["connect_timeout"]) == (idle, "3", "10")


def test_whoever_waits_too_long_for_his_turn_is_told_so(ledger, other, monkeypatch):
    """He gives up once, and goes on when the turn is free."""
    monkeypatch.setattr("leadrouter.adapters.postgres.session._SETTINGS", "SET lock_timeout = '50ms'")
    with ledger.transaction():
        for _ in range(2):
            with pytest.raises(LedgerError, match="lock timeout"), other.transaction():
                pass
    with other.transaction() as work:
        assert work.count() == 0


def test_whoever_holds_a_turn_and_does_nothing_loses_it(ledger):
    """The server hangs up on him after a minute; on whoever has no turn never."""
    with ledger.transaction() as work:
        assert settings_of(work, "idle_session_timeout") == ["1min"]
    with ledger.reading() as work:
        assert settings_of(work, "idle_session_timeout", "idle_in_transaction_session_timeout") == ["0", "1min"]


def test_what_is_read_is_on_the_disk(ledger):
    """A reader who has seen what is not on the disk yet waits for it."""
    with psycopg.connect(ledger.address, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("INSERT INTO leadrouter.kept VALUES ('digest', 'text')")
        written = connection.execute("SELECT pg_current_wal_insert_lsn()").fetchone()
        assert ledger.text("digest") == "text"
        assert connection.execute("SELECT pg_current_wal_flush_lsn() >= %s", written).fetchone() == (True,)


def test_a_new_lead_that_is_there_already_is_stale_at_the_end(ledger):
    """Where nobody has looked whether a lead is there, the end of the block tells."""
    with ledger.transaction() as work:
        work.put_lead(evolve(STATE, version=3), seen=0)
    with pytest.raises(StaleError) as caught, ledger.transaction() as work:
        work.put_lead(STATE, seen=0)
    assert (caught.value.lead_id, caught.value.seen, caught.value.current) == ("ab12", 0, 3)
    with ledger.reading() as work:
        assert work.lead("ab12").version == 3


def test_long_keys_and_queues_fit(ledger):
    """What is found by is as long as a lead may bring it."""
    key = "".join(chr(0x4E00 + number) for number in range(3_000))
    state = evolve(STATE, asks={"region": key})
    with ledger.transaction() as work:
        work.add(evolve(ENTRY, key=key))
        work.put_lead(state, seen=0)
    with ledger.reading() as work:
        assert work.find(key).lead_id == "ab12"
        assert work.waiting() == (state,)
    with pytest.raises(LedgerError, match="unique"), ledger.transaction() as work:
        work.add(evolve(ENTRY, key=key, lead_id="other"))


@pytest.mark.parametrize("key", ["phone:+79123456789\0", "phone:+79123456789\ud800", "phone:+79123456789"])
def test_an_error_says_no_personal_data(ledger, key):
    """Keys that cannot be kept, and those that are taken, are not in the message."""
    with ledger.transaction() as work:
        work.add(evolve(ENTRY, key="phone:+79123456789"))
    with pytest.raises(LedgerError) as caught, ledger.transaction() as work:
        work.add(evolve(ENTRY, lead_id="other", key=key))
    assert "7912" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert len(ledger.entries()) == 1


def test_a_closed_ledger_says_so(ledger):
    """Closing again does nothing; whoever is at work may finish, and his connection is closed then."""
    with ledger.transaction() as work:
        with ThreadPoolExecutor() as pool:
            pool.submit(ledger.close).result(timeout=30)
        work.put_load(Load(person="anna"))
    assert work.session.connection.closed
    ledger.close()
    with pytest.raises(LedgerError, match="closed"), ledger.reading():
        pass


def test_a_child_speaks_on_connections_of_its_own(ledger, monkeypatch):
    """A process that was forked leaves its parent's connections alone."""
    with ledger.reading() as work:
        parent = work.session
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with ledger.reading() as work:
        assert work.session is not parent
    parent.close()


def test_a_connection_that_is_cut_at_work_is_said(ledger):
    """Nothing of the unit of work is kept, and the next one is on a new connection."""
    with pytest.raises(LedgerError), ledger.transaction() as work:  # noqa: PT012  # one unit of work
        work.keep("digest", "text")
        pid = work.session.connection.info.backend_pid
        execute(f"SELECT pg_terminate_backend({pid}, 10000)")
        work.leads()
    assert ledger.text("digest") is None


def test_connections_that_were_cut_while_idle_are_made_again(ledger):
    """However many there are: the next unit of work takes a new one, and notices nothing."""
    with ledger.reading() as one, ledger.reading() as two:
        pids = [work.session.connection.info.backend_pid for work in (one, two)]
    for pid in pids:
        execute(f"SELECT pg_terminate_backend({pid}, 10000)")
    with ledger.transaction() as work:
        assert work.count() == 0


@pytest.mark.parametrize("is_cut", [False, True])
def test_a_reader_who_raises_leaves_the_ledger_usable(ledger, is_cut):
    """Whatever ends a reading, the next one goes on, on the same connection where that still stands."""
    with pytest.raises(KeyError), ledger.reading() as work:  # noqa: PT012  # one unit of work
        session, pid = work.session, work.session.connection.info.backend_pid
        if is_cut:
            execute(f"SELECT pg_terminate_backend({pid}, 10000)")
            with pytest.raises(LedgerError):
                work.leads()
        raise KeyError
    with ledger.reading() as work:
        assert (work.session is session) is not is_cut
        assert work.leads() == ()


def test_a_server_that_lets_nothing_be_set_is_refused(ledger, monkeypatch):
    """A connection that cannot be what it must be is closed."""
    monkeypatch.setattr("leadrouter.adapters.postgres.session._SETTINGS", "SELECT set_config('no', 'x', false)")
    with pytest.raises(LedgerError, match="unrecognized"), ledger.reading():
        pass


def test_whoever_is_interrupted_while_he_waits_lets_go_of_his_connection(ledger, monkeypatch):
    """What interrupts the beginning of a unit of work is no reason to begin it again."""
    with ledger.reading() as work:
        session = work.session

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(session), "begin", interrupted)
    with pytest.raises(KeyboardInterrupt), ledger.transaction():
        pass
    assert session.connection.closed


def test_a_database_has_an_address(address):
    """`postgresql://` opens a ledger in it; whoever must not make one is told that none is there."""
    opened = open_ledger(address, create=False)
    assert isinstance(opened, PostgresLedger)
    assert "postgresql" not in repr(opened)
    opened.close()
    with pytest.raises(LedgerError, match="no ledger in the database"):
        open_ledger(address_of(new_database(is_empty=True)), create=False)
    with pytest.raises(LedgerError, match="cannot be used"):
        open_ledger(address_of("there_is_no_such_database"))


def test_without_the_driver_the_error_says_what_to_install(monkeypatch, address):
    """Psycopg is an extra."""
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("leadrouter.adapters.postgres"):
            raise ImportError("No module named 'psycopg'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(LedgerError, match=r"pip install leadrouter\[postgres\]"):
        open_ledger(address)


def made(number, oldest, sql="SELECT 1"):
    return Migration(number=number, name="later", oldest=oldest, sql=sql)


def test_tables_are_made_once(address):
    """Opening an empty database makes them; opening it again changes nothing."""
    empty = address_of(new_database(is_empty=True))
    for _ in range(2):
        PostgresLedger(empty).close()
    with psycopg.connect(empty) as connection, psycopg.connect(address) as template:
        query = "SELECT number, name, oldest FROM leadrouter.migration ORDER BY number"
        done = connection.execute(query).fetchall()
        assert done == [(each.number, each.name, each.oldest) for each in MIGRATIONS]
        assert template.execute(query).fetchall() == done


def test_two_versions_of_the_library_work_side_by_side(ledger):
    """Tables that a newer library has brought up stay usable by one that its migration says can go on."""
    newest = MIGRATIONS[-1].number
    migrate(ledger.address, (*MIGRATIONS, made(newest + 1, newest, "CREATE TABLE leadrouter.later (x int)")))
    migrate(ledger.address)
    with ledger.transaction() as work:
        work.put_load(Load(person="anna"))
    PostgresLedger(ledger.address).close()


def test_tables_of_a_version_too_new_are_refused(address):
    """A library that cannot read them says which one can, and leaves them alone."""
    newest = MIGRATIONS[-1].number
    migrate(address, (*MIGRATIONS, made(newest + 1, newest), made(newest + 2, newest + 2)))
    with pytest.raises(LedgerError, match=f"knows migration {newest + 2}, and this one knows {newest}; install"):
        PostgresLedger(address)


def test_a_migration_waits_for_the_turn_of_a_writer(ledger):
    """What he has begun on the old tables he finishes on them; who comes later waits for the new ones."""
    newest = MIGRATIONS[-1].number
    steps = (*MIGRATIONS, made(newest + 1, newest, "ALTER TABLE leadrouter.kept ADD COLUMN later int"))
    with ThreadPoolExecutor(1) as threads:
        with ledger.transaction() as work:
            done = threads.submit(migrate, ledger.address, steps)
            while not waits_for_the_turn(ledger.address):
                pass
            work.keep("digest", "text")
        done.result()
    assert ledger.text("digest") == "text"
    with ledger.transaction() as work:
        work.keep("other", "text")


def waits_for_the_turn(address):
    """Tell whether somebody waits for an advisory lock of the database."""
    query = """
        SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
    """
    with psycopg.connect(address) as connection:
        return connection.execute(query).fetchone() != (0,)


def test_a_migration_that_fails_leaves_the_tables_as_they_were(ledger):
    """All of what is missing is made, or nothing."""
    newest = MIGRATIONS[-1].number
    steps = (made(newest + 1, 1, "CREATE TABLE leadrouter.later (x int)"), made(newest + 2, 1, "SELECT 1 / 0"))
    with pytest.raises(LedgerError, match="division by zero"):
        migrate(ledger.address, (*MIGRATIONS, *steps))
    with psycopg.connect(ledger.address) as connection:
        assert connection.execute("SELECT to_regclass('leadrouter.later')").fetchone() == (None,)
