"""What one person has on his hands, across all pools."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from leadrouter.readonly import read_only


@frozen(kw_only=True)
class Load:
    """What one person has on his hands.

    `open_leads` are offered to him or held by him and neither won nor lost. `last_at` is when he was last
    offered one. `paused_until` ends a pause; a pause without an end has `is_paused` alone. `quota` holds
    the balance of each quota as JSON, `holdings` the clients held, by size.
    """

    person: str
    open_leads: int = 0
    last_at: datetime | None = None
    is_paused: bool = False
    paused_until: datetime | None = None
    quota: Mapping[str, Any] = field(factory=dict, converter=read_only, hash=False)
    holdings: Mapping[str, int] = field(factory=dict, converter=read_only, hash=False)

    def to_json(self) -> str:
        """Return the load as canonical JSON."""
        held = {
            "person": self.person,
            "open_leads": self.open_leads,
            "last_at": None if self.last_at is None else self.last_at.isoformat(),
            "is_paused": self.is_paused,
            "paused_until": None if self.paused_until is None else self.paused_until.isoformat(),
            "quota": dict(self.quota),
            "holdings": dict(self.holdings),
        }
        return json.dumps(held, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Load:
        """Return the load that `to_json` gave."""
        held = json.loads(text)
        for name in ("last_at", "paused_until"):
            held[name] = None if held[name] is None else datetime.fromisoformat(held[name])
        return cls(**held)
