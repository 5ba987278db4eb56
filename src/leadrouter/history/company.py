"""Which company a lead comes from, and who of it, as keys that show neither."""

from __future__ import annotations

import hashlib

from leadrouter.lead import Contact, Lead


def company_key(lead: Lead) -> str | None:
    """Return what two leads of one company have in common; None where a lead names neither company nor contact.

    The company's name counts, whatever its case and spaces; where there is none, the contact does.

    >>> company_key(Lead(company="Ural  Press Plant")) == company_key(Lead(company="URAL PRESS PLANT"))
    True
    """
    name = _plain(lead.company)
    return contact_key(lead.contact) if name is None else _digest(f"company {name}")


def contact_key(contact: Contact) -> str | None:
    """Return what two leads of one person have in common: the phone, else the e-mail, else the name.

    >>> contact_key(Contact(phone="+7 900 000-00-01")) == contact_key(Contact(phone="+79000000001"))
    True
    """
    digits = "".join(character for character in contact.phone or "" if character.isdigit())
    for kind, word in (("phone", digits or None), ("email", _plain(contact.email)), ("name", _plain(contact.name))):
        if word is not None:
            return _digest(f"{kind} {word}")
    return None


def _plain(word: str | None) -> str | None:
    return " ".join((word or "").casefold().split()) or None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
