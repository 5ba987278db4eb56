"""`leadrouter roster plan`: a fair rota as a file, to be reviewed."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadrouter.cli.console import FINE, NOT_FINE, err, say_findings
from leadrouter.cli.period import Asked, known_role, period_options, role_option, roster_argument

if TYPE_CHECKING:
    from leadrouter.roster.dated import DatedDuty
    from leadrouter.roster.plan_model import PlanRules, Solve
    from leadrouter.roster.roster import DutyRoster

_QUARTER = 91

_HELP = """Plan a fair rota, and print it as CSV to be reviewed.

Absences, rest, skills and limits are those of the roster. The plan is a file for a layer:

\b
  leadrouter roster plan rules/baksht --from 2026-04-01 --to 2026-06-30 --out duty-2026q2.csv

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
@click.option(
    "--owed-since",
    metavar="DATE",
    help="Carry over what people are owed: their duty from then until the plan begins, beside their share.",
)
@click.option("--rest", type=click.IntRange(0), metavar="HOURS", help="Least hours between two duties.")
@click.option("--per-week", type=click.IntRange(1), metavar="N", help="Most duties of one person in a week.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file.  [default: print]")
@click.option("--or-tools", "is_best", is_flag=True, help="Look for the best plan with OR-tools, which takes longer.")
def command(
    path: Path,
    *,
    role: str | None,
    people: tuple[str, ...],
    skills: tuple[str, ...],
    before: Path | None,
    owed_since: str | None,
    rest: int | None,
    per_week: int | None,
    out: Path | None,
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
        rules=_rules(roster, rest, per_week),
        skills=skills,
        owed=None if owed_since is None else _owed(roster, owed_since, start, meant),
        solve=_or_tools() if is_best else None,
    )
    text = plan.to_csv(tz=tz, role=meant)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
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


def _rules(roster: DutyRoster, rest: int | None, per_week: int | None) -> PlanRules:
    """Return the roster's own limits, and what was said beside them."""
    from leadrouter.roster.plan_model import PlanRules

    limits = roster.versions[-1].limits
    hours = limits.rest or 0 if rest is None else rest
    return PlanRules(rest=timedelta(hours=hours), most_per_week=per_week, days_in_a_row=limits.consecutive_days)


def _owed(roster: DutyRoster, since: str, until: datetime, role: str) -> dict[str, Fraction]:
    """Return what people are owed at an instant for their duty since a date."""
    from leadrouter.roster.fairness import debts
    from leadrouter.zone import zone

    first, _ = Asked(week=None, since=since, until=None, at=None).period(zone(roster.tz))
    if first >= until:
        raise click.UsageError("--owed-since lies before the plan")
    return debts(roster.fairness(first, until, role))


def _or_tools() -> Solve:
    from importlib.util import find_spec

    from leadrouter.adapters.or_tools import or_tools

    if find_spec("ortools") is None:
        raise click.UsageError("--or-tools needs the package `ortools`: pip install 'leadrouter[planner]'")
    return or_tools()
