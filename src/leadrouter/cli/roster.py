"""`leadrouter roster`: who is on duty, as weeks, and what can be asked about a roster."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadrouter.cli.console import FINE, err, out, say
from leadrouter.cli.period import Asked, known_role, period_options, role_option, roster_argument, shown

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rich.console import Console

    from leadrouter.cli.weeks import Stretch
    from leadrouter.roster.duty import Duty
    from leadrouter.roster.roster import DutyRoster
    from leadrouter.roster.version import Version
    from leadrouter.roster.window import Window

_COMMANDS = ("check", "fairness", "plan", "diff")
_SHOW = "show"
_MOMENT = timedelta(microseconds=1)
_WINDOW = timedelta(days=9)

_HELP = """Say who is on duty, and draw the weeks.

\b
  leadrouter roster rules/baksht
  leadrouter roster rules/baksht --week 2026-W48 --role backup
  leadrouter roster rules/baksht --from 2026-05-01 --to 2026-05-31 --json
  leadrouter roster check rules/baksht

PATH is a folder with roster.yaml, or that file. Times without an offset are by the clock of the
roster; without --week or --from it is this week.
"""


class _Roster(click.Group):
    """Takes PATH where no command is named, and loads a command when it is asked for."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*_COMMANDS, *ctx.help_option_names):
            args = [_SHOW, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return show if cmd_name == _SHOW else None
        named: click.Command = import_module(f"leadrouter.cli.roster_{cmd_name}").command
        named.epilog = ctx.command.epilog
        return named

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "[OPTIONS] PATH")
        formatter.write_usage(ctx.command_path, "COMMAND [OPTIONS] PATH", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show the options of the command without a name, which are those of the group to whoever reads."""
        show.format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


@click.group(
    "roster", cls=_Roster, help=_HELP, short_help="Say who is on duty, and draw the weeks.", no_args_is_help=True
)
def command() -> None:
    """Say who is on duty."""


@click.command(_SHOW)
@roster_argument
@period_options
@role_option
@click.option("--json", "form", flag_value="json", help="Print duties as JSON Lines.")
@click.option(
    "--ical", "form", flag_value="ical", help="Print duties as a calendar: of all roles where --role is left out."
)
@click.option("--person", metavar="PERSON", help="With --ical: whose duties.")
@click.option(
    "--previous",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="With --ical: the calendar of last time, so that what went away is cancelled.",
)
def show(
    path: Path, *, role: str | None, form: str | None, person: str | None, previous: Path | None, **asked: Any
) -> int:
    """Say who is on duty."""
    from leadrouter.adapters.files import load_roster
    from leadrouter.zone import zone

    if form != "ical" and (person or previous):
        raise click.UsageError("--person and --previous go with --ical")
    roster = load_roster(path)
    tz, period = zone(roster.tz), Asked(**asked)
    start, end = period.period(tz)
    meant = known_role(roster, role)
    if form == "json":
        for duty in roster.timeline(start, end, meant):
            click.echo(json.dumps(_told(duty, roster.tz), ensure_ascii=False))
    elif form == "ical":
        _print_calendar(roster, start, end, role=role, person=person, previous=previous, stamp=period.now(tz))
    else:
        is_today = period.week is None and period.since is None
        _draw(roster, meant, start, end, now=period.now(tz) if is_today else None)
    return FINE


def _told(duty: Duty, tz: str) -> dict[str, object]:
    """Return a duty as JSON, times by the clock of the roster."""
    from leadrouter.zone import zone

    since, until = (None if at is None else at.astimezone(zone(tz)).isoformat() for at in (duty.since, duty.until))
    return {
        "role": duty.role,
        "people": list(duty.people),
        "since": since,
        "until": until,
        "source": str(duty.source),
        "reasons": list(duty.reasons),
        "gap": duty.gap,
        "fallback": duty.fallback,
        "next": list(duty.next),
    }


def _print_calendar(
    roster: DutyRoster, start: datetime, end: datetime, *, person: str | None, previous: Path | None, **rest: Any
) -> None:
    from leadrouter.errors import did_you_mean

    if person is not None and person not in roster.all_people:
        raise click.UsageError(f"unknown person `{person}`; {did_you_mean(person, roster.all_people)}")
    before = None if previous is None else previous.read_bytes()
    click.echo(roster.to_ical(start, end, person=person, previous=before, **rest), nl=False)


def _draw(roster: DutyRoster, role: str, start: datetime, end: datetime, *, now: datetime | None) -> None:
    from leadrouter.cli.weeks import Weeks, colours_of, legend
    from leadrouter.zone import zone

    stretches = _stretches(roster, role, start, end)  # first, for it may be refused
    console, tz = out(), zone(roster.tz)
    colours = colours_of(roster.all_people)
    drawn = [version for version, _, _ in roster.in_force(start, end)] or [roster.versions[-1]]
    numbers = ", then ".join(str(each.number) for each in drawn)
    say(console, f"{role} of {roster.name}, version {numbers}, by the clock of {roster.tz}", "bold")
    if now is not None:
        _say_now(console, roster, role, now)
    weeks = Weeks(console, tz, partial(_is_workday, roster, tz), colours)
    weeks.draw(stretches, start.astimezone(tz).date(), (end - _MOMENT).astimezone(tz).date())
    console.print()
    legend(console, stretches, colours)
    others = [other for other in roster.all_roles if other != role and any(other in each.roles for each in drawn)]
    if others:
        say(err(), f"other duties: {', '.join(others)}; draw one with --role", "dim")


def _is_workday(roster: DutyRoster, tz: ZoneInfo, day: date) -> bool:
    """Tell whether a day is one of work: by the version in force as it ends, or the first one before all."""
    from leadrouter.roster.boundary import begins

    parts = roster.in_force(begins(day, tz), begins(day + timedelta(days=1), tz))
    return (parts[-1][0] if parts else roster.versions[0]).workdays.is_workday(day)


def _say_now(console: Console, roster: DutyRoster, role: str, now: datetime) -> None:
    """Say who is on duty now, until when, and who comes then."""
    from leadrouter.zone import zone

    duty = roster.on_duty(now, role)
    who = ", ".join(duty.people) or "nobody"
    until = "" if duty.until is None else f" until {shown(duty.until, zone(roster.tz))}"
    then = f", then {', '.join(duty.next)}" if duty.next else ""
    instead = f"; ask {duty.fallback}" if duty.fallback else ""
    say(console, f"now: {who}{until} ({duty.source}){instead}{then}", "bold red" if duty.gap else "bold green")


def _stretches(roster: DutyRoster, role: str, start: datetime, end: datetime) -> list[Stretch]:
    """Return who has duty, as it is drawn: joined where only the reasons change, gaps parted by whether they matter."""
    from attrs import evolve

    needed = sorted(_needed(roster, role, start, end))
    drawn: list[Stretch] = []
    for duty in roster.timeline(start, end, role):
        for piece in _pieces(duty.people, duty.since or start, duty.until or end, needed):
            if drawn and (drawn[-1].people, drawn[-1].is_idle) == (piece.people, piece.is_idle):
                drawn[-1] = evolve(drawn[-1], end=piece.end)
            else:
                drawn.append(piece)
    return drawn


def _needed(roster: DutyRoster, role: str, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield when a role must have somebody, in order: always, where the version in force does not say when."""
    parts = roster.in_force(start, end)
    yield start, parts[0][1] if parts else end
    for version, first, last in parts:
        held = version.roles.get(role)
        if held is None or not held.needed:
            yield first, last
        else:
            yield from _opened(version, held.needed, first, last)


def _opened(
    version: Version, windows: tuple[Window, ...], start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield when windows are open over the part of a stretch in which their version is in force."""
    from leadrouter.roster.window import openings
    from leadrouter.zone import zone

    tz = zone(version.tz)
    first, last = ((at + by).astimezone(tz).date() for at, by in ((start, -_WINDOW), (end, timedelta())))
    for opening in openings(windows, first, last, tz, version.workdays):
        opens, closes = max(opening.start, start), min(opening.end, end)
        if opens < closes:
            yield opens, closes


def _pieces(
    people: tuple[str, ...], start: datetime, end: datetime, needed: Iterable[tuple[datetime, datetime]]
) -> Iterator[Stretch]:
    """Yield a stretch as it is; the parts of a gap: red where somebody is needed, idle elsewhere."""
    from leadrouter.cli.weeks import Stretch

    at = start
    for opens, closes in [(start, end)] if people else needed:
        first, last = max(at, opens), min(end, closes)
        if first < last:
            if at < first:
                yield Stretch(people=(), start=at, end=first, is_idle=True)
            yield Stretch(people=people, start=first, end=last)
            at = last
    if at < end:
        yield Stretch(people=(), start=at, end=end, is_idle=True)
