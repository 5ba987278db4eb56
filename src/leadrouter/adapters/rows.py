"""What stands in the rows of a ledger in a database, whichever database it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leadrouter.assignment.load import Load
from leadrouter.assignment.standing import Standing
from leadrouter.audit.pages import UNREADABLE
from leadrouter.event import Event
from leadrouter.ledger.chain import subject_of
from leadrouter.ledger.ledger import Entry, Noted, Refused
from leadrouter.lifecycle.breaker import Breaker
from leadrouter.lifecycle.company import Company


def entry_of(row: tuple[Any, ...]) -> Entry:
    """Return the entry that a row holds."""
    lead_id, key, digest, payload, record, at, salt = row
    return Entry(lead_id=lead_id, key=key, digest=digest, payload=payload, record=record, at=at, salt=salt)


def noted_of(row: tuple[Any, ...]) -> Noted:
    """Return the event of a company's past that a row holds."""
    key, company, begun, contact, kind, at, payload, salt = row
    return Noted(key=key, company=company, begun=begun, contact=contact, kind=kind, at=at, payload=payload, salt=salt)


def refused_of(row: tuple[Any, ...]) -> Refused:
    """Return the refused lead that a row holds."""
    key, payload, reason, at, salt = row
    return Refused(key=key, payload=payload, reason=reason, at=at, salt=salt)


def wrong_with(kept: tuple[Any, ...], columns: Callable[[str], tuple[Any, ...]]) -> str | None:
    """Return what is wrong, in words, with the columns of a row, whose last is the text that they are taken from."""
    try:
        belongs = columns(kept[-1])
    except UNREADABLE:
        return "cannot be read"
    return None if belongs == kept else "is not found where it belongs, or not written as it was"


def event_columns(text: str) -> tuple[Any, ...]:
    """Return what a row has of an event."""
    event = Event.from_json(text)
    return event.lead_id, event.version, subject_of(event), event.to_json()


def standing_columns(text: str) -> tuple[Any, ...]:
    """Return what a row has of a standing."""
    standing = Standing.from_json(text)
    return standing.pool, standing.to_json()


def load_columns(text: str) -> tuple[Any, ...]:
    """Return what a row has of a load."""
    load = Load.from_json(text)
    return load.person, load.to_json()


def breaker_columns(text: str) -> tuple[Any, ...]:
    """Return what a row has of a breaker."""
    breaker = Breaker.from_json(text)
    return breaker.pool, breaker.to_json()


def company_columns(text: str) -> tuple[Any, ...]:
    """Return what a row has of a company."""
    company = Company.from_json(text)
    return company.id, company.root, company.link, company.held_by, company.to_json()
