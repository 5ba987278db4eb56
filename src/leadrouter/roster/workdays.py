"""Which days are worked."""

from __future__ import annotations

from datetime import date

from attrs import evolve, frozen

_SATURDAY = 5


@frozen(kw_only=True)
class Workdays:
    """Monday to Friday, corrected by days off and extra working days: a snapshot, part of a roster's digest.

    Args:
        days_off: days that are not worked, whatever their weekday.
        extra_workdays: days that are worked, whatever their weekday; they win over `days_off`.
        country: where the snapshot is from; None where the roster's file lists the days itself.
        covered: the first and the last year that the snapshot has data for; None is every year.
        undecreed: years whose days off no decree has fixed yet.
        package: what the snapshot was taken from, with its version.

    >>> Workdays(extra_workdays=frozenset({date(2024, 4, 27)})).is_workday(date(2024, 4, 27))
    True
    """

    days_off: frozenset[date] = frozenset()
    extra_workdays: frozenset[date] = frozenset()
    country: str | None = None
    covered: tuple[int, int] | None = None
    undecreed: tuple[int, ...] = ()
    package: str | None = None

    def is_workday(self, day: date) -> bool:
        """Say whether a day is worked."""
        if day in self.extra_workdays:
            return True
        return day.weekday() < _SATURDAY and day not in self.days_off

    @property
    def listed(self) -> frozenset[int]:
        """The years of which any day is named."""
        return frozenset(day.year for day in self.days_off | self.extra_workdays)

    def corrected(self, days_off: frozenset[date], extra_workdays: frozenset[date]) -> Workdays:
        """Return the same with corrections, which win over what it says of their dates."""
        return evolve(
            self,
            days_off=(self.days_off - extra_workdays) | days_off,
            extra_workdays=(self.extra_workdays - days_off) | extra_workdays,
        )
