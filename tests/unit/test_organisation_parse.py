"""What an organisation says of capacity, sharing, pools, hours and dates, and how it may be wrong."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from leadrouter.errors import OrganisationError
from leadrouter.hours import Hours, Window
from leadrouter.organisation import Organisation
from leadrouter.staff import Breaker, Department, Norms, Pool, Salesperson, Sharing

TEXT = """\
organisation: office
staffing: department
tz: Europe/Moscow
country: KZ
hours: {office: [{days: [mon, fri], from: "09:00", to: "18:00"}], night: [{from: "20:00", to: "08:00"}]}
holidays: [2026-05-01, 09.05.2026]
director: olga
size: company_size
breaker: {expiries: 3, within: 15m}
sharing: {strategy: longest_idle, fair_by: class}
departments:
  sales:
    kind: inbound
    head: olga
    people: [anna, boris]
    hours: office
    capacity: 8
    portfolio: {small: 30, huge: 2}
    strategy: fair
    on_return: catch_up
    newcomer: ramp
    ramp_days: 14
    fair_by: none
    fair_in: amount
  client: {kind: client, people: [egor]}
people:
  olga: ~
  anna:
    rank: 3
    ranks: {mass: -1}
    skills: {press: 3}
    capacity: 5
    portfolio: 50
    quota: {month: 14, hour: 2}
    weight: 3
    deputy: olga
    joined: 2026-01-12
    left: 2026-12-31
  boris: {skills: [press]}
  egor: {}
pools:
  pressers: {departments: [sales, client], skills: {press: 2}, languages: [en], territories: [MSK], min_rank: -1, newcomer: none}
  all: {}
"""  # noqa: E501  # as somebody would write it


def test_everything_is_read_into_its_place():
    """Departments and pools share as the organisation says, unless they say otherwise."""
    office, shared = Organisation.parse(TEXT), Sharing(strategy="longest_idle", fair_by="class")
    assert (office.tz, office.country) == ("Europe/Moscow", "KZ")
    assert office.hours["office"] == Hours("office", (Window(frozenset({"mon", "fri"}), time(9), time(18)),))
    assert office.hours["night"].windows[0].closes == time(8)
    assert office.director == "olga"
    assert office.holidays == {date(2026, 5, 1), date(2026, 5, 9)}
    assert (office.size, office.breaker, office.sharing) == ("company_size", Breaker(3, timedelta(minutes=15)), shared)
    assert office.departments["sales"] == Department(
        id="sales",
        kind="inbound",
        head="olga",
        people=("anna", "boris"),
        hours="office",
        capacity=8,
        portfolio=Norms(sizes={"small": 30, "huge": 2}),
        sharing=Sharing(strategy="fair", on_return="catch_up", newcomer="ramp", ramp_days=14, fair_in="amount"),
    )
    assert office.departments["client"].sharing == shared
    assert office.people["anna"] == Salesperson(
        id="anna",
        rank=3,
        ranks={"mass": -1},
        skills={"press": 3},
        capacity=5,
        portfolio=Norms(sizes={}, other=50),
        quota={"month": 14, "hour": 2},
        weight=3,
        deputy="olga",
        joined=date(2026, 1, 12),
        left=date(2026, 12, 31),
    )
    assert office.pools["pressers"] == Pool(
        id="pressers",
        departments=("sales", "client"),
        skills={"press": 2},
        languages=("en",),
        territories=("MSK",),
        min_rank=-1,
        sharing=Sharing(strategy="longest_idle", fair_by="class", newcomer="none"),
    )
    assert office.fields == {"company_size", "amount"}


def test_what_is_left_out_is_plain():
    """In UTC and in Russia, without hours and holidays, five offers in ten minutes, fair shares of leads."""
    plain = Organisation.parse(
        "organisation: a\nstaffing: head\ndepartments: {b: {kind: inbound, head: c}}\npeople: {c: ~}"
    )
    assert (plain.tz, dict(plain.hours), plain.holidays, plain.size) == ("UTC", {}, frozenset(), None)
    assert plain.country == "RU"
    assert (plain.breaker, plain.sharing, dict(plain.pools)) == (Breaker(5, timedelta(minutes=10)), Sharing(), {})
    assert plain.fields == frozenset()
    assert plain.home("c") == plain.departments["b"]


BROKEN = {
    "tz: Europe/Moscow -> tz: Moscow": ["LR106 unknown zone `Moscow`"],
    "tz: Europe/Moscow -> tz: ~": ["LR106 `tz` is empty"],
    "country: KZ -> country: Kazakhstan": ["LR106 `Kazakhstan` is no country"],
    "director: olga -> director: oleg": ["LR502 unknown director `oleg`"],
    "country: KZ -> country: ~": ["LR106 `country` is empty"],
    'to: "08:00" -> to: "8:00"': ["LR106 `8:00` is no time of day"],
    "2026-05-01 -> soon": ["LR811 `holidays`: `soon` (text) is not a date"],
    "holidays: [2026-05-01, 09.05.2026] -> holidays: 2026-05-01": ["LR106 `holidays` must be a list"],
    "size: company_size -> size: ~": ["LR106 `size` is empty"],
    "expiries: 3 -> expiries: 0": ["LR811 `expiries` is 0"],
    "within: 15m -> within: 0s": ["LR811 `within`: `0s` is below the least value"],
    "within: 15m -> after: 15m": ["LR104 unknown key `after` in `breaker`"],
    "fair_by: class} -> fair_by: people}": ["LR501 unknown fair_by `people`"],
    "hours: office -> hours: ofice": ["LR502 unknown hours `ofice`"],
    "capacity: 8 -> capacity: 0": ["LR811 `capacity` is 0"],
    "capacity: 8 -> capacity: many": ["LR106 `capacity` must be a whole number"],
    "small: 30 -> small: 0": ["LR811 `small` is 0"],
    "portfolio: 50 -> portfolio: -1": ["LR811 `portfolio` is -1"],
    "on_return: catch_up -> on_return: later": ["LR501 unknown on_return `later`"],
    "newcomer: ramp -> newcomer: ramps": ["LR501 unknown newcomer `ramps`"],
    "ramp_days: 14 -> ramp_days: 0": ["LR811 `ramp_days` is 0"],
    "month: 14 -> week: 14": ["LR104 unknown key `week` in `quota`"],
    "month: 14 -> month: 1_000_001": ["LR811 `month` is 1000001"],
    "weight: 3 -> weight: 0.5": ["LR106 `weight` must be a whole number"],
    "deputy: olga -> deputy: olgo": ["LR502 unknown deputy `olgo`"],
    "deputy: olga -> deputy: anna": ["LR502 nobody is their own deputy"],
    "left: 2026-12-31 -> left: 2026-01-12": ["LR812 person `anna` left before joining"],
    "left: 2026-12-31 -> left: never": ["LR811 `left`: `never` (text) is not a date"],
    "left: 2026-12-31 -> left: ~": ["LR106 `left` is empty"],
    "ranks: {mass: -1} -> ranks: {mass: low}": ["LR106 the level of `mass` must be a whole number"],
    "ranks: {mass: -1} -> ranks: {mass: -1_000_001}": ["LR811 the level of `mass` is -1000001"],
    "skills: {press: 3} -> skills: {press: 0}": ["LR811 the level of `press` is 0"],
    "all: {} -> all: {skills: {press: -1}}": ["LR811 the level of `press` is -1"],
    "[sales, client] -> [sales, clients]": ["LR502 unknown department `clients`"],
    "min_rank: -1 -> min_rank: -1_000_001": ["LR811 `min_rank` is -1000001"],
    "newcomer: none -> newcomer: ~": ["LR106 `newcomer` is empty"],
    "all: {} -> all: {people: [anna]}": ["LR104 unknown key `people` in pool `all`"],
}


@pytest.mark.parametrize(("change", "expected"), BROKEN.items())
def test_what_cannot_be_meant_is_refused(change: str, expected: list[str]):
    """With the key it stands under."""
    old, new = change.split(" -> ")
    assert old in TEXT
    with pytest.raises(OrganisationError) as refused:
        Organisation.parse(TEXT.replace(old, new, 1))
    assert [f"{fault.code} {fault.message}" for fault in refused.value.faults] == expected


def test_every_fault_is_told_at_once():
    """In the order of their places."""
    text = TEXT
    for change in ("tz: Europe/Moscow -> tz: Moscow", "capacity: 8 -> capacity: 0", "weight: 3 -> weight: 0"):
        text = text.replace(*change.split(" -> "), 1)
    with pytest.raises(OrganisationError) as refused:
        Organisation.parse(text)
    assert [fault.code for fault in refused.value.faults] == ["LR106", "LR811", "LR811"]
