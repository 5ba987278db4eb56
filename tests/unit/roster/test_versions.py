"""The versions of a roster: files that name each other, and what they have all together."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadrouter import DutyRoster, RosterError

TEXT = """
roster: demo
version: 3
people: {anna: , boris: }
roles:
  duty:
    layers:
      - id: office
        rotation: {people: [anna, boris], unit: days, anchor: 2026-03-02}
  phone: {layers: [{id: phone, rotation: {people: [boris], unit: fixed}}]}
"""
LATER = """
roster: demo
version: 4
effective: 2026-04-01
previous: other.yaml
people: {vera: , anna: {name: Anna}}
roles: {night: {layers: [{id: late, rotation: {people: [vera], unit: fixed}}]}, duty: {follows: night}}
"""


def refused(text: str, other: str) -> RosterError:
    with pytest.raises(RosterError) as error:
        DutyRoster.parse(text, read=lambda _: other.encode())
    return error.value


def test_who_takes_turns_is_asked_of_the_version_in_force():
    """Of all versions, the latest first, where no instant is given; before the first one nobody does."""
    both = DutyRoster.parse(LATER, read=lambda _: TEXT.encode())
    before, after = datetime(2026, 3, 31, 23, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    assert both.taking_part(before) == {"duty": ("anna", "boris"), "phone": ("boris",)}
    assert both.taking_part(after) == {"night": ("vera",), "duty": ("vera",)}
    assert both.taking_part() == {"night": ("vera",), "duty": ("vera", "anna", "boris"), "phone": ("boris",)}
    assert [(each.number, first, last) for each, first, last in both.in_force(before, after + (after - before))] == [
        (3, before, after),
        (4, after, after + (after - before)),
    ]
    alone = DutyRoster.parse(LATER.replace("previous: other.yaml\n", ""))
    assert (alone.taking_part(before), alone.in_force(before, after)) == ({}, ())


def test_versions_have_their_roles_and_people_together():
    """The latest version's come first and as it has them; what it has dropped stands behind."""
    both = DutyRoster.parse(LATER, read=lambda _: TEXT.encode())
    assert [version.number for version in both.versions] == [3, 4]
    assert (both.all_roles, list(both.all_people)) == (("night", "duty", "phone"), ["vera", "anna", "boris"])
    assert both.all_people["anna"].name == "Anna"
    assert (both.written[0].text, dict(both.written[0].files)) == (LATER, {"other.yaml": TEXT})
    earlier = DutyRoster.parse(TEXT)
    assert len({both.digest, earlier.digest, DutyRoster(both.versions[1:]).digest}) == 3


def test_a_roster_does_not_follow_itself():
    """A chain of files that comes back to one that was read is refused."""
    assert [fault.code for fault in refused(LATER, LATER).faults] == ["LR109"]


def test_what_does_not_follow_is_refused():
    """A version that is not later, and one that does not say when it begins."""
    again = LATER.replace("previous: other.yaml", "")
    assert [fault.code for fault in refused(LATER, again).faults] == ["LR715"]
    assert [fault.code for fault in refused(LATER.replace("effective: 2026-04-01", ""), TEXT).faults] == ["LR105"]


def test_faults_of_an_earlier_version_are_told_with_its_name():
    """The place of a fault is in the file that has it."""
    error = refused(LATER, TEXT.replace("anchor: 2026-03-02", "anchor: 2026-02-30"))
    assert str(error).startswith("other.yaml:9:")
    assert [fault.code for fault in refused(LATER, "[").faults] == ["LR101"]


def test_an_empty_file_is_no_roster():
    """It has no version, and says how to begin."""
    assert [fault.code for fault in refused("# nothing\n", TEXT).faults] == ["LR105"]
