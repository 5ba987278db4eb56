"""The facts of a lead, read against a vocabulary.

A value may come as JSON gives it (`true`, `1200`, `"press"`), as a form gives it (`"да"`,
`"4 200 000 ₽"`), or as Python holds it (`Decimal`, `datetime`). What is read is typed and exact:
text in NFC, numbers and money as `int` or `Decimal`, instants in UTC, sets as `frozenset`. Nothing is
guessed: what has two meanings is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any, TypeVar, cast

from leadrouter import vocabulary as v
from leadrouter.errors import FactsError, Fault, NaiveTimeError, did_you_mean
from leadrouter.refusal import HUGE, SHOWN, Refusal, kind_of, show
from leadrouter.spelling import UNITS, exact, spell_number, split_money, write_duration, write_number
from leadrouter.zone import in_utc

LARGEST = Decimal(HUGE)
"""Numbers and amounts must be smaller than this, and have at most nine digits after the point."""

YEARS = range(1900, 3000)
"""The years that dates and instants may lie in."""

LONGEST_DURATION = timedelta(days=366_000)
"""Durations must be shorter than this; they are whole seconds."""

_MOST_COMPOSED = 4  # characters that NFC makes one of, as it does of an alpha with three marks
MOST_MARKS = 30
_MARKS = frozenset({"Mn", "Mc", "Me"})
_FINEST = Decimal("1e-9")
_EXPONENTS = range(-9, 1)
_EXACTLY = Context(prec=27, traps=[Inexact, InvalidOperation])
_YES = frozenset({"true", "yes", "y", "on", "1", "да", "д"})
_NO = frozenset({"false", "no", "n", "off", "0", "нет", "н"})
_DURATION = re.compile(r"\s*(?:\d{1,9}\s*[smhdw]\s*)+", re.ASCII)
_LOCAL_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)


def read_value(type_: v.Type, raw: object) -> Any:
    """Return a value of the type, or None for null.

    Raises:
        Refusal: the value is not one of the type; it says which and how to write it.
    """
    return None if raw is None else _READERS[type(type_)](type_, raw)


def read_facts(words: v.Vocabulary, facts: object, *, keep_unknown: bool = False) -> dict[str, Any]:
    """Return the typed facts, defaults included; missing and null facts are left out.

    Raises:
        FactsError: with every fault: unknown fields, wrong types, required facts that are missing, or
            facts that are no mapping.
    """
    if not isinstance(facts, Mapping):
        message, fix = f"facts are {show(facts)}, not a mapping", 'give {"field": value}'
        raise FactsError([Fault(code="LR402", message=message, where="facts", fix=fix)], raw=facts)
    faults: list[Fault] = []
    typed: dict[str, Any] = {}
    for name, raw in facts.items():
        if name in words:
            _read_into(typed, words[name], raw, faults)
        elif not keep_unknown:
            shown, known = show(name), did_you_mean(str(name), words.fields)
            where = f"facts.{shown[1:-1]}"
            faults.append(Fault(code="LR401", message=f"unknown field {shown}", where=where, fix=known))
    for each in words:
        if each.name not in typed and each.default is not None:
            typed[each.name] = each.default
        elif each.required and facts.get(each.name) is None:
            message = f"field `{each.name}` is required and missing"
            faults.append(Fault(code="LR403", message=message, where=f"facts.{each.name}", fix=f"give {each.type}"))
    if faults:
        raise FactsError(faults, raw=facts)
    return typed


def _read_into(typed: dict[str, Any], each: v.Field, raw: object, faults: list[Fault]) -> None:
    try:
        value = read_value(each.type, raw)
    except Refusal as refusal:
        where = f"facts.{each.name}"
        message = f"field `{each.name}`: {refusal}"
        faults.append(Fault(code=refusal.code, message=message, where=where, fix=refusal.fix))
    else:
        if value is not None:
            typed[each.name] = value


def _wrong(type_: v.Type, raw: object, fix: str | None = None) -> Refusal:
    return Refusal(f"{show(raw)} ({kind_of(raw)}) is not {_article(type_)}", fix)


def _article(type_: v.Type) -> str:
    name = v.plain(type_)
    return f"an {name}" if name[0] in "aei" else name if name in ("text", "money") else f"a {name}"


def _bool(type_: v.Bool, raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    folded = raw.strip().casefold() if isinstance(raw, str) else None
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise _wrong(type_, raw, "give true or false, yes or no, да or нет")


def clean_text(raw: str, longest: int) -> str:
    """Return the text in NFC, of which it may have so many characters.

    Raises:
        Refusal: it is too long, heaps marks on a letter, or holds a NUL or half a surrogate pair.
    """
    if len(raw) > longest * _MOST_COMPOSED:
        raise _too_long(raw, longest)
    check_characters(raw)
    if is_heaped(raw):
        raise Refusal(f"a text with more than {MOST_MARKS} marks on one letter", "leave the marks out", "LR406")
    text = raw if raw.isascii() else unicodedata.normalize("NFC", raw)
    if len(text) > longest:
        raise _too_long(text, longest)
    return text


def check_characters(raw: str) -> None:
    """Refuse what not every ledger can keep.

    Raises:
        Refusal: the text holds a NUL or half a surrogate pair.
    """
    if "\0" in raw:
        raise Refusal(f"{show(raw)} holds a NUL character", "remove it", "LR406")
    if raw.isascii():
        return
    try:
        raw.encode()
    except UnicodeEncodeError:
        raise Refusal(f"{show(raw)} holds half a surrogate pair", "decode it as UTF-8", "LR406") from None


def is_keepable(raw: str) -> bool:
    """Tell whether every ledger can keep a text: what is looked for by another one is nowhere."""
    try:
        check_characters(raw)
    except Refusal:
        return False
    return True


def is_heaped(raw: str) -> bool:
    """Tell whether more than thirty marks stand on one letter: NFC takes the square of their number.

    No language needs so many.

    Source: the bound of Unicode's Stream-Safe Text Format, UAX #15.
    """
    if raw.isascii() or _MARKS.isdisjoint(map(unicodedata.category, raw[MOST_MARKS :: MOST_MARKS + 1])):
        return False  # INVARIANT: of 31 characters in a row one has been looked at
    marks = 0
    for kind in map(unicodedata.category, raw):
        marks = marks + 1 if kind in _MARKS else 0
        if marks > MOST_MARKS:
            return True
    return False


def _too_long(text: str, longest: int) -> Refusal:
    return Refusal(f"a text of {len(text):_} characters, {longest:_} are allowed", "shorten it", "LR406")


def _text(type_: v.Text, raw: object) -> str:
    if not isinstance(raw, str):
        raise _wrong(type_, raw, "give it in quotes")
    return clean_text(raw, type_.longest)


def _exact(type_: v.Int | v.Number | v.Money, raw: object) -> Decimal:
    if isinstance(raw, bool):
        raise _wrong(type_, raw, "a bool is not a number here; give digits")
    if isinstance(raw, int):
        if abs(raw) >= LARGEST:
            raise _out_of_reach(raw)
        return Decimal(raw)
    if isinstance(raw, float):
        raw = Decimal(float.__repr__(raw))
    elif isinstance(raw, str):
        raw = exact(raw, is_fractional=isinstance(type_, v.Number))
    if not isinstance(raw, Decimal):
        raise _wrong(type_, raw, "give a number")
    if not raw.is_finite():
        raise Refusal(f"{show(str(raw))} is not a number that can be counted", "leave it out", "LR404")
    return _in_reach(raw)


def _in_reach(number: Decimal) -> Decimal:
    """Refuse what is too large or too fine; the host's decimal context has no say in it."""
    if cast("int", number.as_tuple().exponent) in _EXPONENTS and number.copy_abs() < LARGEST:
        return number
    try:
        return number.quantize(_FINEST, context=_EXACTLY)
    except (Inexact, InvalidOperation):
        raise _out_of_reach(str(number)) from None


def _out_of_reach(raw: object) -> Refusal:
    fix = "at most 18 digits before the point and 9 after"
    return Refusal(f"{show(raw)} is too large or too fine", fix, "LR404")


def _within(type_: v.Int | v.Number | v.Money | v.Duration, value: Any, raw: object) -> Any:
    if type_.least is not None and value < type_.least:
        fix = f"at least {write_value(type_, type_.least)}"
        raise Refusal(f"{show(raw)} is below the least value", fix, "LR404")
    if type_.most is not None and value > type_.most:
        fix = f"at most {write_value(type_, type_.most)}"
        raise Refusal(f"{show(raw)} is above the largest value", fix, "LR404")
    return value


def _int(type_: v.Int, raw: object) -> int:
    value = _exact(type_, raw)
    if value != value.to_integral_value():
        raise Refusal(f"{show(raw)} is not a whole number", "round it")
    return int(_within(type_, int(value), raw))


def _number(type_: v.Number, raw: object) -> Decimal:
    return Decimal(_within(type_, _exact(type_, raw), raw))


def _money(type_: v.Money, raw: object) -> Decimal:
    if isinstance(raw, str):
        currency, raw_number = split_money(raw)
        if currency is not None and currency != type_.currency:
            message = f"{show(raw)} is in {currency}, the field is in {type_.currency}"
            raise Refusal(message, "convert it before it arrives", "LR407")
        return Decimal(_within(type_, _exact(type_, raw_number), raw))
    return Decimal(_within(type_, _exact(type_, raw), raw))


def _date(type_: v.Date, raw: object) -> date:
    value = raw if isinstance(raw, date) and not isinstance(raw, datetime) else None
    if isinstance(raw, str):
        local = _LOCAL_DATE.fullmatch(raw.strip())
        try:
            value = date(int(local[3]), int(local[2]), int(local[1])) if local else date.fromisoformat(raw.strip())
        except ValueError:
            value = None
    if value is None:
        raise _wrong(type_, raw, "write it as 2026-03-02 or 02.03.2026")
    return _in_years(value, raw)


_Day = TypeVar("_Day", date, datetime)


def _in_years(value: _Day, raw: object) -> _Day:
    """Keep to the years that civil reckoning is sure of, so that counting with them never fails."""
    if value.year not in YEARS:
        raise Refusal(f"{show(str(raw))} lies outside the years 1900 to 2999", "check the year", "LR404")
    return value


def _instant(type_: v.Instant, raw: object) -> datetime:
    value = raw
    if isinstance(raw, str):
        try:
            value = datetime.fromisoformat(raw.strip())
        except ValueError:
            value = None
    if not isinstance(value, datetime):
        raise _wrong(type_, raw, "write it as 2026-03-02T10:00:00+03:00")
    try:
        return _in_years(in_utc(_in_years(value, raw)), raw)
    except NaiveTimeError as error:
        raise Refusal(str(error), "give it an offset, such as +03:00 or Z", "LR408") from None


def _duration(type_: v.Duration, raw: object) -> timedelta:
    if isinstance(raw, timedelta) and raw >= timedelta(0) and not raw.microseconds and raw < LONGEST_DURATION:
        return _counted(type_, raw, raw)
    if isinstance(raw, str) and len(raw) <= SHOWN and _DURATION.fullmatch(raw):
        seconds = sum(int(n) * UNITS[unit] for n, unit in re.findall(r"(\d+)\s*([smhdw])", raw))
        if seconds < LONGEST_DURATION.total_seconds():
            return _counted(type_, timedelta(seconds=seconds), raw)
    raise _wrong(type_, raw, "write it as 90s, 30m, 2h, 1d 12h or 2w")


def _counted(type_: v.Duration, value: timedelta, raw: object) -> timedelta:
    within: timedelta = _within(type_, value, raw)
    return within


def _one_of(type_: v.Enum | v.EnumSet, raw: object) -> str:
    if not isinstance(raw, str):
        raise _wrong(type_, raw, f"give {type_}")
    value = raw.strip()
    if value in type_.values:
        return value
    composed = value if is_heaped(value) else unicodedata.normalize("NFC", value)
    synonym = composed if composed in type_.values else type_.synonyms.get(composed.casefold())
    if synonym is None:
        raise Refusal(f"{show(raw)} is not {type_}", did_you_mean(value[:SHOWN], type_.values), "LR409")
    return synonym


def _several_of(type_: v.EnumSet, raw: object) -> frozenset[str]:
    items = [item for item in raw.split(",") if item.strip()] if isinstance(raw, str) else raw
    if not isinstance(items, (list, tuple, set, frozenset)):
        raise _wrong(type_, raw, "give a list, or text separated by commas")
    in_order = sorted(items, key=repr) if isinstance(items, (set, frozenset)) else items
    return frozenset(_one_of(type_, item) for item in in_order)


_READERS: dict[type, Callable[[Any, object], Any]] = {
    v.Bool: _bool,
    v.Text: _text,
    v.Date: _date,
    v.Instant: _instant,
    v.Duration: _duration,
    v.Int: _int,
    v.Number: _number,
    v.Money: _money,
    v.Enum: _one_of,
    v.EnumSet: _several_of,
}


def write_value(type_: v.Type, value: Any) -> Any:
    """Return a typed value as JSON holds it, so that `read_value` gives the same value again.

    Money and decimals become text, because JSON's numbers are not exact everywhere.
    """
    match type_:
        case v.Money():
            return f"{spell_number(value)} {type_.currency}"
        case v.Number():
            return write_number(value)
        case v.Instant():
            return value.astimezone(UTC).isoformat()
        case v.Date():
            return value.isoformat()
        case v.Duration():
            return write_duration(value)
        case v.EnumSet():
            return sorted(value)
    return value
