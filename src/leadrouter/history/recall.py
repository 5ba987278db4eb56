"""A company's past in the ledger: what is noted of it, and what patterns read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from leadrouter.errors import ConflictError, FactsError, Fault, UnknownCompanyError
from leadrouter.facts import check_characters, read_facts
from leadrouter.history.contact import contact_key, contact_of
from leadrouter.history.past import History, PastEvent
from leadrouter.identity import identifiers
from leadrouter.lead import Contact, Lead
from leadrouter.ledger.chain import salted
from leadrouter.ledger.ledger import Noted
from leadrouter.lifecycle.clients import begin, company_of, recognise
from leadrouter.lifecycle.desk import Desk
from leadrouter.lifecycle.state import LeadState
from leadrouter.refusal import Refusal
from leadrouter.routing.intake import lead_id_of
from leadrouter.rulepack.pack import CheckedPack
from leadrouter.rulepack.pattern import DEAL_WON, MOST_EVENTS, REQUEST, longest
from leadrouter.vocabulary import Vocabulary
from leadrouter.zone import in_utc


@frozen
class Past:
    """How pasts are kept: where phones are dialled, and the secret of the keys that show nobody."""

    country: str
    key: bytes = field(default=b"", repr=False)

    def recall(self, desk: Desk, pack: CheckedPack, lead: Lead, company: str | None, now: datetime) -> History:
        """Return what the ledger knows of a lead's company, as far back as the patterns of the pack look.

        Args:
            desk: the unit of work that decides the lead.
            pack: whose patterns are asked.
            lead: the lead; noted already or not, it is no past of itself.
            company: the root of the company that is known; None for a new one, whose past is empty.
            now: when the lead came (`routing.intake.arrival`).

        Costs one query for what lies in the longest window.
        """
        past = []
        if company is not None:
            since = _written(now - longest(pack.patterns))
            found = desk.work.past(company, since, _written(now), MOST_EVENTS)
            past = [_event(each) for each in found if (each.kind, each.key) != (REQUEST, lead.key)]
        return History(at=now, events=past, contact=self._contact(lead.contact))

    def note_lead(self, desk: Desk, lead: Lead, company: str, at: datetime) -> Noted | None:
        """Note a routed lead of a company, by its root, as an event of kind `request`; return what is new.

        It happened when the lead came. The event `lead.routed` tells of it, and the ledger has its payload already.
        """
        return self._note(desk, REQUEST, key=lead.key, contact=lead.contact, company=company, at=at)

    def note_deal(self, desk: Desk, state: LeadState) -> None:
        """Note, once, that a lead was won; its facts are those of the lead."""
        [entry] = desk.work.entries(state.lead_id)
        contact = Lead.from_payload(entry.payload).contact  # its key is the entry's: an erased one does not say it
        company = company_of(desk.work.clients, state.lead_id).id
        noted = self._note(desk, DEAL_WON, key=entry.key, contact=contact, company=company, at=desk.at)
        if noted is not None:
            _tell(desk, noted, entry.salt, lead=state.lead_id)

    def note_event(
        self,
        desk: Desk,
        kind: str,
        *,
        key: str,
        lead_id: str | None,
        company: str | None,
        contact: str | None,
        facts: Mapping[str, Any],
    ) -> None:
        """Note an event of another kind, at the desk's instant, once for its kind and key.

        Args:
            desk: the unit of work.
            kind: what happened.
            key: what makes two notes of this kind the same event.
            lead_id: a lead of the company.
            company: its name, where no lead names it.
            contact: who of it.
            facts: what is known of it.

        Raises:
            TypeError: it is nobody's event.
            UnknownCompanyError: nothing that is said of whose event it is identifies anybody.
            ConflictError: it was noted already, of another company or with other facts.
        """
        about = Lead(company=company, contact=Contact() if contact is None else contact_of(contact))
        first = desk.work.noted(kind, key)
        begun, root = self._root(desk, about, lead_id, lead_id_of(f"{kind}:{key}"), is_new=first is None)
        event = Noted(
            key=key,
            company=root,
            begun=begun,
            contact=self._contact(about.contact),
            kind=kind,
            at=_written(desk.at),
            payload=Lead(company=company, facts=facts).payload,
            salt=desk.work.salt() if first is None else first.salt,
        )
        if first is None:
            desk.work.note(event)
            _tell(desk, event, event.salt)
        elif (first.salt or first.payload is None) and evolve(first, at=event.at, begun=begun) != event:
            raise ConflictError(f"`{kind}` event `{key}` is in the ledger with another content; the first stays", key)

    def _root(self, desk: Desk, about: Lead, lead_id: str | None, id_: str, *, is_new: bool) -> tuple[str, str]:
        """Return the company that an event is of, and its root; a new event may begin one, under this id."""
        if lead_id is not None:
            return lead_id, company_of(desk.work.clients, lead_id).id
        found = identifiers(about, country=self.country)
        if not found:
            if (about.company, about.contact) != (None, Contact()):
                raise UnknownCompanyError("nobody is known by that: give `lead_id`, a phone or an e-mail")
            raise TypeError("say whose event it is: by lead_id, company or contact")
        known = recognise(desk.work.clients, found, self.key)
        return id_, begin(desk, id_, found, known, self.key).root if is_new else known.company or id_

    def _note(self, desk: Desk, kind: str, *, key: str, contact: Contact, company: str, at: datetime) -> Noted | None:
        if desk.work.noted(kind, key) is not None:
            return None
        noted = Noted(
            key=key,
            company=company,
            begun=lead_id_of(key),
            contact=self._contact(contact),
            kind=kind,
            at=_written(at),
            payload=None,
        )
        desk.work.note(noted)
        return noted

    def _contact(self, contact: Contact) -> str | None:
        return contact_key(contact, country=self.country, key=self.key)


def check_event(words: Vocabulary, kind: str, key: str, facts: Mapping[str, Any], *, keep_unknown: bool) -> None:
    """Hold an event against what every ledger can keep, and its facts as `check_event_facts` does.

    Raises:
        FactsError: with every fault.
    """
    faults: list[Fault] = []
    for name, given in (("kind", kind), ("key", key)):
        try:
            check_characters(given)
        except Refusal as refusal:
            where = f"event.{name}"
            faults.append(Fault(code=refusal.code, message=f"`{name}`: {refusal}", where=where, fix=refusal.fix))
    try:
        check_event_facts(words, facts, keep_unknown=keep_unknown)
    except FactsError as error:
        faults += error.faults
    if faults:
        raise FactsError(faults, raw=facts)


def check_event_facts(words: Vocabulary, facts: Mapping[str, Any], *, keep_unknown: bool) -> None:
    """Hold the facts of an event against a vocabulary; none of them is required of it.

    Raises:
        FactsError: with every fault.
    """
    optional = Vocabulary.of(*(evolve(each, required=False) for each in words))
    read_facts(optional, facts, keep_unknown=keep_unknown)


def _tell(desk: Desk, noted: Noted, salt: str, **details: str) -> None:
    """Tell what was noted, without anything of it but its kind, so that the chain of events covers it."""
    digest = salted(salt, noted.to_json())
    note = lead_id_of(f"{noted.kind}:{noted.key}")
    desk.tell("company.noted", evidence={"noted": digest}, company=noted.company, kind=noted.kind, note=note, **details)


def _event(noted: Noted) -> PastEvent:
    assert noted.payload is not None, "INVARIANT: a ledger fills in the payload of a lead's entry"
    lead = Lead.from_payload(noted.payload)
    at = datetime.fromisoformat(noted.at)
    facts = {"source": lead.source, "received": at, **lead.facts}
    return PastEvent(kind=noted.kind, at=at, contact=noted.contact, facts=facts)


def _written(at: datetime) -> str:
    """Write an instant so that texts compare as instants do."""
    return in_utc(at).isoformat(timespec="microseconds")
