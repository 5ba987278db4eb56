"""One inbound request as it arrived."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from leadrouter.errors import FactsError, Fault, did_you_mean
from leadrouter.facts import Refusal, clean_text, read_value, show, write_duration
from leadrouter.vocabulary import Instant

_RESERVED = ("id", "source", "company", "contact", "name", "phone", "email", "received", "facts")
_CONTACT = ("name", "phone", "email")
_LONGEST_NAME = 1_000


@frozen(kw_only=True)
class Contact:
    """Who asked: personal data, never part of an explanation or of an event."""

    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)


@frozen(kw_only=True, slots=False)
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
    received: datetime | None = None
    facts: Mapping[str, Any] = field(factory=dict, converter=MappingProxyType, repr=False, hash=False)

    @classmethod
    def from_mapping(cls, record: Mapping[str, Any]) -> Lead:
        """Make a lead from a record, as JSON Lines, a CSV row or a form's handler holds it.

        `id`, `source`, `company`, `contact` (or `name`, `phone` and `email`), `received` and `facts`
        are the lead's own; every other key is a fact.

        Raises:
            FactsError: with every fault; `raw` is the record.
        """
        return _reading(record)

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
            "facts": {str(name): value for name, value in self.facts.items()},
        }
        try:
            text = json.dumps(held, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_plain)
            text.encode()
        except UnicodeEncodeError:
            return json.dumps(held, separators=(",", ":"), sort_keys=True, default=_plain)
        except (TypeError, ValueError, RecursionError) as error:
            fault = Fault(code="LR411", message=f"the facts cannot be kept as JSON: {error}", where="lead.facts", fix="give values as JSON holds them")
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


def _plain(value: object) -> Any:
    """Turn what JSON does not hold into what the vocabulary reads back."""
    match value:
        case Decimal():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return write_duration(value)
        case set() | frozenset() | tuple():
            return sorted(value, key=str)
        case Mapping():
            return dict(value)
    return repr(value)


def _reading(record: Mapping[str, Any]) -> Lead:
    faults: list[Fault] = []
    own = {key: record.get(key) for key in _RESERVED}
    facts = _facts(record, own["facts"], faults)
    contact = _contact(own, faults)
    words = {key: _word(own[key], key, faults) for key in ("id", "source", "company")}
    received = None
    try:
        received = read_value(Instant(), own["received"])
    except Refusal as refusal:
        faults.append(Fault(code=refusal.code, message=f"`received`: {refusal}", where="lead.received", fix=refusal.fix))
    if faults:
        raise FactsError(faults, raw=record)
    return Lead(contact=contact, received=received, facts=facts, **words)


def _facts(record: Mapping[str, Any], nested: object, faults: list[Fault]) -> dict[str, Any]:
    if nested is not None and not isinstance(nested, Mapping):
        faults.append(Fault(code="LR410", message=f"`facts` is {show(nested)}, not a mapping", where="lead.facts", fix='write "facts": {"product": "press"}'))
        nested = None
    facts = dict(nested or {})
    for key, value in record.items():
        if key in _RESERVED:
            continue
        if key in facts:
            faults.append(Fault(code="LR410", message=f"fact `{key}` is given twice", where=f"lead.{key}", fix="give it once, inside `facts` or beside it"))
        facts[key] = value
    return facts


def _contact(own: Mapping[str, Any], faults: list[Fault]) -> Contact:
    nested = own["contact"]
    if nested is not None and not isinstance(nested, Mapping):
        faults.append(Fault(code="LR410", message="`contact` is not a mapping", where="lead.contact", fix='write "contact": {"phone": "+7…"}'))
        nested = None
    given = dict(nested or {})
    for key in given:
        if key not in _CONTACT:
            faults.append(Fault(code="LR410", message=f"unknown key {show(key)} in `contact`", where=f"lead.contact.{key}", fix=did_you_mean(str(key), _CONTACT)))
    values = {key: given.get(key) if given.get(key) is not None else own[key] for key in _CONTACT}
    return Contact(**{key: _word(value, key, faults) for key, value in values.items()})


def _word(value: object, key: str, faults: list[Fault]) -> str | None:
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and key == "id":
        return str(value)
    if not isinstance(value, str):
        faults.append(Fault(code="LR410", message=f"`{key}` is {show(value)}, not text", where=f"lead.{key}", fix="give it in quotes"))
        return None
    try:
        return clean_text(value, _LONGEST_NAME) or None
    except Refusal as refusal:
        faults.append(Fault(code=refusal.code, message=f"`{key}`: {refusal}", where=f"lead.{key}", fix=refusal.fix))
        return None
