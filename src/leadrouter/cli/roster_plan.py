"""`leadrouter roster plan`: a fair rota as a file, to be reviewed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadrouter.cli.console import FINE, NOT_FINE, err, say_findings
from leadrouter.cli.period import Asked, known_role, period_options, role_option, roster_argument

if TYPE_CHECKING:
    from leadrouter.roster.dated import DatedDuty
    from leadrouter.roster.plan_model import Solve
    from leadrouter.roster.roster import DutyRoster

_QUARTER = 91

_HELP = """Plan a fair rota, and print it as CSV to be reviewed.

Absences, rest, skills and limits are those of the roster. What is printed is a file for a layer:

\b
  leadrouter roster plan rules/baksht --from 2026-04-01 --to 2026-06-30 > duty-2026q2.csv

\b
  layers:
    - {id: plan-2026q2, plan: duty-2026q2.csv}

PATH is a folder with roster.yaml, or that file. Without --week or --from it is a quarter from today.
Duties for which nobody could be found give the exit code 1.
"""


@click.command("plan", help=_HELP, short_help="Plan a fair rota, and print it as CSV to be reviewed.")
@roster_argument
@period_options
@role_option
@click.option("--person", "people", multiple=True, metavar="PERSON", help="Who is planned; give it for each.")
@click.option("--skill", "skills", multiple=True, metavar="SKILL", help="What everybody on duty must know.")
@click.option(
    "--before",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="An earlier plan, which is changed no more than fairness asks.",
)
@click.option("--or-tools", "is_best", is_flag=True, help="Look for the best plan with OR-tools, which takes longer.")
def command(
    path: Path,
    *,
    role: str | None,
    people: tuple[str, ...],
    skills: tuple[str, ...],
    before: Path | None,
    is_best: bool,
    **asked: Any,
) -> int:
    """Plan a fair rota."""
    from leadrouter.adapters.files import load_roster
    from leadrouter.zone import zone

    roster = load_roster(path)
    tz = zone(roster.tz)
    start, end = Asked(**asked).period(tz, days=_QUARTER)
    meant = known_role(roster, role)
    plan = roster.plan(
        start,
        end,
        role=meant,
        people=people or None,
        before=() if before is None else _read(before, roster, meant),
        skills=skills,
        solve=_or_tools() if is_best else None,
    )
    click.echo(plan.to_csv(tz=tz, role=meant), nl=False)
    say_findings(err(), plan.findings)
    return NOT_FINE if plan.findings else FINE


def _read(file: Path, roster: DutyRoster, role: str) -> tuple[DatedDuty, ...]:
    """Return the duties of an earlier plan.

    Raises:
        RosterError: with every fault of the file.
    """
    from leadrouter.adapters.files import read_text
    from leadrouter.errors import RosterError
    from leadrouter.roster.plan_file import parse_plan

    text, unreadable = read_text(file)
    if unreadable is not None:
        raise RosterError([unreadable])
    duties, faults = parse_plan(text, source=str(file), people=roster.people, role=role, roles=tuple(roster.roles))
    if faults:
        raise RosterError(faults)
    return duties


def _or_tools() -> Solve:
    from importlib.util import find_spec

    from leadrouter.adapters.or_tools import or_tools

    if find_spec("ortools") is None:
        raise click.UsageError("--or-tools needs the package `ortools`: pip install 'leadrouter[planner]'")
    return or_tools()
