"""The canonical text of an organisation."""

from __future__ import annotations

from datetime import date, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from leadrouter.hours import Hours, Window
from leadrouter.organisation import Organisation
from leadrouter.staff import (
    NEWCOMER,
    ON_RETURN,
    PERIODS,
    STRATEGY_NAMES,
    Breaker,
    Department,
    InboundFlow,
    Norms,
    Pool,
    Salesperson,
    Sharing,
)
from leadrouter.vocabulary import WEEKDAYS
from tests.unit.test_organisation_parse import TEXT

NAMES = ["anna", "boris", "Вера", "no", "12", "a: b"]
names = st.sampled_from(NAMES)
words = st.lists(names, unique=True, max_size=2).map(tuple)
some = st.none() | st.integers(1, 50)
sizes = st.dictionaries(st.sampled_from(["small", "huge"]), st.integers(1, 50), min_size=1)
norms = (
    st.none() | sizes.map(lambda each: Norms(sizes=each)) | st.integers(1, 9).map(lambda n: Norms(sizes={}, other=n))
)
sharings = st.builds(
    Sharing,
    strategy=st.sampled_from(STRATEGY_NAMES),
    on_return=st.sampled_from(ON_RETURN),
    newcomer=st.sampled_from(NEWCOMER),
    ramp_days=st.integers(1, 60),
    fair_by=st.sampled_from([None, "class"]),
    fair_in=st.sampled_from(["leads", "amount"]),
)
people = st.fixed_dictionaries(
    {
        name: st.builds(
            Salesperson,
            id=st.just(name),
            rank=st.integers(-3, 3),
            ranks=st.dictionaries(names, st.integers(-3, 3), max_size=1),
            skills=st.dictionaries(names, st.integers(1, 3), max_size=1),
            languages=words,
            territories=words,
            capacity=some,
            portfolio=norms,
            quota=st.dictionaries(st.sampled_from(PERIODS), st.integers(1, 9), max_size=2),
            weight=st.integers(1, 9),
            deputy=st.none() | st.sampled_from([each for each in NAMES if each != name]),
            joined=st.none() | st.dates(date(2020, 1, 1), date(2021, 1, 1)),
            left=st.none() | st.dates(date(2022, 1, 1), date(2023, 1, 1)),
        )
        for name in NAMES
    }
)
departments = st.builds(
    Department,
    id=st.just("sales"),
    kind=st.sampled_from(["inbound", "client"]),
    head=st.just("anna"),
    people=words,
    hours=st.none() | st.just("office"),
    capacity=some,
    portfolio=norms,
    sharing=sharings,
)
pools = st.builds(
    Pool,
    id=st.just("some"),
    departments=st.sampled_from([(), ("sales",)]),
    skills=st.dictionaries(names, st.integers(1, 3), max_size=1),
    languages=words,
    territories=words,
    min_rank=st.none() | st.integers(-3, 3),
    sharing=sharings,
)
days = st.frozensets(st.sampled_from(WEEKDAYS), min_size=1)
windows = st.builds(
    Window, days=days, opens=st.just(time(9)), closes=st.times().map(lambda at: time(at.hour, at.minute))
)
organisations = st.builds(
    Organisation,
    name=names,
    staffing=st.just("head"),
    inbound=st.just(InboundFlow(department="sales", head="sales")),
    departments=departments.map(lambda each: {"sales": each}),
    people=people,
    pools=pools.map(lambda each: {"some": each}),
    tz=st.sampled_from(["UTC", "Europe/Moscow"]),
    country=st.sampled_from(["RU", "DE"]),
    hours=st.lists(windows, max_size=2).map(lambda each: {"office": Hours("office", tuple(each))}),
    holidays=st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=2),
    sharing=sharings,
    director=st.none() | names,
    size=st.none() | st.just("company_size"),
    breaker=st.builds(Breaker, st.integers(1, 9), st.integers(1, 9000).map(lambda n: timedelta(seconds=n))),
)


@given(organisations)
@settings(max_examples=50)
def test_the_canonical_text_means_the_same_organisation(organisation: Organisation):
    """Reading it gives the organisation again, and with it the same text and digest."""
    again = Organisation.parse(organisation.to_json())
    assert again == organisation
    assert again.to_json() == organisation.to_json()
    assert again.digest == organisation.digest


def test_what_is_left_at_its_default_is_not_written():
    """A short organisation has a short text."""
    text = "organisation: a\nstaffing: head\ndepartments: {b: {kind: inbound, head: c}}\npeople: {c: {rank: 0}}"
    assert Organisation.parse(text).to_json() == (
        '{"organisation": "a", "staffing": "head", "inbound": {"department": "b", "head": "b"}, '
        '"departments": {"b": {"kind": "inbound", "head": "c"}}, "people": {"c": {}}}'
    )


def test_every_setting_is_part_of_the_digest():
    """Whatever can change a decision changes it."""
    office = Organisation.parse(TEXT)
    for old, new in (
        ("month: 14", "month: 15"),
        ("weight: 3", "weight: 2"),
        ("catch_up", "neutral"),
        ("ramp_days: 14", "ramp_days: 15"),
        ("min_rank: -1", "min_rank: 0"),
        ("2026-05-01", "2026-05-02"),
        ("huge: 2", "huge: 3"),
        ("deputy: olga", "deputy: egor"),
        ("within: 15m", "within: 16m"),
        ('to: "18:00"', 'to: "18:01"'),
    ):
        assert Organisation.parse(TEXT.replace(old, new)).digest != office.digest
