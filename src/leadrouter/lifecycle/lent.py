"""A lead that is with somebody else for a while."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attrs import frozen


@frozen
class Lent:
    """Whose lead it is, and when it comes back to that person."""

    person: str
    until: datetime

    def to_list(self) -> list[Any]:
        """Return the same as JSON holds it."""
        return [self.person, self.until.isoformat()]

    @classmethod
    def from_list(cls, held: list[Any]) -> Lent:
        """Return what `to_list` gave."""
        return cls(held[0], datetime.fromisoformat(held[1]))
