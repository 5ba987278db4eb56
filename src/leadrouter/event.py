"""What happened: to a lead, to a person, to a pool."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from leadrouter.canonical import canonical
from leadrouter.readonly import read_only

Level: TypeAlias = Literal["info", "warning"]

EVENTS: Mapping[str, Level] = read_only(
    {
        "lead.routed": "info",
        "lead.repeated": "info",
        "lead.conflict": "warning",
        "lead.refused": "warning",
        "lead.offered": "info",
        "lead.accepted": "info",
        "lead.declined": "info",
        "lead.expired": "info",
        "lead.withdrawn": "info",
        "lead.escalated": "info",
        "lead.waiting": "warning",
        "lead.held": "warning",
        "lead.unanswered": "warning",
        "lead.asked_again": "info",
        "lead.contacted": "info",
        "lead.won": "info",
        "lead.lost": "info",
        "lead.reassigned": "info",
        "lead.released": "info",
        "lead.credited": "info",
        "lead.erased": "info",
        "lead.past_erased": "info",
        "refusal.erased": "info",
        "lead.handed_over": "info",
        "lead.returned": "info",
        "lead.not_returned": "warning",
        "company.begun": "info",
        "company.linked": "info",
        "company.unlinked": "info",
        "company.forgotten": "info",
        "company.erased": "info",
        "company.noted": "info",
        "client.entered": "info",
        "client.won": "info",
        "client.transferred": "info",
        "client.not_transferred": "warning",
        "client.handed_over": "info",
        "client.parted": "info",
        "sla.reminded": "info",
        "sla.missed": "warning",
        "sla.escalated": "warning",
        "patterns.failed": "warning",
        "patterns.disagreed": "warning",
        "person.paused": "info",
        "person.resumed": "info",
        "person.handed_over": "info",
        "pool.breaker_opened": "warning",
        "pool.breaker_closed": "info",
    }
)
"""Everything that can happen, with the level of a log: a warning is an alarm, somebody has to look."""


@frozen(kw_only=True)
class Event:
    """Something that happened, without personal data.

    `name` is one of `EVENTS`; `details` are listed for each in `docs/reference/events.md`. Everything in
    `details` and `evidence` is JSON; instants are ISO 8601 texts in UTC.

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
            "details": self.details,
            "version": self.version,
            "evidence": self.evidence,
        }
        return canonical(held)

    @classmethod
    def from_json(cls, text: str) -> Event:
        """Return the event that `to_json` gave."""
        held = json.loads(text)
        return cls(**{**held, "at": datetime.fromisoformat(held["at"])})


Observer: TypeAlias = Callable[[Event], None]
