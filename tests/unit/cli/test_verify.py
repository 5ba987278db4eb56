"""`leadrouter verify` and `leadrouter replay`, from the ledger alone."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.ledger.chain import Seal


def seals() -> tuple[Seal, ...]:
    kept = SqliteLedger("leads.db")
    with kept.reading() as work:
        found = work.seals()
    kept.close()
    return found


def write(statement: str) -> None:
    with closing(sqlite3.connect("leads.db")) as file:
        file.execute(statement)
        file.commit()


@pytest.fixture
def routed(run, leads) -> None:
    """Three leads, routed."""
    assert run("route", "sales", leads).exit_code == 0


@pytest.mark.usefixtures("routed")
def test_a_ledger_in_which_all_is_well_is_sealed(run):
    """Its end cannot be cut off unseen from then on; with --no-seal nothing is written."""
    result = run("verify", "--no-seal")
    assert (result.exit_code, result.stdout) == (0, "3 leads and 6 events: all is as it was\n")
    assert seals() == ()
    assert run("verify").exit_code == 0
    assert [seal.upto for seal in seals()] == [6]


@pytest.mark.usefixtures("routed")
def test_a_ledger_that_cannot_be_sealed_is_as_sound_as_before(run):
    """It is said, and the exit code stays 0."""
    write("CREATE TRIGGER full BEFORE INSERT ON seal BEGIN SELECT RAISE(ABORT, 'no room'); END")
    result = run("verify")
    assert (result.exit_code, result.stdout) == (0, "3 leads and 6 events: all is as it was\n")
    assert result.stderr.startswith("not sealed: ")
    assert seals() == ()


@pytest.mark.usefixtures("routed")
def test_what_is_found_is_printed_and_nothing_is_sealed(run):
    """The exit code is 1; what is found goes to standard error, all of it with --json."""
    write("UPDATE entry SET record = record || ' ' WHERE number = 2")
    result = run("verify")
    assert result.exit_code == 1
    assert result.stdout == "3 leads and 6 events: 1 finding\n"
    assert result.stderr.endswith("its record is not the one that was answered\n")
    assert seals() == ()
    held = json.loads(run("verify", "--json").stdout)
    assert (held["leads"], held["events"], held["sealed"]) == (3, 6, 0)
    assert [each["told"] for each in held["findings"]] == ["its record is not the one that was answered"]


@pytest.mark.usefixtures("here")
def test_of_many_findings_the_first_are_printed(run):
    """And how many there are; replay prints no more either."""
    leads = "".join(json.dumps({"id": str(number), "source": "call"}) + "\n" for number in range(30))
    run("route", "sales", "-", stdin=leads)
    write("UPDATE entry SET record = replace(record, 'vera', 'boris')")
    result = run("verify")
    assert result.stderr.count("\n") == 21
    assert "… and 10 more: --json has them all" in result.stderr
    result = run("replay")
    assert result.exit_code == 1
    assert result.stdout == "0 of 30 decisions come out the same, 30 differences\n"
    assert "… and 10 more: --json has them all" in result.stderr


@pytest.mark.usefixtures("routed")
def test_every_decision_comes_out_again(run):
    """The ledger is enough: the pack and the organisation may be gone."""
    result = run("replay")
    assert (result.exit_code, result.stdout) == (0, "3 of 3 decisions come out the same\n")
    assert json.loads(run("replay", "--json").stdout) == {
        "decisions": 3,
        "same": 3,
        "differences": [],
        "left_out": [],
    }


@pytest.mark.usefixtures("routed")
def test_what_is_missing_is_no_success(run):
    """The ledger had kept what decided, and has it no more: the exit code is 1."""
    write("DELETE FROM kept")
    result = run("replay")
    assert result.exit_code == 1
    assert result.stdout == "0 of 3 decisions come out the same, 3 differences\n"
    assert result.stderr.count("the text of its organisation is missing") == 3


@pytest.mark.usefixtures("routed")
def test_what_cannot_be_made_again_is_said(run):
    """A pack that this version of the library refuses is no difference: the exit code is 0."""
    write("UPDATE kept SET text = 'pack: sales' WHERE text LIKE 'pack:%'")
    result = run("replay")
    assert result.exit_code == 0
    assert result.stdout == "0 of 3 decisions come out the same, 3 cannot be made again\n"
    assert result.stderr.count("its pack has faults now: LR") == 3


@pytest.mark.parametrize("command", ["verify", "replay"])
def test_there_must_be_a_ledger(run, command):
    """None is made."""
    result = run(command)
    assert result.exit_code == 3
    assert result.stderr.startswith("error: ")


@pytest.mark.parametrize("command", ["verify", "replay"])
@pytest.mark.usefixtures("routed")
def test_a_long_log_shows_its_progress(run, monkeypatch, command):
    """On a terminal, whatever is printed at the end."""
    monkeypatch.setattr("leadrouter.cli.progress._LONG", 3)
    result = run(command, FORCE_COLOR="1", TERM="xterm")
    assert result.exit_code == 0
    assert "3 leads" in result.stderr
