"""The ladder of steps that a lead goes down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property

from attrs import field, frozen

from leadrouter.destination import Destination
from leadrouter.readonly import read_only
from leadrouter.span import Span


@frozen(kw_only=True)
class Needs:
    """What a step asks of whoever takes the lead.

    `skill`, `language` and `territory` name fields of the pack: the lead's value there is what the
    person must have, and a lead without one asks for nothing. `level` is the least level of that
    skill. `skills` are asked of everybody, whatever the lead says, with their least levels.
    """

    skill: str | None = None
    level: int = 1
    skills: Mapping[str, int] = field(factory=dict, converter=read_only, hash=False)
    language: str | None = None
    territory: str | None = None

    @property
    def fields(self) -> frozenset[str]:
        """The fields that it names."""
        return frozenset(each for each in (self.skill, self.language, self.territory) if each is not None)

    def __bool__(self) -> bool:
        return bool(self.skills or self.fields)


@frozen(kw_only=True)
class Step:
    """One rung: where the lead goes while the step lasts.

    Args:
        to: the destination.
        strategy: who of the people there comes first; None for what the organisation says of them.
        offer: how long an offer may stay unanswered, from the offer on; None for as long as the step.
        until: when the step ends, measured from the lead's arrival; None where it does not.
        needs: what the person must know.
        priority: who is served first of the leads that wait: higher first.
        offers: how many people are offered the lead at once.
        where: where it was written.
    """

    to: Destination
    strategy: str | None = None
    offer: timedelta | None = None
    until: timedelta | None = None
    needs: Needs = field(factory=Needs)
    priority: int = 0
    offers: int = 1
    where: Span | None = field(default=None, eq=False, repr=False)


@frozen
class Route:
    """A named ladder. The first step that reaches somebody takes the lead; the last is accountable."""

    name: str
    steps: tuple[Step, ...]

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields that its steps name in what they need."""
        return frozenset().union(*(step.needs.fields for step in self.steps))
