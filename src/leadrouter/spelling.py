"""How numbers, amounts and durations are spelled: in forms, in tables, and by this library."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

from leadrouter.refusal import SHOWN, Refusal, show

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
"""The units of durations, in seconds."""

_MINUS = "\N{MINUS SIGN}"
_SPACES = re.compile(r"(?<=\d)[ _'\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_FIRST = r"[-+]?(?!0[.,])\d{1,3}"  # no group of thousands is a lone zero
AMBIGUOUS = re.compile(rf"{_FIRST}[.,]\d{{3}}")
"""Text that is one number for those who group thousands with its mark, and another for those who do not."""

_BY_COMMAS = re.compile(rf"{_FIRST}(,\d{{3}})+(\.\d+)?")
_BY_POINTS = re.compile(rf"{_FIRST}((\.\d{{3}}){{2,}}|(\.\d{{3}})+,\d+)")
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")
_CURRENCIES = dict.fromkeys(("₽", "руб", "руб.", "р.", "р"), "RUB")
_CURRENCIES |= {"$": "USD", "€": "EUR", "£": "GBP", "₸": "KZT", "₴": "UAH"}
_MONEY = re.compile(r"(?P<before>[^\d\s+-]*)\s*(?P<number>[-+]?\d(?:[\d\s_'.,]*\d)?)\s*(?P<after>[^\d\s]*)")

_SCALES = {
    3: "k к т тыс тысяча тысячи тысяч thousand",
    6: "m м mln mio млн миллион миллиона миллионов million millions",
    9: "b bn bln mrd mlrd млрд миллиард миллиарда миллиардов billion billions",
}
_SCALE = {word: power for power, words in _SCALES.items() for word in words.split()}
_UNITS_AS_WELL = frozenset("bmмт")  # of what is no money they may be metres or tonnes
_SCALED = re.compile(r"(?P<before>\D*?)(?P<number>[-+]?\d(?:[\d\s_'.,]*\d)?)\s*(?P<scale>[^\W\d_]+)\.?(?P<after>\D*)")


def exact(text: str, *, is_fractional: bool = False) -> Decimal:
    """Return the number that a form string spells, with its groups and either decimal mark.

    >>> exact("1.234.567"), exact("1.2340"), exact("0.125"), exact("1.234", is_fractional=True)
    (Decimal('1234567'), Decimal('1.2340'), Decimal('0.125'), Decimal('1.234'))

    Args:
        text: the form string.
        is_fractional: whether a point alone is a decimal mark, as forms and programs write it.

    Raises:
        Refusal: it spells none, or `4,200`, or else `4.200`, might be four thousand or four point two.
    """
    stripped = text.strip().replace(_MINUS, "-")
    if len(stripped) > SHOWN:
        raise Refusal(f"{show(text)} is too long for a number", f"at most {SHOWN} characters")
    digits = _SPACES.sub("", stripped)
    if AMBIGUOUS.fullmatch(digits) and not (is_fractional and "." in digits):
        whole, _, rest = digits.replace(",", ".").partition(".")
        fix = f"write {whole}{rest} or {spell_number(Decimal(f'{whole}.{rest}'))}"
        raise Refusal(f"{show(text)} has two meanings", fix, "LR405")
    if _BY_COMMAS.fullmatch(digits):
        digits = digits.replace(",", "")
    elif _BY_POINTS.fullmatch(digits):
        digits = digits.replace(".", "")
    if not digits.isascii() or not _NUMBER.fullmatch(digits):
        raise Refusal(f"{show(text)} is not a number", _digits_of(stripped) or "write it in digits")
    return Decimal(digits.replace(",", "."))


def split_money(text: str) -> tuple[str | None, str]:
    """Split an amount from its currency, a symbol or a code before or after it.

    >>> split_money("4 200 000 ₽"), split_money("$99.90"), split_money("1200")
    (('RUB', '4 200 000'), ('USD', '99.90'), (None, '1200'))

    Raises:
        Refusal: the text has no such form, or its symbol names no single currency.
    """
    stripped = text.strip().replace(_MINUS, "-") if len(text) <= SHOWN else ""
    found = _MONEY.fullmatch(stripped)
    mark = "" if found is None else found["before"] or found["after"]
    if found is None or (found["before"] and found["after"]) or mark.partition(".")[0].casefold() in _SCALE:
        fix = _digits_of_money(stripped) or "write it as 4200000 or 4_200_000 RUB"
        raise Refusal(f"{show(text)} is not an amount of money", fix)
    currency = _currency(mark)
    if mark and currency is None:
        raise Refusal(f"{show(text)}: `{mark}` names no single currency", "use its three-letter code", "LR407")
    return currency, found["number"]


def _currency(mark: str) -> str | None:
    return _CURRENCIES.get(mark.casefold()) or (mark.upper() if re.fullmatch("[A-Za-z]{3}", mark) else None)


def _digits_of(text: str) -> str | None:
    """Return how to write a number before a word for thousands, millions or billions in digits."""
    found = _SCALED.fullmatch(text)
    scale = "" if found is None else found["scale"].casefold()
    if found is None or found["before"] or found["after"] or scale in _UNITS_AS_WELL:
        return None
    number = _scaled(found)
    return None if number is None else f"write the number out: {number}"


def _digits_of_money(text: str) -> str | None:
    """Return the same for an amount, with the currency that is named beside it."""
    found = _SCALED.fullmatch(text)
    number = None if found is None else _scaled(found)
    if found is None or number is None:
        return None
    marks = f"{found['before']} {found['after']}".split()
    currency = _currency(marks[0]) if len(marks) == 1 else None
    if marks and currency is None:
        return f"write the number out, {number}, with the three letters of its currency"
    return f"write the number out: {' '.join([number, *filter(None, [currency])])}"


def _scaled(found: re.Match[str]) -> str | None:
    power = _SCALE.get(found["scale"].casefold())
    try:
        return None if power is None else spell_number(exact(found["number"]).scaleb(power))
    except Refusal:
        return None


def write_number(value: Decimal) -> str:
    """Write an exact number in the one way that it is written.

    >>> write_number(Decimal("4200.50")), write_number(Decimal("1E+3")), write_number(Decimal("-0"))
    ('4200.5', '1000', '0')
    """
    text = f"{value:f}" if value else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text


def spell_number(value: Decimal) -> str:
    """Write an exact number as text in which `exact` finds no second meaning.

    >>> spell_number(Decimal("4.200")), spell_number(Decimal("4.125")), spell_number(Decimal("0.125"))
    ('4.2', '4.1250', '0.125')
    """
    text = write_number(value)
    return f"{text}0" if AMBIGUOUS.fullmatch(text) else text


def write_duration(value: timedelta) -> str:
    """Write a duration as it is read.

    >>> write_duration(timedelta(days=1, hours=12)), write_duration(timedelta())
    ('1d 12h', '0s')
    """
    rest = value // timedelta(seconds=1)
    parts = []
    for unit in "dhms":
        count, rest = divmod(rest, UNITS[unit])
        parts += [f"{count}{unit}"] if count else []
    return " ".join(parts) or "0s"
