"""Whose personal data is to be erased: a contact's, a lead's, or what is older than an instant."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, Protocol

from attrs import field, frozen

from leadrouter.history.contact import contact_key
from leadrouter.identity import email, identifiers
from leadrouter.lead import Contact, Lead
from leadrouter.ledger.ledger import Entry, Noted, Reading, Refused
from leadrouter.privacy.redact import PERSONAL_RULES
from leadrouter.routing.intake import lead_id_of
from leadrouter.routing.stored import may_begin_an_id, unknown_lead
from leadrouter.zone import in_utc

PAGE = 500
_FEWEST_DIGITS = 5


class Wanted(Protocol):
    """What tells whether something is to be erased."""

    def lead(self, entry: Entry) -> bool:
        """Tell it of a lead that is not erased yet."""

    def note(self, note: Noted) -> bool:
        """Tell it of something that a company noted."""

    def refusal(self, refused: Refused) -> bool:
        """Tell it of a refused lead."""

    def past(self, at: datetime) -> bool:
        """Tell it of everything that happened at an instant."""

    def known_by(self) -> tuple[tuple[str, str], ...]:
        """Return by what companies are not to be known again, whoever has brought it: rules and digests."""


@frozen
class OfContact:
    """What belongs to a person: a phone, an e-mail or a name, in any spelling of it.

    Args:
        word: the phone, e-mail or name.
        country: where a phone without a country code is dialled (ISO 3166).
        key: the secret of the identifiers.
    """

    word: str = field(repr=False)

    @word.validator
    def _is_not_empty(self, _: object, word: str) -> None:
        if not word.strip():
            raise ValueError("the contact is empty")

    country: str
    key: bytes = field(default=b"", repr=False)
    _spelled: frozenset[str] = field(init=False, repr=False)

    @_spelled.default
    def _spell(self) -> frozenset[str]:
        return spellings(self.word, self.country)

    def lead(self, entry: Entry) -> bool:
        """Tell whether the lead's contact is the person's."""
        contact = Lead.from_payload(entry.payload).contact
        return self._is_any_of(filter(None, (contact.phone, contact.email, contact.name)))

    def note(self, note: Noted) -> bool:
        """Tell whether it was the person."""
        given = (Contact(phone=self.word), Contact(email=self.word), Contact(name=self.word))
        keys = {contact_key(each, country=self.country, key=self.key) for each in given}
        return note.contact is not None and note.contact in keys

    def refusal(self, refused: Refused) -> bool:
        """Tell whether the person stands anywhere in what came; in what is no JSON, as the word is written."""
        try:
            came = json.loads(refused.payload)
        except ValueError:
            return self.word.casefold() in refused.payload.casefold()
        return self._is_any_of(_texts(came))

    def past(self, at: datetime) -> bool:  # noqa: ARG002  # the events are found one by one
        """Tell nothing by the instant."""
        return False

    def known_by(self) -> tuple[tuple[str, str], ...]:
        """Return the person's phone or e-mail."""
        found = identifiers(Lead(contact=Contact(phone=self.word, email=self.word)), country=self.country)
        return tuple((each.rule, each.digest(self.key)) for each in found if each.rule in PERSONAL_RULES)

    def _is_any_of(self, words: Collection[str] | Iterator[str]) -> bool:
        return any(not self._spelled.isdisjoint(spellings(each, self.country)) for each in words)


@frozen
class OfLead:
    """What one lead has brought, by its id."""

    lead_id: str

    def lead(self, entry: Entry) -> bool:
        """Tell whether it is the lead."""
        return entry.lead_id == self.lead_id

    def note(self, note: Noted) -> bool:
        """Tell whether it was noted of the lead."""
        return note.begun == self.lead_id

    def refusal(self, refused: Refused) -> bool:
        """Tell whether it came under the key of the lead."""
        return lead_id_of(refused.key) == self.lead_id

    def past(self, at: datetime) -> bool:  # noqa: ARG002  # the events are found one by one
        """Tell nothing by the instant."""
        return False

    def known_by(self) -> tuple[tuple[str, str], ...]:
        """Return nothing: what others have brought stays."""
        return ()


def lead_called(work: Reading, lead_id: str) -> OfLead:
    """Return what a lead has brought, whether it was decided or refused, by its id or the beginning of it.

    A refused lead has the id that its events name.

    Raises:
        UnknownLeadError: no lead has that id, or several begin so.
    """
    if not may_begin_an_id(lead_id):
        raise unknown_lead(0, lead_id)
    found = {entry.lead_id for entry in work.entries(lead_id)}
    after = 0
    while page := work.personal.refused(after, PAGE):
        ids = {lead_id_of(refused.key) for _, refused in page if refused.key}
        found |= {each for each in ids if each.startswith(lead_id)}
        after = page[-1][0]
    if len(found) != 1:
        raise unknown_lead(len(found), lead_id)
    return OfLead(found.pop())


@frozen
class Older:
    """What was decided, noted or refused before an instant."""

    before: datetime = field(converter=in_utc)

    def lead(self, entry: Entry) -> bool:
        """Tell whether the lead was decided before."""
        return self._is_before(entry.at)

    def note(self, note: Noted) -> bool:
        """Tell whether it happened before."""
        return self._is_before(note.at)

    def refusal(self, refused: Refused) -> bool:
        """Tell whether it was refused before."""
        return self._is_before(refused.at)

    def past(self, at: datetime) -> bool:
        """Tell whether it happened before."""
        return at < self.before

    def known_by(self) -> tuple[tuple[str, str], ...]:
        """Return nothing: what later leads have brought stays."""
        return ()

    def _is_before(self, at: str) -> bool:
        return datetime.fromisoformat(at) < self.before


def spellings(word: str, country: str) -> frozenset[str]:
    """Return a phone, an e-mail or a name as it is compared: in the one spelling of each that it may be.

    >>> sorted(spellings("8 (912) 345-67-89", "RU"))
    ['+79123456789', '8 (912) 345-67-89']
    """
    plain = " ".join(word.casefold().split())
    is_phone = sum(character.isdigit() for character in plain) >= _FEWEST_DIGITS
    phone = Contact(phone=word).e164(country) if is_phone else None
    return frozenset(filter(None, (plain, phone, email(word))))


def _texts(came: Any) -> Iterator[str]:
    """Yield the texts and whole numbers anywhere in JSON."""
    match came:
        case str():
            yield came
        case bool():
            pass
        case int():
            yield str(came)
        case list():
            for each in came:
                yield from _texts(each)
        case dict():
            for each in came.values():
                yield from _texts(each)
