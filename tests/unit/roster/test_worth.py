"""What a stretch of duty is worth."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from leadrouter.errors import NaiveTimeError
from leadrouter.roster.workdays import Workdays
from leadrouter.roster.worth import HourWeights, Measure, Measures, Worth
from leadrouter.zone import zone

MOSCOW = zone("Europe/Moscow")
RUSSIA = Workdays(
    days_off=frozenset({date(2024, 4, 29), date(2024, 4, 30), date(2024, 5, 1), date(2024, 5, 4)}),
    extra_workdays=frozenset({date(2024, 4, 27)}),
)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2024, 4, 26), "workday"),
        (date(2024, 4, 27), "workday"),  # a working Saturday
        (date(2024, 4, 28), "weekend"),
        (date(2024, 4, 29), "holiday"),  # transferred from it
        (date(2024, 5, 1), "holiday"),
        (date(2024, 5, 4), "holiday"),  # a Saturday that the calendar names
        (date(2024, 5, 5), "weekend"),
    ],
)
def test_a_day_is_of_one_kind(day: date, kind: str):
    """Weekends and holidays are counted apart: what the calendar names is a holiday, other Saturdays are not."""
    assert Measure(tz=MOSCOW, workdays=RUSSIA).kind(day) == kind


def test_a_night_over_midnight_belongs_to_both_days():
    """Hours count for the local date on which they are, not for that on which the duty began."""
    measure = Measure(tz=MOSCOW, workdays=RUSSIA)
    worth = measure.worth(datetime(2024, 4, 28, 20, tzinfo=UTC), datetime(2024, 4, 28, 23, 30, tzinfo=UTC))
    assert worth == Worth(hours=Fraction(7, 2), weighted=Fraction(7, 2), weekend=Fraction(1), holiday=Fraction(5, 2))


def test_what_counts_may_change():
    """Each measure counts from its instant until the next one's; nothing counts before the first."""
    other = Measure(tz=MOSCOW, weights=HourWeights(((Fraction(2),) * 24,) * 7))
    hours = [datetime(2024, 4, 29, hour, tzinfo=UTC) for hour in range(24)]
    both = Measures(((hours[8], Measure(tz=MOSCOW, workdays=RUSSIA)), (hours[10], other)))
    assert both.worth(hours[6], hours[15]) == Worth(hours=Fraction(7), weighted=Fraction(12), holiday=Fraction(2))
    assert both.worth(hours[6], hours[9]) == Worth(hours=Fraction(1), weighted=Fraction(1), holiday=Fraction(1))
    assert both.worth(hours[11], hours[12]) == Worth(hours=Fraction(1), weighted=Fraction(2))
    assert both.worth(hours[6], hours[7]) == Worth()


def test_an_hour_counts_for_the_leads_that_it_brings():
    """Weights are looked up by the local weekday and hour, and the parts of an hour count in proportion."""
    rows = [[Fraction(0)] * 24 for _ in range(7)]
    rows[0][9], rows[0][10] = Fraction(3), Fraction(1)
    measure = Measure(tz=MOSCOW, weights=HourWeights(tuple(map(tuple, rows))))
    monday = datetime(2024, 4, 22, 6, 30, tzinfo=UTC), datetime(2024, 4, 22, 9, tzinfo=UTC)
    assert measure.worth(*monday).weighted == Fraction(3, 2) + 1
    assert measure.worth(*monday).hours == Fraction(5, 2)


@pytest.mark.parametrize(
    "rows",
    [(), ((Fraction(1),) * 24,) * 6, ((Fraction(1),) * 23,) * 7, ((Fraction(-1),) * 24,) * 7],
)
def test_weights_are_those_of_a_week(rows: tuple[tuple[Fraction, ...], ...]):
    """Seven rows of 24 numbers, none below 0."""
    with pytest.raises(ValueError, match="seven rows of 24 numbers"):
        HourWeights(rows)


def test_weights_are_learnt_from_leads():
    """Leads count by the local hour in which they came; times without a zone are refused, and so is nothing."""
    leads = [datetime(2024, 4, 22, 6, 10, tzinfo=UTC), datetime(2024, 4, 22, 6, 50, tzinfo=UTC)]
    assert HourWeights.from_leads(leads, tz=MOSCOW).of[0][9] == 168
    with pytest.raises(NaiveTimeError):
        HourWeights.from_leads([datetime(2024, 4, 22, 6)], tz=MOSCOW)  # noqa: DTZ001  # that is what is refused
    with pytest.raises(ValueError, match="no leads"):
        HourWeights.from_leads([], tz=MOSCOW)


def test_nothing_is_worth_nothing():
    """An empty stretch has no hours."""
    at = datetime(2024, 4, 28, 20, tzinfo=UTC)
    assert Measure(tz=MOSCOW).worth(at, at) == Worth()
