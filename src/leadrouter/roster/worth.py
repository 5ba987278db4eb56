"""What a stretch of duty is worth: its hours, weighted where hours differ, weekends and holidays apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from attrs import field, frozen

from leadrouter.roster.workdays import Workdays
from leadrouter.zone import in_utc, takes_effect

DayKind: TypeAlias = Literal["workday", "weekend", "holiday"]

_SATURDAY = 5
_DAY = timedelta(days=1)
_HOURS_OF_A_WEEK = 168
_MICROSECONDS_OF_AN_HOUR = 3_600_000_000


@frozen(kw_only=True)
class Worth:
    """Hours of duty, exact: all of them, the same weighted, and those on weekends and on holidays."""

    hours: Fraction = Fraction(0)
    weighted: Fraction = Fraction(0)
    weekend: Fraction = Fraction(0)
    holiday: Fraction = Fraction(0)

    def __add__(self, other: Worth) -> Worth:
        return Worth(
            hours=self.hours + other.hours,
            weighted=self.weighted + other.weighted,
            weekend=self.weekend + other.weekend,
            holiday=self.holiday + other.holiday,
        )

    def __mul__(self, part: Fraction) -> Worth:
        return Worth(
            hours=self.hours * part,
            weighted=self.weighted * part,
            weekend=self.weekend * part,
            holiday=self.holiday * part,
        )


@frozen
class HourWeights:
    """How much an hour of duty counts: for each weekday, Monday first, 24 numbers, none below 0.

    Duty is an opportunity for a seller, so an hour may count for the leads that it brings. Only the
    proportions matter for who is on duty when.
    """

    of: tuple[tuple[Fraction, ...], ...] = field()

    @of.validator
    def _has_a_week(self, _: object, rows: tuple[tuple[Fraction, ...], ...]) -> None:
        if [len(row) for row in rows] != [24] * 7 or any(weight < 0 for row in rows for weight in row):
            raise ValueError("weights of hours are seven rows of 24 numbers, none below 0")

    @classmethod
    def from_leads(cls, received: Iterable[datetime], *, tz: ZoneInfo) -> HourWeights:
        """Count past leads by the local weekday and hour in which they came; an hour weighs 1 on average.

        Give whole weeks: an hour that the leads cover twice as often would count twice.

        Raises:
            NaiveTimeError: an instant has no zone.
            ValueError: there are no leads.
        """
        local = [in_utc(at).astimezone(tz) for at in received]
        if not local:
            raise ValueError("no leads to learn the weights of hours from")
        count = Counter((at.weekday(), at.hour) for at in local)
        return cls(
            tuple(
                tuple(Fraction(count[day, hour] * _HOURS_OF_A_WEEK, len(local)) for hour in range(24))
                for day in range(7)
            )
        )


@frozen(kw_only=True)
class Measure:
    """How duty is counted: the zone of its days, which days are worked, and how much an hour counts.

    A local date or hour begins at the first instant at which the clock shows it or later, so that an
    hour that occurs twice counts twice and one that is skipped counts nothing.

    >>> from datetime import UTC
    >>> from leadrouter.zone import zone
    >>> night = datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 5, tzinfo=UTC)
    >>> str(Measure(tz=zone("Europe/Berlin")).worth(*night).weekend)  # 22:00 to 06:00 by the clock
    '9'
    """

    tz: ZoneInfo
    workdays: Workdays = field(factory=Workdays)
    weights: HourWeights | None = None

    def kind(self, day: date) -> DayKind:
        """Say what a date is. A holiday is a day off that the calendar names, whatever its weekday."""
        if day in self.workdays.extra_workdays:
            return "workday"
        if day in self.workdays.days_off:
            return "holiday"
        return "weekend" if day.weekday() >= _SATURDAY else "workday"

    def worth(self, start: datetime, end: datetime) -> Worth:
        """Return what duty over `[start, end)` is worth. Costs as much as there are days in it."""
        total = Worth()
        for day, left, right in self._days(start, end):
            hours, kind = _hours(left, right), self.kind(day)
            total += Worth(
                hours=hours,
                weighted=self._weighted(day, left, right),
                weekend=hours if kind == "weekend" else Fraction(0),
                holiday=hours if kind == "holiday" else Fraction(0),
            )
        return total

    def _days(self, start: datetime, end: datetime) -> Iterator[tuple[date, datetime, datetime]]:
        day = start.astimezone(self.tz).date()
        while start < end:
            until = min(end, _begin(day + _DAY, 0, self.tz))
            if start < until:
                yield day, start, until
                start = until
            day += _DAY

    def _weighted(self, day: date, start: datetime, end: datetime) -> Fraction:
        if self.weights is None:
            return _hours(start, end)
        total = Fraction(0)
        for hour, weight in enumerate(self.weights.of[day.weekday()]):
            after = (day, hour + 1) if hour < 23 else (day + _DAY, 0)
            left, right = max(start, _begin(day, hour, self.tz)), min(end, _begin(*after, self.tz))
            if left < right:
                total += _hours(left, right) * weight
        return total


@frozen
class Measures:
    """How duty is counted where that changes: by each measure from its instant on, until the next one's.

    `since` are instants in UTC with the measure from then on, in order; what lies before the first counts nothing.
    """

    since: tuple[tuple[datetime, Measure], ...]

    def worth(self, start: datetime, end: datetime) -> Worth:
        """Return what duty over `[start, end)` is worth. Costs as much as there are days in it."""
        total, until = Worth(), end
        for begins, measure in reversed(self.since):
            total += measure.worth(max(start, begins), until)
            until = min(until, begins)
        return total


def _hours(start: datetime, end: datetime) -> Fraction:
    return Fraction((end - start) // timedelta(microseconds=1), _MICROSECONDS_OF_AN_HOUR)


@lru_cache(maxsize=16_384)
def _begin(day: date, hour: int, tz: ZoneInfo) -> datetime:
    return takes_effect(day, time(hour), tz)
