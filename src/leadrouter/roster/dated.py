"""Duties that a file gives with their dates: a line of a plan, an event of a calendar."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from leadrouter.span import Span


@frozen(kw_only=True)
class DatedDuty:
    """These people have duty over `[start, end)`, two instants in UTC. `uid` is a calendar's name for it."""

    people: tuple[str, ...]
    start: datetime
    end: datetime
    where: Span | None = field(default=None, eq=False, repr=False)
    uid: str | None = None
