"""The compiled function: what it takes at once, what it reads the long way, what it refuses."""

from __future__ import annotations

from collections import OrderedDict, UserDict, defaultdict
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from leadrouter.errors import FactsError
from leadrouter.routing.index import MOST_BRANCHES
from leadrouter.routing.rule_pack import RulePack
from tests.pack_text import parse

REST = "{rule: rest, default: true, class: mass}"


def decider(vocabulary: str, *whens: str, sections: tuple[str, ...] = ()) -> RulePack:
    """Return a pack with these conditions, named r0, r1 and so on, and a default behind them."""
    rules = [f"{{rule: r{index}, when: '{when}', class: mass}}" for index, when in enumerate(whens)]
    return parse(f"vocabulary: {{{vocabulary}}}", f"classify: [{', '.join((*rules, REST))}]", *sections)


def decided(pack: RulePack, facts: Any) -> str:
    """Return the rule that decided, by the index as by the reference, or the code of the first fault."""
    found = []
    for decide in (pack.decide, pack.evaluate):
        try:
            found.append(decide(facts).rules["classify"])
        except FactsError as error:
            found.append(error.faults[0].code)
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize(
    ("type_", "answers"),
    [
        (
            "int",
            {4: "rest", 5: "r0", 6: "r1", 8: "r1", 9: "rest", 10**18: "LR404", -(10**18): "LR404", 10**18 - 1: "rest"},
        ),
        ("{int: {min: 5, max: 8}}", {4: "LR404", 5: "r0", 6: "r1", 8: "r1", 9: "LR404"}),
        ("{int: {min: 0, max: 6}}", {-1: "LR404", 0: "rest", 5: "r0", 6: "r1", 7: "LR404"}),
        ("{decimal: {min: 4.5, max: 8.5}}", {4: "LR404", 5: "r0", 6: "r1", 8: "r1", 9: "LR404", Decimal("8.5"): "r1"}),
        ("{money: {currency: RUB, min: 4.5, max: 8.5}}", {4: "LR404", 5: "r0", 6: "r1", 8: "r1", 9: "LR404"}),
    ],
)
def test_whole_numbers_fall_at_borders_as_they_should(type_: str, answers: dict[Any, str]):
    """At, below and above each constant and each bound, whole or not."""
    pack = decider(f"n: {type_}", "4.5 <= n <= 5", "n > 5.5 and n < 8.75")
    assert {number: decided(pack, {"n": number}) for number in answers} == answers


def test_constants_may_lie_outside_the_range():
    """They cut no cells that a lead could lie in, and let no number in."""
    pack = decider("n: {int: {min: 0, max: 6}}", "n > 5", "n < 100", "n < 200 or n > -100")
    assert [decided(pack, {"n": number}) for number in (-100, -1, 0, 5, 6, 7, 100, 150, 200)] == [
        *("LR404", "LR404", "r1", "r1", "r0", "LR404", "LR404", "LR404", "LR404")
    ]


@pytest.mark.parametrize("most", [MOST_BRANCHES // 2 - 1, MOST_BRANCHES])
def test_few_stretches_are_compared_and_many_bisected(most: int):
    """Each constant of an `in` is a stretch of its own; a value between two of them falls through."""
    constants = range(0, 2 * most, 2)
    pack = decider(f"n: {{int: {{min: -3, max: {2 * most}}}}}", f"n in [{', '.join(map(str, constants))}]", "n == 1")
    answers = {**dict.fromkeys(constants, "r0"), 1: "r1", -1: "rest", 2 * most - 1: "rest", 2 * most: "rest"}
    answers |= {-4: "LR404", 2 * most + 1: "LR404", 10**30: "LR404"}
    assert {number: decided(pack, {"n": number}) for number in answers} == answers


def test_a_range_may_hold_no_whole_number():
    """Then every whole number lies outside."""
    pack = decider("n: {decimal: {min: 8.2, max: 8.8}}", "n > 8.5")
    assert [decided(pack, {"n": number}) for number in (8, 8.2, 8.6, 9)] == ["LR404", "rest", "r0", "LR404"]


@pytest.mark.parametrize(
    "conditions",
    [["n > 5"], ["n + n > 10"], ['contains(note, "x") and n > 5'], ["known(n) == True"]],
    ids=["a column", "a residue", "a word", "nothing of it"],
)
def test_a_value_out_of_range_is_refused_whatever_is_asked(conditions: list[str]):
    """Whether a table asks for the field by mask, by residue or not at all."""
    pack = decider("n: {int: {min: 0, max: 9}}, note: text", *conditions)
    assert decided(pack, {"n": 10, "note": "x"}) == decided(pack, {"n": -1}) == "LR404"


@pytest.mark.parametrize(
    "stage", ["derive: {d: {type: int, rules: [{when: n > 5, then: 1}]}}", "tag: [{rule: t, when: n > 5, tag: a}]"]
)
def test_a_value_out_of_range_is_refused_in_every_stage(stage: str):
    """A stage that may find nothing does not take it for nothing."""
    pack = decider("n: {int: {min: 0, max: 9}}", sections=(stage,))
    assert decided(pack, {"n": 10}) == "LR404"


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (True, "r0"),
        (False, "r1"),
        (None, "r2"),
        (1, "LR402"),
        (0, "LR402"),
        ("да", "r0"),
        ("no", "r1"),
        (Decimal(1), "LR402"),
        ([], "LR402"),
    ],
)
def test_one_is_not_true(value: Any, rule: str):
    """Equality is typed: neither is zero false."""
    assert decided(decider("on: bool", "on", "not on", "not known(on)"), {"on": value}) == rule


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("a", "r0"),
        ("b", "r1"),
        (" a ", "r0"),
        ("АЛЬФА", "r0"),
        ("c", "LR409"),
        (["a"], "LR402"),
        ({}, "LR402"),
        (5, "LR402"),
        (None, "rest"),
    ],
)
def test_synonyms_and_unhashable_values_are_read_the_long_way(value: Any, rule: str):
    """What is no value of the enumeration as it stands is read, and refused where it is none."""
    assert (
        decided(decider("kind: {enum: [a, b], synonyms: {альфа: a}}", 'kind == "a"', 'kind == "b"'), {"kind": value})
        == rule
    )


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("a", "r0"),
        ("é", "r1"),
        ("e\u0301", "r1"),
        ("a\nb", "r2"),
        ("ab\x07", "r2"),
        ("aaaa", "LR406"),
        ("\0", "LR406"),
        ("\ud800", "LR406"),
        (5, "LR402"),
    ],
)
def test_texts_are_compared_in_nfc(value: Any, rule: str):
    """However its letters are composed, and whatever characters it holds; too long or broken ones are refused."""
    pack = decider("note: {text: {max: 3}}", 'note == "a"', 'note == "é"', 'note != "a"')
    assert decided(pack, {"note": value}) == rule


@pytest.mark.parametrize("when", ['note == "a"', 'contains(note, "a")'], ids=["compared", "searched"])
def test_a_text_of_heaped_marks_is_refused_before_it_is_read(when: str):
    """It is printable and not too long, and to put its marks in order would take seconds."""
    pack = decider("note: text", when)
    assert decided(pack, {"note": "a" + "\u0315\u0316" * 45_000}) == "LR406"
    assert decided(pack, {"note": "a" + "\u0316" * 30}) in ("rest", "r0")


class Letters(str):
    """A text of another class."""

    __slots__ = ()


@pytest.mark.parametrize(
    "make", [dict, OrderedDict, UserDict, MappingProxyType, lambda facts: defaultdict(lambda: 9, facts)]
)
@pytest.mark.parametrize("facts", [{"n": 6, "kind": "a"}, {"n": "6", "kind": "а"}, {"n": 6, "kind": Letters("a")}, {}])
def test_any_mapping_holds_facts(make: Any, facts: dict[str, Any]):
    """What is missing in it stays missing, even where it would make something up."""
    pack = decider("n: int, kind: {enum: [a, b], synonyms: {а: a}}", 'n == 6 and kind == "a"')
    held = make(facts)
    outcome = pack.decide(held)
    assert outcome == pack.evaluate(held)
    assert dict(held) == dict(outcome.given) == facts
    assert outcome.rules["classify"] == ("r0" if facts else "rest")


@pytest.mark.parametrize("facts", [None, 5, "n", [("n", 5)], ["n"], object()])
def test_facts_are_a_mapping(facts: Any):
    """Anything else is refused, and kept as it was given."""
    pack = decider("n: int", "n > 5")
    with pytest.raises(FactsError, match="not a mapping") as refused:
        pack.decide(facts)
    assert refused.value.raw is facts
    assert decided(pack, facts) == "LR402"


@pytest.mark.parametrize("name", [5, None, ("n",), "m"])
def test_an_unknown_name_is_refused(name: Any):
    """Names that are no text are unknown as well, and so is one that stands in the place of one that is known."""
    pack = decider("n: int", "n > 5")
    assert decided(pack, {"n": 6, name: 1}) == decided(pack, {name: 1}) == "LR401"
    kept = decider("n: int", "n > 5", sections=("unknown_fields: keep",))
    assert decided(kept, {name: 1, "n": 6}) == "r0"


@pytest.mark.parametrize(
    ("field", "when"),
    [
        ("{type: bool, default: true}", "f"),
        ("{type: {enum: [a, b]}, default: b}", 'f == "b"'),
        ("{type: int, default: 5}", "f == 5"),
        ("{type: int, default: 5}", "f + f == 10"),
        ("{type: {money: RUB}, default: 5}", "f == 5"),
        ("{type: text, default: é}", 'f == "é"'),
        ("{type: text, default: Срочно}", 'contains(f, "срочно")'),
        ("{type: date, default: 2026-03-02}", 'f == "2026-03-02"'),
        ("{type: instant, default: 2026-03-02T09:00Z}", "hour(f) == 9"),
        ("{type: instant, default: 2026-03-02T09:00Z}", 'f > "2026-03-02T08:00Z"'),
        ("{type: duration, default: 1h}", 'f == "60m"'),
        ("{type: {set: [a, b]}, default: [b]}", '"b" in f'),
    ],
)
def test_a_default_stands_in_for_a_missing_fact(field: str, when: str):
    """In columns, in residues and in texts that are searched."""
    pack = decider(f"f: {field}, g: bool", when)
    assert [decided(pack, facts) for facts in ({}, {"f": None}, {"g": True})] == ["r0"] * 3


def test_required_facts_may_not_be_missing():
    """Of each type."""
    kinds = ("bool", "int", "text", "instant", "date", "{enum: [a]}", "{set: [a]}", "{money: RUB}")
    for kind in kinds:
        pack = decider(f"f: {{type: {kind}, required: true}}", "known(f)")
        assert decided(pack, {}) == decided(pack, {"f": None}) == "LR403"


def test_letters_of_any_script_name_fields():
    """No word of a pack is part of the function's text."""
    pack = decider("сумма: int, n: int, город: {enum: [Москва]}", 'сумма > 5 and город == "Москва"', "сумма + n > 5")
    assert decided(pack, {"сумма": 6, "город": "Москва"}) == "r0"
    assert decided(pack, {"сумма": 3, "n": 3}) == "r1"


def test_one_field_may_serve_every_stage():
    """Its mask for each table is selected at once."""
    pack = decider(
        "n: int",
        "n > 1 and d == 1",
        'd == 1 and "a" in tags',
        sections=(
            "derive: {d: {type: int, rules: [{when: n > 0, then: 1}, {when: n < 0, then: 2}]}}",
            "tag: [{rule: t, when: n == 1, tag: a}, {rule: u, when: d == 2, tag: b}]",
            'route: [{rule: x, when: n == 5 and class == "mass", to: desk}, {rule: all, default: true, to: desk}]',
        ),
    )
    for number in range(-2, 7):
        assert pack.decide({"n": number}) == pack.evaluate({"n": number})
    assert pack.decide({"n": 1}).rules == {"derive.d": "d-1", "classify": "r1", "route": "all"}
    assert pack.decide({"n": -1}).tags == ("b",)


def test_tags_may_ask_for_many_words():
    """All of them are found at once, in texts that leads bring and in those that are derived."""
    words = [f"слово{number}!" for number in range(30)]
    tags = [f"{{rule: t{n}, when: 'contains(a, \"{word}\")', tag: t{n}}}" for n, word in enumerate(words)]
    echoes = [f"{{rule: d{n}, when: 'contains(d, \"{word}\")', tag: d{n}}}" for n, word in enumerate(words)]
    derive = "derive: {d: {type: text, rules: [{when: known(a), then: Слово7! слово11!}]}}"
    pack = decider("a: text", sections=(derive, f"tag: [{', '.join(tags + echoes)}]"))
    for facts in ({}, {"a": "СЛОВО1! слово29!"}, {"a": ""}):
        assert pack.decide(facts) == pack.evaluate(facts)
    assert pack.decide({"a": "СЛОВО1! слово29!"}).tags == ("t1", "t29", "d7", "d11")


def test_a_pack_may_ask_for_nothing():
    """Tables of defaults alone have no columns; fields are still checked."""
    pack = decider("n: int, on: bool", sections=("derive: {d: {type: int, rules: []}}",))
    assert decided(pack, {"n": 5}) == decided(pack, {}) == "rest"
    assert decided(pack, {"n": "many"}) == "LR402"
    assert decided(decider("", sections=()), {}) == "rest"
