"""Targets as a pack writes them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadrouter.destination import Head, Person
from leadrouter.rulepack.sla import Escalation, Sla, Target, write_sla
from tests.pack_text import faults, parse

MINUTE = timedelta(minutes=1)


def refused(*sections: str) -> list[str]:
    """Return code and message of each fault for which a pack of these sections is refused."""
    return [f"{each.code} {each.message}" for each in faults(*sections)]


def sla(text: str) -> Sla:
    return parse(f"sla: {text}").checked.sla


def test_a_pack_without_targets_has_none():
    """Nothing is measured against anything."""
    assert parse("").checked.sla == Sla()
    assert Sla().target("acceptance", "complex") is None
    assert write_sla(Sla()) == {}


def test_a_target_is_a_duration_or_says_more():
    """Hours stand once for all targets, or with one of them; `~` there is around the clock."""
    read = sla("""
      hours: office
      acceptance: 5m
      first_contact:
        {within: 30m, hours: ~, remind: [10m, 5m], escalate: [{to: head(inbound)}, {after: 1h, to: person(anna)}]}
    """)
    assert read.targets == {
        "acceptance": Target(within=5 * MINUTE, hours="office"),
        "first_contact": Target(
            within=30 * MINUTE,
            remind=(10 * MINUTE, 5 * MINUTE),
            escalate=(
                Escalation(after=timedelta(), to=Head("inbound")),
                Escalation(after=60 * MINUTE, to=Person("anna")),
            ),
        ),
    }


def test_a_class_has_targets_of_its_own():
    """They take the place of those of all leads, each apart."""
    read = sla("{acceptance: 5m, first_contact: 30m, classes: {mass: {first_contact: 4h}}}")
    assert read.target("first_contact", "mass") == Target(within=240 * MINUTE)
    assert read.target("acceptance", "mass") == read.target("acceptance", "complex") == Target(within=5 * MINUTE)
    assert [place for place, _ in read.all()] == [
        "sla.acceptance",
        "sla.first_contact",
        "sla.classes.mass.first_contact",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{acceptance: 5m}",
        "{hours: office, first_contact: 30m, classes: {mass: {acceptance: 1d, first_contact: {within: 1w}}}}",
        "{first_contact: {within: 30m, hours: late, remind: [10m], escalate: [{after: 90s, to: inbound}]}}",
    ],
)
def test_what_is_written_is_read_again(text: str):
    """The canonical text of a pack says the same targets."""
    pack = parse(f"sla: {text}")
    assert type(pack).parse(pack.canonical) == pack
    assert type(pack).parse(pack.canonical).checked.sla == pack.checked.sla


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5m", ["LR106 `sla` must be a mapping of keys to values"]),
        ("{acceptence: 5m}", ["LR104 unknown key `acceptence` in `sla`"]),
        ("{acceptance: soon}", ["LR304 `acceptance`: `soon` (text) is not a duration"]),
        ("{acceptance: 0m}", ["LR304 `acceptance`: `0m` is below the least value"]),
        ("{acceptance: 2000d}", ["LR304 `acceptance`: `2000d` is above the largest value"]),
        ("{acceptance: ~}", ["LR304 `acceptance` is empty"]),
        ("{acceptance: {remind: [5m]}}", ["LR105 `acceptance` lacks `within`"]),
        ("{classes: {huge: {acceptance: 5m}}}", ["LR307 unknown class `huge`"]),
        (
            "{acceptance: {within: 5m, remind: [5m]}}",
            ["LR854 a reminder 5m before the target comes too early or out of order"],
        ),
        (
            "{acceptance: {within: 9m, remind: [1m, x, 5m]}}",
            [
                "LR304 `remind`: `x` (text) is not a duration",
                "LR854 a reminder 5m before the target comes too early or out of order",
            ],
        ),
        (
            "{acceptance: {within: 5m, escalate: [{after: 1h, to: head(a)}, {after: 1h, to: head(b)}]}}",
            ["LR854 escalation after 1h does not come after the one before it"],
        ),
        ("{acceptance: {within: 5m, escalate: [{to: owner}]}}", ["LR853 nobody can be told by `owner`"]),
        ("{acceptance: {within: 5m, escalate: [{to: nowhere}]}}", ["LR853 nobody can be told by `nowhere`"]),
        (
            "{acceptance: {within: 5m, escalate: [{after: 1m}]}}",
            ["LR105 a step of `escalate` lacks `to`"],
        ),
        (
            "{acceptance: {within: x, remind: [1m, 2m], escalate: [{after: x, to: head(a)}]}}",
            [
                "LR304 `within`: `x` (text) is not a duration",
                "LR304 `after`: `x` (text) is not a duration",
            ],
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, expected: list[str]):
    """Each fault at its place, all at once."""
    assert refused(f"sla: {text}") == expected


def test_targets_stand_once():
    """A second file of the pack cannot change them silently."""
    assert refused("sla: {}\nsla: {}") == ["LR103 key `sla` is given twice in the pack"]
