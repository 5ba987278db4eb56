"""A company's past in the ledger: what is noted of it, and what patterns read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import evolve

from leadrouter.errors import ConflictError
from leadrouter.facts import read_facts
from leadrouter.history.company import company_key, contact_key
from leadrouter.history.engine import Report, Watch
from leadrouter.history.past import History, PastEvent
from leadrouter.lead import Contact, Lead
from leadrouter.ledger.ledger import Noted, Transaction
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.rule_pack import RulePack
from leadrouter.rulepack.pack import CheckedPack
from leadrouter.rulepack.pattern import MOST_EVENTS, REQUEST, longest
from leadrouter.vocabulary import Vocabulary
from leadrouter.zone import in_utc


def arrival(lead: Lead, at: datetime) -> datetime:
    """Return when a lead came: when it says it was received, else when it is routed; in UTC."""
    return at if lead.received is None else in_utc(lead.received)


def with_past(
    work: Transaction, pack: RulePack, watch: Watch, *, lead: Lead, outcome: Outcome, at: datetime, report: Report
) -> Outcome:
    """Decide a lead by what its company did before, where patterns ask for it; note that it did this.

    Args:
        work: the unit of work that keeps the decision.
        pack: the pack that decided.
        watch: what evaluates its patterns.
        lead: the lead.
        outcome: what the pack says of it without a past.
        at: the instant of the decision.
        report: told where an engine of patterns fails or disagrees.
    """
    history = recall(work, pack.checked, lead, at) if pack.checked.patterns else None
    note_lead(work, lead, at)
    if history is None:
        return outcome
    reading = pack.reading(outcome.given, history)
    return pack.decide(outcome.given, watch.signals(reading, report))


def recall(work: Transaction, pack: CheckedPack, lead: Lead, at: datetime) -> History | None:
    """Return what the ledger knows of a lead's company, as far back as the patterns of the pack look.

    None where the lead says neither its company nor who brings it: its past is unknown, not empty. A lead that
    was noted already, before it was routed, is no past of itself. Costs one query for what lies in the longest
    window.
    """
    company = company_key(lead)
    if company is None:
        return None
    now = arrival(lead, at)
    found = work.past(company, _written(now - longest(pack.patterns)), _written(now), MOST_EVENTS)
    past = [_event(each) for each in found if (each.kind, each.key) != (REQUEST, lead.key)]
    return History(at=now, events=past, contact=contact_key(lead.contact))


def note_lead(work: Transaction, lead: Lead, at: datetime) -> None:
    """Note a routed lead as an event of kind `request`; the ledger has its payload already."""
    company = company_key(lead)
    if company is not None:
        contact, came = contact_key(lead.contact), _written(arrival(lead, at))
        work.note(Noted(key=lead.key, company=company, contact=contact, kind=REQUEST, at=came, payload=None))


def note_event(work: Transaction, kind: str, *, key: str, about: Lead, facts: Mapping[str, Any], at: datetime) -> None:
    """Note an event of another kind, once for its kind and key.

    Args:
        work: the unit of work.
        kind: what happened.
        key: what makes two notes of this kind the same event.
        about: says the company and the contact.
        facts: what is known of it.
        at: when it happened.

    Raises:
        ConflictError: it was noted already, of another company or with other facts.
    """
    company = company_key(about)
    assert company is not None, "INVARIANT: whoever notes an event says whose it is"
    payload = Lead(facts=facts).payload
    contact = contact_key(about.contact)
    event = Noted(key=key, company=company, contact=contact, kind=kind, at=_written(at), payload=payload)
    first = work.note(event)
    if evolve(first, at=event.at) != event:
        raise ConflictError(f"`{kind}` event `{key}` is in the ledger with another content; the first stays", key)


def check_event_facts(words: Vocabulary, facts: Mapping[str, Any], *, keep_unknown: bool) -> None:
    """Hold the facts of an event against a vocabulary; none of them is required of it.

    Raises:
        FactsError: with every fault.
    """
    optional = Vocabulary.of(*(evolve(each, required=False) for each in words))
    read_facts(optional, facts, keep_unknown=keep_unknown)


def contact_of(word: str) -> Contact:
    """Return the contact that a word names: an e-mail, a phone or a name."""
    if "@" in word:
        return Contact(email=word)
    return Contact(phone=word) if word.lstrip("+")[:1].isdigit() else Contact(name=word)


def _event(noted: Noted) -> PastEvent:
    assert noted.payload is not None, "INVARIANT: a ledger fills in the payload of a lead's entry"
    lead = Lead.from_payload(noted.payload)
    at = datetime.fromisoformat(noted.at)
    facts = {"source": lead.source, "received": at, **lead.facts}
    return PastEvent(kind=noted.kind, at=at, contact=noted.contact, facts=facts)


def _written(at: datetime) -> str:
    """Write an instant so that texts compare as instants do."""
    return in_utc(at).isoformat(timespec="microseconds")
