"""Down the ladder of a route to the person who acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from leadrouter.assignment.duties import Duties
from leadrouter.assignment.round_robin import next_in_turn
from leadrouter.destination import Department, OnDuty
from leadrouter.organisation import Organisation, Settled
from leadrouter.readonly import read_only
from leadrouter.rulepack.route import Route


@frozen(kw_only=True)
class Assignment:
    """Who acts, on which step of the route, and why.

    `destination` is the step's, with `inbound` settled by the staffing; `pool` are the people there who
    can act; `last` had the turn before; `empty` are the destinations of earlier steps that reached nobody.
    `out` says of the other people there why they cannot act now; `duty` what decided who is on duty.
    """

    step: int
    destination: str
    pool: tuple[str, ...]
    assignee: str
    last: str | None
    empty: tuple[str, ...] = ()
    out: Mapping[str, str] = field(factory=dict, converter=read_only, hash=False)
    duty: dict[str, Any] | None = field(default=None, hash=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the same for programs."""
        return {
            "step": self.step,
            "destination": self.destination,
            "pool": list(self.pool),
            "assignee": self.assignee,
            "last": self.last,
            "empty": list(self.empty),
            **({"out": dict(self.out)} if self.out else {}),
            **({} if self.duty is None else {"duty": self.duty}),
        }

    @classmethod
    def from_dict(cls, held: dict[str, Any]) -> Assignment:
        """Return what `to_dict` gave."""
        return cls(**{**held, "pool": tuple(held["pool"]), "empty": tuple(held["empty"])})

    def why_not(self) -> dict[str, str]:
        """Say of everybody else who belongs there why the lead is not theirs."""
        reason = f"waits for the turn: {self.assignee} comes after {self.last or 'nobody yet'}"
        return {**{person: reason for person in self.pool if person != self.assignee}, **self.out}


def assign(
    route: Route, organisation: Organisation, last_of: Callable[[str], str | None], duties: Duties, at: datetime
) -> Assignment:
    """Return who acts at an instant: the next in turn on the first step that reaches anybody.

    Whoever is absent is given nothing from a department's pool, and whoever is off duty nothing from a
    duty role's. Where that leaves nobody on any step, the last step takes the lead all the same, because
    no lead may be lost: a department gives it to everybody in turn, a role to its fallback, or to whoever
    is on duty next. `last_of` gives who had the turn before at a destination. A route that has been checked
    against the organisation always reaches somebody.
    """
    steps = [(number, organisation.settle(step.to)) for number, step in enumerate(route.steps, start=1)]
    reached = [(number, settled, *_present(settled, organisation, duties, at)) for number, settled in steps]
    found = next((each for each in reached if each[2]), None)
    if found is None:
        number, settled, _, out = reached[-1]
        found = number, settled, _all_the_same(settled, organisation, duties, at), out
    number, settled, pool, out = found
    if not pool:
        raise ValueError(f"INVARIANT: route `{route.name}` reaches somebody")
    last = last_of(str(settled))
    return Assignment(
        step=number,
        destination=str(settled),
        pool=pool,
        assignee=next_in_turn(pool, last),
        last=last,
        empty=tuple(str(settled) for earlier, settled in steps if earlier < number),
        out={person: reason for person, reason in out.items() if person not in pool},
        duty=duties.told(settled.role, at) if isinstance(settled, OnDuty) else None,
    )


def _present(
    settled: Settled, organisation: Organisation, duties: Duties, at: datetime
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return who can act at a destination, and why the others there cannot."""
    pool = organisation.pool(settled)
    if isinstance(settled, OnDuty):
        on_duty = tuple(person for person in duties.on_duty(settled.role, at) if person in organisation.people)
        away = duties.absences(at)
        off = [person for person in pool if person not in on_duty]
        return on_duty, {person: away[person].reason if person in away else "off duty" for person in off}
    if isinstance(settled, Department):
        away = duties.absences(at)
        out = {person: away[person].reason for person in pool if person in away}
        return tuple(person for person in pool if person not in out), out
    return pool, {}


def _all_the_same(settled: Settled, organisation: Organisation, duties: Duties, at: datetime) -> tuple[str, ...]:
    """Return who takes a lead that nobody who is there can take."""
    if isinstance(settled, OnDuty):
        return tuple(person for person in duties.instead(settled.role, at) if person in organisation.people)
    return organisation.pool(settled)
