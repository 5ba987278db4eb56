"""Down the ladder of a route to the person who acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen

from leadrouter.assignment.round_robin import next_in_turn
from leadrouter.organisation import Organisation
from leadrouter.rulepack.route import Route


@frozen(kw_only=True)
class Assignment:
    """Who acts, on which step of the route, and why.

    `destination` is the step's, with `inbound` settled by the staffing; `pool` are the people there;
    `last` had the turn before; `empty` are the destinations of earlier steps that reached nobody.
    """

    step: int
    destination: str
    pool: tuple[str, ...]
    assignee: str
    last: str | None
    empty: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the same for programs."""
        return {
            "step": self.step,
            "destination": self.destination,
            "pool": list(self.pool),
            "assignee": self.assignee,
            "last": self.last,
            "empty": list(self.empty),
        }

    @classmethod
    def from_dict(cls, held: dict[str, Any]) -> Assignment:
        """Return what `to_dict` gave."""
        return cls(**{**held, "pool": tuple(held["pool"]), "empty": tuple(held["empty"])})

    def why_not(self) -> dict[str, str]:
        """Say of everybody else in the pool why the lead is not theirs."""
        reason = f"waits for the turn: {self.assignee} comes after {self.last or 'nobody yet'}"
        return {person: reason for person in self.pool if person != self.assignee}


def assign(route: Route, organisation: Organisation, last_of: Callable[[str], str | None]) -> Assignment:
    """Return who acts: the next in turn on the first step that reaches anybody.

    `last_of` gives who had the turn before at a destination. A route that has been checked against
    the organisation always reaches somebody.
    """
    empty: list[str] = []
    for number, step in enumerate(route.steps, start=1):
        settled = organisation.settle(step.to)
        pool = organisation.pool(settled)
        if pool:
            last = last_of(str(settled))
            return Assignment(
                step=number,
                destination=str(settled),
                pool=pool,
                assignee=next_in_turn(pool, last),
                last=last,
                empty=tuple(empty),
            )
        empty.append(str(settled))
    raise ValueError(f"INVARIANT: route `{route.name}` reaches somebody")
