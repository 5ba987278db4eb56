"""`leadrouter explain`: why a lead went where it went."""

from __future__ import annotations

import json
from typing import Any

import click

from leadrouter.cli.arguments import ledger_option
from leadrouter.cli.console import FINE, NOT_FINE, out, say


@click.command("explain", short_help="Say why a lead went where it went.")
@click.argument("lead_id")
@ledger_option
@click.option("--json", "as_json", is_flag=True, help="Print the decision and its explanation as JSON.")
@click.option("--personal", is_flag=True, help="Show what people wrote: free text counts as personal data.")
@click.option("--counterfactual", "asks_otherwise", is_flag=True, help="Say which change of one fact leads elsewhere.")
def command(lead_id: str, *, ledger: str, as_json: bool, personal: bool, asks_otherwise: bool) -> int:
    """Say why a lead went to whom it went, and why not elsewhere.

    Below the rules that decided stands what has happened to the lead, with a table wherever somebody was
    chosen: the candidates, the figure by which they were compared, and for everybody else the gates that
    were closed.

    LEAD_ID is the id that `leadrouter route` printed, or the beginning of it. The ledger is enough: it
    keeps the pack that decided. Where several leads begin so, or none does, the exit code is 1.
    """
    from leadrouter.adapters.ledgers import open_ledger
    from leadrouter.cli.happened import say_happened
    from leadrouter.errors import UnknownLeadError
    from leadrouter.routing.counterfactual import counterfactual
    from leadrouter.routing.stored import stored_decision

    kept = open_ledger(ledger, create=False)
    try:
        decision = stored_decision(kept, lead_id)
        with kept.reading() as work:
            events = work.events(decision.lead_id)
    except UnknownLeadError as error:
        click.echo(f"error: {error}", err=True)
        return NOT_FINE
    finally:
        kept.close()
    otherwise = counterfactual(decision) if asks_otherwise else None
    if as_json:
        from attrs import asdict

        told: dict[str, Any] = {"events": [json.loads(event.to_json()) for event in events]}
        if asks_otherwise:
            told["counterfactual"] = otherwise and asdict(otherwise)
        click.echo(json.dumps({**decision.to_dict(personal=personal), **told}, ensure_ascii=False, indent=2))
        return FINE
    _print(decision.explain(personal=personal, candidates=False))
    say_happened(out(), events)
    if asks_otherwise:
        erased = "personal data was erased: what would lead elsewhere is not known any more"
        none = erased if decision.is_erased else "no change of a single fact that was tried leads elsewhere"
        _print(none if otherwise is None else str(otherwise))
    return FINE


def _print(text: str) -> None:
    """Print an explanation: its first line stands out, what was passed over stands back."""
    console = out()
    for number, line in enumerate(text.splitlines()):
        say(console, line, "bold" if number == 0 else "dim" if line.startswith("  ") else "")
