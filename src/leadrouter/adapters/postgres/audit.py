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
            for row in page:
                after = row[0]
                try:
                    belongs = read(row[-1])
                except UNREADABLE:
                    yield f"{table} {after}", "cannot be read"
                    continue
                if belongs != row[1:]:
                    yield f"{table} {after}", "is not found where it belongs, or not written as it was"
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


def _event(text: str) -> tuple[Any, ...]:
    event = Event.from_json(text)
    return event.lead_id, event.version, subject_of(event), event.to_json()


def _standing(text: str) -> tuple[Any, ...]:
    standing = Standing.from_json(text)
    return standing.pool, standing.to_json()


def _load(text: str) -> tuple[Any, ...]:
    load = Load.from_json(text)
    return load.person, load.to_json()


def _breaker(text: str) -> tuple[Any, ...]:
    breaker = Breaker.from_json(text)
    return breaker.pool, breaker.to_json()


def _company(text: str) -> tuple[Any, ...]:
    company = Company.from_json(text)
    return company.root, company.link, company.held_by, company.to_json()


_TABLES: tuple[tuple[str, int | str, Callable[[str], tuple[Any, ...]]], ...] = (
    ("lead", 0, _lead),
    ("event", 0, _event),
    ("standing", "", _standing),
    ("load", "", _load),
    ("breaker", "", _breaker),
    ("company", "", _company),
)
"""Each table with what comes before its first row, and how its columns are taken from the text of a row."""
