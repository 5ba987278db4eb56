"""Leads given to the people of one pool, one after another, as the router would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import define, evolve, field

from leadrouter.assignment.assign import choose
from leadrouter.assignment.choice import Choice
from leadrouter.assignment.duties import Absence
from leadrouter.assignment.load import Load
from leadrouter.assignment.pool import Resolved, resolve
from leadrouter.assignment.standing import UNIT, Standing
from leadrouter.assignment.strategy import OwnStrategy
from leadrouter.destination import Department as ToDepartment
from leadrouter.destination import Destination
from leadrouter.organisation import Organisation
from leadrouter.rulepack.route import Needs, Step
from leadrouter.staff import Department, InboundFlow, Salesperson, Sharing
from leadrouter.zone import zone

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SALES = ToDepartment("sales")


def office(*people: Salesperson, capacity: int | None = None, **sharing: Any) -> Organisation:
    """Return an organisation of one department with these people."""
    sales = Department(
        id="sales",
        kind="inbound",
        people=tuple(each.id for each in people),
        capacity=capacity,
        sharing=Sharing(**sharing),
    )
    return Organisation(
        name="office",
        staffing="department",
        inbound=InboundFlow(department="sales"),
        departments={"sales": sales},
        people={each.id: each for each in people},
    )


def sellers(names: Iterable[str], **terms: Any) -> tuple[Salesperson, ...]:
    """Return salespeople of these names, on the same terms."""
    return tuple(Salesperson(id=name, **terms) for name in names)


@define
class Books:
    """One pool being given leads: its organisation, who is away, loads and standing so far."""

    organisation: Organisation
    to: Destination = SALES
    standing: Standing = field(factory=lambda: Standing(pool="department(sales)"))
    loads: dict[str, Load] = field(factory=dict)
    away: dict[str, Absence] = field(factory=dict)
    strategies: dict[str, OwnStrategy] = field(factory=dict)

    def on_duty(self, role: str, at: datetime) -> tuple[str, ...]:  # noqa: ARG002  # the list is fixed
        return self.organisation.duty[role]

    def absences(self, at: datetime) -> Mapping[str, Absence]:  # noqa: ARG002  # tests change it as time passes
        return self.away

    def told(self, role: str, at: datetime) -> None:  # noqa: ARG002  # nothing has to decide here
        return None

    def load(self, person: str) -> Load:
        return self.loads.get(person) or Load(person=person)

    def resolved(self, at: datetime = AT) -> Resolved:
        return resolve(self.to, self.organisation, self, at)

    def choose(self, at: datetime = AT, *, facts: Mapping[str, Any] | None = None, **asked: Any) -> Choice:
        """Choose without writing anything down."""
        options = {name: asked.pop(name) for name in ("declined", "is_last", "lead_class") if name in asked}
        return choose(
            Step(to=self.to, **asked),
            self.resolved(at),
            organisation=self.organisation,
            duties=self,
            standing=self.standing,
            load_of=self.load,
            facts=facts or {},
            at=at,
            strategies=self.strategies,
            **{"lead_class": "complex", **options},
        )

    def give(self, at: datetime = AT, **asked: Any) -> str | None:
        """Give one lead, write it down, and return whom it went to."""
        choice = self.choose(at, **asked)
        self.standing = choice.standing
        for person in choice.offered_to:
            load = self.load(person).spent(self.organisation.people[person], at, zone(self.organisation.tz))
            self.loads[person] = evolve(load, open_leads=load.open_leads + 1, last_at=at)
        return choice.offered_to[0] if choice.offered_to else None

    def given(
        self, leads: int, start: datetime = AT, every: timedelta = timedelta(0), **asked: Any
    ) -> list[str | None]:
        """Give several leads at even distances."""
        return [self.give(start + number * every, **asked) for number in range(leads)]

    def got(self, person: str) -> float:
        """Return how many leads somebody got."""
        return self.standing.got.get(person, 0) / UNIT

    def owed(self, person: str) -> float:
        """Return how many leads somebody is owed."""
        return self.standing.owed.get(person, 0) / UNIT


def level(skill: str, least: int = 1) -> Needs:
    """Return the need of a skill that every lead has."""
    return Needs(skills={skill: least})
