"""Generated facts and leads are such as the vocabulary takes, and lie where rules are decided."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

import leadrouter.testing
from leadrouter import Lead, RulePack
from leadrouter import vocabulary as v
from leadrouter.facts import read_facts, read_value
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.testing import facts, facts_of, leads, values
from tests.small import AT, small_organisation, small_pack

PACK = """
pack: borders
vocabulary:
  source: {type: {enum: [call, web_form], synonyms: {phone: call}}, required: true}
  amount: {money: {currency: RUB, min: 0}}
  employees: {int: {min: 1, max: 300}}
  tolerance: {decimal: {max: 5.125}}
  downtime: {duration: {min: 1h}}
  needed_by: date
  received: instant
  region: text
  message: {text: {max: 60}}
  extras: {set: [leasing, training]}
  recurring: bool
classify:
  - {rule: amount, when: amount >= 300_000, class: complex}
  - {rule: people, when: 250 <= employees <= 300, class: complex}
  - {rule: fine, when: tolerance <= 0.01, class: complex}
  - {rule: stands, when: downtime > "4h", class: complex}
  - {rule: soon, when: needed_by < "2026-03-01", class: complex}
  - {rule: late, when: 'received >= "2026-03-01T00:00+03:00"', class: complex}
  - {rule: far, when: 'region in ["Омск", "Чита"]', class: complex}
  - {rule: hurry, when: 'contains(message, "срочно") or starts_with(message, "urgent")', class: complex}
  - {rule: tender, when: 'matches(message, "(44|223)-ФЗ") or matches(region, "^\\\\pL[0-9]$")', class: complex}
  - {rule: wishes, when: '"leasing" in extras', class: complex}
  - {rule: rest, default: true, class: mass}
route: [{rule: all, default: true, to: inbound}]
routes: {inbound: [{to: department(inbound)}, {to: head(inbound)}]}
"""


@pytest.fixture(scope="module")
def pack() -> RulePack:
    return RulePack.parse(PACK)


TYPES = [
    v.Bool(),
    v.Text(),
    v.Text(3),
    v.Date(),
    v.Instant(),
    v.Duration(),
    v.Duration(least=read_value(v.Duration(), "1h"), most=read_value(v.Duration(), "90m")),
    v.Int(),
    v.Int(5, 7),
    v.Int(least=10**12),
    v.Int(most=-(10**12)),
    v.Number(),
    v.Number(Decimal("0.001"), Decimal("0.002")),
    v.Number(least=Decimal(10**17)),
    v.Money("RUB"),
    v.Money("RUB", Decimal(0)),
    v.Enum(("a", "b"), {"ä": "a"}),
    v.EnumSet(("a", "b"), {"ä": "a"}),
]


@pytest.mark.parametrize("type_", TYPES, ids=str)
def test_values_are_such_as_the_type_takes(type_):
    """No generated value is refused, bounds included."""

    @given(values(type_))
    @settings(max_examples=25)
    def law(raw: Any) -> None:
        assert read_value(type_, raw) is not None

    law()


@given(st.data())
@settings(max_examples=50)
def test_facts_are_such_as_the_vocabulary_takes(data):
    """Required fields are always there, others may be missing."""
    words = v.Vocabulary.of(*(v.Field(name=f"f{n}", type=type_, required=n % 3 == 0) for n, type_ in enumerate(TYPES)))
    brought = data.draw(facts(words))
    typed = read_facts(words, brought)
    assert {each.name for each in words if each.required} <= typed.keys()


def test_every_field_may_be_missing_unless_it_is_required(pack):
    """The smallest facts are the required ones."""
    assert find(facts(pack.vocabulary), lambda _: True).keys() == {"source"}


def test_facts_of_a_pack_can_be_decided(pack):
    """What lies on a border is still a value of its field."""

    @given(facts_of(pack))
    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    def law(brought: dict[str, Any]) -> None:
        assert pack.decide(brought) == pack.evaluate(brought)

    law()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "299999.99 RUB"),
        ("amount", "300000 RUB"),
        ("amount", "300000.01 RUB"),
        ("employees", 249),
        ("employees", 250),
        ("employees", 300),
        ("tolerance", "0.01"),
        ("downtime", "4h"),
        ("downtime", "4h 1s"),
        ("needed_by", "2026-02-28"),
        ("received", "2026-02-28T20:59:59+00:00"),
        ("region", "Омск"),
        ("source", "phone"),
        ("recurring", True),
    ],
)
def test_values_at_and_beside_constants_are_drawn(pack, field, value):
    """A constant of a rule, and one step to either side of it."""
    found = find(facts_of(pack), lambda brought: brought.get(field) == value, settings=settings(max_examples=20_000))
    assert found[field] == value


@pytest.mark.parametrize(("rule", "field"), [("hurry", "message"), ("tender", "message"), ("far", "region")])
def test_texts_hold_what_rules_look_for(pack, rule, field):
    """Words in either case, and matches of patterns; a pattern that only RE2 reads is left alone."""
    found = find(
        facts_of(pack),
        lambda brought: pack.decide(brought).rules["classify"] == rule,
        settings=settings(max_examples=20_000),
    )
    assert field in found


def test_a_border_beyond_the_bounds_is_not_drawn(pack):
    """Nobody has 301 employees here: the field does not take it."""

    @given(facts_of(pack))
    @settings(max_examples=100)
    def law(brought: dict[str, Any]) -> None:
        assert brought.get("employees", 1) <= 300

    law()


def test_a_field_whose_borders_all_lie_outside_takes_any_value():
    """Where no border can be drawn, what the field takes is drawn."""
    pack = RulePack.parse(PACK.replace("250 <= employees <= 300", "employees > -5"))
    assert 1 <= find(facts_of(pack), lambda brought: "employees" in brought)["employees"] <= 300


@pytest.mark.parametrize("whole", [1, 2, 3, 4])
def test_the_whole_numbers_around_a_fraction_are_drawn(whole):
    """Nobody has two and a half employees; two and three lie beside that border."""
    pack = RulePack.parse(PACK.replace("250 <= employees <= 300", "employees < 2.5"))
    assert find(facts_of(pack), lambda brought: brought.get("employees") == whole)


@given(leads(small_pack().vocabulary))
@settings(max_examples=50)
def test_leads_can_be_routed(lead):
    """A generated lead fits the vocabulary: its source and time of arrival are its own."""
    from leadrouter import Router

    assert isinstance(lead, Lead)
    assert not {"source", "received"} & lead.facts.keys()
    decision = Router(small_pack(), small_organisation(), MemoryLedger()).route(lead, at=AT)
    assert decision.assignee


def test_leads_may_lie_on_the_borders_of_a_pack():
    """`facts` of a lead may come from `facts_of`."""
    pack = small_pack()
    found = find(
        leads(pack.vocabulary, facts=facts_of(pack)),
        lambda lead: lead.facts.get("employees") == 249,
        settings=settings(max_examples=20_000),
    )
    assert found.facts["employees"] == 249


def test_leads_of_a_vocabulary_without_a_source_have_any():
    """The source is then a word that no rule reads."""
    words = v.Vocabulary.of(v.Field(name="amount", type=v.Money("RUB")))
    assert find(leads(words), lambda lead: lead.source is not None).source == ""
    assert find(leads(words), lambda lead: lead.received is not None).received == datetime(2000, 1, 1, tzinfo=UTC)


def test_without_hypothesis_the_error_says_what_to_install(monkeypatch):
    """And only whoever asks for a strategy meets it."""
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.delitem(sys.modules, "leadrouter.testing.strategies")
    with pytest.raises(ImportError, match=r"pip install 'leadrouter\[testing\]'"):
        import_module("leadrouter.testing.strategies")


def test_the_helpers_are_a_list():
    """What `leadrouter.testing` offers is there, and nothing else is."""
    for name in leadrouter.testing.__all__:
        assert getattr(leadrouter.testing, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = leadrouter.testing.nothing
