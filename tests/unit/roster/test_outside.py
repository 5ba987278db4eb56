"""What stands beside a roster: plans, calendars, the working days of a country."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadrouter import DutyRoster, RosterError
from leadrouter.roster.dated import DatedDuty, Given

HEAD = "roster: r\ntz: Europe/Moscow\npeople: {anna: {email: anna@example.com}, boris: {email: b@example.com}}\n"
ICAL = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//demo//demo//EN\r
BEGIN:VEVENT\r
UID:1\r
DTSTAMP:20260301T000000Z\r
DTSTART:20260302T060000Z\r
DTEND:20260302T150000Z\r
SUMMARY:duty\r
ATTENDEE:mailto:anna@example.com\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
DTSTAMP:20260301T000000Z\r
DTSTART:20260303T060000Z\r
DTEND:20260303T150000Z\r
SUMMARY:duty\r
ATTENDEE:mailto:stranger@example.com\r
END:VEVENT\r
END:VCALENDAR\r
"""


def parsed(layer, data) -> DutyRoster:
    def read(_):
        if isinstance(data, Exception):
            raise data
        return data

    return DutyRoster.parse(f"{HEAD}roles: {{duty: {{layers: [{layer}]}}}}\n", read=read)


def refused(layer, data) -> list[str]:
    with pytest.raises(RosterError) as error:
        parsed(layer, data)
    return [f"{fault.code} {fault.message}" for fault in error.value.faults]


def test_a_calendar_is_a_layer():
    """Its events are duties, and events of strangers are findings of `check` in their time."""
    roster = parsed("{id: cal, ical: duty.ics}", ICAL)
    duty = roster.on_duty(datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert (duty.people, str(duty.source), duty.reasons[0]) == (
        ("anna",),
        "layer cal",
        "layer `cal` has anna on these dates",
    )
    start, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC)
    assert [each.code for each in roster.check(start, end)].count("LR748") == 1
    assert "LR748" not in [each.code for each in roster.check(end, datetime(2026, 4, 1, tzinfo=UTC))]
    assert roster.digest != parsed("{id: cal, ical: duty.ics}", ICAL.replace(b"T150000Z", b"T160000Z")).digest


@pytest.mark.parametrize(
    ("layer", "data", "expected"),
    [
        ("{id: p, plan: x.csv}", FileNotFoundError(2, "No such file"), "LR109 `x.csv` cannot be read: No such file"),
        ("{id: p, plan: x.csv}", ValueError("it lies outside"), "LR109 `x.csv` cannot be read: it lies outside"),
        ("{id: p, plan: x.csv}", b"\xff", "LR109 `x.csv` cannot be read: byte 0 is not UTF-8"),
        ("{id: p, plan: []}", b"", "LR106 `plan` must be text"),
        ("{id: p, plan: x.csv}", b"start,end,people\n2026-04-01T09:00+03:00,2026-04-01T18:00+03:00,ana\n", "LR784"),
        ("{id: p, ical: x.ics}", b"BEGIN:VCALENDER", "LR743"),
        ("{id: p, ical: x.ics}", OSError(13, "Permission denied"), "LR109 `x.ics` cannot be read: Permission denied"),
        ("{id: p, ical: x.ics, people_by: phone}", ICAL, "LR708 unknown people_by `phone`"),
    ],
)
def test_what_cannot_be_read_is_a_fault_of_the_roster(layer, data, expected):
    """With the name of the file, and why."""
    assert refused(layer, data)[0].startswith(expected)


@pytest.mark.parametrize(("workdays", "code"), [("{country: XX}", "LR741"), ("{country: RU, subdiv: XX}", "LR742")])
def test_a_country_that_is_not_known_is_a_fault(workdays, code):
    """So is a part of a country."""
    rotation = "roles: {duty: {layers: [{id: a, rotation: {people: [anna], unit: fixed}}]}}\n"
    with pytest.raises(RosterError) as error:
        DutyRoster.parse(f"{HEAD}{rotation}workdays: {workdays}\n")
    assert [fault.code for fault in error.value.faults] == [code]


def test_given_duties_are_found_however_long_they_are():
    """A duty that began long before a stretch is in it as long as it lasts."""
    days = [datetime(2026, 3, day, tzinfo=UTC) for day in range(1, 8)]
    long, short = (DatedDuty(people=("anna",), start=days[0], end=days[end]) for end in (5, 1))
    given = Given(duties=(long, short), digest="")
    assert given.between(days[4], days[5]) == (long,)
    assert given.between(days[5], days[6]) == ()
    assert (given.end, Given(duties=(), digest="").end) == (days[5], None)
    assert Given(duties=(), digest="").between(days[0], days[1]) == ()
