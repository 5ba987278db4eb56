"""What keeps a rule of recurrence from being followed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from icalendar import vRecur

from leadrouter.adapters.ical.rule import is_endless, problems_of

START = date(2026, 3, 2)


def problems(text: str, start: date = START) -> list[str]:
    return [message for message, _ in problems_of(vRecur.from_ical(text), start)]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY",
        "FREQ=DAILY;BYHOUR=8,20",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=DAILY;BYMONTHDAY=31",
        "FREQ=DAILY;COUNT=50000",
        "FREQ=HOURLY;INTERVAL=2",
        "FREQ=HOURLY;INTERVAL=8;BYDAY=MO,TU",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=MONTHLY;BYDAY=5FR",
        "FREQ=MONTHLY;BYMONTHDAY=-31",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;WKST=SU;UNTIL=20270101T000000Z",
        "FREQ=YEARLY;BYDAY=53MO",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        "FREQ=YEARLY;BYYEARDAY=1,100,-1",
    ],
)
def test_what_people_write_can_be_followed(rule):
    """Shifts, weekdays, the last working day of a month, leap days."""
    assert problems(rule) == []


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("FREQ=HOURLY;INTERVAL=1", "a rule that recurs more than 12 times a day"),
        ("FREQ=DAILY;BYHOUR=8;BYSECOND=0,1,2,3,4,5,6,7,8,9,10,11,12", "a rule that recurs more than 12 times a day"),
        ("FREQ=SECONDLY;INTERVAL=86400", "a rule that recurs more than 12 times a day"),
        ("FREQ=DAILY;COUNT=50001", "a rule that recurs more than 50_000 times"),
        ("FREQ=HOURLY;INTERVAL=6;UNTIL=20610101", "a rule that recurs more than 50_000 times"),
        ("FREQ=YEARLY;BYMONTH=4,6;BYMONTHDAY=31", "a rule that never holds"),
        ("FREQ=MONTHLY;BYDAY=6FR", "a rule that never holds"),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=6FR", "a rule that never holds"),
        ("FREQ=YEARLY;BYDAY=-54FR", "a rule that never holds"),
        ("FREQ=MONTHLY;BYSETPOS=373", "a rule that never holds"),
        ("FREQ=MONTHLY;BYYEARDAY=5", "a rule with `BYYEARDAY` and FREQ=MONTHLY"),
        ("FREQ=WEEKLY;BYMONTHDAY=5", "a rule with `BYMONTHDAY` and FREQ=WEEKLY"),
        ("FREQ=HOURLY;INTERVAL=3;BYSETPOS=1", "a rule with `BYSETPOS` and FREQ=HOURLY"),
    ],
)
def test_what_nobody_can_follow_is_told(rule, told):
    """Too often, too many, never, or parts that do not go together."""
    assert problems(rule) == [told]


def test_everything_that_is_wrong_is_told_at_once():
    """Each with what to do about it."""
    found = list(
        problems_of(vRecur.from_ical("FREQ=DAILY;BYWEEKNO=1;BYMONTH=2;BYMONTHDAY=30;COUNT=1;UNTIL=20260401"), START)
    )
    assert [message for message, _ in found] == [
        "a rule with `BYWEEKNO` and FREQ=DAILY",
        "a rule with two ends",
        "a rule that never holds",
    ]
    assert all(fix for _, fix in found)


@pytest.mark.parametrize(
    ("rule", "endless"),
    [
        ({}, True),
        ({"COUNT": [3]}, False),
        ({"UNTIL": [date(2199, 12, 31)]}, False),
        ({"UNTIL": [datetime(2200, 1, 1, tzinfo=UTC)]}, True),
    ],
)
def test_a_rule_without_an_end_is_endless(rule, endless):
    """Or with one that nobody lives to see."""
    assert is_endless({"FREQ": ["DAILY"], **rule}) is endless


def test_how_often_a_rule_holds_is_counted_from_its_beginning():
    """An old series may have had many instances, as long as they are not too many in all."""
    assert problems("FREQ=DAILY;UNTIL=20990101", date(1970, 1, 1)) == []
    assert problems("FREQ=DAILY;BYHOUR=8,20;UNTIL=20990101", date(1970, 1, 1)) == [
        "a rule that recurs more than 50_000 times"
    ]
