"""Rules as they are written, in YAML and in CSV."""

from __future__ import annotations

import pytest

from leadrouter.rulepack.wording import format_expression
from tests.pack_text import faults, parse, told


def conditions(table: str, *sections: str, **files: str) -> list[list[str]]:
    """Return the conditions of each rule of a table, as the pack wrote them."""
    pack = parse(*sections, files={f"{name}.csv": text for name, text in files.items()})
    return [[format_expression(each.written) for each in rule.when] for rule in pack.checked.table(table)]


def test_a_rule_holds_one_condition_or_several():
    """A list of conditions is kept as it was written, each on its own."""
    rules = "{rule: a, when: [hot, sites > 1], class: mass}, {rule: b, when: hot and sites > 1, class: mass}"
    assert conditions("classify", f"classify: [{rules}, {{rule: rest, default: true, class: mass}}]") == [
        ["hot", "sites > 1"],
        ["hot and sites > 1"],
        [],
    ]


def test_a_sheet_is_a_table_or_a_part_of_one():
    """`csv` stands for a whole table, or for some rules among others, in order."""
    sheet = "rule,hot,sites,class,because\nx,true,> 1,complex,large\ny,-,missing,mass,\n"
    whole = conditions("classify", "classify: {csv: s.csv}", s=sheet + "z,-,-,mass,\n")
    part = conditions("classify", "classify: [{csv: s.csv}, {rule: rest, default: true, class: mass}]", s=sheet)
    assert whole == part == [["hot == True", "sites > 1"], ["not known(sites)"], []]


def test_a_sheet_may_hold_whole_conditions():
    """The column `when` takes what no single field decides."""
    sheet = 'rule;hot;when;class\nx;true;"contains(note, ""a"")";mass\ny;-;-;complex\n'
    assert conditions("classify", "classify: {csv: s.csv}", s=sheet) == [["hot == True", 'contains(note, "a")'], []]


def test_rules_of_derived_facts_may_go_without_an_id():
    """In YAML and in CSV they are numbered where they have none."""
    derive = "derive:\n  size: {type: int, rules: [{when: hot, then: 1}, {csv: s.csv}]}"
    pack = parse(derive, files={"s.csv": "rule,sites,then\n,> 5,2\nnamed,> 1,3\n"})
    assert [(rule.id, rule.outcome) for rule in pack.checked.table("derive.size")] == [
        ("size-1", 1),
        ("size-2", 2),
        ("named", 3),
    ]


def test_reasons_are_kept():
    """`because` is the rule's own, in either form; an empty cell is none."""
    sheet = "rule,hot,class,because\nx,true,mass,hot ones\ny,-,mass,\n"
    pack = parse("classify: {csv: s.csv}", files={"s.csv": sheet})
    assert [rule.because for rule in pack.checked.table("classify")] == ["hot ones", None]


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ("rule,hot\nx,true\n", "s.csv:1:1: LR105 the table lacks the column `class`"),
        ("hot,class\ntrue,mass\n", "s.csv:1:1: LR105 the table lacks the column `rule`"),
        ("rule,hot,class,becuase\nx,true,mass,why\n", "s.csv:1:16: LR211 unknown field `becuase`"),
        ("rule,hott,class\nx,true,mass\n", "s.csv:1:6: LR211 unknown field `hott`"),
        ("rule,tags,class\nx,a,mass\n", "s.csv:2:3: LR213 no rule of this pack gives the tag `a`"),
        ("rule,hot,class\nx,often,mass\n", "s.csv:2:3: LR313 `often` (text) is not a bool"),
        ("rule,sites,class\nx,> many,mass\n", "s.csv:2:3: LR313 `many` is not a number"),
        ("rule,region,class\nx,EKB,mass\n", "s.csv:2:3: LR213 `EKB` is not one of MSK, SPB"),
        ("rule,when,class\nx,hott,mass\n", "s.csv:2:3: LR211 unknown field `hott`"),
        ("rule,when,class\nx,not (hot and hott),mass\n", "s.csv:2:16: LR211 unknown field `hott`"),
        ("rule,when,class\nx,hot and,mass\n", "s.csv:2:9: LR201 not a condition: invalid syntax"),
        ("rule,hot,class\nx,true,masss\n", "s.csv:2:8: LR307 unknown class `masss`"),
        ("rule,hot,class\n,true,mass\n", "s.csv:2:1: LR105 the rule's id is empty"),
        ("rule,hot,class\nx,true\n", "s.csv:2:1: LR106 a row of 2 cells below 3 columns"),
        ("", "s.csv: LR106 the table is empty"),
    ],
)
def test_a_fault_in_a_sheet_has_its_row_and_column(sheet: str, message: str):
    """File, row and column are those of the cell."""
    assert told(
        faults("classify: [{csv: s.csv}, {rule: rest, default: true, class: mass}]", files={"s.csv": sheet})
    ) == [message]


@pytest.mark.parametrize(
    ("sheet", "fixes"),
    [
        ("Rule;Hot;Class\nx;true;mass\n", ["write `rule` in small letters"]),
        ("rule\thot\tclass\nx\ttrue\tmass\n", ["save it with commas or semicolons between the columns, not with tabs"]),
        ("hot,class\ntrue,mass\n", ["add it"]),
        ("rule;hot;class;\nx;true;mass;\n-;;mass;\n", ["take the column out, or name it"]),
        ("rule;hot;class\nx;true\nz;;mass\n", ["end it with empty cells"]),
        ("rule,hot,class\nx,true,a,b\nz,,mass\n", ["quote cells that hold the separator"]),
        ("rule;hot;class\nx;true;mass\n", ["end it with a row of `-`"]),
    ],
)
def test_a_sheet_that_a_spreadsheet_has_spoilt_is_told_how_to_be_saved(sheet: str, fixes: list[str]):
    """Capitals, tabs, columns without a name, rows that are too short, no default: each by itself."""
    assert [fault.fix for fault in faults("classify: {csv: s.csv}", files={"s.csv": sheet})] == fixes


def test_a_stage_knows_what_comes_before_it():
    """A column may not be what a later stage gives."""
    sheet = {"s.csv": "rule,class,tag\nx,mass,a\n"}
    assert told(faults("tag: [{csv: s.csv}]", files=sheet)) == [
        "s.csv:1:6: LR219 `class` is not known yet at this stage"
    ]


def test_a_row_of_dashes_is_the_default():
    """What stands behind it is never asked."""
    sheet = {"s.csv": "rule,hot,when,class\nx,-,,mass\ny,true,,mass\n"}
    message = "s.csv:3:1: LR303 rule `y` stands behind the default `x` and is never asked"
    assert told(faults("classify: {csv: s.csv}", files=sheet)) == [message]


def test_a_faulty_row_is_no_default():
    """A row whose only cell could not be read does not make the rows behind it unreachable."""
    sheet = {"s.csv": "rule,hot,class\nx,often,mass\ny,true,mass\nz,-,mass\n"}
    assert told(faults("classify: {csv: s.csv}", files=sheet)) == ["s.csv:2:3: LR313 `often` (text) is not a bool"]


@pytest.mark.parametrize(
    ("classify", "messages"),
    [
        ("classify: [{csv: none.csv}]", ["LR109 `none.csv` cannot be read: no such file"]),
        ("classify: [{csv: [a]}]", ["LR106 `csv` must be text"]),
        (
            "classify: [{}, 5]",
            ["lacks `rule`", "lacks `class`", "LR106 a rule of `classify` must be a mapping of keys to values"],
        ),
        (
            "classify: [{rule: a, when: [{a: b}, [c]], class: mass}]",
            ["`when` must be a condition", "`when` must be text"],
        ),
    ],
)
def test_what_is_no_rule_is_refused(classify: str, messages: list[str]):
    """Each thing that is neither a rule nor a sheet is a fault of its own."""
    found = told(faults(classify))
    assert len(found) == len(messages)
    assert all(message in each for each, message in zip(found, messages, strict=True))


def test_a_condition_keeps_its_place_through_folding():
    """In a block over several lines each fault has the line that it stands on."""
    rule = "{rule: rest, default: true, class: mass}"
    found = faults(f"classify:\n  - rule: a\n    when: >-\n      hot\n      and hott\n    class: mass\n  - {rule}")
    assert told(found) == ["pack.yaml:7:11: LR211 unknown field `hott`"]


@pytest.mark.parametrize("column", ["rule", "class", "because"])
def test_a_misspelled_column_is_compared_with_the_tables_own_too(column: str):
    """`becuase` is no field, and what was meant is no field either."""
    heading = {"rule": "rule", "class": "class", "because": "because", column: column}
    cells = ",".join(dict.fromkeys([*heading.values(), f"{column}e"]))
    found = faults(
        "classify: [{csv: s.csv}, {rule: rest, default: true, class: mass}]",
        files={"s.csv": f"{cells}\nx,mass,why,y\n"},
    )
    assert [fault.fix.partition("?")[0] for fault in found] == [f"did you mean `{column}`"]
