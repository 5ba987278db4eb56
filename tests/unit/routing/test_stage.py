"""A table as bit masks."""

from __future__ import annotations

import pytest

from leadrouter.routing.index import Index
from leadrouter.routing.stage import Stage
from tests.pack_text import parse

REST = "{rule: rest, default: true, class: mass}"
VOCABULARY = "vocabulary: {sites: int, hot: bool, note: text, kind: {enum: [x, y]}}"


def stage(*whens: str) -> Stage:
    """Return the table of classes with these conditions and a default behind them."""
    rules = [f"{{rule: r{index}, when: '{when}', class: mass}}" for index, when in enumerate(whens)]
    return Index.of(parse(VOCABULARY, f"classify: [{', '.join((*rules, REST))}]").checked).stages["classify"]


def masks(compiled: Stage, field: str) -> list[str]:
    """Return the masks of a column in binary, row 0 first."""
    return [f"{mask:0{len(compiled.rules)}b}" for mask in compiled.columns[field].masks]


@pytest.mark.parametrize(
    ("whens", "field", "expected"),
    [
        (["sites > 5"], "sites", ["01", "01", "11", "01"]),
        (["sites <= 5", "sites > 5"], "sites", ["101", "101", "011", "001"]),
        (["sites == 5", "hot"], "sites", ["011", "111", "011", "011"]),
        (["1 <= sites < 5"], "sites", ["01", "11", "11", "01", "01", "01"]),
        (["hot", "not hot", "not known(hot)"], "hot", ["0101", "1001", "0011"]),
        (['kind != "x"', "known(kind)"], "kind", ["011", "111", "001"]),
        (['note == "a"', 'note != "a"', 'contains(note, "b")'], "note", ["1011", "0111", "0001"]),
    ],
)
def test_a_column_says_which_rows_a_cell_allows(whens: list[str], field: str, expected: list[str]):
    """A mask for each cell, row 0 in the highest bit, the last for a missing value."""
    assert masks(stage(*whens), field) == expected


def test_a_rule_has_a_row_for_each_way_in_which_it_holds():
    """Rows keep the order of their rules; a rule that can never hold has none."""
    compiled = stage("hot or sites > 5", "False", 'contains(note, "x")')
    assert [rule.id for rule in compiled.rules] == ["r0", "r0", "r2", "rest"]
    assert compiled.everything == 0b1111
    assert list(compiled.residue) == [2]


def test_the_first_row_of_a_mask_is_found_by_its_length():
    """The highest bit is the first rule; a row with a residue is not free to be taken."""
    compiled = stage('contains(note, "x")', "hot")
    assert [rule and rule.id for rule in compiled.by_length] == [None, "rest", "r1", "r0"]
    assert [rule and rule.id for rule in compiled.free_by_length] == [None, "rest", "r1", None]
    assert list(compiled.rows(0b101)) == [0, 2]


def test_a_missing_value_leaves_rows_unsure():
    """Rows that some value would allow, and those that ask for nothing, may hold where it is missing."""
    column = stage("sites > 5", "not known(sites)", "hot").columns["sites"]
    assert f"{column.unsure:04b}" == "1111"
    assert f"{column.masks[-1]:04b}" == "0111"


def test_a_table_without_rules_has_no_rows():
    """Nothing is allowed, and nothing is asked."""
    compiled = Index.of(parse().checked).stages["tag"]
    assert (compiled.rules, dict(compiled.columns), compiled.everything, compiled.by_length) == ((), {}, 0, (None,))


@pytest.mark.parametrize(
    ("when", "names", "tags"),
    [
        ("sites > 5 and hot", {"sites", "hot"}, set()),
        ('hot or (known(kind) and contains(note, "b"))', {"hot", "kind", "note"}, set()),
        ('hot and not ("a" in tags or sites > 5 and "b" in tags)', {"hot", "sites", "tags"}, {"a", "b"}),
        ('hot and kind == "x" and not known(tags)', {"hot", "kind", "tags"}, set()),
    ],
)
def test_a_row_depends_on_what_its_conditions_name(when: str, names: set[str], tags: set[str]):
    """The facts, asked for or only asked whether they are known, and the tags that are asked for."""
    tagging = "tag: [{rule: one, when: hot, tag: a}, {rule: other, when: hot, tag: b}]"
    classes = f"classify: [{{rule: r, when: '{when}', class: mass}}, {REST}]"
    index = Index.of(parse(VOCABULARY, tagging, classes).checked)
    rows = [row for row, rule in enumerate(index.stages["classify"].rules) if rule.id == "r"]
    found = [index.stages["classify"].dependences[row] for row in rows]
    assert frozenset().union(*(each.names for each in found)) == names
    assert frozenset().union(*(each.tags for each in found)) == tags


def test_only_tags_that_are_asked_for_matter():
    """Which of them a rule asks for is known of the table's rows."""
    tagging = "tag: [{rule: one, when: hot, tag: a}, {rule: other, when: sites > 5, tag: b}]"
    index = Index.of(
        parse(VOCABULARY, tagging, f"""classify: [{{rule: r, when: '"b" in tags', class: mass}}, {REST}]""").checked
    )
    assert [rule.outcome for rule in index.stages["tag"].rules] == ["a", "b"]
    assert index.asked_tags == 0b01
