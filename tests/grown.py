"""A SQLite ledger that has grown for years: leads that were routed and closed, copied by the hundred thousand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

from leadrouter import Contact, Lead, Router
from leadrouter.adapters.sqlite import SqliteLedger
from tests.small import AT, small_router

LATER = AT + timedelta(minutes=30)
_FEW = 40
_COPIES = """
    BEGIN;
    CREATE TEMP TABLE copy (old TEXT, lead_id TEXT, number INTEGER PRIMARY KEY);
    INSERT INTO copy
      WITH RECURSIVE time (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM time WHERE number < {times})
      SELECT lead_id, lower(hex(randomblob(8))), {few} + row_number() OVER () FROM time, lead;
    INSERT INTO entry (lead_id, key, digest, payload, record, at, salt)
      SELECT copy.lead_id, key || copy.lead_id, digest, payload, replace(record, old, copy.lead_id), at, salt
      FROM copy JOIN entry ON entry.lead_id = old ORDER BY copy.number;
    INSERT INTO event (lead_id, version, subject, event, hash)
      SELECT copy.lead_id, version, 'lead:' || copy.lead_id, replace(event, old, copy.lead_id), hash
      FROM copy JOIN event ON event.subject = 'lead:' || old ORDER BY copy.number, event.number;
    INSERT INTO lead
      SELECT copy.number, copy.lead_id, version, is_open, queue, rank, arrived, due, copy.lead_id,
        json_set(replace(state, old, copy.lead_id), '$.number', copy.number)
      FROM copy JOIN lead ON lead.lead_id = old ORDER BY copy.number;
    INSERT INTO company
      SELECT lead_id, lead_id, NULL, held_by, replace(company, old, lead_id) FROM copy JOIN company ON id = old;
    INSERT INTO identifier
      SELECT rule, lower(hex(randomblob(32))), lead_id, lead_id FROM copy JOIN identifier ON company = old;
    INSERT INTO seal SELECT max(number), '', '{at}' FROM event;
    INSERT INTO position SELECT 'crm', max(number) FROM event;
    DROP TABLE copy;
    COMMIT;
"""


def leads(first: int, count: int) -> Iterator[Lead]:
    """Yield leads of companies that nobody knows."""
    for number in range(first, first + count):
        contact = Contact(phone=f"+7912{number:07}", email=f"a@works-{number}.example")
        yield Lead(id=str(number), source="call", contact=contact, facts={"product": "press", "amount": 5})


def grow(path: str, count: int) -> None:
    """Make a ledger of about so many leads in a file; the clients of some of them are held, and a few leads wait."""
    router = small_router(SqliteLedger(path))
    for decision in router.route_many(leads(0, _FEW), at=AT):
        lead_id, person = decision.lead_id, decision.assignee
        router.accept(lead_id, by=person, at=AT)
        router.contacted(lead_id, by=person, at=AT + timedelta(minutes=1))
        if int(lead_id, 16) % 8:
            router.lost(lead_id, by=person, at=AT + timedelta(minutes=2))
        else:
            router.won(lead_id, by=person, at=AT + timedelta(minutes=2))
    router.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000")
        connection.executescript(_COPIES.format(few=_FEW, times=count // _FEW - 1, at=AT.isoformat()))


def doors(router: Router, first: int = 1_000_000) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what people and programs do with a router, in an order in which it can be done."""
    new, later = leads(first, 2)
    back = Lead(id=f"back-{first}", source="call", contact=Contact(phone="+79120000001"), facts={"product": "press"})
    yield "route", lambda: router.route(new, at=LATER)
    yield "route again", lambda: router.route(new, at=LATER)
    yield "route a client's", lambda: router.route(back, at=LATER)
    yield "route many", lambda: router.route_many([later], at=LATER)
    lead_id = router.route(new, at=LATER).lead_id
    yield "decline", lambda: router.decline(lead_id, by=router.lead(lead_id).offers[0].person, at=LATER)
    yield "tick", lambda: router.tick(at=LATER + timedelta(hours=2))
    yield "accept", lambda: router.reassign(lead_id, to="anna", by="olga", at=LATER)
    yield "contacted", lambda: router.contacted(lead_id, by="anna", at=LATER)
    yield "won", lambda: router.won(lead_id, by="anna", at=LATER)
    yield "lead", lambda: router.lead(lead_id[:12])
    yield "events", lambda: router.events(lead_id)
    yield "decision", lambda: router.decision(lead_id)
    yield "next deadline", router.next_deadline
    yield "standing", router.standing
    yield "loads", router.loads
    yield "measures", lambda: router.measures(lead_id, at=LATER)
    yield "company", lambda: router.clients.company(lead_id)
    yield "known", lambda: router.clients.known(back)
    yield "record", lambda: router.record("visit", key=str(first), lead_id=lead_id, at=LATER)
    yield "deliver", lambda: router.deliver("crm", lambda _: None)
