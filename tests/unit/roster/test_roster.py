"""Questions to a roster: what they answer at the edges, and what is no question."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from attrs.exceptions import FrozenInstanceError

from leadrouter import DutyRoster, NaiveTimeError, RosterError
from leadrouter.roster.boundary import FIRST, LAST
from leadrouter.roster.duty import Handoff

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TEXT = """
roster: demo
version: 3
tz: UTC
people: {anna: , boris: , vera: }
roles:
  duty:
    layers:
      - id: office
        rotation: {people: [anna, boris, null], unit: days, anchor: 2026-03-02}
  phone:
    layers: [{id: phone, rotation: {people: [vera, boris], unit: fixed}, end: 2026-04-01}]
absences: [{person: boris, dates: [2026-03-03], kind: vacation}, {person: boris, dates: [2026-03-03, 2026-03-04]}]
"""
ROSTER = DutyRoster.parse(TEXT)


def refused(ask) -> list[str]:
    with pytest.raises(RosterError) as error:
        ask()
    return [fault.code for fault in error.value.faults]


def test_a_roster_says_what_it_is():
    """Name, version, zone, roles and people are those of the file, the first role being the default."""
    assert (ROSTER.name, ROSTER.version, ROSTER.tz) == ("demo", 3, "UTC")
    assert (list(ROSTER.roles), list(ROSTER.people)) == (["duty", "phone"], ["anna", "boris", "vera"])
    assert ROSTER.on_duty(AT) == ROSTER.on_duty(AT, "duty")
    assert ROSTER.taking_part() == {"duty": ("anna", "boris"), "phone": ("boris", "vera")}


@pytest.mark.parametrize("ask", [ROSTER.on_duty, lambda at: ROSTER.timeline(at, AT), ROSTER.absences])
def test_a_time_without_a_zone_is_no_instant(ask):
    """It is refused wherever it is given."""
    with pytest.raises(NaiveTimeError):
        ask(AT.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("ask", "codes"),
    [
        (lambda: ROSTER.on_duty(AT, "dutty"), ["LR702"]),
        (lambda: ROSTER.on_duty(FIRST - DAY), ["LR731"]),
        (lambda: ROSTER.on_duty(LAST, "dutty"), ["LR702", "LR731"]),
        (lambda: ROSTER.timeline(AT, AT), ["LR730"]),
        (lambda: ROSTER.timeline(AT, AT - DAY, "dutty"), ["LR702", "LR730"]),
        (lambda: ROSTER.gaps(AT, AT.replace(year=2127)), ["LR731"]),
        (lambda: ROSTER.timeline(LAST - DAY, LAST + DAY), ["LR731"]),
        (lambda: ROSTER.handoffs(AT, AT), ["LR730"]),
        (lambda: ROSTER.check(AT, AT), ["LR730"]),
        (lambda: ROSTER.diff(ROSTER, AT, AT), ["LR730"]),
        (lambda: ROSTER.next_duty("ana", LAST, "dutty"), ["LR702", "LR731", "LR701"]),
        (lambda: ROSTER.timeline(datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)), ["LR731", "LR731"]),
    ],
)
def test_a_senseless_question_says_all_that_is_wrong_with_it(ask, codes):
    """Unknown names, empty and absurd stretches, years out of sight: at once."""
    assert refused(ask) == codes


def test_the_first_and_the_last_instant_can_be_asked():
    """Duties are told over 1900 to 2999, the ends of which are no edge of anything."""
    assert ROSTER.on_duty(FIRST).until == datetime(2026, 3, 2, tzinfo=UTC)
    last = ROSTER.on_duty(LAST - timedelta(microseconds=1), "phone")
    assert (last.people, last.since, last.until) == ((), datetime(2026, 4, 1, tzinfo=UTC), None)
    assert ROSTER.timeline(LAST - DAY, LAST)[-1].until == LAST
    assert ROSTER.handoffs(FIRST, FIRST + DAY) == ()
    assert ROSTER.next_duty("vera", LAST - DAY) is None
    assert DutyRoster.parse(TEXT.replace("2026-03-02", "2998-12-01")).on_duty(LAST - 40 * DAY).next == ("anna",)


def test_handoffs_are_where_the_people_change():
    """From nobody, to nobody, and from one to another; one at the start of the stretch is among them."""
    start = datetime(2026, 3, 2, tzinfo=UTC)
    assert ROSTER.handoffs(start, start + 3 * DAY) == (
        Handoff(role="duty", at=start, gives=(), takes=("anna",)),
        Handoff(role="duty", at=start + 2 * DAY, gives=("anna",), takes=()),
    )


def test_a_cover_by_the_same_person_is_no_handoff_but_a_duty_of_its_own():
    """Anna has her own day and then covers Boris's: two duties, the second with its reason."""
    first, second = ROSTER.timeline(AT, AT + DAY)
    assert (first.people, second.people, str(second.source)) == (("anna",), ("anna",), "absence office")
    assert second.reasons[1] == "boris is absent until 2026-03-05 00:00"


def test_the_next_duty_is_taken_up_in_any_role_or_in_one():
    """Whoever is on duty already is asked for the time after that."""
    assert ROSTER.next_duty("boris", AT).since == datetime(2026, 3, 6, tzinfo=UTC)
    assert ROSTER.next_duty("boris", AT, "phone") is None
    assert ROSTER.next_duty("vera", FIRST + DAY) is None
    assert ROSTER.next_duty("anna", AT).since == datetime(2026, 3, 5, tzinfo=UTC)


def test_absences_at_an_instant_are_the_longest_of_each_person():
    """Two of them overlap; the end that counts is the later."""
    [absence] = ROSTER.absences(AT + DAY)
    assert (absence.person, absence.end) == ("boris", datetime(2026, 3, 5, tzinfo=UTC))
    assert ROSTER.absences(AT) == ()


def test_a_one_off_far_away_is_found():
    """What has a date counts wherever it stands, in both directions, and what recurs forbids to say for ever."""
    fixed = "roles: {duty: {layers: [{id: a, rotation: {people: [anna], unit: fixed}}]}}"
    text = f"roster: r\npeople: {{anna: , boris: }}\n{fixed}\noverrides:\n"
    text += "  - {start: 1950-01-01, end: 1950-01-02, assign: [boris]}\n"
    text += "  - {start: 2600-01-01, end: 2600-01-02, assign: [boris]}\n"
    duty = DutyRoster.parse(text).on_duty(AT)
    assert (duty.since, duty.until) == (datetime(1950, 1, 2, tzinfo=UTC), datetime(2600, 1, 1, tzinfo=UTC))
    assert duty.next == ("boris",)


@pytest.mark.parametrize(
    ("turn", "until"),
    [
        ("unit: weeks, every: 1000", "2045-05-01"),
        ("unit: months, every: 600", "2076-03-02"),
        ("unit: days, every: 10000", "2053-07-18"),
        ("unit: months, every: 9000", "2776-03-02"),
    ],
)
def test_the_end_of_a_turn_is_found_however_long_it_is(turn, until):
    """Decades and centuries away as well, from both sides; None is for ever, in the years that rosters tell."""
    text = f"roster: demo\nroles: {{duty: {{layers: [{{id: a, rotation: {{people: [anna, boris], {turn}}}}}]}}}}"
    roster = DutyRoster.parse(text.replace("}}]}}", ", anchor: 2026-03-02}}]}}"))
    handoff = datetime.fromisoformat(until).replace(tzinfo=UTC)
    duty, following = roster.on_duty(AT), roster.on_duty(handoff)
    assert (duty.since, duty.until, duty.next) == (datetime(2026, 3, 2, tzinfo=UTC), handoff, ("boris",))
    assert (following.people, following.since) == (("boris",), handoff)
    assert roster.next_duty("boris", AT) == following
    assert ROSTER.on_duty(AT.replace(year=2027), "phone").until is None


def test_a_rare_duty_is_found_where_days_and_weeks_must_meet():
    """Of ninety who take a day each, some wait 630 days for a Wednesday."""
    people = [f"p{number}" for number in range(90)]
    rotation = f"{{people: [{', '.join(people)}], unit: days, anchor: 2026-03-02}}"
    windows = '[{days: [wed], from: "09:00", to: "18:00"}]'
    layer = f"{{id: a, rotation: {rotation}, windows: {windows}}}"
    roster = DutyRoster.parse(f"roster: demo\nroles: {{duty: {{layers: [{layer}]}}}}")
    found = [roster.next_duty(person, AT) for person in people]
    assert max(duty.since for duty in found) > AT + 610 * DAY


def test_threads_share_a_roster_without_a_lock():
    """Whoever comes second to a page lays out an equal one; every answer is that of a roster asked alone."""
    shared, alone = DutyRoster.parse(TEXT), DutyRoster.parse(TEXT)
    instants = [AT + timedelta(hours=7 * number) for number in range(400)]
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: [shared.on_duty(at) for at in instants], range(8)))
    finally:
        sys.setswitchinterval(switch)
    assert all(answer == [alone.on_duty(at) for at in instants] for answer in answers)


def test_a_version_must_be_later_to_follow():
    """`with_version` refuses what a file with `previous` would be refused for."""
    assert refused(lambda: ROSTER.with_version(ROSTER)) == ["LR715"]
    later = DutyRoster.parse(f"effective: 2026-04-01{TEXT}".replace("version: 3", "version: 4"))
    assert ROSTER.with_version(later).version == 4
    assert refused(lambda: ROSTER.with_version(later).with_version(later)) == ["LR715"]


def test_a_roster_never_changes():
    """Nothing of it can be set; a change is a version, and another roster."""
    with pytest.raises(FrozenInstanceError):
        ROSTER.digest = ""
