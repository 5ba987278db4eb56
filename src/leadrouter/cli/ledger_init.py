"""`leadrouter ledger init`: a new ledger."""

from __future__ import annotations

import click

from leadrouter.cli.arguments import ledger_option
from leadrouter.cli.console import FINE


@click.command("init", short_help="Make a new ledger.")
@ledger_option
def command(*, ledger: str) -> int:
    """Make a new ledger; nothing where there is one already.

    A router makes a ledger that is not there as well. This is for those who make it with other rights than
    those with which leads are routed, or want a wrong address to be said before the first lead comes.
    """
    from leadrouter.adapters.ledgers import open_ledger, shown
    from leadrouter.adapters.upkeep import tables_of

    was = tables_of(ledger)
    open_ledger(ledger).close()
    done = "is there already" if was.number else "is made"
    click.echo(f"{shown(ledger)} {done}, tables {tables_of(ledger).number}")
    return FINE
