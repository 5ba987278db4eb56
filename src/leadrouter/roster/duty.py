"""Who is on duty over a stretch of time, and what decided that."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from attrs import frozen

from leadrouter.roster.boundary import FIRST

DecidedBy: TypeAlias = Literal["layer", "swap", "absence", "override", "backup", "nobody"]


@frozen(kw_only=True)
class Decided:
    """What decided: its kind, and the id of the layer, override, absence, swap or followed role.

    >>> str(Decided(kind="layer", id="office")), str(Decided(kind="nobody"))
    ('layer office', 'nobody')
    """

    kind: DecidedBy
    id: str | None = None

    def __str__(self) -> str:
        return self.kind if self.id is None else f"{self.kind} {self.id}"


@frozen(kw_only=True)
class Duty:
    """Who is on duty in a role over `[since, until)`; an answer of `on_duty` and a part of a timeline.

    `since` and `until` are in UTC. None is for ever: in the years from 1900 to 2999, of which a roster
    tells, nothing before or after differs; the next turn is found however far away it is. `reasons` are
    in the order of application: turn, swap, cover of an absence, layers, overrides. `fallback` is the
    role's declared one and stands beside a gap only, which it never hides. `layers` are those that
    decided, before any override. `next` are the people of the next stretch that has any.
    """

    role: str
    people: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    source: Decided
    reasons: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    fallback: str | None = None
    next: tuple[str, ...] = ()

    @property
    def start(self) -> datetime:
        """When it begins; the earliest instant that can be asked about, where that is not known."""
        return self.since or FIRST

    @property
    def gap(self) -> bool:
        """Whether nobody is on duty."""
        return not self.people


@frozen(kw_only=True)
class Handoff:
    """Duty passes, at an instant in UTC, from the people who give it to those who take it; either may be nobody."""

    role: str
    at: datetime
    gives: tuple[str, ...]
    takes: tuple[str, ...]
