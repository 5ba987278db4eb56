"""A new lead put on its ladder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadrouter.assignment.assign import fields_of
from leadrouter.event import Event
from leadrouter.facts import write_value
from leadrouter.lead import Lead
from leadrouter.ledger.chain import salted
from leadrouter.lifecycle.assignment import Assignment
from leadrouter.lifecycle.company import Known
from leadrouter.lifecycle.desk import Desk
from leadrouter.lifecycle.ladder import serve
from leadrouter.lifecycle.state import LeadState
from leadrouter.routing.decision import Decision, digest_of
from leadrouter.routing.intake import lead_id_of
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.rule_pack import RulePack
from leadrouter.zone import in_utc


def place(
    desk: Desk,
    pack: RulePack,
    organisation_digest: str,
    *,
    lead: Lead,
    salt: str,
    outcome: Outcome,
    supplied: Mapping[str, Any],
    known: Known,
    company: str,
) -> Decision:
    """Put a new lead on its ladder, serve what waits, and return what became of the lead.

    It arrived when it was received, or now; never later than now. `salt` is that of its entry.
    """
    organisation = desk.house.organisation
    route = pack.checked.routes[outcome.route]
    asks = _facts(pack, outcome, fields_of(route, organisation))
    counted = organisation.fields - {organisation.size}
    state = desk.begin(
        LeadState(
            lead_id=lead_id_of(lead.key),
            number=desk.work.count() + 1,
            version=1,
            status="waiting",
            lead_class=outcome.lead_class,
            route=outcome.route,
            pack=pack.digest,
            arrived=desk.at if lead.received is None else min(in_utc(lead.received), desk.at),
            destination=str(organisation.settle(route.steps[0].to)),
            priority=route.steps[0].priority,
            asks={name: value for name, value in asks.items() if name not in counted},
            worth={name: value for name, value in asks.items() if name in counted},
            company=company,
        )
    )
    before = len(desk.events)
    serve(desk)
    decision = Decision(
        lead_id=state.lead_id,
        key=lead.key,
        at=desk.at,
        outcome=outcome,
        assignment=Assignment.of(event for event in desk.events[before:] if event.lead_id == state.lead_id),
        organisation_digest=organisation_digest,
        roster_digest=desk.house.roster_digest,
        supplied=supplied,
        known=known,
        pack=pack,
    )
    desk.events.insert(before, _routed(decision, state, salted(salt, lead.payload)))
    return decision


def _facts(pack: RulePack, outcome: Outcome, names: frozenset[str]) -> dict[str, Any]:
    types, facts = pack.checked.types, outcome.facts
    return {name: write_value(types[name], facts[name]) for name in sorted(names) if name in facts and name in types}


def _routed(decision: Decision, state: LeadState, payload: str) -> Event:
    """Return the first event of a lead.

    Its evidence is what its state begins with, and the digests of what was answered and of the payload that it
    was answered to, so that the chain of events covers both.
    """
    return Event(
        name="lead.routed",
        lead_id=decision.lead_id,
        at=decision.at,
        version=1,
        details={
            "lead_class": decision.lead_class,
            "route": decision.route,
            "destination": decision.destination,
            "assignee": decision.assignee,
            **({} if decision.known.rule is None else {"known_by": decision.known.rule}),
        },
        evidence={
            "number": state.number,
            "pack": state.pack,
            "arrived": state.arrived.isoformat(),
            "destination": state.destination,
            "priority": state.priority,
            "asks": dict(state.asks),
            "worth": dict(state.worth),
            "company": state.company,
            "sla_due": None if state.sla_due is None else state.sla_due.isoformat(),
            "payload": payload,
            "record": digest_of(decision.to_json()),
        },
    )
