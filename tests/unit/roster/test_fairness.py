"""Duty beside the share that was due."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

from leadrouter.roster.fairness import Stretch, debts, fairness
from leadrouter.roster.worth import Measure
from leadrouter.zone import zone

MEASURE = Measure(tz=zone("UTC"))
TWO = ("anna", "boris")


def on(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def test_whoever_covers_an_absence_is_owed_for_it():
    """Three days of two people, one of them on leave for the third: the share of that day is the other's alone."""
    duties = [
        Stretch(people=("anna",), start=on(2, 9), end=on(2, 17), among=TWO),
        Stretch(people=("boris",), start=on(3, 9), end=on(3, 17), among=TWO),
        Stretch(people=("boris",), start=on(4, 9), end=on(4, 17), among=TWO),
    ]
    anna, boris = fairness(duties, people=TWO, measure=MEASURE, away={"anna": [(on(4), on(5))]})
    assert (anna.turns, anna.done.hours, anna.share.hours) == (1, 8, 8)
    assert (boris.turns, boris.done.hours, boris.share.hours) == (2, 16, 16)
    assert debts([anna, boris]) == {"anna": 0, "boris": 0}


def test_leave_may_be_listed_in_pieces():
    """Absences that overlap or touch are one absence."""
    duty = [Stretch(people=("boris",), start=on(4), end=on(8), among=TWO)]
    away = {"anna": [(on(6), on(7)), (on(4), on(5)), (on(4), on(6))]}
    anna, boris = fairness(duty, people=TWO, measure=MEASURE, away=away)
    assert (anna.share.hours, boris.share.hours) == (12, 84)


def test_somebody_from_outside_earns_the_share_of_what_they_do():
    """An override that names a third person is shared with that person, who stands after the others."""
    duty = [Stretch(people=("dima",), start=on(2), end=on(3), among=TWO)]
    told = fairness(duty, people=TWO, measure=MEASURE, away={})
    assert [(each.person, each.turns, each.done.hours, each.share.hours) for each in told] == [
        ("anna", 0, 0, 8),
        ("boris", 0, 0, 8),
        ("dima", 1, 24, 8),
    ]
    assert told[2].owed == Fraction(-16)


def test_turns_are_stretches_without_a_break():
    """A colleague who joins or leaves does not make a second turn; a pause does."""
    duties = [
        Stretch(people=("anna",), start=on(2, 9), end=on(2, 12), among=TWO),
        Stretch(people=TWO, start=on(2, 12), end=on(2, 13), among=TWO),
        Stretch(people=("anna",), start=on(2, 14), end=on(2, 15), among=TWO),
    ]
    anna, boris = fairness(duties, people=TWO, measure=MEASURE, away={})
    assert (anna.turns, boris.turns) == (2, 1)


def test_nobody_on_duty_is_nobodys_share():
    """A gap is no duty, so it is owed by nobody."""
    gap = [Stretch(people=(), start=on(2), end=on(3), among=TWO)]
    assert all(each.share.hours == 0 for each in fairness(gap, people=TWO, measure=MEASURE, away={}))
