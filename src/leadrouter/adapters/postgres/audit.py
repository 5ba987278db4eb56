"""What a PostgreSQL ledger keeps twice so as to find it sooner, held against what it was taken from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from leadrouter.adapters.rows import (
    breaker_columns,
    company_columns,
    event_columns,
    load_columns,
    standing_columns,
    wrong_with,
)
from leadrouter.audit.pages import PAGE
from leadrouter.lifecycle.state import LeadState

if TYPE_CHECKING:
    from leadrouter.adapters.postgres.session import Session


def astray(session: Session) -> Iterator[tuple[str, str]]:
    """Yield the rows that are not found where they belong, each with what is wrong, in words."""
    for table, first, columns in _TABLES:
        after = first
        while page := session.ask(f"rows of {table}", (after, PAGE)):
            for row in page:
                after = row[0]
                wrong = wrong_with(row[1:], columns)
                if wrong is not None:
                    yield f"{table} {after}", wrong
    for where, value, told in session.ask("left alone"):
        yield f"{where} {value}", told


def people_of(state: LeadState) -> list[str]:
    """Return who holds a lead, is offered it or answers for it."""
    people = {state.holder, state.accountable, *(offer.person for offer in state.offers)}
    return sorted(filter(None, people))


def _lead(text: str) -> tuple[Any, ...]:
    state = LeadState.from_json(text)
    queue = None if state.queue is None else hashlib.sha256(state.queue.encode()).digest()
    place = (state.is_open, queue, -state.priority, state.arrived, state.due, state.company, people_of(state))
    return state.lead_id, state.version, *place, state.to_json()


_TABLES: tuple[tuple[str, int | str, Callable[[str], tuple[Any, ...]]], ...] = (
    ("lead", 0, _lead),
    ("event", 0, event_columns),
    ("standing", "", standing_columns),
    ("load", "", load_columns),
    ("breaker", "", breaker_columns),
    ("company", "", company_columns),
)
"""Each table with what comes before its first row, and how its columns are taken from the text of a row."""
