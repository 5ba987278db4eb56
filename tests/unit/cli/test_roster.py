"""`leadrouter roster` says who is on duty and draws the weeks."""

from __future__ import annotations

import json

import pytest
from icalendar import Calendar

from leadrouter.adapters.files import load_roster

ROSTER = """\
roster: inbound
version: 3
tz: Europe/Berlin
workdays: {days_off: [2026-05-01]}
people: {anna: {email: anna@works.example}, boris: {}, vera: {}, dima: {}, olga: {}}
roles:
  duty:
    fallback: olga
    layers:
      - id: office
        priority: 1
        rotation: {people: [anna, boris, [vera, anna]], unit: slots, anchor: 2026-04-27}
        windows: [{days: workdays, from: "09:00", to: "18:00"}]
      - id: weekend
        rotation: {people: [anna, boris], unit: weeks, at: "18:00", anchor: 2026-04-24}
        windows: [{weekly: ["fri 18:00", "mon 09:00"]}]
  backup: {follows: duty, layer: office, offset: 1}
overrides:
  - {role: duty, start: 2026-05-05T12:00, end: 2026-05-06T10:00, assign: [dima], reason: trade fair}
"""
WEEK = """\
duty of inbound, version 3, by the clock of Europe/Berlin

week 2026-W19  4 May – 10 May 2026
        00       03       06       09       12       15       18       21
Mon  4   boris                                                │18:00 ░░░░░░░░░░░
Tue  5  ░░░░░░░░░░░░░░░░░░░░░░░░░░░│vera, a…│12:00 dima
                                   09:00
Wed  6   dima                         │10:00 anna             │18:00 ░░░░░░░░░░░
Thu  7  ░░░░░░░░░░░░░░░░░░░░░░░░░░░│09:00 boris               │18:00 ░░░░░░░░░░░
Fri  8  ░░░░░░░░░░░░░░░░░░░░░░░░░░░│09:00 vera, anna          │18:00 anna
Sat  9   anna
Sun 10   anna

 anna  74:00   boris  27:00   vera  12:00   dima  22:00  ░ gap 45:00
"""


@pytest.fixture(autouse=True)
def roster(here) -> None:
    (here / "sales" / "roster.yaml").write_text(ROSTER, "utf-8")


def test_a_week_is_drawn_so(run):
    """A line a day, an hour as wide as any other, hand-over times where they are, gaps marked."""
    result = run("roster", "sales", "--week", "2026-W19", COLUMNS="80")
    assert result.exit_code == 0
    assert result.stdout == WEEK
    assert result.stderr == "other duties: backup; draw one with --role\n"


def test_a_file_stands_for_its_folder(run):
    """Options may stand before it."""
    assert (
        run("roster", "--week", "2026-W19", "sales/roster.yaml").stdout
        == run("roster", "sales", "--week", "2026-W19").stdout
    )


@pytest.mark.parametrize(
    ("at", "line"),
    [
        ("2026-05-05T10:00+02:00", "now: vera, anna until 2026-05-05 12:00 (layer office), then dima"),
        ("2026-05-05T10:00", "now: vera, anna until 2026-05-05 12:00 (layer office), then dima"),
        ("2026-05-06T20:00", "now: nobody until 2026-05-07 09:00 (nobody); ask olga, then boris"),
    ],
)
def test_without_a_week_it_says_who_is_on_duty_now(run, at, line):
    """Until when, why, who comes then, and whom to ask where nobody is."""
    shown = run("roster", "sales", "--at", at, COLUMNS="80").stdout.splitlines()
    assert shown[1] == line
    assert [shown[0], *shown[2:]] == run("roster", "sales", "--week", "2026-W19", COLUMNS="80").stdout.splitlines()


def test_duty_that_never_changes_has_no_end(run, here):
    """It is said without one."""
    (here / "sales" / "roster.yaml").write_text(
        "roster: a\ntz: UTC\nroles: {duty: {layers: [{id: one, rotation: {people: [anna], unit: fixed}}]}}\n", "utf-8"
    )
    result = run("roster", "sales", "--at", "2026-05-05")
    assert result.stdout.splitlines()[1] == "now: anna (layer one)"
    assert result.stderr == ""


def test_another_role_may_be_drawn(run):
    """The first one is drawn where none is named."""
    result = run("roster", "sales", "--week", "2026-W19", "--role", "backup")
    assert result.stdout.startswith("backup of inbound, version 3")
    assert result.stderr == "other duties: duty; draw one with --role\n"


def test_gaps_are_red_and_people_have_colours(run):
    """On a terminal; a person's colour is the same everywhere, and red is nobody's."""
    shown = run("roster", "sales", "--week", "2026-W19", COLUMNS="80", FORCE_COLOR="1", TERM="xterm-256color").stdout
    assert "\x1b[1;31m░░░" in shown
    assert "\x1b[30;48;5;222m09:00 vera, anna          \x1b[0m" in shown
    assert "\x1b[30;48;5;222m vera \x1b[0m 12:00" in shown
    assert "\x1b" not in run("roster", "sales", "--week", "2026-W19", COLUMNS="80").stdout


def test_hours_in_which_nobody_is_needed_are_no_gaps(run, here):
    """Where the role says when somebody must be there, the rest is idle, and not counted."""
    needed = ROSTER.replace("fallback: olga", 'needed: [{days: workdays, from: "08:00", to: "19:00"}]')
    (here / "sales" / "roster.yaml").write_text(needed, "utf-8")
    shown = run("roster", "sales", "--week", "2026-W19", COLUMNS="80").stdout
    [thursday] = [line for line in shown.splitlines() if line.startswith("Thu")]
    assert thursday == "Thu  7  ························│░░│09:00 boris               │░░│19:00 ········"
    assert shown.splitlines()[-1].endswith("░ gap 6:00")


def test_a_gap_in_which_nobody_is_needed_at_all_is_idle(run, here):
    """Nothing of it is red."""
    needed = ROSTER.replace("fallback: olga", 'needed: [{days: workdays, from: "10:00", to: "17:00"}]')
    (here / "sales" / "roster.yaml").write_text(needed, "utf-8")
    shown = run("roster", "sales", "--week", "2026-W19", COLUMNS="80").stdout
    assert "Thu  7  ···························│09:00 boris               │18:00 ···········" in shown
    assert "gap" not in shown


def test_duties_as_json(run):
    """A line for each, times by the clock of the roster; cut to the stretch."""
    result = run("roster", "sales", "--from", "2026-05-05T10:00", "--to", "2026-05-05", "--json")
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {
            "role": "duty",
            "people": ["vera", "anna"],
            "since": "2026-05-05T10:00:00+02:00",
            "until": "2026-05-05T12:00:00+02:00",
            "source": "layer office",
            "reasons": ["turn 5 of layer `office` is vera and anna's", "decided by layer `office` of priority 1"],
            "gap": False,
            "fallback": None,
            "next": ["dima"],
        },
        {
            "role": "duty",
            "people": ["dima"],
            "since": "2026-05-05T12:00:00+02:00",
            "until": "2026-05-06T00:00:00+02:00",
            "source": "override 1",
            "reasons": ["override `1` (trade fair): dima on duty"],
            "gap": False,
            "fallback": None,
            "next": ["dima"],
        },
    ]


def titles(calendar: str) -> list[str]:
    return [f"{each['STATUS']} {each['SUMMARY']}" for each in Calendar.from_ical(calendar).walk("VEVENT")]


def test_duties_as_a_calendar(run, here):
    """Of all roles, one of them or one person; what went away since last time is cancelled."""
    wednesday = ("roster", "sales", "--from", "2026-05-06", "--to", "2026-05-06", "--at", "2026-05-01", "--ical")
    whole = run(*wednesday)
    assert titles(whole.stdout) == ["CONFIRMED duty: dima", "CONFIRMED backup: boris", "CONFIRMED duty: anna"]
    assert "DTSTAMP:20260430T220000Z" in whole.stdout
    assert titles(run(*wednesday, "--role", "backup").stdout) == ["CONFIRMED backup: boris"]
    assert titles(run(*wednesday, "--person", "anna").stdout) == ["CONFIRMED duty: anna"]
    (here / "before.ics").write_text(whole.stdout, "utf-8")
    (here / "sales" / "roster.yaml").write_text(ROSTER.partition("overrides:")[0], "utf-8")
    after = run(*wednesday, "--previous", "before.ics").stdout
    assert "CANCELLED duty: dima" in titles(after)


def test_a_calendar_does_not_depend_on_where_it_begins(run):
    """A duty that began before the first day is written whole."""
    monday = run("roster", "sales", "--from", "2026-05-04", "--to", "2026-05-04", "--ical").stdout
    assert "DTSTART:20260501T160000Z" in monday


def test_the_roster_itself_gives_the_same_calendar(run, here):
    """What the command prints is `to_ical`."""
    period = ("--from", "2026-05-06", "--to", "2026-05-06", "--at", "2026-05-01T00:00Z")
    printed = run("roster", "sales", *period, "--ical").stdout_bytes
    from datetime import UTC, datetime, timedelta

    start = datetime(2026, 5, 5, 22, tzinfo=UTC)
    stamp = datetime(2026, 5, 1, tzinfo=UTC)
    assert load_roster(here / "sales").to_ical(start, start + timedelta(days=1), stamp=stamp) == printed


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("sales", "--role", "dutty"), "unknown role `dutty`; did you mean `duty`?"),
        (("sales", "--ical", "--person", "ana"), "unknown person `ana`; did you mean `anna`?"),
        (("sales", "--person", "anna"), "--person and --previous go with --ical"),
        (("sales", "--json", "--previous", "x.ics"), "--person and --previous go with --ical"),
        ((), "Usage: leadrouter roster [OPTIONS] PATH"),
        (("check",), "Missing argument 'PATH'"),
        (("--json",), "Missing argument 'PATH'"),
    ],
)
def test_a_command_that_is_not_written_as_it_should_be(run, arguments, told):
    """Is refused with what would be right."""
    result = run("roster", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize("arguments", [("nowhere",), ("sales", "--ical", "--previous", "nowhere.ics")])
def test_what_cannot_be_read_has_another_exit_code(run, arguments):
    """A roster or a calendar that is not there."""
    result = run("roster", *arguments)
    assert result.exit_code == 3
    assert "nowhere" in result.stderr
    assert "No such file" in result.stderr


def test_help_names_the_options_and_the_commands(run):
    """Those of the command without a name too."""
    shown = run("roster", "--help").stdout
    for word in ("--week", "--ical", "check ", "fairness ", "plan ", "diff ", "Exit codes"):
        assert word in shown
    assert "Exit codes" in run("roster", "check", "--help").stdout
