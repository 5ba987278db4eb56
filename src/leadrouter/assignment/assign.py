"""Whom a step offers a lead to: its people, behind their gates, ranked by its strategy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import filterfalse
from typing import Any, TypeAlias

from attrs import frozen

from leadrouter.assignment.asked import amount, asked
from leadrouter.assignment.choice import Choice
from leadrouter.assignment.duties import Absence, Duties, away_at
from leadrouter.assignment.gate import AWAY, ClosedGate, Scene, closed_gates, deputised, off_duty, surely_open
from leadrouter.assignment.load import Load
from leadrouter.assignment.pool import Resolved
from leadrouter.assignment.standing import Given, Standing, split
from leadrouter.assignment.strategy import STRATEGIES, Contest, OwnStrategy, Ranking, own
from leadrouter.organisation import Organisation
from leadrouter.readonly import editable, read_only
from leadrouter.rulepack.route import Route, Step
from leadrouter.zone import zone

EXISTING = "existing"
"""The fact that says that the company is a client already; such a lead takes no room in a portfolio."""

KEPT_FROM_ACCOUNTABLE = frozenset({"left", "capacity"})
"""The gates that keep a lead even from whoever is accountable for it."""

Closed: TypeAlias = Mapping[str, tuple[ClosedGate, ...]]
"""The closed gates of each person."""

_NONE: Mapping[str, OwnStrategy] = read_only({})


def fields_of(route: Route, organisation: Organisation) -> frozenset[str]:
    """Return the fields of a lead that choosing on a route reads."""
    return route.fields | organisation.fields | {EXISTING}


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
        scene = self.scene()
        ids, closed, noted = self.gated(scene)
        strategy = self.strategy()
        ranking, given = Ranking((), {}), None
        if ids:
            contest = self.contest(ids, closed)
            ranking = self.ranking(strategy, contest)
            given = _given(contest, ranking.first)
        is_busy = not ids and any(all(each.is_busy for each in gates) for gates in closed.values())
        return Choice(
            destination=self.resolved.destination,
            strategy=strategy,
            offered_to=ranking.first,
            pool=(*self.resolved.deputised, *self.resolved.people, *self.resolved.off_duty),
            figures=ranking.figures,
            closed={**closed, **self.not_there(scene)},
            noted=noted,
            is_busy=is_busy,
            opens=min(self.openings(closed), default=None) if is_busy else None,
            given=given,
            duty=self.resolved.duty,
            standing=self.standing if given is None else self.standing.after(given),
        )

    def strategy(self) -> str:
        """Return the step's strategy, or how its people share; that as well where the step's is not given any more.

        A lead goes down the route of the pack that decided it, and the host may have had another router then.
        """
        asked, shared = self.step.strategy, self.resolved.sharing.strategy
        return shared if asked is None or not (asked in STRATEGIES or asked in self.strategies) else asked

    def ranking(self, strategy: str, contest: Contest) -> Ranking:
        if strategy in self.strategies:
            return own(self.strategies[strategy], contest, self.step.offers)
        return STRATEGIES[strategy](contest, self.step.offers)

    def gated(self, scene: Scene) -> tuple[list[str], Closed, Closed]:
        """Return the candidates, and who stands behind closed gates: those that count, and those only noted."""
        people = self.organisation.people
        ids = surely_open(self.resolved.people, self.load_of, scene)
        if len(ids) == len(self.resolved.people):
            return ids, {}, {}
        closed: dict[str, tuple[ClosedGate, ...]] = {}
        noted: dict[str, tuple[ClosedGate, ...]] = {}
        for id_ in sorted({*self.resolved.people}.difference(ids)):
            gates = closed_gates(people[id_], self.load_of(id_), scene)
            if self.is_last:
                noted[id_] = tuple(each for each in gates if each.name not in KEPT_FROM_ACCOUNTABLE)
                gates = tuple(each for each in gates if each.name in KEPT_FROM_ACCOUNTABLE)
            if gates:
                closed[id_] = gates
        if len(ids) + len(closed) < len(self.resolved.people):
            ids = [id_ for id_ in self.resolved.people if id_ not in closed]
        return ids, closed, {id_: gates for id_, gates in noted.items() if gates}

    def openings(self, closed: Closed) -> Iterator[datetime]:
        """Yield when somebody can be asked, by the clock alone: whose gates all open by then, or who has duty then."""
        yield from _opening(closed.values())
        if self.resolved.until is not None:
            yield self.resolved.until

    def not_there(self, scene: Scene) -> Closed:
        """Return those who are not asked, with what is known of why not, whatever they have on their hands."""
        people, resolved = self.organisation.people, self.resolved
        stood_in = {id_: deputised(people[id_], scene) for id_ in resolved.deputised}
        return {**stood_in, **{id_: off_duty(people[id_], scene) for id_ in resolved.off_duty}}

    def scene(self) -> Scene:
        tz = zone(self.organisation.tz)
        size = None if self.organisation.size is None else self.facts.get(self.organisation.size)
        return Scene(
            organisation=self.organisation,
            at=self.at,
            tz=tz,
            today=self.at.astimezone(tz).date(),
            asked=asked(self.step.needs, self.facts),
            size="" if size is None else str(size),
            is_client=self.facts.get(EXISTING) is True,
            declined=self.declined,
            away=self.away(),
            shut=frozenset(self.organisation.shut(self.at)) if self.resolved.keeps_hours else frozenset(),
        )

    def away(self) -> Mapping[str, Absence]:
        """Return who is away; whoever is on duty all the same, by an override of the roster, is there."""
        away = away_at(self.duties, self.at)
        if not self.resolved.is_on_duty:
            return away
        return {id_: absence for id_, absence in away.items() if id_ not in self.resolved.people}

    def contest(self, ids: list[str], closed: Closed) -> Contest:
        sharing = self.resolved.sharing
        entitled = ids
        if sharing.on_return == "catch_up":
            entitled = [*ids, *(id_ for id_, gates in closed.items() if all(each.name in AWAY for each in gates))]
        weights = self.weights(entitled)
        counts = amount(sharing.fair_in, self.facts) or self.standing.average
        return Contest(
            ids=ids,
            organisation=self.organisation,
            load_of=self.load_of,
            standing=self.standing,
            amount=counts,
            parts=split(counts, weights, self.standing.leads),
            weights=weights,
            is_even=not self.organisation.roll.weights and sharing.newcomer != "ramp",
            entered=self.entered(),
            newcomer=sharing.newcomer,
            lead_class=self.lead_class,
            at=self.at,
        )

    def weights(self, ids: list[str]) -> dict[str, int]:
        own = self.organisation.roll.weights
        weights = {id_: own.get(id_, 1) for id_ in ids} if own else dict.fromkeys(ids, 1)
        if self.resolved.sharing.newcomer == "ramp":
            weights = {id_: weight * self.ramp(id_) for id_, weight in weights.items()}
        return weights

    def ramp(self, id_: str) -> int:
        """Return in which of the `ramp_days` somebody is, so that a weight times that grows day by day.

        Somebody whom a clock that goes ahead of this one has entered is in the first.
        """
        days = (self.at - self.standing.since.get(id_, self.at)).days
        return min(max(days, 0) + 1, self.resolved.sharing.ramp_days)

    def entered(self) -> dict[str, int]:
        """Return whoever is new to the pool, with the entitlement to begin with."""
        new = list(filterfalse(editable(self.standing.since).__contains__, self.resolved.people))
        if not new or self.resolved.sharing.newcomer != "none":
            return dict.fromkeys(new, 0)
        weights = {id_: self.organisation.people[id_].weight for id_ in self.resolved.people}
        whole = sum(weights.values())
        return {id_: self.standing.total * weights[id_] // whole for id_ in new}


def _given(contest: Contest, to: tuple[str, ...]) -> Given | None:
    """Return what a lead adds to the books; nothing where a strategy leaves everybody out."""
    if not to:
        return None
    parts = contest.parts
    if len(to) > 1:
        parts = split(contest.amount * len(to), contest.weights, contest.standing.leads)
    return Given(to=to, amount=contest.amount, parts=parts, entered=contest.entered, at=contest.at)


def _opening(closed: Iterable[tuple[ClosedGate, ...]]) -> Iterator[datetime]:
    """Yield when each person is free again, where the clock alone opens every gate."""
    for gates in closed:
        times = [each.opens for each in gates if each.opens is not None]
        if len(times) == len(gates):
            yield max(times)
