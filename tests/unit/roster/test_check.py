"""`check` finds what a roster does over a stretch of time, and says where, when and what to do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadrouter import DutyRoster
from leadrouter.roster import check_time
from leadrouter.roster.finding import Finding

START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 5, tzinfo=UTC)
HEAD = "roster: r\ntz: Europe/Berlin\npeople: {anna: , boris: , vera: }\n"
PHONE = "phone: {layers: [{id: b, rotation: {people: [NAME], unit: fixed}}]}"
DAILY = "{id: a, rotation: {people: [anna, boris], unit: days, anchor: 2026-02-01}}"


def found(text, start=START, end=END) -> list[Finding]:
    return list(DutyRoster.parse(HEAD + text).check(start, end))


def codes(text, **stretch) -> list[str]:
    return [finding.code for finding in found(text, **stretch)]


def duty(layers, role="") -> str:
    return f"roles: {{duty: {{{role}layers: [{layers}]}}}}\n"


def test_a_roster_in_order_has_no_findings():
    """Two people a day each, for ever."""
    assert codes(duty(DAILY)) == []


@pytest.mark.parametrize(
    ("role", "codes_and_times"),
    [
        ("", [("warning", "336 h")]),
        ("min: 1, ", [("error", "336 h")]),
        ("min: 2, ", [("error", "839 h")]),
        ('needed: [{days: [mon], from: "22:00", to: "02:00"}], ', [("error", "10 h")]),
    ],
)
def test_gaps_are_told_with_how_long_and_how_often(role, codes_and_times):
    """A gap is legal, and an error only where somebody must be there; the hours are those of the union."""
    layers = '{id: a, rotation: {people: [anna], unit: fixed}, windows: [{from: "08:00", to: "22:00"}]}'
    layers = layers.replace("22:00", "22:30") if "needed" not in role else layers.replace("22:00", "00:00")
    findings = [each for each in found(duty(layers, role)) if each.code == "LR750"]
    assert [each.severity for each in findings] == [severity for severity, _ in codes_and_times]
    assert findings[0].at is not None
    assert START <= findings[0].at < END


def test_a_backup_may_be_missing_unless_it_must_not():
    """Nobody asks for a backup at every hour; with `min` somebody does."""
    layers = duty("{id: a, rotation: {people: [anna], unit: fixed}}")
    assert codes(layers.replace("]}}", "]}, b: {follows: duty}}")) == []
    assert codes(layers.replace("]}}", "]}, b: {follows: duty, min: 1}}")) == ["LR750"]


def test_two_places_at_once_are_told_by_person():
    """Both roles are named, and when it happens first."""
    text = f"roles: {{duty: {{layers: [{DAILY}]}}, {PHONE.replace('NAME', 'boris')}}}\n"
    [finding] = [each for each in found(text) if each.code == "LR751"]
    assert finding.message == (
        "`boris` has duty in `duty` and in `phone` at once: 410 h, 18 times, first 2026-03-02 00:00 to 2026-03-03 00:00"
    )


def test_rest_and_days_in_a_row_are_held_against_the_limits():
    """A shift that touches the next is one shift; a night belongs to two dates."""
    windows = 'windows: [{from: "20:00", to: "02:00"}, {days: [fri], from: "02:00", to: "04:00"}]'
    layers = f"{{id: a, rotation: {{people: [anna, boris], unit: weeks, anchor: 2026-02-02}}, {windows}}}"
    limited = "limits: {rest: 17, consecutive_days: 6}\n" + duty(layers)
    told = [(each.code, each.severity) for each in found(limited) if each.code in ("LR754", "LR755")]
    assert told == [("LR754", "error"), ("LR754", "error"), ("LR755", "error"), ("LR755", "error")]
    assert not {"LR754", "LR755"} & set(codes(limited.replace("17", "16").replace("6}", "8}")))


def test_an_override_that_is_hidden_is_told_apart_from_one_that_changes_nothing():
    """The one stands before another that assigns, the other takes away whom nobody put there."""
    text = duty(DAILY) + (
        "overrides:\n"
        "  - {start: 2026-03-03, end: 2026-03-04, add: [vera]}\n"
        "  - {start: 2026-03-02, end: 2026-03-05, assign: [anna]}\n"
        "  - {start: 2026-03-10, end: 2026-03-11, replace: vera, with: anna}\n"
        "  - {start: 2026-05-10, end: 2026-05-11, replace: vera, with: anna}\n"
    )
    findings = found(text)
    assert [each.message for each in findings] == [
        "override `1` is hidden by a later one",
        "override `3` changes nothing",
    ]


def test_an_absence_in_whose_place_is_somebody_is_no_finding():
    """Cover, a lower layer or an override fills it; only what stays empty is told."""
    absence = "absences: [{person: boris, dates: [2026-03-02, 2026-03-08]}, {person: vera, dates: [2026-03-20]}]\n"
    assert "LR761" not in codes(duty(DAILY) + absence)
    left = DAILY.replace("{id: a", "{id: a, on_absence: fallthrough")
    assert codes(duty(left) + absence).count("LR761") == 1
    lower = ", {id: b, priority: -1, rotation: {people: [vera], unit: fixed}}"
    assert "LR761" not in codes(duty(left + lower) + absence)
    by_hand = "overrides: [{start: 2026-03-02, end: 2026-03-09, add: [vera]}]\n"
    assert "LR761" not in codes(duty(left) + absence + by_hand)


def test_an_override_that_names_somebody_absent_is_told_once_for_each():
    """Whoever else is absent then is no matter of the override."""
    text = duty(DAILY) + (
        "absences: [{person: vera, dates: [2026-03-02, 2026-03-08]}, {person: boris, dates: [2026-03-03]}]\n"
        "overrides: [{start: 2026-03-01, end: 2026-03-04, assign: [vera]}]\n"
    )
    [finding] = [each for each in found(text) if each.code == "LR765"]
    assert finding.at == datetime(2026, 3, 1, 23, tzinfo=UTC)


def test_windows_that_touch_do_not_overlap():
    """One ends where the other begins, over midnight too."""
    windows = 'windows: [{from: "08:00", to: "20:00"}, {from: "20:00", to: "08:00"}]'
    assert codes(duty(DAILY.replace("}}", f"}}, {windows}}}"))) == []


def test_a_change_of_clocks_is_told_once_for_each_time():
    """For windows and for handoffs, in the layer's own zone; hours that no change touches are not named."""
    windows = 'windows: [{days: [sun], from: "02:15", to: "02:45"}, {days: [mon], from: "09:00", to: "09:30"}]'
    layers = f"{{id: a, rotation: {{people: [anna], unit: fixed}}, {windows}}}"
    messages = [each.message for each in found(duty(layers)) if each.code == "LR759"]
    assert [message[:32] for message in messages] == [
        "02:15 does not exist on 2026-03-",
        "02:45 does not exist on 2026-03-",
    ]
    abroad = DAILY.replace("{id: a", "{id: a, tz: America/New_York").replace("anchor", 'at: ["02:30", "12:00"], anchor')
    [message] = [each.message for each in found(duty(abroad)) if each.code == "LR759"]
    assert message.startswith("02:30 does not exist on 2026-03-08 in America/New_York; layer `a` takes 03:00")


def test_holidays_that_are_not_known_are_told_by_year(monkeypatch):
    """Years without data, and years without a decree, inside of the stretch only."""
    text = "workdays: {country: RU}\n" + duty(DAILY)
    far = {"start": datetime(2099, 6, 1, tzinfo=UTC), "end": datetime(2101, 6, 1, tzinfo=UTC)}
    told = [each.code for each in DutyRoster.parse(HEAD + text).check(**far)]
    assert told == ["LR762", "LR762", "LR766"]
    assert codes(text) == []
    monkeypatch.setattr(check_time, "differs_from_system", lambda *_: START)
    assert codes(text) == ["LR763"]


def test_a_year_of_which_no_day_off_is_listed_is_told():
    """Whoever lists days off by hand stops somewhere; whoever lists none means Monday to Friday for ever."""
    text = "workdays: {days_off: [2026-05-11], extra_workdays: [2027-02-20]}\n" + duty(DAILY)
    stretch = {
        "start": datetime(2026, 6, 1, tzinfo=UTC),
        "end": datetime(2029, 12, 31, 23, tzinfo=UTC),
    }  # 2030 is no part of it
    found_then = [each for each in DutyRoster.parse(HEAD + text).check(**stretch) if each.code == "LR762"]
    assert [each.message for each in found_then] == [
        "no days off are listed for 2028; Monday to Friday is taken",
        "no days off are listed for 2029; Monday to Friday is taken",
    ]
    assert [each.at for each in found_then] == [datetime(year, 12, 31, 23, tzinfo=UTC) for year in (2027, 2028)]
    assert not [each for each in DutyRoster.parse(HEAD + duty(DAILY)).check(**stretch) if each.code == "LR762"]


def test_each_version_is_checked_for_its_own_time():
    """What an earlier file says wrong of a later time is no finding."""
    first = HEAD + duty(DAILY) + "swaps: [{layer: a, turns: [2026-01-01, 2026-03-02]}]\n"
    later = f"effective: 2026-03-20\nversion: 2\n{HEAD}{duty(DAILY)}"
    both = DutyRoster.parse(first).with_version(DutyRoster.parse(later))
    assert [each.code for each in both.check(START, END)] == ["LR760"]
    assert both.check(datetime(2026, 3, 20, tzinfo=UTC), END) == ()


def test_a_role_that_is_not_there_any_more_is_not_missed():
    """Its people are asked for in the time of the version that has it."""
    two = f"roles: {{duty: {{layers: [{DAILY}]}}, {PHONE.replace('NAME', 'vera')}}}\n"
    later = f"effective: 2026-03-20\nversion: 2\n{HEAD}{duty(DAILY)}"
    both = DutyRoster.parse(HEAD + two).with_version(DutyRoster.parse(later))
    assert both.check(START, END) == ()
    assert [each.person for each in both.fairness(START, END, "phone")] == ["vera"]
