"""Laws of what a decision says of itself, over generated packs and leads."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadrouter import FactsError, RulePack, counterfactual
from leadrouter.routing.blocked import blocked_by
from leadrouter.routing.evaluate import value_of
from leadrouter.routing.explanation import explain_outcome
from tests.pack_strategies import GeneratedPack, leads, packs

RELAXED = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=60)


def loaded(generated: GeneratedPack) -> RulePack:
    return RulePack.parse(generated.text, include=lambda path, _: (path, generated.sheets[path]))


def where(outcome):
    return outcome.lead_class, outcome.route


@RELAXED
@given(st.data())
def test_a_fact_that_changes_the_decision_is_asked_for(data):
    """If giving one missing fact leads elsewhere, `blocked_by` named it."""
    generated = data.draw(packs())
    pack = loaded(generated)
    facts, more = data.draw(leads(generated, pack.vocabulary)), data.draw(leads(generated, pack.vocabulary))
    with suppress(FactsError):
        outcome = pack.decide(facts)
        asked = blocked_by(pack.index, outcome)
        for name in more.keys() - outcome.facts.keys():
            with suppress(FactsError):
                if where(pack.decide({**facts, name: more[name]})) != where(outcome):
                    assert name in asked


@RELAXED
@given(st.data())
def test_a_counterfactual_leads_where_it_says(data):
    """The change that is told really leads to the class and the route that are told."""
    generated = data.draw(packs())
    pack = loaded(generated)
    with suppress(FactsError):
        outcome = pack.decide(data.draw(leads(generated, pack.vocabulary)))
        found = counterfactual(outcome, pack)
        if found is not None:
            other = pack.evaluate({**outcome.given, found.field: found.would_be})
            assert where(other) == (found.lead_class, found.route) != where(outcome)


@RELAXED
@given(st.data())
def test_every_table_is_explained(data):
    """The explanation names the deciding rule of each table, and for each earlier one a condition that was not true."""
    generated = data.draw(packs())
    pack = loaded(generated)
    with suppress(FactsError):
        outcome = pack.decide(data.draw(leads(generated, pack.vocabulary)))
        tables = [each for each in explain_outcome(pack, outcome).tables if each.table != "tag"]
        assert {each.table: each.rule for each in tables if each.rule is not None} == outcome.rules
        for each in tables:
            order = [rule.id for rule in pack.checked.table(each.table)]
            before = order[: order.index(each.rule)] if each.rule is not None else order
            assert [passed.rule for passed in each.passed_over] == before
            assert all(passed.value in ("false", "unknown") for passed in each.passed_over)


@RELAXED
@given(st.data())
def test_what_is_told_as_unknown_is_the_only_obstacle(data):
    """A rule that is told as unknown has no demand that is false: what is missing really kept it from holding."""
    generated = data.draw(packs())
    pack = loaded(generated)
    with suppress(FactsError):
        outcome = pack.decide(data.draw(leads(generated, pack.vocabulary)))
        facts = {**outcome.facts, "tags": frozenset(outcome.tags), "class": outcome.lead_class}
        for each in explain_outcome(pack, outcome).tables:
            demands = {rule.id: rule.demands for rule in pack.checked.table(each.table)}
            for passed in each.passed_over:
                worth = [value_of(demand.root, facts, pack.index.calendar) for demand in demands[passed.rule]]
                assert (passed.value == "false") == (False in worth)
