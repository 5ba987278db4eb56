"""What has happened to a lead, with the candidates and their gates where somebody was chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from leadrouter.assignment.choice import Choice
from leadrouter.cli.console import say
from leadrouter.event import EVENTS, Event

if TYPE_CHECKING:
    from rich.console import Console

_TOLD = ("people", "by", "to", "left", "person", "because", "reason", "destination", "until", "accountable")
_HEADINGS = ("person", "", "figure", "gates closed")


def say_happened(console: Console, events: Iterable[Event]) -> None:
    """Print each event on a line, alarms in yellow, and below it the candidates as a table."""
    for event in events:
        style = "yellow" if EVENTS[event.name] == "warning" else "bold"
        say(console, f"{event.at.isoformat()}  {event.name}  {_details(event.details)}".rstrip(), style)
        if "figures" in event.evidence:
            for number, line in enumerate(_table(Choice.from_dict(dict(event.evidence)))):
                say(console, f"  {line}".rstrip(), "" if number else "dim")


def _details(details: Mapping[str, Any]) -> str:
    told = ((name, details.get(name)) for name in _TOLD)
    return ", ".join(f"{name} {_words(value)}" for name, value in told if value)


def _words(value: Any) -> str:
    return " and ".join(value) if isinstance(value, list) else str(value)


def _table(choice: Choice) -> Iterator[str]:
    """Yield the lines of a table: who was offered the lead, who could have been, who stood behind a gate."""
    rows = [_HEADINGS, *(_row(choice, person) for person in sorted(choice.pool, key=lambda each: _place(choice, each)))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))


def _place(choice: Choice, person: str) -> tuple[int, str]:
    if person in choice.offered_to:
        return choice.offered_to.index(person), person
    return len(choice.offered_to) + (person in choice.closed), person


def _row(choice: Choice, person: str) -> tuple[str, ...]:
    figure = choice.figure(person) if person in choice.figures else "-"
    closed = "; ".join(map(str, choice.closed.get(person, ())))
    noted = "; ".join(f"({gate})" for gate in choice.noted.get(person, ()))
    return person, "offered" if person in choice.offered_to else "", figure, f"{closed} {noted}".strip() or "none"
