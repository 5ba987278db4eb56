"""Somebody who could have the lead: every gate is open."""

from __future__ import annotations

from attrs import frozen

from leadrouter.assignment.load import Load
from leadrouter.staff import Salesperson


@frozen
class Candidate:
    """A person, what he has on his hands, and how many leads he may have open; None for no limit."""

    person: Salesperson
    load: Load
    capacity: int | None = None

    @property
    def id(self) -> str:
        """The person's id."""
        return self.person.id
