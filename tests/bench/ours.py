"""What leadrouter costs beside itself and beside what it stands on: reading, loading, routing, importing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path

import yaml
from attrs import evolve, frozen

from leadrouter import Decision, Lead, Organisation, Router, RulePack, load_organisation, load_pack, load_roster
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.routing.intake import facts_for

from .contest import leads_for
from .measure import Cost, Task, each, interleave
from .packs import Facts, make_rules, pack_text

_NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
_IMPORTS = 41
_CONVEYOR = Path(__file__).parents[2] / "rules" / "baksht"
_ORGANISATION = """\
organisation: bench
staffing: department
inbound: {department: inbound, head: inbound, duty: duty}
departments:
  inbound: {kind: inbound, head: olga, people: [anna, boris]}
people:
  anna: {rank: 1}
  boris: {rank: 1}
  olga: {rank: 1}
duty: {duty: [anna, boris]}
"""


@frozen(kw_only=True)
class Comparison:
    """One thing that leadrouter does and the yardstick beside it, measured in turns."""

    what: str
    cost: Cost
    beside: str
    beside_cost: Cost


def compare() -> list[Comparison]:
    """Measure all comparisons, one after the other."""
    return [
        _reading(),
        _loading(1_000),
        _loading_conveyor(),
        *_routing("10 rules", _router_of(10), leads_for(10)),
        *_routing("100 rules", _router_of(100), leads_for(100)),
        *_routing_conveyor(),
        _importing("import leadrouter"),
        _importing("from leadrouter import Router, load_pack"),
    ]


def _reading() -> Comparison:
    """Decide with ten rules, beside a pack that holds only the default and so merely reads the eight facts."""
    leads = leads_for(10)
    deciding = each(RulePack.parse(pack_text(make_rules(10))).decide, leads)
    reading = each(RulePack.parse(pack_text(())).decide, leads)
    return _pair("`decide`, 10 rules", deciding, "`decide`, only a default", reading)


def _loading(size: int) -> Comparison:
    """Read, check and compile a pack, beside PyYAML alone on the same text."""
    text = [pack_text(make_rules(size))]
    parsing = each(RulePack.parse, text)
    return _pair(f"`RulePack.parse`, {size:,} rules", parsing, "`yaml.load`, CSafeLoader", each(_yaml, text))


def _yaml(text: str) -> object:
    return yaml.load(text, Loader=yaml.CSafeLoader)


def _loading_conveyor() -> Comparison:
    """Load the pack that ships, from its files, beside PyYAML alone on their texts."""
    texts = [file.read_text(encoding="utf-8") for file in (_CONVEYOR / "pack.yaml", _CONVEYOR / "vocabulary.yaml")]
    beside = each(lambda _: [_yaml(text) for text in texts], [None])
    return _pair("`load_pack`, rules/baksht", each(load_pack, [_CONVEYOR]), "`yaml.load`, CSafeLoader", beside)


def _router_of(size: int) -> Router:
    pack, organisation = RulePack.parse(pack_text(make_rules(size))), Organisation.parse(_ORGANISATION)
    return Router(pack, organisation, MemoryLedger())


def _routing_conveyor() -> Iterator[Comparison]:
    """Route the leads that ship, as they come: amounts as form strings, free text, many facts missing."""
    lines = (_CONVEYOR / "leads.jsonl").read_text(encoding="utf-8").splitlines()
    leads = [Lead.from_mapping(json.loads(line, parse_float=Decimal)) for line in lines]
    organisation = _without_limits(load_organisation(_CONVEYOR))
    router = Router(load_pack(_CONVEYOR), organisation, MemoryLedger(), roster=load_roster(_CONVEYOR))
    return _routing("rules/baksht", router, [facts_for(router.pack, lead, _NOW) for lead in leads])


def _without_limits(organisation: Organisation) -> Organisation:
    """Let everybody take any number of leads: none of those that are routed here is ever won or lost."""
    departments = {id_: evolve(each, capacity=None) for id_, each in organisation.departments.items()}
    people = {id_: evolve(each, capacity=None) for id_, each in organisation.people.items()}
    return evolve(organisation, departments=departments, people=people)


def _routing(what: str, router: Router, leads: Sequence[Facts]) -> Iterator[Comparison]:
    """Route new leads in memory, with and without the explanation, beside `decide` on their facts."""
    ids = count()

    def route(facts: Facts) -> Decision:
        return router.route(Lead(id=f"lead-{next(ids)}", facts=facts), at=_NOW)

    def explain(facts: Facts) -> object:
        return route(facts).explain()

    for name, call in (("`route`", route), ("`route(…).explain()`", explain)):
        yield _pair(f"{name}, {what}", each(call, leads), "`decide`", each(router.pack.decide, leads))


def _importing(ours: str) -> Comparison:
    """Import in fresh interpreters, counting from after their own start."""
    theirs = "import attrs, yaml"
    return _pair(f"`{ours}`", _imported(ours), f"`{theirs}`", _imported(theirs), rounds=_IMPORTS)


def _imported(statement: str) -> Task:
    clock = "from time import process_time_ns as now; start = now()"
    command = [sys.executable, "-c", f"{clock}; {statement}; print(now() - start)"]
    return lambda: int(subprocess.run(command, check=True, capture_output=True).stdout) / 1000


def _pair(what: str, task: Task, beside: str, beside_task: Task, **options: int) -> Comparison:
    costs = interleave({what: task, beside: beside_task}, **options)
    return Comparison(what=what, cost=costs[what], beside=beside, beside_cost=costs[beside])
