"""`leadrouter ledger export`: tables for other programs, without personal data."""

from __future__ import annotations

from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import click

from leadrouter.cli.arguments import ledger_option
from leadrouter.cli.console import FINE, err, say
from leadrouter.cli.streams import standard_output

if TYPE_CHECKING:
    from leadrouter.adapters.export import Table
    from leadrouter.ledger.ledger import Reading

Form: TypeAlias = Literal["csv", "parquet"]


@click.command("export", short_help="Write leads or events as CSV or Parquet, without personal data.")
@click.argument("table", type=click.Choice(["leads", "events"]))
@ledger_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file; otherwise CSV is printed.")
@click.option("--format", "form", type=click.Choice(["csv", "parquet"]), help="By the ending of the file otherwise.")
def command(table: Table, *, ledger: str, out: Path | None, form: Form | None) -> int:
    """Write a TABLE of a ledger as it is at one instant: `leads`, a row for each as it stands, or `events`.

    There is nothing in it that a client has said, and nobody of a client's: no payload, name, phone, e-mail or
    free text, no reason that somebody gave. People in it are those of the organisation. Others go on writing
    meanwhile; a file has its name when it is whole. Parquet needs the extra `parquet`.
    """
    from leadrouter.adapters.ledgers import open_ledger

    known = form or _form_of(out)
    if known == "parquet" and out is None:
        raise click.UsageError("Parquet is not printed: name a file with --out")
    kept = open_ledger(ledger, create=False)
    try:
        with kept.reading() as work:
            count = _write(work, table, known, out)
    finally:
        kept.close()
    if out is not None:
        say(err(), f"{count} {table} in {out}", "bold green")
    return FINE


def _form_of(out: Path | None) -> Form:
    if out is None or out.suffix == ".csv":
        return "csv"
    if out.suffix == ".parquet":
        return "parquet"
    raise click.UsageError(f"{out} does not say its format by its ending: give --format csv or parquet")


def _write(work: Reading, table: Table, form: Form, out: Path | None) -> int:
    from leadrouter.adapters.export import columns_of, no_half_file, rows_of, write_csv, write_parquet

    columns, rows = columns_of(table), rows_of(work, table)
    if out is None:
        printed = TextIOWrapper(standard_output().buffer, encoding="utf-8", newline="")
        try:
            return write_csv(printed, columns, rows)
        finally:
            printed.detach()
    with no_half_file(out) as part:
        if form == "csv":
            with part.open("w", encoding="utf-8", newline="") as text:
                return write_csv(text, columns, rows)
        with part.open("wb") as stream:
            return write_parquet(stream, columns, rows)
