"""Who gains and who loses which stretches where one roster takes another's place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from leadrouter import DutyRoster
from leadrouter.roster.diff import Change

START = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
HEAD = "roster: r\npeople: {anna: , boris: , vera: }\n"
DUTY = "duty: {layers: [{id: a, rotation: {people: [LIST], unit: days, anchor: 2026-03-02}}]}"


def roster(people, more="") -> DutyRoster:
    return DutyRoster.parse(f"{HEAD}roles: {{{DUTY.replace('LIST', people)}{more}}}\n")


def test_stretches_that_change_alike_are_one():
    """Boris's first day goes to Vera, and so does the second half of it, whatever cuts it."""
    before = roster("anna, boris")
    after = DutyRoster.parse(
        f"{HEAD}roles: {{{DUTY.replace('LIST', 'anna, vera')}}}\n"
        "overrides:\n"
        "  - {start: 2026-03-03T12:00, end: 2026-03-04, assign: [vera]}\n"
        "  - {start: 2026-03-04, end: 2026-03-05, add: [boris]}\n"
    )
    assert before.diff(after, START, START + 3 * DAY) == (
        Change(role="duty", start=START + DAY, end=START + 2 * DAY, loses=("boris",), gains=("vera",)),
        Change(role="duty", start=START + 2 * DAY, end=START + 3 * DAY, loses=(), gains=("boris",)),
    )


def test_a_change_that_another_cuts_in_two_is_told_once():
    """A handoff of one that stays does not end the change of one that comes."""
    before, after = roster("anna, boris"), roster("[anna, vera], [boris, vera]")
    [change] = before.diff(after, START, START + 4 * DAY)
    assert (change.start, change.end, change.loses, change.gains) == (START, START + 4 * DAY, (), ("vera",))


def test_a_role_that_only_one_has_is_gained_or_lost_whole():
    """Nobody has duty in a role that is not there."""
    phone = ", phone: {layers: [{id: b, rotation: {people: [vera], unit: fixed}}]}"
    gained = Change(role="phone", start=START, end=START + DAY, loses=(), gains=("vera",))
    lost = Change(role="phone", start=START, end=START + DAY, loses=("vera",), gains=())
    assert roster("anna").diff(roster("anna", phone), START, START + DAY) == (gained,)
    assert roster("anna", phone).diff(roster("anna"), START, START + DAY) == (lost,)
