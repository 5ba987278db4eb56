"""Who has room for one more client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from attrs import field, frozen

from leadrouter.assignment.asked import Asked
from leadrouter.assignment.gate import ClosedGate, Scene, closed_gates
from leadrouter.lifecycle.desk import Desk
from leadrouter.readonly import read_only

KEPT_FROM_CLIENTS = frozenset({"left", "absent", "portfolio"})
"""The gates that keep somebody from a new client; a client can wait until office hours, a lead cannot."""


@frozen(kw_only=True)
class Room:
    """Who has most room for a client, how much of each portfolio is in use, and why not the others."""

    person: str | None
    used: Mapping[str, Fraction] = field(converter=read_only, hash=False)
    closed: Mapping[str, tuple[ClosedGate, ...]] = field(converter=read_only, hash=False)

    @property
    def is_full(self) -> bool:
        """Whether nothing but full portfolios keeps the client from everybody."""
        return self.person is None and all(gate.name == "portfolio" for gates in self.closed.values() for gate in gates)

    def reasons(self) -> dict[str, str]:
        """Say in figures why each of them has the client or not."""
        open_ = {person: f"portfolio {float(part):.0%} in use" for person, part in self.used.items()}
        shut = {person: ", ".join(map(str, gates)) for person, gates in self.closed.items()}
        return dict(sorted((open_ | shut).items()))


def most_room(desk: Desk, people: Iterable[str], size: str) -> Room:
    """Return who has most room in the portfolio for a client of a size; of equal ones the first by id."""
    organisation = desk.house.organisation
    scene = Scene(
        organisation=organisation,
        at=desk.at,
        tz=desk.house.tz,
        today=desk.at.astimezone(desk.house.tz).date(),
        asked=Asked(),
        size=size,
        is_client=False,
        declined=frozenset(),
        away=desk.house.duties.absences(desk.at),
        shut=frozenset(),
    )
    used: dict[str, Fraction] = {}
    closed: dict[str, tuple[ClosedGate, ...]] = {}
    for id_ in sorted(people):
        gates = closed_gates(organisation.people[id_], desk.load(id_), scene)
        kept = tuple(gate for gate in gates if gate.name in KEPT_FROM_CLIENTS)
        if kept:
            closed[id_] = kept
        else:
            used[id_] = organisation.roll.limits[id_].portfolio.used(desk.load(id_).holdings)
    person = min(used, key=lambda id_: (used[id_], id_), default=None)
    return Room(person=person, used=used, closed=closed)
