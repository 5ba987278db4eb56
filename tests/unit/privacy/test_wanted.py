"""Who is wanted when somebody's personal data is erased."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from leadrouter import Contact, Lead
from leadrouter.history.contact import contact_key
from leadrouter.ledger.ledger import Entry, Noted, Refused
from leadrouter.privacy.wanted import OfContact, OfLead, Older
from leadrouter.routing.intake import lead_id_of

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENTRY = Entry(
    lead_id=lead_id_of("call:1"), key="call:1", digest="d", payload="", record="{}", at=AT.isoformat(), salt="s"
)
NOTED = Noted(
    key="v1", company="c", begun=ENTRY.lead_id, contact=None, kind="visit", at=AT.isoformat(), payload="{}", salt="s"
)
REFUSED = Refused(key="call:1", payload="", reason="LR410", at=AT.isoformat(), salt="")
PHONE, EMAIL, NAME = "8 (912) 345-67-89", "Ilya@Press.example", " ilya  TEST "
CONTACT = Contact(phone="+79123456789", email="ilya@press.example", name="Ilya Test")


@pytest.mark.parametrize("word", [PHONE, EMAIL, NAME])
def test_a_contact_is_wanted_in_any_spelling(word):
    """By phone, e-mail or name, whatever else the lead has of him."""
    wanted = OfContact(word, "RU")
    assert wanted.lead(evolve(ENTRY, payload=Lead(contact=CONTACT).payload))
    assert not wanted.lead(evolve(ENTRY, payload=Lead(contact=Contact(phone="+79123456780", name="Ilya")).payload))
    assert not wanted.lead(evolve(ENTRY, payload=Lead(company="Ilya Test").payload))


@pytest.mark.parametrize("word", [PHONE, EMAIL, NAME])
def test_what_a_contact_did_is_wanted_by_its_key(word):
    """With the secret of the identifiers; without it nobody is found."""
    key = contact_key(Contact(**{{PHONE: "phone", EMAIL: "email", NAME: "name"}[word]: word}), country="RU", key=b"k")
    assert OfContact(word, "RU", b"k").note(evolve(NOTED, contact=key))
    assert not OfContact(word, "RU", b"other").note(evolve(NOTED, contact=key))
    assert not OfContact(word, "RU", b"k").note(NOTED)


@pytest.mark.parametrize(
    "came",
    [
        {"contact": {"phone": "8 912 345 67 89"}},
        [["ilya@PRESS.example", None]],
        {"who": ["Ilya Test", True, 1.5]},
        {"phone": 79123456789},
    ],
)
def test_a_contact_is_wanted_wherever_he_stands_in_what_was_refused(came):
    """At any depth, as a text or as a number."""
    refused = evolve(REFUSED, payload=json.dumps(came))
    assert any(OfContact(word, "RU").refusal(refused) for word in (PHONE, EMAIL, NAME))
    assert not OfContact("boris@press.example", "RU").refusal(refused)


def test_in_what_is_no_json_a_contact_is_wanted_as_he_is_written():
    """Case apart."""
    assert OfContact("Ilya Test", "RU").refusal(evolve(REFUSED, payload="{(1, 2): 'ilya test'}"))
    assert not OfContact("Ilya Test", "RU").refusal(evolve(REFUSED, payload="{(1, 2): 'ilya'}"))


def test_companies_are_not_known_by_a_contact_any_more():
    """By the phone or the e-mail; the domain is the company's, and a name identifies nobody."""
    assert [[rule for rule, _ in OfContact(word, "RU").known_by()] for word in (PHONE, EMAIL, NAME)] == [
        ["phone"],
        ["e-mail"],
        [],
    ]
    assert OfContact(PHONE, "RU").known_by() != OfContact(PHONE, "RU", b"k").known_by()


def test_nobody_is_nobody():
    """An empty contact would be everybody without one."""
    with pytest.raises(ValueError, match="empty"):
        OfContact(" ", "RU")


def test_a_lead_is_wanted_with_what_came_of_it():
    """With what is noted of it and what came under its key; not the lead beside it."""
    wanted, other = OfLead(ENTRY.lead_id), OfLead("other")
    for is_wanted, each in ((True, wanted), (False, other)):
        assert (each.lead(ENTRY), each.note(NOTED), each.refusal(REFUSED)) == (is_wanted,) * 3
    assert (wanted.past(AT), wanted.known_by(), OfContact("x", "RU").past(AT)) == (False, (), False)


def test_what_is_older_is_wanted_up_to_the_instant():
    """The instant itself is not older."""
    for is_wanted, each in ((False, Older(AT)), (True, Older(AT + timedelta(microseconds=1)))):
        assert (each.lead(ENTRY), each.note(NOTED), each.refusal(REFUSED), each.past(AT)) == (is_wanted,) * 4
    assert Older(AT).known_by() == ()
