"""The roster commands on what people mistype, on the edges of the calendar, and on rosters that have changed."""

from __future__ import annotations

import json

import pytest

from .test_roster import ROSTER, titles

OLD = """\
roster: inbound
tz: Europe/Berlin
people: {anna: , boris: , gleb: {name: "Gleb, senior"}}
roles:
  duty: {layers: [{id: a, rotation: {people: [boris, anna], unit: days, anchor: 2026-05-04}}]}
  night: {layers: [{id: n, rotation: {people: [gleb], unit: fixed}, windows: [{from: "22:00", to: "06:00"}]}]}
absences: [{person: anna, dates: [2026-05-05]}]
"""
NEW = """\
roster: inbound
version: 2
tz: Europe/Berlin
effective: 2026-05-07
previous: old.yaml
people: {anna: , "[bold]vera": }
roles: {duty: {layers: [{id: b, rotation: {people: ["[bold]vera", anna], unit: days, anchor: 2026-05-07}}]}}
"""
WEEK = ("--from", "2026-05-04", "--to", "2026-05-10")


@pytest.fixture(autouse=True)
def rosters(here) -> None:
    (here / "sales" / "roster.yaml").write_text(ROSTER, "utf-8")
    (here / "later").mkdir()
    (here / "later" / "roster.yaml").write_text(NEW, "utf-8")
    (here / "later" / "old.yaml").write_text(OLD, "utf-8")


@pytest.mark.parametrize("command", [(), ("check",), ("fairness",), ("plan",), ("diff", "sales")])
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--week", "2026-W54"), "`2026-W54` is no week"),
        (("--week", "2026-19"), "`2026-19` is no week"),
        (("--week", ""), "`` is no week"),
        (("--week", "2026-W19", "--to", "2026-05-10"), "leave --from and --to out"),
        (("--to", "2026-05-10"), "--to needs --from"),
        (("--from", "2026-02-30"), "`2026-02-30` cannot be read"),
        (("--from", "04.05.2026"), "`04.05.2026` cannot be read"),
        (("--from", "2026-05-04T24:30"), "cannot be read"),
        (("--from", "2026-05-04", "--to", "2026-05-03"), "--to lies before --from"),
        (("--from", "2026-05-04T09:00", "--to", "2026-05-04T09:00+02:00"), "--to lies before --from"),
        (("--at", "now"), "--at `now` cannot be read"),
        (("--from", "0001-01-01"), "outside the years 1900 to 2999"),
        (("--from", "9999-12-31T23:59-12:00"), "outside the years 1900 to 2999"),
    ],
)
def test_a_stretch_that_is_none_is_refused_by_every_command(run, command, asked, told):
    """With what was written and what would be right, before anything is printed."""
    result = run("roster", *command, "sales", *asked)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


@pytest.mark.parametrize("command", [(), ("check",), ("fairness",), ("plan",), ("diff", "sales")])
@pytest.mark.parametrize(
    "asked",
    [("--from", "1900-01-01", "--to", "2026-01-01"), ("--from", "2999-12-01", "--to", "2999-12-31T23:59-12:00")],
)
def test_a_stretch_that_no_roster_tells_is_refused_by_every_command(run, command, asked):
    """The years are those of a roster, and still its instants lie outside, or it is longer than a hundred years."""
    result = run("roster", *command, "sales", *asked)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "LR731" in result.stderr


def test_dates_and_times_may_be_written_in_every_way_of_the_standard(run):
    """With an offset, without dashes, by week; an end that is a date is included, one that is a time is not."""
    plain = run("roster", "sales", *WEEK, "--json").stdout
    for asked in (
        ("--from", "20260504", "--to", "20260510"),
        ("--from", "2026-W19-1", "--to", "2026-W19-7"),
        ("--from", "2026-05-03T22:00Z", "--to", "2026-05-11T00:00"),
        ("--week", "2026-W19"),
        ("--from", "2026-05-04"),
        ("--at", "2026-05-10T23:59"),
    ):
        assert run("roster", "sales", *asked, "--json").stdout == plain, asked
    assert run("roster", "sales", "--at", "2026-05-11", "--json").stdout != plain


def test_the_day_of_a_clock_change_is_whole(run):
    """23 and 25 hours of it, by the clock of the roster; a time that does not exist is the change."""
    for day, hours in (("2026-03-29", 23), ("2026-10-25", 25)):
        told = run("roster", "fairness", "later", "--from", day, "--to", day, "--json").stdout
        held = "night" if day < "2026-05-07" else "duty"
        assert held == "night" or sum(json.loads(line)["hours"] for line in told.splitlines()) == hours
    night = run(
        "roster", "later", "--role", "night", "--from", "2026-03-29T02:30", "--to", "2026-03-29", "--json"
    ).stdout
    assert [json.loads(line)["since"] for line in night.splitlines()] == [
        "2026-03-29T03:00:00+02:00",
        "2026-03-29T06:00:00+02:00",
        "2026-03-29T22:00:00+02:00",
    ]


def test_people_and_roles_of_an_earlier_version_are_still_drawn(run):
    """In weeks in which they had duty, with their hours; whoever takes their place has the rest of the week."""
    shown = run("roster", "later", *WEEK, COLUMNS="80")
    assert shown.exit_code == 0
    last = shown.stdout.splitlines()[-1]
    assert last.split() == ["anna", "48:00", "[bold]vera", "48:00", "boris", "72:00"]
    night = run("roster", "later", *WEEK, "--role", "night", COLUMNS="80")
    assert night.stdout.splitlines()[-1].split()[:2] == ["gleb", "24:00"]


def test_each_day_is_drawn_by_the_version_that_is_in_force(run, here):
    """When somebody is needed, which days are worked, and which duties there are."""
    old = OLD.replace("duty: {layers", 'duty: {needed: [{from: "09:00", to: "18:00"}], layers')
    old = old.replace("[boris, anna], unit: days", "[boris], unit: slots") + "workdays: {days_off: [2026-05-05]}\n"
    old = old.replace("2026-05-04}}]", '2026-05-04}, windows: [{days: workdays, from: "12:00", to: "18:00"}]}]')
    (here / "later" / "old.yaml").write_text(old, "utf-8")
    new = NEW.replace("duty: {layers", 'duty: {needed: [{from: "00:00", to: "01:00"}], layers')
    new = new.replace("anna], unit: days", "anna], unit: slots")
    new = new.replace("2026-05-07}}]", '2026-05-07}, windows: [{days: workdays, from: "00:00", to: "02:00"}]}]')
    (here / "later" / "roster.yaml").write_text(new, "utf-8")
    told = run("roster", "later", *WEEK, COLUMNS="56").stdout.splitlines()
    assert told[0] == "duty of inbound, version 1, then 2, by the clock of Europe/Berlin"
    assert "Tue  5  ··················│09:00 ░░░░░░░░░░░│18:00 ·····" in told
    assert "Wed  6  ··················│░░░░░│12:00 boris│18:00 ·····" in told
    assert "Fri  8  │an…│02:00 ·····································" in told
    assert "Sat  9  │░│01:00 ·······································" in told
    assert told[-1] == "░ gap 17:00"


def test_the_name_of_a_day_is_that_of_a_day_off_by_the_version_in_force(run, here):
    """Before the first version of all, the days are as it has them."""
    (here / "later" / "old.yaml").write_text(OLD + "workdays: {days_off: [2026-05-05, 2026-05-07]}\n", "utf-8")
    told = run("roster", "later", *WEEK, COLUMNS="80", FORCE_COLOR="1", TERM="xterm-256color").stdout
    assert {day: f"\x1b[2m{day}" in told for day in ("Mon", "Tue", "Thu", "Sun")} == {
        "Mon": False, "Tue": True, "Thu": False, "Sun": True,
    }  # fmt: skip
    (here / "later" / "old.yaml").unlink()
    alone = NEW.replace("previous: old.yaml\n", "workdays: {days_off: [2026-05-05]}\n")
    (here / "later" / "roster.yaml").write_text(alone, "utf-8")
    before = run(
        "roster",
        "later",
        "--from",
        "2026-05-04",
        "--to",
        "2026-05-06",
        COLUMNS="80",
        FORCE_COLOR="1",
        TERM="xterm-256color",
    )
    assert "\x1b[2mTue" in before.stdout
    assert "version 2, by the clock" in before.stdout


def test_other_duties_are_those_of_the_weeks_that_are_drawn(run):
    """A role that a later version drops is one of them as long as it is there."""
    assert "other duties: night" in run("roster", "later", "--from", "2026-05-04", "--to", "2026-05-06").stderr
    assert "other duties" not in run("roster", "later", "--from", "2026-05-08", "--to", "2026-05-10").stderr


def test_a_calendar_has_the_people_and_roles_of_earlier_versions(run):
    """Of all roles, of one that is gone, and of somebody who is gone."""
    whole = titles(run("roster", "later", *WEEK, "--ical").stdout)
    assert sum(" duty: boris" in title for title in whole) == 3  # Anna's day is a duty of its own
    assert sum(" night: gleb" in title for title in whole) == 4
    assert len(titles(run("roster", "later", *WEEK, "--ical", "--role", "night").stdout)) == 4
    assert set(titles(run("roster", "later", *WEEK, "--ical", "--person", "gleb").stdout)) == {"CONFIRMED night: gleb"}


def test_what_a_later_version_takes_away_is_no_change_of_the_past(run):
    """Diff tells what is lost from the day on which it is in force, and no hour before."""
    before = run("roster", "diff", "later/old.yaml", "later", "--from", "2026-05-01", "--to", "2026-05-06", "--json")
    assert before.stdout == ""
    after = run("roster", "diff", "later/old.yaml", "later", "--from", "2026-05-06", "--to", "2026-05-07", "--json")
    told = [json.loads(line) for line in after.stdout.splitlines()]
    assert [(each["role"], each["start"][5:16], each["loses"], each["gains"]) for each in told] == [
        ("duty", "05-07T00:00", ["anna"], ["[bold]vera"]),
        ("night", "05-07T00:00", ["gleb"], []),
        ("night", "05-07T22:00", ["gleb"], []),
    ]


def test_a_tally_knows_the_absences_of_its_own_time(run):
    """Nobody owes what happened on leave, though the version with the leave is over; who left is tallied too."""
    told = run("roster", "fairness", "later", "--from", "2026-05-05", "--to", "2026-05-05", "--json").stdout
    found = {each["person"]: (each["hours"], each["share"]) for each in map(json.loads, told.splitlines())}
    assert found == {"[bold]vera": (0.0, 0.0), "anna": (0.0, 0.0), "boris": (24.0, 24.0)}
    drawn = run("roster", "fairness", "later", *WEEK, COLUMNS="80", FORCE_COLOR="1", TERM="xterm-256color")
    assert drawn.exit_code == 0
    assert "boris" in drawn.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("check",), 2, "Missing argument 'PATH'"),
        (("./check",), 3, "No such file"),
        (("diff", "sales"), 2, "Missing argument 'AFTER'"),
        (("diff", "sales", "nowhere"), 3, "No such file"),
        (("sales", "later"), 2, "unexpected extra argument"),
        (("sales", "--role", ""), 2, "unknown role ``"),
        (("later", "--role", "nights"), 2, "did you mean `night`?"),
        (("later", "--ical", "--person", "glebb"), 2, "did you mean `gleb`?"),
        (("plan", "later", *WEEK, "--role", "night"), 3, "no version has role `night`"),
        (("plan", "sales", *WEEK, "--role", "backup"), 3, "LR781"),
        (("plan", "sales", *WEEK, "--person", "nina"), 3, "unknown person `nina`"),
        (("plan", "sales", *WEEK, "--rest", "-1"), 2, "-1 is not in the range"),
        (("plan", "sales", *WEEK, "--owed-since", "2026-05-04"), 2, "--owed-since lies before the plan"),
        (("plan", "sales", *WEEK, "--before", "sales"), 3, "sales"),
        (("sales", "--ical", "--previous", "sales"), 3, "sales"),
        (("sales", "--ical", "--previous", "sales/roster.yaml"), 3, "LR7"),
    ],
)
def test_mean_arguments_are_told_and_nothing_breaks(run, arguments, code, told):
    """Each with an exit code for its kind, and nothing on the output that somebody might take for an answer."""
    result = run("roster", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert told in result.stderr


@pytest.mark.parametrize(
    ("line", "revised"),
    [
        ("SEQUENCE:0\n", None),
        ("CATEGORIES:duty\n", 1),
        ("STATUS:CONFIRMED\n", 1),
        ("DTEND:20260504T220000Z\n", 0),
        ("DTSTART:20260503T220000Z\n", 0),
    ],
)
def test_the_calendar_of_last_time_may_have_gone_through_other_programs(run, here, line, revised):
    """A property that one left out is given again, as a revision; an event that lost its times is written anew."""
    day = ("later", "--from", "2026-05-04", "--to", "2026-05-04", "--at", "2026-05-01", "--ical", "--role", "duty")
    written = run("roster", *day).stdout.replace("\r\n", "\n")
    assert line in written
    (here / "before.ics").write_text(written.replace(line, ""), "utf-8")
    again = run("roster", *day, "--previous", "before.ics").stdout
    assert titles(again) == ["CONFIRMED duty: boris"]
    assert ("SEQUENCE" in again, f"SEQUENCE:{revised}" in again) == (revised is not None, revised is not None)
