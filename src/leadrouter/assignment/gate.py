"""Why somebody cannot have a lead now, in figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from leadrouter.assignment import quota as q
from leadrouter.assignment.asked import Asked
from leadrouter.assignment.duties import Absence
from leadrouter.assignment.load import Load
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
        size: the size of the lead's client; `""` where nobody knows.
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
    size: str
    is_client: bool
    declined: frozenset[str]
    away: Mapping[str, Absence] = field(converter=read_only, hash=False)
    shut: frozenset[str]


def surely_open(ids: Sequence[str], load_of: Callable[[str], Load], scene: Scene) -> list[str]:
    """Return the people, in their order, of whom a quick look shows that every gate is open.

    It leaves out whoever needs a closer look, such as somebody with a quota; `closed_gates` is the
    meaning. Costs a fraction of a microsecond for each person.
    """
    organisation, people = scene.organisation, scene.organisation.people
    plain, has_room = organisation.roll.plain, organisation.roll.has_room
    size, is_client = scene.size, scene.is_client
    found = [
        id_
        for id_, load in zip(ids, map(load_of, ids), strict=True)
        if load.open_leads < plain.get(id_, 0)
        and not load.is_paused
        and (not load.holdings or is_client or has_room(id_, load.holdings, size))
    ]
    if scene.asked:
        found = [id_ for id_ in found if not any(_knowledge(people[id_], scene.asked))]
    if scene.shut:
        found = [id_ for id_ in found if organisation.roll.departments.get(id_) not in scene.shut]
    outside = scene.declined.union(scene.away)
    return [id_ for id_ in found if id_ not in outside] if outside else found


def closed_gates(person: Salesperson, load: Load, scene: Scene) -> tuple[ClosedGate, ...]:
    """Return every gate that keeps somebody from a lead, in the order in which they are explained."""
    return tuple(_gates(person, load, scene))


def off_duty(person: Salesperson, scene: Scene) -> tuple[ClosedGate, ...]:
    """Return the gates that keep a lead from somebody who takes turns in a duty role, and has none now.

    What he has on his hands is not looked at: whoever has no duty has none whatever it is.
    """
    knowledge, declined = _knowledge(person, scene.asked), _declined(person, scene)
    return (
        *_employed(person, scene),
        *_absent(person.id, scene),
        ClosedGate("duty", "off duty"),
        *knowledge,
        *declined,
    )


def deputised(person: Salesperson, scene: Scene) -> tuple[ClosedGate, ...]:
    """Return the gate that keeps a lead from somebody who would be accountable for it, and whose deputy is."""
    return tuple(
        evolve(gate, figures=f"{gate.figures}, {person.deputy} is deputy") for gate in _absent(person.id, scene)
    )


def _employed(person: Salesperson, scene: Scene) -> Iterator[ClosedGate]:
    if person.left is not None and person.left <= scene.today:
        yield ClosedGate("left", f"left on {person.left.isoformat()}")
    if person.joined is not None and person.joined > scene.today:
        yield ClosedGate("left", f"joins on {person.joined.isoformat()}")


def _absent(id_: str, scene: Scene) -> Iterator[ClosedGate]:
    if id_ in scene.away:
        absence = scene.away[id_]
        yield ClosedGate("absent", f"{absence.reason}{_until(absence.until, scene.tz)}", absence.until)


def _gates(person: Salesperson, load: Load, scene: Scene) -> Iterator[ClosedGate]:
    yield from _employed(person, scene)
    yield from _absent(person.id, scene)
    if scene.shut:
        yield from _hours(person, scene)
    if load.is_paused and load.pause(scene.at):
        yield ClosedGate("paused", f"paused{_until(load.paused_until, scene.tz)}", load.paused_until)
    if scene.asked:
        yield from _knowledge(person, scene.asked)
    limits = scene.organisation.roll.limits[person.id]
    if limits.capacity is not None and load.open_leads >= limits.capacity:
        yield ClosedGate("capacity", f"{load.open_leads}/{limits.capacity}")
    has_room = scene.organisation.roll.has_room
    if load.holdings and not scene.is_client and not has_room(person.id, load.holdings, scene.size):
        yield ClosedGate("portfolio", _portfolio(load.holdings, limits.portfolio, scene.size))
    if person.quota:
        yield from _quotas(person, load, scene)
    yield from _declined(person, scene)


def _declined(person: Salesperson, scene: Scene) -> Iterator[ClosedGate]:
    if person.id in scene.declined:
        yield ClosedGate("declined", "declined or missed this lead")


def _hours(person: Salesperson, scene: Scene) -> Iterator[ClosedGate]:
    home = scene.organisation.home(person.id)
    if home is not None and home.id in scene.shut:
        yield ClosedGate("hours", f"outside the hours `{home.hours}` of department `{home.id}`")


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


def _portfolio(holdings: Mapping[str, int], norms: Norms, size: str) -> str:
    held = ", ".join(
        f"{count}/{norms.norm(each) or '∞'} {each or 'unknown'}" for each, count in sorted(holdings.items())
    )
    return f"{held} with {float(norms.used(holdings)):.0%} used, and one {size or 'client'} more"


def _quotas(person: Salesperson, load: Load, scene: Scene) -> Iterator[ClosedGate]:
    for period in PERIODS:
        if period in person.quota:
            leads = person.quota[period]
            left = load.balance(person, period, scene.at, scene.tz)
            if not left.has_lead(leads, period):
                each = "an hour" if period == "hour" else f"a {period}"
                opens = q.opens(left, leads, period, scene.tz)
                yield ClosedGate("quota", f"of {leads} {each} is spent{_until(opens, scene.tz)}", opens)
