"""The books of all pools as a table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from leadrouter.assignment.load import Load
from leadrouter.assignment.standing import UNIT, Standing
from leadrouter.cli.console import say
from leadrouter.ledger.ledger import Reading
from leadrouter.organisation import Organisation
from leadrouter.roll import Limits
from leadrouter.spelling import write_number

if TYPE_CHECKING:
    from rich.console import Console

_COLUMNS = ("pool", "person", "got", "share", "entitled", "owed", "open leads", "portfolio")
_NUMBERS = frozenset(_COLUMNS[2:])
_EXACT = frozenset({"got", "entitled", "owed"})


def rows_of(work: Reading, pool: str | None) -> Iterator[dict[str, Any]]:
    """Yield the rows of the pools in a ledger, by the organisation that decided last."""
    latest = work.latest()
    if latest is None:
        return
    text = work.text(json.loads(latest.record)["organisation"])
    assert text is not None, "INVARIANT: a decision is kept with the text of its organisation"
    organisation, loads = Organisation.parse(text), {load.person: load for load in work.loads()}
    for standing in work.standings():
        if pool in (None, standing.pool):
            yield from _rows(standing, loads, organisation)


def _rows(standing: Standing, loads: Mapping[str, Load], organisation: Organisation) -> Iterator[dict[str, Any]]:
    """Yield what stands in the books of a pool, a row for each person, whoever is owed most first."""
    for person in sorted(standing.since, key=lambda each: (-standing.owed.get(each, 0), each)):
        load = loads.get(person, Load(person=person))
        limits = organisation.roll.limits.get(person)
        used = None if limits is None else limits.portfolio.used(load.holdings)
        got = standing.got.get(person, 0)
        yield {
            "pool": standing.pool,
            "person": person,
            "got": _exact(got),
            "share": f"{got * 100 // standing.total} %" if standing.total > 0 else "-",
            "entitled": _exact(standing.entitled(person)),
            "owed": _exact(standing.owed.get(person, 0)),
            "open leads": f"{load.open_leads}/{_limit(limits)}",
            "portfolio": "-" if used is None else f"{used.numerator * 100 // used.denominator} %",
        }


def _exact(units: int) -> str:
    return write_number(Decimal(units) / UNIT)


def _limit(limits: Limits | None) -> str:
    return "-" if limits is None or limits.capacity is None else str(limits.capacity)


def say_rows(console: Console, rows: list[dict[str, Any]]) -> None:
    """Print rows as a table; figures are rounded to a hundredth, and the pool stands once."""
    cells = [[_rounded(name, row[name]) for name in _COLUMNS] for row in rows]
    widths = [max(map(len, column)) for column in zip(_COLUMNS, *cells, strict=True)]
    before = ""
    say(console, _line(_COLUMNS, widths), "bold underline")
    for row in cells:
        say(console, _line(row if row[0] != before else ["", *row[1:]], widths))
        before = row[0]


def _rounded(name: str, cell: str) -> str:
    return f"{Decimal(cell):.2f}" if name in _EXACT else cell


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Lay cells side by side, words to the left and numbers to the right."""
    laid = (
        cell.rjust(width) if name in _NUMBERS else cell.ljust(width)
        for name, cell, width in zip(_COLUMNS, cells, widths, strict=True)
    )
    return "  ".join(laid).rstrip()
