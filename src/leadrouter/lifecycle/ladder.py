"""Down the ladder of a route: who is offered a waiting lead, and what time does to it.

A lead that waits is tried on its step; where that reaches nobody, on the next. What waits is served in
one order, whatever it waits for: priority, then arrival. Every door changes what it is about and then
serves, so that a younger lead never overtakes an older one that the same person could take.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from attrs import evolve

from leadrouter.assignment.assign import choose
from leadrouter.assignment.choice import Choice
from leadrouter.assignment.pool import Resolved, line_of, resolve
from leadrouter.destination import Hold
from leadrouter.lifecycle.desk import Desk
from leadrouter.lifecycle.state import NOBODY_LEFT, LeadState
from leadrouter.rulepack.route import Step
from leadrouter.zone import write_instant

BUSY: Final = "everybody who could take it is busy"
BREAKER: Final = "too many offers expired here: the breaker is open"
HELD: Final = "the route holds it"
NOT_YET: Final = "whoever is accountable cannot take it yet"
UNANSWERED: Final = "whoever is accountable has not taken it"
TIME_OVER: Final = "the time of the step is over"


def serve(desk: Desk) -> None:
    """Offer what waits to whoever can take it, in order, until nobody can take anything more.

    Whoever's step is over goes on first, and is served in the order of the step that he stands on then. A lead
    that nobody can take keeps nobody else from being served. Costs the number of queues, and as
    much again for each lead that is offered.
    """
    stuck: set[str | None] = set()
    while _is_anybody_served(desk, desk.waiting(), stuck):
        pass


def _is_anybody_served(desk: Desk, waiting: Sequence[LeadState], stuck: set[str | None]) -> bool:
    """Let one waiting lead go on, or be offered; tell whether there was one."""
    return any(_has_gone_on(desk, state) for state in waiting) or any(
        _is_served(desk, state, stuck) for state in waiting
    )


def _has_gone_on(desk: Desk, state: LeadState) -> bool:
    """Let a waiting lead whose step is over go on to the next; tell whether it did."""
    steps = desk.steps(state)
    if state.step == len(steps) or not is_over(state, steps[state.step - 1], desk.at):
        return False
    escalate(desk, state, TIME_OVER)
    return True


def _is_served(desk: Desk, state: LeadState, stuck: set[str | None]) -> bool:
    """Try a waiting lead; tell whether it waits no more, or on another step."""
    queue = state.queue
    if queue in stuck and state.because:
        return False
    if try_step(desk, state).queue != queue:
        return True
    stuck.add(queue)
    return False


def try_step(desk: Desk, state: LeadState) -> LeadState:
    """Offer a waiting lead on its step, whose time is not over, or let it wait, or go on to the next."""
    steps = desk.steps(state)
    step, is_last = steps[state.step - 1], state.step == len(steps)
    if isinstance(step.to, Hold):
        return _wait(desk, state, "lead.held", HELD, deadline=_end(state, step))
    if not is_last and desk.breaker(state.destination).is_open:
        return _wait(desk, state, "lead.waiting", BREAKER, deadline=_end(state, step))
    if is_last and state.declined and desk.accountable(state) in state.declined:
        return _unanswered(desk, state, step)
    choice = choose_on_step(desk, state)
    if choice.offered_to:
        return _offer(desk, state, step, choice, is_last=is_last)
    if is_last:
        is_gone = any(gate.name == "left" for gates in choice.closed.values() for gate in gates)
        name, because = ("lead.held", NOBODY_LEFT) if is_gone or not choice.pool else ("lead.waiting", NOT_YET)
        return _wait(desk, state, name, because, deadline=choice.opens, choice=choice)
    if choice.is_busy:
        deadline = min(filter(None, (_end(state, step), choice.opens)), default=None)
        return _wait(desk, state, "lead.waiting", BUSY, deadline=deadline, choice=choice)
    return escalate(desk, state, NOBODY_LEFT, choice)


def is_over(state: LeadState, step: Step, at: datetime) -> bool:
    """Tell whether the time of a step is over; it counts from the lead's arrival."""
    end = _end(state, step)
    return end is not None and end <= at


def escalate(desk: Desk, state: LeadState, because: str, choice: Choice | None = None) -> LeadState:
    """Go on to the next step."""
    following = desk.steps(state)[state.step]
    return desk.happen(
        state,
        "lead.escalated",
        evidence=None if choice is None else choice.to_dict(),
        left=state.destination,
        because=because,
        step=state.step + 1,
        destination=str(desk.house.organisation.settle(following.to)),
        priority=following.priority,
    )


def expire(desk: Desk, state: LeadState) -> LeadState:
    """Take back the offers whose time has run out.

    Whoever let one expire has missed the lead in this step, unless the breaker is open: then nobody is
    to blame, and the turn is given back.
    """
    people = [offer.person for offer in state.offers if offer.is_over(desk.at)]
    counts, evidence = True, {}
    if state.step < len(desk.steps(state)):
        counts = not _breaks(desk, state.destination, len(people))
        evidence["breaker"] = desk.breaker(state.destination).to_dict()
    if not counts:
        desk.give_back(state, people)
        evidence |= desk.quotas(people)
    details: dict[str, Any] = {"people": people, "counts": counts, "destination": state.destination}
    return desk.happen(state, "lead.expired", evidence=evidence, **details)


def overdue(desk: Desk, state: LeadState) -> LeadState:
    """Do to a lead what is due: expire its offers, end its step, or ask whoever is accountable again."""
    if state.deadline is None or state.deadline > desk.at:
        return state
    steps = desk.steps(state)
    if state.status == "offered":
        return expire(desk, state)
    if state.step < len(steps) and is_over(state, steps[state.step - 1], desk.at):
        return escalate(desk, state, TIME_OVER)
    if state.because == UNANSWERED:
        return desk.happen(state, "lead.asked_again", accountable=state.accountable)
    return state


def _breaks(desk: Desk, destination: str, expiries: int) -> bool:
    """Count expiries of a pool; tell whether its breaker is open then."""
    setting, breaker = desk.house.organisation.breaker, desk.breaker(destination)
    was_open = breaker.is_open
    for _ in range(expiries):
        breaker = breaker.expired(desk.at, most=setting.expiries, within=setting.within)
    desk.put_breaker(breaker)
    if breaker.is_open and not was_open:
        desk.tell("pool.breaker_opened", pool=destination, expiries=len(breaker.expiries))
    return breaker.is_open


def _offer(desk: Desk, state: LeadState, step: Step, choice: Choice, *, is_last: bool) -> LeadState:
    until = None if is_last else _end(state, step)
    if step.offer is not None:
        until = desk.at + step.offer
    desk.take(choice)
    return desk.happen(
        state,
        "lead.offered",
        evidence=choice.to_dict() | desk.quotas(choice.offered_to),
        people=list(choice.offered_to),
        until=write_instant(until),
        step=state.step,
        destination=state.destination,
        pool=choice.standing.pool,
        accountable=desk.accountable(state) or choice.offered_to[0],
    )


def choose_on_step(desk: Desk, state: LeadState) -> Choice:
    """Choose among the people of a lead's step; on the last one there is only whoever is accountable."""
    house, steps = desk.house, desk.steps(state)
    step, is_last = steps[state.step - 1], state.step == len(steps)
    resolved = resolve(step.to, house.organisation, house.duties, desk.at, owner=desk.owner(state))
    if is_last:
        line = line_of(step.to, house.organisation, house.duties, desk.at)
        resolved = evolve(resolved, people=line[-1:], deputised=line[:-1])
    return _chosen(desk, state, step, resolved, is_last=is_last)


def choose_one(desk: Desk, state: LeadState, step: Step, person: str) -> Choice:
    """Choose one person, or nobody where that one has left or has no room."""
    resolved = resolve(step.to, desk.house.organisation, desk.house.duties, desk.at)
    return _chosen(desk, state, step, evolve(resolved, people=(person,)), is_last=True)


def _chosen(desk: Desk, state: LeadState, step: Step, resolved: Resolved, *, is_last: bool = False) -> Choice:
    house = desk.house
    return choose(
        step,
        resolved,
        organisation=house.organisation,
        duties=house.duties,
        standing=desk.standing(resolved.standing_key(state.lead_class)),
        load_of=desk.load,
        facts={**state.asks, **state.worth},
        lead_class=state.lead_class,
        at=desk.at,
        declined=state.declined,
        is_last=is_last,
        strategies=house.strategies,
    )


def _unanswered(desk: Desk, state: LeadState, step: Step) -> LeadState:
    """Let a lead wait for whoever is accountable and has not taken it; nobody else is left to ask."""
    if state.because == UNANSWERED:
        return state
    deadline = desk.at if step.offer is None else desk.at + step.offer
    return _wait(desk, state, "lead.unanswered", UNANSWERED, deadline=deadline)


def _wait(
    desk: Desk, state: LeadState, name: str, because: str, *, deadline: datetime | None, choice: Choice | None = None
) -> LeadState:
    """Let a lead wait; nothing happens where it waits for the same reason already."""
    accountable = None if name == "lead.held" else desk.accountable(state)
    if (because, deadline, accountable) == (state.because, state.deadline, state.accountable):
        return state
    return desk.happen(
        state,
        name,
        evidence=None if choice is None else choice.to_dict(),
        because=because,
        step=state.step,
        destination=state.destination,
        deadline=write_instant(deadline),
        accountable=accountable,
    )


def _end(state: LeadState, step: Step) -> datetime | None:
    return None if step.until is None else state.arrived + step.until
