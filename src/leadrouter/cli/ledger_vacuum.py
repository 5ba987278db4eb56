"""`leadrouter ledger vacuum`: room given back."""

from __future__ import annotations

import click

from leadrouter.cli.arguments import ledger_option
from leadrouter.cli.console import FINE, size_in_words


@click.command("vacuum", short_help="Give back the room of what is not there any more.")
@ledger_option
def command(*, ledger: str) -> int:
    """Give back the room of what is not there any more, after an erasure most of all.

    Writers wait meanwhile, and who has waited for half a minute is refused: a file of 1 GB takes about as long.
    As much room again is needed until it is done.
    """
    from leadrouter.adapters.ledgers import shown
    from leadrouter.adapters.upkeep import size_of, vacuum

    before = size_of(ledger)
    vacuum(ledger)
    click.echo(f"{shown(ledger)} takes {size_in_words(size_of(ledger))}, and took {size_in_words(before)}")
    return FINE
