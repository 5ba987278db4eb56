"""Laws of calendars: what is written is read back, series follow the clock, and subscribers end up right."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from leadrouter import DutyRoster
from leadrouter.adapters.ical import read_calendar, write_calendar
from leadrouter.adapters.ical.attending import PeopleBy
from leadrouter.errors import Fault, RosterError
from leadrouter.roster.dated import DatedDuty
from leadrouter.roster.duty import Decided, Duty
from leadrouter.roster.person import Person
from leadrouter.zone import takes_effect, zone
from tests.roster_strategies import rosters

ZONES = ("Europe/Berlin", "Europe/Moscow", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
NAMES = st.sampled_from(
    [None, "Anna", "Пётр Орлов", "петр  орлов", "Orlova, Anna", "duty: x", "boris", "O'Neil; \\n", "\u2028"]
)
IDS = st.one_of(
    st.sampled_from(
        [
            "anna",
            "Anna",
            "boris",
            "Иван",
            "Orlova, Anna",
            "duty: anna",
            "back: up: boris,",
            r"CORP\Nick",
            ' "a": b; ""',
            ",",
        ]
    ),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=6).filter(str.isprintable),
)


@st.composite
def crews(draw: st.DrawFn) -> dict[str, Person]:
    """Draw people, some with a name that others share or that separates, or with an id that does."""
    ids = draw(st.lists(IDS, min_size=4, max_size=4, unique=True))
    return {
        each: Person(id=each, name=draw(NAMES), email=draw(st.sampled_from([None, f"p{number}@works.example"])))
        for number, each in enumerate(ids)
    }


@st.composite
def duties(draw: st.DrawFn, crew: dict[str, Person]) -> list[Duty]:
    """Draw stretches of two roles that do not overlap within a role, some of them gaps."""
    found = []
    for role in ("duty", 'the "back": up'):
        hours = sorted(draw(st.sets(st.integers(0, 24 * 364), min_size=2, max_size=6)))
        for first, last in pairwise(hours):
            people = tuple(draw(st.lists(st.sampled_from(sorted(crew)), unique=True, max_size=3)))
            source = Decided(kind="layer", id=draw(st.sampled_from(["office", "night"])))
            since, until = START + timedelta(hours=first), START + timedelta(hours=last)
            found.append(Duty(role=role, people=people, since=since, until=until, source=source, reasons=("turn 1",)))
    return draw(st.permutations(found))


def write(crew: dict[str, Person], given: list[Duty], previous: bytes | None = None, **only: str) -> bytes:
    return write_calendar(
        given,
        roster="inbound",
        people=crew,
        tz="Europe/Moscow",
        start=START,
        end=END,
        stamp=datetime(2026, 1, 5, 9, tzinfo=UTC),
        previous=previous,
        **only,
    )


@given(st.data())
@settings(max_examples=40)
def test_an_exported_calendar_imported_again_gives_the_same_duties(data: st.DataObject) -> None:
    """By name always, whatever people are called; by address where each has one; gaps are no events."""
    crew = data.draw(crews())
    given = data.draw(duties(crew))
    written = write(crew, given)
    expected = sorted((duty.since, duty.until, duty.people) for duty in given if duty.people)
    for by in ("name", "email"):
        read, findings = read_calendar(
            written, source="duty.ics", people=crew, people_by=by, tz=zone("Asia/Vladivostok"), end=END
        )
        if by == "name" or all(each.email for each in crew.values()):
            assert [(each.start, each.end, each.people) for each in read] == expected
            assert findings == ()


def on_duty(roster: DutyRoster, role: str, start: datetime, end: datetime) -> list[tuple[datetime, tuple[str, ...]]]:
    """Return since when who is on duty, whatever the reasons."""
    told = [(duty.start, duty.people) for duty in roster.timeline(start, end, role)]
    return [each for number, each in enumerate(told) if number == 0 or told[number - 1][1] != each[1]]


@given(rosters())
@settings(max_examples=15)
def test_a_roster_with_its_own_calendar_as_a_layer_has_the_same_duties(drawn: Any) -> None:
    """In each role, around changes of clocks, also where a duty began before the first day."""
    held, at = drawn
    roster = DutyRoster.parse(json.dumps(held))
    start, end = at - timedelta(days=3), at + timedelta(days=3)
    files = {f"{role}.ics": roster.to_ical(start, end, stamp=start, role=role) for role in roster.roles}
    layers = {
        role: {"layers": [{"id": f"own-{role}", "ical": f"{role}.ics", "people_by": "name"}]} for role in roster.roles
    }
    copy = {"roster": "copy", "tz": "UTC", "people": dict.fromkeys(roster.people), "roles": layers}
    again = DutyRoster.parse(json.dumps(copy), read=files.__getitem__)
    for role in roster.roles:
        assert on_duty(again, role, start, end) == on_duty(roster, role, start, end)


def subscribed(known: dict[str, tuple[int, str]], calendar: bytes) -> dict[str, tuple[int, str]]:
    """Do as a program that subscribes: an event replaces an older one of its UID."""
    for event in Calendar.from_ical(calendar).walk("VEVENT"):
        sequence, said = int(event["SEQUENCE"]), "" if event["STATUS"] == "CANCELLED" else str(event["SUMMARY"])
        if sequence > known.get(str(event["UID"]), (-1, ""))[0]:
            known[str(event["UID"])] = sequence, said
    return known


@given(st.data())
@settings(max_examples=25)
def test_whoever_subscribes_knows_the_duties(data: st.DataObject) -> None:
    """After any number of revisions, what is not cancelled is what is on duty, and sequence numbers only grow."""
    crew = data.draw(crews())
    previous: bytes | None = None
    known: dict[str, tuple[int, str]] = {}
    for _ in range(3):
        given = data.draw(duties(crew))
        written = write(crew, given, previous)
        known = subscribed(known, written)
        fresh = subscribed({}, write(crew, given))
        assert {uid: said for uid, (_, said) in known.items() if said} == {
            uid: said for uid, (_, said) in fresh.items()
        }
        assert write(crew, given, written) == written
        previous = written


@given(
    name=st.sampled_from(ZONES),
    day=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    clock=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    minutes=st.integers(1, 2_000),
    every=st.integers(1, 9),
    count=st.integers(1, 40),
    skipped=st.sets(st.integers(0, 39), max_size=5),
)
@example(
    name="Europe/Berlin",
    day=date(2026, 3, 28),
    clock=time(2, 30),
    minutes=60,
    every=1,
    count=2,
    skipped=set(),
)
@settings(max_examples=80)
def test_a_series_follows_the_clock_of_its_zone(name, day, clock, minutes, every, count, skipped) -> None:
    """Each instance starts and ends when that clock shows it, computed from the first and never from the last."""
    tz, first = zone(name), datetime.combine(day, clock)
    walls = [first + timedelta(days=number * every) for number in range(count)]
    left_out = "".join(f"EXDATE;TZID={name}:{walls[each]:%Y%m%dT%H%M%S}\n" for each in sorted(skipped) if each < count)
    length = timedelta(minutes=minutes)
    text = (
        f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:anna\nDTSTART;TZID={name}:{first:%Y%m%dT%H%M%S}\n"
        f"DTEND;TZID={name}:{first + length:%Y%m%dT%H%M%S}\nRRULE:FREQ=DAILY;INTERVAL={every};COUNT={count}\n"
        f"{left_out}END:VEVENT\nEND:VCALENDAR\n"
    )
    crew = {"anna": Person(id="anna")}
    read, _ = read_calendar(text.encode(), source="a.ics", people=crew, people_by="name", tz=zone("UTC"))
    expected = [
        (takes_effect(wall.date(), wall.time(), tz), takes_effect((wall + length).date(), (wall + length).time(), tz))
        for number, wall in enumerate(walls)
        if number not in skipped
    ]
    assert [(each.start, each.end) for each in read] == [each for each in expected if each[0] < each[1]]


def duties_or_faults(text: bytes, by: PeopleBy) -> tuple[DatedDuty, ...] | tuple[Fault, ...]:
    crew = {"anna": Person(id="anna", email="anna@works.example")}
    try:
        return read_calendar(text, source="a.ics", people=crew, people_by=by, tz=zone("UTC"))[0]
    except RosterError as error:
        return error.faults or pytest.fail("an error without faults")


NUMBERS = st.integers(-40, 400)
RULES = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"])},
    optional={
        "INTERVAL": st.integers(0, 30),
        "COUNT": st.integers(0, 200),
        "BYMONTH": st.integers(1, 12),
        "BYMONTHDAY": NUMBERS.filter(bool),
        "BYYEARDAY": NUMBERS.filter(bool),
        "BYWEEKNO": NUMBERS.filter(bool),
        "BYSETPOS": NUMBERS.filter(bool),
        "BYHOUR": st.integers(0, 23),
        "BYMINUTE": st.sampled_from([0, 30]),
        "BYDAY": st.sampled_from(["MO", "SA,SU", "1MO", "-1FR", "5TU", "53WE", "99TH"]),
        "WKST": st.sampled_from(["MO", "SU"]),
        "UNTIL": st.sampled_from(["20270101", "20270101T000000Z", "99991231"]),
    },
)


@given(RULES)
@settings(max_examples=40)
@example({"FREQ": "DAILY", "BYMONTHDAY": 31, "BYMONTH": 2})
@example({"FREQ": "MONTHLY", "BYDAY": "99TH"})
def test_any_rule_is_followed_or_refused(rule) -> None:
    """None is followed to the end of time, though it never holds or has no end."""
    written = ";".join(f"{part}={value}" for part, value in rule.items())
    event = f"SUMMARY:anna\nDTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:{written}"
    text = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{event}\nEND:VEVENT\nEND:VCALENDAR"
    assert len(duties_or_faults(text.encode(), "name")) <= 50_000


PIECES = st.sampled_from(
    [
        "DTSTART:090000", "DURATION:P9999999W", "RDATE:PT1H",
        "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE", "END:VTIMEZONE",
        "TZID:X", "UID:1", "DTSTART;TZID=X:20260302T090000", "DTSTART;VALUE=DATE:20260302", "DTSTART:20260302T090000Z",
        "DTEND:20260302T100000Z", "DURATION:PT1H", "DURATION:-P1D", "DURATION:P", "RRULE:FREQ=WEEKLY;BYDAY=MO,2TU",
        "RRULE:FREQ=YEARLY;BYWEEKNO=53", "RRULE:", "RRULE:FREQ=DAILY;UNTIL=x", "EXDATE:20260302", "EXDATE:",
        "RDATE;VALUE=PERIOD:20260302T090000Z/PT1H", "RDATE:20260301,20260302T090000", "RECURRENCE-ID:20260302T090000Z",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20260302", "SEQUENCE:x", "SEQUENCE:2", "ATTENDEE:mailto:anna@works.example",
        "ATTENDEE;CN=\"", "STATUS:CANCELLED", "METHOD:CANCEL", "SUMMARY:anna", "X-WR-TIMEZONE:Nowhere", "CATEGORIES:a",
    ]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=12), max_size=24), st.sampled_from(["email", "name"]))
@settings(max_examples=250)
@example(["BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTSTART;VALUE=DATE:20260302", "DURATION:-P1D"], "email")
def test_any_text_is_read_or_refused(pieces, by) -> None:
    """Whatever stands in a calendar, it gives duties that last and have somebody, or faults."""
    inside = "\n".join(pieces)
    event = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260302T090000Z\n{inside}\nEND:VEVENT\nEND:VCALENDAR"
    for text in (inside, event):
        found = duties_or_faults(text.encode("utf-8", "surrogatepass"), by)
        assert all(isinstance(each, Fault) or (each.start < each.end and each.people) for each in found)
