"""A new lead put on its ladder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leadrouter.assignment.assign import fields_of
from leadrouter.event import Event
from leadrouter.facts import write_value
from leadrouter.lifecycle.assignment import Assignment
from leadrouter.lifecycle.company import Company, Known
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
    key: str,
    received: datetime | None,
    outcome: Outcome,
    supplied: Mapping[str, Any],
    known: Known,
    company: Company,
    covers: Mapping[str, str],
) -> Decision:
    """Put a new lead on its ladder, serve what waits, and return what became of the lead.

    It arrived when it was received, or now; never later than now.

    Args:
        desk: the unit of work.
        pack: the pack that has decided it.
        organisation_digest: that of the desk's organisation.
        key: the key of its event.
        received: when it says that it was received.
        outcome: what the pack has decided.
        supplied: the facts that the ledger knew.
        known: what was known of its company.
        company: the company that it has begun.
        covers: digests of what the chain of events is to cover beside the record: of the `payload`, and of what
            was `noted`.
    """
    organisation = desk.house.organisation
    route = pack.checked.routes[outcome.route]
    asks = _facts(pack, outcome, fields_of(route, organisation))
    counted = organisation.fields - {organisation.size}
    state = desk.begin(
        LeadState(
            lead_id=lead_id_of(key),
            number=desk.work.count() + 1,
            version=1,
            status="waiting",
            lead_class=outcome.lead_class,
            route=outcome.route,
            pack=pack.digest,
            arrived=desk.at if received is None else min(in_utc(received), desk.at),
            destination=str(organisation.settle(route.steps[0].to)),
            priority=route.steps[0].priority,
            asks={name: value for name, value in asks.items() if name not in counted},
            worth={name: value for name, value in asks.items() if name in counted},
            company=company.root,
        )
    )
    before = len(desk.events)
    serve(desk)
    decision = Decision(
        lead_id=state.lead_id,
        key=key,
        at=desk.at,
        outcome=outcome,
        assignment=Assignment.of(event for event in desk.events[before:] if event.lead_id == state.lead_id),
        organisation_digest=organisation_digest,
        roster_digest=desk.house.roster_digest,
        has_own_duties=desk.house.has_own_duties,
        own_strategies=tuple(sorted(desk.house.strategies)),
        supplied=supplied,
        known=known,
        pack=pack,
    )
    desk.events.insert(before, _routed(decision, state, company.link, covers))
    return decision


def _facts(pack: RulePack, outcome: Outcome, names: frozenset[str]) -> dict[str, Any]:
    """Return the facts of these names as JSON holds them, those of the pack's that are known."""
    types = pack.checked.types
    asked = sorted(names & types.keys())
    facts = outcome.facts if asked else {}
    return {name: write_value(types[name], facts[name]) for name in asked if name in facts}


def _routed(decision: Decision, state: LeadState, link: str | None, covers: Mapping[str, str]) -> Event:
    """Return the first event of a lead.

    Its evidence is what its state and its company begin with, and the digests of what was answered and of the
    payload that it was answered to, so that the chain of events covers both.
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
            **({} if link is None else {"link": link}),
            **covers,
            "record": digest_of(decision.to_json()),
        },
    )
