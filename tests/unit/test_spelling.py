"""Numbers and durations as they are written; what forms write stands in `tests/conformance/values`."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from leadrouter.refusal import Refusal
from leadrouter.spelling import exact, split_money, write_duration, write_number


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("1,234", "write 1234 or 1.2340"),
        ("1.234", "write 1234 or 1.2340"),
        ("+999,000", "write +999000 or 999"),
        ("-4.200", "write -4200 or -4.2"),
        ("1.000", "write 1000 or 1"),
    ],
)
def test_what_has_two_meanings_is_refused(text: str, fix: str):
    """`1,234` and `1.234` may be twelve hundred or one and a bit; nothing is guessed, and both can be written."""
    with pytest.raises(Refusal, match="two meanings") as refused:
        exact(text)
    assert refused.value.fix == fix
    number, fraction = fix.removeprefix("write ").split(" or ")
    assert exact(number) == exact(fraction) * 1000


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1,5 млн", "1500000"),
        ("1.5 млн.", "1500000"),
        ("300 тыс", "300000"),
        ("300k", "300000"),
        ("300К", "300000"),
        ("1,5 mln", "1500000"),
        ("1 500 тыс", "1500000"),
        ("−3 млн", "-3000000"),
        ("0.5 thousand", "500"),
        ("1.2345 k", "1234.5"),
        ("2 млрд", "2000000000"),
    ],
)
def test_a_number_before_a_word_for_thousands_is_to_be_written_out(text: str, written: str):
    """The fix is the number itself, of amounts and of other numbers; read again it is the number that was meant."""
    for read in (exact, split_money):
        with pytest.raises(Refusal) as refused:
            read(text)
        assert refused.value.fix == f"write the number out: {written}"
    assert split_money(written) == (None, written)
    exact(written)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("300 тыс. руб.", "write the number out: 300000 RUB"),
        ("300 т.р.", "write the number out: 300000 RUB"),
        ("$1.5M", "write the number out: 1500000 USD"),
        ("EUR 2bn", "write the number out: 2000000000 EUR"),
        ("5m", "write the number out: 5000000"),
        ("1,5 миллиона рублей", "write the number out, 1500000, with the three letters of its currency"),
        ("about 3 mln $", "write the number out, 3000000, with the three letters of its currency"),
        ("1,500 млн", "write it as 4200000 or 4_200_000 RUB"),
        ("1-2 млн", "write it as 4200000 or 4_200_000 RUB"),
        ("полтора миллиона", "write it as 4200000 or 4_200_000 RUB"),
    ],
)
def test_the_currency_beside_a_word_for_thousands_is_kept(text: str, fix: str):
    """An amount loses no currency by being mended; what has two meanings, or two ends, is not guessed at."""
    with pytest.raises(Refusal, match="is not an amount of money") as refused:
        split_money(text)
    assert refused.value.fix == fix


@pytest.mark.parametrize("text", ["5m", "5 м", "300 т", "$3k", "3 млн ₽", "5 штук", "1,500 млн"])
def test_what_may_be_a_unit_is_no_word_for_thousands(text: str):
    """Of a number that is no amount, `5m` may be metres; a currency has no place there."""
    with pytest.raises(Refusal) as refused:
        exact(text)
    assert refused.value.fix == "write it in digits"


def test_equal_values_are_written_alike():
    """However they were spelled."""
    assert write_number(Decimal("4200.50")) == write_number(Decimal("4200.5")) == "4200.5"
    assert write_number(Decimal("1E+3")) == "1000"
    assert write_duration(timedelta(days=8, seconds=61)) == "8d 1m 1s"
    assert write_duration(timedelta()) == "0s"
