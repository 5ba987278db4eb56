"""What one person has on his hands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadrouter.assignment.load import Load, untouched
from leadrouter.assignment.quota import Balance
from leadrouter.staff import Salesperson
from leadrouter.zone import zone
from tests.giving import AT

UTC = zone("UTC")
ANNA = Salesperson(id="anna", quota={"day": 2, "month": 45})


def test_a_load_is_data():
    """What is written is read again."""
    load = Load(
        person="anna",
        open_leads=2,
        last_at=AT,
        is_paused=True,
        paused_until=AT + timedelta(hours=1),
        quota={"day": Balance(3, 4, ((3, 2),))},
        holdings={"small": 3},
    )
    assert Load.from_json(load.to_json()) == load
    assert Load.from_json(Load(person="anna").to_json()) == Load(person="anna")


@pytest.mark.parametrize(
    ("is_paused", "until", "holds"),
    [(False, None, False), (True, None, True), (True, AT, False), (True, AT + timedelta(seconds=1), True)],
)
def test_a_pause_ends_when_it_says(is_paused, until, holds):
    """One without an end is ended by hand."""
    assert Load(person="anna", is_paused=is_paused, paused_until=until).pause(AT) is holds


def test_a_lead_is_taken_off_every_quota():
    """And given back to every one; somebody without quotas keeps the same load."""
    load = Load(person="anna").spent(ANNA, AT, UTC)
    day = AT.date().toordinal()
    assert load.quota == {"day": Balance(day, 1, ((day, 1),)), "month": Balance(day, 45 + 29 - 30, ((day, 1),))}
    assert load.refunded(ANNA, AT, UTC).quota == {"day": Balance(day, 2), "month": Balance(day, 74)}
    plain = Load(person="boris")
    assert plain.spent(Salesperson(id="boris"), AT, UTC) is plain


def test_clients_come_and_go():
    """A size nobody holds is not counted any more."""
    load = Load(person="anna").holding({"small": 2, "huge": 1}).holding({"huge": -1, "": 1})
    assert load.holdings == {"small": 2, "": 1}


def test_somebody_who_never_had_anything_has_one_load():
    """It is made once, so that a large pool of idle people costs little."""
    assert untouched("anna") == Load(person="anna")
    assert untouched("anna") is untouched("anna")
