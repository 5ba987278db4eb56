"""Compare leadrouter with its peers: `python -m tests.bench.run [--sizes 10,100] [--json]`.

Every engine first decides all leads, and a disagreement ends the run. Then they take turns. A cell gives CPU
microseconds for one decision, least and median of the rounds, and how many times leadrouter's least its own is.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from platform import machine, python_version
from statistics import fmean

from attrs import asdict, frozen

from .contest import LEADS, AbsentError, agree, enter, leads_for
from .measure import Cost, interleave
from .ours import Comparison, compare
from .packs import DEFAULT, make_rules
from .peers import PEERS

SIZES = (10, 100, 1_000, 10_000)
OURS = next(iter(PEERS))


@frozen(kw_only=True)
class Contest:
    """One pack in all engines: costs of one decision, why an engine is absent, and how far down the pack leads fall.

    `depth` is the mean place of the deciding rule, from 0 for the first to 1 for the default.
    """

    size: int
    depth: float
    costs: Mapping[str, Cost]
    absent: Mapping[str, str]


def contest(size: int) -> Contest:
    """Let every engine that can run the pack answer, compare the answers, then measure."""
    entrants, absent = {}, {}
    for name in PEERS:
        try:
            entrants[name] = enter(name, size)
        except AbsentError as reason:
            absent[name] = str(reason)
    agree(entrants, leads_for(size))
    places = {rule.id: place for place, rule in enumerate(make_rules(size))} | {DEFAULT: size - 1}
    depth = fmean(places[rule] for rule in entrants["if/elif"].answers) / (size - 1)
    costs = interleave({name: entrant.task for name, entrant in entrants.items()})
    return Contest(size=size, depth=depth, costs=costs, absent=absent)


def versions() -> dict[str, str]:
    """Name what was measured: Python, the machine, and each package that is installed."""
    found = {"python": python_version(), "machine": machine()}
    for peer in PEERS.values():
        try:
            found |= {peer.package: version(peer.package)} if peer.package else {}
        except PackageNotFoundError:
            continue
    return found


def markdown(contests: Sequence[Contest], ours: Sequence[Comparison]) -> Iterator[str]:
    """Write the report, line by line."""
    yield ", ".join(f"{name} {number}" for name, number in versions().items())
    yield f"\nCPU µs for one decision: least / median (times {OURS}'s least); {LEADS} leads, identical answers.\n"
    yield _row("rules", *(f"{it.size:,}" for it in contests))
    yield _row("---", *("---:" for _ in contests))
    yield _row("mean depth of the decision", *(f"{it.depth:.0%}" for it in contests))
    for name in PEERS:
        yield _row(name, *(_cell(it, name) for it in contests))
    yield ""
    for it in contests:
        yield from (f"- Not run with {it.size:,} rules: {name}: {reason}" for name, reason in it.absent.items())
    yield "\n" + _row("what", "CPU µs", "beside", "CPU µs", "times")
    yield _row("---", "---:", "---", "---:", "---:")
    for pair in ours:
        times = pair.cost.least / pair.beside_cost.least
        yield _row(pair.what, _cost(pair.cost), pair.beside, _cost(pair.beside_cost), f"{times:.2f}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the contests of the sizes asked for, then our own comparisons, and print them."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.run", description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of rules, with commas")
    parser.add_argument("--json", action="store_true", help="print JSON instead of markdown")
    options = parser.parse_args(arguments)
    contests = [contest(int(size)) for size in options.sizes.split(",")]
    ours = compare()
    if options.json:
        report = {"versions": versions(), "contests": [*map(asdict, contests)], "ours": [*map(asdict, ours)]}
        json.dump(report, sys.stdout, indent=2)
    else:
        print(*markdown(contests, ours), sep="\n")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(contest: Contest, name: str) -> str:
    if name not in contest.costs:
        return "–"
    cost, ours = contest.costs[name], contest.costs.get(OURS)
    return _cost(cost) + (f" ({cost.least / ours.least:.2f})" if ours else "")


def _cost(cost: Cost) -> str:
    return f"{cost.least:,.2f} / {cost.median:,.2f}"


if __name__ == "__main__":
    main()
