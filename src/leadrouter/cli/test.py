"""`leadrouter test`: the cases of a pack, without pytest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadrouter.cli.arguments import folder_of, pack_argument
from leadrouter.cli.console import FINE, NOT_FINE, out, say

if TYPE_CHECKING:
    from rich.console import Console

    from leadrouter.testing import CaseResult, Suite


@click.command("test", short_help="Run the cases of a pack, and name the rules without one.")
@pack_argument
@click.option("--coverage/--no-coverage", default=True, help="Name the rules that no case reaches.  [default: on]")
def command(pack: Path, *, coverage: bool) -> int:
    """Run the cases of PACK, a folder with pack.yaml, organisation.yaml and cases/*.yaml.

    A case that comes out right by another rule than it names fails. Rules without a case are named;
    they do not fail the run.
    """
    from leadrouter.testing import load_suite

    console = out()
    suite = load_suite(folder_of(pack))
    if not suite.cases:
        say(console, f"{pack} has no cases: write them in cases/*.yaml beside the pack", "yellow")
        return FINE
    results = list(suite.run())
    failed = [result for result in results if not result.passed]
    for result in failed:
        _print(console, result)
    _print_files(console, results)
    if coverage:
        _print_coverage(console, suite, results)
    verdict = f"{len(results)} cases, {len(failed)} failed" if failed else f"all {len(results)} cases passed"
    say(console, verdict, "bold red" if failed else "bold green")
    return NOT_FINE if failed else FINE


def _print(console: Console, result: CaseResult) -> None:
    for number, line in enumerate(result.report().splitlines()):
        style = "bold red" if number == 0 else "red" if line.endswith("✗") else "dim" if line.startswith("   ") else ""
        say(console, line, style)
    console.print()


def _print_files(console: Console, results: list[CaseResult]) -> None:
    """Print each file with how many of its cases passed."""
    counts: dict[str, list[bool]] = {}
    for result in results:
        where = result.case.where
        counts.setdefault("" if where is None else where.source.name, []).append(result.passed)
    width = max(map(len, counts))
    for name, passed in counts.items():
        failed = passed.count(False)
        count = f"{len(passed) - failed:3} passed" + (f", {failed} failed" if failed else "")
        say(console, f"{name.ljust(width)}  {count}", "red" if failed else "")


def _print_coverage(console: Console, suite: Suite, results: list[CaseResult]) -> None:
    from leadrouter.testing import measure

    coverage = measure(suite.pack, suite.organisation, results, suite.roster)
    for number, line in enumerate(f"rule coverage {coverage.report()}".splitlines()):
        say(console, line, "yellow" if number else "")
