"""The ladder of steps that a lead goes down."""

from __future__ import annotations

from attrs import field, frozen

from leadrouter.destination import Destination
from leadrouter.span import Span


@frozen
class Step:
    """One rung: where the lead goes while the step lasts."""

    to: Destination
    where: Span | None = field(default=None, eq=False, repr=False)


@frozen
class Route:
    """A named ladder. The first step that reaches somebody takes the lead."""

    name: str
    steps: tuple[Step, ...]
