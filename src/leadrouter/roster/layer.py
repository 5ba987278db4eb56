"""Layers: a rotation, a plan or a calendar, in its windows, with a priority."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from attrs import field, frozen

from leadrouter.roster.dated import DatedDuty
from leadrouter.roster.finding import Finding
from leadrouter.roster.rotation import Rotation
from leadrouter.roster.window import Window
from leadrouter.span import Span

OnAbsence: TypeAlias = Literal["next", "fallthrough", "leave"]


@runtime_checkable
class Dated(Protocol):
    """Duties with dates, from a plan or a calendar."""

    def between(self, start: datetime, end: datetime) -> tuple[DatedDuty, ...]:
        """Return the duties that touch `[start, end)`, in order."""
        ...

    @property
    def digest(self) -> str:
        """A digest of what was read."""
        ...

    @property
    def end(self) -> datetime | None:
        """When the last duty ends; None where there is none."""
        ...

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is odd about it."""
        ...


@frozen(kw_only=True)
class Layer:
    """Who has duty by one rota. A higher `priority` hides lower ones, equal ones add up.

    `start` and `end` limit it in UTC without changing its phase; without windows it covers every hour.
    """

    id: str
    priority: int = 0
    tz: str
    rotation: Rotation | None = None
    dated: Dated | None = None
    windows: tuple[Window, ...] = ()
    on_absence: OnAbsence = "next"
    start: datetime | None = None
    end: datetime | None = None
    where: Span | None = field(default=None, eq=False, repr=False)
