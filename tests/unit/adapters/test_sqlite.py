"""One SQLite file: what it outlives, and what is no ledger."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier, Event, get_ident

import pytest

from leadrouter import Contact, FactsError, Lead, LedgerError
from leadrouter.adapters.ledgers import open_ledger, path_of
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.adapters.sqlite import ledger as sqlite_ledger
from leadrouter.adapters.sqlite.statements import STATEMENTS
from leadrouter.adapters.upkeep import back_up, holdings_of
from leadrouter.assignment.load import Load
from leadrouter.audit.verify import verify
from leadrouter.ledger.chain import UNKEEPABLE
from leadrouter.ledger.ledger import AT_WORK
from leadrouter.ledger.memory import MemoryLedger
from tests.small import AT, small_router


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


def test_a_commit_may_reach_the_disk_later(tmp_path):
    """`?synchronous=normal` in the address is SQLite's NORMAL, `full` its FULL; there is no other option."""
    address = f"sqlite:///{tmp_path}/leads.db"
    for option, level in (("", 2), ("?synchronous=full", 2), ("?synchronous=normal", 1)):
        ledger = open_ledger(address + option)
        assert ledger._connection.execute("PRAGMA synchronous").fetchone() == (level,)
        ledger.close()
    assert path_of(f"{address}?synchronous=normal") == tmp_path / "leads.db"
    with pytest.raises(LedgerError, match="an option that there is not; write"):
        open_ledger(f"{address}?synchronous=off")
    with pytest.raises(ValueError, match="synchronous"):
        SqliteLedger(str(tmp_path / "leads.db"), synchronous="off")


def test_a_ledger_that_is_not_there_is_not_made_where_that_is_not_asked(tmp_path):
    """Neither a new file nor tables in an empty one."""
    address = f"sqlite:///{tmp_path}/leads.db"
    with pytest.raises(LedgerError, match="there is no ledger at"):
        open_ledger(address, create=False)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "leads.db").touch()
    with pytest.raises(LedgerError, match="there is no ledger at"):
        open_ledger(address, create=False)
    assert (tmp_path / "leads.db").stat().st_size == 0
    open_ledger(address).close()
    open_ledger(address, create=False).close()


def in_a_child(work, *arguments):
    """Return what a forked process returns, which may not write where root alone may."""
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()

    def run():
        if os.getuid() == 0:
            os.setuid(65534)
        answers.put(work(*arguments))

    child = context.Process(target=run)
    child.start()
    answer = answers.get()
    child.join()
    return answer


def read_and_write(path):
    ledger = SqliteLedger(path)
    try:
        with ledger.transaction() as work:
            work.keep("more", "x")
    except LedgerError as error:
        return ledger.text("digest"), str(error)


def test_a_file_that_cannot_be_written_is_read():
    """A backup on a medium of its own: what it holds can be read, and whoever writes is told."""
    with TemporaryDirectory() as name:
        path = Path(name) / "leads.db"
        ledger = SqliteLedger(str(path))
        with ledger.transaction() as work:
            work.keep("digest", "kept")
        ledger._connection.execute("PRAGMA journal_mode = DELETE")
        ledger.close()
        Path(f"{path}-turn").unlink()
        path.chmod(0o444)
        Path(name).chmod(0o555)
        answer = in_a_child(read_and_write, str(path))
        assert [each.name for each in Path(name).iterdir()] == ["leads.db"]
        Path(name).chmod(0o755)
    assert answer == ("kept", f"{path} cannot be used as a ledger: attempt to write a readonly database")


def read_both_ways(path):
    return told_of(lambda: SqliteLedger(path, create=False).text("digest")), told_of(
        lambda: holdings_of(f"sqlite:///{path}").events
    )


def told_of(read):
    try:
        return read()
    except LedgerError as error:
        return str(error)


@pytest.mark.parametrize("is_crashed", [False, True])
def test_a_ledger_in_a_folder_that_may_only_be_read_says_what_to_do(is_crashed):
    """SQLite reads it by files beside it, which cannot be made there; a backup needs none, and is read."""
    with TemporaryDirectory() as name:
        live, path, copy = Path(name) / "live.db", Path(name) / "leads.db", Path(name) / "copy.db"
        with closing(SqliteLedger(str(live))) as ledger:
            with ledger.transaction() as work:
                work.keep("digest", "kept")
            back_up(f"sqlite:///{live}", copy)
            for end in ["", "-wal"] if is_crashed else []:
                shutil.copy(f"{live}{end}", f"{path}{end}")
        if not is_crashed:
            live.rename(path)
        for each in Path(name).iterdir():
            each.chmod(0o644)
        Path(name).chmod(0o555)
        told, copied = in_a_child(read_both_ways, str(path)), in_a_child(read_both_ways, str(copy))
        Path(name).chmod(0o755)
    assert all(each.startswith(f"{path} cannot be used where it lies: ") for each in told)
    assert all("`leadrouter ledger backup`" in each for each in told)
    assert copied == ("kept", 0)


def test_what_cannot_be_opened_for_another_reason_is_not_said_to_lack_files(tmp_path, monkeypatch):
    """Only where the file can be read, and nothing can be put beside it, is that the reason."""
    path = tmp_path / "leads.db"
    path.mkdir()
    assert (
        told_of(lambda: SqliteLedger(str(path))) == f"{path} cannot be used as a ledger: unable to open database file"
    )
    monkeypatch.setattr(os, "access", lambda _, mode: mode == os.R_OK)
    assert "folder; allow that, or read a copy" in told_of(lambda: SqliteLedger(str(path)))


def test_a_restored_backup_is_written_as_any_ledger(tmp_path):
    """A copy has SQLite's plain journal; it gets the one with which readers keep nobody waiting."""
    path = str(tmp_path / "leads.db")
    ledger = SqliteLedger(path)
    ledger._connection.execute("PRAGMA journal_mode = DELETE")
    ledger.close()
    ledger = SqliteLedger(path)
    assert ledger._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    ledger.close()


def test_a_forked_child_has_a_connection_of_its_own(tmp_path):
    """A server that opens its router before it forks: parent and child write, and both read what both wrote."""
    ledger = SqliteLedger(str(tmp_path / "leads.db"))

    def write_in_the_child():
        with ledger.transaction() as work:
            work.keep("child", "x")
        parents = len(sqlite_ledger._PARENTS)
        ledger.close()
        return parents

    tmp_path.chmod(0o777)
    for each in tmp_path.iterdir():
        each.chmod(0o666)
    for folder in tmp_path.parents[:2]:
        folder.chmod(0o755)
    with ledger.transaction() as work:
        work.keep("parent", "x")
    assert in_a_child(write_in_the_child) == 1
    assert (ledger.text("parent"), ledger.text("child")) == ("x", "x")
    with ledger.transaction() as work:
        work.keep("later", "x")
    ledger.close()


def test_a_child_leaves_the_connection_of_its_parent_alone(tmp_path, monkeypatch):
    """It neither speaks on it nor closes it."""
    ledger = SqliteLedger(str(tmp_path / "leads.db"))
    before = ledger._connection
    monkeypatch.setattr(sqlite_ledger.os, "getpid", lambda: 0)
    assert ledger.text("x") is None
    assert ledger._connection is not before
    assert sqlite_ledger._PARENTS.pop() is before
    ledger.close()
    before.close()


def test_a_child_that_closes_what_it_never_used_closes_nothing_of_its_parent(tmp_path, monkeypatch):
    """The parent's connection stays open, even where one of its threads was at work as it forked."""
    ledger = SqliteLedger(str(tmp_path / "leads.db"))
    with ledger.transaction() as work:
        with monkeypatch.context() as patch:
            patch.setattr(sqlite_ledger.os, "getpid", lambda: 0)
            ledger.close()
            with pytest.raises(LedgerError, match="closed"):
                ledger.text("x")
        assert sqlite_ledger._PARENTS.pop() is ledger._connection
        work.keep("digest", "text")
    with closing(SqliteLedger(ledger.path)) as again:
        assert again.text("digest") == "text"
    ledger._let_go()


def test_whoever_waits_for_his_turn_does_not_close_the_ledger(tmp_path):
    """As the handler of a signal might, which comes while its own thread waits: it would wait for itself."""
    ledger, other = (SqliteLedger(str(tmp_path / "leads.db")) for _ in range(2))
    told = []

    def close(*_):
        told.append(told_of(ledger.close))
        may_end.set()

    def hold():
        with other.transaction() as work:
            is_held.set()
            while ledger._turn._line is None:
                work.text("digest")
            signal.pthread_kill(waits, signal.SIGALRM)
            assert may_end.wait(30)

    is_held, may_end, waits = Event(), Event(), get_ident()
    before = signal.signal(signal.SIGALRM, close)
    try:
        with ThreadPoolExecutor() as pool:
            held = pool.submit(hold)
            assert is_held.wait(30)
            with ledger.transaction() as work:
                work.keep("digest", "text")
            held.result(timeout=30)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert told == [AT_WORK]
    assert ledger.text("digest") == "text"
    ledger.close()
    other.close()


def test_the_threads_of_a_child_open_one_connection(tmp_path, monkeypatch):
    """Several that find the parent's at once do not take one another's away in the midst of their work."""
    ledger = SqliteLedger(str(tmp_path / "leads.db"))
    parents, opened, all_there = ledger._connection, [], Barrier(4)
    connected = sqlite3.connect

    def connect(*args, **kwargs):
        opened.append(args)
        return connected(*args, **kwargs)

    def use():
        all_there.wait(30)
        return ledger.text("x")

    monkeypatch.setattr(sqlite_ledger.sqlite3, "connect", connect)
    monkeypatch.setattr(sqlite_ledger.os, "getpid", lambda: 0)
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(use) for _ in range(4)]
        assert [each.result(timeout=30) for each in answers] == [None] * 4
    assert len(opened) == 1
    assert sqlite_ledger._PARENTS.pop() is parents
    ledger.close()
    parents.close()


def test_a_child_that_could_not_open_the_file_tries_again(tmp_path, monkeypatch):
    """The error is that of the moment: the next call is answered."""
    ledger = SqliteLedger(str(tmp_path / "leads.db"))
    parents = ledger._connection
    monkeypatch.setattr(sqlite_ledger.os, "getpid", lambda: 0)
    with monkeypatch.context() as patch:
        patch.setattr(sqlite_ledger, "pending", refused)
        with pytest.raises(LedgerError, match="no room"):
            ledger.text("x")
    assert ledger.text("x") is None
    del sqlite_ledger._PARENTS[-2:]
    ledger.close()
    parents.close()


def refused(_):
    raise sqlite3.OperationalError("no room")


def test_a_parent_that_dies_at_work_does_not_leave_its_turn_to_its_children(tmp_path):
    """They have its file open as it dies, and others write all the same."""
    path, context = str(tmp_path / "leads.db"), multiprocessing.get_context("fork")
    is_used, may_end = context.Event(), context.Event()

    def live_on(ledger):
        ledger.text("x")
        is_used.set()
        may_end.wait(60)

    def die_at_work():
        ledger = SqliteLedger(path)
        context.Process(target=live_on, args=(ledger,)).start()
        assert is_used.wait(30)
        with ledger.transaction():
            os._exit(0)

    parent = context.Process(target=die_at_work)
    parent.start()
    parent.join()
    try:
        with closing(SqliteLedger(path)) as ledger:
            ledger._turn.patience = 5
            with ledger.transaction() as work:
                work.keep("digest", "text")
            assert ledger.text("digest") == "text"
    finally:
        may_end.set()


def test_a_newer_library_may_add_columns_while_this_one_writes(tmp_path):
    """Two versions of the library run side by side: what this one writes, it writes by name."""
    path = str(tmp_path / "leads.db")
    with closing(small_router(SqliteLedger(path))) as router, closing(sqlite3.connect(path)) as newer:
        tables = [name for (name,) in newer.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            newer.execute(f"ALTER TABLE {table} ADD COLUMN extra TEXT")
        newer.commit()
        decision = router.route(Lead(id="1", contact=Contact(phone="8 912 345-67-89"), facts={"source": "call"}), at=AT)
        router.accept(decision.lead_id, by=decision.assignee, at=AT)
        router.won(decision.lead_id, by=decision.assignee, at=AT)
        router.record("visit", key="v1", lead_id=decision.lead_id, at=AT)
        router.deliver("mail", print)
        router.tick(at=AT + timedelta(days=2))
        with pytest.raises(FactsError):
            router.route(Lead(id="2", facts={"source": "fax"}), at=AT)
        with router.ledger.reading() as work:
            assert verify(work).findings == ()


def test_what_others_wrote_is_read(tmp_path):
    """What was read before is known as long as nobody else writes; a text that stayed is not read again."""
    path = str(tmp_path / "leads.db")
    ledger, other = SqliteLedger(path), SqliteLedger(path)
    with ledger.transaction() as work:
        work.put_load(Load(person="anna"))
        work.put_load(Load(person="boris"))
    with other.transaction() as work:
        work.put_load(Load(person="vera"))
    with ledger.reading() as work:
        anna = work.load("anna")
    with other.transaction() as work:
        work.put_load(Load(person="boris", open_leads=3))
    with ledger.reading() as work:
        assert work.load("anna") is anna
        assert work.load("boris") == Load(person="boris", open_leads=3)
        assert work.load("vera") == Load(person="vera")
    ledger.close()
    other.close()


def test_who_reads_does_not_wait_for_who_waits_to_write(tmp_path):
    """While a thread waits for another process to end its write, the others of its process read on."""
    path = str(tmp_path / "leads.db")
    ledger, other = SqliteLedger(path), SqliteLedger(path)

    def write():
        with ledger.transaction() as work:
            work.keep("late", "x")

    with ThreadPoolExecutor() as pool:
        with other.transaction():
            waiting = pool.submit(write)
            while ledger._turn._line is None:
                ledger.text("late")
            assert ledger.text("late") is None
            assert not waiting.done()
        waiting.result(timeout=30)
    assert ledger.text("late") == "x"
    ledger.close()
    other.close()


def test_a_refused_file_is_closed(tmp_path, monkeypatch):
    """Whoever was refused holds nothing: neither the file nor its lock."""
    closed = []
    monkeypatch.setattr(
        SqliteLedger, "_let_go", lambda ledger: closed.append(ledger.path) or ledger._connection.close()
    )
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


def test_a_text_that_is_no_unicode_is_refused_and_leaves_the_ledger_usable(tmp_path):
    """In the words of every ledger."""
    with closing(SqliteLedger(str(tmp_path / "leads.db"))) as ledger:
        for ask in (ledger.text, ledger.entries):
            with pytest.raises(LedgerError, match=UNKEEPABLE):
                ask("\ud800")
        assert ledger.entries() == ()


def test_ledgers_have_addresses(tmp_path):
    """`memory:` and `sqlite:///path` are addresses; anything else is refused with the forms."""
    assert isinstance(open_ledger("memory:"), MemoryLedger)
    ledger = open_ledger(f"sqlite:///{tmp_path}/leads.db")
    assert isinstance(ledger, SqliteLedger)
    ledger.close()
    for address in ("leads.db", "sqlite:///", "postgres://x", "sqlite://leads.db"):
        with pytest.raises(LedgerError, match="write sqlite:///"):
            open_ledger(address)


def test_a_full_disk_is_said_and_leaves_the_ledger_usable(tmp_path):
    """Where there is no room the error says so, nothing of the transaction is kept, and the next one goes on."""
    ledger = SqliteLedger(str(tmp_path / "leads.db"))
    pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
    ledger._connection.execute(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(LedgerError, match="full"), ledger.transaction() as work:  # noqa: PT012  # one unit of work
        work.keep("small", "x")
        work.keep("large", "x" * 1_000_000)
    assert (ledger.text("small"), ledger.text("large")) == (None, None)
    with ledger.transaction() as work:
        work.keep("small", "x")
    assert ledger.text("small") == "x"
    ledger.close()


def test_a_past_is_one_search_of_an_index(tmp_path):
    """Neither a scan of all events nor a sort: what is read is what lies in the window."""
    ledger = SqliteLedger(str(tmp_path / "leads.db"))
    query = f"EXPLAIN QUERY PLAN {STATEMENTS['past']}"
    plan = [row[3] for row in ledger._connection.execute(query, ("ural", "a", "b", 200))]
    ledger.close()
    assert plan[0] == "SEARCH noted USING INDEX past (company=? AND at>? AND at<?)"
    assert plan[1].startswith("SEARCH entry USING INDEX")
    assert len(plan) == 2


@pytest.mark.parametrize("outer", ["reading", "transaction"])
@pytest.mark.parametrize("inner", ["reading", "transaction"])
def test_a_thread_does_not_wait_for_itself(tmp_path, outer, inner):
    """A unit of work within another is refused, which neither ends nor takes back the one that goes on."""
    ledger = SqliteLedger(str(tmp_path / "leads.db"))
    with getattr(ledger, outer)() as work:
        if outer == "transaction":
            work.keep("digest", "text")
        with pytest.raises(LedgerError, match="end that one first"), getattr(ledger, inner)():
            pass
        assert work.text("digest") == ("text" if outer == "transaction" else None)
    assert ledger.text("digest") == ("text" if outer == "transaction" else None)
    ledger.close()
