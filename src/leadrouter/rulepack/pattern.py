"""Patterns over what a company did before, and the streams of events that they watch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import TypeAlias, assert_never

from attrs import field, frozen

from leadrouter.rulepack.condition import Condition
from leadrouter.span import Span

KIND, CONTACT = "kind", "contact"
"""What an event has beside its facts: what happened, and who of the company it was."""

REQUEST = "request"
"""The kind of a routed lead."""

DEAL_WON = "deal_won"
"""The kind of the event that a lead was won."""

REACH = timedelta(days=1095)
"""How far `growing` and `silence` look back, `silence` beyond itself, where a pattern has no `within`."""

LONGEST_WINDOW = timedelta(days=20_000)
"""No window is longer: its seconds fit 31 bits, which is what some C compilers hold a constant in."""

MOST_COUNTED, MOST_GROWING, MOST_STREAMS = 100, 6, 5
"""The bounds of `at_least`, of `times`, and of the streams in a `sequence`."""

MOST_EVENTS = 200
"""Of a company's past the newest events count, these many, whatever the windows."""


@frozen
class Stream:
    """The events for which every condition is true; unknown is neither in it nor out of it."""

    name: str
    when: tuple[Condition, ...]
    where: Span | None = field(default=None, eq=False, repr=False)

    @property
    def names(self) -> frozenset[str]:
        """What the conditions read: fields, and perhaps `kind`."""
        return frozenset().union(*(condition.names for condition in self.when))


@frozen
class Total:
    """At least so much of a field, all events of the window together."""

    fact: str
    amount: int | Decimal


@frozen(kw_only=True)
class AtLeast:
    """So many events of a stream in a window that ends now, and perhaps a total that they reach."""

    name: str
    count: int
    of: str
    within: timedelta
    total: Total | None = None
    where: Span | None = field(default=None, eq=False, repr=False)


@frozen(kw_only=True)
class Different:
    """So many different values of a field, or contacts, among the events of a stream in a window."""

    name: str
    fact: str
    count: int
    of: str
    within: timedelta
    where: Span | None = field(default=None, eq=False, repr=False)


@frozen(kw_only=True)
class Growing:
    """The newest events of a stream, so many, each with more of a field than the one before."""

    name: str
    fact: str
    times: int
    of: str
    within: timedelta
    where: Span | None = field(default=None, eq=False, repr=False)


@frozen(kw_only=True)
class Silence:
    """Nothing of a stream for so long before this event, after something of it."""

    name: str
    silence: timedelta
    of: str
    within: timedelta
    where: Span | None = field(default=None, eq=False, repr=False)


@frozen(kw_only=True)
class Sequence:
    """Events of these streams one after another, the last of them this event, with none of `without` between."""

    name: str
    streams: tuple[str, ...]
    within: timedelta
    without: str | None = None
    where: Span | None = field(default=None, eq=False, repr=False)


Pattern: TypeAlias = AtLeast | Different | Growing | Silence | Sequence


def watched(pattern: Pattern) -> tuple[str, ...]:
    """Return the streams that a pattern names, each once."""
    if isinstance(pattern, Sequence):
        blocking = () if pattern.without is None else (pattern.without,)
        return tuple(dict.fromkeys((*pattern.streams, *blocking)))
    return (pattern.of,)


def counted(pattern: Pattern) -> str | None:
    """Return the field, or `contact`, whose values a pattern adds up or compares."""
    match pattern:
        case AtLeast(total=total):
            return None if total is None else total.fact
        case Different(fact=name) | Growing(fact=name):
            return name
        case Silence() | Sequence():
            return None
        case _:
            assert_never(pattern)


def longest(patterns: Iterable[Pattern]) -> timedelta:
    """Return the longest window of some patterns; nothing older is ever read."""
    return max((pattern.within for pattern in patterns), default=timedelta())
