"""What is asked of the rows that the masks leave."""

from __future__ import annotations

from typing import Any

import pytest

from leadrouter.routing.needles import FEW
from leadrouter.routing.residue import settler, tagger
from leadrouter.routing.rule_pack import RulePack
from tests.pack_text import parse

WORDS = [f"word{number:02}" for number in range(FEW + 1)]


def pack_of(*whens: str, vocabulary: str = "n: int, m: int, note: text, old: {type: text, default: рама}") -> RulePack:
    """Return a pack whose classify table has these conditions, and a default behind them."""
    rules = [f"{{rule: r{index}, when: '{when}', class: mass}}" for index, when in enumerate(whens)]
    rest = "{rule: rest, default: true, class: complex}"
    return parse(f"vocabulary: {{{vocabulary}}}", f"classify: [{', '.join((*rules, rest))}]")


def settled(pack: RulePack, mask: int, **given: Any) -> int:
    """Return what is left of a mask of the classify table for a lead with these facts."""
    facts = {each.name: given.get(each.name) for each in pack.vocabulary}
    return settler(pack.checked, pack.index.stages["classify"])(mask, facts, ((),), {}, {})


@pytest.mark.parametrize(
    ("note", "left"),
    [("РАМА и болт", 0b1111), ("болт", 0b0111), ("гайка", 0b0011), ("гайка m", 0b0001)],
)
def test_rows_are_dropped_until_the_first_one_holds(note: str, left: int):
    """A row whose word is missing goes; those behind it wait, and the last demands nothing."""
    pack = pack_of('contains(note, "рама")', 'contains(note, "болт")', 'not contains(note, "m")')
    assert settled(pack, 0b1111, note=note) == left


def test_rows_that_want_the_same_word_go_together():
    """One look at the text rules all of them out, wherever they stand."""
    pack = pack_of('contains(note, "рама") and n > 1', 'contains(note, "болт")', 'contains(note, "рама")')
    assert settled(pack, 0b1111, note="болт", n=2) == 0b0101


def test_no_row_may_be_left():
    """A derived fact's table may have no default; then nothing holds."""
    pack = pack_of('contains(note, "рама")')
    assert settled(pack, 0b10, note="болт") == 0


def test_conditions_on_several_fields_are_asked_of_the_first_row_only():
    """The facts that they read may come as a form's strings."""
    pack = pack_of("n + m > 5", "n - m > 5")
    assert settled(pack, 0b111, n="3", m=3) == 0b111
    assert settled(pack, 0b111, n="7", m=-7) == 0b011
    assert settled(pack, 0b111, n="1", m=1) == 0b001


def test_a_default_is_searched_as_if_it_had_been_given():
    """A missing text with a default is that text."""
    pack = pack_of('contains(old, "рам")')
    assert settled(pack, 0b11) == 0b11
    assert settled(pack, 0b11, old="болт") == 0b01


@pytest.mark.parametrize(("note", "rule"), [("see WORD07", "r7"), ("word99", "rest"), (None, "rest")])
def test_many_words_are_found_at_once(note: str | None, rule: str):
    """A text that is missing rules out no row that the masks have left: here only the default."""
    pack = pack_of(*(f'contains(note, "{word}")' for word in WORDS))
    assert pack.decide({"note": note}).rules["classify"] == rule


def test_every_tag_is_found_and_each_rule_named_once():
    """A rule with two alternatives that both hold tags once; rules whose words are missing do not tag."""
    pack = parse(
        "vocabulary: {n: int, note: text}",
        "tag: [{rule: a, when: 'n > 1 or contains(note, \"рама\")', tag: x}, {rule: b, when: 'n + n > 100', tag: y},"
        " {rule: c, when: 'contains(note, \"болт\")', tag: z}, {rule: d, when: 'contains(note, \"рама\")', tag: x}]",
    )
    every = tagger(pack.checked, pack.index.stages["tag"])
    rows = pack.index.stages["tag"].everything
    assert [rule.id for rule in every(rows, {"n": 5, "note": "Рама"}, ())] == ["a", "d"]
    assert every(0, {"n": None, "note": None}, ()) == ()
