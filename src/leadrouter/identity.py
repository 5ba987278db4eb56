"""Which company a lead comes from: what of a lead identifies a company, and which identifier matches."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Literal, TypeAlias, get_args

from attrs import field, frozen

from leadrouter.facts import LARGEST
from leadrouter.lead import LONGEST_NAME, Lead

MatchingRule: TypeAlias = Literal["tax number", "phone", "e-mail", "domain", "name"]

MATCHING_RULES: tuple[MatchingRule, ...] = get_args(MatchingRule)
"""The rules by which a company is known again, the strongest first."""

MAX_KEY = 64
"""The longest secret, in bytes, with which identifiers are digested."""

TAX_NUMBER = "tax_number"
"""The fact that holds a company's tax number."""

_EMAIL = re.compile(r"""(?P<local>[^\s@<>()\[\],;:"]{1,64})@(?P<domain>[^\s@<>()\[\],;:"]+\.[^\s@<>()\[\],;:"]+)""")
_DOMAIN = re.compile(r"[a-z0-9._-]+")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_DOTTED = re.compile(r"\b[^\W\d_](?:[./][^\W\d_]\b)+\.?")
_UNSEEN = re.compile(r"['’ʼ`´\u00ad\u200b-\u200d\ufeff]")
_LEGAL_FORMS = (
    # Russia and its neighbours, in both alphabets
    "общество с ограниченной ответственностью",
    "публичное акционерное общество",
    "непубличное акционерное общество",
    "закрытое акционерное общество",
    "открытое акционерное общество",
    "акционерное общество",
    "индивидуальный предприниматель",
    *("ооо", "оао", "зао", "пао", "нао", "ао", "ип", "гуп", "муп", "фгуп", "тоо", "осоо", "чп", "тов", "гк"),
    *("ooo", "oao", "zao", "pao", "nao", "ao"),
    # elsewhere
    *("gmbh co kg", "gmbh co kgaa", "sp z oo", "spol sro", "pty ltd", "pte ltd", "co ltd", "public limited company"),
    *("limited liability company", "joint stock company", "limited", "incorporated", "corporation", "company"),
    *("llc", "llp", "ltd", "inc", "corp", "co", "plc", "lp", "jsc", "pjsc", "ojsc", "cjsc"),
    *("gmbh", "ag", "kg", "kgaa", "ohg", "ug", "se", "sa", "sas", "sarl", "srl", "spa", "sl", "bv", "nv"),
    *("oy", "oyj", "ab", "as", "asa", "aps", "sro", "doo", "dd", "kft", "zrt", "ou", "uab", "sia"),
)
_FORMS: tuple[tuple[str, ...], ...] = tuple(
    sorted({tuple(form.split()) for form in _LEGAL_FORMS}, key=lambda form: (-len(form), form))
)


@frozen
class Identifier:
    """Something by which a company is known again.

    `value` is normalised and may be personal data: it is not shown, and stands in no explanation or
    event; what matched is named by its rule.
    """

    rule: MatchingRule
    value: str = field(repr=False)

    def digest(self, key: bytes = b"") -> str:
        """Return what a ledger keeps instead of the value: 32 hexadecimal digits.

        Args:
            key: a secret of at most `MAX_KEY` bytes. Without one, whoever has the digests can try all phone
                numbers until one fits.

        Source: BLAKE2b with a key, RFC 7693.
        """
        person = self.rule.encode()
        return hashlib.blake2b(
            self.value.encode("utf-8", "surrogatepass"), digest_size=16, key=key, person=person
        ).hexdigest()


@frozen
class Match:
    """A company that is known already, and the rule that found it."""

    company: str
    rule: MatchingRule


def identifiers(lead: Lead, *, country: str = "RU") -> tuple[Identifier, ...]:
    """Return what identifies the company of a lead, the strongest first, each rule at most once.

    What is no tax number (its check digits are wrong), no phone or no e-mail identifies nobody.

    Args:
        lead: its `tax_number` is a fact of that name.
        country: ISO 3166; where its phones are dialled without a country code and its taxes are paid.

    Cost: the first phone loads the numbering plans of the world, some tenths of a second.

    >>> from leadrouter.lead import Contact
    >>> lead = Lead(company='ООО "Пресс"', contact=Contact(email="Anna@Press.example"))
    >>> [(each.rule, each.value) for each in identifiers(lead)]
    [('e-mail', 'anna@press.example'), ('domain', 'press.example'), ('name', 'пресс')]
    """
    values = {
        "tax number": tax_number(lead.facts.get(TAX_NUMBER), country),
        "phone": lead.contact.e164(country),
        "e-mail": email(lead.contact.email),
        "domain": company_domain(lead.contact.email),
        "name": None if lead.company is None else company_name(lead.company),
    }
    found = ((rule, values[rule]) for rule in MATCHING_RULES)
    return tuple(Identifier(rule, value) for rule, value in found if value)


def match(
    given: Iterable[Identifier],
    companies_of: Callable[[Identifier], Collection[str]],
    has_tax_number: Callable[[str], bool],
) -> tuple[Match | None, tuple[MatchingRule, ...]]:
    """Return the company that the strongest identifier finds, or None where none does.

    An identifier that several companies share finds none of them: its rule is returned beside the match,
    where it was stronger. A name finds no company whose tax
    number is another: many are called the same.

    Args:
        given: the identifiers of a lead, the strongest first.
        companies_of: the companies that an identifier is known of.
        has_tax_number: whether a company's tax number is known.
    """
    ambiguous: list[MatchingRule] = []
    brings_tax_number = False
    for each in given:
        brings_tax_number = brings_tax_number or each.rule == "tax number"
        found = sorted(set(companies_of(each)))
        if each.rule == "name" and brings_tax_number:
            found = [company for company in found if not has_tax_number(company)]
        if len(found) == 1:
            return Match(found[0], each.rule), tuple(ambiguous)
        if found:
            ambiguous.append(each.rule)
    return None, tuple(ambiguous)


def tax_number(raw: object, country: str = "RU") -> str | None:
    """Return a tax number in its one spelling, or None where the country has no such number.

    For Russia the INN: 10 digits of a company, 12 of a sole trader, the last of them check digits.

    >>> tax_number("7707 083893"), tax_number(7707083893), tax_number("7707083894")
    ('7707083893', '7707083893', None)
    """
    text = f"{raw:d}" if isinstance(raw, int) and 0 < raw < LARGEST else raw
    if not isinstance(text, str):
        return None
    from stdnum import get_cc_module
    from stdnum.exceptions import ValidationError

    module = get_cc_module(country, "vat")
    try:
        return None if module is None else str(module.validate(text))
    except ValidationError:
        return None


def email(raw: str | None) -> str | None:
    """Return an e-mail address in small letters, or None where it is none, or longer than any.

    A domain in another alphabet is spelt in ASCII (IDNA), as it travels.

    >>> email(" Anna.Test@Пресс.РФ "), email("ask Anna")
    ('anna.test@xn--e1atdfa.xn--p1ai', None)
    """
    found = None if raw is None or len(raw) > LONGEST_NAME else _EMAIL.fullmatch(raw.strip().rstrip("."))
    domain = None if found is None else _ascii(found["domain"])
    return None if found is None or domain is None else f"{found['local'].casefold()}@{domain}"


def company_domain(raw: str | None) -> str | None:
    """Return the domain of an e-mail address that only a company's people have, or None.

    Domains at which anybody may have a mailbox are listed in `free_mail.txt`.

    >>> company_domain("anna@press.example"), company_domain("anna@gmail.com")
    ('press.example', None)
    """
    address = email(raw)
    domain = None if address is None else address.rpartition("@")[2]
    return None if domain in free_mail() else domain


def company_name(raw: str) -> str | None:
    """Return a company's name without what people write or leave out: legal forms, quotes, case, ё.

    None where nothing of it is left, or a single character, or where it is longer than any name.

    >>> company_name('ООО «Уральский завод „Счётмаш“»'), company_name("S.A. Presses & Co."), company_name("ООО")
    ('уральский завод счетмаш', 'presses', None)
    """
    if len(raw) > LONGEST_NAME:
        return None
    text = unicodedata.normalize("NFKC", raw).casefold().replace("ё", "е")
    text = _UNSEEN.sub("", text)
    text = _DOTTED.sub(lambda found: _BETWEEN_WORDS.sub("", found[0]) + " ", text)
    words = tuple(_BETWEEN_WORDS.sub(" ", text).split())
    name = " ".join(_without_forms(words))
    return name if len(name) > 1 else None


@lru_cache(maxsize=1)
def free_mail() -> frozenset[str]:
    """Return the domains at which anybody may have a mailbox."""
    lines = files(__package__).joinpath("free_mail.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _ascii(domain: str) -> str | None:
    try:
        spelt = domain.casefold().encode("idna").decode()
    except UnicodeError:
        return None
    return spelt if _DOMAIN.fullmatch(spelt) else None


def _without_forms(words: tuple[str, ...]) -> tuple[str, ...]:
    """Take legal forms off both ends until none is left there."""
    shorter: tuple[str, ...] | None = words
    while shorter is not None:
        words = shorter
        shorter = next(_shortened(words), None)
    return words


def _shortened(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for form in _FORMS:
        if words[: len(form)] == form:
            yield words[len(form) :]
        if words[-len(form) :] == form:
            yield words[: -len(form)]
