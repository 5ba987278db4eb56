"""Duties drawn as weeks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from leadrouter.cli.weeks import Stretch, Weeks, clocked, colours_of, legend
from leadrouter.roster.workdays import Workdays
from leadrouter.zone import zone

PEOPLE = [f"person{number}" for number in range(9)]


def stretch(start: datetime, hours: float, *people: str, is_idle: bool = False) -> Stretch:
    return Stretch(people=people, start=start, end=start + timedelta(hours=hours), is_idle=is_idle)


def drawn(*stretches: Stretch, tz: str = "UTC", width: int = 80, first: date, last: date | None = None) -> list[str]:
    console = Console(file=StringIO(), width=width, color_system=None, soft_wrap=True)
    people = [person for each in stretches for person in each.people]
    weeks = Weeks(console, zone(tz), Workdays().is_workday, colours_of(people))
    weeks.draw(stretches, first, last or first)
    return console.file.getvalue().splitlines()


def day(*hours_and_people: tuple[float, str], **more: object) -> list[str]:
    """Return the lines of 4 May 2026 on which these people, in turn, have so many hours of duty."""
    start, stretches = datetime(2026, 5, 4, tzinfo=UTC), []
    for hours, person in hours_and_people:
        stretches.append(stretch(start, hours, *([person] if person else [])))
        start = stretches[-1].end
    return drawn(*stretches, first=date(2026, 5, 4), **more)[3:]


def test_times_that_do_not_fit_stand_below():
    """On as many lines as they need, each at its column."""
    assert day((9, "anna"), (1, "boris"), (1, "vera"), (13, "dima")) == [
        "Mon  4   anna                      │b…│v…│11:00 dima",
        "                                   09:00",
        "                                      10:00",
    ]


def test_a_stretch_of_a_minute_has_a_column():
    """And so have those that are pressed to the end of the day."""
    minute = 1 / 60
    assert day((10, "anna"), (minute, "boris"), (14 - minute, "anna"))[:2] == [
        "Mon  4   anna                         ││10:01 anna",
        "                                      10:00",
    ]
    assert day((24 - 2 * minute, "anna"), (minute, "boris"), (minute, "vera"))[0].endswith("  ││")


def test_a_hand_over_at_midnight_is_shown():
    """But not the beginning of what is drawn, which may be none."""
    monday = datetime(2026, 5, 4, tzinfo=UTC)
    lines = drawn(
        stretch(monday, 24, "anna"),
        stretch(monday + timedelta(days=1), 24, "boris"),
        first=date(2026, 5, 4),
        last=date(2026, 5, 5),
    )
    assert lines[3:] == ["Mon  4   anna", "Tue  5  │00:00 boris"]


def test_what_is_drawn_may_begin_within_a_day():
    """The line is empty before."""
    lines = drawn(stretch(datetime(2026, 5, 4, 12, tzinfo=UTC), 12, "anna"), first=date(2026, 5, 4))
    assert lines[3] == "Mon  4                                      │12:00 anna"


def test_a_day_without_anything_is_an_empty_line():
    """A day outside of the roster's time."""
    assert drawn(first=date(2026, 5, 9))[3] == "Sat  9"


@pytest.mark.parametrize(("width", "columns"), [(20, 1), (56, 2), (79, 2), (80, 3), (104, 4), (300, 4)])
def test_an_hour_is_as_wide_as_the_terminal_allows(width, columns):
    """Up to four columns; where there is no room for one, lines are as long as they must be."""
    [_, _, hours, *_] = drawn(first=date(2026, 5, 4), width=width)
    assert hours.index("21") == 8 + 21 * columns


def test_each_week_has_its_number():
    """A year begins with the week of its first Thursday; a single day is one date."""
    lines = drawn(first=date(2025, 12, 28), last=date(2025, 12, 29))
    assert [line for line in lines if "week" in line] == ["week 2025-W52  28 Dec 2025", "week 2026-W01  29 Dec 2025"]


@pytest.mark.parametrize(
    ("tz", "changed", "told"),
    [
        ("Europe/Berlin", date(2026, 3, 29), "the clock goes forward 1:00 at 02:00"),
        ("Europe/Berlin", date(2026, 10, 25), "the clock goes back 1:00 at 03:00"),
        ("Australia/Lord_Howe", date(2026, 4, 5), "the clock goes back 0:30 at 02:00"),
        ("Pacific/Apia", date(2011, 12, 31), "the clock goes forward 24:00 at 00:00"),
    ],
)
def test_days_on_which_the_clock_changes_say_so(tz, changed, told):
    """Others do not."""
    lines = drawn(tz=tz, first=changed - timedelta(days=1), last=changed + timedelta(days=1))
    assert [line.strip() for line in lines if "clock" in line] == [told]


def test_a_day_that_the_clock_skips_is_empty():
    """Nobody has duty on it."""
    all_the_time = stretch(datetime(2011, 12, 28, tzinfo=UTC), 96, "anna")
    lines = drawn(all_the_time, tz="Pacific/Apia", first=date(2011, 12, 30), last=date(2011, 12, 31))
    assert lines[3:5] == ["Fri 30", "Sat 31   anna"]


def test_the_columns_of_a_repeated_hour_do_not_run_backwards():
    """A hand-over in its second half stands behind one in its first."""
    start = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
    lines = drawn(
        stretch(start, 0.5, "anna"),
        stretch(start + timedelta(minutes=30), 12, "boris"),
        tz="Europe/Berlin",
        first=date(2026, 10, 25),
    )
    assert lines[3].index("│") == 8 + 8
    assert lines[3].index("│02:20 boris") == 8 + 9


def test_people_beyond_the_colours_share_them():
    """There are eight."""
    colours = colours_of(PEOPLE)
    assert len(set(colours.values())) == 8
    assert colours["person8"] == colours["person0"]
    assert not any("red" in colour for colour in colours.values())


def test_names_move_no_cursor():
    """What somebody wrote is printed as it is."""
    assert "\x1b" not in day((24, "\x1b[2J"))[0]


def test_the_legend_takes_as_many_lines_as_it_needs():
    """People in the order of the roster, then gaps; idle hours are not counted."""
    console = Console(file=StringIO(), width=30, color_system=None)
    monday = datetime(2026, 5, 4, tzinfo=UTC)
    stretches = [
        stretch(monday, 1.5, "boris", "anna"),
        stretch(monday, 100, "vera"),
        stretch(monday, 2),
        stretch(monday, 9, is_idle=True),
    ]
    legend(console, stretches, colours_of(["anna", "boris", "vera", "dima"]))
    assert console.file.getvalue().splitlines() == [" anna  1:30   boris  1:30", " vera  100:00  ░ gap 2:00"]


@given(st.integers(-100_000, 100_000))
def test_lengths_are_hours_and_minutes(minutes):
    """Those below nothing have a sign."""
    text = clocked(timedelta(minutes=minutes))
    hours, rest = text.removeprefix("-").split(":")
    assert (int(hours) * 60 + int(rest)) * (-1 if text.startswith("-") else 1) == minutes


def test_a_day_has_no_more_stretches_than_columns():
    """Of those that would have none, the last are drawn."""
    quarters = [(0.25, person) for _ in range(48) for person in ("anna", "boris")]
    assert day(*quarters, width=56)[0] == "Mon  4  " + "│" * 48


@given(
    st.lists(st.tuples(st.integers(1, 90), st.sampled_from(["", "anna", "boris and others"])), min_size=1, max_size=150)
)
def test_a_line_is_never_longer_than_the_terminal(parts):
    """However many stretches a day has."""
    start, stretches = datetime(2026, 5, 3, 22, tzinfo=UTC), []
    for minutes, person in parts:
        stretches.append(stretch(start, minutes / 60, *([person] if person else [])))
        start = stretches[-1].end
    lines = drawn(*stretches, first=date(2026, 5, 4), last=date(2026, 5, 5))
    assert all(len(line) <= 80 for line in lines)
