"""A unit of work whose writes are always taken back: what a decision reads, as the events up to it have it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from attrs import define, field

from leadrouter.assignment.load import Load
from leadrouter.assignment.standing import Standing
from leadrouter.audit.projections import Projections
from leadrouter.lifecycle.breaker import Breaker
from leadrouter.lifecycle.company import Company
from leadrouter.lifecycle.state import LeadState


@define(eq=False)
class Scratch:
    """The part of `ledger.Transaction` that placing a lead asks for."""

    projections: Projections
    _before: list[tuple[str, LeadState | None]] = field(factory=list, init=False)

    @property
    def clients(self) -> Scratch:
        """The companies."""
        return self

    def company(self, id: str) -> Company | None:  # noqa: A002  # the word of all values here
        """Return a company, or None where there is none of that id."""
        return self.projections.company(id)

    def count(self) -> int:
        """Return how many leads there are."""
        return self.projections.count

    def lead(self, lead_id: str) -> LeadState | None:
        """Return where an open lead stands."""
        return self.projections.leads.get(lead_id)

    def waiting(self) -> tuple[LeadState, ...]:
        """Return the first lead of each queue, in the order in which they are served."""
        return tuple(self.projections.leads[lead_id] for lead_id in self.projections.queues.heads())

    def load(self, person: str) -> Load | None:
        """Return what a person has on his hands."""
        return self.projections.loads.get(person)

    def standing(self, pool: str) -> Standing | None:
        """Return what fairness has counted in a pool."""
        return self.projections.standings.get(pool)

    def breaker(self, pool: str) -> Breaker | None:
        """Return the breaker of a pool."""
        return self.projections.breakers.get(pool)

    def put_lead(self, state: LeadState, *, seen: int) -> None:  # noqa: ARG002  # nobody else writes
        """Keep where a lead stands."""
        self._before.append((state.lead_id, self.projections.leads.get(state.lead_id)))
        self._put(state.lead_id, state)

    @contextmanager
    def taken_back(self) -> Iterator[Scratch]:
        """Begin a unit of work, and take back at its end what was put."""
        try:
            yield self
        finally:
            while self._before:
                self._put(*self._before.pop())

    def _put(self, lead_id: str, state: LeadState | None) -> None:
        if state is None:
            del self.projections.leads[lead_id]
        else:
            self.projections.leads[lead_id] = state
        self.projections.queues.put(lead_id, state)
