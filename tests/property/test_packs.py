"""Laws of whole packs: their canonical text, their digest, and the order of their rules."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from leadrouter.errors import PackError
from leadrouter.routing.evaluate import holds
from leadrouter.routing.rule_pack import RulePack
from leadrouter.rulepack.format import format_pack
from leadrouter.rulepack.rule import Rule, Table
from tests.pack_strategies import GeneratedPack, leads, packs

few = settings(max_examples=40)
stages = st.sampled_from(("classify", "route"))


def parse(generated: GeneratedPack) -> RulePack:
    return RulePack.parse(generated.text, include=generated.include)


def with_rules(pack: RulePack, table: str, rules: tuple[Rule, ...]) -> RulePack:
    """Return the pack with other rules in one of its tables."""
    tables = tuple(Table(table, rules) if each.name == table else each for each in pack.checked.tables)
    return RulePack.parse(format_pack(evolve(pack.checked, tables=tables)))


@few
@given(packs())
def test_parse_after_format_is_the_identity(generated: GeneratedPack) -> None:
    """The canonical text, sheets written out, gives the same pack; formatting it again changes nothing."""
    pack = parse(generated)
    again = RulePack.parse(pack.canonical)
    assert again.checked == pack.checked
    assert (again.canonical, again.digest) == (pack.canonical, pack.digest)
    assert again == pack
    assert hash(again) == hash(pack)


@few
@given(packs(), st.data())
def test_a_formatted_pack_decides_alike(generated: GeneratedPack, data: st.DataObject) -> None:
    """The canonical text means what the pack means, for every lead that the pack takes."""
    pack = parse(generated)
    again = RulePack.parse(pack.canonical)
    facts = data.draw(leads(generated, pack.vocabulary, wrong=False))
    assert again.decide(facts) == pack.decide(facts)


@few
@given(packs(), stages, st.data())
def test_another_meaning_has_another_digest(generated: GeneratedPack, table: str, data: st.DataObject) -> None:
    """Where the deciding rule is given another outcome, the lead's outcome changes and so does the digest."""
    pack = parse(generated)
    facts = data.draw(leads(generated, pack.vocabulary, wrong=False))
    deciding = pack.decide(facts).deciding(table)
    outcomes = pack.classes if table == "classify" else tuple(pack.checked.routes)
    other = evolve(deciding, outcome=next(each for each in outcomes if each != deciding.outcome))
    rules = tuple(other if rule.id == other.id else rule for rule in pack.checked.table(table))
    changed = with_rules(pack, table, rules)
    assert changed.decide(facts).deciding(table).outcome == other.outcome
    assert changed.digest != pack.digest
    assert changed != pack


@few
@given(packs(), stages, st.data())
def test_order_decides(generated: GeneratedPack, table: str, data: st.DataObject) -> None:
    """The first rule that holds decides; with the rules turned round it is the last one."""
    pack = parse(generated)
    facts = data.draw(leads(generated, pack.vocabulary, wrong=False))
    outcome = pack.decide(facts)
    known = {**outcome.facts, "tags": frozenset(outcome.tags), "class": outcome.lead_class}
    *rules, default = pack.checked.table(table)
    held = [rule.id for rule in (*rules, default) if holds(rule, known, pack.checked.calendar)]
    turned = with_rules(pack, table, (*reversed(rules), default))
    assert outcome.deciding(table).id == held[0]
    assert turned.decide(facts).deciding(table).id == (held[-2] if len(held) > 1 else default.id)


@few
@given(packs(), stages, st.data())
def test_a_rule_behind_the_deciding_one_changes_nothing(
    generated: GeneratedPack, table: str, data: st.DataObject
) -> None:
    """Without a rule that stands behind the deciding one, and is no default, the lead is decided as before."""
    pack = parse(generated)
    facts = data.draw(leads(generated, pack.vocabulary, wrong=False))
    outcome = pack.decide(facts)
    rules = pack.checked.table(table).rules
    place = [rule.id for rule in rules].index(outcome.deciding(table).id)
    assume(place < len(rules) - 2)
    removed = data.draw(st.integers(place + 1, len(rules) - 2))
    assert with_rules(pack, table, (*rules[:removed], *rules[removed + 1 :])).decide(facts) == outcome


@few
@given(packs(), stages)
def test_a_rule_behind_the_default_is_refused(generated: GeneratedPack, table: str) -> None:
    """A default takes every lead, so a rule behind it could never decide."""
    pack = parse(generated)
    *rules, default = pack.checked.table(table)
    assume(rules)
    with pytest.raises(PackError, match=f"LR303 rule `{rules[-1].id}` stands behind the default `{default.id}`"):
        with_rules(pack, table, (*rules[:-1], default, rules[-1]))


@few
@given(packs(), st.data())
def test_every_lead_that_is_taken_is_decided(generated: GeneratedPack, data: st.DataObject) -> None:
    """With a default in its tables a pack gives each lead one of its classes and one of its routes."""
    pack = parse(generated)
    outcome = pack.decide(data.draw(leads(generated, pack.vocabulary, wrong=False)))
    assert outcome.lead_class in pack.classes
    assert outcome.route in pack.checked.routes
