"""`leadrouter ledger backup`: a copy of a ledger while it is in use."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from leadrouter.cli.arguments import ledger_option
from leadrouter.cli.console import FINE, err, say, size_in_words


@click.command("backup", short_help="Copy a ledger while it is in use.")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@ledger_option
def command(target: Path, *, ledger: str) -> int:
    """Copy a ledger as it is at one instant to the file TARGET, while others go on writing.

    TARGET must not be there yet. It has its name when it is whole, on the disk and read through once, and is a
    ledger like the first. What has happened until then is sealed, so that `verify` misses whatever is taken
    out of either later.

    A ledger in PostgreSQL is backed up by PostgreSQL: pg_dump, or pg_basebackup with archived WAL.
    """
    from leadrouter.adapters.ledgers import shown
    from leadrouter.adapters.upkeep import back_up, source_of
    from leadrouter.errors import LedgerError

    source_of(ledger, target)
    try:
        seal(ledger)
    except LedgerError as error:  # a full disk or damage is when a copy is wanted most
        say(err(), f"not sealed: {error}", "yellow")
    size = back_up(ledger, target)
    click.echo(f"{shown(ledger)} is copied to {target}, {size_in_words(size)}")
    return FINE


def seal(address: str) -> None:
    """Seal what has happened until now in a ledger that is there."""
    from leadrouter.adapters.ledgers import open_ledger

    ledger = open_ledger(address, create=False)
    try:
        with ledger.transaction() as work:
            work.seal(datetime.now(UTC))
    finally:
        ledger.close()
