"""Rotations: whose turn it is, and from when to when a turn lasts."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from math import lcm
from typing import Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from attrs import field, frozen

from leadrouter.roster.boundary import LAST, MIDNIGHT, local_date
from leadrouter.span import Span
from leadrouter.zone import takes_effect

Unit: TypeAlias = Literal["fixed", "hours", "days", "weeks", "months", "slots"]
Entry: TypeAlias = tuple[str, ...]
"""Who shares a turn; nobody in a turn that is left open."""

_MONTHS = 12
_WEEK = 168


class Turn(NamedTuple):
    """A turn, or the part of it that a window shows: `[start, end)` in UTC, its number, whose it is by the rota.

    What a plan or a calendar gives has no number.
    """

    start: datetime
    end: datetime
    number: int | None
    people: Entry


@frozen(kw_only=True)
class Rotation:
    """People who take turns, counted from an anchor.

    Turn 0 begins at the anchor and belongs to `people[first]`, to the first entry where that is None; turn
    k to the entry k places later, round and round. `at` are the local times at which duty passes on each
    day of handoff. A `fixed` rotation has one turn, from its anchor where it has one and for ever.
    """

    people: tuple[Entry, ...]
    unit: Unit
    every: int = 1
    at: tuple[time, ...] = (MIDNIGHT,)
    anchor: date | None = None
    first: int | None = None
    where: Span | None = field(default=None, eq=False, repr=False)

    def entry(self, turn: int) -> Entry:
        """Return whose turn it is by the rota."""
        return self.people[(turn + (self.first or 0)) % len(self.people)]

    @property
    def cycle(self) -> timedelta:
        """How long it takes at most until everybody has had a turn in whatever windows a week has.

        Hours and days meet the same window with the same people once they and the weeks have gone round. A slot
        comes once a week at least.
        """
        unit = {"hours": 1, "days": 24, "weeks": _WEEK, "months": 744, "slots": _WEEK, "fixed": 0}[self.unit]
        hours = unit * self.every * len(self.people)
        return timedelta(hours=lcm(hours, _WEEK) if self.unit in ("hours", "days") else hours)

    def begins(self, turn: int, tz: ZoneInfo) -> datetime:
        """Return when a turn begins, in UTC, from the anchor and never by chaining; not for slots."""
        anchor = self.anchor
        assert anchor is not None, "INVARIANT: only a fixed rotation may lack an anchor"
        if self.unit == "hours":
            return takes_effect(anchor, self.at[0], tz) + timedelta(hours=turn * self.every)
        period, handoff = divmod(turn, len(self.at))
        return takes_effect(self._day(anchor, period), self.at[handoff], tz)

    def _day(self, anchor: date, period: int) -> date:
        """Return the date of the handoff that opens a period."""
        steps = period * self.every
        match self.unit:
            case "days":
                return anchor + timedelta(days=steps)
            case "weeks":
                return anchor + timedelta(weeks=steps)
            case "months":
                return _months_later(anchor, steps)
            case _:
                return anchor

    def number(self, at: datetime, tz: ZoneInfo) -> int | None:
        """Return the number of the turn at an instant; None before the anchor. Not for slots."""
        if self.unit == "fixed":
            return None if self.anchor is not None and at < self.begins(0, tz) else 0
        turn = self._near(at, tz)
        while self.begins(turn + 1, tz) <= at:
            turn += 1
        return turn if self.begins(turn, tz) <= at else None

    def _near(self, at: datetime, tz: ZoneInfo) -> int:
        """Return a turn that begins at or shortly before an instant, or turn 0."""
        anchor = self.anchor
        assert anchor is not None, "INVARIANT: only a fixed rotation may lack an anchor"
        if self.unit == "hours":
            return max(0, (at - self.begins(0, tz)) // timedelta(hours=self.every))
        day = local_date(at, tz)
        if self.unit == "months":
            steps = (day.year - anchor.year) * _MONTHS + day.month - anchor.month
        else:
            steps = (day - anchor).days // (7 if self.unit == "weeks" else 1)
        return max(0, (steps // self.every - 1) * len(self.at))

    def turns(self, start: datetime, end: datetime, tz: ZoneInfo) -> Iterator[Turn]:
        """Yield the turns that touch `[start, end)`, in order; not for slots."""
        if self.unit == "fixed":
            opens = start if self.anchor is None else self.begins(0, tz)
            if opens < end:
                yield Turn(opens, LAST, 0, self.entry(0))
            return
        turn = self.number(start, tz) or 0
        begins = self.begins(turn, tz)
        while begins < end:
            ends = self.begins(turn + 1, tz)
            if begins < ends:
                yield Turn(begins, ends, turn, self.entry(turn))
            turn, begins = turn + 1, ends


def _months_later(day: date, months: int) -> date:
    """Return the same day of a later month; the month's last day where it is too short.

    >>> _months_later(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
