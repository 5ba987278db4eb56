"""What keeps a rule of recurrence from being followed.

The library that expands rules follows one that never holds to the end of time, and one that holds every
second for as long. Both are refused before. Source: RFC 5545, section 3.3.10.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product
from typing import Any

_PARTS = frozenset({
    "FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY", "BYYEARDAY",
    "BYWEEKNO", "BYMONTH", "BYSETPOS",
})  # fmt: skip
_ONLY_WITH: Mapping[str, frozenset[str]] = {
    "BYWEEKNO": frozenset({"YEARLY"}),
    "BYYEARDAY": frozenset({"YEARLY"}),
    "BYMONTHDAY": frozenset({"YEARLY", "MONTHLY", "DAILY"}),
    "BYSETPOS": frozenset({"YEARLY", "MONTHLY", "WEEKLY"}),
    "BYMONTH": frozenset({"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}),
}
_OFTEN = frozenset({"YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"})
_DAYS_OF = {"WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
_LONGEST_MONTH = {1: 31, 2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
_NTH = re.compile(r"[+-]?(\d*)[A-Z]{2}")
LAST_YEAR = 2199
"""The last year in which anybody has duty by a calendar."""

_MOST_A_DAY = 12
_MOST = 50_000


def problems_of(rule: Mapping[str, Any], start: date) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a rule of an event that starts on a date, and what to do."""
    frequency = str(rule.get("FREQ", [""])[0]).upper()
    if not frequency:
        yield "a rule without `FREQ`", "say how often, such as FREQ=WEEKLY"
        return
    for part in sorted(rule.keys() - _PARTS):
        yield f"a rule with `{part}`, which is not followed", "leave it out"
    for part, frequencies in _ONLY_WITH.items():
        if part in rule and frequency not in frequencies:
            yield f"a rule with `{part}` and FREQ={frequency}", f"it goes with {', '.join(sorted(frequencies))}"
    if len(rule.get("UNTIL", [])) > 1 or ("UNTIL" in rule and "COUNT" in rule):
        yield "a rule with two ends", "keep `UNTIL` or `COUNT`, one of them once"
    for part in ("INTERVAL", "COUNT"):
        if min(rule.get(part, [1])) < 1:
            yield f"a rule whose `{part}` is not positive", "give 1 or more, or leave it out"
            return
    if frequency not in _OFTEN or _a_day(rule, frequency) > _MOST_A_DAY:
        yield f"a rule that recurs more than {_MOST_A_DAY} times a day", "no duty is so short"
    elif _in_all(rule, start, _a_day(rule, frequency)) > _MOST:
        yield f"a rule that recurs more than {_MOST:_} times", "give it an earlier end"
    if not _can_hold(rule, frequency):
        yield "a rule that never holds", "no month has that day, or no period so many"


def is_endless(rule: Mapping[str, Any]) -> bool:
    """Say whether a rule goes on for ever, or longer than anybody has duty.

    >>> is_endless({"FREQ": ["DAILY"], "UNTIL": [date(9999, 12, 31)]})
    True
    """
    return "COUNT" not in rule and rule.get("UNTIL", [date.max])[0].year > LAST_YEAR


def _a_day(rule: Mapping[str, Any], frequency: str) -> int:
    """Return how often a rule holds on a day, at most."""
    often = -(-24 // rule.get("INTERVAL", [1])[0]) if frequency == "HOURLY" else max(1, len(rule.get("BYHOUR", ())))
    return int(often * max(1, len(rule.get("BYMINUTE", ()))) * max(1, len(rule.get("BYSECOND", ()))))


def _in_all(rule: Mapping[str, Any], start: date, a_day: int) -> int:
    """Return how often a rule holds, at most; 0 where it has no end."""
    until = start if is_endless(rule) else rule.get("UNTIL", [start])[0]
    days = date(until.year, until.month, until.day) - date(start.year, start.month, start.day)
    return max(days.days * a_day, int(rule.get("COUNT", [0])[0]))


def _can_hold(rule: Mapping[str, Any], frequency: str) -> bool:
    """Say whether some month has the days of a rule, and some period as many of them as it asks for."""
    days = [abs(day) for day in rule.get("BYMONTHDAY", [1])]
    months = [int(month) for month in rule.get("BYMONTH", range(1, 13))]
    if all(day > _LONGEST_MONTH.get(month, 31) for month, day in product(months, days)):
        return False
    most = 5 if frequency == "MONTHLY" or "BYMONTH" in rule else 53
    numbers = [int(found[1] or 0) for day in rule.get("BYDAY", ()) if (found := _NTH.fullmatch(str(day)))]
    places = [abs(place) for place in rule.get("BYSETPOS", ())]
    return max(numbers, default=0) <= most and max(places, default=0) <= _DAYS_OF.get(frequency, 1) * _MOST_A_DAY
