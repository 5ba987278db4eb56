"""Laws of reading facts: what is written is read again, and nothing that arrives is more than refused."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadrouter import vocabulary as v
from leadrouter.errors import FactsError
from leadrouter.facts import is_heaped, read_facts, read_value, write_value
from leadrouter.refusal import Refusal, show
from leadrouter.spelling import exact, spell_number, split_money
from tests.strategies import TYPES, VOCABULARY, exact_numbers, facts, types, values

typed = types.flatmap(lambda type_: st.tuples(st.just(type_), values(type_)))


@given(typed)
@example((v.Number(), Decimal("1.234")))
@example((v.Money("RUB"), Decimal("-999.999")))
def test_read_after_write_is_the_identity(pair: tuple[v.Type, Any]):
    """What `write_value` gives is JSON, and read it is the same value again, of the same class."""
    type_, value = pair
    again = read_value(type_, json.loads(json.dumps(write_value(type_, value))))
    assert (again, type(again)) == (value, type(value))


@given(typed)
def test_reading_twice_is_reading_once(pair: tuple[v.Type, Any]):
    """A typed value is read as itself."""
    type_, value = pair
    assert read_value(type_, value) == value


@given(facts(VOCABULARY))
def test_typed_facts_are_read_as_they_are(known: dict[str, Any]):
    """Facts survive being written and read; those that are missing stay so, and null is missing."""
    plain = {name: write_value(TYPES[name], value) for name, value in known.items()}
    assert read_facts(VOCABULARY, {**dict.fromkeys(TYPES), **plain}) == known


pieces = st.sampled_from("aя \n\u0301\u0316\u0f73\ufe0f")


@given(st.lists(st.tuples(pieces, st.integers(1, 40)), max_size=6))
@example([("a", 1), ("\u0301", 31)])
@example([("a", 7), ("\u0301", 30), ("a", 1), ("\u0316", 30)])
def test_a_text_is_heaped_where_thirty_one_marks_stand_together(runs: list[tuple[str, int]]):
    """Wherever in the text that is, and whichever marks they are."""
    text = "".join(piece * count for piece, count in runs)
    shape = "".join("M" if unicodedata.category(character) == "Mn" else "." for character in text)
    assert is_heaped(text) == ("M" * 31 in shape)


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(),
    st.datetimes(),
    st.dates(),
    st.timedeltas(),
    st.binary(max_size=3),
    st.text("0123456789-+.,_:TZsmhdw ₽$RUB\u00a0€руб", max_size=20),
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


def attempt(read: Callable[[], Any], refusal: type[Exception]) -> tuple[Any, Any]:
    """Return what is read, or the error that refused it; anything else that is raised is raised on."""
    try:
        return read(), None
    except refusal as error:
        return None, error


@given(types, anything)
@example(v.Int(), 10**5000)
@example(v.Number(), Decimal("0E-99999"))
@example(v.Number(), Decimal("1.0000000000000000000000000000001"))
@example(v.Money("RUB"), "1.234.567")
@example(v.Text(), "\ud800")
def test_a_value_is_read_or_refused(type_: v.Type, raw: object):
    """Whatever arrives is either a value that can be written and read again, or refused with a code."""
    value, refusal = attempt(lambda: read_value(type_, raw), Refusal)
    if refusal is not None:
        assert refusal.code.startswith("LR40")
        assert str(refusal).isprintable()
    else:
        assert value is None or read_value(type_, write_value(type_, value)) == value


@given(anything)
def test_facts_are_read_or_refused(raw: object):
    """Facts of any shape give typed facts or a `FactsError` that keeps what was given."""
    for given_facts in (raw, {"сумма": raw, "tags": raw, "employees": raw}):
        known, error = attempt(lambda: read_facts(VOCABULARY, given_facts), FactsError)  # noqa: B023  # asked now
        assert known is not None or (error.raw is given_facts and error.faults)


@given(exact_numbers)
def test_forms_group_digits_in_many_ways(number: Decimal):
    """Spaces, underscores and apostrophes between thousands, a point or a comma before the fraction."""
    number = Decimal(spell_number(number))
    for group in " _'\u00a0\u202f":
        text = f"{number:,f}".replace(",", group)
        assert exact(text) == number
        assert split_money(f"{text} ₽") == ("RUB", text)
    if abs(number) >= 1_000_000:
        assert exact(f"{number:,f}") == number
        assert exact(f"{number:,f}".translate(str.maketrans(",.", ".,"))) == number


@given(st.integers(-999, 999), st.integers(0, 999))
@example(0, 125)
def test_one_mark_before_three_digits_has_two_meanings(whole: int, rest: int):
    """Point or comma: thousands or a fraction, unless a zero stands alone before it, or a fraction is expected."""
    for mark in ",.":
        text = f"{whole}{mark}{rest:03}"
        number, refusal = attempt(lambda: exact(text), Refusal)  # noqa: B023  # asked now
        assert number == (None if whole else Decimal(f"0.{rest:03}"))
        assert refusal is None or refusal.code == "LR405"
    assert exact(f"{whole}.{rest:03}", is_fractional=True) == Decimal(f"{whole}.{rest:03}")


@given(typed, st.integers(1, 5))
def test_the_hosts_decimal_context_has_no_say(pair: tuple[v.Type, Any], digits: int):
    """A host that rounds its decimals reads the same values."""
    type_, value = pair
    with localcontext(prec=digits):
        assert read_value(type_, write_value(type_, value)) == value


@given(anything)
@example(10**5000)
@example([[10**5000]])
def test_what_is_shown_is_short_and_on_one_line(raw: object):
    """An offending value is shown in backticks, cut, and cannot break the line that it stands in."""
    shown = show(raw)
    assert shown.isprintable()
    assert len(shown) <= 63


@pytest.mark.parametrize("raw", [date(1899, 12, 31), date(3000, 1, 1), timedelta(days=366_000), datetime(2026, 3, 2)])  # noqa: DTZ001
def test_what_cannot_be_counted_with_is_refused(raw):
    """Years before 1900 and after 2999, durations of a thousand years, and naive times."""
    for type_ in (v.Date(), v.Instant(), v.Duration()):
        with pytest.raises(Refusal):
            read_value(type_, raw)
