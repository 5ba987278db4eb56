"""Who of a company it was, as a key."""

from __future__ import annotations

import re

from leadrouter.history.contact import contact_key
from leadrouter.lead import Contact


def key_of(**contact: str) -> str | None:
    return contact_key(Contact(**contact), country="RU")


def test_a_contact_is_known_by_phone_then_email_then_name():
    """The surest mark counts, in any spelling."""
    assert key_of(name="Anna", phone="8 (912) 345-67-89", email="a@plant.example") == key_of(phone="+79123456789")
    assert key_of(name="Anna", email="ANNA@plant.example") == key_of(email="anna@plant.example")
    assert key_of(name="anna  ivanova") == key_of(name="Anna Ivanova")
    assert len({key_of(name="1"), key_of(phone="1"), key_of(email="1")}) == 3
    assert key_of() is None


def test_keys_show_nobody():
    """They are digests, and with a secret nobody can try them out."""
    assert re.fullmatch("[0-9a-f]{32}", key_of(name="Anna") or "")
    assert contact_key(Contact(name="Anna"), country="RU", key=b"secret") != key_of(name="Anna")
