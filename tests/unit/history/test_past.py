"""A past as it is given and as it is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from leadrouter.errors import NaiveTimeError
from leadrouter.history.past import History, PastEvent

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_times_are_instants():
    """Any zone will do, none will not."""
    moscow = timezone(timedelta(hours=3))
    assert PastEvent(kind="request", at=datetime(2026, 3, 2, 12, 0, tzinfo=moscow)).at == AT
    for make in (lambda at: PastEvent(kind="request", at=at), lambda at: History(at=at)):
        with pytest.raises(NaiveTimeError):
            make(datetime(2026, 3, 2, 12, 0))  # noqa: DTZ001  # what is refused


def test_a_history_survives_json_exactly():
    """Kinds, instants to the microsecond, contacts, numbers and their order come back."""
    events = [
        PastEvent(kind="deal_won", at=AT - timedelta(microseconds=1), contact="1", facts={"amount": "5.10 RUB"}),
        PastEvent(kind="request", at=AT - timedelta(days=1), facts={"count": 3, "hot": True}),
    ]
    history = History(at=AT, events=events, contact="2")
    again = History.from_json(history.to_json())
    assert again == history
    assert again.to_json() == history.to_json()
    assert [dict(each.facts) for each in again.events] == [{"amount": "5.10 RUB"}, {"count": 3, "hot": True}]
    assert History.from_json('{"at":"2026-03-02T09:00:00+00:00","contact":null,"events":[{"at":'
                             '"2026-03-02T09:00:00+00:00","contact":null,"facts":{"x":0.1},"kind":"a"}]}'
                             ).events[0].facts["x"] == Decimal("0.1")  # fmt: skip


def test_people_are_not_shown():
    """Neither facts nor contacts stand in the text of a value."""
    event = PastEvent(kind="request", at=AT, contact="anna@plant.example", facts={"message": "secret"})
    assert "anna" not in repr(event)
    assert "secret" not in repr(History(at=AT, events=(event,), contact="boris@plant.example"))
    assert "boris" not in repr(History(at=AT, events=(event,), contact="boris@plant.example"))
