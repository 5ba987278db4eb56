"""Who of a company it was, as a key that does not show the person."""

from __future__ import annotations

import hashlib

from leadrouter.lead import Contact


def contact_key(contact: Contact, *, country: str, key: bytes = b"") -> str | None:
    """Return what two leads of one person have in common: the phone, else the e-mail, else the name.

    Args:
        contact: who asked.
        country: where a phone without a country code is dialled (ISO 3166).
        key: a secret of at most 64 bytes, as for the identifiers of companies.

    >>> one, other = Contact(phone="8 (912) 345-67-89"), Contact(phone="+7 912 345-67-89")
    >>> contact_key(one, country="RU") == contact_key(other, country="RU")
    True
    """
    words = (contact.e164(country) or _plain(contact.phone), _plain(contact.email), _plain(contact.name))
    for rule, word in zip(("phone", "e-mail", "name"), words, strict=True):
        if word is not None:
            return hashlib.blake2b(f"{rule} {word}".encode("utf-8", "replace"), digest_size=16, key=key).hexdigest()
    return None


def contact_of(word: str) -> Contact:
    """Return the contact that a word names: an e-mail, a phone or a name."""
    if "@" in word:
        return Contact(email=word)
    return Contact(phone=word) if word.lstrip("+")[:1].isdigit() else Contact(name=word)


def _plain(word: str | None) -> str | None:
    return " ".join((word or "").casefold().split()) or None
