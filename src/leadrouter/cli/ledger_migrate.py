"""`leadrouter ledger migrate`: the tables of this version of the library."""

from __future__ import annotations

import click

from leadrouter.cli.arguments import ledger_option
from leadrouter.cli.console import FINE


@click.command("migrate", short_help="Bring the tables of a ledger up to this version.")
@ledger_option
@click.option("--dry-run", is_flag=True, help="Say what is missing, and change nothing.")
def command(*, ledger: str, dry_run: bool) -> int:
    """Bring the tables of a ledger up to what this version of leadrouter knows.

    A router does that as well when it opens the ledger. This is for those who do it with other rights, or at
    a time of their own. Make a backup before.
    """
    from leadrouter.adapters.ledgers import open_ledger, shown
    from leadrouter.adapters.upkeep import tables_of
    from leadrouter.errors import LedgerError

    was = tables_of(ledger)
    if not was.number:
        raise LedgerError(f"there is no ledger at {shown(ledger)}; make one with `leadrouter ledger init`")
    if not was.missing:
        click.echo(f"{shown(ledger)} has all tables of this version: {was.number}")
    elif dry_run:
        click.echo(f"{shown(ledger)} has tables {was.number}, and is to get: {', '.join(was.missing)}")
    else:
        open_ledger(ledger, create=False).close()
        click.echo(f"{shown(ledger)} has got: {', '.join(was.missing)}; tables {tables_of(ledger).number}")
    return FINE
