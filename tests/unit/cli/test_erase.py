"""Personal data is erased from the command line, down to the bytes of the file."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from leadrouter.adapters import upkeep
from leadrouter.adapters.ledgers import open_ledger
from leadrouter.lead import Contact, Lead
from leadrouter.router import Router
from tests.busy_office import KEY, OFFICE, PACK
from tests.everything_kept import everything
from tests.postgres_server import address_of, new_database

PHONE = "8 900 000 00 01"


@pytest.fixture
def routed(run, leads, here):
    """A ledger with three leads, the first of them somebody's, and one that was refused."""
    run("route", "sales", leads)
    (here / "wrong.jsonl").write_text(json.dumps({"phone": PHONE, "employees": "Ilya"}) + "\n", "utf-8")
    run("route", "sales", "wrong.jsonl")


def bytes_of(here):
    """Return everything in the files of the ledger."""
    return b"".join(file.read_bytes() for file in sorted(here.glob("leads.db*")))


@pytest.mark.usefixtures("routed")
def test_a_contact_is_erased_to_the_last_byte(run, here):
    """From standard input; the file has nothing of it, nor what SQLite keeps beside it."""
    traces = [text.encode() for text in ("900 000", "Ilya", "ilya@example.com", "Ural Press Plant", "please call")]
    assert all(trace in bytes_of(here) for trace in traces)
    result = run("erase", "--contact", "-", stdin=f"{PHONE}\n")
    assert (result.exit_code, result.stdout) == (0, "erased: leads 1, notes 0, refused leads 1\n")
    assert [trace for trace in traces if trace in bytes_of(here)] == []
    assert run("verify").exit_code == 0


@pytest.mark.usefixtures("routed")
def test_nothing_is_erased_by_looking(run, here):
    """A dry run says how much would be, and programs get the leads."""
    before = bytes_of(here)
    result = run("erase", "--contact", PHONE, "--dry-run")
    assert result.stdout == "would be erased: leads 1, notes 0, refused leads 1\n"
    held = json.loads(run("erase", "--contact", PHONE, "--dry-run", "--json").stdout)
    assert (len(held["leads"]), held["notes"], held["refused"], held["dry_run"]) == (1, 0, 1, True)
    assert bytes_of(here) == before


@pytest.mark.usefixtures("routed")
def test_what_is_not_found_is_no_success(run):
    """Neither a contact, nor a lead; that nothing is so old is what a nightly run hopes for."""
    assert run("erase", "--contact", "nobody@example.com").exit_code == 1
    result = run("erase", "--lead", "nobody")
    assert (result.exit_code, result.stderr) == (1, "error: no lead has an id that begins with `nobody`\n")
    result = run("erase", "--older-than", "90d", "--at", "2026-03-02T10:00:00+03:00")
    assert (result.exit_code, result.stdout) == (0, "erased: leads 0, notes 0, refused leads 0\n")


@pytest.mark.usefixtures("routed")
def test_one_lead_is_erased_by_its_id(run, here):
    """The bytes may stay until the file is vacuumed, where that is asked for."""
    ids = json.loads(run("erase", "--contact", PHONE, "--dry-run", "--json").stdout)["leads"]
    assert run("erase", "--lead", ids[0][:12], "--no-vacuum").exit_code == 0
    assert run("ledger", "vacuum").exit_code == 0
    assert b"Ural Press Plant" not in bytes_of(here)


@pytest.mark.usefixtures("routed")
def test_a_refused_lead_is_erased_by_its_id(run, here):
    """The one that its event names."""
    with closing(open_ledger("sqlite:///leads.db")) as ledger, ledger.reading() as work:
        (lead_id,) = [event.lead_id for event in work.events() if event.name == "lead.refused"]
    result = run("erase", "--lead", lead_id[:12])
    assert (result.exit_code, result.stdout) == (0, "erased: leads 0, notes 0, refused leads 1\n")
    assert b"Ilya" in bytes_of(here)  # another lead's
    assert b'"employees": "Ilya"' not in bytes_of(here)


@pytest.mark.parametrize(
    ("age", "at", "count"),
    [
        ("1d", "2026-03-03T10:06:00+03:00", 2),
        ("12mo", "2027-03-02T10:06:00+03:00", 2),
        ("9999y", "2027-03-02T10:05:00+03:00", 0),
        ("9999mo", "2027-03-02T10:05:00+03:00", 0),
        ("1y", "2027-03-02T10:05:00+03:00", 1),
        ("1y", "2027-03-02T10:05:00.000001+03:00", 2),
    ],
)
def test_an_age_is_counted_back_from_the_instant(run, leads, age, at, count):
    """In days, months or years of the calendar; who is exactly so old stays."""
    run("route", "sales", leads)
    result = run("erase", "--older-than", age, "--at", at, "--json")
    assert len(json.loads(result.stdout)["leads"]) == count


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--contact", "x", "--lead", "y"),
        ("--older-than", "3 years"),
        ("--older-than", "0d"),
        ("--contact", " "),
        ("--contact", "-"),
    ],
)
@pytest.mark.usefixtures("routed")
def test_nobody_is_erased_by_a_slip(run, words):
    """Exactly one is named, and says something."""
    assert run("erase", *words, stdin="\n").exit_code == 2


def test_a_client_who_was_entered_is_found_by_the_secret(run):
    """As the router has it; without it nobody is found."""
    router = Router(PACK, OFFICE, open_ledger("sqlite:///leads.db"), identity_key=KEY)
    client = Lead(id="1", contact=Contact(phone=PHONE))
    router.clients.enter(client, owner="anna")
    router.route(Lead(id="2", contact=Contact(phone=PHONE)))
    assert run("erase", "--contact", PHONE, "--identity-key", KEY.decode()).exit_code == 0
    assert router.clients.known(client).company is None
    router.close()


def test_a_ledger_without_leads_has_refused_ones_all_the_same(run, here):
    """Phones are dialled where organisations are that say nothing else."""
    (here / "wrong.jsonl").write_text(json.dumps({"phone": PHONE, "employees": "Ilya"}) + "\n", "utf-8")
    run("route", "sales", "wrong.jsonl")
    result = run("erase", "--contact", "+79000000001")
    assert result.stdout == "erased: leads 0, notes 0, refused leads 1\n"


def test_a_ledger_on_postgresql_is_written_anew(run, leads):
    """Row by row nothing of the contact is left, and the tables have been rewritten."""
    address = address_of(new_database())
    run("route", "sales", leads, "--ledger", address)
    result = run("erase", "--contact", PHONE, "--ledger", address)
    assert result.stdout == "erased: leads 1, notes 0, refused leads 0\n"
    with closing(open_ledger(address)) as ledger:
        kept = everything(ledger)
    assert [trace for trace in ("900 000", "Ilya", "Ural Press") if trace in kept] == []
    assert run("verify", "--ledger", address).exit_code == 0


@pytest.mark.usefixtures("routed")
def test_what_is_erased_is_said_before_the_room_is_given_back(run, monkeypatch):
    """Where somebody reads for too long, the data is erased all the same, and the error says what is left to do."""
    monkeypatch.setattr(upkeep, "_PATIENCE", 0.01)
    with closing(open_ledger("sqlite:///leads.db")) as ledger, ledger.reading() as work:
        assert work.count()
        result = run("erase", "--contact", PHONE)
    assert (result.exit_code, result.stdout) == (3, "erased: leads 1, notes 0, refused leads 1\n")
    assert "do it again" in result.stderr
    assert run("ledger", "vacuum").exit_code == 0
