"""Who was offered a lead on a step, and why not the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from leadrouter.assignment.gate import ClosedGate
from leadrouter.assignment.standing import Given, Standing
from leadrouter.assignment.strategy import BY_CLAIM, Figure, figure_text, tie_text
from leadrouter.readonly import read_only


@frozen(kw_only=True)
class Choice:
    """What came of one step at one instant.

    Args:
        destination: the step's, with `inbound` settled by the staffing.
        strategy: the strategy that ranked the candidates.
        offered_to: whom the lead is offered to, best first; nobody where every gate is closed.
        pool: everybody there.
        figures: what the strategy compared of each candidate.
        closed: for everybody else the gates that are closed.
        noted: gates that are closed and do not keep the lead from whoever is accountable.
        is_busy: whether nobody could be offered it and somebody is only busy, so that it waits here.
        opens: where somebody is busy, the earliest instant at which somebody is known to be free, back or on duty by
            the clock alone.
        duty: of a duty role what decided who has duty: `source`, `layers`, `until`, `reasons`.
        given: what it adds to the pool's books; None where nobody was offered it.
        standing: the books after it.
    """

    destination: str
    strategy: str
    offered_to: tuple[str, ...]
    pool: tuple[str, ...]
    figures: Mapping[str, Figure] = field(converter=read_only, hash=False)
    closed: Mapping[str, tuple[ClosedGate, ...]] = field(converter=read_only, hash=False)
    noted: Mapping[str, tuple[ClosedGate, ...]] = field(factory=dict, converter=read_only, hash=False)
    is_busy: bool = False
    opens: datetime | None = None
    duty: Mapping[str, Any] | None = field(default=None, hash=False)
    given: Given | None = None
    standing: Standing = field(eq=False, repr=False)

    @property
    def present(self) -> tuple[str, ...]:
        """The people whom the destination means: of the pool all but those who are off duty."""
        return tuple(id_ for id_ in self.pool if all(gate.name != "duty" for gate in self.closed.get(id_, ())))

    def figure(self, person: str) -> str:
        """Say what the strategy compared of a candidate; with the part of this lead, where parts are not equal."""
        part = "" if self._parts is None else f", part {self._parts[person] / sum(self._parts.values()):.2f}"
        return f"{figure_text(self.strategy, self.figures[person])}{part}"

    @property
    def _parts(self) -> Mapping[str, int] | None:
        """What each was entitled to of this lead, where that is compared, and is more for some than for others."""
        if self.given is None or self.strategy not in BY_CLAIM:
            return None
        parts = self.given.parts
        return parts if max(parts.values()) - min(parts.values()) > 1 else None

    def why_not(self) -> dict[str, str]:
        """Say of everybody in the pool who was not offered the lead why not, in figures."""
        verb = "comes" if len(self.offered_to) == 1 else "come"
        reasons: dict[str, str] = {}
        for id_ in self.pool:
            if id_ in self.closed:
                reasons[id_] = "; ".join(map(str, self.closed[id_]))
            elif id_ not in self.figures:
                reasons[id_] = f"left out by {self.strategy}"
            elif id_ not in self.offered_to:
                ahead = ", ".join(f"{each} {self.figure(each)}" for each in self.offered_to)
                reasons[id_] = f"{self.figure(id_)}; {ahead} {verb} first by {self.strategy}{self._tie(id_)}"
        return reasons

    def _tie(self, person: str) -> str:
        """Say what put somebody behind the last one of those who were asked, where figures alone do not tell."""
        if self._parts is not None:
            return ": the sooner claim"
        return tie_text(self.strategy, self.figures, self.offered_to[-1], person)

    def to_dict(self) -> dict[str, Any]:
        """Return the same for programs, without the books; everything in it is JSON."""
        return {
            "destination": self.destination,
            "strategy": self.strategy,
            "offered_to": list(self.offered_to),
            "pool": list(self.pool),
            "figures": dict(self.figures),
            "closed": {id_: [each.to_list() for each in gates] for id_, gates in self.closed.items()},
            "noted": {id_: [each.to_list() for each in gates] for id_, gates in self.noted.items()},
            "is_busy": self.is_busy,
            "opens": None if self.opens is None else self.opens.isoformat(),
            **({} if self.duty is None else {"duty": dict(self.duty)}),
            "given": None if self.given is None else self.given.to_dict(),
            "standing": self.standing.pool,
        }

    @classmethod
    def from_dict(cls, held: dict[str, Any], standing: Standing | None = None) -> Choice:
        """Return what `to_dict` gave, with these books; with empty ones where they are left out."""
        gates = {
            name: {id_: tuple(map(ClosedGate.from_list, each)) for id_, each in held[name].items()}
            for name in ("closed", "noted")
        }
        return cls(
            destination=held["destination"],
            strategy=held["strategy"],
            offered_to=tuple(held["offered_to"]),
            pool=tuple(held["pool"]),
            figures=held["figures"],
            closed=gates["closed"],
            noted=gates["noted"],
            is_busy=held["is_busy"],
            opens=None if held["opens"] is None else datetime.fromisoformat(held["opens"]),
            duty=held.get("duty"),
            given=None if held["given"] is None else Given.from_dict(held["given"]),
            standing=Standing(pool=held["standing"]) if standing is None else standing,
        )
