"""`leadrouter handover`: who takes over the leads of somebody who leaves, goes on leave or ends a shift."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadrouter.cli.arguments import INSTANT, folder_of, ledger_option, pack_argument
from leadrouter.cli.console import FINE, NOT_FINE, say
from leadrouter.cli.streams import opened

if TYPE_CHECKING:
    from rich.console import Console

    from leadrouter.lifecycle.plan import Applied, Plan, Reason

_HELP = """Say who would take over the open leads of PERSON, and their clients where they leave for good.

Nothing happens until the plan is applied. Print it with --json, read it, change `to` or take moves out,
and give the file to --apply. A plan is applied once; leads that have changed since are skipped, and the
exit code is then 1.

\b
  leadrouter handover rules/baksht anna --until 2026-05-12T09:00+03:00
  leadrouter handover rules/baksht anna --json > plan.json
  leadrouter handover rules/baksht --apply plan.json
"""
_HEADING = ("what", "id", "from", "to", "because")


@click.command("handover", help=_HELP, short_help="Say who takes over somebody's leads, and make it so.")
@pack_argument
@click.argument("person", required=False)
@click.option("--until", type=INSTANT, help="When the leads come back; they do not where it is left out.")
@click.option(
    "--reason",
    type=click.Choice(["leaves", "leave", "shift"]),
    help="What passes on: `leaves` everything for good, `leave` all but clients, `shift` what was not begun."
    "  [default: leave with --until, else leaves]",
)
@click.option("--at", type=INSTANT, help="The instant of the handover.  [default: now]")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON, to be read, changed and applied.")
@click.option("--apply", "file", metavar="FILE", help="Make a plan's moves; - is standard input.")
@ledger_option
def command(
    pack: Path,
    person: str | None,
    *,
    until: datetime | None,
    reason: Reason | None,
    at: datetime | None,
    as_json: bool,
    file: str | None,
    ledger: str,
) -> int:
    """Show or apply a plan."""
    from leadrouter.adapters.files import load_organisation, load_pack, load_roster_beside
    from leadrouter.adapters.ledgers import open_ledger
    from leadrouter.cli.console import out
    from leadrouter.lifecycle.plan import Plan
    from leadrouter.router import Router

    if (person is None) == (file is None):
        raise click.UsageError("give either PERSON, for a plan, or --apply FILE, to make its moves")
    folder = folder_of(pack)
    parts, roster = (load_pack(pack), load_organisation(folder)), load_roster_beside(folder)
    with Router(*parts, open_ledger(ledger, create=False), roster=roster) as router:
        if file is not None:
            with opened(file) as stream:
                read = Plan.from_json(stream.read(), source="stdin" if file == "-" else file)
            return _say_applied(out(), router.apply(read, at=at), read)
        plan = router.handover(str(person), at=at, until=until, reason=reason)
    if as_json:
        click.echo(json.dumps(plan.to_dict(), ensure_ascii=False, indent=2))
    else:
        _say_plan(out(), plan)
    return FINE


def _say_plan(console: Console, plan: Plan) -> None:
    back = "" if plan.until is None else f", back {plan.until.isoformat()}"
    say(console, f"{plan.person}: {plan.reason} at {plan.at.isoformat()}{back}", "bold")
    if not plan.moves:
        say(console, "nothing is open: there is nothing to hand over")
        return
    rows = [(each.kind, each.id, plan.person, _to(each.kind, each.to), each.because) for each in plan.moves]
    for row in _laid([_HEADING, *rows]):
        say(console, row)
    for each in plan.moves:
        if each.to is None and each.kind != "offer":
            why = "; ".join(f"{person}: {reason}" for person, reason in sorted(each.why_not.items()))
            say(console, f"{each.kind} {each.id} stays: {why or 'there is nobody else'}", "yellow")


def _to(kind: str, to: str | None) -> str:
    return to if to is not None else "its step" if kind == "offer" else "-"


def _laid(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _say_applied(console: Console, applied: Applied, plan: Plan) -> int:
    if applied.was_applied:
        say(console, f"{plan.id} was applied before: nothing was done")
        return FINE
    say(console, f"{plan.id}: {len(applied.moved)} moved, {len(applied.skipped)} skipped")
    for move, why in applied.skipped:
        say(console, f"{move.kind} {move.id}: {why}", "yellow")
    return NOT_FINE if applied.skipped else FINE
