"""A rule pack that can decide."""

from __future__ import annotations

import pytest

from leadrouter.errors import PackError
from leadrouter.routing.rule_pack import RulePack
from tests.pack_text import pack_text, parse


def test_a_pack_tells_of_itself():
    """Its name, its classes, the fields that a lead may bring, and its warnings."""
    pack = parse("pack: mine", "vocabulary: {hot: bool}", "classes: [mass, vip]")
    assert (pack.name, pack.classes, list(pack.vocabulary.fields), pack.warnings) == (
        "mine",
        ("mass", "vip"),
        ["hot"],
        (),
    )


def test_packs_are_equal_that_have_one_canonical_text():
    """Files, comments and order of sections do not count; each word of a rule does."""
    pack = parse()
    other = RulePack.parse("# the same\n" + "\n".join(reversed(pack_text().splitlines())))
    assert pack == other
    assert (hash(pack), pack.digest) == (hash(other), other.digest)
    assert pack not in (parse("pack: other"), parse("vocabulary: {hot: bool}"), pack.digest)


def test_equal_packs_have_equal_hashes():
    """The order in which fields are asked for is part of what a pack says."""
    one, other = parse("vocabulary: {a: bool, b: bool}"), parse("vocabulary: {b: bool, a: bool}")
    assert one != other
    assert len({one, other, parse("vocabulary: {a: bool, b: bool}")}) == 2


@pytest.mark.parametrize(
    "changed",
    [
        "pack: other",
        "tz: Asia/Vladivostok",
        "unknown_fields: keep",
        "vocabulary: {amount: {money: RUB}}",
        "classes: [mass, vip]",
        "classify: [{rule: other, default: true, class: mass}]",
        "classify: [{rule: rest, default: true, class: complex}]",
        "classify: [{rule: rest, default: true, class: mass, because: so}]",
        "route: [{rule: a, when: hot, to: desk}, {rule: all, default: true, to: desk}]",
        "routes: {desk: [{to: head(sales)}]}",
        "tag: [{rule: t, when: hot, tag: x}]",
        "derive: {d: {type: bool, rules: []}}",
        'hours: {office: [{from: "09:00", to: "18:00"}]}',
    ],
)
def test_a_digest_stands_for_all_that_a_pack_says(changed: str):
    """Whatever is said otherwise gives another one."""
    assert parse(changed).digest != parse().digest


def test_a_pack_has_a_source():
    """Faults name it as their place."""
    with pytest.raises(PackError, match=r"^mine\.yaml:1:1: LR106"):
        RulePack.parse("- a", source="mine.yaml")
