"""Plans as CSV that people review."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrouter.roster.dated import DatedDuty
from leadrouter.roster.plan_file import format_plan, parse_plan
from leadrouter.zone import zone

MOSCOW = zone("Europe/Moscow")
PEOPLE = ("anna", "boris", "vera")
TEXT = """\
start,end,people
2026-04-01T09:00+03:00,2026-04-01T18:00+03:00,anna
2026-04-02T09:00+03:00,2026-04-02T18:00+03:00,"boris, vera"
2026-04-03T09:00+03:00,2026-04-03T18:00+03:00,
"""
TWO_ROLES = """\
start,end,people,role
2026-04-01T09:00+03:00,2026-04-01T18:00+03:00,anna,duty
2026-04-01T09:00+03:00,2026-04-01T18:00+03:00,anna,backup
"""
NAMES = st.text(st.sampled_from("ab, \"'й;"), min_size=1, max_size=5)
START = datetime(2026, 1, 1, tzinfo=UTC)


def duty(people: str, start: str, end: str) -> DatedDuty:
    first, last = (datetime.fromisoformat(at).astimezone(UTC) for at in (start, end))
    return DatedDuty(people=tuple(people.split()), start=first, end=last)


def codes(text: str, **options: object) -> list[str]:
    _, faults = parse_plan(text, people=PEOPLE, **options)
    return [str(fault).split("\n")[0] for fault in faults]


@st.composite
def plans(draw: st.DrawFn) -> list[DatedDuty]:
    """Draw duties one after the other, some with people that only quotes can hold, some with nobody."""
    at, found = START + timedelta(minutes=draw(st.integers(0, 600_000))), []
    for _ in range(draw(st.integers(0, 6))):
        start = at + timedelta(seconds=draw(st.integers(0, 10**6)))
        at = start + timedelta(seconds=draw(st.sampled_from([1, 60, 3_600, 90_000])))
        names = draw(st.lists(NAMES, max_size=3, unique=True))
        found.append(DatedDuty(people=tuple(names), start=start, end=at))
    return found


@settings(max_examples=60)
@given(plans(), st.sampled_from(["Europe/Moscow", "America/New_York", "Australia/Lord_Howe", "Africa/Monrovia"]))
def test_parsing_what_was_formatted_gives_the_same_duties(duties: list[DatedDuty], name: str):
    """Whatever the zone, the clock changes and the names: no instant and no name is lost."""
    people = {name for each in duties for name in each.people}
    assert parse_plan(format_plan(duties, tz=zone(name)), people=people) == (tuple(duties), [])


@settings(max_examples=30)
@given(plans(), st.sampled_from([None, "duty"]))
def test_formatting_is_canonical(duties: list[DatedDuty], role: str | None):
    """Formatting what was parsed gives the same text, and the order of the duties does not count."""
    people = {name for each in duties for name in each.people}
    text = format_plan(duties, tz=MOSCOW, role=role)
    parsed, _ = parse_plan(text, people=people, role=role, roles=["duty"])
    assert format_plan(parsed, tz=MOSCOW, role=role) == text == format_plan(duties[::-1], tz=MOSCOW, role=role)


def test_a_plan_is_read_as_it_is_written():
    """Local times become instants, a cell lists several people, an empty cell is a gap."""
    duties, faults = parse_plan(TEXT, people=PEOPLE)
    assert faults == []
    assert duties == (
        duty("anna", "2026-04-01T06:00Z", "2026-04-01T15:00Z"),
        duty("boris vera", "2026-04-02T06:00Z", "2026-04-02T15:00Z"),
        duty("", "2026-04-03T06:00Z", "2026-04-03T15:00Z"),
    )
    assert [str(each.where) for each in duties] == ["duty.csv:2:1", "duty.csv:3:1", "duty.csv:4:1"]
    assert format_plan(duties, tz=MOSCOW) == TEXT


def test_a_repeated_hour_keeps_its_offset():
    """The night on which an hour occurs twice is told apart by the offset alone."""
    night = duty("anna", "2026-11-01T05:30Z", "2026-11-01T06:30Z")
    text = format_plan([night], tz=zone("America/New_York"))
    assert text.splitlines()[1] == "2026-11-01T01:30-04:00,2026-11-01T01:30-05:00,anna"
    assert parse_plan(text, people=PEOPLE)[0] == (night,)


def test_seconds_are_written_where_there_are_any():
    """A time is written to the minute unless that would lose something."""
    odd = duty("anna", "2026-04-01T06:00:30Z", "2026-04-01T06:00:30.500Z")
    text = format_plan([odd], tz=MOSCOW)
    assert text.splitlines()[1] == "2026-04-01T09:00:30+03:00,2026-04-01T09:00:30.500000+03:00,anna"
    assert parse_plan(text, people=PEOPLE)[0] == (odd,)


def test_semicolons_part_columns_as_well():
    """Spreadsheets of many countries save semicolons, and people then need no quotes."""
    text = TEXT.replace(",", ";").replace('"boris; vera"', "boris, vera")
    assert parse_plan(text, people=PEOPLE) == parse_plan(TEXT, people=PEOPLE)


def test_a_file_may_hold_several_roles():
    """Each role takes its own lines; the same person in two roles at once is for `check` to say."""
    for role in ("duty", "backup"):
        found, faults = parse_plan(TWO_ROLES, people=PEOPLE, role=role, roles=["duty", "backup"])
        assert (len(found), faults) == (1, [])
        assert found[0].where is not None
        assert found[0].where.text.endswith(role)
    assert len(parse_plan(TWO_ROLES, people=PEOPLE, roles=["duty", "backup"])[0]) == 2


def test_lines_without_a_role_belong_to_whoever_asks():
    """A file without the column is the plan of the role that names it."""
    assert len(parse_plan(TEXT, people=PEOPLE, role="duty", roles=["duty"])[0]) == 3


LINE = "2026-04-01T09:00+03:00,2026-04-01T18:00+03:00"


@pytest.mark.parametrize(
    ("row", "place", "message"),
    [
        ("2026-04-01T09:00,2026-04-01T18:00+03:00,anna", "2:1", "LR782 `2026-04-01T09:00` is no local time"),
        ("2026-04-01T09:00+03:00,2026-04-31T18:00+03:00,anna", "2:24", "LR782 `2026-04-31T18:00+03:00` is no"),
        ("0001-01-01T00:00+03:00,2026-04-01T18:00+03:00,anna", "2:1", "LR782 `0001-01-01T00:00+03:00` is no"),
        ("20260401T0900+03:00,2026-04-01T18:00+03:00,anna", "2:1", "LR782 `20260401T0900+03:00` is no local"),
        (",2026-04-01T18:00+03:00,anna", "2:1", "LR782 `` is no local time with an offset"),
        ("2026-04-01T18:00+03:00,2026-04-01T18:00+03:00,anna", "2:24", "LR783 a duty that ends at 2026-04-01T18"),
        ("2026-04-01T09:00+03:00,2026-04-01T09:00+04:00,anna", "2:24", "LR783 a duty that ends at 2026-04-01T09"),
        (f"{LINE},ana", "2:47", "LR784 unknown person `ana` in a plan"),
        (f'{LINE},"anna,"', "2:48", "LR106 `anna,` is no list of people"),
        (f'{LINE},",anna"', "2:48", "LR106 `,anna` is no list of people"),
        (f'{LINE},"anna, ""vera"', "2:48", 'LR106 `anna, "vera` is no list of people'),
        (f'{LINE},"anna, vera, anna"', "2:1", "LR785 `anna` has another duty in these hours"),
        (f"{LINE},anna,x", "2:1", "LR106 a row of 4 cells below 3 columns"),
    ],
)
def test_what_is_wrong_has_its_row_and_column(row: str, place: str, message: str):
    """Each fault stands at its cell, or at its row where no single cell is wrong."""
    [found] = codes(f"start,end,people\n{row}\n")
    assert found.startswith(f"duty.csv:{place}: {message}")


@pytest.mark.parametrize(
    ("heading", "messages"),
    [
        ("start,people", ["duty.csv:1:1: LR105 the plan lacks the column `end`"]),
        ("start,end,who", ["duty.csv:1:11: LR104 unknown", "duty.csv:1:1: LR105 the plan lacks the column `people`"]),
        ("start,end,people,note", ["duty.csv:1:18: LR104 unknown column `note` in a plan"]),
        ("start,end,people,", ["duty.csv:1:18: LR103 column `` is empty or given twice"]),
        ("", ["duty.csv: LR106 the table is empty"]),
    ],
)
def test_a_plan_has_its_columns(heading: str, messages: list[str]):
    """A column that is lacking, unknown, empty or given twice is refused."""
    found = sorted(codes(f"{heading}\n"), key=lambda each: each.split(" ")[1])
    assert len(found) == len(messages)
    assert all(each.startswith(message) for each, message in zip(found, messages, strict=True))


def test_somebody_is_on_duty_once_at_a_time():
    """Two lines of one role that overlap and share somebody are a slip; lines that touch are not."""
    text = (
        "start,end,people\n2026-04-01T09:00Z,2026-04-01T18:00Z,anna\n2026-04-01T10:00Z,2026-04-01T11:00Z,boris\n"
        "2026-04-01T11:00Z,2026-04-01T12:00Z,anna\n2026-04-01T17:00Z,2026-04-01T19:00Z,anna\n"
        "2026-04-01T19:00Z,2026-04-01T20:00Z,anna\n"
    )
    assert [each.split(" ")[0] for each in codes(text)] == ["duty.csv:4:1:", "duty.csv:5:1:"]


def test_an_unknown_role_is_refused():
    """A misspelt role would lose its duties in silence."""
    found = codes(TWO_ROLES.replace("backup", "bakup"), role="duty", roles=["backup", "duty"])
    assert found == ["duty.csv:3:52: LR786 unknown role `bakup` in a plan"]


def test_all_faults_are_found_at_once():
    """A fault in one line hides none in another, and they come in the order of the file."""
    found = codes(f"start,end,people\n{LINE},ana\nx,y,bors\n")
    assert [each.split(": ")[1][:5] for each in found] == ["LR784", "LR782", "LR782", "LR784"]
