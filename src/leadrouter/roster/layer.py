"""Layers: a rotation, a plan or a calendar, in its windows, with a priority."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from attrs import field, frozen

from leadrouter.roster.dated import Given
from leadrouter.roster.rotation import Rotation
from leadrouter.roster.window import Window
from leadrouter.span import Span

OnAbsence: TypeAlias = Literal["next", "fallthrough", "leave"]


@frozen(kw_only=True)
class Layer:
    """Who has duty by one rota. A higher `priority` hides lower ones, equal ones add up.

    `start` and `end` limit it in UTC without changing its phase; without windows it covers every hour.
    """

    id: str
    priority: int = 0
    tz: str
    rotation: Rotation | None = None
    dated: Given | None = None
    windows: tuple[Window, ...] = ()
    on_absence: OnAbsence = "next"
    start: datetime | None = None
    end: datetime | None = None
    where: Span | None = field(default=None, eq=False, repr=False)
