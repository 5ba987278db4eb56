"""What happened: to a lead, to a person, to a pool."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from attrs import field, frozen

from leadrouter.readonly import read_only


@frozen(kw_only=True)
class Event:
    """Something that happened, without personal data.

    `name` and `details` are listed in `docs/reference/events.md`. Everything in `details` and `evidence`
    is JSON; instants are ISO 8601 texts in UTC.

    `lead_id` is None where it happened to a person or a pool. `version` is the lead's after the event,
    counted from 1; it is 0 where nothing of a lead has changed. `evidence` is what the event was decided
    by (candidates, gates, figures): the ledger keeps it, observers see it, logs need not.
    """

    name: str
    lead_id: str | None
    at: datetime
    details: Mapping[str, Any] = field(factory=dict, converter=read_only, hash=False)
    version: int = 0
    evidence: Mapping[str, Any] = field(factory=dict, converter=read_only, hash=False, repr=False)

    def to_json(self) -> str:
        """Return the event as canonical JSON.

        >>> from datetime import UTC
        >>> event = Event(name="lead.won", lead_id="7f", at=datetime(2026, 3, 2, tzinfo=UTC), version=4)
        >>> Event.from_json(event.to_json()) == event
        True
        """
        held = {
            "name": self.name,
            "lead_id": self.lead_id,
            "at": self.at.isoformat(),
            "details": dict(self.details),
            "version": self.version,
            "evidence": dict(self.evidence),
        }
        return json.dumps(held, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Event:
        """Return the event that `to_json` gave."""
        held = json.loads(text)
        return cls(**{**held, "at": datetime.fromisoformat(held["at"])})


Observer: TypeAlias = Callable[[Event], None]
