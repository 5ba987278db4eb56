"""A checked pack and what it tells of itself."""

from __future__ import annotations

import pytest

from leadrouter import vocabulary as v
from tests.pack_text import parse


def test_tables_are_found_by_name():
    """Each stage has its table; one that was not written is empty."""
    checked = parse("derive: {size: {type: int, rules: [{when: hot, then: 1}]}}").checked
    assert [len(checked.table(name)) for name in ("derive.size", "tag", "classify", "route")] == [1, 0, 1, 1]
    assert [name for name, _ in checked.computed()] == ["size"]
    with pytest.raises(KeyError, match=r"derive\.weight"):
        checked.table("derive.weight")


def test_everything_that_a_condition_may_name_has_a_type():
    """Fields, derived facts, the tags that rules give, and the class."""
    types = parse(
        "vocabulary: {hot: bool}",
        "derive: {size: {type: int, rules: []}}",
        "tag: [{rule: a, when: hot, tag: x}, {rule: b, when: hot, tag: y}, {rule: c, when: hot, tag: x}]",
        "classes: [vip, mass]",
    ).checked.types
    assert types == {"hot": v.Bool(), "size": v.Int(), "tags": v.EnumSet(("x", "y")), "class": v.Enum(("vip", "mass"))}


def test_a_checked_pack_cannot_be_changed():
    """Nothing that a pack holds can be replaced or added to."""
    checked = parse("derive: {size: {type: int, rules: []}}").checked
    for mapping in (checked.derived, checked.routes, checked.hours):
        with pytest.raises(TypeError):
            mapping["x"] = None  # type: ignore[index]  # that it cannot be assigned to is the claim
    with pytest.raises(AttributeError):
        checked.name = "other"  # type: ignore[misc]  # the same


def test_the_calendar_is_that_of_the_pack():
    """Conditions count with the pack's own zone and hours."""
    calendar = parse("tz: Asia/Vladivostok", 'hours: {office: [{from: "09:00", to: "18:00"}]}').checked.calendar
    assert (str(calendar.tz), list(calendar.hours)) == ("Asia/Vladivostok", ["office"])


def test_where_something_was_written_does_not_count():
    """Two packs that say the same in other files and lines are equal, warnings or not."""
    one = parse("routes: {desk: [{to: inbound}], attic: [{to: inbound}]}")
    other = parse("pack: demo\n\n", "routes:\n  desk: [{to: inbound}]\n  attic: [{to: inbound}]")
    assert one.checked == other.checked
    assert one.warnings != other.warnings
