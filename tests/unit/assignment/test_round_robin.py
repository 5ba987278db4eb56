"""Everybody in turn, whatever happens to the pool."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrouter.assignment.round_robin import next_in_turn

PEOPLE = st.lists(st.text("abcdefgh", min_size=1, max_size=3), min_size=1, max_size=8, unique=True)


@given(PEOPLE, st.integers(1, 40))
def test_turns_are_shared_evenly_at_every_prefix(pool, count):
    """After any number of turns nobody has had two more than anybody else."""
    last, had = None, Counter(dict.fromkeys(pool, 0))
    for _ in range(count):
        last = next_in_turn(pool, last)
        had[last] += 1
        assert max(had.values()) - min(had.values()) <= 1


@given(PEOPLE, PEOPLE, st.randoms())
def test_editing_a_pool_never_resets_the_rotation(pool, others, random):
    """Whoever joins or leaves, the next turn is that of the first id behind the last one."""
    last = next_in_turn(pool, None)
    edited = [*others, *(person for person in pool if person not in others)]
    random.shuffle(edited)
    following = next_in_turn(edited, last)
    between = [person for person in edited if last < person < following]
    assert not between
    assert following > last or not [person for person in edited if person > last]


def test_nobody_cannot_have_a_turn():
    """An empty pool is the caller's mistake."""
    with pytest.raises(ValueError, match="nobody"):
        next_in_turn([], None)
