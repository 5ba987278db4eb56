"""YAML that keeps the place of every key and value."""

from __future__ import annotations

from decimal import Decimal

import pytest

from leadrouter.alignment import align
from leadrouter.document import Document, Text, is_null, plain_scalar, visible


def read(text: str) -> Document:
    document = Document.read(text, "x.yaml")
    assert not document.faults, document.faults
    return document


def faults(document: Document) -> list[str]:
    """Return the faults of a document in a line each: place, code, message."""
    return [f"{fault.where}: {fault.code} {fault.message}" for fault in document.faults]


def test_scalars_are_those_of_yaml_1_2():
    """`no`, `12:30` and dates stay text; quotes keep text; digits may be grouped."""
    text = "[no, 12:30, 2026-03-02, 5, -1_000, 1.50, 1e3, .5, 1_, 1__0, 0x1F, true, ~, null, '5', \"\"]"
    assert read(text).data(read(text).root) == [
        *("no", "12:30", "2026-03-02", 5, -1000, Decimal("1.50"), Decimal(1000), Decimal("0.5")),
        *("1_", "1__0", "0x1F", True, None, None, "5", ""),
    ]
    assert plain_scalar("") is None
    assert plain_scalar("9" * 101) == "9" * 101


def test_an_empty_text_has_no_root():
    """Nothing, a comment and a byte-order mark are no document, and no fault."""
    for text in ("", "# nothing", "\ufeff"):
        assert read(text).root is None
    assert read("\ufeffa: 1").source.text == "a: 1"


def test_the_entries_of_a_mapping_are_checked():
    """Unknown, repeated and missing keys are faults, all of them."""
    document = read("a: 1\ncolour: red\na: 2\n[b]: 3\n")
    assert sorted(document.entries(document.root, "this", known=("a", "color"), required=("a", "b"))) == ["a"]
    assert faults(document) == [
        "x.yaml:3:1: LR103 key `a` is given twice in this",
        "x.yaml:4:1: LR106 a key in this must be a word",
        "x.yaml:2:1: LR104 unknown key `colour` in this",
        "x.yaml:1:1: LR105 this lacks `b`",
    ]
    assert document.faults[2].fix == "did you mean `color`? known: a, color"


def test_another_shape_is_a_fault():
    """A list for a mapping, a mapping for a list, either for text, text for a number or a flag."""
    document = read("- a\n")
    assert document.entries(document.root, "this", required=("a",)) == {}
    assert document.text(document.root, "this") is None
    assert document.words(document.root, "this") == ("a",)
    mapping = read("a: ~\nb: 5\n")
    assert mapping.items(mapping.root, "that") == []
    values = mapping.entries(mapping.root, "that")
    assert is_null(values["a"])
    assert not is_null(values["b"])
    assert mapping.word(values["a"], "`a`") is None
    assert mapping.flag(values["b"], "`b`") is False
    assert (mapping.whole(values["b"], "`b`"), mapping.whole(values["a"], "`a`")) == (5, None)
    assert [line.partition(" ")[2] for line in faults(document) + faults(mapping)] == [
        "LR106 this must be a mapping of keys to values",
        "LR106 this must be text",
        "LR106 that must be a list",
        "LR106 `a` is empty",
        "LR106 `b` must be `true` or `false`",
        "LR106 `a` must be a whole number",
    ]


@pytest.mark.parametrize("text", ["!!str 5", "!x 5", "! 5", "!!map {a: 1}", "!!seq [1]"])
def test_tags_are_refused(text: str):
    """They would make the same text mean something else."""
    document = read(text)
    document.data(document.root)
    assert [fault.code for fault in document.faults] == ["LR107"]


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x\n", "a: 1\nb: *x\n", "&x a: 1"])
def test_anchors_and_aliases_are_refused(text: str):
    """A text of nine lines could hold a billion words."""
    assert {fault.code for fault in Document.read(text, "x.yaml").faults} == {"LR107"}


@pytest.mark.parametrize(
    ("text", "places", "data"),
    [
        ("a: &x\n  b: 1\nc: *x\n", ["1:4", "3:4"], {"a": {"b": 1}, "c": None}),
        ("- &x\n  b: 1\n  c: 2\n- d\n", ["1:3"], [{"b": 1, "c": 2}, "d"]),
        ("- &x b: 1\n  c: 2\n", ["1:3"], [{"b": 1, "c": 2}]),
        ("a: &x {b: [&y 1, *y]}\r\nc:\r\n  <<: *x\r\n", ["1:4", "3:7"], {"a": {"b": [1, None]}, "c": {"<<": None}}),
        ("&x a: &y |\n  b\n  c\n*x : d", ["1:1", "4:1"], {"a": "b\nc\n", "~": "d"}),
    ],
    ids=["block", "item", "key", "carriage returns", "text"],
)
def test_what_an_anchor_or_an_alias_stands_on_is_read_without_it(text: str, places: list[str], data: object):
    """One fault a line, and none for what stands below it: the anchor is taken out, the alias is null."""
    document = Document.read(text, "x.yaml")
    assert [str(fault.where) for fault in document.faults] == [f"x.yaml:{place}" for place in places]
    assert document.data(document.root) == data


def test_a_tag_before_an_anchor_is_told_after_it():
    """The anchor is found where it stands."""
    document = Document.read("a: !x &y\n  b: 1\n", "x.yaml")
    document.data(document.root)
    assert faults(document) == ["x.yaml:1:7: LR107 anchors and aliases are not part of this format"]


def test_what_yaml_refuses_is_read_past():
    """Each line that cannot be read is a fault of its own; the others are read."""
    text = "a: b: c\nd: 1\ne: @f\ng:\n  - {h: >= 5, i: 1}\n  - {i: j}\n"
    document = Document.read(text, "x.yaml")
    assert [str(fault.where) for fault in document.faults] == ["x.yaml:1:5", "x.yaml:3:4", "x.yaml:5:9"]
    assert document.data(document.root) == {"a": None, "d": 1, "e": None, "g": [{}, {"i": "j"}]}


def test_a_quote_that_is_not_closed_is_told_where_it_opens():
    """Once, and the lines that it swallowed are read."""
    document = Document.read('a: 1\nb: [c, "d]\ne: 5\n', "x.yaml")
    assert faults(document) == ["x.yaml:2:8: LR101 not YAML: a quoted text that does not end"]
    assert document.data(document.root) == {"a": 1, "b": None, "e": 5}


def test_a_line_that_stands_too_far_in_is_told_once():
    """However often it is mended."""
    assert faults(Document.read("- a: 1\n    when: b\n", "x.yaml")) == [
        "x.yaml:2:9: LR101 not YAML: mapping values are not allowed in this context"
    ]


def test_where_one_line_spoils_all_nothing_is_read():
    """A bracket that is never closed swallows the lines behind it: that is told, and there is no root."""
    document = Document.read("a:\n  - [b\n  - {c: d}\n", "x.yaml")
    assert {fault.code for fault in document.faults} == {"LR101"}
    assert document.root is None


def test_a_line_that_was_blanked_has_had_its_fault():
    """What is empty because it could not be read is not told as missing, too."""
    document = Document.read("when: >= 5\nrule: a\n", "x.yaml")
    found = document.text(document.entries(document.root, "this")["when"], "`when`")
    assert found is None
    assert len(document.faults) == 1
    assert document.faults[0].fix.startswith("put the whole condition in quotes")


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("a:\n\t- b\n", "indent with spaces, never with tabs"),
        ("a: `b`\n", "quote text that holds"),
        ("when: a: b\n", "put the whole condition in quotes"),
        ("a: \x07\n", "remove it"),
        ("- a: 1\n\twhen: b\n", "indent with spaces, never with tabs"),
        ("- a: 1\n when: b\n", "indent the line as far as those beside it"),
        ("- a: 1\n    when: b\n", "indent the line as far as those beside it"),
        ("a: [b, c\nd: 1\n", "close the bracket that opens in line 1"),
        ("a: 1\n---\nb: 2\n", "keep one document in a file"),
        ("a: 'b\nc: 1\n", "close the quote"),
    ],
)
def test_a_trap_of_yaml_gets_its_own_fix(text: str, fix: str):
    """Tabs, indentation, marks that YAML keeps for itself, conditions without quotes, control characters."""
    (fault, *_) = Document.read(text, "x.yaml").faults
    assert fault.fix.startswith(fix)


def test_a_control_character_is_found_behind_cyrillic_text():
    """Its place is counted in characters, not in bytes."""
    document = Document.read("имя: привет\nb: \x07\nc: d\n", "x.yaml")
    assert faults(document) == ["x.yaml:2:4: LR101 a character that YAML does not take"]
    assert document.data(document.entries(document.root, "this")["c"]) == "d"


def test_so_many_faults_are_enough():
    """A text of which nothing can be read is given up after a hundred."""
    assert len(Document.read("a: b: c\n" * 150, "x.yaml").faults) == 100


def test_a_text_that_cannot_be_mended_is_left():
    """Where blanking does not help, what was found is told."""
    assert {fault.code for fault in Document.read("a: 1\n---\nb: 2\n", "x.yaml").faults} == {"LR101"}


def test_what_nests_too_deep_or_is_too_long_is_not_composed():
    """Before it is composed, which recurses."""
    for text in ("[" * 501, "[" * 100_000, "- " * 501 + "a", "x" * 20_000_001):
        assert [fault.code for fault in Document.read(text, "x.yaml").faults] == ["LR102"]


@pytest.mark.parametrize("text", ['a: "{}"', "a: '{}'", "a: b # {}", "a: |\n  {}", "a: b{}"])
def test_brackets_inside_a_text_are_no_levels(text: str):
    """Quoted, commented on, in a block or behind a letter; and neither are five hundred that are closed again."""
    assert read(text.format("[" * 600)).root is not None
    assert read("[" * 500 + "]" * 500).root is not None


def test_a_value_may_nest_to_fifty_levels():
    """Values are plain; what nests deeper is nobody's value."""
    for levels, code in ((50, []), (51, ["LR102"])):
        for opening, closing in (("[", "]"), ("{a: ", "}")):
            document = read(opening * levels + "1" + closing * levels)
            document.data(document.root)
            assert [fault.code for fault in document.faults] == code


def test_a_text_says_where_its_characters_are():
    """Beyond its end it is the whole; without an end it goes to the last."""
    document = read("a: 'it''s here'")
    text = document.text(document.entries(document.root, "this")["a"], "`a`")
    assert isinstance(text, Text)
    assert [text.span(*at).text for at in ((0, 4), (5, None), (99, 100))] == ["it''s", "here", "'it''s here'"]
    assert str(text.span(5)) == "x.yaml:1:11"


def test_a_text_is_aligned_once(monkeypatch):
    """However many faults it has: the cost of their places does not grow with the square of its length."""
    walks = []

    def walk(*where: object) -> list[tuple[int, int]] | None:
        walks.append(where)
        return align(*where)

    monkeypatch.setattr("leadrouter.document.align", walk)
    document = read("a: n < n < n < n")
    text = document.text(document.entries(document.root, "this")["a"], "`a`")
    assert [str(text.span(at, at + 1)) for at in (0, 4, 8, 12)] == [f"x.yaml:1:{at}" for at in (4, 8, 12, 16)]
    assert len(walks) == 1


def test_the_text_of_a_block_begins_behind_its_indentation():
    """The mark of the block and the indentation are no part of what was written."""
    document = read("a: |\n    one\n    two\n")
    text = document.text(document.entries(document.root, "this")["a"], "`a`")
    assert [str(text.span(*at)) for at in ((0, 3), (4, 7))] == ["x.yaml:2:5", "x.yaml:3:5"]


def test_the_place_of_a_block_ends_with_its_text():
    """Not with the blank lines behind it."""
    document = read("a:\n  b: 1\n\n\nc: 2\n")
    assert document.span(document.entries(document.root, "this")["a"]).text == "b: 1"


def test_what_cannot_be_seen_is_escaped():
    """In double quotes YAML reads the escapes of characters inside and outside the first plane."""
    text = "a\x7f\u2028\ufeff\U000e0001é"
    written = f'"{visible(text)}"'
    assert written.isprintable()
    assert read(written).data(read(written).root) == text
