"""`leadrouter roster diff`: who gains and who loses which duties by another roster."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadrouter.cli.console import FINE, out, printable, say
from leadrouter.cli.period import Asked, period_options, shown, spanned

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rich.text import Text

    from leadrouter.roster.diff import Change

_YEAR = 366


@click.command("diff", short_help="Show who gains and who loses duties by another roster.")
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@period_options
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON for each change.")
def command(before: Path, after: Path, *, as_json: bool, **asked: Any) -> int:
    """Show who gains and who loses which duties where the roster of AFTER takes the place of that of BEFORE.

    Each is a folder with roster.yaml, or that file. Without --week or --from it is a year from today. Times
    are by the clock of AFTER.
    """
    from leadrouter.adapters.files import load_roster
    from leadrouter.zone import zone

    rosters = load_roster(before), load_roster(after)
    tz = zone(rosters[1].tz)
    start, end = Asked(**asked).period(tz, days=_YEAR)
    changes = rosters[0].diff(rosters[1], start, end)
    if as_json:
        for change in changes:
            click.echo(json.dumps(_told(change, tz), ensure_ascii=False))
        return FINE
    console = out()
    for change in changes:
        console.print(_line(change, tz), soft_wrap=True)
    period = f"from {spanned(start, end, tz)} ({rosters[1].tz})"
    counted = "nothing changes" if not changes else f"{len(changes)} change{'' if len(changes) == 1 else 's'}"
    say(console, f"{counted} {period}", "bold")
    return FINE


def _told(change: Change, tz: ZoneInfo) -> dict[str, object]:
    return {
        "role": change.role,
        "start": change.start.astimezone(tz).isoformat(),
        "end": change.end.astimezone(tz).isoformat(),
        "loses": list(change.loses),
        "gains": list(change.gains),
    }


def _line(change: Change, tz: ZoneInfo) -> Text:
    from rich.text import Text

    text = Text.assemble(
        (f"{shown(change.start, tz)} – {shown(change.end, tz)}  ", "dim"), f"{printable(change.role)}  "
    )
    for people, sign, style in ((change.loses, "-", "red"), (change.gains, "+", "green")):
        for person in people:
            text.append(f"{sign}{printable(person)} ", style)
    text.rstrip()
    return text
