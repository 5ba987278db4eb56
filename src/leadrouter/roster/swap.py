"""Swaps: two turns of one layer change hands."""

from __future__ import annotations

from datetime import date, time

from attrs import field, frozen

from leadrouter.span import Span


@frozen(kw_only=True)
class Named:
    """A turn as it is named: by the local date on which it begins, or by a time at which it runs."""

    day: date
    clock: time | None = None

    def __str__(self) -> str:
        return self.day.isoformat() if self.clock is None else f"{self.day.isoformat()}T{self.clock:%H:%M}"


@frozen(kw_only=True)
class Swap:
    """Two turns of a layer change hands. It is anchored to the turns, so it moves where they move."""

    layer: str
    turns: tuple[Named, Named]
    agreed_by: tuple[str, ...] = ()
    where: Span | None = field(default=None, eq=False, repr=False)
