"""Whatever is changed, added or removed behind the back of a ledger is found."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing

import pytest
from attrs import evolve

from leadrouter import Lead, Organisation, Router, RulePack
from leadrouter.assignment.load import Load
from leadrouter.audit.pages import length_of
from leadrouter.audit.replay import replay
from leadrouter.audit.verify import verify
from leadrouter.errors import LedgerError
from leadrouter.event import Event
from leadrouter.ledger.ledger import Noted
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.lifecycle.breaker import Breaker
from leadrouter.lifecycle.company import Company
from leadrouter.roster.roster import DutyRoster
from tests.busy_office import AT, KEY
from tests.tampering import cells, changed, tampered
from tests.unit.audit.rota import OFFICE, PACK, ROSTER

NO_TRUTH = {
    ("entry", "number"),
    ("noted", "number"),
    ("refused", "number"),
    ("position", "consumer"),
    ("position", "number"),
}
"""What nothing can be held against: how far a consumer is, and what only keeps rows in order."""
NOT_OURS = {"migration"}
PLACES = (12, 131)


def findings(ledger) -> list[str]:
    with ledger.reading() as work:
        return [str(each) for each in verify(work).findings]


def test_a_ledger_is_what_its_log_says(busy):
    """On every ledger, whatever has happened: nothing is found, and everything is counted."""
    with busy.router.ledger.reading() as work:
        verified = verify(work)
        log, seals = work.log(), work.seals()
    assert verified.findings == ()
    assert verified.is_sound
    assert (verified.events, verified.leads, verified.erased) == (len(log), 9, 0)
    assert verified.sealed == seals[-1].upto


@pytest.mark.parametrize("audit", [verify, replay])
def test_whoever_waits_is_told_how_far_it_is(busy, audit):
    """The number of each event and the leads up to it; the length of the log is known before, sealed or not."""
    heard = []
    with busy.router.ledger.transaction() as work:
        assert length_of(work) == 76
        audit(work, advance=lambda number, leads: heard.append((number, leads)))
        work.seal(busy.at)
        assert length_of(work) == 76
    assert [number for number, _ in heard] == list(range(1, 77))
    assert heard[-1][1] == 9


def test_everything_happens_in_the_busy_office(remembered):
    """What is verified here is worth it: nearly every event that a ledger can keep is in the log."""
    with remembered.router.ledger.reading() as work:
        names = {event.name for event in work.events()}
    assert len(names) >= 25


def test_a_changed_byte_is_seen_in_every_column(filed):
    """By verify, or by replay with the secret of the identifiers; a ledger that cannot be read is seen as well."""
    ledger = filed
    unseen, tried = Counter(), Counter()
    for cell, rows in cells(ledger.path).items():
        if cell[0] in NOT_OURS:
            continue
        for number in {len(rows) // 2, len(rows) - 1}:
            for place in PLACES:
                row = rows[number]
                for _ in tampered(ledger.path, cell, row, changed(row[cell[1]], place + number)):
                    tried[cell] += 1
                    unseen[cell] += not is_seen(ledger)
    assert {cell for cell, count in unseen.items() if count} <= NO_TRUTH, unseen
    assert len(tried) > 50
    assert findings(ledger) == []


def is_seen(ledger) -> bool:
    try:
        with ledger.reading() as work:
            return not verify(work).is_sound or not replay(work, identity_key=KEY).is_same
    except LedgerError:
        return True


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM event WHERE number = (SELECT max(number) FROM event)",
        "DELETE FROM event WHERE number = 5",
        "DELETE FROM seal",
        "DELETE FROM entry WHERE number = 2",
        "DELETE FROM lead WHERE number = 2",
        "DELETE FROM lead WHERE number = 9",
        "DELETE FROM standing",
        "DELETE FROM person WHERE person = 'anna'",
        "DELETE FROM breaker",
        "DELETE FROM company WHERE id = (SELECT max(id) FROM company)",
        "DELETE FROM identifier",
        "DELETE FROM noted WHERE kind = 'visit'",
        "DELETE FROM noted WHERE kind = 'deal_won'",
        "DELETE FROM noted WHERE kind = 'request'",
        "DELETE FROM kept WHERE digest LIKE 'plan-%'",
        "DELETE FROM kept WHERE digest NOT LIKE 'plan-%'",
        "UPDATE entry SET salt = ''",
        "UPDATE refused SET salt = ''",
        "UPDATE refused SET salt = '', payload = '', at = '2026'",
        "DELETE FROM refused WHERE number = 2",
        "INSERT INTO refused SELECT NULL, key, payload, reason, at, salt FROM refused LIMIT 1",
        "INSERT INTO noted SELECT NULL, 'x', company, begun, contact, 'visit', at, '{}', salt FROM noted LIMIT 1",
        "INSERT INTO person VALUES ('eve', '{\"person\":\"eve\"}')",
        "UPDATE lead SET due = NULL, queue = NULL WHERE queue IS NOT NULL",
        "UPDATE lead SET is_open = 0",
    ],
)
def test_what_was_removed_or_added_is_seen(filed, statement):
    """A row that is gone, or that nobody wrote, is found; so is the end of a log that a seal covers."""
    ledger = filed
    with closing(sqlite3.connect(ledger.path)) as file:
        file.execute(statement)
        file.commit()
    assert is_seen(ledger)


def test_a_lead_that_was_taken_out_whole_is_seen_by_the_seal(filed):
    """With its entry, its state and its events: what is left is no whole log."""
    ledger = filed
    with closing(sqlite3.connect(ledger.path)) as file:
        (lead_id,) = file.execute("SELECT lead_id FROM entry ORDER BY number DESC LIMIT 1").fetchone()
        file.execute("DELETE FROM entry WHERE lead_id = ?", (lead_id,))
        file.execute("DELETE FROM lead WHERE lead_id = ?", (lead_id,))
        file.execute("DELETE FROM event WHERE lead_id = ?", (lead_id,))
        file.commit()
    assert any("are not those that were sealed" in told for told in findings(ledger))


def test_a_byte_that_is_no_json_any_more_is_a_finding(filed):
    """The row is named, and what comes after it is read all the same."""
    ledger = filed
    with closing(sqlite3.connect(ledger.path)) as file:
        file.execute("UPDATE event SET event = '{' || event WHERE number IN (3, 4)")
        file.execute("UPDATE lead SET state = '{' || state WHERE number = 4")
        file.execute("UPDATE company SET company = '[]'")
        file.commit()
    found = findings(ledger)
    assert {"event 3: cannot be read", "event 4: cannot be read"} <= set(found)
    assert "lead number 4: where it stands cannot be read" in found
    assert "companies: cannot be read: TypeError" in found
    with ledger.reading() as work:
        assert verify(work).events == 76


def test_companies_whose_ids_do_not_grow_end_the_reading(filed):
    """A changed id never leads in a circle."""
    ledger = filed
    with closing(sqlite3.connect(ledger.path)) as file:
        file.execute("UPDATE company SET company = replace(company, id, '0')")
        file.commit()
    assert "companies: cannot be read: ValueError" in findings(ledger)


def test_an_event_that_cannot_be_is_a_finding(remembered):
    """Forged by whoever knows the chain: what nobody was offered is given back, and a lead begins twice."""
    ledger = remembered.router.ledger
    with ledger.transaction() as work:
        state = work.lead(work.leads()[3].lead_id)
        at = remembered.at
        gone = {"lead_id": "f" * 16, "at": at, "version": 1}
        work.append(Event(name="lead.withdrawn", details={"people": ["anna"]}, **gone))
        work.append(Event(name="lead.offered", lead_id=state.lead_id, at=at, version=state.version + 2))
        work.append(Event(name="person.handed_over", lead_id=None, at=at, details={"person": "x", "plan": "plan-0"}))
        work.append(Event(name="person.handed_over", lead_id=None, at=at, details={"person": "x"}))
    found = findings(ledger)
    assert any("lead.withdrawn cannot follow what came before it" in told for told in found)
    assert any("lead.offered cannot follow" in told and "follows" in told for told in found)
    assert "plan-0: is missing or is not the plan that was applied" in found
    assert any("what is kept of person.handed_over cannot be read: KeyError" in told for told in found)


def test_what_was_given_back_was_offered(remembered):
    """An event that gives back what a new lead was never offered cannot be."""
    ledger = remembered.router.ledger
    with ledger.transaction() as work:
        work.append(Event(name="lead.credited", lead_id="f" * 16, at=AT, version=1, details={"people": ["anna"]}))
        work.append(Event(name="lead.routed", lead_id="e" * 16, at=AT, version=1, evidence={"number": 3}))
    found = findings(ledger)
    assert sum("cannot follow what came before it" in told for told in found) == 2
    assert f"lead {'e' * 16}: was routed, and its entry is missing" in found


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE leadrouter.lead SET people = '{eve}' WHERE number = 3",
        "UPDATE leadrouter.lead SET queue = NULL WHERE number = 9",
        "UPDATE leadrouter.lead SET state = '{' || state WHERE number = 3",
        "UPDATE leadrouter.event SET subject = 'house' WHERE number = 3",
        "UPDATE leadrouter.book SET name = name || 'x' WHERE kind = 'standing'",
        "UPDATE leadrouter.book SET value = ' ' || value WHERE kind = 'load'",
        "UPDATE leadrouter.company SET held_by = 'eve'",
        "UPDATE leadrouter.identifier SET root = company || 'x'",
        "DELETE FROM leadrouter.lead WHERE number = 9",
    ],
)
def test_what_was_changed_in_postgresql_is_seen(in_postgres, statement):
    """Columns beside what they were taken from, and rows that are left alone."""
    found = ()
    with pytest.raises(KeyError), in_postgres.transaction() as work:  # noqa: PT012  # taken back again
        assert verify(work).is_sound
        work.session.begin_block()
        work.session.connection.execute(statement)
        found = verify(work).findings
        raise KeyError
    assert any(each.where.split()[0] in {"lead", "event", "standing", "load", "company"} for each in found)


def test_books_that_nobody_wrote_in_may_be_missing(remembered):
    """The load of somebody who never had anything is the same kept or not; another's is not."""
    ledger = remembered.router.ledger
    with ledger.transaction() as work:
        work.put_load(Load(person="nobody"))
        assert verify(work).is_sound
        work.put_load(Load(person="somebody", open_leads=1))
        work.put_breaker(Breaker(pool="x", expiries=(AT,)))
        work.clients.put(Company(id="made up", root="made up"))
        work.note(Noted(key="k", company="c", begun="c", contact=None, kind="x", at="", payload=None, salt=""))
        told = [str(each) for each in verify(work).findings]
    assert told == [
        "load of somebody: is not what the events add up to",
        "breaker of x: is not what the events add up to",
        "company made up: is not what its events say",
        "companies: 13 are kept, 12 were begun",
        "note 12: is not with its company",
        "notes: 12 are kept, 11 were noted",
    ]


def test_findings_say_nothing_personal(filed):
    """Neither keys nor payloads are in what is found, whatever is changed."""
    ledger = filed
    with closing(sqlite3.connect(ledger.path)) as file:
        file.execute("UPDATE entry SET payload = payload || 'x', record = record || 'x'")
        file.execute("UPDATE noted SET payload = payload || 'x', key = key || 'x'")
        file.commit()
    told = json.dumps(findings(ledger), ensure_ascii=False)
    assert told.count("its record is not the one that was answered") == 9
    assert not any(word in told for word in ("Ilya", "912 345", "Press", "Mill", "ilya@"))


def test_a_lead_that_reads_otherwise_is_found(remembered):
    """A record of another instant, a text that is not the one that decided: each is told by its name."""
    ledger = remembered.router.ledger
    entries, texts = ledger._books.entries, ledger._books.texts
    key, *others = entries
    entries[key] = evolve(entries[key], at="2026")
    entries[others[0]] = evolve(entries[others[0]], digest="0", key="x:1")
    for digest, text in list(texts.items()):
        texts[digest] = text.replace("busy", "lazy")
    found = findings(ledger)
    assert any("its entry is of another instant" in told for told in found)
    assert any("its digest is not that of its payload" in told for told in found)
    assert any("its key is that of another lead" in told for told in found)
    assert sum("is not the one that decided" in told for told in found) > 2


def test_the_roster_that_decided_is_kept_whole():
    """Its text with its own digest: a changed one is found."""
    ledger = MemoryLedger()
    router = Router(RulePack.parse(PACK), Organisation.parse(OFFICE), ledger, roster=DutyRoster.parse(ROSTER))
    router.route(Lead(id="1"), at=AT)
    assert findings(ledger) == []
    texts = ledger._books.texts
    texts[router.roster.digest] = texts[router.roster.digest].replace("boris", "olga")
    (told,) = findings(ledger)
    assert told.endswith("the text of its roster is not the one that decided")
