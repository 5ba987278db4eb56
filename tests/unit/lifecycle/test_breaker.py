"""A breaker opens at so many expiries within a window, and forgets those that lie apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from leadrouter.lifecycle.breaker import Breaker

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WINDOW = timedelta(minutes=10)


@given(st.lists(st.integers(0, 40), max_size=12).map(sorted), st.integers(1, 5))
def test_it_is_open_from_the_first_moment_at_which_enough_lie_within_the_window(minutes, most):
    """Whatever comes after leaves it open; the count includes the expiry that opens it."""
    breaker, opened = Breaker(pool="p"), None
    for number, minute in enumerate(minutes):
        at = AT + timedelta(minutes=minute)
        breaker = breaker.expired(at, most=most, within=WINDOW)
        recent = [each for each in minutes[: number + 1] if each > minute - 10]
        opened = at if opened is None and len(recent) >= most else opened
        assert breaker.opened_at == opened
    assert breaker.is_open == (opened is not None)
    assert breaker.closed() == Breaker(pool="p")


def test_it_is_kept_as_json():
    """Open or closed, with its expiries."""
    breaker = Breaker(pool="p").expired(AT, most=1, within=WINDOW)
    for each in (breaker, breaker.closed()):
        assert Breaker.from_json(each.to_json()) == each
