"""Absences: stretches in which somebody cannot have duty."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from leadrouter.span import Span


@frozen(kw_only=True)
class Absence:
    """Somebody is away over `[start, end)`, in UTC. `kind` is a word such as `vacation`."""

    person: str
    start: datetime
    end: datetime
    kind: str | None = None
    where: Span | None = field(default=None, eq=False, repr=False)
