"""Working days of a country."""

from __future__ import annotations

import sys
from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrouter.adapters.holiday_calendar import workdays_of
from leadrouter.refusal import Refusal

NORMS = {
    2019: (17, 20, 20, 22, 18, 19, 23, 22, 21, 23, 20, 22),
    2020: (17, 19, 21, 22, 17, 21, 23, 21, 22, 22, 20, 23),
    2021: (15, 19, 22, 22, 19, 21, 22, 22, 22, 21, 20, 22),
    2022: (16, 19, 22, 21, 18, 21, 21, 23, 22, 21, 21, 22),
    2023: (17, 18, 22, 20, 20, 21, 21, 23, 21, 22, 21, 21),
    2024: (17, 20, 20, 21, 20, 19, 23, 22, 21, 23, 21, 21),
    2025: (17, 20, 21, 22, 18, 19, 23, 21, 22, 23, 19, 22),
    2026: (15, 19, 21, 22, 19, 21, 23, 21, 22, 22, 20, 22),
}
"""Working days of each month in the production calendars of a five-day week that Russia published."""

WORKED_WEEKENDS = {
    2019: [],
    2020: [],
    2021: [(2, 20)],
    2022: [(3, 5)],
    2023: [],
    2024: [(4, 27), (11, 2), (12, 28)],
    2025: [(11, 1)],
    2026: [],
}
MOVED_HOLIDAYS = {
    2019: [(5, 2), (5, 3), (5, 10)],
    2020: [(5, 4), (5, 5)],
    2021: [(2, 22), (11, 5), (12, 31)],
    2022: [(3, 7), (5, 3), (5, 10)],
    2023: [(2, 24), (5, 8)],
    2024: [(4, 29), (4, 30), (5, 10), (12, 30), (12, 31)],
    2025: [(5, 2), (5, 8), (6, 13), (11, 3), (12, 31)],
    2026: [(1, 9), (12, 31)],
}
RUSSIA = workdays_of("RU", range(2019, 2027))


def month(year: int, number: int) -> list[date]:
    first = date(year, number, 1)
    days = [first + timedelta(days=each) for each in range(31)]
    return [day for day in days if day.month == number]


@pytest.mark.parametrize("year", NORMS)
def test_russian_months_have_as_many_working_days_as_were_published(year):
    """Which a day off that is missing, or one too many, would change."""
    found = tuple(sum(map(RUSSIA.is_workday, month(year, number))) for number in range(1, 13))
    assert found == NORMS[year]


@pytest.mark.parametrize("year", NORMS)
def test_days_that_a_decree_moved_are_where_it_put_them(year):
    """A Saturday that is worked for a day off elsewhere, and that day off."""
    assert sorted(day for day in RUSSIA.extra_workdays if day.year == year) == [
        date(year, number, day) for number, day in WORKED_WEEKENDS[year]
    ]
    assert all(not RUSSIA.is_workday(date(year, number, day)) for number, day in MOVED_HOLIDAYS[year])


def test_a_snapshot_says_what_it_was_taken_from():
    """The country, the years and the package with its version: all of it can be part of a digest."""
    assert RUSSIA.country == "RU"
    assert RUSSIA.covered == (2019, 2026)
    assert RUSSIA.undecreed == ()
    assert RUSSIA.package == f"holidays {holidays.__version__}"


def test_years_do_not_influence_each_other():
    """A year is the same alone and among others, in whatever order."""
    alone = workdays_of("RU", [2024])
    assert alone.days_off == {day for day in RUSSIA.days_off if day.year == 2024}
    assert workdays_of("RU", [2026, 2024, 2025, 2024]) == workdays_of("RU", range(2024, 2027))


def test_years_without_a_published_decree_are_named():
    """They have their public holidays, and nothing is moved."""
    decreed = max(holidays.country_holidays("RU").special_public_holidays)
    days = workdays_of("RU", range(decreed, decreed + 3))
    assert days.undecreed == (decreed + 1, decreed + 2)
    assert not days.is_workday(date(decreed + 1, 11, 4))
    assert not any(day.year > decreed for day in days.extra_workdays)


def test_a_country_that_moves_no_days_needs_no_decree():
    """Its holidays are known for as long as its calendar is."""
    assert workdays_of("DE", [2090]).undecreed == ()


def test_years_that_the_package_does_not_know_are_not_covered():
    """They are Monday to Friday."""
    assert workdays_of("RU", [1980, 1991, 2500]).covered == (1991, 1991)
    nothing = workdays_of("RU", [1980])
    assert (nothing.covered, nothing.days_off) == (None, frozenset())


def test_a_part_of_a_country_has_holidays_of_its_own():
    """Epiphany is one in Bavaria and none in Berlin."""
    assert not workdays_of("DE", [2026], "BY").is_workday(date(2026, 1, 6))
    assert workdays_of("DE", [2026], "BE").is_workday(date(2026, 1, 6))
    assert workdays_of("DE", [2026], "BY").country == "DE-BY"


@pytest.mark.parametrize(
    ("country", "subdiv", "code", "fix"),
    [
        ("ru", None, "LR741", "did you mean `RU`?"),
        ("XX", None, "LR741", "known: AD, AE"),
        ("RU", "MOW", "LR742", "there are none here"),
        ("DE", "BYY", "LR742", "did you mean `BY`?"),
    ],
)
def test_unknown_countries_are_refused(country, subdiv, code, fix):
    """With the closest known one."""
    with pytest.raises(Refusal) as refused:
        workdays_of(country, [2026], subdiv)
    assert refused.value.code == code
    assert refused.value.fix.startswith(fix)


def test_without_the_package_it_is_said_what_to_install(monkeypatch):
    """And what can be written instead."""
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(Refusal, match="need the package `holidays`") as refused:
        workdays_of("RU", [2026])
    assert refused.value.code == "LR740"
    assert refused.value.fix.startswith("pip install 'leadrouter[holidays]'")


@given(
    country=st.sampled_from(["AE", "BY", "CN", "DE", "IL", "KZ", "RU", "US"]),
    day=st.dates(date(2010, 1, 1), date(2035, 12, 31)),
)
def test_a_snapshot_agrees_with_the_package(country, day):
    """On every day, also where the weekend is not Saturday and Sunday."""
    calendar = holidays.country_holidays(country, years=range(day.year - 1, day.year + 2))
    assert workdays_of(country, [day.year - 1, day.year, day.year + 1]).is_workday(day) == calendar.is_working_day(day)
