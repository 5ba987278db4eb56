"""`leadrouter route`: decide the leads of a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from leadrouter.cli.arguments import INSTANT, folder_of, ledger_option, pack_argument
from leadrouter.cli.console import FINE, NOT_FINE
from leadrouter.cli.streams import opened

if TYPE_CHECKING:
    from leadrouter.adapters.records import Format
    from leadrouter.cli.intake import Form

_HELP = """Decide where each lead of FILE goes and to whom, and keep the decisions.

PACK is a folder with pack.yaml and organisation.yaml. FILE holds leads: JSON Lines, a JSON array or
one object, or CSV with a heading and commas or semicolons; - is standard input.

A lead that is in the ledger already keeps its decision. A line that is no lead, or does not fit the
pack, is reported with its number and kept in a rejects file, and the rest goes on; the exit code is
then 1.

\b
  leadrouter route rules/baksht leads.jsonl
  leadrouter route rules/baksht leads.csv --dry-run
  tail -f calls.jsonl | leadrouter route rules/baksht - --json
"""


@click.command("route", help=_HELP, short_help="Decide where the leads of a file go, and keep the decisions.")
@pack_argument
@click.argument("file")
@click.option("--format", "form", type=click.Choice(["jsonl", "json", "csv"]), help="By FILE's ending where left out.")
@click.option("--json", "form_out", flag_value="json", help="Print decisions as JSON Lines, explanations included.")
@click.option("--brief", "form_out", flag_value="brief", help="The same without explanations.")
@ledger_option
@click.option("--dry-run", is_flag=True, help="Keep nothing: decide as if no lead had come before.")
@click.option(
    "--at", type=INSTANT, help="The instant of the decisions.  [default: when each lead was received, or now]"
)
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rejected leads are kept.  [default: FILE's name and .rejects.jsonl, here; with --dry-run nowhere]",
)
@click.pass_context
def command(
    ctx: click.Context,
    pack: Path,
    file: str,
    *,
    form: Format | None,
    form_out: Form | None,
    ledger: str,
    dry_run: bool,
    at: datetime | None,
    rejects: Path | None,
) -> int:
    """Decide where each lead of a file goes."""
    from leadrouter.adapters.ledgers import open_ledger
    from leadrouter.cli.intake import Intake
    from leadrouter.cli.rejects import Rejects
    from leadrouter.testing.suite import load_set_up

    if dry_run and ctx.get_parameter_source("ledger") == ParameterSource.COMMANDLINE:
        raise click.UsageError("--dry-run keeps nothing: leave --ledger out")
    known_form = form or _format_of(file)
    name = "stdin" if file == "-" else file
    target = rejects or (None if dry_run else Path(f"{Path(name).name}.rejects.jsonl"))
    if file != "-" and target is not None and target.exists() and target.samefile(file):
        raise click.UsageError("the rejects would overwrite FILE: name another file with --rejects")
    set_up = load_set_up(folder_of(pack))
    with opened(file) as stream:
        intake = Intake.of(
            *set_up,
            ledger=open_ledger("memory:" if dry_run else ledger),
            address=None if dry_run else ledger,
            form=form_out or "table",
            at=at,
            name=name,
            rejects=Rejects(target, adds=file == "-"),
        )
        intake.run(stream, known_form)
    return NOT_FINE if intake.rejects.count else FINE


def _format_of(file: str) -> Format:
    """Return the format of a file by its ending; standard input is JSON Lines."""
    from leadrouter.adapters.records import format_of

    form = "jsonl" if file == "-" else format_of(file)
    if form is None:
        raise click.UsageError(f"{file} does not say its format by its ending: give --format jsonl, json or csv")
    return form
