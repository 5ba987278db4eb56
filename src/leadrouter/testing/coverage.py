"""Which rules, defaults and route steps of a pack, and which layers of its roster, no case reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias, cast

from attrs import field, frozen

from leadrouter.destination import Destination, Inbound, OnDuty
from leadrouter.organisation import STAFFINGS, Organisation, Staffing
from leadrouter.roster.roster import DutyRoster
from leadrouter.routing.decision import Decision
from leadrouter.routing.rule_pack import RulePack
from leadrouter.rulepack.route import Route
from leadrouter.span import Span

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
    pack: RulePack, organisation: Organisation, decisions: Iterable[Decision], roster: DutyRoster | None = None
) -> Coverage:
    """Return what these decisions reached of a pack, and of its roster where it has one."""
    return coverage_of(pack, organisation, {name for decision in decisions for name in reached(decision)}, roster)


def reached(decision: Decision) -> frozenset[str]:
    """Return the names of the rules that decided, of the step that took the lead, and of the layers on duty."""
    step = f"{decision.route}#{decision.assignment.step}"
    rules = (*decision.rules.values(), *decision.outcome.tag_rules)
    duty = decision.assignment.duty or {"layers": ()}
    layers = (f"layer {layer}" for layer in duty["layers"])
    return frozenset({f"step {step}", *(f"rule {rule}" for rule in rules), *layers})


def coverage_of(
    pack: RulePack, organisation: Organisation, names: Iterable[str], roster: DutyRoster | None = None
) -> Coverage:
    """Return the coverage of a pack, and of its roster, from the names that `reached` gave."""
    found, named = set(names), dict(_targets(pack, organisation))
    if roster is not None:
        named.update(_layers(pack, organisation, roster))
    return Coverage(tuple(named.values()), tuple(target for name, target in named.items() if name in found))


def _targets(pack: RulePack, organisation: Organisation) -> Iterator[tuple[str, Target]]:
    for table in pack.checked.tables:
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
    """Return the steps that take leads under some staffing; the others wait for a day on which nobody is there."""
    taking: set[int] = set()
    for staffing in STAFFINGS:
        staffed = organisation.with_staffing(cast("Staffing", staffing))
        if staffed.pool(Inbound()):
            taking.add(next(number for number, step in enumerate(route.steps, 1) if staffed.pool(step.to)))
    return sorted(taking)
