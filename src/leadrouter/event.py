"""What a router tells its observer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from attrs import field, frozen

from leadrouter.readonly import read_only


@frozen(kw_only=True)
class Event:
    """Something that happened to a lead, without personal data.

    `name` is one of `lead.routed`, `lead.repeated`, `lead.conflict`, `lead.refused`, `patterns.failed` and
    `patterns.disagreed`; `details` are listed for each in `docs/reference/events.md`.
    """

    name: str
    lead_id: str
    at: datetime
    details: Mapping[str, Any] = field(factory=dict, converter=read_only, hash=False)


Observer: TypeAlias = Callable[[Event], None]
