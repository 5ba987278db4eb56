"""Laws of fairness: what duty is worth, and among whom it is shared."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from leadrouter.roster.fairness import Stretch, Tally, debts, fairness
from leadrouter.roster.workdays import Workdays
from leadrouter.roster.worth import HourWeights, Measure, Worth
from leadrouter.zone import zone

PEOPLE = ("anna", "boris", "vera")
NIGHTS = {
    "Europe/Berlin": datetime(2026, 10, 24, 20, tzinfo=UTC),
    "America/New_York": datetime(2026, 3, 8, 3, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 4, 4, 10, tzinfo=UTC),
    "America/St_Johns": datetime(2010, 11, 6, 22, tzinfo=UTC),
    "Pacific/Apia": datetime(2011, 12, 29, 6, tzinfo=UTC),
    "Asia/Kathmandu": datetime(2026, 1, 1, tzinfo=UTC),
}
WEIGHTS = HourWeights(tuple(tuple(Fraction(1 + day * 24 + hour) for hour in range(24)) for day in range(7)))
WORKDAYS = Workdays(
    days_off=frozenset({date(2026, 10, 25), date(2026, 4, 6)}), extra_workdays=frozenset({date(2026, 3, 7)})
)
MINUTE = timedelta(minutes=1)


@st.composite
def nights(draw: st.DrawFn) -> tuple[Measure, datetime, datetime]:
    """Draw a stretch of minutes near a clock change."""
    name = draw(st.sampled_from(sorted(NIGHTS)))
    start = NIGHTS[name] + draw(st.integers(0, 2_000)) * MINUTE
    measure = Measure(tz=zone(name), workdays=WORKDAYS, weights=draw(st.sampled_from([None, WEIGHTS])))
    return measure, start, start + draw(st.integers(1, 1_500)) * MINUTE


def scanned(measure: Measure, start: datetime, end: datetime) -> Worth:
    """Count minute by minute what the latest local time so far says: a local time takes effect once."""
    hours, weighted, apart = 0, Fraction(0), {"workday": 0, "weekend": 0, "holiday": 0}
    at, latest = start - timedelta(days=2), datetime.min  # noqa: DTZ901  # a clock shows no zone
    while at < end:
        latest = max(latest, at.astimezone(measure.tz).replace(tzinfo=None))
        if at >= start:
            hours += 1
            weighted += 1 if measure.weights is None else measure.weights.of[latest.weekday()][latest.hour]
            apart[measure.kind(latest.date())] += 1
        at += MINUTE
    return Worth(
        hours=Fraction(hours), weighted=weighted, weekend=Fraction(apart["weekend"]), holiday=Fraction(apart["holiday"])
    ) * Fraction(1, 60)


@settings(max_examples=60)
@given(nights())
def test_worth_is_what_a_clock_on_the_wall_counts(night: tuple[Measure, datetime, datetime]):
    """Hours, weights, weekends and holidays agree with a scan of every minute, through every clock change."""
    measure, start, end = night
    assert measure.worth(start, end) == scanned(measure, start, end)


@settings(max_examples=60)
@given(nights(), st.integers(0, 1_000_000))
def test_worth_adds_up(night: tuple[Measure, datetime, datetime], part: int):
    """Wherever a stretch is cut, its parts are worth as much as the whole."""
    measure, start, end = night
    middle = start + (end - start) * part / 1_000_000
    assert measure.worth(start, middle) + measure.worth(middle, end) == measure.worth(start, end)


MEASURE = Measure(tz=zone("Europe/Berlin"), workdays=WORKDAYS, weights=WEIGHTS)
ORIGIN = datetime(2026, 10, 23, tzinfo=UTC)
some_people = st.lists(st.sampled_from(PEOPLE), unique=True, max_size=3).map(tuple)


@st.composite
def intervals(draw: st.DrawFn) -> tuple[datetime, datetime]:
    """Draw an interval of half hours within some days."""
    start = ORIGIN + draw(st.integers(0, 200)) * timedelta(minutes=30)
    return start, start + draw(st.integers(1, 60)) * timedelta(minutes=30)


stretches = st.lists(
    st.builds(
        lambda when, people, among: Stretch(people=people, start=when[0], end=when[1], among=among),
        intervals(),
        some_people,
        some_people,
    ),
    max_size=6,
)
leave = st.dictionaries(st.sampled_from(PEOPLE), st.lists(intervals(), max_size=3), max_size=3)


def tallies(duties: list[Stretch], away: dict[str, list[tuple[datetime, datetime]]] | None = None) -> tuple[Tally, ...]:
    return fairness(duties, people=PEOPLE, measure=MEASURE, away=away or {})


@settings(max_examples=60)
@given(stretches, leave)
def test_all_shares_together_are_all_duty(duties: list[Stretch], away: dict[str, list[tuple[datetime, datetime]]]):
    """Nothing is owed by nobody: shares add up to what was done, in every way of counting, and debts to nothing."""
    told = tallies(duties, away)
    assert sum((tally.share for tally in told), Worth()) == sum((tally.done for tally in told), Worth())
    assert sum(debts(told).values()) == 0


@settings(max_examples=60)
@given(stretches)
def test_coverage_is_the_length_of_a_union(duties: list[Stretch]):
    """Overlaps count once: hours are the half hours in which somebody is in any stretch."""
    for tally in tallies(duties):
        halves = {
            each.start + step * timedelta(minutes=30)
            for each in duties
            if tally.person in each.people
            for step in range((each.end - each.start) // timedelta(minutes=30))
        }
        assert tally.done.hours == Fraction(len(halves), 2)
        assert tally.turns == sum(1 for half in halves if half - timedelta(minutes=30) not in halves)


@settings(max_examples=40)
@given(stretches, leave, st.data())
def test_how_duty_is_cut_does_not_count(
    duties: list[Stretch], away: dict[str, list[tuple[datetime, datetime]]], data: st.DataObject
):
    """Cutting a stretch in two, giving it twice, or listing stretches in another order changes nothing."""
    cut = []
    for each in duties:
        middle = each.start + (each.end - each.start) / 2
        cut += [
            Stretch(people=each.people, start=each.start, end=middle, among=each.among),
            Stretch(people=each.people, start=middle, end=each.end, among=each.among),
        ]
    assert tallies(data.draw(st.permutations([*cut, *duties])), away) == tallies(duties, away)


@settings(max_examples=40)
@given(stretches, st.sampled_from(PEOPLE))
def test_whoever_is_away_earns_no_share(duties: list[Stretch], person: str):
    """A person who is absent all along is owed nothing: the share is at most what was done all the same."""
    always = {person: [(ORIGIN - timedelta(days=1), ORIGIN + timedelta(days=30))]}
    [tally] = [each for each in tallies(duties, always) if each.person == person]
    assert tally.share.hours <= tally.done.hours


@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=30), st.integers(1, 5))
def test_weights_learnt_from_leads_keep_proportions(seconds: list[int], times: int):
    """An hour weighs 1 on average, as often as its leads came, and as many times as many leads weigh the same."""
    leads = [ORIGIN + timedelta(seconds=each) for each in seconds]
    learnt = HourWeights.from_leads(leads, tz=zone("Europe/Berlin"))
    assert sum(sum(row) for row in learnt.of) == 168
    assert HourWeights.from_leads(leads * times, tz=zone("Europe/Berlin")) == learnt
    local = leads[0].astimezone(zone("Europe/Berlin"))
    same = [
        each
        for each in leads
        if (at := each.astimezone(zone("Europe/Berlin"))).weekday() == local.weekday() and at.hour == local.hour
    ]
    assert learnt.of[local.weekday()][local.hour] == Fraction(168 * len(same), len(leads))


@given(st.integers(0, 23), st.integers(0, 6))
def test_weights_of_one_are_no_weights(hour: int, day: int):
    """Where every hour weighs the same, weighted hours are hours."""
    flat = Measure(tz=zone("Europe/Berlin"), weights=HourWeights(((Fraction(1),) * 24,) * 7))
    start = datetime.combine(date(2026, 10, 19) + timedelta(days=day), time(hour, 20), UTC)
    worth = flat.worth(start, start + timedelta(days=1, minutes=7))
    assert worth.weighted == worth.hours
