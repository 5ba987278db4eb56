"""A small pack, its organisation and a router in memory, for tests that need one of each."""

from __future__ import annotations

from datetime import UTC, datetime

from leadrouter import Organisation, Router, RulePack
from leadrouter.event import Event
from leadrouter.ledger.ledger import Ledger
from leadrouter.ledger.memory import MemoryLedger

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

PACK = """
pack: small
vocabulary:
  source: {enum: [call, web_form]}
  product: {enum: [consumables, press]}
  amount: {money: RUB}
  employees: {int: {min: 1}}
  message: text
  received: instant
derive:
  company_size:
    type: {enum: [small, large]}
    rules:
      - {rule: big, when: employees >= 250, then: large}
      - {rule: tiny, when: employees >= 1, then: small}
tag:
  - {rule: hurry, when: 'contains(message, "срочно")', tag: urgent}
classify:
  - {rule: machine, when: 'product == "press" or amount >= 3_000_000', class: complex, because: machines are engineered}
  - {rule: may-grow, when: 'company_size == "large" and amount < 300_000', class: future-large}
  - {rule: anything, default: true, class: mass}
route:
  - {rule: in-a-hurry, when: '"urgent" in tags', to: head}
  - {rule: mass-goods, when: class == "mass", to: client}
  - {rule: rest, default: true, to: inbound}
routes:
  head: [{to: head(inbound)}]
  client: [{to: department(client)}, {to: head(client)}]
  inbound: [{to: inbound}, {to: head(inbound)}]
"""

ORGANISATION = """
organisation: small
staffing: department
departments:
  inbound: {kind: inbound, head: olga, people: [boris, anna]}
  client: {kind: client, head: olga, people: [vera]}
people: {anna: {}, boris: {}, olga: {}, vera: {}}
duty: {duty: [boris]}
"""


def small_pack() -> RulePack:
    """Return the small pack."""
    return RulePack.parse(PACK, source="small.yaml")


def small_organisation() -> Organisation:
    """Return its organisation."""
    return Organisation.parse(ORGANISATION, source="small-organisation.yaml")


def small_router(ledger: Ledger | None = None, events: list[Event] | None = None) -> Router:
    """Return a router of the small pack, which notes its events."""
    observer = None if events is None else events.append
    kept = MemoryLedger() if ledger is None else ledger
    return Router(small_pack(), small_organisation(), kept, observer=observer)
