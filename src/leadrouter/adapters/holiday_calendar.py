"""Working days of a country, from the `holidays` package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from leadrouter.errors import did_you_mean
from leadrouter.refusal import Refusal
from leadrouter.roster.workdays import Workdays

if TYPE_CHECKING:
    from holidays import HolidayBase

_DAY = timedelta(days=1)
_SATURDAY = 5


def workdays_of(country: str, years: Iterable[int], subdiv: str | None = None) -> Workdays:
    """Return which days are worked in a country in some years, transferred days and working Saturdays included.

    A country that moves days off by a decree each year, as Russia does, has decrees up to some year only;
    later years have their public holidays, nothing is moved, and they are named in `undecreed`. Years
    that the package knows nothing of are left out of `covered`, and are Monday to Friday.

    Costs some tenths of a millisecond a year.

    Args:
        country: its two letters in ISO 3166-1, such as RU.
        years: the years to look up, in any order.
        subdiv: a part of the country with holidays of its own, as the package names it.

    Raises:
        Refusal: the package is not installed (LR740), or knows no such country (LR741) or part (LR742).

    >>> days = workdays_of("RU", range(2024, 2026))
    >>> days.is_workday(date(2024, 4, 27)), days.is_workday(date(2024, 4, 29))  # a Saturday for a Monday
    (True, False)
    """
    calendar = _calendar(country, sorted(set(years)), subdiv)
    looked_up = [year for year in sorted(calendar.years) if calendar.start_year <= year <= calendar.end_year]
    days_off: set[date] = set()
    extra_workdays: set[date] = set()
    for day in _days(looked_up):
        is_worked = calendar.is_working_day(day)
        if is_worked != (day.weekday() < _SATURDAY):
            (extra_workdays if is_worked else days_off).add(day)
    last = _last_decree(calendar)
    return Workdays(
        days_off=frozenset(days_off),
        extra_workdays=frozenset(extra_workdays),
        country=country if subdiv is None else f"{country}-{subdiv}",
        covered=(looked_up[0], looked_up[-1]) if looked_up else None,
        undecreed=() if last is None else tuple(year for year in looked_up if year > last),
        package=_package(),
    )


def _calendar(country: str, years: list[int], subdiv: str | None) -> HolidayBase:
    """Return the package's calendar, filled in for the years."""
    try:
        import holidays
    except ImportError:
        message = "working days of a country need the package `holidays`"
        fix = "pip install 'leadrouter[holidays]', or list `days_off` and `extra_workdays` instead of `country`"
        raise Refusal(message, fix, "LR740") from None
    parts = holidays.list_supported_countries(include_aliases=False)
    if country not in parts:
        raise Refusal(f"unknown country `{country}`", did_you_mean(country.upper(), parts), "LR741")
    if subdiv is not None and subdiv not in parts[country]:
        raise Refusal(f"`{country}` has no part `{subdiv}`", did_you_mean(subdiv, parts[country]), "LR742")
    # Filled in for all years at once: a day is moved to another year now and then.
    return holidays.country_holidays(country, subdiv=subdiv, years=years, expand=False)


def _days(years: Iterable[int]) -> Iterator[date]:
    for year in years:
        day = date(year, 1, 1)
        while day.year == year:
            yield day
            day += _DAY


def _last_decree(calendar: HolidayBase) -> int | None:
    """Return the last year for which days off were moved by a decree; None where the country moves none."""
    return max(calendar.special_public_holidays) if calendar.has_substituted_holidays else None


def _package() -> str:
    from importlib.metadata import version

    return f"holidays {version('holidays')}"
