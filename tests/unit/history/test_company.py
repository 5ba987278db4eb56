"""Whose lead it is, as a key."""

from __future__ import annotations

import re

from leadrouter.history.company import company_key, contact_key
from leadrouter.lead import Contact, Lead


def test_a_company_is_known_by_its_name_however_it_is_spelled():
    """Case and spaces do not count; another name is another company."""
    key = company_key(Lead(company="Завод  «Прогресс»"))
    assert key == company_key(Lead(company=" ЗАВОД «прогресс» "))
    assert key != company_key(Lead(company="Завод «Регресс»"))


def test_without_a_company_the_contact_counts():
    """A lead is of the company of whoever brought it; one of nobody is of none."""
    contact = Contact(email="Anna@Plant.example")
    assert company_key(Lead(contact=contact)) == contact_key(contact)
    assert company_key(Lead(company="  ", contact=contact)) == contact_key(contact)
    assert company_key(Lead()) is None
    assert contact_key(Contact(phone="ask Anna")) is None


def test_a_contact_is_known_by_phone_then_email_then_name():
    """The surest mark counts, in any spelling."""
    whole = Contact(name="Anna", phone="+7 (900) 000-00-01", email="anna@plant.example")
    assert contact_key(whole) == contact_key(Contact(phone="+79000000001"))
    assert contact_key(Contact(name="Anna", email="ANNA@plant.example")) == contact_key(
        Contact(email="anna@plant.example")
    )
    assert contact_key(Contact(name="anna  ivanova")) == contact_key(Contact(name="Anna Ivanova"))
    assert len({contact_key(Contact(name="1")), contact_key(Contact(phone="1")), contact_key(Contact(email="1"))}) == 3


def test_keys_show_nobody():
    """They are digests."""
    assert re.fullmatch("[0-9a-f]{32}", company_key(Lead(company="Ural Press Plant")) or "")
