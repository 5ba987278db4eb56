"""Why somebody cannot have a lead now, in figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from attrs import field, frozen

from leadrouter.assignment import quota as q
from leadrouter.assignment.asked import Asked
from leadrouter.assignment.load import Load
from leadrouter.assignment.pool import Absence
from leadrouter.organisation import Organisation
from leadrouter.readonly import read_only
from leadrouter.staff import PERIODS, Norms, Salesperson

BUSY = frozenset({"capacity", "paused", "quota"})
"""The gates that may open by themselves: a step waits for them."""

AWAY = frozenset({"absent", "hours", "paused"})
"""The gates that somebody is behind who is not at work."""


@frozen
class ClosedGate:
    """A gate by name, the figures for which it is closed, and when it opens by itself, where that is known."""

    name: str
    figures: str
    opens: datetime | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it may open by itself, so that waiting is of use."""
        return self.name in BUSY

    def __str__(self) -> str:
        return f"{self.name} {self.figures}" if self.name in _NAMED else self.figures

    def to_list(self) -> list[Any]:
        """Return the same for programs."""
        return [self.name, self.figures, None if self.opens is None else self.opens.isoformat()]

    @classmethod
    def from_list(cls, held: list[Any]) -> ClosedGate:
        """Return what `to_list` gave."""
        return cls(held[0], held[1], None if held[2] is None else datetime.fromisoformat(held[2]))


_NAMED = frozenset({"capacity", "portfolio", "quota"})


@frozen(kw_only=True)
class Scene:
    """What all gates of one choice look at, beside the person.

    Args:
        organisation: the people, what they can carry, their departments.
        at: the instant, in UTC.
        tz: the zone of dates, quotas and figures.
        today: the date there.
        asked: what the lead asks of whoever takes it.
        size: the size of the lead's client; None where nobody knows.
        is_client: whether he is a client already, who takes no more room in a portfolio.
        declined: who declined or missed the lead in this step.
        away: who is away.
        shut: the departments whose business hours are over.
    """

    organisation: Organisation
    at: datetime
    tz: ZoneInfo
    today: date
    asked: Asked
    size: str | None
    is_client: bool
    declined: frozenset[str]
    away: Mapping[str, Absence] = field(converter=read_only, hash=False)
    shut: frozenset[str]


def closed_gates(person: Salesperson, load: Load, scene: Scene) -> tuple[ClosedGate, ...]:
    """Return every gate that keeps somebody from a lead, in the order in which they are explained."""
    return tuple(_gates(person, load, scene))


def _gates(person: Salesperson, load: Load, scene: Scene) -> Iterator[ClosedGate]:
    if person.left is not None and person.left <= scene.today:
        yield ClosedGate("left", f"left on {person.left.isoformat()}")
    if person.joined is not None and person.joined > scene.today:
        yield ClosedGate("left", f"joins on {person.joined.isoformat()}")
    if person.id in scene.away:
        absence = scene.away[person.id]
        yield ClosedGate("absent", f"{absence.reason}{_until(absence.until, scene.tz)}", absence.until)
    home = scene.organisation.home(person.id)
    if home is not None and home.id in scene.shut:
        yield ClosedGate("hours", f"outside the hours `{home.hours}` of department `{home.id}`")
    if load.pause(scene.at):
        yield ClosedGate("paused", f"paused{_until(load.paused_until, scene.tz)}", load.paused_until)
    if scene.asked:
        yield from _knowledge(person, scene.asked)
    capacity = scene.organisation.capacity(person.id)
    if capacity is not None and load.open_leads >= capacity:
        yield ClosedGate("capacity", f"{load.open_leads}/{capacity}")
    if load.holdings and not scene.is_client:
        yield from _portfolio(load, scene.organisation.norms(person.id), scene.size)
    if person.quota:
        yield from _quotas(person, load, scene)
    if person.id in scene.declined:
        yield ClosedGate("declined", "declined or missed this lead")


def _until(at: datetime | None, tz: ZoneInfo) -> str:
    return "" if at is None else f" until {at.astimezone(tz):%Y-%m-%d %H:%M %Z}"


def _knowledge(person: Salesperson, asked: Asked) -> Iterator[ClosedGate]:
    for skill, level in asked.skills.items():
        has = person.skills.get(skill, 0)
        if has < level:
            yield ClosedGate("skill", f"{skill} at level {has}, {level} needed" if has else f"lacks skill {skill}")
    for language in asked.languages:
        if language not in person.languages:
            yield ClosedGate("language", f"lacks language {language}")
    for territory in asked.territories:
        if territory not in person.territories:
            yield ClosedGate("territory", f"lacks territory {territory}")


def _portfolio(load: Load, norms: Norms, size: str | None) -> Iterator[ClosedGate]:
    used = portfolio_used(load.holdings, norms)
    room = share_of_client(norms, size)
    if room and used + room > 1:
        held = ", ".join(_held(count, norms, each) for each, count in sorted(load.holdings.items()))
        one = "" if size is None else f", one {size} more"
        yield ClosedGate("portfolio", f"{held}: {_percent(used)} used{one}")


def _held(count: int, norms: Norms, size: str) -> str:
    norm = norms.sizes.get(size, norms.other)
    return f"{count}{'' if norm is None else f'/{norm}'} {size or 'of unknown size'}"


def _percent(used: Fraction) -> str:
    return f"{used.numerator * 100 // used.denominator} %"


def share_of_client(norms: Norms, size: str | None) -> Fraction:
    """Return the share of a portfolio that one client of a size takes; of the smallest where nobody knows.

    >>> share_of_client(Norms(sizes={"small": 40, "very_large": 3}), "very_large")
    Fraction(1, 3)
    """
    norm = norms.sizes.get(size, norms.other) if size else max([*norms.sizes.values(), norms.other or 0], default=0)
    return Fraction(1, norm) if norm else Fraction(0)


def portfolio_used(holdings: Mapping[str, int], norms: Norms) -> Fraction:
    """Return how much of a portfolio is in use: one is full.

    >>> portfolio_used({"small": 20, "very_large": 1}, Norms(sizes={"small": 40, "very_large": 3}))
    Fraction(5, 6)
    """
    return sum((count * share_of_client(norms, size) for size, count in holdings.items()), Fraction(0))


def _quotas(person: Salesperson, load: Load, scene: Scene) -> Iterator[ClosedGate]:
    for period in PERIODS:
        if period in person.quota:
            leads = person.quota[period]
            left = load.balance(person, period, scene.at, scene.tz)
            if left.parts < q.COST[period]:
                yield ClosedGate("quota", f"of {leads} a {period} is spent", q.opens(left, leads, period, scene.tz))
