"""`leadrouter roster check`: what is wrong with a roster over a stretch of time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from leadrouter.cli.console import FINE, NOT_FINE, UNREADABLE, err, out, say, say_faults, say_findings
from leadrouter.cli.period import Asked, period_options, roster_argument, spanned

_YEAR = 366


@click.command("check", short_help="Print what is wrong with a roster: gaps, doubles, what never takes effect.")
@roster_argument
@period_options
def command(path: Path, **asked: Any) -> int:
    """Print what is wrong with the roster of PATH over a stretch of time, each with its place and its fix.

    PATH is a folder with roster.yaml, or that file. Without --week or --from it is a year from today.
    Errors give the exit code 1; warnings are printed and do not.
    """
    from leadrouter.adapters.files import load_roster
    from leadrouter.errors import FaultsError
    from leadrouter.zone import zone

    try:
        roster = load_roster(path)
    except FaultsError as error:
        say_faults(err(), error.faults)
        err().print()
        say(out(), f"{path}: {_counted(len(error.faults), 'fault')}", "bold red")
        return NOT_FINE if path.exists() else UNREADABLE
    tz = zone(roster.tz)
    start, end = Asked(**asked).period(tz, days=_YEAR)
    found = roster.check(start, end)
    errors = sum(each.severity == "error" for each in found)
    warnings = len(found) - errors + len(roster.warnings)
    say_findings(err(), found)
    if found and roster.warnings:
        err().print()
    say_faults(err(), roster.warnings, kind="warning")
    if errors or warnings:
        err().print()
    counts = f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}"
    period = f"from {spanned(start, end, tz)} ({roster.tz})"
    say(out(), f"{path}: {counts} {period}", "bold red" if errors else "bold green")
    return NOT_FINE if errors else FINE


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
