"""The books of a pool."""

from __future__ import annotations

import pytest
from attrs import evolve

from leadrouter.assignment.standing import UNIT, Given, Standing, split
from tests.giving import AT


def given(*to: str, entered: tuple[str, ...] = ()) -> Given:
    parts = split(UNIT * len(to), {"anna": 1, "boris": 1, "vera": 2})
    return Given(to=to, amount=UNIT, parts=parts, entered=dict.fromkeys(entered, 0), at=AT)


def test_books_say_what_each_is_entitled_to_got_and_is_owed():
    """And whose turn was when."""
    first = Standing(pool="p").after(given("vera", entered=("anna", "boris", "vera")))
    assert first.owed == {"anna": UNIT // 4, "boris": UNIT // 4, "vera": UNIT // 2 - UNIT}
    second = first.after(given("anna"))
    assert (second.leads, second.total, second.last) == (2, 2 * UNIT, "anna")
    assert (second.entitled("anna"), second.got["anna"]) == (UNIT // 2, UNIT)
    assert second.turns == {"vera": 1, "anna": 2}
    assert second.since == dict.fromkeys(("anna", "boris", "vera"), AT)
    assert second.entitled("stranger") == 0


def test_what_is_left_over_by_rounding_goes_round():
    """So that nobody has it always."""
    assert [split(10, dict.fromkeys("abc", 1), first) for first in range(3)] == [
        {"a": 4, "b": 3, "c": 3},
        {"a": 3, "b": 4, "c": 3},
        {"a": 3, "b": 3, "c": 4},
    ]
    assert split(7, {"a": 2, "b": 1}) == {"a": 5, "b": 2}


@pytest.mark.parametrize("to", [("anna",), ("anna", "vera"), ("anna", "vera", "boris")])
def test_a_credit_takes_back_what_one_lead_added(to):
    """For each of those whom it was offered to; the turn that it was stays a turn."""
    before = Standing(pool="p").after(given("boris", entered=("anna", "boris", "vera")))
    after = before.after(given(*to))
    for person in to:
        after = after.credited(person, given(*to))
    assert (after.owed, after.total) == (before.owed, before.total)
    assert after.got == {**before.got, **{person: before.got.get(person, 0) for person in to}}
    assert after.last == to[-1]


def test_books_and_what_they_grow_by_are_data():
    """What is written is read again."""
    standing = Standing(pool="p").after(given("anna", entered=("anna", "boris", "vera")))
    assert Standing.from_json(standing.to_json()) == standing
    assert Given.from_dict(given("anna", "vera").to_dict()) == given("anna", "vera")


def test_what_was_given_back_is_not_in_the_average():
    """Of three who were offered a lead at once one keeps it: it counts once, and as much as it counts."""
    three = evolve(given("anna", "boris", "vera", entered=("anna", "boris", "vera")), amount=5 * UNIT)
    standing = Standing(pool="p").after(three)
    for person in ("anna", "vera"):
        standing = standing.credited(person, three)
    assert standing.average == 5 * UNIT
    assert Standing.from_json(standing.to_json()) == standing
    assert standing.credited("boris", three).average == UNIT


def test_the_average_is_one_where_nothing_was_given():
    """Or where all was credited back."""
    assert Standing(pool="p").average == UNIT
    assert Standing(pool="p", leads=2, total=0).average == UNIT
    assert Standing(pool="p", leads=2, total=3 * UNIT).average == 3 * UNIT // 2
