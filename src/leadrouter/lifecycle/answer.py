"""What people do with a lead: accept, decline, contact, win, lose, pass on; each at most once.

Whoever says again what was said already changes nothing: a retry is no mistake.
"""

from __future__ import annotations

from leadrouter.destination import Person
from leadrouter.errors import LifecycleError
from leadrouter.lifecycle.desk import Desk
from leadrouter.lifecycle.ladder import choose_one
from leadrouter.lifecycle.pausing import require_person
from leadrouter.lifecycle.state import LeadState
from leadrouter.rulepack.route import Step


def accept(desk: Desk, state: LeadState, by: str) -> LeadState:
    """Give the lead to whom it was offered; the other offers are withdrawn, and their turns given back.

    Raises:
        LifecycleError: it is not offered to that person.
    """
    if state.holder is not None and state.holder == by and state.is_open:
        return state
    _require_offer(state, by, "accept")
    state = _withdraw(desk, state, [offer.person for offer in state.offers if offer.person != by])
    if desk.breaker(state.destination).is_open:
        close_breaker(desk, state.destination)
    return desk.happen(state, "lead.accepted", by=by)


def decline(desk: Desk, state: LeadState, by: str, reason: str | None) -> LeadState:
    """Take back the offer to somebody who does not want it; he is not asked again in this step.

    Raises:
        LifecycleError: it is not offered to that person.
    """
    if by in state.declined:
        return state
    _require_offer(state, by, "decline")
    return desk.happen(state, "lead.declined", by=by, reason=reason)


def contacted(desk: Desk, state: LeadState, by: str) -> LeadState:
    """Note that the client was reached; whoever reaches him has accepted.

    Raises:
        LifecycleError: neither holds that person the lead, nor is it offered to him.
    """
    if state.holder == by and state.status == "contacted":
        return state
    return desk.happen(accept(desk, state, by), "lead.contacted", by=by)


def won(desk: Desk, state: LeadState, by: str) -> LeadState:
    """Close a lead with a deal.

    Raises:
        LifecycleError: nobody holds it, or it was lost.
    """
    if state.status == "won":
        return state
    _require_open(state, "won")
    if state.holder is None:
        raise LifecycleError(f"lead {state.lead_id} is {state.status}: nobody holds it who could win it", state.lead_id)
    return desk.happen(state, "lead.won", by=by, holder=state.holder)


def lost(desk: Desk, state: LeadState, by: str, reason: str | None) -> LeadState:
    """Close a lead without a deal; one that nobody holds may be closed as well.

    Raises:
        LifecycleError: it was won.
    """
    if state.status == "lost":
        return state
    _require_open(state, "lost")
    return desk.happen(state, "lead.lost", by=by, holder=state.holder, reason=reason)


def reassign(desk: Desk, state: LeadState, to: str | None, by: str, reason: str | None) -> LeadState:
    """Give an open lead to somebody by order, or back to its step where `to` is None.

    Where it goes back, whoever held it or was offered it is not asked again in this step. Offers that nobody
    has answered are given back; the turn of somebody who accepted stays counted.

    Raises:
        LifecycleError: the lead is closed, or that person has left, or is at capacity.
        UnknownPersonError: the organisation does not have that person.
    """
    if to is not None and state.holder == to:
        return state
    _require_open(state, "reassigned")
    people = list(state.counted)
    if to is None:
        state = _withdraw(desk, state, [offer.person for offer in state.offers])
        accountable = desk.accountable(state)
        return desk.happen(state, "lead.released", people=people, accountable=accountable, by=by, reason=reason)
    _require_room(desk, state, to)
    state = _withdraw(desk, state, [offer.person for offer in state.offers])
    return desk.happen(state, "lead.reassigned", to=to, left=state.holder, by=by, reason=reason)


def credit(desk: Desk, state: LeadState, by: str, reason: str | None) -> LeadState:
    """Take the latest offer of a worthless lead out of the standing: whoever it was counted for is owed another.

    Raises:
        LifecycleError: it stands in nobody's account.
    """
    if state.is_credited:
        return state
    if not state.charged:
        raise LifecycleError(f"lead {state.lead_id} stands in nobody's account", state.lead_id)
    desk.give_back(state, state.charged)
    evidence, people = desk.quotas(state.charged), list(state.charged)
    return desk.happen(state, "lead.credited", evidence=evidence, people=people, pool=state.pool, by=by, reason=reason)


def close_breaker(desk: Desk, pool: str) -> None:
    """Go on offering in a pool whose breaker is open."""
    breaker = desk.breaker(pool)
    if breaker.is_open:
        desk.put_breaker(breaker.closed())
        desk.tell("pool.breaker_closed", pool=pool)


def _withdraw(desk: Desk, state: LeadState, people: list[str]) -> LeadState:
    """Take back offers that nobody has answered; it is as if they had not been made."""
    if not people:
        return state
    desk.give_back(state, people)
    return desk.happen(state, "lead.withdrawn", evidence=desk.quotas(people), people=people)


def _require_offer(state: LeadState, by: str, verb: str) -> None:
    if not any(offer.person == by for offer in state.offers):
        if not state.is_open:
            message = f"lead {state.lead_id} was {state.status}: `{by}` cannot {verb} it"
            raise LifecycleError(message, state.lead_id)
        asked = ", ".join(offer.person for offer in state.offers)
        where = f"is offered to {asked}" if asked else f"is {state.status}"
        whose = where if state.holder is None else f"is with {state.holder}"
        message = f"`{by}` cannot {verb} lead {state.lead_id}: it is not offered to `{by}` now, it {whose}"
        raise LifecycleError(message, state.lead_id)


def _require_open(state: LeadState, what: str) -> None:
    if not state.is_open:
        raise LifecycleError(f"lead {state.lead_id} was {state.status}, it cannot be {what}", state.lead_id)


def _require_room(desk: Desk, state: LeadState, person: str) -> None:
    require_person(desk.house.organisation, person)
    if person not in state.counted:
        choice = choose_one(desk, state, Step(to=Person(person)), person)
        if not choice.offered_to:
            why = choice.why_not()[person]
            raise LifecycleError(f"lead {state.lead_id} cannot go to `{person}`: {why}", state.lead_id)
