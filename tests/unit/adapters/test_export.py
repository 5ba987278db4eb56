"""Tables for other programs: what they say is what the ledger says, and nobody is in them who is a client's."""

from __future__ import annotations

import csv
import sys
from datetime import datetime, timedelta
from io import BytesIO, StringIO

import pyarrow.parquet as pq
import pytest

from leadrouter import Contact, Lead, LedgerError, Router
from leadrouter.adapters import export
from leadrouter.adapters.export import columns_of, no_half_file, rows_of, write_csv, write_parquet
from leadrouter.ledger.memory import MemoryLedger
from tests.small import AT, small_router
from tests.unit.ledger.conftest import LEDGERS

TABLES = ("leads", "events")
PERSONAL = ("Ilya", "900 000", "79000000001", "ilya@", "Ural Press", "срочно", "his wife", "holiday in Sochi")
NOT_PEOPLE = {"company.linked": {"olga"}, "company.unlinked": {"olga"}, "lead.escalated": set()}
ILYA = Contact(name="Ilya Test", phone="+7 900 000-00-01", email="ilya@example.com")


def lived(router: Router) -> None:
    """Let leads and people go through what leaves a name, a text or a reason somewhere."""
    at = AT
    for number, facts in enumerate([{"product": "press"}, {"message": "срочно, call Ilya"}, {"amount": 5}, {}]):
        at = AT + timedelta(minutes=number)
        router.route(Lead(id=str(number), source="call", company="Ural Press Plant", contact=ILYA, facts=facts), at=at)
    first, urgent, small, other = (state.lead_id for state in leads_of(router))
    router.accept(first, by="anna", at=at)
    router.won(first, by="anna", at=at)
    router.decline(urgent, by="olga", at=at, reason="Ilya is in a hurry, his wife too")
    router.lost(small, by="vera", at=at, reason="Ilya has left Ural Press")
    router.reassign(other, to="boris", by="olga", at=at, reason="Ilya asked for him")
    router.pause("anna", at=at, reason="holiday in Sochi")
    router.clients.enter(Lead(company="Another", contact=Contact(phone="+7 900 000-00-02")), owner="vera", at=at)
    router.tick(at=at + timedelta(hours=1))


def leads_of(router: Router):
    with router.ledger.reading() as work:
        return work.leads()


def rows(ledger, table):
    with ledger.reading() as work:
        return list(rows_of(work, table))


@pytest.fixture(params=sorted(LEDGERS))
def ledger(request, tmp_path):
    """Each kind of ledger, lived in."""
    with small_router(LEDGERS[request.param](tmp_path)) as router:
        lived(router)
        yield router.ledger


@pytest.fixture
def remembered():
    """A ledger in memory, lived in."""
    router = small_router()
    lived(router)
    return router.ledger


def test_a_row_of_a_lead_is_where_it_stands(ledger):
    """In the order of their numbers, every lead once, with what was decided of it first."""
    with ledger.reading() as work:
        states, decided = work.leads(), {entry.lead_id: entry.at for entry in work.entries()}
    found = rows(ledger, "leads")
    assert [list(row) for row in found] == [list(columns_of("leads"))] * len(states)
    for row, state in zip(found, states, strict=True):
        same = ("lead_id", "number", "version", "status", "route", "step", "destination", "priority", "holder")
        assert [row[name] for name in same] == [getattr(state, name) for name in same]
        assert (row["class"], row["accountable"], row["company"]) == (
            state.lead_class,
            state.accountable,
            state.company,
        )
        assert {name: row[name] for name in state.milestones} == dict(state.milestones)
        assert row["decided"].isoformat() == decided[state.lead_id]
    assert [(row["status"], row["rule"], row["tags"]) for row in found] == [
        ("won", "machine", []),
        ("offered", "anything", ["urgent"]),
        ("lost", "anything", []),
        ("accepted", "anything", []),
    ]
    assert [row["known_by"] for row in found] == [None, "phone", "phone", "phone"]


def test_a_row_of_an_event_is_what_the_log_says(ledger):
    """Every event once, with the people of the organisation whom it names."""
    with ledger.reading() as work:
        log = work.log()
    found = rows(ledger, "events")
    assert [(row["number"], row["event"], row["at"], row["lead_id"]) for row in found] == [
        (kept.number, kept.event.name, kept.event.at, kept.event.lead_id) for kept in log
    ]
    people = {row["event"]: row["people"] for row in found}
    assert people["lead.won"] == people["lead.accepted"] == ["anna"]
    assert people["lead.reassigned"] == ["olga", "boris"]
    assert people["person.paused"] == ["anna"]
    assert {each for row in found for each in row["people"]} <= {"anna", "boris", "olga", "vera"}


def test_what_is_left_is_a_step_or_a_company_there():
    """An escalation leaves a destination, a link joins companies: nobody of them is a person."""
    with small_router() as router:
        one, other = (router.route(Lead(id=name, company=name), at=AT).lead_id for name in ("one", "two"))
        router.clients.link(one, other, by="olga", at=AT)
        router.clients.unlink(other, by="olga", at=AT)
        router.decline(one, by="vera", at=AT)
        found = rows(router.ledger, "events")
    people = {name: {each for row in found if row["event"] == name for each in row["people"]} for name in NOT_PEOPLE}
    assert people == NOT_PEOPLE


def test_there_is_nobody_in_a_table_who_is_a_client_s(ledger):
    """No name, phone, e-mail, text or reason, in neither form of neither table."""
    for table in TABLES:
        text, columns = StringIO(), BytesIO()
        write_csv(text, columns_of(table), rows(ledger, table))
        write_parquet(columns, columns_of(table), rows(ledger, table))
        told = text.getvalue() + str(pq.read_table(columns).to_pydict())
        assert [word for word in PERSONAL if word in told] == []


def test_what_was_erased_stays_in_the_tables_without_anybody(ledger):
    """A lead that was erased is still counted, as it was decided."""
    with small_router(ledger) as router:
        before = rows(ledger, "leads")
        router.erase(contact="Ilya Test", at=AT + timedelta(days=1))
        after = rows(ledger, "leads")
        assert [{**row, "version": 0} for row in after] == [{**row, "version": 0} for row in before]
        assert rows(ledger, "events")[-1]["at"] == AT + timedelta(days=1)


@pytest.mark.parametrize("table", TABLES)
def test_parquet_gives_back_the_rows(remembered, table):
    """Every value with its type; instants in UTC."""
    stream, given = BytesIO(), rows(remembered, table)
    assert write_parquet(stream, columns_of(table), given) == len(given)
    read = pq.read_table(stream)
    assert read.column_names == list(columns_of(table))
    assert read.to_pylist() == given


@pytest.mark.parametrize("table", TABLES)
def test_csv_gives_back_the_rows_as_texts(remembered, table):
    """Several texts in one cell have spaces between them, instants their zone; what is missing is empty."""
    stream, given = StringIO(), rows(remembered, table)
    assert write_csv(stream, columns_of(table), given) == len(given)
    read = list(csv.DictReader(StringIO(stream.getvalue())))
    for row, texts in zip(given, read, strict=True):
        for name, kind in columns_of(table).items():
            match kind, row[name]:
                case _, None:
                    assert texts[name] == ""
                case "instant", at:
                    assert datetime.fromisoformat(texts[name]) == at
                case "texts", several:
                    assert texts[name].split() == several
                case _, value:
                    assert texts[name] == str(value)


def test_an_empty_ledger_has_empty_tables():
    """With their columns."""
    stream, text = BytesIO(), StringIO()
    assert write_parquet(stream, columns_of("leads"), rows(MemoryLedger(), "leads")) == 0
    assert pq.read_table(stream).column_names == list(columns_of("leads"))
    assert write_csv(text, columns_of("events"), rows(MemoryLedger(), "events")) == 0
    assert text.getvalue() == ",".join(columns_of("events")) + "\n"


def test_tables_are_the_same_by_the_page(remembered, monkeypatch):
    """However few events are in memory at a time."""
    whole = [rows(remembered, table) for table in TABLES]
    monkeypatch.setattr(export, "_PAGE", 2)
    assert [rows(remembered, table) for table in TABLES] == whole
    stream = BytesIO()
    assert write_parquet(stream, columns_of("events"), whole[1]) == len(whole[1])
    assert pq.read_table(stream).to_pylist() == whole[1]


def test_without_pyarrow_it_is_said_what_to_install(monkeypatch):
    """CSV needs nothing."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(LedgerError, match="leadrouter\\[parquet\\]"):
        write_parquet(BytesIO(), columns_of("leads"), [])


def test_a_file_has_its_name_when_it_is_whole(tmp_path):
    """What was there before stays until then; what was cut off leaves nothing."""
    path = tmp_path / "leads.csv"
    path.write_text("before")
    with pytest.raises(KeyError), no_half_file(path) as part:  # noqa: PT012  # what is written until it fails
        part.write_text("half")
        raise KeyError
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("leads.csv", "before")]
    with no_half_file(path) as part:
        part.write_text("whole")
        assert path.read_text() == "before"
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("leads.csv", "whole")]
