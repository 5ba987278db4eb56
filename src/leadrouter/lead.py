"""One inbound request as it arrived."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from attrs import define, field, frozen

from leadrouter.errors import FactsError, Fault, did_you_mean
from leadrouter.facts import LARGEST, clean_text, read_value
from leadrouter.readonly import read_only
from leadrouter.refusal import Refusal, kind_of, show
from leadrouter.spelling import spell_number, write_duration
from leadrouter.vocabulary import Instant
from leadrouter.zone import in_utc

_RESERVED = ("id", "source", "company", "contact", "name", "phone", "email", "received", "facts")
_CONTACT = ("name", "phone", "email")
_LONGEST_NUMBER = 40

LONGEST_NAME = 1_000
"""Characters that an id, a source, a company and a part of the contact may have."""


@frozen(kw_only=True)
class Contact:
    """Who asked: personal data, never part of an explanation or of an event."""

    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)

    def e164(self, region: str) -> str | None:
        """Return the phone in E.164, the one spelling by which two leads of a caller are known to be his.

        Args:
            region: the country (ISO 3166, such as `RU`) in which a number without a country code is dialled.

        Returns:
            The number with its `+`, or None where there is no phone or what was given is none.

        Cost: the first call loads the numbering plans of the world, some tenths of a second.

        >>> Contact(phone="8 (912) 345-67-89").e164("RU"), Contact(phone="ask Anna").e164("RU")
        ('+79123456789', None)
        """
        if self.phone is None:
            return None
        import phonenumbers

        try:
            number = phonenumbers.parse(self.phone, region)
        except phonenumbers.NumberParseException:
            return None
        if not phonenumbers.is_valid_number(number):
            return None
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _aware(_: object, __: object, received: datetime | None) -> None:
    if received is not None:
        in_utc(received)


@frozen(kw_only=True)
class Lead:
    """One inbound request as it arrived.

    `id` is the id of the event at its source (a form's submission id, a call's id); where it is left
    out, a digest of the payload takes its place. `received` is an aware instant. `facts` are values
    as JSON or a form gives them; the router checks them against the pack's vocabulary.
    """

    source: str | None = None
    id: str | None = None
    company: str | None = field(default=None, repr=False)
    contact: Contact = field(factory=Contact)
    received: datetime | None = field(default=None, validator=_aware)
    facts: Mapping[str, Any] = field(factory=dict, converter=read_only, repr=False, hash=False)

    @classmethod
    def from_mapping(cls, record: object) -> Lead:
        """Make a lead from a record, as JSON Lines, a CSV row or a form's handler holds it.

        `id`, `source`, `company`, `contact` (or `name`, `phone` and `email`), `received` and `facts`
        are the lead's own; every other key is a fact.

        Raises:
            FactsError: with every fault; `raw` is the record.
        """
        if not isinstance(record, Mapping):
            message, fix = f"a lead is {show(record)}, not a mapping", 'give {"product": "press"}'
            raise FactsError([Fault(code="LR410", message=message, where="lead", fix=fix)], raw=record)
        return _Reading(record).lead()

    @cached_property
    def payload(self) -> str:
        """The lead as canonical JSON: what idempotent intake compares and the ledger keeps.

        Raises:
            FactsError: a fact cannot be kept as JSON: it holds itself, or nests too deep.
        """
        contact = {"name": self.contact.name, "phone": self.contact.phone, "email": self.contact.email}
        held = {
            "id": self.id,
            "source": self.source,
            "company": self.company,
            "contact": {key: value for key, value in contact.items() if value is not None},
            "received": None if self.received is None else self.received.isoformat(),
            "facts": {str(name): _exactly(value) for name, value in self.facts.items()},
        }
        try:
            text = json.dumps(held, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_plain)
            text.encode()
        except UnicodeEncodeError:
            return json.dumps(held, separators=(",", ":"), sort_keys=True, default=_plain)
        except (TypeError, ValueError, RecursionError) as error:
            fault = Fault(
                code="LR411",
                message=f"the facts cannot be kept as JSON: {error}",
                where="lead.facts",
                fix="give values as JSON holds them",
            )
            raise FactsError([fault], raw=self) from None
        return text

    @classmethod
    def from_payload(cls, payload: str) -> Lead:
        """Return the lead whose `payload` this is; numbers stay exact."""
        held = json.loads(payload, parse_float=Decimal)
        received = held["received"]
        return cls(
            id=held["id"],
            source=held["source"],
            company=held["company"],
            contact=Contact(**held["contact"]),
            received=None if received is None else datetime.fromisoformat(received),
            facts=held["facts"],
        )

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the payload."""
        return hashlib.sha256(self.payload.encode()).hexdigest()

    @cached_property
    def key(self) -> str:
        """What makes two deliveries the same event: source and event id, or the payload's digest."""
        return f"{self.source}:{self.id}" if self.id is not None else f"payload:{self.digest}"


def _exactly(value: Any) -> Any:
    """Write a float as the decimal that it shows, so that both spellings of a number are one payload."""
    return _plain(Decimal(repr(float(value)))) if isinstance(value, float) else value


def _plain(value: object) -> Any:
    """Turn what JSON does not hold into what the vocabulary reads back."""
    match value:
        case Decimal():
            is_spelled = value.is_finite() and (not value or abs(value.adjusted()) < _LONGEST_NUMBER)
            return spell_number(value) if is_spelled else str(value)
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return write_duration(value)
        case set() | frozenset():
            return sorted(value, key=str)
        case Mapping():
            return dict(value)
    return repr(value)


def raw_form(record: object) -> str:
    """Return what came in place of a lead as text: JSON where it can be written so, else as Python shows it.

    >>> raw_form({"source": [1]}), raw_form({(1, 2): "x"})
    ('{"source": [1]}', "{(1, 2): 'x'}")
    """
    try:
        return json.dumps(record, default=lambda value: dict(value) if isinstance(value, Mapping) else repr(value))
    except (TypeError, ValueError, RecursionError):  # keys that are no text, circles, endless depth, endless digits
        pass
    try:
        return repr(record)
    except (ValueError, RecursionError):
        return show(record)


@define
class _Reading:
    """One record being read; its faults are collected."""

    record: Mapping[str, Any]
    faults: list[Fault] = field(factory=list)

    def refuse(self, where: str, message: str, fix: str | None, code: str = "LR410") -> None:
        self.faults.append(Fault(code=code, message=message, where=where, fix=fix))

    def lead(self) -> Lead:
        facts = self.facts()
        contact = self.contact()
        words = {key: self.word(self.record.get(key), key) for key in ("id", "source", "company")}
        received = None
        try:
            received = read_value(Instant(), self.record.get("received"))
        except Refusal as refusal:
            self.refuse("lead.received", f"`received`: {refusal}", refusal.fix, refusal.code)
        if self.faults:
            raise FactsError(self.faults, raw=self.record)
        return Lead(contact=contact, received=received, facts=facts, **words)

    def mapping(self, key: str, fix: str) -> dict[Any, Any]:
        """Return what stands under a key, a mapping where it is there at all."""
        value = self.record.get(key)
        if value is None or isinstance(value, Mapping):
            return dict(value or {})
        self.refuse(f"lead.{key}", f"`{key}` is {kind_of(value)}, not a mapping", fix)
        return {}

    def facts(self) -> dict[str, Any]:
        nested = self.mapping("facts", 'write "facts": {"product": "press"}')
        beside = {key: value for key, value in self.record.items() if key not in _RESERVED}
        for key in (*nested, *beside):
            if not isinstance(key, str):
                self.refuse("lead.facts", f"{show(key)} names no fact", "name a fact with text")
        for key in beside:
            if key in nested:
                fix = "give it once, inside `facts` or beside it"
                self.refuse(f"lead.{_bare(key)}", f"fact {show(key)} is given twice", fix)
        return {**nested, **beside}

    def contact(self) -> Contact:
        given = self.mapping("contact", 'write "contact": {"phone": "+7…"}')
        for key in given:
            if key not in _CONTACT:
                fix = did_you_mean(str(key), _CONTACT)
                self.refuse(f"lead.contact.{_bare(key)}", f"unknown key {show(key)} in `contact`", fix)
        return Contact(**{key: self.one(given.get(key), self.record.get(key), key) for key in _CONTACT})

    def one(self, inside: object, beside: object, key: str) -> str | None:
        """Return a part of the contact, which stands inside `contact` or beside it."""
        first, second = self.word(inside, key), self.word(beside, key)
        if first is not None and second not in (None, first):
            fix = "give it once, inside `contact` or beside it"
            self.refuse(f"lead.{key}", f"`{key}` is given twice, and not the same", fix)
        return second if first is None else first

    def word(self, value: object, key: str) -> str | None:
        """Return one of the lead's own texts; an id may be a number."""
        if value is None:
            return None
        if key == "id" and isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST:
            return str(value)
        if not isinstance(value, str):
            self.refuse(f"lead.{key}", f"`{key}` is {kind_of(value)}, not text", "give it in quotes")
            return None
        try:
            return clean_text(value, LONGEST_NAME) or None
        except Refusal as refusal:
            self.refuse(f"lead.{key}", f"`{key}`: {refusal}", refusal.fix, refusal.code)
            return None


def _bare(key: object) -> str:
    return show(key)[1:-1]
