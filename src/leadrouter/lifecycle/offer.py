"""A lead offered to somebody, until it is answered or time runs out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attrs import frozen


@frozen(kw_only=True)
class Offer:
    """A lead offered to a person since `at`; it expires `until`, or stands until answered where that is None.

    It stands until a tick has found it expired: whoever accepts a little late, before anybody else was
    asked, has the lead.
    """

    person: str
    at: datetime
    until: datetime | None = None

    def is_over(self, at: datetime) -> bool:
        """Tell whether its time has run out; at `until` itself it has."""
        return self.until is not None and self.until <= at

    def to_dict(self) -> dict[str, Any]:
        """Return the offer as JSON holds it."""
        return {
            "person": self.person,
            "at": self.at.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
        }

    @classmethod
    def from_dict(cls, held: dict[str, Any]) -> Offer:
        """Return the offer that `to_dict` gave."""
        until = held["until"]
        return cls(
            person=held["person"],
            at=datetime.fromisoformat(held["at"]),
            until=None if until is None else datetime.fromisoformat(until),
        )
