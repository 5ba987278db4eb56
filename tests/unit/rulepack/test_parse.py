"""From the text of a pack, and of what it includes, to a checked pack or to every fault in it."""

from __future__ import annotations

from datetime import time

import pytest

from leadrouter.destination import Department, Hold, Inbound, OnDuty
from leadrouter.errors import PackError
from leadrouter.hours import Window
from leadrouter.routing.rule_pack import RulePack
from leadrouter.rulepack.parse import parse_pack
from leadrouter.vocabulary import WEEKDAYS
from tests.pack_text import CLASSIFY, ROUTE, ROUTES, VOCABULARY, faults, parse, told


def test_a_pack_needs_little():
    """Zone, classes, policy and stages that are left out are the plain ones."""
    checked = parse("vocabulary: {}").checked
    assert (checked.name, checked.tz, checked.keep_unknown) == ("demo", "UTC", False)
    assert checked.classes == ("mass", "complex", "future-large")
    assert [table.name for table in checked.tables] == ["tag", "classify", "route"]
    assert (dict(checked.derived), dict(checked.hours), checked.warnings) == ({}, {}, ())


def test_a_pack_may_say_everything():
    """Each section is read into its part of the checked pack."""
    checked = parse(
        "language: 1",
        "tz: Europe/Moscow",
        "unknown_fields: keep",
        'hours: {office: [{days: [mon], from: "09:00", to: "18:00"}, {from: "22:00", to: "06:00"}], never: []}',
        "classes: [mass, vip]",
        "routes: {desk: [{to: department( sales )}, {to: inbound}], night: [{to: on_duty(duty)}, {to: hold}]}",
    ).checked
    assert (checked.tz, checked.keep_unknown, checked.classes) == ("Europe/Moscow", True, ("mass", "vip"))
    assert checked.hours["office"].windows == (
        Window(frozenset({"mon"}), time(9), time(18)),
        Window(frozenset(WEEKDAYS), time(22), time(6)),
    )
    assert checked.hours["never"].windows == ()
    assert [step.to for step in checked.routes["desk"].steps] == [Department("sales"), Inbound()]
    assert [step.to for step in checked.routes["night"].steps] == [OnDuty("duty"), Hold()]


def test_included_files_come_first():
    """What a file includes stands before what it says itself, and rules keep the file that they are from."""
    files = {
        "words.yaml": f"{VOCABULARY}\n{ROUTES}",
        "first.yaml": "include: [second.yaml]\nclassify: [{rule: b, when: hot, class: mass}]",
        "second.yaml": "classify: [{rule: a, when: hot, class: mass}]",
    }
    text = f"pack: demo\ninclude: [words.yaml, first.yaml]\n{CLASSIFY}\n{ROUTE}"
    rules = parse_pack(text, "main.yaml", lambda named, _above: (named, files[named])).table("classify").rules
    assert [(rule.id, rule.where and rule.where.source.name) for rule in rules] == [
        ("a", "second.yaml"),
        ("b", "first.yaml"),
        ("rest", "main.yaml"),
    ]


@pytest.mark.parametrize(
    ("section", "files", "messages"),
    [
        ("include: [none.yaml]", {}, ["pack.yaml:6:11: LR109 `none.yaml` cannot be read: no such file"]),
        ("include: [a.yaml, a.yaml]", {"a.yaml": "tag: []"}, ["pack.yaml:6:19: LR109 `a.yaml` is included already"]),
        ("include: [a.yaml]", {"a.yaml": "include: [a.yaml]"}, ["a.yaml:1:11: LR109 `a.yaml` is included already"]),
        (
            "include: [a.yaml]",
            {"a.yaml": "include: [pack.yaml]"},
            ["a.yaml:1:11: LR109 `pack.yaml` cannot be read: no such file"],
        ),
        ("include: [a.yaml]", {"a.yaml": "pack: two"}, ["pack.yaml:1:7: LR103 `pack` is given twice"]),
        (
            "include: [a.yaml]",
            {"a.yaml": "vocabulary: {hot: bool}"},
            ["pack.yaml:2:76: LR103 field `hot` is given twice"],
        ),
        (
            "include: [a.yaml]",
            {"a.yaml": "routes: {desk: [{to: inbound}]}"},
            ["pack.yaml:5:10: LR103 route `desk` is given twice"],
        ),
        (
            "include: [a.yaml]",
            {"a.yaml": "derive: {hot: {type: bool, rules: []}}"},
            ["a.yaml:1:10: LR103 `hot` is given twice"],
        ),
        ("include: [a.yaml]", {"a.yaml": "- a"}, ["a.yaml:1:1: LR106 the pack must be a mapping of keys to values"]),
        ("include: [a.yaml]", {"a.yaml": "tag: ["}, ["a.yaml:1:6: LR101 not YAML: did not find expected node content"]),
        ("include: [a.yaml]", {"a.yaml": ""}, ["a.yaml: LR105 the file is empty"]),
        ("include: [[a.yaml]]", {}, ["pack.yaml:6:11: LR106 a file of `include` must be text"]),
    ],
)
def test_an_include_may_fail(section: str, files: dict[str, str], messages: list[str]):
    """A file that is missing, read already or says what is said already is a fault with its place."""
    assert told(faults(section, files=files)) == messages


def test_an_empty_file_is_filled_or_left_out():
    """The pack's own file begins with its name; another one would say it twice."""
    assert [fault.fix for fault in faults("include: [a.yaml]", files={"a.yaml": ""})] == ["take it out of `include`"]


def test_hours_may_stand_in_one_file_only():
    """Business hours of one name are given once, whatever files the pack has."""
    office = 'hours: {office: [{from: "09:00", to: "18:00"}]}'
    assert told(faults("include: [a.yaml]", office, files={"a.yaml": office})) == [
        "pack.yaml:7:9: LR103 hours `office` are given twice"
    ]


def test_classes_are_joined():
    """Each file may add classes of its own."""
    assert parse("include: [a.yaml]", "classes: [mass]", files={"a.yaml": "classes: [vip]"}).classes == ("vip", "mass")


def test_a_text_that_is_not_worth_reading_is_refused():
    """What nests too deep for any reader has that one fault."""
    with pytest.raises(PackError) as refused:
        RulePack.parse("[" * 600)
    assert [fault.code for fault in refused.value.faults] == ["LR102"]


@pytest.mark.parametrize(
    ("window", "messages"),
    [
        ("{days: [mon]}", ["a window of `office` lacks `from`", "a window of `office` lacks `to`"]),
        ('{to: "18:00"}', ["a window of `office` lacks `from`"]),
        ('{from: "24:00", to: "9:00"}', ["`24:00` is no time of day", "`9:00` is no time of day"]),
        ("{from: [9], to: null}", ["a time of day must be text", "a time of day is empty"]),
        ("{days: mon, from: 09:00, to: 18:00}", ["`days` must be a list"]),
    ],
)
def test_a_window_that_is_none_is_refused(window: str, messages: list[str]):
    """Both ends are needed, as times of day."""
    assert [fault.message for fault in faults(f"hours: {{office: [{window}]}}")] == messages


def test_faults_are_told_file_by_file_in_their_order():
    """What is found late is told where it stands, each fault once."""
    found = faults(
        "include: [words.yaml]",
        "classify: [{rule: a, when: hott, class: mas}, {csv: c.csv}, {rule: a, when: hot, class: mass}]",
        "rotes: {}",
        files={"words.yaml": "vocabulary: {x: integer}", "c.csv": "rule,hot,class\nb,perhaps,mass\nc,sure,mas\n"},
    )
    assert [each.partition(" ")[0] for each in told(found)] == [
        "pack.yaml:3:28:",
        "pack.yaml:3:41:",
        "pack.yaml:3:61:",
        "pack.yaml:7:1:",
        "c.csv:2:3:",
        "c.csv:3:3:",
        "c.csv:3:8:",
        "words.yaml:1:17:",
    ]


def test_a_text_without_a_folder_includes_nothing():
    """A pack that is given as text alone cannot read other files."""
    with pytest.raises(PackError, match="this text has no folder"):
        RulePack.parse("pack: demo\ninclude: [a.yaml]")


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        (("routes: [desk]",), "`routes` must be a mapping of keys to values"),
        (("routes: {}",), "`routes` is empty"),
        (("routes: {desk: {to: inbound}}",), "route `desk` must be a list"),
        (("routes: {desk: [{}]}",), "a step of route `desk` lacks `to`"),
        (("routes: {desk: [{to: [inbound]}]}",), "`to` must be text"),
        (("classes: {}",), "`classes` must be a list"),
        (("derive: {size: {type: {enum: []}, rules: []}}",), "derived fact `size` has no values"),
        (("derive: {class: {type: bool, rules: []}}",), "`class` is a word of the language"),
        (("derive: []",), "`derive` must be a mapping of keys to values"),
        (("pack: [demo]",), "`pack` must be text"),
        (("tz: [UTC]",), "`tz` must be text"),
    ],
)
def test_a_section_of_another_shape_has_one_fault(sections: tuple[str, ...], message: str):
    """What could not be read does not make what refers to it wrong as well."""
    assert [fault.message for fault in faults(*sections)] == [message]


def test_a_proof_may_be_too_large():
    """A table without a default that would take too long to prove total needs a default."""
    vocabulary = "vocabulary: {" + ", ".join(f"f{index}: int" for index in range(1_200)) + "}"
    asked = " and ".join(f"f{index} < 5" for index in range(1_200))
    (fault,) = faults(vocabulary, f"classify: [{{rule: a, when: {asked}, class: mass}}]")
    assert fault.message.endswith("is not proven total: the proof grew too large")
