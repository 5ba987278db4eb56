"""What keeps a ledger in order: figures that are those of the port, copies that are the ledger, room given back."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from leadrouter import Lead, LedgerError, Router, RulePack
from leadrouter.adapters import upkeep
from leadrouter.adapters.ledgers import open_ledger
from leadrouter.adapters.postgres.migrate import MIGRATIONS, migrate
from leadrouter.adapters.upkeep import back_up, holdings_of, size_of, tables_of, vacuum
from leadrouter.ledger.chain import broken
from tests.postgres_server import address_of, execute, new_database
from tests.small import AT, PACK, small_organisation, small_router

KINDS = ("postgres", "sqlite")


@pytest.fixture(params=KINDS)
def nowhere(request, tmp_path) -> str:
    """The address of a ledger that is not there yet, of each kind that has a place on a disk."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/leads.db"
    return address_of(new_database(is_empty=True))


@pytest.fixture
def lived_in(nowhere) -> str:
    """The address of a ledger with leads in several states, a refused one and a consumer that is behind."""
    open_ledger(nowhere).close()
    lived(nowhere)
    return nowhere


def lived(address: str) -> None:
    pack = RulePack.parse(PACK.replace("department(client)}", "department(client), offer: 5m}"))
    with Router(pack, small_organisation(), open_ledger(address)) as router:
        ids = [router.route(Lead(id=str(number)), at=AT).lead_id for number in range(5)]
        for lead_id in ids[:3]:
            router.accept(lead_id, by="vera", at=AT)
        router.won(ids[0], by="vera", at=AT + timedelta(seconds=1))
        with pytest.raises(ValueError, match="LR402"):
            router.route({"id": "x", "amount": "a lot"}, at=AT)
        router.deliver("crm", lambda _: None, limit=4)
        with router.ledger.transaction() as work:
            work.seal(AT)
        router.pause("boris", at=AT, until=AT + timedelta(days=1))


def kept(address: str):
    """Return everything that a ledger is asked for here."""
    ledger = open_ledger(address, create=False)
    with ledger.reading() as work:
        found = work.entries(), work.leads(), work.log(), work.seals(), work.standings(), work.loads()
    refused = ledger.refused()
    ledger.close()
    return (*found, refused)


def test_the_figures_are_those_of_the_port(lived_in):
    """How many leads, by status; the last event, the last that is sealed, consumers, what is due."""
    found, (entries, leads, log, seals, _, _, refused) = holdings_of(lived_in), kept(lived_in)
    assert found.leads == Counter(state.status for state in leads)
    assert sum(found.leads.values()) == len(entries)
    assert (found.refused, found.events, found.sealed) == (len(refused), log[-1].number, seals[-1].upto)
    assert found.seal == seals[-1].hash
    assert found.latest == log[-1].event.at
    assert found.due == min(state.due for state in leads if state.due) == AT + timedelta(minutes=5)
    assert found.consumers == {"crm": 4}


def test_an_empty_ledger_holds_nothing(nowhere):
    """Nothing has happened, nothing is due."""
    open_ledger(nowhere).close()
    found = holdings_of(nowhere)
    assert (found.leads, found.refused, found.events, found.sealed, found.consumers) == ({}, 0, 0, 0, {})
    assert (found.seal, found.latest, found.due) == (None, None, None)


def test_where_there_is_no_ledger_there_are_no_tables(nowhere):
    """Nothing is made by looking; whatever needs a ledger is refused."""
    assert tables_of(nowhere).number == 0
    assert tables_of(nowhere).missing
    for need in (size_of, holdings_of, vacuum):
        with pytest.raises(LedgerError, match="there is no ledger"):
            need(nowhere)
    assert tables_of(nowhere).number == 0


def test_a_ledger_that_was_opened_misses_nothing(lived_in):
    """It has the tables of this version, and takes room."""
    assert tables_of(lived_in).number > 0
    assert tables_of(lived_in).missing == ()
    assert size_of(lived_in) > 10_000


def test_tables_of_an_older_version_are_named_and_left_alone():
    """By the names of what is missing, in order; opening the ledger adds them."""
    address = address_of(new_database(is_empty=True))
    migrate(address, MIGRATIONS[:1])
    was = tables_of(address)
    assert (was.number, was.missing) == (1, tuple(each.name for each in MIGRATIONS[1:]))
    assert tables_of(address) == was
    open_ledger(address, create=False).close()
    assert tables_of(address).missing == ()


def test_tables_that_a_newer_version_has_changed_are_refused():
    """With what is to be installed."""
    name = new_database()
    execute("INSERT INTO leadrouter.migration (number, name, oldest) VALUES (99, 'later', 99)", database=name)
    with pytest.raises(LedgerError, match="install a newer one"):
        tables_of(address_of(name))


def test_what_waits_beside_the_file_counts(tmp_path):
    """The write-ahead log of a ledger that is open is a part of its size."""
    path = tmp_path / "leads.db"
    ledger = open_ledger(f"sqlite:///{path}")
    with ledger.transaction() as work:
        work.keep("large", "x" * 100_000)
    assert size_of(f"sqlite:///{path}") > path.stat().st_size + 100_000
    ledger.close()


def test_memory_has_no_place_on_a_disk(tmp_path):
    """There is nothing to look after."""
    for need in (tables_of, size_of, holdings_of, vacuum, lambda address: back_up(address, tmp_path / "copy")):
        with pytest.raises(LedgerError, match="no place on a disk"):
            need("memory:")


def test_a_file_that_is_no_database_is_refused(tmp_path):
    """And stays as it is."""
    path = tmp_path / "diary.db"
    path.write_text("dear diary, " * 1_000)
    for need in (tables_of, holdings_of, vacuum, lambda address: back_up(address, tmp_path / "copy.db")):
        with pytest.raises(LedgerError, match="cannot be used as a ledger"):
            need(f"sqlite:///{path}")
    assert [each.name for each in tmp_path.iterdir()] == ["diary.db"]
    assert path.read_text() == "dear diary, " * 1_000


@pytest.mark.parametrize(("made", "told"), [("CREATE TABLE recipe (name)", "another program"), ("", "no ledger")])
def test_a_file_that_holds_something_else_is_left_alone(tmp_path, made, told):
    """It is neither counted nor copied nor rewritten: another program's database, or a file without anything."""
    path = tmp_path / "recipes.db"
    path.touch()
    with sqlite3.connect(path) as connection:
        connection.execute(made)
    connection.close()
    before = path.read_bytes()
    for need in (holdings_of, vacuum, lambda address: back_up(address, tmp_path / "copy.db")):
        with pytest.raises(LedgerError, match=told):
            need(f"sqlite:///{path}")
    assert path.read_bytes() == before
    assert not (tmp_path / "copy.db").exists()


@pytest.fixture
def file(tmp_path) -> Path:
    """A ledger in a file, lived in."""
    path = tmp_path / "leads.db"
    open_ledger(f"sqlite:///{path}").close()
    lived(f"sqlite:///{path}")
    return path


def test_a_copy_is_the_ledger(file, tmp_path):
    """All that is kept, and it goes on from there; the ledger itself is not touched."""
    copy, before = tmp_path / "copy.db", kept(f"sqlite:///{file}")
    assert back_up(f"sqlite:///{file}", copy) == copy.stat().st_size
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("copy")] == ["copy.db"]
    assert kept(f"sqlite:///{copy}") == before == kept(f"sqlite:///{file}")
    with small_router(open_ledger(f"sqlite:///{copy}")) as router:
        router.route(Lead(id="later"), at=AT)
    assert len(kept(f"sqlite:///{copy}")[0]) == len(before[0]) + 1
    assert kept(f"sqlite:///{file}") == before


def test_a_copy_has_what_is_not_in_the_file_yet_and_nothing_unfinished(file, tmp_path):
    """A writer holds the ledger meanwhile: what he has committed is there, what he is at is not."""
    with small_router(open_ledger(f"sqlite:///{file}")) as router:
        router.route(Lead(id="late"), at=AT)
        with router.ledger.transaction() as work:
            work.keep("unfinished", "x")
            back_up(f"sqlite:///{file}", tmp_path / "copy.db")
    copy = open_ledger(f"sqlite:///{tmp_path}/copy.db")
    assert copy.entries()[-1].key == "None:late"
    assert copy.text("unfinished") is None
    with copy.reading() as work:
        assert broken(work.log(), work.seals()) == ()
    copy.close()


def test_a_copy_never_takes_the_place_of_something(file, tmp_path):
    """Whatever is there stays."""
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(LedgerError, match="there already"):
        back_up(f"sqlite:///{file}", tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_what_a_copy_that_was_cut_off_left_is_written_over(file, tmp_path):
    """The next one begins anew."""
    (tmp_path / "copy.db.part").write_text("half")
    back_up(f"sqlite:///{file}", tmp_path / "copy.db")
    assert kept(f"sqlite:///{tmp_path}/copy.db") == kept(f"sqlite:///{file}")
    assert not (tmp_path / "copy.db.part").exists()


def test_who_may_read_the_ledger_may_read_the_copy(file, tmp_path):
    """And nobody else, at no time."""
    file.chmod(0o640)
    back_up(f"sqlite:///{file}", tmp_path / "copy.db")
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o640


def test_a_damaged_ledger_gives_no_copy(file, tmp_path):
    """A copy that cannot be read is not kept under its name."""
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'lead_open'").fetchone()
        (page,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with file.open("r+b") as stream:
        stream.seek((root - 1) * page)
        stream.write(b"\xff" * page)
    with pytest.raises(LedgerError, match=r"damaged|malformed"):
        back_up(f"sqlite:///{file}", tmp_path / "copy.db")
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("copy")] == []


def test_a_folder_that_is_not_there_is_said(file, tmp_path):
    """As any file that cannot be written."""
    with pytest.raises(OSError, match="no/copy"):
        back_up(f"sqlite:///{file}", tmp_path / "no" / "copy.db")


def test_postgresql_has_means_of_its_own(tmp_path):
    """They are named."""
    with pytest.raises(LedgerError, match="pg_dump"):
        back_up("postgresql://nowhere/leads", tmp_path / "copy.db")


def test_room_is_given_back(lived_in):
    """What was taken out takes no room afterwards, and cannot be read from the disk."""
    before, told = kept(lived_in), "x1y2z3" * 50_000
    ledger = open_ledger(lived_in)
    with ledger.transaction() as work:
        work.keep("large", told)
    ledger.close()
    large = size_of(lived_in)
    if lived_in.startswith("sqlite:"):
        with sqlite3.connect(lived_in.removeprefix("sqlite:///")) as connection:
            connection.execute("DELETE FROM kept WHERE digest = 'large'")
        connection.close()
    else:
        with psycopg.connect(lived_in) as connection:
            connection.execute("DELETE FROM leadrouter.kept WHERE digest = 'large'")
    vacuum(lived_in)
    if lived_in.startswith("sqlite:"):
        assert size_of(lived_in) < large - len(told) // 2
        assert b"x1y2z3" not in Path(lived_in.removeprefix("sqlite:///")).read_bytes()
    assert kept(lived_in) == before


def test_room_that_somebody_still_reads_is_not_given_back_in_silence(file, monkeypatch):
    """Whoever began to read before holds on to what was there: it is said, and can be done again after him."""
    monkeypatch.setattr(upkeep, "_PATIENCE", 0.01)
    reader, writer = (open_ledger(f"sqlite:///{file}") for _ in range(2))
    with reader.reading() as work:
        assert work.count() == 5
        with writer.transaction() as other:
            other.keep("later", "x")
        with pytest.raises(LedgerError, match="do it again"):
            vacuum(f"sqlite:///{file}")
    vacuum(f"sqlite:///{file}")
    assert file.with_name("leads.db-wal").stat().st_size == 0
    reader.close()
    writer.close()
