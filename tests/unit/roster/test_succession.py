"""A later version never changes the past, and moves nobody's duty unsaid."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadrouter import DutyRoster, RosterError

WINDOW = ', windows: [{days: workdays, from: "09:00", to: "18:00"}]'


def version(rotation, more="", effective=None, other=""):
    head = "roster: r\n" if effective is None else f"roster: r\nversion: 2\neffective: {effective}\n"
    return DutyRoster.parse(f"{head}roles: {{duty: {{layers: [{{id: a, rotation: {{{rotation}}}{more}}}{other}]}}}}\n")


def fix(before, after) -> str:
    with pytest.raises(RosterError) as refused:
        before.with_version(after)
    [fault] = refused.value.faults
    assert fault.code == "LR716"
    return str(fault.fix).removeprefix("name the person at the anchor: ")


@pytest.mark.parametrize(
    ("rotation", "windows", "named"),
    [
        ("people: [anna, boris], unit: days, anchor: 2026-03-02", "", "`anchor: 2026-03-05, first: boris`"),
        ("people: [anna, boris], unit: weeks, anchor: 2026-03-02", "", "`anchor: 2026-03-02, first: anna`"),
        ("people: [anna, boris], unit: hours, every: 30, anchor: 2026-03-02", "", "`anchor: 2026-03-04, first: anna`"),
        ("people: [anna, null], unit: days, anchor: 2026-03-02", "", "`anchor: 2026-03-05, first: …`"),
        ("people: [anna, boris], unit: days, anchor: 2026-04-02", "", "`anchor: 2026-04-02, first: anna`"),
        ("people: [anna, boris], unit: slots, anchor: 2026-03-02", WINDOW, "`anchor: 2026-03-05, first: boris`"),
        (
            "people: [anna, boris], unit: slots, every: 3, anchor: 2026-03-02",
            WINDOW,
            "`anchor: 2026-03-05, first: boris`",
        ),
    ],
)
def test_the_fix_is_a_rotation_that_moves_nobody(rotation, windows, named):
    """Anchor and person are those of the turn that runs, or comes next, when the version becomes effective."""
    longer = rotation.replace("[anna", "[vera, anna")
    before, after = version(rotation, windows), version(longer, windows, "2026-03-05T10:00")
    assert fix(before, after) == named
    if "…" in named:
        return
    anchor, first = named.strip("`").split(", ")
    mended = version(f"{longer.partition(', anchor')[0]}, {anchor}, {first}", windows, "2026-03-05T10:00")
    at = datetime(2026, 3, 5, 12, tzinfo=UTC)
    if "04-02" not in anchor and "hours" not in rotation:
        assert before.with_version(mended).on_duty(at).people == before.on_duty(at).people


def test_an_anchor_alone_does_not_name_anybody():
    """The list's first would have the turn, whoever had it before."""
    before = version("people: [anna, boris], unit: days, anchor: 2026-03-02")
    after = version("people: [anna, boris, vera], unit: days, anchor: 2026-03-05", effective="2026-03-05")
    assert fix(before, after).endswith("first: boris`")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("people: [anna], unit: fixed", "people: [boris], unit: fixed"),
        ("people: [anna], unit: fixed", "people: [boris, anna], unit: days, anchor: 2026-03-05"),
        ("people: [anna], unit: days, anchor: 2026-03-02", "people: [anna], unit: days, anchor: 2026-03-01"),
        ("people: [anna], unit: days, anchor: 2026-03-02", "people: [boris], unit: fixed"),
    ],
)
def test_what_names_its_people_needs_no_anchor(before, after):
    """A fixed rotation says who has duty, and an unchanged list moves nobody by itself."""
    assert version(before).with_version(version(after, effective="2026-03-05")).version == 2


def test_a_new_layer_moves_nobody():
    """Only a layer that was there before has a list to be changed."""
    rotation = "people: [anna], unit: days, anchor: 2026-03-02"
    more = ", {id: b, rotation: {people: [boris, vera], unit: days, anchor: 2026-03-02}}"
    assert version(rotation).with_version(version(rotation, effective="2026-03-05", other=more)).version == 2
