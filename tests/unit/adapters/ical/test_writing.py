"""Duties as a calendar that people subscribe to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from icalendar import Calendar

from leadrouter.adapters.ical import read_calendar, write_calendar
from leadrouter.errors import NaiveTimeError, RosterError
from leadrouter.roster.duty import Decided, Duty
from leadrouter.roster.person import Person
from leadrouter.zone import zone

PEOPLE = {
    "anna": Person(id="anna", name="Anna Orlova", email="anna@works.example"),
    "boris": Person(id="boris", name="Boris, senior"),
}
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST = Duty(
    role="duty",
    people=("anna", "boris"),
    since=MONDAY,
    until=MONDAY + DAY,
    source=Decided(kind="layer", id="office"),
    reasons=("turn 3 of layer office",),
)
SECOND = evolve(FIRST, people=("boris",), since=MONDAY + DAY, until=MONDAY + 2 * DAY)
BACKUP = evolve(SECOND, role="backup")


def write(*duties: Duty, **more: Any) -> bytes:
    given: dict[str, Any] = {"roster": "inbound", "people": PEOPLE, "tz": "Europe/Moscow", "stamp": MONDAY}
    return write_calendar(duties, **{"start": MONDAY, "end": MONDAY + 7 * DAY, **given, **more})


def events(calendar: bytes) -> dict[str, tuple[int, str, str]]:
    """Return sequence number, status and title of each event, by its UID."""
    return {
        str(each["UID"]).partition("@")[0]: (int(each["SEQUENCE"]), str(each["STATUS"]), str(each["SUMMARY"]))
        for each in Calendar.from_ical(calendar).walk("VEVENT")
    }


def test_a_calendar_is_written_so():
    """Times in UTC, people by address where they have one, and why."""
    assert write(FIRST).decode().splitlines() == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//leadrouter//duty roster//EN",
        "X-WR-CALNAME:inbound",
        "X-WR-TIMEZONE:Europe/Moscow",
        "BEGIN:VEVENT",
        "SUMMARY:duty: Anna Orlova\\, boris",
        "DTSTART:20260302T000000Z",
        "DTEND:20260303T000000Z",
        "DTSTAMP:20260302T000000Z",
        "UID:duty-20260302T000000Z@inbound",
        "SEQUENCE:0",
        'ATTENDEE;CN="Anna Orlova":mailto:anna@works.example',
        "CATEGORIES:duty",
        "DESCRIPTION:layer office\\nturn 3 of layer office",
        "LAST-MODIFIED:20260302T000000Z",
        "STATUS:CONFIRMED",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_what_has_not_changed_is_as_it_was():
    """Also when it is written at another time."""
    before = write(FIRST, SECOND)
    assert write(SECOND, FIRST, previous=before, stamp=MONDAY + DAY) == before


def test_what_says_something_else_has_the_next_number():
    """Who has the duty, until when, or why."""
    before = write(FIRST, SECOND)
    after = write(evolve(FIRST, people=("anna",)), evolve(SECOND, reasons=()), previous=before, stamp=MONDAY + DAY)
    assert events(after) == {
        "duty-20260302T000000Z": (1, "CONFIRMED", "duty: Anna Orlova"),
        "duty-20260303T000000Z": (1, "CONFIRMED", "duty: boris"),
    }
    assert b"DTSTAMP:20260303T000000Z" in after


def test_what_went_away_is_cancelled_once():
    """It stays cancelled, and comes back with a higher number."""
    first = write(FIRST, SECOND)
    second = write(FIRST, previous=first)
    assert events(second)["duty-20260303T000000Z"] == (1, "CANCELLED", "duty: boris")
    assert write(FIRST, previous=second, stamp=MONDAY + DAY) == second
    assert events(write(FIRST, SECOND, previous=second))["duty-20260303T000000Z"] == (2, "CONFIRMED", "duty: boris")


def test_what_lies_outside_the_window_did_not_go_away():
    """It is past, or not asked for."""
    before = write(FIRST, SECOND)
    assert list(events(write(SECOND, previous=before, start=MONDAY + DAY))) == ["duty-20260303T000000Z"]
    assert list(events(write(FIRST, previous=before, end=MONDAY + DAY))) == ["duty-20260302T000000Z"]


def test_a_calendar_of_one_role_says_nothing_of_others():
    """Though they stood in the calendar of last time."""
    before = write(FIRST, BACKUP)
    assert set(events(write(role="duty", previous=before))) == {"duty-20260302T000000Z"}
    assert set(events(write(previous=before))) == {"duty-20260302T000000Z", "backup-20260303T000000Z"}


def test_events_of_others_are_left_out():
    """A calendar of last time may have been added to by hand."""
    foreign = write(FIRST).replace(b"@inbound", b"@elsewhere")
    assert set(events(write(SECOND, previous=foreign))) == {"duty-20260303T000000Z"}


def test_one_person_sees_their_own_duties():
    """Beside whom they have them with; the calendar is called after both."""
    written = write(FIRST, SECOND, person="anna")
    assert set(events(written)) == {"duty-20260302T000000Z"}
    assert b"X-WR-CALNAME:inbound: Anna Orlova" in written


def test_a_duty_that_somebody_else_has_now_is_cancelled_for_one():
    """Anna's calendar knew it."""
    before = write(FIRST, person="anna")
    after = write(evolve(FIRST, people=("boris",)), person="anna", previous=before)
    assert events(after) == {"duty-20260302T000000Z": (1, "CANCELLED", "duty: Anna Orlova, boris")}


def test_gaps_are_no_events_and_what_has_no_end_is_cut():
    """At the window's."""
    always = evolve(FIRST, since=None, until=None)
    written = write(evolve(SECOND, people=()), always)
    assert set(events(written)) == {"duty-20260302T000000Z"}
    assert b"DTEND:20260309T000000Z" in written


@pytest.mark.parametrize(
    ("ids", "title"),
    [
        (("Orlova, Anna", "boris"), 'duty: "Orlova, Anna", boris'),
        (('"a"', " b", "c: d"), 'duty: """a""", " b", "c: d"'),
        (("anna", "duty: anna"), "duty: anna,"),  # without the comma it would be the other person
        ((r"CORP\Nick;",), r'duty: "CORP\Nick;"'),
        (("\\",), "duty: \\"),  # before a colon, in an address, it would be an escape
    ],
)
def test_a_title_names_everybody_so_that_they_are_found(ids, title):
    """Quotes hold together what separates names, in the text as RFC 5545 has it."""
    crew = {each: Person(id=each, email=f"p{number}@works.example") for number, each in enumerate(ids)}
    people = ids[:1] if "duty: anna" in ids else ids
    written = write(evolve(FIRST, people=people), people=crew)
    assert str(Calendar.from_ical(written).walk("VEVENT")[0]["SUMMARY"]) == title
    for by in ("name", "email"):
        read, _ = read_calendar(written, source="a.ics", people=crew, people_by=by, tz=zone("UTC"))
        assert [each.people for each in read] == [people]
    assert write(evolve(FIRST, people=people), people=crew, previous=written) == written


def test_times_have_zones():
    """When a calendar is written is an instant."""
    with pytest.raises(NaiveTimeError):
        write(FIRST, stamp=datetime(2026, 3, 2))  # noqa: DTZ001


@pytest.mark.parametrize(("previous", "code"), [(b"hello", "LR743"), (b"\xff", "LR109")])
def test_the_calendar_of_last_time_must_be_one(previous, code):
    """Otherwise numbers would begin anew, and programs would ignore what changed."""
    with pytest.raises(RosterError) as refused:
        write(FIRST, previous=previous)
    assert [fault.code for fault in refused.value.faults] == [code]


@pytest.mark.parametrize("line", [b"SEQUENCE:0\r\n", b"CATEGORIES:duty\r\n", b"STATUS:CONFIRMED\r\n"])
@pytest.mark.parametrize(("role", "status"), [(None, "CANCELLED"), ("duty", "CANCELLED"), ("backup", None)])
def test_what_went_away_is_cancelled_whatever_another_program_left_out(line, role, status):
    """The number of an event without one is 0, and its role is that of its UID."""
    before = write(FIRST)
    assert line in before
    found = events(write(previous=before.replace(line, b""), role=role))
    assert found == ({} if status is None else {"duty-20260302T000000Z": (1, status, "duty: Anna Orlova, boris")})


@pytest.mark.parametrize(
    "times",
    [
        (b"DTEND:20260303T000000Z", b"DTEND;VALUE=DATE:20260303"),
        (b"DTEND:20260303T000000Z", b"DTEND:20260303T000000"),
        (b"DTSTART:20260302T000000Z", b"DTSTART;TZID=Europe/Moscow:20260302T030000"),
        (b"DTSTART:20260302T000000Z\r\n", b"DTSTART:20260302T000000Z\r\nDTSTART:20260302T000000Z\r\n"),
        (b"DTSTART:20260302T000000Z", b"DTSTART:soon"),
        (b"SEQUENCE:0", b"SEQUENCE:often"),
        (b"SEQUENCE:0", b"SEQUENCE:0\r\nSEQUENCE:1"),
    ],
)
def test_an_event_with_other_times_than_those_written_here_is_not_ours(times):
    """Nor is one that cannot be numbered: it cancels nothing and is replaced, though its UID is one of the roster's."""
    before = write(FIRST)
    assert before.count(times[0]) == 1
    changed = before.replace(*times)
    assert events(write(previous=changed)) == {}
    assert events(write(FIRST, previous=changed)) == events(before)


def test_the_role_of_an_event_is_found_behind_dashes_and_signs():
    """In the UID of a role and of a roster with dashes, and with the sign that stands between them."""
    dashed = evolve(FIRST, role="back-up@night")
    before = write(dashed, roster="in-bound@works")
    assert len(events(write(previous=before, roster="in-bound@works", role="back-up@night"))) == 1
    assert events(write(previous=before, roster="in-bound@works", role="back")) == {}
