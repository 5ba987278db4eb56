"""What leadrouter costs beside itself and beside what it stands on: reading, loading, routing, importing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from attrs import frozen

from leadrouter import Router, RulePack

from .contest import leads_for
from .measure import Cost, Task, each, interleave
from .packs import Facts, make_rules, pack_text

_NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
_IMPORTS = 41
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
    return [_reading(), _loading(1_000), *_routing(10), *_routing(100), _importing()]


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


def _routing(size: int) -> Iterator[Comparison]:
    """Route new leads in memory, with and without the explanation, beside `decide` on their facts."""
    leads, ids = leads_for(size), count()
    with TemporaryDirectory() as folder:
        Path(folder, "pack.yaml").write_text(pack_text(make_rules(size)), encoding="utf-8")
        Path(folder, "organisation.yaml").write_text(_ORGANISATION, encoding="utf-8")
        router = Router.open(folder, ledger="memory:")

    def route(facts: Facts) -> Any:
        return router.route({"id": f"lead-{next(ids)}", **facts}, at=_NOW)

    def explain(facts: Facts) -> object:
        return route(facts).explain()

    decide = RulePack.parse(pack_text(make_rules(size))).decide
    for what, call in (("`route`", route), ("`route(…).explain()`", explain)):
        yield _pair(f"{what}, {size} rules", each(call, leads), "`decide`", each(decide, leads))


def _importing() -> Comparison:
    """Import in fresh interpreters, counting from after their own start."""
    ours, theirs = "import leadrouter", "import attrs, yaml"
    return _pair(f"`{ours}`", _imported(ours), f"`{theirs}`", _imported(theirs), rounds=_IMPORTS)


def _imported(statement: str) -> Task:
    clock = "from time import process_time_ns as now; start = now()"
    command = [sys.executable, "-c", f"{clock}; {statement}; print(now() - start)"]
    return lambda: int(subprocess.run(command, check=True, capture_output=True).stdout) / 1000


def _pair(what: str, task: Task, beside: str, beside_task: Task, **options: int) -> Comparison:
    costs = interleave({what: task, beside: beside_task}, **options)
    return Comparison(what=what, cost=costs[what], beside=beside, beside_cost=costs[beside])
