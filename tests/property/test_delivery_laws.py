"""Consumers that fail, come late and take little hear every event, in order, and none for another."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrouter import Lead
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.ledger.memory import MemoryLedger
from tests.small import AT, small_router

CONSUMERS = ("crm", "mail")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("route"), st.integers(0, 4), st.none()),
        st.tuples(st.sampled_from(CONSUMERS), st.integers(1, 5), st.none() | st.integers(1, 5)),
    ),
    max_size=20,
)


class DownError(Exception):
    """What a consumer raises that is down."""


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@given(steps=STEPS)
@settings(max_examples=40)
def test_each_consumer_hears_the_log(kind, steps):
    """What a consumer took is the beginning of the log, each event once; what it failed at comes first next time."""
    router = small_router(MemoryLedger() if kind == "memory" else SqliteLedger(":memory:"))
    took = {consumer: [] for consumer in CONSUMERS}
    for number, (what, count, fails_at) in enumerate(steps):
        if what == "route":
            router.route(Lead(id=str(count), facts={"amount": 1}), at=AT + timedelta(minutes=number))
            continue
        calls = []

        def callback(event, what=what, fails_at=fails_at, calls=calls):
            calls.append(event)
            if len(calls) == fails_at:
                raise DownError
            took[what].append(event)

        before = len(took[what])
        try:
            given_ = router.deliver(what, callback, limit=count)
        except DownError:
            given_ = fails_at - 1
        assert given_ == len(took[what]) - before <= count
    with router.ledger.reading() as work:
        events, log = work.events(), work.log()
        for consumer in CONSUMERS:
            assert tuple(took[consumer]) == events[: work.position(consumer)]
    assert all(one.number < other.number for one, other in pairwise(log))
    for consumer in CONSUMERS:
        router.deliver(consumer, took[consumer].append, limit=999)
        assert tuple(took[consumer]) == events
    router.close()
