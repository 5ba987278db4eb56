"""The heaps say what looking at all leads would say, however often the leads have changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from leadrouter.ledger.queues import Queues
from leadrouter.lifecycle.state import LeadState

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

changes = st.tuples(
    st.integers(1, 5),
    st.sampled_from(["waiting", "waiting", "offered", "gone"]),
    st.integers(0, 2),
    st.sampled_from(["press", "lathe"]),
    st.none() | st.integers(0, 5),
)


def state(number: int, status: str, priority: int, route: str, due: int | None) -> LeadState:
    return LeadState(
        lead_id=str(number),
        number=number,
        version=1,
        status=status,
        lead_class="mass",
        route=route,
        pack="p",
        arrived=AT - timedelta(minutes=number % 3),
        priority=priority,
        deadline=None if due is None else AT + timedelta(minutes=due),
    )


@given(st.lists(changes, max_size=30))
def test_heaps_agree_with_looking_at_everything(written):
    """The first of each queue, what is due and when the next thing is, after every change."""
    queues, leads = Queues(), {}
    for number, status, *rest in written:
        leads[str(number)] = None if status == "gone" else state(number, status, *rest)
        queues.put(str(number), leads[str(number)])
        here = [each for each in leads.values() if each is not None]
        heads = {}
        for each in sorted(here, key=lambda lead: lead.order):
            if each.queue is not None:
                heads.setdefault(each.queue, each.lead_id)
        assert queues.heads() == list(heads.values())
        dues = sorted((each.due, each.number) for each in here if each.due is not None)
        assert queues.next_due() == (dues[0][0] if dues else None)
        for minutes in (0, 3, 9):
            at = AT + timedelta(minutes=minutes)
            assert queues.due(at) == [str(count) for due, count in dues if due <= at]


def test_a_lead_that_comes_back_to_where_it_was_is_found_once():
    """What lies in a heap twice is one lead."""
    queues, waiting = Queues(), state(1, "waiting", 0, "press", 3)
    for each in (waiting, evolve(waiting, status="offered", deadline=None), waiting):
        queues.put("1", each)
    assert (queues.heads(), queues.due(AT + timedelta(hours=1)), queues.due(AT + timedelta(hours=1))) == (
        ["1"],
        ["1"],
        ["1"],
    )
