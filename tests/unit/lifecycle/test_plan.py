"""Plans of a handover as values and as files."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from attrs import evolve

from leadrouter.errors import PlanError
from leadrouter.lifecycle.plan import Move, Plan

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLAN = Plan(
    person="anna",
    at=NOON,
    reason="leave",
    until=NOON.replace(day=9),
    moves=(
        Move(kind="offer", id="7f"),
        Move(kind="lead", id="8a", version=4, to="boris", because="0/3 leads open", why_not={"vera": "on leave"}),
    ),
)


def test_a_plan_is_read_as_it_was_written():
    """With an end and without one."""
    for plan in (PLAN, evolve(PLAN, until=None, moves=())):
        assert Plan.from_json(plan.to_json()) == plan


def test_reasons_may_be_left_out_of_a_file():
    """Whoever writes a move by hand has nothing to justify."""
    held = PLAN.to_dict()
    for move in held["moves"]:
        del move["because"], move["why_not"]
    assert Plan.from_json(json.dumps(held)).moves[1] == Move(kind="lead", id="8a", version=4, to="boris")


def test_an_edited_plan_is_another_one():
    """Its id is a digest of everything in it."""
    assert PLAN.id == Plan.from_json(PLAN.to_json()).id
    assert PLAN.id != evolve(PLAN, moves=PLAN.moves[:1]).id
    assert PLAN.id.startswith("plan-")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reason": "holiday"}, "reason is `holiday`, not one of leaves, leave, shift"),
        ({"at": "2026-03-02T12:00:00"}, "`2026-03-02T12:00:00` has no zone"),
        ({"until": "soon"}, "Invalid isoformat string"),
        ({"moves": [{"kind": "car", "id": "7f", "version": 1, "to": None}]}, "kind is `car`"),
        ({"moves": [{"kind": "lead", "id": "7f"}]}, "`version` is missing"),
        ({"moves": 5}, "something in it has another shape"),
    ],
)
def test_a_spoilt_plan_is_refused(change: dict[str, object], message: str):
    """It says what is wrong, and nothing of it can be applied."""
    with pytest.raises(PlanError) as refused:
        Plan.from_json(json.dumps(PLAN.to_dict() | change), source="mine.json")
    (fault,) = refused.value.faults
    assert (fault.code, fault.where) == ("LR856", "mine.json")
    assert message in fault.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_plan_is_read_as_editors_and_shells_save_it(encoding: str):
    """A mark before it, or two bytes a letter, change nothing."""
    assert Plan.from_json(PLAN.to_json().encode(encoding)) == PLAN


@pytest.mark.parametrize("text", ["", "{", "[]", "5", "null", b'{"person": "\xe0\xed\xed\xe0"}'])
def test_what_is_no_plan_at_all_is_refused(text: str | bytes):
    """Whatever somebody gives."""
    with pytest.raises(PlanError):
        Plan.from_json(text)
