"""A company's past as it is given: events, each with its kind, its instant and its facts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from attrs import field, frozen

from leadrouter.canonical import canonical
from leadrouter.readonly import read_only
from leadrouter.zone import in_utc


@frozen(kw_only=True)
class PastEvent:
    """Something that a company did, or that was done with it, before a lead arrived.

    `kind` is `request` for a lead, or what the host's systems call it (`deal_won`); `contact` says who of
    the company it was, in any spelling that is the same for the same person. `at` is an aware instant.
    `facts` are values as a lead brings them; what does not fit the vocabulary of a pack is missing to it.
    """

    kind: str
    at: datetime = field(converter=in_utc)
    contact: str | None = field(default=None, repr=False)
    facts: Mapping[str, Any] = field(factory=dict, converter=read_only, repr=False, hash=False)


def _in_order(events: Iterable[PastEvent]) -> tuple[PastEvent, ...]:
    return tuple(events)


@frozen(kw_only=True)
class History:
    """What is known of a company's past when a lead arrives `at` an instant.

    `events` stand in the order of the ledger, which decides between equal instants; those after `at` do
    not count. `contact` says who brings the lead. An empty history is one that is known to be empty.
    """

    at: datetime = field(converter=in_utc)
    events: tuple[PastEvent, ...] = field(default=(), converter=_in_order)
    contact: str | None = field(default=None, repr=False)

    def to_json(self) -> str:
        """Return the history as canonical JSON, what it takes to replay a decision."""
        events = [
            {"kind": each.kind, "at": each.at.isoformat(), "contact": each.contact, "facts": dict(each.facts)}
            for each in self.events
        ]
        held = {"at": self.at.isoformat(), "contact": self.contact, "events": events}
        return canonical(held)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the history that was written so; numbers stay exact."""
        held = json.loads(text, parse_float=Decimal)
        events = tuple(PastEvent(**{**each, "at": datetime.fromisoformat(each["at"])}) for each in held["events"])
        return cls(at=datetime.fromisoformat(held["at"]), events=events, contact=held["contact"])
