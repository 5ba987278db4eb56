"""Decisions as a table, a line for each, printed as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from leadrouter.lead import Lead
from leadrouter.routing.decision import Decision
from leadrouter.vocabulary import Enum
from leadrouter.zone import zone

if TYPE_CHECKING:
    from rich.console import Console

    from leadrouter.router import Router

_GAP = "  "
_SHORT_ID = 12
_ROOM_TO_ASK = 14
_LONGEST_SOURCE = 12


@frozen
class Column:
    """A column: its heading, how wide it is, and what stands in it."""

    name: str
    width: int
    style: str
    cell: Callable[[Lead, Decision], str]


@define
class DecisionTable:
    """A table of decisions without personal data.

    The columns are as wide as the pack and the organisation need them. On a terminal the ones that
    do not fit are left out: `left_out` names them.
    """

    console: Console
    router: Router
    columns: tuple[Column, ...] = field(init=False)
    left_out: tuple[str, ...] = field(init=False)
    _has_heading: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        columns = tuple(_columns(self.router))
        room = self.console.width if self.console.is_terminal else None
        shown = set(_fitting(columns, room))
        self.columns = tuple(column for column in columns if column.name in shown)
        self.left_out = tuple(column.name for column in columns if column.name not in shown)

    def add(self, lead: Lead, decision: Decision) -> None:
        """Print a decision; before the first one, the heading."""
        if not self._has_heading:
            self._has_heading = True
            self.line((column.name, "bold underline") for column in self.columns)
        self.line((column.cell(lead, decision), column.style) for column in self.columns)

    def line(self, cells: Iterable[tuple[str, str]]) -> None:
        from rich.cells import cell_len, set_cell_size
        from rich.text import Text

        text = Text()
        for column, (cell, style) in zip(self.columns, cells, strict=True):
            shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in cell)
            is_last = column is self.columns[-1]
            if cell_len(shown) > column.width and not (is_last and not self.console.is_terminal):
                shown = set_cell_size(shown, column.width - 1) + "…"
            text.append(shown, style)
            text.append("" if is_last else " " * (column.width - cell_len(shown)) + _GAP)
        self.console.print(text, soft_wrap=True)


def _columns(router: Router) -> Iterator[Column]:
    """Yield all columns, the widest room that each can need among the words of the pack."""
    checked, organisation = router.pack.checked, router.organisation
    tz = zone(checked.tz)
    destinations = [str(organisation.settle(step.to)) for route in checked.routes.values() for step in route.steps]
    rules = [rule.id for rule in checked.table("classify")]

    def received(lead: Lead, decision: Decision) -> str:
        return _clock(decision.at if lead.received is None else lead.received).astimezone(tz).strftime("%Y-%m-%d %H:%M")

    yield Column("lead", _SHORT_ID, "dim", lambda _, decision: decision.lead_id[:_SHORT_ID])
    yield Column("received", 16, "dim", received)
    yield Column("source", _source_width(router), "", lambda lead, _: lead.source or "-")
    yield Column("class", _widest("class", checked.classes), "bold", lambda _, decision: decision.lead_class)
    yield Column("rule", _widest("rule", rules), "", lambda _, decision: decision.rules["classify"])
    yield Column("route", _widest("route", checked.routes), "", lambda _, decision: decision.route)
    yield Column("goes to", _widest("goes to", destinations), "", lambda _, decision: decision.destination)
    yield Column("assignee", _widest("assignee", organisation.people), "bold", lambda _, decision: decision.assignee)
    yield Column("ask for", _ROOM_TO_ASK, "yellow", lambda _, decision: ", ".join(decision.blocked_by))
