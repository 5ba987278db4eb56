"""Decisions as a table, a line for each, printed as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from leadrouter.cli.console import printable
from leadrouter.lead import Lead
from leadrouter.routing.decision import Decision
from leadrouter.vocabulary import Enum
from leadrouter.zone import zone

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rich.console import Console

    from leadrouter.router import Router

_GAP = "  "
_SHORT_ID = 12
_ROOM_TO_ASK = 14
_LONGEST_SOURCE = 12

_WANTED = ("lead", "class", "rule", "assignee", "goes to", "ask for", "source", "received", "route")
"""The columns, the dearest first: what does not fit a terminal is left out from the end."""


@frozen
class Column:
    """A column: its heading, how wide it is, how it looks, and what stands in it."""

    name: str
    width: int
    style: str
    cell: Callable[[Lead, Decision], str]


@define
class DecisionTable:
    """A table of decisions without personal data.

    Columns are as wide as the words of the pack and the organisation. `left_out` names those for which
    the terminal has no room.
    """

    console: Console
    columns: tuple[Column, ...]
    left_out: tuple[str, ...]
    _has_heading: bool = field(default=False, init=False)

    @classmethod
    def of(cls, router: Router, console: Console) -> DecisionTable:
        """Lay out a table for what a router decides."""
        columns = tuple(_columns(router))
        room = console.width if console.is_terminal else 10_000
        shown = _fitting({column.name: column.width for column in columns}, room)
        rest = room - sum(column.width + len(_GAP) for column in columns if column.name in shown)
        chosen = [evolve(each, width=each.width + rest) if each.name == "ask for" else each for each in columns]
        return cls(
            console,
            tuple(column for column in chosen if column.name in shown),
            tuple(column.name for column in columns if column.name not in shown),
        )

    def add(self, lead: Lead, decision: Decision) -> None:
        """Print a decision; before the first one, the heading."""
        if not self._has_heading:
            self._has_heading = True
            self.line((column.name, "bold underline") for column in self.columns)
        self.line((column.cell(lead, decision), column.style) for column in self.columns)

    def line(self, cells: Iterable[tuple[str, str]]) -> None:
        """Print one line."""
        from rich.cells import cell_len, set_cell_size
        from rich.text import Text

        text = Text()
        for column, (cell, style) in zip(self.columns, cells, strict=True):
            shown = printable(cell).replace("\n", " ")
            if cell_len(shown) > column.width:
                shown = set_cell_size(shown, column.width - 1) + "…"
            text.append(shown, style)
            text.append(" " * (column.width - cell_len(shown)) + _GAP)
        text.rstrip()
        self.console.print(text, soft_wrap=True)


def _fitting(widths: dict[str, int], room: int) -> set[str]:
    """Return the columns that fit, the dearest first."""
    shown: set[str] = set()
    for name in _WANTED:
        if room >= widths[name]:
            shown.add(name)
            room -= widths[name] + len(_GAP)
    return shown


def _columns(router: Router) -> Iterator[Column]:
    """Yield every column, with the room that its longest word needs."""
    checked, organisation = router.pack.checked, router.organisation
    tz = zone(checked.tz)
    destinations = [str(organisation.settle(step.to)) for route in checked.routes.values() for step in route.steps]
    rules = [rule.id for rule in checked.table("classify")]
    yield Column("lead", _SHORT_ID, "dim", lambda _, decision: decision.lead_id[:_SHORT_ID])
    yield Column("received", 16, "dim", lambda lead, decision: _clock(lead.received or decision.at, tz))
    yield Column("source", _source_width(router), "", _source)
    yield Column("class", _widest("class", checked.classes), "bold", lambda _, decision: decision.lead_class)
    yield Column("rule", _widest("rule", rules), "", lambda _, decision: decision.rules["classify"])
    yield Column("route", _widest("route", checked.routes), "", lambda _, decision: decision.route)
    yield Column("goes to", _widest("goes to", destinations), "", lambda _, decision: decision.destination)
    yield Column(
        "assignee", _widest("assignee", organisation.people), "bold", lambda _, decision: decision.assignee or "-"
    )
    yield Column("ask for", _ROOM_TO_ASK, "yellow", lambda _, decision: ", ".join(decision.blocked_by))


def _widest(heading: str, words: Iterable[str]) -> int:
    return max(len(heading), *map(len, words))


def _source_width(router: Router) -> int:
    """Return the room of the longest source, where the vocabulary says which there are."""
    words = router.pack.vocabulary
    type_ = words["source"].type if "source" in words else None
    return _widest("source", type_.values) if isinstance(type_, Enum) else _LONGEST_SOURCE


def _source(lead: Lead, decision: Decision) -> str:
    """Return the source by its own name, where the lead came with a synonym."""
    return str(decision.outcome.facts.get("source", lead.source or "-"))


def _clock(at: datetime, tz: ZoneInfo) -> str:
    return at.astimezone(tz).strftime("%Y-%m-%d %H:%M")
