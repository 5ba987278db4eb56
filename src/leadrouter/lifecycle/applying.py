"""A plan of a handover is made true, once: what has changed since is skipped, whoever is gone makes it stale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from attrs import frozen

from leadrouter.assignment.gate import ClosedGate
from leadrouter.destination import Person
from leadrouter.errors import Fault, LifecycleError, PlanError
from leadrouter.lifecycle.clients import give
from leadrouter.lifecycle.company import Company
from leadrouter.lifecycle.desk import Desk
from leadrouter.lifecycle.handover import choose_at, hand_over, places
from leadrouter.lifecycle.ladder import choose_one
from leadrouter.lifecycle.pausing import require_person
from leadrouter.lifecycle.plan import Applied, Move, Plan
from leadrouter.lifecycle.portfolio import most_room
from leadrouter.lifecycle.state import LeadState
from leadrouter.rulepack.route import Step

CHANGED: Final = "it has changed since the plan was made"
GONE: Final = frozenset({"left", "absent", "paused"})
"""The gates that somebody is behind who is not there to take anything over."""


def apply(desk: Desk, plan: Plan) -> Applied:
    """Make the moves of a plan, once; what has changed since it was made is skipped and told.

    Raises:
        UnknownPersonError: the organisation does not have somebody in it.
        PlanError: somebody who would take something over has left, is absent or is paused; nothing is moved.
        LifecycleError: the plan is over already.
    """
    if desk.work.text(plan.id) is not None:
        return Applied(was_applied=True)
    if plan.until is not None and plan.until <= desk.at:
        raise LifecycleError(f"the handover of `{plan.person}` was over {plan.until.isoformat()}")
    applying = _Applying(desk, plan)
    stale = list(applying.faults())
    if stale:
        raise PlanError(stale)
    moved: list[Move] = []
    skipped: list[tuple[Move, str]] = []
    for move in plan.moves:
        why = applying.stays(move) or applying.make(move)
        if why is None:
            moved.append(move)
        else:
            skipped.append((move, why))
    desk.work.keep(plan.id, plan.to_json())
    until = None if plan.until is None else plan.until.isoformat()
    desk.tell(
        "person.handed_over",
        person=plan.person,
        plan=plan.id,
        reason=plan.reason,
        until=until,
        moved=len(moved),
        skipped=len(skipped),
    )
    return Applied(moved=tuple(moved), skipped=tuple(skipped))


@frozen
class _Applying:
    """A plan at a desk."""

    desk: Desk
    plan: Plan

    def lead(self, move: Move) -> LeadState | None:
        """Return where a lead stands, if it has not changed since the plan was made."""
        stored = self.desk.work.lead(move.id)
        return None if stored is None or stored.version != move.version else self.desk.lead(move.id)

    def client(self, move: Move) -> Company | None:
        """Return a client who has not changed since the plan was made."""
        client = self.desk.work.clients.company(move.id)
        is_same = client is not None and client.version == move.version and client.held_by == self.plan.person
        return client if is_same else None

    def stays(self, move: Move) -> str | None:
        """Return why there is nothing to move, or nowhere."""
        person = self.plan.person
        match move.kind:
            case "client":
                if self.client(move) is None:
                    return CHANGED
            case "offer" | "lead":
                state = self.lead(move)
                if state is None:
                    return CHANGED
                offered_to = [offer.person for offer in state.offers]
                if person not in (offered_to if move.kind == "offer" else [state.holder]):
                    return f"it is not {person}'s"
            case _:
                assert_never(move.kind)
        return "it stays" if move.kind != "offer" and move.to in (None, person) else None

    def faults(self) -> Iterator[Fault]:
        """Yield the moves to people who are not there to take anything over."""
        for move in self.plan.moves:
            if move.kind == "offer" or move.to is None or self.stays(move) is not None:
                continue
            require_person(self.desk.house.organisation, move.to)
            gone = ", ".join(gate.figures for gate in self.closed(move, move.to) if gate.name in GONE)
            if gone:
                message = f"the plan is stale: `{move.to}` cannot take {move.kind} {move.id}: {gone}"
                fix = "make a new plan, or give it to somebody else in this one"
                yield Fault(code="LR857", message=message, where=self.plan.id, fix=fix)

    def closed(self, move: Move, to: str) -> tuple[ClosedGate, ...]:
        """Return the gates that keep somebody from a move, wherever a new plan would ask him.

        Whom it would not ask at all takes a lead by order of whoever has reviewed the plan.
        """
        client = self.client(move) if move.kind == "client" else None
        if client is not None:
            return most_room(self.desk, [to], client.size).closed.get(to, ())
        state, person = self.desk.lead(move.id), self.plan.person
        asked = [
            choose_at(self.desk, state, step, person, is_last=is_last)
            for step, is_last in places(self.desk, state, person)
        ]
        found = [choice.closed.get(to, ()) for choice in asked if to in choice.pool]
        if found:
            return min(found, key=lambda gates: sum(gate.name in GONE for gate in gates))
        ordered = choose_one(self.desk, state, Step(to=Person(to)), to)
        return (*ordered.closed.get(to, ()), *ordered.noted.get(to, ()))

    def make(self, move: Move) -> str | None:
        """Make a move; return why not, where there is no room for it."""
        desk, plan, to = self.desk, self.plan, str(move.to)
        if move.kind == "client":
            client = self.client(move)
            assert client is not None, "INVARIANT: what has changed stays"
            give(desk, client, to, "client.handed_over", plan=plan.id)
            return None
        state = desk.lead(move.id)
        if move.kind == "offer":
            desk.happen(state, "lead.declined", by=plan.person, reason=f"handover: {plan.reason}")
            return None
        choice = choose_one(desk, state, Step(to=Person(to)), to)
        if not choice.offered_to:
            return choice.why_not()[to]
        hand_over(desk, state, plan.person, to, plan.until)
        return None
