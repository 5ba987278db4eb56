"""`leadrouter roster plan` prints a fair rota as a file."""

from __future__ import annotations

from importlib import util

import pytest

from leadrouter.adapters.files import load_roster

ROSTER = """\
roster: works
tz: Europe/Berlin
people: {anna: {skills: [press]}, boris: {}, vera: {skills: [press]}, dima: {}}
roles:
  duty:
    needed: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00"}]
    layers:
      - {id: office, rotation: {people: [anna, boris, vera], unit: slots, anchor: 2026-05-04},
         windows: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00"}]}
"""
WEEK = ("--from", "2026-05-04", "--to", "2026-05-08")
HEADING = "start,end,people,role"


@pytest.fixture(autouse=True)
def roster(here) -> None:
    (here / "sales" / "roster.yaml").write_text(ROSTER, "utf-8")


def people(plan: str) -> list[str]:
    heading, *lines = plan.splitlines()
    assert heading == HEADING
    return [line.split(",")[2] for line in lines]


def test_a_plan_is_a_file_that_the_roster_reads(run, here):
    """As a layer, it gives the duties that it lists."""
    result = run("roster", "plan", "sales", *WEEK)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[1].startswith("2026-05-04T09:00+02:00,2026-05-04T18:00+02:00,")
    (here / "sales" / "may.csv").write_text(result.stdout, "utf-8")
    planned = ROSTER.replace("layers:\n", "layers:\n      - {id: plan, priority: 9, plan: may.csv}\n")
    (here / "sales" / "roster.yaml").write_text(planned, "utf-8")
    shown = run("roster", "sales", *WEEK, "--json").stdout
    assert shown.count('"source": "layer plan"') == 5
    assert load_roster(here / "sales").roles["duty"].layers[0].id == "plan"


def test_who_is_planned_may_be_said(run):
    """By name, and by what they must know."""
    assert set(people(run("roster", "plan", "sales", *WEEK, "--person", "dima", "--person", "anna").stdout)) == {
        "anna",
        "dima",
    }
    assert set(people(run("roster", "plan", "sales", *WEEK, "--skill", "press").stdout)) == {"anna", "vera"}


def test_an_earlier_plan_is_kept_as_far_as_it_is_fair(run, here):
    """The same one again changes nothing."""
    first = run("roster", "plan", "sales", *WEEK).stdout
    swapped = first.replace("anna", "ANNA").replace("vera", "anna").replace("ANNA", "vera")
    (here / "before.csv").write_text(swapped, "utf-8")
    assert sorted(people(swapped)) != people(swapped)
    assert run("roster", "plan", "sales", *WEEK, "--before", "before.csv").stdout == swapped


def test_a_duty_for_which_there_is_nobody_is_told(run):
    """The rest is planned, and the exit code is 1."""
    result = run("roster", "plan", "sales", *WEEK, "--skill", "singing")
    assert result.exit_code == 1
    assert people(result.stdout) == [""] * 5
    assert result.stderr.startswith("plan: LR780 duty 2026-05-04T09:00+02:00 to 2026-05-04T18:00+02:00 has nobody")


def test_an_earlier_plan_must_be_one(run, here):
    """With row and column of each fault, or why it cannot be read."""
    (here / "before.csv").write_text(f"{HEADING}\nsoon,2026-05-04T18:00+02:00,ana,duty\n", "utf-8")
    result = run("roster", "plan", "sales", *WEEK, "--before", "before.csv")
    assert result.exit_code == 3
    assert "before.csv:2:1: LR782" in result.stderr
    assert "LR784 unknown person `ana`" in result.stderr
    assert run("roster", "plan", "sales", *WEEK, "--before", "nowhere.csv").exit_code == 3


def test_or_tools_finds_a_plan_as_well(run):
    """With everybody's duties as fairly spread."""
    pytest.importorskip("ortools")
    result = run("roster", "plan", "sales", *WEEK, "--or-tools")
    assert result.exit_code == 0
    assert sorted(people(result.stdout).count(each) for each in ("anna", "boris", "vera")) == [1, 2, 2]


def test_without_or_tools_it_is_said_what_to_install(run, monkeypatch):
    """The plain search needs nothing."""
    monkeypatch.setattr(util, "find_spec", lambda _name: None)
    result = run("roster", "plan", "sales", *WEEK, "--or-tools")
    assert result.exit_code == 2
    assert "pip install 'leadrouter[planner]'" in result.stderr


def test_an_unknown_person_cannot_be_planned(run):
    """The roster says who there is."""
    result = run("roster", "plan", "sales", *WEEK, "--person", "ana")
    assert result.exit_code == 3
    assert "`ana`" in result.stderr


def test_a_plan_may_go_to_a_file(run, here):
    """What is printed otherwise, and then nothing is printed; a file that cannot be written is said."""
    printed = run("roster", "plan", "sales", *WEEK).stdout
    result = run("roster", "plan", "sales", *WEEK, "--out", "may.csv")
    assert (result.exit_code, result.stdout) == (0, "")
    assert (here / "may.csv").read_text("utf-8") == printed
    assert run("roster", "plan", "sales", *WEEK, "--out", "nowhere/may.csv").exit_code == 3


def test_rest_and_duties_a_week_may_be_limited(run):
    """Three people with one duty a week each leave two of five open; a day and a half of rest parts their days."""
    few = run("roster", "plan", "sales", *WEEK, "--per-week", "1")
    assert sorted(people(few.stdout)) == ["", "", "anna", "boris", "vera"]
    assert "has 1 duty in that week" in few.stderr
    rested = people(run("roster", "plan", "sales", *WEEK, "--rest", "36").stdout)
    assert all(len({*rested[day : day + 2]}) == 2 for day in range(4))


def test_limits_of_the_roster_hold_for_its_plan(run, here):
    """Rest and days in a row need not be said again."""
    limited = ROSTER.replace("roles:", "limits: {rest: 20, consecutive_days: 1}\nroles:")
    (here / "sales" / "roster.yaml").write_text(limited, "utf-8")
    found = people(run("roster", "plan", "sales", *WEEK, "--person", "anna").stdout)
    assert found == ["anna", "", "anna", "", "anna"]


def test_what_is_owed_is_carried_over(run, here):
    """Boris had leave's worth of Anna's turns by an override, and now she has more of them."""
    more = "overrides:\n  - {role: duty, start: 2026-04-27T00:00, end: 2026-05-02T00:00, assign: [boris]}\n"
    earlier = ROSTER.replace("anchor: 2026-05-04", "anchor: 2026-04-20")
    (here / "sales" / "roster.yaml").write_text(earlier + more, "utf-8")
    plain = people(run("roster", "plan", "sales", *WEEK).stdout)
    owed = people(run("roster", "plan", "sales", *WEEK, "--owed-since", "2026-04-27").stdout)
    assert owed.count("boris") < plain.count("boris")
    late = run("roster", "plan", "sales", *WEEK, "--owed-since", "2026-05-04")
    assert late.exit_code == 2
    assert "--owed-since lies before the plan" in late.stderr
