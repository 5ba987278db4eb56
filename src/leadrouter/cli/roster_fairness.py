"""`leadrouter roster fairness`: how much duty everybody has, beside the share that is theirs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadrouter.cli.console import FINE, out, printable, say
from leadrouter.cli.period import Asked, known_role, period_options, role_option, roster_argument, spanned

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from leadrouter.roster.fairness import Tally

_YEAR = 366
_EIGHTHS = " ▏▎▍▌▋▊▉"
_COLUMNS = (("turns", 5), ("hours", 8), ("weekend", 8), ("holiday", 8), ("share", 8))
_LONGEST_NAME = 16
_SHORTEST_BAR = 16
_SIGNED = 8


@click.command("fairness", short_help="Show how much duty everybody has, beside their share.")
@roster_argument
@period_options
@role_option
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON for each person.")
def command(path: Path, *, role: str | None, as_json: bool, **asked: Any) -> int:
    """Show how much duty everybody has, with a bar for each, and a mark where their share lies.

    PATH is a folder with roster.yaml, or that file. Without --week or --from it is a year from today.
    Whoever is away earns no share of the duty that others have meanwhile.
    """
    from leadrouter.adapters.files import load_roster
    from leadrouter.cli.weeks import colours_of
    from leadrouter.zone import zone

    roster = load_roster(path)
    tz = zone(roster.tz)
    start, end = Asked(**asked).period(tz, days=_YEAR)
    meant = known_role(roster, role)
    tallies = roster.fairness(start, end, meant)
    if as_json:
        for tally in tallies:
            click.echo(json.dumps(_told(tally), ensure_ascii=False))
        return FINE
    console = out()
    say(console, f"{meant} of {roster.name} from {spanned(start, end, tz)} ({roster.tz})", "bold")
    if tallies:
        _draw(console, tallies, colours_of(roster.all_people))
    else:
        say(console, "nobody takes part", "yellow")
    return FINE


def _told(tally: Tally) -> dict[str, object]:
    """Return a tally as JSON, hours as decimal numbers."""
    return {
        "person": tally.person,
        "turns": tally.turns,
        **{name: float(round(hours, 4)) for name, hours in _hours(tally).items()},
        "owed": float(round(tally.owed, 4)),
    }


def _hours(tally: Tally) -> dict[str, Fraction]:
    return {
        "hours": tally.done.hours,
        "weekend": tally.done.weekend,
        "holiday": tally.done.holiday,
        "share": tally.share.hours,
    }


def _draw(console: Console, tallies: Sequence[Tally], colours: Mapping[str, str]) -> None:
    from rich.text import Text

    width = min(_LONGEST_NAME, max(len(tally.person) for tally in tallies))
    heading = " ".join(name.rjust(cells) for name, cells in _COLUMNS)
    room = max(_SHORTEST_BAR, console.width - width - len(heading) - _SIGNED - 4)
    most = max(max(tally.done.hours, tally.share.hours) for tally in tallies)
    console.print()
    console.print(
        Text(f"{' ' * width} {heading}  {'█ hours, │ share'.ljust(room)} {'±'.rjust(_SIGNED)}", "dim"), soft_wrap=True
    )
    for tally in tallies:
        cells = [str(tally.turns), *(_clocked(hours) for hours in _hours(tally).values())]
        line = Text()
        line.append(f"{printable(tally.person)[:width].ljust(width)} ", "bold")
        line.append(" ".join(cell.rjust(wide) for cell, (_, wide) in zip(cells, _COLUMNS, strict=True)))
        line.append("  ")
        line.append_text(_bar(tally, most, room, colours[tally.person]))
        more = tally.done.hours - tally.share.hours
        line.append(f" {_clocked(more, signed=True).rjust(_SIGNED)}", "" if abs(more) < 1 else "bold")
        console.print(line, soft_wrap=True)


def _bar(tally: Tally, most: Fraction, room: int, colour: str) -> Text:
    """Return a bar as long as somebody's hours, with a mark where their share ends."""
    from rich.text import Text

    eighths = int(tally.done.hours / most * room * 8) if most else 0
    drawn = ("█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()).ljust(room)
    share = min(room - 1, int(tally.share.hours / most * room)) if most else 0
    bar = Text(f"{drawn[:share]}│{drawn[share + 1 : room]}", colour)
    bar.stylize(f"bold black on {colour}" if share < eighths // 8 else "bold default", share, share + 1)
    return bar


def _clocked(hours: Fraction, *, signed: bool = False) -> str:
    """Return hours in hours and minutes."""
    from leadrouter.cli.weeks import clocked

    text = clocked(timedelta(minutes=round(hours * 60)))
    return f"+{text}" if signed and hours >= 0 else text
