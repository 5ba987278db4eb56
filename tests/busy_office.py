"""An office in which everything happens once that a ledger can keep, in few leads."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from leadrouter import ConflictError, Contact, Decision, FactsError, Lead, Organisation, Router, RulePack
from leadrouter.ledger.ledger import Ledger

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = b"a secret of the office"
_MINUTE = timedelta(minutes=1)

PACK = RulePack.parse("""
pack: busy
vocabulary:
  source: {enum: [call, web_form]}
  existing: bool
  recurring: bool
  hurry: bool
  size: {enum: [small, large]}
  message: text
streams: {request: kind == "request", visit: kind == "visit"}
patterns:
  - {pattern: often, at_least: 3, of: request, within: 30d}
  - {pattern: visited, at_least: 1, of: visit, within: 30d}
tag:
  - {rule: written, when: 'contains(message, "срочно")', tag: urgent}
  - {rule: guest, when: visited, tag: guest}
classify:
  - {rule: keen, when: often, class: complex}
  - {rule: rest, default: true, class: mass}
route:
  - {rule: known, when: existing, to: owned}
  - {rule: hasty, when: hurry, to: hasty}
  - {rule: new, default: true, to: sales}
routes:
  sales: [{to: department(sales), offer: 5m, until: 30m}, {to: head(sales)}]
  hasty: [{to: department(sales), strategy: first_accept, offers: 2, offer: 5m}, {to: head(sales)}]
  owned: [{to: owner, offer: 10m, until: 20m}, {to: department(client)}, {to: head(client)}]
transfer: [{rule: served, when: recurring, to: department(client)}]
sla: {acceptance: 5m, first_contact: {within: 30m, remind: [10m]}}
""")
OFFICE = Organisation.parse("""
organisation: busy
staffing: department
size: size
breaker: {expiries: 2, within: 30m}
departments:
  sales: {kind: inbound, head: olga, people: [anna, boris], capacity: 4, portfolio: {small: 3, large: 1}}
  client: {kind: client, head: marina, people: [egor, lev], capacity: 3, portfolio: 4}
people: {anna: {quota: {hour: 6}}, boris: {deputy: anna}, egor: {}, lev: {}, marina: {}, olga: {}}
""")


class BusyOffice:
    """A router on a ledger, and what can be done with it in few words; a minute passes with each lead."""

    def __init__(self, ledger: Ledger, **settings: Any) -> None:
        self.router = Router(PACK, OFFICE, ledger, identity_key=KEY, **settings)
        self.at = AT
        self.count = 0

    def lead(self, company: str | None = None, *, phone: str | None = None, **facts: Any) -> Decision:
        """Route a lead."""
        self.count += 1
        self.at += _MINUTE
        contact = Contact(phone=phone, name=None if phone is None else "Ilya Test")
        return self.router.route(
            Lead(id=str(self.count), source="call", company=company, contact=contact, facts=facts), at=self.at
        )

    def win(self, decision: Decision) -> None:
        """Accept a lead and win it."""
        by = str(decision.assignee)
        self.router.accept(decision.lead_id, by=by, at=self.at)
        self.router.won(decision.lead_id, by=by, at=self.at)

    def everything(self) -> None:
        """Let everything happen, a time seal among it."""
        router = self.router
        first = self.lead("Press", phone="8 912 345-67-89", size="small", recurring=True, message="срочно, Ilya")
        self.win(first)
        self.win(self.lead("Lathe", size="large"))
        router.record("visit", key="v1", company="Mill", contact="ilya@example.com", at=self.at)
        router.record("visit", key="v2", lead_id=first.lead_id, facts={"size": "small"}, at=self.at)
        router.clients.enter(Lead(company="Foundry"), owner="boris", size="small", at=self.at)
        router.clients.enter(Lead(company="Forge", id="2"), owner="anna", at=self.at)
        router.clients.transfer(self._client("Forge"), to="lev", by="olga", at=self.at)
        self.lead("Foundry", hurry=False)
        twice = [self.lead("Mill", hurry=True), self.lead("Mill", phone="8 912 345-67-80"), self.lead("Mill")]
        by = twice[0].assignment.offered_to[-1]
        router.accept(twice[0].lead_id, by=by, at=self.at)
        router.contacted(twice[0].lead_id, by=by, at=self.at)
        router.decline(twice[1].lead_id, by=str(twice[1].assignee), at=self.at, reason="busy")
        router.clients.link(first.lead_id, twice[0].lead_id, by="olga", at=self.at)
        router.clients.unlink(twice[2].lead_id, by="olga", at=self.at)
        router.clients.forget(twice[2].lead_id, at=self.at)
        router.pause("egor", at=self.at, until=self.at + timedelta(hours=1))
        router.pause("lev", at=self.at)
        router.resume("lev", at=self.at)
        router.tick(at=self.at + 11 * _MINUTE)
        self.at += 11 * _MINUTE
        late = [self.lead(), self.lead()]
        router.reassign(late[0].lead_id, to="olga", by="olga", at=self.at)
        router.credit(late[1].lead_id, by="olga", at=self.at)
        router.apply(router.handover("boris", at=self.at, until=self.at + timedelta(days=1)), at=self.at)
        router.tick(at=self.at + 8 * _MINUTE)
        router.close_breaker("department(sales)", at=self.at + 9 * _MINUTE)
        self.at += 10 * _MINUTE
        router.lost(late[1].lead_id, by="olga", at=self.at)
        router.credit(late[1].lead_id, by="olga", at=self.at)
        self.lead("Press", size="large")
        with suppress(FactsError):
            router.route(Lead(id="x", source="call", facts={"size": "huge", "message": "Ilya"}), at=self.at)
        with suppress(ConflictError):
            router.route(Lead(id="1", source="call", company="Press", contact=Contact(name="Ilya Else")), at=self.at)
        router.deliver("crm", lambda _: None)

    def _client(self, company: str) -> str:
        return str(self.router.clients.known(Lead(company=company)).company)
