"""`leadrouter verify`: whether a ledger is what it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from leadrouter.cli.arguments import ledger_option
from leadrouter.cli.console import FINE, NOT_FINE

if TYPE_CHECKING:
    from datetime import datetime

    from leadrouter.audit.verify import Verified
    from leadrouter.ledger.ledger import Ledger


@click.command("verify", short_help="Say whether anything was changed behind the back of a ledger.")
@ledger_option
@click.option("--no-seal", is_flag=True, help="Write nothing; otherwise a ledger in which all is well is sealed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every finding.")
def command(*, ledger: str, no_seal: bool, as_json: bool) -> int:
    """Hold a ledger against its log: nothing was changed, added or removed behind its back.

    Its events are chained and sealed; payloads and records are held against digests in that chain, and
    leads, queues, loads, standings, breakers and companies against what the events add up to. The exit code
    is 1 where anything is found. Costs the length of the log; others go on reading and writing meanwhile.
    """
    from datetime import UTC, datetime

    from leadrouter.adapters.ledgers import open_ledger
    from leadrouter.audit.pages import length_of
    from leadrouter.audit.verify import verify
    from leadrouter.cli.console import err
    from leadrouter.cli.progress import progress

    kept = open_ledger(ledger, create=False)
    try:
        with kept.reading() as reading, progress(err(), length_of(reading), are_results_shown=False) as advance:
            verified = verify(reading, advance=advance)
        if verified.is_sound and not no_seal:
            _seal(kept, datetime.now(UTC))
    finally:
        kept.close()
    if as_json:
        from attrs import asdict

        click.echo(json.dumps(asdict(verified), ensure_ascii=False, indent=2))
    else:
        _say(verified)
    return FINE if verified.is_sound else NOT_FINE


def _seal(ledger: Ledger, at: datetime) -> None:
    """Seal a ledger; one that cannot be written is as sound as before."""
    from leadrouter.cli.console import err, say
    from leadrouter.errors import LedgerError

    try:
        with ledger.transaction() as work:
            work.seal(at)
    except LedgerError as error:
        say(err(), f"not sealed: {error}", "yellow")


def _say(verified: Verified) -> None:
    """Print what was found, the first ones of it, and what was looked at."""
    from leadrouter.cli.console import out, say, say_first

    say_first(verified.findings, "red")
    erased = f", {verified.erased} of them erased" if verified.erased else ""
    looked = f"{verified.leads} leads{erased} and {verified.events} events"
    if verified.is_sound:
        say(out(), f"{looked}: all is as it was", "bold green")
    else:
        count = len(verified.findings)
        say(out(), f"{looked}: {count} finding{'' if count == 1 else 's'}", "bold red")
