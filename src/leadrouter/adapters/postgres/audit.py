"""What a PostgreSQL ledger keeps twice so as to find it sooner, held against what it was taken from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from leadrouter.assignment.load import Load
from leadrouter.assignment.standing import Standing
from leadrouter.audit.pages import PAGE, UNREADABLE
from leadrouter.event import Event
from leadrouter.ledger.chain import subject_of
from leadrouter.lifecycle.breaker import Breaker
from leadrouter.lifecycle.company import Company
from leadrouter.lifecycle.state import LeadState

if TYPE_CHECKING:
    from leadrouter.adapters.postgres.session import Session


def astray(session: Session) -> Iterator[tuple[str, str]]:
    """Yield the rows that are not found where they belong, each with what is wrong, in words."""
    for table, first, read in _TABLES:
        after = first
        while page := session.ask(f"rows of {table}", (after, PAGE)):
            for after, *found, text in page:  # the page after this one begins there
                try:
                    belongs = list(read(text))
                except UNREADABLE:
                    yield f"{table} {after}", "cannot be read"
                    continue
                if belongs != found:
                    yield f"{table} {after}", "is not found where it belongs"
    for where, value, told in session.ask("left alone"):
        yield f"{where} {value}", told


def people_of(state: LeadState) -> list[str]:
    """Return who holds a lead, is offered it or answers for it."""
    people = {state.holder, state.accountable, *(offer.person for offer in state.offers)}
    return sorted(filter(None, people))


def _lead(text: str) -> tuple[Any, ...]:
    state = LeadState.from_json(text)
    queue = None if state.queue is None else hashlib.sha256(state.queue.encode()).digest()
    places = (state.is_open, queue, -state.priority, state.arrived, state.due, state.company, people_of(state))
    return state.lead_id, state.version, *places


def _event(text: str) -> tuple[Any, ...]:
    event = Event.from_json(text)
    return event.lead_id, event.version, subject_of(event)


def _company(text: str) -> tuple[Any, ...]:
    company = Company.from_json(text)
    return company.root, company.link, company.held_by


_TABLES: tuple[tuple[str, int | str, Callable[[str], tuple[Any, ...]]], ...] = (
    ("lead", 0, _lead),
    ("event", 0, _event),
    ("standing", "", lambda text: (Standing.from_json(text).pool,)),
    ("load", "", lambda text: (Load.from_json(text).person,)),
    ("breaker", "", lambda text: (Breaker.from_json(text).pool,)),
    ("company", "", _company),
)
"""Each table with what comes before its first row, and how its columns are taken from the text of a row."""
