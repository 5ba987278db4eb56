"""Everything that is wrong with a roster is found at once, each with its place and its fix."""

from __future__ import annotations

import pytest

from leadrouter import DutyRoster, RosterError
from leadrouter.errors import Fault

HEAD = "roster: demo\ntz: Europe/Berlin\npeople: {anna: , boris: , vera: }\n"
DUTY = """roles:
  duty:
    layers:
      - id: office
        rotation: {people: [anna, boris], unit: days, anchor: 2026-03-02}
"""


def faults(text, read=None) -> list[Fault]:
    with pytest.raises(RosterError) as refused:
        DutyRoster.parse(text, read=read)
    return list(refused.value.faults)


def layer(text):
    return f"{HEAD}roles: {{duty: {{layers: [{text}]}}}}\n"


def rotation(text, more=""):
    return layer(f"{{id: a, rotation: {{{text}}}{more}}}")


def swapped(rotation):
    swap = "swaps: [{layer: office, turns: [2026-03-02, 2026-03-03], agreed_by: [anna, boris]}]\n"
    backup = "  backup: {follows: duty, layer: office}\n"
    return HEAD + DUTY.replace("unit: days", rotation) + backup + swap


FIXED = "people: [anna], unit: fixed"
WINDOW = ', windows: [{from: "09:00", to: "18:00"}]'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["LR105 the file is empty"]),
        ("roster: demo\nroles: {}\n", ["LR707 a roster without roles"]),
        ("roster: demo\nroles: []\n", ["LR106 `roles` must be a mapping of keys to values"]),
        ("rooster: demo\n", ["LR105 the roster lacks `roster`", "LR105 the roster lacks `roles`", "LR104 unknown key"]),
        (
            HEAD.replace("boris: ", '"": , "b\\t": , "Orlova, Anna": ') + DUTY.replace("boris", "anna"),
            ["LR719 `` cannot be somebody's id", "LR719 `b\\u0009` cannot be somebody's id"],
        ),
        ("roster: demo\n" + DUTY.replace("boris", '"b\\n", "b\\n"'), ["LR719 `b\\u000a` cannot be somebody's id"]),
        (HEAD + "roles: {duty: {}}\n", ["LR105 role `duty` lacks `layers`"]),
        (HEAD + "roles: {duty: {layers: []}}\n", ["LR707 role `duty` has no layers"]),
        (HEAD + "roles: {duty: {layers: {}}}\n", ["LR106 `layers` of role `duty` must be a list"]),
        (HEAD + "roles: {duty: [anna]}\n", ["LR106 role `duty` must be a mapping of keys to values"]),
        (layer("[]"), ["LR106 a layer of role `duty` must be a mapping"]),
        (layer("{id: a}"), ["LR105 a layer lacks `rotation`"]),
        (layer(f"{{rotation: {{{FIXED}}}}}"), ["LR105 a layer of role `duty` lacks `id`"]),
        (swapped("unit: day"), ["LR708 unknown unit `day`"]),
        (
            swapped("unit: days").replace("people: {anna: , boris: , vera: }", "people: [anna, boris, [vera]]"),
            ["LR106 `people` must be a mapping of keys to values"],
        ),
        (rotation(FIXED, ", plan: x.csv"), ["LR710 `plan` stands beside `rotation`", "LR109 `x.csv` cannot be read"]),
        (rotation(FIXED, ", people_by: name"), ["LR710 `people_by` without `ical`"]),
        (
            layer("{id: a, plan: x.csv" + WINDOW + "}"),
            ["LR109 `x.csv` cannot be read", "LR710 `windows` stand beside `plan`"],
        ),
        (rotation(FIXED, ", start: 2026-03-02, end: 2026-03-02"), ["LR706 a layer that ends before it starts"]),
        (rotation(FIXED, ", on_absence: ask"), ["LR708 unknown on_absence `ask`"]),
        (rotation(FIXED, ", priority: high"), ["LR106 `priority` must be a whole number"]),
        (rotation("people: [anna], unit: days"), ["LR105 a rotation lacks `anchor`"]),
        (rotation("people: [anna], unit: slots, anchor: 2026-03-02"), ["LR710 slots are windows"]),
        (
            rotation("people: [anna], unit: slots, anchor: 2026-03-02, at: '09:00'", WINDOW),
            ["LR710 `at` means nothing with `unit: slots`"],
        ),
        (rotation(f"{FIXED}, every: 2"), ["LR710 `every` means nothing with `unit: fixed`"]),
        (
            rotation("people: [anna], unit: hours, anchor: 2026-03-02, at: ['09:00', '10:00']"),
            ["LR710 several times with `unit: hours`"],
        ),
        (
            rotation("people: [anna], unit: days, anchor: 2026-03-02, at: ['09:00', '09:00']"),
            ["LR712 a time is given twice in `at`"],
        ),
        (rotation("people: [anna], unit: days, anchor: 2026-03-02, at: []"), []),
        (rotation("people: [[], null], unit: fixed"), ["LR707 a rotation without people"]),
        (rotation("people: anna, unit: fixed"), ["LR106 `people` of a rotation must be a list"]),
        (rotation("people: [ana], unit: fixed"), ["LR701 unknown person `ana`"]),
        (rotation("people: [anna], unit: fixed, first: boris"), ["LR701 unknown person of the rotation `boris`"]),
        (rotation("people: [anna], unit: days, anchor: 1800-01-01"), ["LR705 `1800-01-01` is too far away"]),
        (rotation("people: [anna], unit: days, anchor: tomorrow"), ["LR705 `tomorrow` is no date"]),
        (rotation("people: [anna], unit: days, anchor: null"), ["LR106 `anchor` is empty"]),
        (rotation(FIXED, ", windows: []"), ["LR106 `windows` is empty"]),
        (rotation(FIXED, ", windows: [[]]"), ["LR106 a window must be a mapping"]),
        (rotation(FIXED, ", windows: [{}]"), ["LR105 a window lacks `from`", "LR105 a window lacks `to`"]),
        (rotation(FIXED, ', windows: [{from: "24:00", to: "24:00"}]'), ["LR704 `24:00` is no time of day"]),
        (rotation(FIXED, ', windows: [{days: [], from: "09:00", to: "18:00"}]'), ["LR106 `days` is empty"]),
        (rotation(FIXED, ', windows: [{days: friday, from: "09:00", to: "18:00"}]'), ["LR708 unknown day `friday`"]),
        (rotation(FIXED, ', windows: [{weekly: ["fri 18:00"]}]'), ["LR106 `weekly` has two times"]),
        (rotation(FIXED, ", windows: [{weekly: fri}]"), ["LR106 `weekly` must be a list"]),
        (
            rotation(FIXED, ', windows: [{weekly: ["friday 18:00", null], days: [mon]}]'),
            ["LR704 `friday 18:00` is no time of the week", "LR106 a time of the week is empty", "LR710 `days` stands"],
        ),
        (rotation(FIXED, ", start: noon"), ["LR705 `noon` is no date and time"]),
        (rotation(FIXED, ", start: 2026-03-02T25:00"), ["LR705 `2026-03-02T25:00` is no date and time"]),
        (rotation(FIXED, ", start: 2026-03-02T12:00+99:00"), ["LR705 `2026-03-02T12:00+99:00` is no date and time"]),
        (rotation(FIXED, ", start: 2026-02-30T12:00"), ["LR705 `2026-02-30T12:00` is no date"]),
        (rotation(FIXED, ", start: null"), ["LR106 `start` is empty"]),
        (HEAD + DUTY + "  b: {follows: duty, layers: []}\n", ["LR707 role `b` has", "LR710 `follows` stands beside"]),
        (HEAD + DUTY + "  b: {layer: office, follows: dutty}\n", ["LR702 unknown role `dutty`"]),
        (HEAD + DUTY + "  b: {follows: c}\n  c: {follows: dutty}\n", ["LR702 unknown role `dutty`"]),
        (HEAD + DUTY + "  b: {follows: duty, layer: ofice}\n", ["LR703 unknown layer `ofice`"]),
        (HEAD + DUTY + "    offset: 1\n", ["LR710 `offset` without `follows`"]),
        (HEAD + DUTY + "  b: {follows: duty, offset: 0}\n", ["LR713 `offset: 0` is out of range"]),
        (HEAD + DUTY + "  b: {follows: []}\n", ["LR106 `follows` must be text"]),
        (
            HEAD + "roles:\n  duty: {layers: [{id: p, plan: x.csv}]}\n  b: {follows: duty}\n",
            ["LR109 `x.csv` cannot be read"],
        ),
        (
            HEAD
            + "roles:\n  duty:\n    layers:\n"
            + f"      - {{id: a, rotation: {{{FIXED}}}}}\n      - {{id: b, rotation: {{{FIXED}}}}}\n"
            + "  b: {follows: duty}\n",
            ["LR703 role `b` must say which layer of `duty` it follows"],
        ),
        (
            HEAD + DUTY + "absences: [{person: anna, dates: [2026-03-02], start: 2026-03-02}]\n",
            ["LR710 `start` stands beside `dates`"],
        ),
        (HEAD + DUTY + "absences: [{person: anna, dates: []}]\n", ["LR106 `dates` has a first and a last date"]),
        (HEAD + DUTY + "absences: [{person: anna, dates: 2026-03-02}]\n", ["LR106 `dates` must be a list"]),
        (HEAD + DUTY + "absences: [{person: anna, dates: [monday]}]\n", ["LR705 `monday` is no date"]),
        (HEAD + DUTY + "absences: [{dates: [2026-03-02]}]\n", ["LR105 an absence lacks `person`"]),
        (
            HEAD + DUTY + "absences: [{person: anna}]\n",
            ["LR105 an absence lacks `start`", "LR105 an absence lacks `end`"],
        ),
        (
            HEAD + DUTY + "absences: [{person: anna, start: 2026-03-02T12:00, end: 2026-03-02T12:00Z}, []]\n",
            ["LR106 an absence must be a mapping"],
        ),
        (
            HEAD + DUTY + "absences: [{person: anna, start: 2026-03-02T12:00Z, end: 2026-03-02T12:00Z}]\n",
            ["LR706 an absence that ends before it starts"],
        ),
        (
            HEAD + DUTY + "swaps: [{layer: office, turns: [2026-03-02, 2026-03-02]}]\n",
            ["LR106 a swap is between two turns"],
        ),
        (
            HEAD + DUTY + "swaps: [{layer: office, turns: [2026-03-02, 2026-03-03T12:00Z], agreed_by: [ana]}]\n",
            ["LR701 unknown person `ana`", "LR705 a turn is named by local time"],
        ),
        (
            HEAD + DUTY + "swaps: [{turns: 2026-03-02}]\n",
            ["LR105 a swap lacks `layer`", "LR106 `turns` must be a list"],
        ),
        (HEAD + DUTY + "overrides: [[]]\n", ["LR106 an override must be a mapping"]),
        (
            HEAD + DUTY + "overrides: [{start: 2026-03-02, end: 2026-03-03, add: []}]\n",
            ["LR707 `add` names nobody"],
        ),
        (
            HEAD + DUTY + "overrides: [{start: 2026-03-02, end: 2026-03-03, replace: ana, with: boris}]\n",
            ["LR701 unknown person `ana`"],
        ),
        (
            HEAD + DUTY + "overrides: [{start: 2026-03-02, end: 2026-03-03, replace: anna}]\n",
            ["LR711 an override does one thing"],
        ),
        (
            HEAD
            + DUTY
            + "overrides:\n"
            + "  - {id: a, start: 2026-03-02, end: 2026-03-03, add: [anna]}\n"
            + "  - {id: a, start: 2026-03-02, end: 2026-03-03, add: [anna]}\n",
            ["LR712 override `a` is given twice"],
        ),
        (HEAD + DUTY + "limits: {rest: 0}\n", ["LR713 `rest: 0` is out of range"]),
        (HEAD + DUTY + "limits: {rest: long}\n", ["LR106 `rest` must be a whole number"]),
        (HEAD + DUTY + "workdays: {subdiv: MOS}\n", ["LR710 `subdiv` without `country`"]),
        (HEAD + DUTY + "workdays: {country: null}\n", ["LR106 `country` is empty"]),
        (HEAD + DUTY + "workdays: {days_off: [2026-13-01]}\n", ["LR705 `2026-13-01` is no date"]),
        (HEAD + DUTY + "previous: first.yaml\n", ["LR105 a roster with `previous` lacks", "LR109 `first.yaml` cannot"]),
        (HEAD + DUTY + "previous: []\neffective: 2026-03-02\n", ["LR106 `previous` must be text"]),
        (
            "roster: demo\nroles: {duty: {layers: [{id: a, rotation: [anna]}]}}\n",
            ["LR106 a rotation must be a mapping"],
        ),
        ("roster: demo\nroles: {duty: {layers: [{id: a, rotation: {people: anna, unit: fixed}}]}}\n", ["LR106"]),
    ],
)
def test_what_is_wrong_is_found(text, expected):
    """All of it, in the order of the file, by code and message."""
    if not expected:
        assert DutyRoster.parse(text).warnings == ()
        return
    found = [f"{fault.code} {fault.message}" for fault in faults(text)]
    assert len(found) == len(expected), found
    unmatched = [each for each in expected if not any(message.startswith(each) for message in found)]
    assert not unmatched, found


def test_faults_of_all_parts_come_at_once():
    """One reading names them all, so that nobody mends one at a time."""
    text = (
        HEAD
        + DUTY
        + "tz2: x\nabsences: [{person: ana, dates: [2026-03-05, 2026-03-02]}]\nswaps: [{layer: x, turns: []}]\n"
    )
    assert [fault.code for fault in faults(text)] == ["LR104", "LR701", "LR706", "LR703", "LR106"]


def test_an_entered_time_with_an_offset_is_not_doubted():
    """An offset says which of two hours is meant, so there is nothing to warn of."""
    stretch = "start: 2026-10-25T02:30+01:00, end: 2026-10-25 04:00:00+01:00"
    roster = DutyRoster.parse(f"{HEAD}{DUTY}overrides: [{{{stretch}, assign: [vera]}}]\n")
    assert roster.warnings == ()
    assert roster.versions[0].overrides[0].start.isoformat() == "2026-10-25T01:30:00+00:00"


def test_a_stretch_that_a_clock_change_swallows_is_warned_of_and_comes_to_nothing():
    """It was entered in order, so it is no error; it begins and ends at the same instant."""
    stretch = "start: 2026-03-29T02:10, end: 2026-03-29T02:50"
    roster = DutyRoster.parse(f"{HEAD}{DUTY}overrides: [{{{stretch}, assign: [vera]}}]\n")
    assert [warning.code for warning in roster.warnings] == ["LR720", "LR720"]
    [override] = roster.versions[0].overrides
    assert override.start == override.end


def test_people_have_what_calendars_and_plans_know_them_by():
    """Names, addresses, skills and the zone they live in are kept; nothing of it is needed."""
    text = f"roster: r\npeople: {{anna: {{name: Anna, email: a@example.com, skills: [press], tz: Asia/Tokyo}}}}\n{DUTY}"
    anna = DutyRoster.parse(text.replace(", boris]", "]")).people["anna"]
    assert (anna.name, anna.email, anna.skills, anna.tz) == ("Anna", "a@example.com", ("press",), "Asia/Tokyo")
