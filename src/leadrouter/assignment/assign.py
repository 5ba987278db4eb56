"""Down the ladder of a route to the person who acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, frozen

from leadrouter.assignment.asked import amount, asked
from leadrouter.assignment.candidate import Candidate
from leadrouter.assignment.choice import Choice
from leadrouter.assignment.gate import AWAY, ClosedGate, Scene, closed_gates
from leadrouter.assignment.load import Load
from leadrouter.assignment.pool import Duties, Resolved
from leadrouter.assignment.round_robin import next_in_turn
from leadrouter.assignment.standing import Given, Standing, split
from leadrouter.assignment.strategy import STRATEGIES, Contest, OwnStrategy, Ranking, own
from leadrouter.organisation import Organisation
from leadrouter.readonly import read_only
from leadrouter.rulepack.route import Route, Step
from leadrouter.zone import zone

EXISTING = "existing"
"""The fact that says that the company is a client already; such a lead takes no room in a portfolio."""

KEPT_FROM_ACCOUNTABLE = frozenset({"left", "capacity"})
"""The gates that keep a lead even from whoever is accountable for it."""

_NONE: Mapping[str, OwnStrategy] = read_only({})


def fields_of(route: Route, organisation: Organisation) -> frozenset[str]:
    """Return the fields of a lead that choosing on a route reads."""
    return route.fields | organisation.fields | {EXISTING}


@frozen(kw_only=True)
class Assignment:
    """Who acts, on which step of the route, and why.

    `destination` is the step's, with `inbound` settled by the staffing; `pool` are the people there;
    `last` had the turn before; `empty` are the destinations of earlier steps that reached nobody.
    """

    step: int
    destination: str
    pool: tuple[str, ...]
    assignee: str
    last: str | None
    empty: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the same for programs."""
        return {
            "step": self.step,
            "destination": self.destination,
            "pool": list(self.pool),
            "assignee": self.assignee,
            "last": self.last,
            "empty": list(self.empty),
        }

    @classmethod
    def from_dict(cls, held: dict[str, Any]) -> Assignment:
        """Return what `to_dict` gave."""
        return cls(**{**held, "pool": tuple(held["pool"]), "empty": tuple(held["empty"])})

    def why_not(self) -> dict[str, str]:
        """Say of everybody else in the pool why the lead is not theirs."""
        reason = f"waits for the turn: {self.assignee} comes after {self.last or 'nobody yet'}"
        return {person: reason for person in self.pool if person != self.assignee}


def assign(route: Route, organisation: Organisation, last_of: Callable[[str], str | None]) -> Assignment:
    """Return who acts: the next in turn on the first step that reaches anybody.

    `last_of` gives who had the turn before at a destination. A route that has been checked against
    the organisation always reaches somebody.
    """
    empty: list[str] = []
    for number, step in enumerate(route.steps, start=1):
        settled = organisation.settle(step.to)
        pool = organisation.pool(settled)
        if pool:
            last = last_of(str(settled))
            return Assignment(
                step=number,
                destination=str(settled),
                pool=pool,
                assignee=next_in_turn(pool, last),
                last=last,
                empty=tuple(empty),
            )
        empty.append(str(settled))
    raise ValueError(f"INVARIANT: route `{route.name}` reaches somebody")


def choose(
    step: Step,
    resolved: Resolved,
    *,
    organisation: Organisation,
    duties: Duties,
    standing: Standing,
    load_of: Callable[[str], Load],
    facts: Mapping[str, Any],
    lead_class: str,
    at: datetime,
    declined: frozenset[str] = frozenset(),
    is_last: bool = False,
    strategies: Mapping[str, OwnStrategy] = _NONE,
) -> Choice:
    """Return whom a step offers a lead to, and why not the others.

    Args:
        step: the step.
        resolved: its people at this instant; on the last step whoever is accountable.
        organisation: what people can carry.
        duties: who is away.
        standing: the books of the pool, kept under `resolved.standing_key(lead_class)`.
        load_of: what somebody has on his hands.
        facts: the lead's, typed or as JSON holds them; those that the step and the organisation name.
        lead_class: the lead's class.
        at: the instant, in UTC.
        declined: who declined or missed the lead in this step.
        is_last: whether the step is the last, whose person is accountable: there a lead is kept only from
            who has left or is at capacity.
        strategies: users' own strategies by name.

    Costs the number of people in the pool.
    """
    return _Choosing(
        step=step,
        resolved=resolved,
        organisation=organisation,
        duties=duties,
        standing=standing,
        load_of=load_of,
        facts=facts,
        lead_class=lead_class,
        at=at,
        declined=declined,
        is_last=is_last,
        strategies=strategies,
    ).choice()


@frozen(kw_only=True)
class _Choosing:
    """One choice being made; the fields are what `choose` takes."""

    step: Step
    resolved: Resolved
    organisation: Organisation
    duties: Duties
    standing: Standing
    load_of: Callable[[str], Load]
    facts: Mapping[str, Any]
    lead_class: str
    at: datetime
    declined: frozenset[str]
    is_last: bool
    strategies: Mapping[str, OwnStrategy]

    def choice(self) -> Choice:
        candidates, closed, noted = self.gated()
        strategy = self.step.strategy or self.resolved.sharing.strategy
        found = Choice(
            destination=self.resolved.destination,
            strategy=strategy,
            offered_to=(),
            pool=self.resolved.people,
            figures={},
            closed=closed,
            noted=noted,
            standing=self.standing,
        )
        if not candidates:
            return _waiting(found)
        contest = self.contest(candidates, closed)
        ranking = (
            own(self.strategies[strategy], contest, self.step.offers)
            if strategy in self.strategies
            else STRATEGIES[strategy](contest, self.step.offers)
        )
        return _given(found, contest, ranking)

    def gated(
        self,
    ) -> tuple[tuple[Candidate, ...], dict[str, tuple[ClosedGate, ...]], dict[str, tuple[ClosedGate, ...]]]:
        """Return the candidates, and who stands behind closed gates: those that count, and those only noted."""
        scene, people = self.scene(), self.organisation.people
        candidates: list[Candidate] = []
        closed: dict[str, tuple[ClosedGate, ...]] = {}
        noted: dict[str, tuple[ClosedGate, ...]] = {}
        for id_ in sorted(self.resolved.people):
            person, load = people[id_], self.load_of(id_)
            gates = closed_gates(person, load, scene)
            if self.is_last and gates:
                noted[id_] = tuple(each for each in gates if each.name not in KEPT_FROM_ACCOUNTABLE)
                gates = tuple(each for each in gates if each.name in KEPT_FROM_ACCOUNTABLE)
            if gates:
                closed[id_] = gates
            else:
                candidates.append(Candidate(person, load, self.organisation.capacity(id_)))
        return tuple(candidates), closed, {id_: gates for id_, gates in noted.items() if gates}

    def scene(self) -> Scene:
        tz = zone(self.organisation.tz)
        size = None if self.organisation.size is None else self.facts.get(self.organisation.size)
        return Scene(
            organisation=self.organisation,
            at=self.at,
            tz=tz,
            today=self.at.astimezone(tz).date(),
            asked=asked(self.step.needs, self.facts),
            size=None if size is None else str(size),
            is_client=self.facts.get(EXISTING) is True,
            declined=self.declined,
            away=self.duties.absences(self.at),
            shut=frozenset() if self.resolved.is_on_duty else frozenset(self.organisation.shut(self.at)),
        )

    def contest(self, candidates: tuple[Candidate, ...], closed: Mapping[str, tuple[ClosedGate, ...]]) -> Contest:
        sharing, people = self.resolved.sharing, self.organisation.people
        entitled = [each.person.id for each in candidates]
        if sharing.on_return == "catch_up":
            entitled += (id_ for id_, gates in closed.items() if all(each.name in AWAY for each in gates))
        weights = {id_: people[id_].weight for id_ in entitled}
        if sharing.newcomer == "ramp":
            weights = {id_: weight * self.ramp(id_) for id_, weight in weights.items()}
        counts = amount(sharing.fair_in, self.facts) or self.standing.average
        return Contest(
            candidates=candidates,
            standing=self.standing,
            amount=counts,
            parts=split(counts, weights, self.standing.leads),
            weights=weights,
            entered=self.entered(),
            newcomer=sharing.newcomer,
            lead_class=self.lead_class,
            at=self.at,
        )

    def ramp(self, id_: str) -> int:
        """Return in which of the `ramp_days` somebody is, so that a weight times that grows day by day."""
        days = (self.at - self.standing.since.get(id_, self.at)).days
        return min(days + 1, self.resolved.sharing.ramp_days)

    def entered(self) -> dict[str, int]:
        """Return whoever is new to the pool, with the entitlement to begin with."""
        new = [id_ for id_ in self.resolved.people if id_ not in self.standing.since]
        if not new or self.resolved.sharing.newcomer != "none":
            return dict.fromkeys(new, 0)
        weights = {id_: self.organisation.people[id_].weight for id_ in self.resolved.people}
        return {id_: self.standing.total * weights[id_] // sum(weights.values()) for id_ in new}


def _given(found: Choice, contest: Contest, ranking: Ranking) -> Choice:
    """Return the choice with whom it fell on; a strategy may leave everybody out."""
    if not ranking.first:
        return evolve(found, figures=ranking.figures)
    several = len(ranking.first) > 1
    given = Given(
        to=ranking.first,
        amount=contest.amount,
        parts=split(contest.amount * len(ranking.first), contest.weights, contest.standing.leads)
        if several
        else contest.parts,
        entered=contest.entered,
        at=contest.at,
    )
    return evolve(
        found,
        offered_to=ranking.first,
        figures=ranking.figures,
        given=given,
        standing=contest.standing.after(given),
    )


def _waiting(found: Choice) -> Choice:
    """Return the choice of nobody, and whether waiting is of use: somebody is kept by busy gates alone."""
    busy = [gates for gates in found.closed.values() if all(each.is_busy for each in gates)]
    known = [[each.opens for each in gates if each.opens is not None] for gates in busy]
    opens = [max(times) for times, gates in zip(known, busy, strict=True) if len(times) == len(gates)]
    return evolve(found, is_busy=bool(busy), opens=min(opens, default=None))
