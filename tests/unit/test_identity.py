"""Which company a lead comes from."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from leadrouter.identity import (
    MATCHING_RULES,
    Identifier,
    Match,
    company_domain,
    company_name,
    email,
    free_mail,
    identifiers,
    match,
    tax_number,
)
from leadrouter.lead import Contact, Lead

SBER = "7707083893"


def found(lead: Lead, **options: Any) -> dict[str, str]:
    """Return the identifiers of a lead by rule."""
    return {each.rule: each.value for each in identifiers(lead, **options)}


def test_a_lead_with_everything_has_an_identifier_by_each_rule_the_strongest_first():
    """Tax number, phone, e-mail, domain, name."""
    contact = Contact(name="Anna Test", phone="8 912 345-67-89", email="Anna@Press.example")
    lead = Lead(company="ООО «Пресс»", contact=contact, facts={"tax_number": SBER})
    assert [each.rule for each in identifiers(lead)] == list(MATCHING_RULES)
    assert found(lead) == {
        "tax number": SBER,
        "phone": "+79123456789",
        "e-mail": "anna@press.example",
        "domain": "press.example",
        "name": "пресс",
    }


def test_a_lead_with_nothing_identifies_nobody():
    """And what is none of its kind does not either."""
    assert identifiers(Lead()) == ()
    contact = Contact(name="Anna", phone="ask Anna", email="ask Anna")
    assert identifiers(Lead(company="ООО", contact=contact, facts={"tax_number": "7707083894"})) == ()


def test_a_country_says_how_phones_are_dialled_and_which_tax_number_is_one():
    """A German number without its country code, and a German number of the tax office."""
    lead = Lead(contact=Contact(phone="030 901820"), facts={"tax_number": "DE 136 695 976"})
    assert found(lead, country="DE") == {"tax number": "136695976", "phone": "+4930901820"}
    assert found(lead) == {}


def test_a_value_is_not_shown():
    """An identifier in a message or a log shows its rule only."""
    assert repr(Identifier("phone", "+79123456789")) == "Identifier(rule='phone')"


def test_a_digest_depends_on_the_value_the_rule_and_the_key():
    """The same text found by two rules, or kept by two ledgers, has nothing in common."""
    values = [Identifier("name", "a1"), Identifier("domain", "a1"), Identifier("name", "a2")]
    digests = [each.digest(key) for each in values for key in (b"", b"secret")]
    assert len(set(digests)) == 6
    assert {len(each) for each in digests} == {32}
    assert Identifier("name", "a1").digest() == digests[0]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (SBER, SBER),
        (f" {SBER[:4]} {SBER[4:]} ", SBER),
        (int(SBER), SBER),
        ("500100732259", "500100732259"),  # a sole trader
        ("500100732258", None),
        ("7707083894", None),  # the check digit is wrong
        ("770708389", None),
        ("", None),
        (None, None),
        (True, None),
        pytest.param(10**5000, None, id="a huge number"),
        (-1, None),
        ([SBER], None),
    ],
)
def test_a_tax_number_is_one_by_its_check_digits(raw: object, expected: str | None):
    """10 digits of a company, 12 of a sole trader; whatever else is none."""
    assert tax_number(raw) == expected


def test_a_country_without_tax_numbers_that_can_be_checked_has_none():
    """No number of such a country identifies a company, whatever it is."""
    assert tax_number(SBER, "US") is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (" Anna.Test@Press.Example. ", "anna.test@press.example"),
        ("anna@пресс.рф", "anna@xn--e1atdfa.xn--p1ai"),
        ("anna@xn--e1atdfa.xn--p1ai", "anna@xn--e1atdfa.xn--p1ai"),
        ("anna@localhost", None),
        ("anna@@press.example", None),
        ("anna@press..example", None),
        (f"anna@{'p' * 64}.example", None),
        ("Anna <anna@press.example>", None),
        ("anna", None),
        (None, None),
    ],
)
def test_an_email_has_one_spelling(raw: str | None, expected: str | None):
    """Without case, its domain in ASCII; what is no address is none."""
    assert email(raw) == expected


def test_a_free_mail_domain_is_no_company():
    """Two people with mailboxes at the same provider have nothing in common."""
    assert {"gmail.com", "mail.ru", "yandex.ru", "ya.ru", "outlook.com"} <= free_mail()
    assert company_domain("anna@GMAIL.com") is None
    assert company_domain("anna@mail.press.example") == "mail.press.example"
    assert found(Lead(contact=Contact(email="anna@mail.ru"))) == {"e-mail": "anna@mail.ru"}


def test_the_list_of_free_mail_has_domains_as_they_are_compared():
    """A domain written otherwise would never be met."""
    assert all(email(f"a@{domain}") == f"a@{domain}" for domain in free_mail())


@pytest.mark.parametrize(
    "raw",
    [
        'ООО "Счётмаш"',
        "ооо счетмаш",
        "OOO СЧЁТМАШ",  # the form in Latin letters
        "Счетмаш, О.О.О.",
        "«Счётмаш» АО",
        "Общество с ограниченной ответственностью «Счётмаш»",
        "АО ГК „Счёт­маш“",
    ],
)
def test_a_company_is_called_the_same_however_it_is_written(raw: str):
    """Legal forms at either end, quotes, case, ё and soft hyphens do not count."""
    assert company_name(raw) == "счетмаш"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("ROMASHKA, LLC", "romashka"),
        ("Foo GmbH & Co. KG", "foo"),
        ("Sp. z o.o. Foo", "foo"),
        ("A/S Foo", "foo"),
        ("O'Neil Ltd.", "oneil"),
        ("О'Кей", "окей"),
        ("Ао Лайн Завод", "лайн завод"),
        ("Завод ООО Пресс", "завод ооо пресс"),  # in the middle it may mean anything
        ("Проект 2.0", "проект 2 0"),
        ("3М", "3м"),
        ("ООО", None),
        ("ООО ЗАО", None),
        ("Я", None),
        ("«»", None),
        ("", None),
    ],
)
def test_a_name_keeps_what_tells_companies_apart(raw: str, expected: str | None):
    """A form is taken off the ends only; what is left of nothing is no name."""
    assert company_name(raw) == expected


def test_what_is_longer_than_any_name_identifies_nobody():
    """It comes from no person, and is not put in order: marks heaped on a letter would take seconds."""
    heap = "a" + "\u0315\u0316" * 45_000
    assert company_name(heap) is None
    assert email(f"anna@{heap}.example") is None
    assert company_name("a" * 1_000) == "a" * 1_000


KNOWN: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("phone", "+7"): ("old", "new"),
    ("e-mail", "a@b.example"): ("new",),
    ("name", "press"): ("old",),
    ("name", "twins"): ("old", "new", "old"),
}

NOBODY = (None, ())


def matched(*given: tuple[str, str], taxed: frozenset[str] = frozenset()) -> tuple[Match | None, tuple[str, ...]]:
    """Match these among the companies that are known."""
    chosen = (Identifier(rule, value) for rule, value in given)  # type: ignore[arg-type]
    return match(chosen, lambda each: KNOWN.get((each.rule, each.value), ()), taxed.__contains__)


def test_the_strongest_identifier_that_finds_one_company_decides():
    """The rule is named; an identifier that several share is passed over and noted."""
    assert matched(("e-mail", "a@b.example"), ("name", "press")) == (Match("new", "e-mail"), ())
    assert matched(("phone", "+7"), ("name", "press")) == (Match("old", "name"), ("phone",))
    assert matched(("phone", "+7"), ("name", "twins")) == (None, ("phone", "name"))
    assert matched(("domain", "b.example")) == matched() == NOBODY


def test_a_name_finds_no_company_with_another_tax_number():
    """A thousand companies are called the same; a phone of a holding with two tax numbers still finds it."""
    unknown = ("tax number", SBER)
    assert matched(unknown, ("name", "press")) == (Match("old", "name"), ())
    assert matched(unknown, ("name", "press"), taxed=frozenset({"old"})) == NOBODY
    assert matched(unknown, ("name", "twins"), taxed=frozenset({"old"})) == (Match("new", "name"), ())
    assert matched(("name", "press"), taxed=frozenset({"old"})) == (Match("old", "name"), ())
    assert matched(unknown, ("e-mail", "a@b.example"), taxed=frozenset({"new"})) == (Match("new", "e-mail"), ())


def test_heavy_libraries_are_loaded_where_they_are_used():
    """A lead without phone and tax number needs neither the numbering plans nor the tables of numbers."""
    program = (
        "import sys; from leadrouter.identity import identifiers; from leadrouter.lead import Lead;"
        "identifiers(Lead(company='Press')); print({'phonenumbers', 'stdnum'} & sys.modules.keys())"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert ran.stdout == "set()\n"
