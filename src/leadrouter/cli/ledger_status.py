"""`leadrouter ledger status`: what a ledger holds, and what is to be done with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click
from attrs import asdict

from leadrouter.cli.arguments import ledger_option
from leadrouter.cli.console import FINE, size_in_words

if TYPE_CHECKING:
    from leadrouter.adapters.upkeep import Holdings, Tables


@click.command("status", short_help="Say what a ledger holds, and how much room it takes.")
@ledger_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(*, ledger: str, as_json: bool) -> int:
    """Say what a ledger holds, how much room it takes, and what its consumers have not had yet.

    Nothing is changed: tables of an older version are named and left alone. Costs the number of leads.
    """
    from leadrouter.adapters.ledgers import shown
    from leadrouter.adapters.upkeep import holdings_of, size_of, tables_of
    from leadrouter.errors import LedgerError

    tables = tables_of(ledger)
    if not tables.number:
        raise LedgerError(f"there is no ledger at {shown(ledger)}; make one with `leadrouter ledger init`")
    size = size_of(ledger)
    holdings = None if tables.missing else holdings_of(ledger)
    if as_json:
        click.echo(json.dumps(_held(shown(ledger), tables, size, holdings), ensure_ascii=False, indent=2))
        return FINE
    lines = [("ledger", shown(ledger)), *_of_tables(tables, size), *(_of_holdings(holdings) if holdings else ())]
    width = max(len(name) for name, _ in lines)
    for name, text in lines:
        click.echo(f"{name.ljust(width)}  {text}")
    return FINE


def _held(address: str, tables: Tables, size: int, holdings: Holdings | None) -> dict[str, Any]:
    held = {"ledger": address, "tables": tables.number, "missing": list(tables.missing), "size": size}
    if holdings is None:
        return held
    told = {**asdict(holdings), "leads": dict(holdings.leads), "consumers": dict(holdings.consumers)}
    instants = {name: None if (at := told[name]) is None else at.isoformat() for name in ("latest", "due")}
    return {**held, **told, **instants}


def _of_tables(tables: Tables, size: int) -> Iterator[tuple[str, str]]:
    missing = f", without {', '.join(tables.missing)}: leadrouter ledger migrate" if tables.missing else ""
    yield "tables", f"{tables.number}{missing}"
    yield "size", size_in_words(size)


def _of_holdings(holdings: Holdings) -> Iterator[tuple[str, str]]:
    by_status = ", ".join(f"{status} {count}" for status, count in holdings.leads.items())
    yield "leads", f"{sum(holdings.leads.values())}" + (f": {by_status}" if by_status else "")
    yield "refused", str(holdings.refused)
    latest = "" if holdings.latest is None else f", the last {_shown(holdings.latest)}"
    yield "events", f"{holdings.events}{latest}"
    yield (
        "sealed",
        f"{holdings.events - holdings.sealed} events are not" if holdings.events > holdings.sealed else "all",
    )
    if holdings.due is not None:
        yield "next due", _shown(holdings.due)
    for consumer, number in holdings.consumers.items():
        yield f"consumer {consumer}", f"has had {number}, {holdings.events - number} wait"


def _shown(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M:%SZ}"
