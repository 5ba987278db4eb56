"""Which rules, defaults and route steps of a pack no case reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias, cast

from attrs import field, frozen

from leadrouter.destination import Hold, Inbound
from leadrouter.organisation import Organisation
from leadrouter.routing.deal import transfer_rule
from leadrouter.routing.decision import Decision
from leadrouter.routing.rule_pack import RulePack
from leadrouter.rulepack.route import Route
from leadrouter.span import Span
from leadrouter.staff import STAFFINGS, Staffing
from leadrouter.testing.results import CaseResult

Kind: TypeAlias = Literal["rule", "default", "step"]


@frozen
class Target:
    """Something that a case can reach: a rule or a default of a table, or a step of a route."""

    kind: Kind
    within: str
    name: str
    where: Span | None = field(default=None, eq=False, repr=False)

    def __str__(self) -> str:
        return f"{self.kind} `{self.name}` of {'route' if self.kind == 'step' else 'table'} `{self.within}`"


@frozen
class Coverage:
    """What the cases of a pack could reach, and what of it they did, both in the order of the pack."""

    targets: tuple[Target, ...]
    reached: tuple[Target, ...]

    @property
    def missed(self) -> tuple[Target, ...]:
        """What no case reached."""
        reached = set(self.reached)
        return tuple(target for target in self.targets if target not in reached)

    @property
    def percent(self) -> int:
        """The share that was reached, from 0 to 100, rounded down: 100 means all of it."""
        return 100 * len(self.reached) // len(self.targets)

    def report(self) -> str:
        """Say how much was reached, and name what was not, each with its place."""
        lines = [f"{self.percent} % ({len(self.reached)} of {len(self.targets)} rules, defaults and route steps)"]
        lines += [f"{_place(target)}no case reaches {target}" for target in self.missed]
        return "\n".join(lines)


def _place(target: Target) -> str:
    return "" if target.where is None else f"{target.where}: "


def measure(pack: RulePack, organisation: Organisation, runs: Iterable[Decision | CaseResult]) -> Coverage:
    """Return what these decisions, or the cases that ran, reached of a pack."""
    return coverage_of(pack, organisation, {name for run in runs for name in reached(run)})


def reached(run: Decision | CaseResult) -> frozenset[str]:
    """Return the names of the rules that decided, and of the steps that took the lead until the case ended.

    A rule of transfers is reached by a case that expects one: no lead of a case is won.
    """
    decision = run.decision if isinstance(run, CaseResult) else run
    events = run.events if isinstance(run, CaseResult) else ()
    taken = {decision.assignment.step, *(event.details["step"] for event in events if event.name in _TAKING)}
    rules = [*decision.rules.values(), *decision.outcome.tag_rules]
    if isinstance(run, CaseResult) and run.case.expect.transfer is not None:
        passing = transfer_rule(decision.outcome)
        rules += [] if passing is None else [passing.id]
    return frozenset({*(f"step {decision.route}#{step}" for step in taken), *(f"rule {rule}" for rule in rules)})


_TAKING = frozenset({"lead.offered", "lead.waiting", "lead.held"})


def coverage_of(pack: RulePack, organisation: Organisation, names: Iterable[str]) -> Coverage:
    """Return the coverage of a pack from the names that `reached` gave."""
    found, named = set(names), dict(_targets(pack, organisation))
    return Coverage(tuple(named.values()), tuple(target for name, target in named.items() if name in found))


def _targets(pack: RulePack, organisation: Organisation) -> Iterator[tuple[str, Target]]:
    for table in (*pack.checked.tables, pack.checked.transfer):
        for rule in table:
            kind: Kind = "default" if rule.is_default else "rule"
            yield f"rule {rule.id}", Target(kind, table.name, rule.id, rule.where)
    for route in pack.checked.routes.values():
        for number in _within_reach(route, organisation):
            step = route.steps[number - 1]
            yield f"step {route.name}#{number}", Target("step", route.name, f"{number}: {step.to}", step.where)


def _within_reach(route: Route, organisation: Organisation) -> list[int]:
    """Return the steps that take leads under some staffing, at once or in time.

    The others wait for a day on which nobody is there.
    """
    taking: set[int] = set()
    for staffing in STAFFINGS:
        staffed = organisation.with_staffing(cast("Staffing", staffing))
        if staffed.pool(Inbound()):
            taking.update(_taking(route, staffed))
    return sorted(taking)


def _taking(route: Route, organisation: Organisation) -> Iterator[int]:
    """Yield the steps that a lead comes to if nobody answers; one whose time does not end is the last of them."""
    for number, step in enumerate(route.steps, 1):
        if organisation.pool(step.to) or isinstance(step.to, Hold) or number == len(route.steps):
            yield number
            if step.offer is None and step.until is None:
                return
