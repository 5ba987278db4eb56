"""The events that made a pattern true, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from leadrouter.facts import write_value
from leadrouter.history.reading import Reading, Seen, window
from leadrouter.rulepack import pattern as p

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def witnesses(pattern: p.Pattern, reading: Reading) -> tuple[Seen, ...]:
    """Return the events that made a pattern true, oldest first. The pattern must be true."""
    events = reading.events
    places = window(events, pattern.within)
    match pattern:
        case p.AtLeast():
            found = _sure(pattern.of, reading, places)
        case p.Different():
            newest = {events[place].value(pattern.fact): place for place in _sure(pattern.of, reading, places)}
            found = sorted(place for value, place in newest.items() if value is not None)
        case p.Growing():
            found = _sure(pattern.of, reading, places)[-pattern.times :]
        case p.Silence():
            before = [place for place in places if events[place].age >= pattern.silence]
            found = [*_sure(pattern.of, reading, before)[-1:], len(events) - 1]
        case p.Sequence():
            found = _chain(pattern, reading)
        case _:
            assert_never(pattern)
    return tuple(events[place] for place in found)


def _sure(stream: str, reading: Reading, places: Sequence[int]) -> list[int]:
    members = reading.members(stream)
    return [place for place in places if members[place] is True]


def _chain(pattern: p.Sequence, reading: Reading) -> list[int]:
    """Return the newest events that follow one another as the sequence says."""
    found = [len(reading.events) - 1]
    for stream in reversed(pattern.streams[:-1]):
        found.insert(0, _sure(stream, reading, range(found[0]))[-1])
    return found


def tell(pattern: p.Pattern, reading: Reading, tz: ZoneInfo) -> str:
    """Say for people why a pattern is true: `third request in 30 days: 2 March, 9 March, today`."""
    seen = witnesses(pattern, reading)
    days = ", ".join(_days(seen, reading, tz))
    span = _long(pattern.within)
    match pattern:
        case p.AtLeast(of=of, total=total):
            together = "" if total is None else f", {_sum(total.fact, seen, reading)} together"
            is_member = reading.members(of)[-1] is True
            counted = f"{_ordinal(len(seen))} {of}" if is_member else f"{of} × {len(seen)}"
            return f"{counted} in {span}{together}: {days}"
        case p.Different(of=of):
            return f"{of} with {len(seen)} different values of {pattern.fact} in {span}: {days}"
        case p.Growing(of=of):
            type_ = reading.pack.vocabulary[pattern.fact].type
            values = [str(write_value(type_, each.value(pattern.fact))) for each in seen]
            grown = ", ".join(f"{value} {day}" for value, day in zip(values, _days(seen, reading, tz), strict=True))
            return f"{pattern.fact} of {of} grew: {grown}"
        case p.Silence(of=of):
            return f"no {of} for {_long(pattern.silence)}: the last was {_day(seen[0], reading, tz)}"
        case p.Sequence(without=without):
            free = "" if without is None else f" without {without} between"
            steps = [f"{stream} {day}" for stream, day in zip(pattern.streams, _days(seen, reading, tz), strict=True)]
            return f"{', then '.join(steps)}{free}, within {span}"
        case _:
            assert_never(pattern)


def _sum(name: str, seen: Sequence[Seen], reading: Reading) -> str:
    type_ = reading.pack.vocabulary[name].type
    values: list[Any] = [each.value(name) for each in seen if each.value(name) is not None]
    return str(write_value(type_, sum(values)))


def _ordinal(number: int) -> str:
    if 0 < number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    ending = "th" if number % 100 in range(11, 14) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _long(time: timedelta) -> str:
    """Write a time in one unit where it is whole in it: `30 days`."""
    seconds = time // timedelta(seconds=1)
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    count = seconds // size
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _days(seen: Sequence[Seen], reading: Reading, tz: ZoneInfo) -> Iterator[str]:
    return (_day(each, reading, tz) for each in seen)


def _day(event: Seen, reading: Reading, tz: ZoneInfo) -> str:
    """Write the day of an event by the pack's clock, the hour where it is the lead's own day."""
    if event is reading.arriving:
        return "today"
    at, now = event.at.astimezone(tz), reading.arriving.at.astimezone(tz)
    if at.date() == now.date():
        return f"today {at:%H:%M}"
    year = "" if at.year == now.year else f" {at.year}"
    return f"{at.day} {_MONTHS[at.month - 1]}{year}"
