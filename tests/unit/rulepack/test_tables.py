"""Tables: their rules checked in the scope of their stage."""

from __future__ import annotations

import pytest

from tests.pack_text import faults, parse, told

REST = "{rule: rest, default: true, class: mass}"


def test_derived_facts_are_computed_after_those_that_they_read():
    """Order of writing does not count, whether a table is written in YAML or kept in a sheet."""
    derive = """derive:
  third: {type: int, rules: {csv: third.csv}}
  second: {type: int, rules: [{when: "first > 1 and hot", then: 2}]}
  alone: {type: int, rules: []}
  first: {type: int, rules: [{when: sites > 1, then: 2}]}"""
    pack = parse(derive, files={"third.csv": "second,then\n> 1,3\n"})
    assert list(pack.checked.derived) == ["first", "alone", "second", "third"]
    assert pack.decide({"sites": 2, "hot": True}).facts["third"] == 3


def test_a_circle_is_printed():
    """Facts that are derived from one another are refused, a sheet among them as well."""
    derive = "derive:\n  a: {type: bool, rules: [{when: b, then: true}]}\n  b: {type: bool, rules: {csv: b.csv}}"
    (fault,) = faults(derive, files={"b.csv": "a,then\ntrue,true\n"})
    assert fault.message == "derived facts go in a circle: a → b → a"
    (fault,) = faults("derive:\n  a: {type: bool, rules: [{when: a, then: true}]}")
    assert fault.message == "derived facts go in a circle: a → a"


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("derive: {x: {type: bool, rules: [{when: '\"a\" in tags', then: true}]}}", "LR219 `tags` is not known yet"),
        ("tag: [{rule: t, when: '\"a\" in tags', tag: a}]", "LR219 `tags` is not known yet"),
        ('classify: [{rule: c, when: class == "mass", class: mass}]', "LR219 `class` is not known yet"),
        ("classify: [{rule: c, when: '\"a\" in tags', class: mass}]", "LR213 no rule of this pack gives the tag `a`"),
    ],
)
def test_a_stage_reads_only_earlier_ones(section: str, message: str):
    """Stages run in order: derive, tag, classify, route."""
    assert message in told(faults(section))[0]


def test_ids_are_unique_in_the_whole_pack():
    """A decision names rules by id, so that no two tables share one; numbered ids count as well."""
    derive = "derive: {size: {type: int, rules: [{when: hot, then: 1}]}}"
    (fault,) = faults(derive, "classify: [{rule: size-1, default: true, class: mass}]")
    assert (fault.message, fault.fix) == ("rule id `size-1` is used twice", "it is taken in table `derive.size`")


def test_a_tag_table_may_begin_with_a_default():
    """Every tag rule counts, so that nothing stands behind a default there."""
    pack = parse("tag: [{rule: t, default: true, tag: a}, {rule: u, when: hot, tag: b}]")
    assert pack.decide({"hot": True}).tags == ("a", "b")


@pytest.mark.parametrize("when", ["region != 'MSK'", "region not in ['MSK']", "'MSK' != region"])
def test_a_denial_of_a_missing_fact_is_warned_of(when: str):
    """`!=` and `not in` are unknown where the fact is missing, which is easily overlooked."""
    written = when.replace("'", '"')
    (warning,) = parse(f"classify: [{{rule: a, when: '{written}', class: mass}}, {REST}]").warnings
    assert warning.code == "LR220"
    assert warning.fix == "ask `known(region)` beside it"


@pytest.mark.parametrize(
    "when",
    [
        "'region != \"MSK\" and known(region)'",
        "['region != \"MSK\"', known(region)]",
        "['not known(region)', 'region != \"MSK\"']",
    ],
)
def test_who_asks_for_the_fact_is_not_warned(when: str):
    """`known` anywhere in the rule shows that the missing fact was thought of."""
    assert parse(f"classify: [{{rule: a, when: {when}, class: mass}}, {REST}]").warnings == ()


def test_another_known_does_not_silence_the_warning():
    """Each field is asked for on its own."""
    assert (
        len(parse(f"classify: [{{rule: a, when: 'region != \"MSK\" and known(hot)', class: mass}}, {REST}]").warnings)
        == 1
    )


@pytest.mark.parametrize("option", ["required: true", "default: MSK"])
def test_a_fact_that_is_never_missing_needs_no_asking(option: str):
    """Where a field is required or has a default there is nothing to warn of."""
    vocabulary = f"vocabulary: {{region: {{type: {{enum: [MSK, SPB]}}, {option}}}}}"
    assert parse(vocabulary, f'classify: [{{rule: a, when: region != "MSK", class: mass}}, {REST}]').warnings == ()


def test_a_route_without_a_rule_is_warned_of():
    """A ladder that no rule leads to is taken, and said to be of no use."""
    (warning,) = parse("routes: {desk: [{to: inbound}], attic: [{to: inbound}]}").warnings
    assert (warning.code, warning.message) == ("LR322", "no rule leads to route `attic`")


def test_a_refused_field_has_no_further_faults():
    """What is wrong with a field is said once, not again for each condition on it; other faults are."""
    vocabulary = "vocabulary: {amount: {money: R}, hot: bool}"
    derive = "derive: {size: {type: integer, rules: [{when: hot, then: 5}]}}"
    rules = "{rule: a, when: [amount > 5, hott], class: mass}, {rule: b, when: size > 5, class: mass}"
    assert [fault.message for fault in faults(vocabulary, derive, f"classify: [{rules}, {REST}]")] == [
        "`R` is no currency code",
        "unknown field `hott`",
        "unknown type `integer` of derived fact `size`",
    ]
