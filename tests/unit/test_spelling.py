"""Numbers and durations as they are written; what forms write stands in `tests/conformance/values`."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from leadrouter.refusal import Refusal
from leadrouter.spelling import exact, write_duration, write_number


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


def test_equal_values_are_written_alike():
    """However they were spelled."""
    assert write_number(Decimal("4200.50")) == write_number(Decimal("4200.5")) == "4200.5"
    assert write_number(Decimal("1E+3")) == "1000"
    assert write_duration(timedelta(days=8, seconds=61)) == "8d 1m 1s"
    assert write_duration(timedelta()) == "0s"
