"""Which rules, defaults and route steps of a pack, and which layers of its roster, no case reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias, cast

from attrs import field, frozen

from leadrouter.destination import Destination, Hold, Inbound, OnDuty
from leadrouter.organisation import Organisation
from leadrouter.roster.roster import DutyRoster
from leadrouter.routing.deal import transfer_rule
from leadrouter.routing.decision import Decision
from leadrouter.routing.rule_pack import RulePack
from leadrouter.rulepack.route import Route
from leadrouter.span import Span
from leadrouter.staff import STAFFINGS, Staffing
from leadrouter.testing.results import CaseResult

Kind: TypeAlias = Literal["rule", "default", "step", "layer"]
_WITHIN = {"rule": "table", "default": "table", "step": "route", "layer": "role"}


@frozen
class Target:
    """Something that a case can reach: a rule or a default of a table, a step of a route, a layer of a duty role."""

    kind: Kind
    within: str
    name: str
    where: Span | None = field(default=None, eq=False, repr=False)

    def __str__(self) -> str:
        return f"{self.kind} `{self.name}` of {_WITHIN[self.kind]} `{self.within}`"


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
        has_layers = any(target.kind == "layer" for target in self.targets)
        what = "rules, defaults, route steps and layers" if has_layers else "rules, defaults and route steps"
        lines = [f"{self.percent} % ({len(self.reached)} of {len(self.targets)} {what})"]
        lines += [f"{_place(target)}no case reaches {target}" for target in self.missed]
        return "\n".join(lines)


def _place(target: Target) -> str:
    return "" if target.where is None else f"{target.where}: "


def measure(
    pack: RulePack,
    organisation: Organisation,
    runs: Iterable[Decision | CaseResult],
    roster: DutyRoster | None = None,
) -> Coverage:
    """Return what these decisions, or the cases that ran, reached of a pack, and of its roster where it has one."""
    return coverage_of(pack, organisation, {name for run in runs for name in reached(run)}, roster)


def reached(run: Decision | CaseResult) -> frozenset[str]:
    """Return the names of the rules that decided, of the steps that took the lead, and of the layers on duty.

    Steps count until the case ended, layers when the lead was routed. A rule of transfers is reached by a
    case that expects one: no lead of a case is won.
    """
    decision = run.decision if isinstance(run, CaseResult) else run
    events = run.events if isinstance(run, CaseResult) else ()
    taken = {decision.assignment.step, *(event.details["step"] for event in events if event.name in _TAKING)}
    rules = [*decision.rules.values(), *decision.outcome.tag_rules]
    if isinstance(run, CaseResult) and run.case.expect.transfer is not None:
        passing = transfer_rule(decision.outcome)
        rules += [] if passing is None else [passing.id]
    steps = (f"step {decision.route}#{step}" for step in taken)
    return frozenset({*steps, *(f"rule {rule}" for rule in rules), *map("layer {}".format, _on_duty(decision))})


def _on_duty(decision: Decision) -> Iterator[str]:
    choices = [decision.assignment.choice, *(passed.choice for passed in decision.assignment.passed)]
    for choice in choices:
        if choice is not None and choice.duty is not None:
            yield from choice.duty["layers"]


_TAKING = frozenset({"lead.offered", "lead.waiting", "lead.held"})


def coverage_of(
    pack: RulePack, organisation: Organisation, names: Iterable[str], roster: DutyRoster | None = None
) -> Coverage:
    """Return the coverage of a pack, and of its roster, from the names that `reached` gave."""
    found, named = set(names), dict(_targets(pack, organisation))
    if roster is not None:
        named.update(_layers(pack, organisation, roster))
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


def _layers(pack: RulePack, organisation: Organisation, roster: DutyRoster) -> Iterator[tuple[str, Target]]:
    """Yield the layers of the roles that a lead can go to under some staffing."""
    steps = [step.to for route in pack.checked.routes.values() for step in route.steps]
    roles = {to.role if isinstance(to, OnDuty) else organisation.inbound.duty for to in steps if _may_be_duty(to)}
    for role in roster.roles.values():
        for layer in role.layers if role.id in roles else ():
            yield f"layer {layer.id}", Target("layer", role.id, layer.id, layer.where)


def _may_be_duty(to: Destination) -> bool:
    return isinstance(to, OnDuty | Inbound)


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
