"""`leadrouter standing`: who got how many leads, against what was due to them, and what they carry."""

from __future__ import annotations

import json

import click

from leadrouter.cli.arguments import ledger_option
from leadrouter.cli.console import FINE


@click.command("standing", short_help="Say who got how many leads, and what they carry.")
@ledger_option
@click.option("--pool", help="Show one pool only: department(sales).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with exact figures.")
def command(*, ledger: str, pool: str | None, as_json: bool) -> int:
    """Say for every pool who got how many leads, against what each was entitled to.

    `owed` is entitled less got: whoever is owed most stands first. A pool that is fair stays within one
    lead of zero as long as everybody can take each lead. Beside it stand everybody's open leads and how
    much of the portfolio is in use, across all pools. The ledger is enough: it keeps the organisation
    that decided last.
    """
    from leadrouter.adapters.ledgers import open_ledger
    from leadrouter.cli.books import rows_of, say_rows
    from leadrouter.cli.console import out

    kept = open_ledger(ledger, create=False)
    try:
        with kept.reading() as work:
            rows = list(rows_of(work, pool))
    finally:
        kept.close()
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif rows:
        say_rows(out(), rows)
    else:
        click.echo("nobody was offered a lead" if pool is None else f"nobody was offered a lead in {pool}")
    return FINE
