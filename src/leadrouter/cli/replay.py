"""`leadrouter replay`: whether every decision comes out again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from leadrouter.cli.arguments import ledger_option
from leadrouter.cli.console import FINE, NOT_FINE

if TYPE_CHECKING:
    from leadrouter.audit.replay import Replayed


@click.command("replay", short_help="Make every decision again, and say where something else comes out.")
@ledger_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with everything that was found.")
def command(*, ledger: str, as_json: bool) -> int:
    """Make every decision of a ledger again from what is stored with it, and compare.

    The ledger is enough: it keeps the packs, organisations and rosters that decided. What it cannot keep (a
    strategy or an answer to who is on duty that the host has written itself, and texts that were erased) is
    named, and counts neither as the same nor as another decision. The exit code is 1 where something else
    comes out, or a text is missing that the ledger had kept. Costs about as much as routing all leads again.
    """
    from leadrouter.adapters.ledgers import open_ledger
    from leadrouter.audit.pages import length_of
    from leadrouter.audit.replay import replay
    from leadrouter.cli.console import err
    from leadrouter.cli.progress import progress

    kept = open_ledger(ledger, create=False)
    try:
        with kept.reading() as reading, progress(err(), length_of(reading), are_results_shown=False) as advance:
            replayed = replay(reading, advance=advance)
    finally:
        kept.close()
    if as_json:
        from attrs import asdict

        click.echo(json.dumps(asdict(replayed), ensure_ascii=False, indent=2))
    else:
        _say(replayed)
    return FINE if replayed.is_same else NOT_FINE


def _say(replayed: Replayed) -> None:
    """Print what differs and what could not be made again, the first ones of each, and how many there are."""
    from leadrouter.cli.console import out, say, say_first

    say_first(replayed.differences, "red")
    say_first(replayed.left_out, "yellow")
    left_out = f", {len(replayed.left_out)} cannot be made again" if replayed.left_out else ""
    count = len(replayed.differences)
    differing = f", {count} difference{'' if count == 1 else 's'}" if count else ""
    style = "bold green" if replayed.is_same else "bold red"
    say(out(), f"{replayed.same} of {replayed.decisions} decisions come out the same{differing}{left_out}", style)
