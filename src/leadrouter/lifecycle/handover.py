"""Leads pass on when somebody leaves, goes on leave or ends a shift, and come back where asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve

from leadrouter.assignment.assign import choose
from leadrouter.assignment.choice import Choice
from leadrouter.assignment.gate import ClosedGate
from leadrouter.assignment.pool import accountable, resolve
from leadrouter.assignment.strategy import figure_text
from leadrouter.destination import Department, Head, Person
from leadrouter.errors import LifecycleError
from leadrouter.lifecycle.desk import Desk
from leadrouter.lifecycle.ladder import choose_one
from leadrouter.lifecycle.lent import Lent
from leadrouter.lifecycle.pausing import require_person
from leadrouter.lifecycle.plan import REASONS, Move, Plan, Reason
from leadrouter.lifecycle.portfolio import most_room
from leadrouter.lifecycle.state import LeadState
from leadrouter.refusal import show
from leadrouter.rulepack.route import Step

NOBODY: Final = "nobody can take it"
LEAST_LOADED: Final = "least_loaded"
RETRY_ROOM: Final = timedelta(hours=1)
RETRY_ABSENT: Final = timedelta(days=1)


def plan(desk: Desk, person: str, reason: Reason, until: datetime | None) -> Plan:
    """Return who would take over what from somebody; nothing is written, and the desk is not used again.

    A lead goes to the least loaded of its own step, then of the person's department, then to the deputy,
    then to the head; each is asked as if what comes before in the plan was moved already. Clients pass
    on only where the person leaves: to whoever of the department has most room, else to the head, however
    full. Of somebody whom the organisation does not name any more it is not known where he belonged: the
    steps of the leads are all there is, and clients stay.

    Raises:
        UnknownPersonError: neither the organisation nor the ledger knows that person.
        LifecycleError: the plan would end before it begins, or somebody who leaves would come back.
        ValueError: there is no such reason.
    """
    is_known = person in desk.house.organisation.people
    if not is_known and desk.work.load(person) is None:
        require_person(desk.house.organisation, person)
    if reason not in REASONS:
        raise ValueError(f"reason is {show(reason)}, not one of {', '.join(REASONS)}")
    if until is not None and until <= desk.at:
        raise LifecycleError(f"the handover of `{person}` ends {until.isoformat()}, when it has not begun")
    if until is not None and not is_known:
        raise LifecycleError(f"`{person}` is in the organisation no more, nothing can come back: leave `until` out")
    if reason == "leaves" and until is not None:
        raise LifecycleError(f"`{person}` leaves for good: leave `until` out, or say `leave`")
    moves = [*_leads(desk, person, reason, until), *(_clients(desk, person) if reason == "leaves" else ())]
    return Plan(person=person, at=desk.at, reason=reason, until=until, moves=tuple(moves))


def give_back(desk: Desk, state: LeadState) -> LeadState:
    """Return a lead to whom it was taken from, when the time has come.

    Somebody who has left gets nothing back. Somebody who is still away gets it when back, somebody
    without room when there is room: until then it stays with whoever stands in.
    """
    while (place := _first_due(state, desk.at)) is not None:
        state = _given_back(desk, state, place)
    return state


def _first_due(state: LeadState, at: datetime) -> int | None:
    """Return the place of the first lender whose time has come: whoever lent it first has it back first."""
    return next((place for place, each in enumerate(state.lent) if each.until <= at), None)


def _given_back(desk: Desk, state: LeadState, place: int) -> LeadState:
    lender, before, after = state.lent[place].person, state.lent[:place], state.lent[place + 1 :]
    away, gates = desk.house.duties.absences(desk.at), _kept_from(desk, state, lender)
    if lender not in desk.house.organisation.people or any(gate.name == "left" for gate in gates):
        return _kept(desk, state, (*before, *after), f"{lender} has left")
    if lender in away:
        back = away[lender].until
        again = back if back is not None and back > desk.at else desk.at + RETRY_ABSENT
        return _kept(desk, state, (*before, Lent(lender, again), *after), f"{lender} is away")
    if gates:
        again = desk.at + RETRY_ROOM
        return _kept(desk, state, (*before, Lent(lender, again), *after), f"{lender}: {gates[0]}")
    return _moved(desk, state, "lead.returned", lender, before)


def _kept_from(desk: Desk, state: LeadState, person: str) -> tuple[ClosedGate, ...]:
    """Return what keeps somebody from a lead that comes back."""
    if person == state.holder or person not in desk.house.organisation.people:
        return ()
    return choose_one(desk, state, Step(to=Person(person)), person).closed.get(person, ())


def _kept(desk: Desk, state: LeadState, lent: tuple[Lent, ...], because: str) -> LeadState:
    return _moved(desk, state, "lead.not_returned", state.holder, lent, because=because)


def _moved(
    desk: Desk, state: LeadState, name: str, to: str | None, lent: tuple[Lent, ...], **details: str | None
) -> LeadState:
    held = [each.to_list() for each in lent]
    return desk.happen(state, name, evidence=None, to=to, left=state.holder, lent=held, **details)


def _leads(desk: Desk, person: str, reason: Reason, until: datetime | None) -> Iterator[Move]:
    """Yield what becomes of the open leads of somebody, in the order in which they would be served."""
    for state in sorted(desk.work.open_leads(), key=lambda each: each.order):
        if person not in state.counted or (reason == "shift" and state.status == "contacted"):
            continue
        if state.holder is None:
            because = f"its step goes on without {person}"
            yield Move(kind="offer", id=state.lead_id, version=state.version, because=because)
            continue
        choice, why_not = _receiver(desk, desk.lead(state.lead_id), person)
        why_not.pop(person, None)
        move = Move(kind="lead", id=state.lead_id, version=state.version, because=NOBODY, why_not=why_not)
        if choice is not None:
            to = choice.offered_to[0]
            move = evolve(move, to=to, because=f"{choice.destination}: {_figure(choice, to)}")
            hand_over(desk, desk.lead(state.lead_id), person, to, until)
        yield move


def _figure(choice: Choice, person: str) -> str:
    return figure_text(choice.strategy, choice.figures[person])


def _receiver(desk: Desk, state: LeadState, person: str) -> tuple[Choice | None, dict[str, str]]:
    """Return who can take a lead from somebody, and why the others that were asked cannot."""
    why_not: dict[str, str] = {}
    for step, is_last in places(desk, state, person):
        choice = choose_at(desk, state, step, person, is_last=is_last)
        why_not |= choice.why_not()
        if choice.offered_to:
            return choice, why_not
    return None, why_not


def places(desk: Desk, state: LeadState, person: str) -> Iterator[tuple[Step, bool]]:
    """Yield where somebody is looked for who can take a lead over, and whether that one is accountable."""
    people = desk.house.organisation.people
    steps, home = desk.steps(state), desk.house.organisation.home(person)
    step = evolve(steps[state.step - 1], strategy=LEAST_LOADED, offers=1)
    yield step, False
    if home is not None:
        yield evolve(step, to=Department(home.id)), False
    deputy = people[person].deputy if person in people else None
    if deputy is not None:
        yield evolve(step, to=Person(deputy)), False
    if home is not None and home.head is not None:
        yield evolve(step, to=Head(home.id)), True
    yield evolve(steps[-1], strategy=LEAST_LOADED, offers=1), True


def choose_at(desk: Desk, state: LeadState, step: Step, person: str, *, is_last: bool) -> Choice:
    """Choose among the people of a step but that person; office hours do not matter, the lead is known to them."""
    house = desk.house
    resolved = resolve(step.to, house.organisation, house.duties, desk.at, owner=desk.owner(state))
    people = resolved.people
    if is_last:
        answers = accountable(step.to, house.organisation, house.duties, desk.at)
        people = () if answers is None else (answers,)
    others = tuple(each for each in people if each != person)
    return choose(
        step,
        evolve(resolved, people=others, keeps_hours=False),
        organisation=house.organisation,
        duties=house.duties,
        standing=desk.standing(resolved.standing_key(state.lead_class)),
        load_of=desk.load,
        facts={**state.asks, **state.worth},
        lead_class=state.lead_class,
        at=desk.at,
        is_last=is_last,
    )


def hand_over(desk: Desk, state: LeadState, person: str, to: str, until: datetime | None) -> LeadState:
    """Move a lead from one person to another, for good or until it comes back."""
    lent = state.lent if until is None else (*state.lent, Lent(person, until))
    return _moved(desk, state, "lead.handed_over", to, lent)


def _clients(desk: Desk, person: str) -> Iterator[Move]:
    """Yield who takes over the clients of somebody who leaves."""
    organisation = desk.house.organisation
    home = organisation.home(person)
    for client in desk.work.clients.held_by(person):
        people = [each for each in (() if home is None else home.people) if each != person]
        room = most_room(desk, people, client.size)
        to, reasons = room.person, room.reasons()
        if to is None and home is not None and home.head not in (None, person):
            answers = most_room(desk, [str(home.head)], client.size)
            reasons |= answers.reasons()
            to = home.head if answers.is_full else answers.person
        because = NOBODY if to is None else reasons.pop(to)
        yield Move(kind="client", id=client.id, version=client.version, to=to, because=because, why_not=reasons)
        if to is not None:
            desk.put_load(desk.load(to).holding({client.size: 1}))
