"""`leadrouter ledger`: a ledger is made, looked at, brought up, copied, exported and vacuumed."""

from __future__ import annotations

import csv
import json
import sqlite3
from io import StringIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from leadrouter.adapters.ledgers import open_ledger
from leadrouter.adapters.postgres.migrate import MIGRATIONS, migrate
from tests.postgres_server import address_of, new_database, require_own_server

COMMANDS = ("init", "status", "migrate", "backup", "export", "vacuum")
NAMES = ("Ilya", "900 000", "ilya@", "Ural Press", "срочно")


@pytest.fixture
def routed(run, leads) -> None:
    """Three leads in `leads.db`."""
    assert run("route", "sales", leads).exit_code == 0


def status(run, *arguments: str) -> dict:
    return json.loads(run("ledger", "status", "--json", *arguments).stdout)


def test_the_commands_are_named_in_the_order_in_which_they_are_met(run):
    """Each with its help and the exit codes; what is none is an error of usage."""
    result = run("ledger", "--help")
    names = [line.split()[0] for line in result.stdout.split("Commands:\n")[1].split("\n\n")[0].splitlines()]
    assert names == list(COMMANDS)
    for command in COMMANDS:
        told = run("ledger", command, "--help")
        assert (told.exit_code, "Usage: leadrouter ledger" in told.stdout, "Exit codes:" in told.stdout) == (
            0,
            True,
            True,
        )
    assert run("ledger", "burn").exit_code == 2


def test_a_ledger_is_made_once(run, here):
    """Again nothing is changed, and it is said which of both it was."""
    first = run("ledger", "init")
    again = run("ledger", "init")
    assert (first.exit_code, first.stdout.split(", ")[0]) == (0, "sqlite:///leads.db is made")
    assert (again.exit_code, again.stdout.split(", ")[0]) == (0, "sqlite:///leads.db is there already")
    assert (here / "leads.db").exists()


@pytest.mark.usefixtures("routed")
def test_a_ledger_that_is_there_keeps_what_it_holds(run):
    """Making it again is no way to lose it."""
    before = status(run)
    run("ledger", "init")
    assert status(run) == before
    assert before["leads"] == {"offered": 3}


@pytest.mark.parametrize(
    "command", [("status",), ("migrate",), ("backup", "copy.db"), ("export", "leads"), ("vacuum",)]
)
def test_a_ledger_that_is_not_there_is_not_made(run, here, command):
    """A wrong address is an error, and leaves no file."""
    result = run("ledger", *command, "--ledger", "sqlite:///none.db")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "there is no ledger at " in result.stderr
    assert [each.name for each in here.iterdir() if each.suffix == ".db"] == []


@pytest.mark.usefixtures("routed")
def test_the_status_is_told_in_lines(run):
    """What it holds, what is not sealed, what consumers have not had."""
    ledger = open_ledger("sqlite:///leads.db")
    with ledger.transaction() as work:
        work.put_position("crm", 4)
    ledger.close()
    lines = dict(line.split("  ", 1) for line in run("ledger", "status").stdout.splitlines())
    told = {name.strip(): text.strip() for name, text in lines.items()}
    events = status(run)["events"]
    assert told["ledger"] == "sqlite:///leads.db"
    assert told["leads"] == "3: offered 3"
    assert told["refused"] == "0"
    assert told["events"] == f"{events}, the last 2026-03-02 07:07:00Z"
    assert told["sealed"] == f"{events} events are not"
    assert told["consumer crm"] == f"has had 4, {events - 4} wait"
    assert told["size"].endswith(" KB")
    assert "next due" not in told


@pytest.mark.usefixtures("routed")
def test_programs_get_the_status_as_json(run):
    """Instants as texts, sizes as numbers."""
    held = status(run)
    assert held["latest"] == "2026-03-02T07:07:00+00:00"
    assert (held["due"], held["missing"], held["consumers"]) == (None, [], {})
    assert held["size"] >= Path("leads.db").stat().st_size


def test_what_is_due_next_is_told(run, here, leads):
    """In UTC."""
    pack = here / "sales" / "pack.yaml"
    pack.write_text(pack.read_text("utf-8").replace("department(client)}", "department(client), offer: 5m}"), "utf-8")
    assert run("route", "sales", leads).exit_code == 0
    assert "next due  2026-03-02 07:12:00Z" in run("ledger", "status").stdout
    assert status(run)["due"] == "2026-03-02T07:12:00+00:00"


def test_an_empty_ledger_has_a_status(run):
    """With no leads, and all that has not happened is sealed."""
    run("ledger", "init")
    told = run("ledger", "status").stdout.splitlines()
    assert [line.split(maxsplit=1)[1] for line in told[3:]] == ["0", "0", "0", "all"]


def test_tables_of_an_older_version_are_brought_up(run):
    """They are named first, and nothing is changed by asking; after that nothing is left to do."""
    address = address_of(new_database(is_empty=True))
    migrate(address, MIGRATIONS[:1])
    missing = [each.name for each in MIGRATIONS[1:]]
    assert status(run, "--ledger", address)["missing"] == missing
    assert (
        f"1, without {', '.join(missing)}: leadrouter ledger migrate"
        in run("ledger", "status", "--ledger", address).stdout
    )
    dry = run("ledger", "migrate", "--dry-run", "--ledger", address)
    assert dry.stdout.endswith(f"has tables 1, and is to get: {', '.join(missing)}\n")
    done = run("ledger", "migrate", "--ledger", address)
    assert done.stdout.endswith(f"has got: {', '.join(missing)}; tables {MIGRATIONS[-1].number}\n")
    again = run("ledger", "migrate", "--ledger", address)
    assert again.stdout.endswith(f"has all tables of this version: {MIGRATIONS[-1].number}\n")
    assert status(run, "--ledger", address)["missing"] == []


@pytest.mark.usefixtures("routed")
def test_a_copy_is_sealed_and_whole(run):
    """The ledger that it was made of as well."""
    result = run("ledger", "backup", "copy.db")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("sqlite:///leads.db is copied to copy.db, ")
    for address in ("sqlite:///copy.db", "sqlite:///leads.db"):
        held = status(run, "--ledger", address)
        assert (held["leads"], held["sealed"]) == ({"offered": 3}, held["events"])


@pytest.mark.usefixtures("routed")
def test_a_copy_takes_nobody_s_place(run, here):
    """What is there stays, and nothing is told to be made."""
    (here / "copy.db").write_text("precious")
    result = run("ledger", "backup", "copy.db")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "there already" in result.stderr
    assert (here / "copy.db").read_text() == "precious"
    assert status(run)["sealed"] == 0


@pytest.mark.usefixtures("routed")
def test_what_cannot_be_sealed_is_copied_all_the_same(run):
    """A disk that is full is when a copy is wanted most: it is said that it is not sealed."""
    with sqlite3.connect("leads.db") as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON seal BEGIN SELECT raise(ABORT, 'disk is full'); END")
    connection.close()
    result = run("ledger", "backup", "copy.db")
    assert result.exit_code == 0
    assert result.stderr.startswith("not sealed: ")
    assert status(run, "--ledger", "sqlite:///copy.db")["sealed"] == 0


def test_a_ledger_in_postgresql_is_copied_by_postgresql(run, leads):
    """What does it is named, and nothing is done."""
    address = address_of(new_database())
    assert run("route", "sales", leads, "--ledger", address).exit_code == 0
    result = run("ledger", "backup", "copy.db", "--ledger", address)
    assert result.exit_code == 3
    assert "pg_dump" in result.stderr
    assert status(run, "--ledger", address)["sealed"] == 0


@pytest.mark.usefixtures("routed")
def test_tables_are_printed_as_csv(run):
    """With a heading, and without anybody of a client's."""
    leads = list(csv.DictReader(StringIO(run("ledger", "export", "leads").stdout)))
    events = run("ledger", "export", "events").stdout
    assert [lead["status"] for lead in leads] == ["offered"] * 3
    assert len(events.splitlines()) == status(run)["events"] + 1
    assert [name for name in NAMES if name in events + str(leads)] == []


@pytest.mark.usefixtures("routed")
def test_tables_are_written_to_files(run, here):
    """By their ending, or as asked; how many rows is said."""
    assert run("ledger", "export", "leads", "--out", "leads.parquet").stderr == "3 leads in leads.parquet\n"
    assert run("ledger", "export", "leads", "--out", "leads.csv").stderr == "3 leads in leads.csv\n"
    assert run("ledger", "export", "leads", "--out", "leads.txt", "--format", "csv").exit_code == 0
    assert run("ledger", "export", "leads").stdout == (here / "leads.csv").read_text("utf-8")
    assert (here / "leads.txt").read_bytes() == (here / "leads.csv").read_bytes()
    read = pq.read_table(here / "leads.parquet").to_pylist()
    assert [row["lead_id"] for row in read] == [
        row["lead_id"] for row in csv.DictReader(StringIO((here / "leads.csv").read_text()))
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("--out", "leads.doc"), "its format by its ending"), (("--format", "parquet"), "name a file")],
)
def test_a_form_that_is_not_said_is_asked_for(run, arguments, told):
    """Before anything is opened."""
    result = run("ledger", "export", "leads", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.usefixtures("routed")
def test_room_is_given_back(run):
    """How much is said."""
    with sqlite3.connect("leads.db") as connection:
        connection.execute("INSERT INTO kept VALUES ('large', ?)", ("x" * 1_000_000,))
        connection.execute("DELETE FROM kept WHERE digest = 'large'")
    connection.close()
    before = status(run)["size"]
    result = run("ledger", "vacuum")
    assert result.exit_code == 0
    assert before - status(run)["size"] > 900_000
    assert "and took 1." in result.stdout


def test_no_command_prints_a_password(run):
    """Addresses are printed without it, in errors as well."""
    require_own_server()
    name = new_database()
    address = address_of(name).replace("postgres@", "postgres:not-to-be-seen@", 1) + "&password=not-to-be-seen"
    for command in (("init",), ("status",), ("migrate",), ("vacuum",), ("export", "leads"), ("backup", "copy.db")):
        result = run("ledger", *command, "--ledger", address)
        assert "not-to-be-seen" not in result.output
    assert name in run("ledger", "status", "--ledger", address).stdout
    misspelt = run("ledger", "status", "--ledger", "postgres://leads:not-to-be-seen@db/leads")
    assert "`postgres://leads@db/leads` is no ledger's address" in misspelt.stderr
