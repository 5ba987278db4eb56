"""A layer's turns: named by dates and times, counted over years, cut to what is asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from leadrouter import DutyRoster
from leadrouter.roster.swap import Named
from leadrouter.roster.timetable import Timetable, intersection, union
from leadrouter.roster.window import count, openings
from leadrouter.zone import zone

WINDOWS = 'windows: [{days: workdays, from: "09:00", to: "18:00"}]'


def timetable(layer, tz="Europe/Berlin") -> Timetable:
    roster = DutyRoster.parse(f"roster: r\ntz: {tz}\nroles: {{duty: {{layers: [{{id: a, {layer}}}]}}}}\n")
    [version] = roster.versions
    [(_, found)] = version.layers()
    return Timetable(found, version.workdays)


@pytest.mark.parametrize(
    ("layer", "named", "number"),
    [
        ("rotation: {people: [a], unit: days, anchor: 2026-03-02}", Named(day=date(2026, 3, 4)), 2),
        ("rotation: {people: [a], unit: days, anchor: 2026-03-02}", Named(day=date(2026, 3, 1)), None),
        ("rotation: {people: [a], unit: days, at: '08:00', anchor: 2026-03-02}", Named(day=date(2026, 3, 2)), 0),
        ("rotation: {people: [a], unit: days, at: '08:00', anchor: 2026-03-02}", Named(day=date(2026, 3, 3)), 1),
        ("rotation: {people: [a], unit: weeks, anchor: 2026-03-02}", Named(day=date(2026, 3, 12)), 1),
        ("rotation: {people: [a], unit: hours, every: 30, anchor: 2026-03-02}", Named(day=date(2026, 3, 3)), 1),
        ("rotation: {people: [a], unit: fixed}", Named(day=date(2026, 3, 3)), 0),
        ("rotation: {people: [a], unit: days, anchor: 2026-03-02}", Named(day=date(2026, 3, 4), clock=time(12)), 2),
        (f"rotation: {{people: [a], unit: slots, anchor: 2026-03-02}}, {WINDOWS}", Named(day=date(2026, 3, 9)), 5),
        (f"rotation: {{people: [a], unit: slots, anchor: 2026-03-02}}, {WINDOWS}", Named(day=date(2026, 3, 8)), None),
        (f"rotation: {{people: [a], unit: slots, anchor: 2026-03-02}}, {WINDOWS}", Named(day=date(2026, 3, 1)), None),
        (
            f"rotation: {{people: [a], unit: slots, anchor: 2026-03-02}}, {WINDOWS}",
            Named(day=date(2026, 3, 3), clock=time(12)),
            1,
        ),
        (
            f"rotation: {{people: [a], unit: slots, anchor: 2026-03-02}}, {WINDOWS}",
            Named(day=date(2026, 3, 3), clock=time(20)),
            None,
        ),
    ],
)
def test_a_turn_is_named_by_its_date_or_by_a_time_in_it(layer, named, number):
    """The first turn that begins on the date, otherwise the one that runs when the date begins."""
    assert timetable(layer).turn_of(named) == number


def test_a_name_is_written_as_in_the_file():
    """With its time where it has one."""
    assert str(Named(day=date(2026, 3, 2))) == "2026-03-02"
    assert str(Named(day=date(2026, 3, 2), clock=time(8))) == "2026-03-02T08:00"


def test_a_turn_that_a_clock_change_swallows_is_nobodys():
    """In Samoa's skipped day two handoffs fall together, and the turn between them is empty."""
    table = timetable(
        "rotation: {people: [a, b], unit: days, at: ['08:00', '20:00'], anchor: 2011-12-29}", "Pacific/Apia"
    )
    turns = table.turns(datetime(2011, 12, 29, tzinfo=UTC), datetime(2012, 1, 1, tzinfo=UTC))
    assert [turn.number for turn in turns] == [0, 1, 3, 4, 5, 6]
    assert table.turn_of(Named(day=date(2011, 12, 31))) == 3


@pytest.mark.parametrize("name", ["Europe/Berlin", "Pacific/Apia", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_slots_are_counted_as_they_are_laid_out(name):
    """The quick count is that of the openings themselves, with those that a clock change swallows left out."""
    weekly = '{weekly: ["sun 01:50", "sun 02:40"]}'
    windows = f'windows: [{{from: "02:10", to: "02:20"}}, {{days: workdays, from: "09:00", to: "18:00"}}, {weekly}]'
    table = timetable(f"rotation: {{people: [a], unit: slots, anchor: 2011-01-01}}, {windows}", name)
    first, last = date(2011, 1, 1), date(2013, 6, 30)
    args = (table.layer.windows, first, last, zone(name), table.workdays)
    assert count(*args) == sum(1 for _ in openings(*args))


def test_a_look_up_counts_from_the_anchor_however_far():
    """Nine centuries of slots are counted by year, and the turn is that of plain arithmetic: 7 slots a week."""
    every_day = 'windows: [{from: "12:00", to: "13:00"}]'
    table = timetable(f"rotation: {{people: [a], unit: slots, anchor: 2026-03-02}}, {every_day}")
    [turn] = table.turns(datetime(2926, 3, 2, 11, 30, tzinfo=UTC), datetime(2926, 3, 2, 11, 40, tzinfo=UTC))
    assert turn.number == (date(2926, 3, 2) - date(2026, 3, 2)).days


def test_unions_and_intersections_are_of_half_open_stretches():
    """Stretches that touch are one, and have nothing in common."""
    at = [datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in range(8)]
    assert list(union([(at[0], at[2]), (at[1], at[3]), (at[3], at[4]), (at[5], at[6])])) == [
        (at[0], at[4]),
        (at[5], at[6]),
    ]
    assert list(union([])) == []
    assert list(intersection([(at[0], at[2]), (at[4], at[7])], [(at[2], at[3]), (at[1], at[2]), (at[5], at[6])])) == [
        (at[5], at[6])
    ]
