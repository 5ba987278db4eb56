"""The page of events is what really happens."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from leadrouter import Contact, Lead
from leadrouter.event import EVENTS, Event
from leadrouter.ledger.memory import MemoryLedger
from tests.busy_office import BusyOffice

from .page import ROOT, quoted, tables

PAGE = ROOT / "docs" / "reference" / "events.md"
[TABLE] = (each for each in tables(PAGE) if each.heading[0] == "event")
ROWS = {quoted(cells[0])[0]: cells for _, cells in TABLE.rows}
OF_ANY = {"sla_due"}
"""Details of every event that makes a target fall due at another time."""


def test_every_event_has_a_row_and_every_row_an_event():
    """In the order of the code, with the level that the log gives it."""
    assert [(name, cells[-1]) for name, cells in ROWS.items()] == list(EVENTS.items())


def happened() -> list[Event]:
    """Return what an observer is told in an office in which nearly everything happens."""
    told: list[Event] = []
    office = BusyOffice(MemoryLedger(), observer=told.append)
    office.everything()
    router, minute = office.router, timedelta(minutes=1)
    held = office.lead("Held", size="small")
    router.reassign(held.lead_id, to="anna", by="olga", at=office.at)
    router.apply(router.handover("anna", at=office.at, until=office.at + minute), at=office.at)
    router.tick(at=office.at + minute)
    router.reassign(held.lead_id, by="olga", at=office.at)
    router.apply(router.handover("anna", at=office.at), at=office.at)
    again = Lead(id="again", contact=Contact(phone="8 912 345-67-01"))
    first = router.route(again, at=office.at)
    router.route(again, at=office.at)
    router.tick(at=office.at + timedelta(days=1))
    router.erase(lead_id=first.lead_id, at=office.at)
    return told


def test_what_stands_in_details_stands_on_the_page():
    """Each detail of each event that was told, and of these events no other."""
    seen: dict[str, set[str]] = defaultdict(set)
    for event in happened():
        seen[event.name] |= event.details.keys() - OF_ANY
    assert {name: sorted(quoted(ROWS[name][2])) for name in seen} == {name: sorted(keys) for name, keys in seen.items()}
    assert len(seen) > len(EVENTS) * 2 // 3
