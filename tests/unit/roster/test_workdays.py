"""Which days are worked: Monday to Friday, as a snapshot corrects it."""

from __future__ import annotations

from datetime import date

from leadrouter.roster.workdays import Workdays

MONDAY, SATURDAY = date(2024, 4, 29), date(2024, 4, 27)


def test_corrections_win_over_the_snapshot():
    """A transferred day off and the Saturday worked for it, and then both taken back."""
    moved = Workdays().corrected(frozenset({MONDAY}), frozenset({SATURDAY}))
    assert (moved.is_workday(MONDAY), moved.is_workday(SATURDAY)) == (False, True)
    back = moved.corrected(frozenset({SATURDAY}), frozenset({MONDAY}))
    assert (back.is_workday(MONDAY), back.is_workday(SATURDAY)) == (True, False)
    assert Workdays().is_workday(MONDAY)
    assert not Workdays().is_workday(SATURDAY)
