"""Leads as they come to be decided, and what became of each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

from attrs import asdict, evolve, frozen

from leadrouter.errors import ConflictError, FactsError, Fault
from leadrouter.event import Event
from leadrouter.facts import check_characters, read_value
from leadrouter.identity import Identifier, identifiers
from leadrouter.lead import Lead, raw_form
from leadrouter.ledger.chain import salted
from leadrouter.ledger.ledger import Entry, Refused, Transaction
from leadrouter.refusal import Refusal
from leadrouter.routing.decision import Decision
from leadrouter.routing.intake import lead_id_of
from leadrouter.vocabulary import Instant

Answer: TypeAlias = Decision | FactsError | ConflictError
"""What a lead is answered with: its decision, or why there is none."""


@frozen(kw_only=True)
class Arrival:
    """What came, with the instant of its decision.

    `lead` is the error where it cannot be read as a lead, or not be kept as one; `payload` is then what came,
    as text. `found` is what identifies its company.
    """

    lead: Lead | FactsError
    key: str
    payload: str
    found: tuple[Identifier, ...]
    at: datetime


@frozen(kw_only=True)
class Taken:
    """What became of an arrival in a unit of work; `answer` is an entry where its key was answered before."""

    answer: Answer | Entry
    events: tuple[Event, ...]


def arrival_of(lead: Lead | FactsError, given: object, at: datetime, country: str) -> Arrival:
    """Return what came as an arrival; what is no lead is known by what came in its place."""
    if isinstance(lead, Lead):
        try:
            _require_year(lead)
            found = identifiers(lead, country=country)
            return Arrival(lead=lead, key=_key_of(lead), payload=lead.payload, found=found, at=at)
        except FactsError as error:
            given, lead = {**asdict(lead, recurse=False), "contact": asdict(lead.contact)}, error
    raw = raw_form(given)
    key = f"payload:{hashlib.sha256(raw.encode()).hexdigest()}"
    return Arrival(lead=lead, key=key, payload=raw, found=(), at=at)


def _require_year(lead: Lead) -> None:
    """Refuse a lead that was received in a year in which nothing can be counted, as `Lead.from_mapping` does."""
    try:
        read_value(Instant(), lead.received)
    except Refusal as refusal:
        message = f"`received`: {refusal}"
        fault = Fault(code=refusal.code, message=message, where="lead.received", fix=refusal.fix)
        raise FactsError([fault], raw=lead) from None


def _key_of(lead: Lead) -> str:
    """Return the key of a lead, as every ledger can keep it."""
    try:
        check_characters(lead.key)
    except Refusal as refusal:
        fault = Fault(code=refusal.code, message=str(refusal), where="lead.id", fix=refusal.fix)
        raise FactsError([fault], raw=lead) from None
    return lead.key


def read_lead(given: Lead | Mapping[str, Any]) -> Lead | FactsError:
    """Return what came as a lead, or why it is none."""
    if isinstance(given, Lead):
        return given
    try:
        return Lead.from_mapping(given)
    except FactsError as error:
        return error


def refuse(work: Transaction, arrival: Arrival, error: FactsError) -> Taken:
    """Keep what is refused as it came."""
    codes = [fault.code for fault in error.faults]
    return Taken(answer=error, events=(_keep(work, arrival, str(error), "lead.refused", codes=codes),))


def repeat(work: Transaction, arrival: Arrival, entry: Entry) -> Taken:
    """Answer what came under a key that is known already; another payload is kept beside the first.

    Nobody knows any more what the payload was of a lead that was erased: its answer is given to any.
    """
    if isinstance(arrival.lead, Lead) and (entry.is_erased or entry.digest == arrival.lead.digest):
        return Taken(answer=entry, events=(happened(arrival, "lead.repeated"),))
    event = _keep(work, arrival, "conflict: the key is known with another payload", "lead.conflict")
    message = f"`{arrival.key}` is in the ledger with another payload; the stored decision stays"
    return Taken(answer=ConflictError(message, entry.lead_id), events=(event,))


def alarm(work: Transaction, arrival: Arrival, name: str, **details: Any) -> Event:
    """Keep that somebody has to look at what came, so that no consumer misses it; return the event."""
    event = happened(arrival, name, **details)
    work.append(event)
    return event


def happened(arrival: Arrival, name: str, **details: Any) -> Event:
    """Return what happened to a lead as it came, and changed nothing of it."""
    return Event(name=name, lead_id=lead_id_of(arrival.key), at=arrival.at, details=details)


def _keep(work: Transaction, arrival: Arrival, reason: str, name: str, **details: Any) -> Event:
    """Keep what came as it came, with the alarm that says so, by which the chain of events covers it."""
    salt, at = work.salt(), arrival.at.isoformat()
    refused = Refused(key=arrival.key, payload=arrival.payload, reason=reason, at=at, salt=salt)
    work.refuse(refused)
    event = evolve(happened(arrival, name, **details), evidence={"refused": salted(salt, refused.to_json())})
    work.append(event)
    return event
