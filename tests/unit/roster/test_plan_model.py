"""The numbers of a plan: weeks, rows of days, rest, targets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import permutations

import pytest
from attrs import evolve

from leadrouter.roster.dated import DatedDuty
from leadrouter.roster.plan_model import (
    UNIT,
    Participant,
    PlanRules,
    Slot,
    build_model,
    days_of,
    longest_run,
    tenths,
    too_close,
    week_of,
)
from leadrouter.roster.worth import HourWeights, Measure
from leadrouter.zone import zone

BERLIN = Measure(tz=zone("Europe/Berlin"))
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def slot(start: int, end: int) -> Slot:
    return Slot(start=START + start * HOUR, end=START + end * HOUR)


@pytest.mark.parametrize(
    ("rest", "close"),
    [(0, False), (2, False), (3, True)],
)
def test_rest_is_counted_from_end_to_start(rest: int, close: bool):  # noqa: FBT001  # a parametrised expectation
    """Two hours apart are enough for a rest of two hours, in either order, and not for three."""
    assert too_close(slot(0, 4), slot(6, 8), rest * HOUR) is close
    assert too_close(slot(6, 8), slot(0, 4), rest * HOUR) is close


def test_a_week_begins_on_monday_by_the_local_date():
    """Sunday 23:30 UTC is Monday in Berlin."""
    sunday = datetime(2026, 3, 8, 22, 30, tzinfo=UTC)
    assert week_of(sunday + HOUR, BERLIN) == week_of(sunday, BERLIN) + 1
    assert week_of(START, BERLIN) == week_of(sunday, BERLIN)


def test_a_duty_touches_each_local_date_on_which_it_has_a_moment():
    """A duty that ends at midnight does not touch the next date, and neither does one an instant long."""
    first = datetime(2026, 3, 2, tzinfo=UTC).date().toordinal()
    midnight = datetime(2026, 3, 2, 23, tzinfo=UTC)
    assert days_of(Slot(start=START, end=midnight), BERLIN) == (first,)
    assert days_of(Slot(start=START, end=midnight + HOUR), BERLIN) == (first, first + 1)
    assert days_of(Slot(start=START, end=START + timedelta(microseconds=1)), BERLIN) == (first,)


def test_a_row_of_days_counts_on_both_sides():
    """New dates join the busy ones before and after them."""
    assert longest_run((5, 6), {2, 4, 7, 8, 10}.__contains__) == 5
    assert longest_run((5,), frozenset[int]().__contains__) == 1


@pytest.mark.parametrize(("deviation", "found"), [(0, 0), (999, 0), (-999, 0), (1_000, 1), (-2_500, 2)])
def test_less_than_a_tenth_of_a_duty_is_no_difference(deviation: int, found: int):
    """Deviations are compared in full tenths of an average duty, whichever their sign."""
    assert tenths(deviation) == found


def test_an_average_duty_counts_one_unit():
    """Whatever hours weigh and however long duties are, only proportions are left; nothing at all weighs nothing."""
    model = build_model([slot(0, 2), slot(2, 8)], [Participant(id="anna")], measure=BERLIN, rules=PlanRules())
    assert [counts[0] for counts in model.counts] == [UNIT // 2, UNIT * 3 // 2]
    free = Measure(tz=zone("Europe/Berlin"), weights=HourWeights(((Fraction(0),) * 24,) * 7))
    assert build_model([slot(0, 2)], [Participant(id="anna")], measure=free, rules=PlanRules()).counts == ((0, 0, 0),)


def test_a_target_stays_between_nothing_and_two_shares():
    """What is owed, or was had too much, moves a target no further."""
    people = [Participant(id="anna", owed=Fraction(99)), Participant(id="boris", owed=Fraction(-99))]
    model = build_model([slot(0, 2), slot(2, 4)], people, measure=BERLIN, rules=PlanRules())
    assert [target[0] for target in model.targets] == [2 * UNIT, 0]
    assert [share.hours for share in model.shares] == [2, 2]


def test_days_in_a_row_include_duties_that_stand():
    """Somebody who has duty on the two days around is not able to fill the third in a row."""
    around = [
        DatedDuty(people=("anna",), start=START + day * timedelta(days=1), end=START + day * timedelta(days=1) + HOUR)
        for day in (-1, 1)
    ]
    anna = [Participant(id="anna")]
    for most, able in ((2, ()), (3, (0,))):
        rules = PlanRules(days_in_a_row=most)
        assert build_model([slot(2, 4)], anna, measure=BERLIN, rules=rules, held=around).able == (able,)


def test_a_week_has_less_room_by_what_stands_in_it():
    """Duties that are held count for the week of their own start."""
    held = [DatedDuty(people=("anna",), start=START - HOUR, end=START)]
    rules = PlanRules(most_per_week=2)
    model = build_model([slot(2, 4)], [Participant(id="anna")], measure=BERLIN, rules=rules, held=held)
    assert model.room == {(0, model.week[0]): 1}


def test_slots_are_put_in_order_by_everything_that_tells_them_apart():
    """In whatever order they come; by their skills too, where nothing else differs."""
    plain, german, tools = (
        evolve(slot(0, 4), skills=frozenset(words)) for words in ((), ("german",), ("tools", "cad"))
    )
    people = [Participant(id="anna")]
    for given in permutations([plain, german, tools]):
        assert build_model(given, people, measure=BERLIN, rules=PlanRules()).slots == (plain, tools, german)
