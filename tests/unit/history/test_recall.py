"""A router and the past of its leads' companies: noted, read, kept, told and replayed."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from leadrouter import (
    ConflictError,
    Contact,
    FactsError,
    Lead,
    NaiveTimeError,
    Router,
    UnknownLeadError,
    counterfactual,
)
from leadrouter.adapters import durable
from leadrouter.adapters.log import log_events
from leadrouter.errors import UnknownCompanyError
from leadrouter.history.engine import EngineError
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.routing.stored import stored_decision
from tests.pack_text import parse
from tests.small import small_organisation
from tests.unit.ledger.conftest import LEDGERS

AT = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SECTIONS = (
    """vocabulary:
      source: {enum: [call, web_form]}
      amount: {money: {currency: RUB, min: 0}}
      message: text
      received: instant""",
    'streams: {request: kind == "request", order: kind == "deal_won", form: [kind == "request", source == "web_form"]}',
    """patterns:
      - {pattern: often, at_least: 3, of: request, within: 30d}
      - {pattern: adds_up, at_least: 1, of: request, within: 30d, total: {amount: 1_000}}
      - {pattern: people, different: contact, at_least: 2, of: request, within: 30d}
      - {pattern: again, sequence: [form, request], within: 30d, without: order}""",
    "tag: [{rule: t, when: people, tag: several}]",
    """classify:
      - {rule: keen, when: often, class: future-large}
      - {rule: large, when: adds_up, class: complex}
      - {rule: unanswered, when: again, class: complex, because: they asked before}
      - {rule: rest, default: true, class: mass}""",
)


@pytest.fixture(params=sorted(LEDGERS))
def ledger(request, tmp_path):
    opened = LEDGERS[request.param](tmp_path)
    yield opened
    opened.close()


def router_on(ledger, **settings):
    return Router(parse(*SECTIONS), small_organisation(), ledger, **settings)


def lead(number, *, company="Ural Press Plant", **more):
    return Lead(id=str(number), company=company, **more)


def test_routed_leads_are_the_past_of_the_next_one(ledger):
    """The third request of a company in the window is known to be the third; another company's is the first."""
    router = router_on(ledger)
    given = [router.route(lead(n), at=AT + n * DAY) for n in range(3)]
    assert [each.signals["often"] for each in given] == [False, False, True]
    assert (given[2].lead_class, given[2].rules["classify"]) == ("future-large", "keen")
    assert router.route(lead(9, company="Other"), at=AT + 3 * DAY).signals["often"] is False
    assert router.route(lead(4), at=AT + 31 * DAY).signals["often"] is True
    assert router.route(lead(5), at=AT + 61 * DAY + timedelta(microseconds=1)).signals["often"] is False


def test_a_lead_happened_when_it_was_received(ledger):
    """Not when it was routed; what is received later is no past of it."""
    router = router_on(ledger)
    router.route(lead(1, received=AT - 40 * DAY), at=AT)
    router.route(lead(2, received=AT + DAY), at=AT + DAY)
    router.route(lead(3, received=AT - DAY), at=AT + DAY)
    decision = router.route(lead(4, received=AT), at=AT + DAY)
    assert [each.at for each in decision.outcome.history.events] == [AT - DAY]


def test_a_lead_that_says_it_comes_later_comes_now(ledger):
    """A clock that goes ahead at a lead's source neither hides the lead from patterns nor shows it what is to come."""
    router = router_on(ledger)
    ahead = router.route(lead(1, received=AT + DAY), at=AT)
    assert (ahead.outcome.history.at, router.lead(ahead.lead_id).arrived) == (AT, AT)
    router.record("visit", key="v", company="Ural Press Plant", at=AT + timedelta(hours=1))
    assert [each.at for each in router.route(lead(2), at=AT).outcome.history.events] == [AT]
    known = router.route(lead(3), at=AT + timedelta(minutes=1))
    assert [each.at for each in known.outcome.history.events] == [AT, AT]
    assert known.signals["often"] is True


def test_a_lead_that_is_received_by_a_fact_alone_came_then(ledger):
    """Rules, patterns and deadlines go by the same instant, wherever the lead has it."""
    router = router_on(ledger)
    decision = router.route(lead(1, facts={"received": "2026-03-15T12:00+03:00"}), at=AT)
    assert decision.outcome.facts["received"] == AT - DAY
    assert (decision.outcome.history.at, router.lead(decision.lead_id).arrived) == (AT - DAY, AT - DAY)
    assert router.replay().differences == ()


def test_a_lead_that_names_nobody_has_an_unknown_past(ledger):
    """Nothing is known, which is not the same as nothing happened."""
    router = router_on(ledger)
    decision = router.route(Lead(id="1"), at=AT)
    assert set(decision.signals.values()) == {None}
    assert decision.history_json is None
    assert decision.blocked_by == ("often", "adds_up", "again")
    told = "signals often, adds_up, people, again are unknown: nothing is known of the company's past"
    assert decision.explain().splitlines()[1] == told
    assert {each["told"] for each in decision.to_dict()["explanation"]["signals"]} == {
        "nothing is known of the company's past"
    }
    assert router.decision(decision.lead_id) == decision
    known = router.route(Lead(id="2", contact=Contact(phone="+7 912 345-67-89")), at=AT)
    assert known.signals["often"] is False


def test_a_missing_fact_of_the_lead_is_asked_for(ledger):
    """A pattern that waits for it is unknown, and the question is the fact; one that waits for the past is itself."""
    router = router_on(ledger)
    decision = router.route(lead(1, source="call"), at=AT)
    assert decision.blocked_by == ("amount",)
    assert "signal adds_up is unknown: depends on amount" in decision.explain()
    later = router.route(lead(2, source="call", facts={"amount": 5}), at=AT)
    assert later.blocked_by == ("adds_up",)
    assert "signal adds_up is unknown: depends on missing facts of past events" in later.explain()


def test_other_events_are_recorded(ledger):
    """By a lead of the company, by its name, or by who it was; none of the facts is required."""
    router = router_on(ledger)
    first = router.route(lead(1, source="web_form", facts={"amount": 1}), at=AT)
    assert router.route(lead(2, source="call", facts={"amount": 1}), at=AT + DAY).rules["classify"] == "unanswered"
    router.record("deal_won", key="crm:17", lead_id=first.lead_id[:8], facts={"amount": "5 RUB"}, at=AT + 2 * DAY)
    decision = router.route(lead(3, source="call", facts={"amount": 1}), at=AT + 3 * DAY)
    assert (decision.signals["again"], decision.rules["classify"]) == (False, "keen")
    router.record("request", key="import:1", company="Other", contact="boris@other.example", at=AT)
    other = Lead(id="7", company="OTHER", contact=Contact(email="anna@other.example"))
    assert router.route(other, at=AT).tags == ("several",)
    router.record("request", key="import:2", contact="+7 912 345-67-89", at=AT)
    decision = router.route(Lead(contact=Contact(phone="89123456789")), at=AT)
    assert len(decision.outcome.history.events) == 1


def test_a_deal_is_noted_when_a_lead_is_won(ledger):
    """Once, with the facts of the lead; nobody has to record it."""
    router = router_on(ledger)
    first = router.route(lead(1, source="web_form", facts={"amount": 1}), at=AT)
    router.accept(first.lead_id, by=first.assignee, at=AT)
    for day in (1, 2):
        router.won(first.lead_id, by=first.assignee, at=AT + day * DAY)
    decision = router.route(lead(2, source="call", facts={"amount": 1}), at=AT + 3 * DAY)
    assert [(each.kind, each.at) for each in decision.outcome.history.events] == [
        ("request", AT),
        ("deal_won", AT + DAY),
    ]
    assert decision.signals["again"] is False


def test_linked_companies_share_their_past(ledger):
    """Until the link is undone; what each did is its own again then."""
    router = router_on(ledger)
    ural = router.route(lead(1, company="Ural"), at=AT).lead_id
    press = router.route(lead(2, company="Press"), at=AT).lead_id
    router.clients.link(press, ural, by="olga", at=AT)
    assert len(router.route(lead(3, company="Ural"), at=AT + DAY).outcome.history.events) == 2
    router.clients.unlink(press, by="olga", at=AT + DAY)
    assert len(router.route(lead(4, company="Press"), at=AT + DAY).outcome.history.events) == 1
    assert len(router.route(lead(5, company="Ural"), at=AT + DAY).outcome.history.events) == 2


def test_an_event_is_recorded_once_whatever_is_linked_since(ledger):
    """The same event of a company that has another root by now changes nothing."""
    router = router_on(ledger)
    ural = router.route(lead(1, company="Ural"), at=AT).lead_id
    press = router.route(lead(2, company="Press"), at=AT).lead_id

    def record():
        router.record("visit", key="crm:1", lead_id=press, at=AT)
        router.record("visit", key="crm:2", company="Press", at=AT)

    record()
    router.clients.link(press, ural, by="olga", at=AT)
    record()
    assert len(router.route(lead(3, company="Ural"), at=AT).outcome.history.events) == 4
    router.clients.unlink(press, by="olga", at=AT)
    record()
    assert len(router.route(lead(4, company="Press"), at=AT).outcome.history.events) == 3


def test_an_event_is_recorded_once(ledger):
    """The same again changes nothing, whenever it is said; another content is a conflict, and the first stays."""
    router = router_on(ledger)
    for day in range(2):
        router.record("deal_won", key="crm:17", company="Ural", facts={"amount": 5}, at=AT + day * DAY)
    with pytest.raises(ConflictError, match="`deal_won` event `crm:17`"):
        router.record("deal_won", key="crm:17", company="Ural", facts={"amount": 6}, at=AT)
    with pytest.raises(ConflictError):
        router.record("deal_won", key="crm:17", company="Other", facts={"amount": 5}, at=AT)
    decision = router.route(lead(1, company="ural"), at=AT + DAY)
    assert [each.at for each in decision.outcome.history.events] == [AT]


def test_a_lead_that_was_recorded_before_it_is_routed_counts_once(ledger):
    """An import of past requests may overlap with what comes in; kind and key say that it is the same event."""
    router = router_on(ledger)
    router.record("request", key=lead(1).key, company="Ural Press Plant", at=AT)
    assert router.route(lead(1), at=AT).outcome.history.events == ()
    assert len(router.route(lead(2), at=AT).outcome.history.events) == 1


def test_what_cannot_be_recorded_is_refused():
    """Nobody's event, an unknown lead, facts that do not fit, a time without a zone."""
    router = router_on(MemoryLedger())
    with pytest.raises(TypeError, match="say whose event it is"):
        router.record("deal_won", key="1", at=AT)
    with pytest.raises(UnknownLeadError):
        router.record("deal_won", key="1", lead_id="ab", at=AT)
    with pytest.raises(FactsError) as refused:
        router.record("deal_won", key="1", company="Ural", facts={"amonut": 5, "source": "owl"}, at=AT)
    assert [fault.code for fault in refused.value.faults] == ["LR401", "LR409"]
    with pytest.raises(NaiveTimeError):
        router.record("deal_won", key="1", company="Ural", at=datetime(2026, 3, 2))  # noqa: DTZ001  # what is refused
    before = datetime.now(UTC)
    router.record("request", key="1", company="Ural")
    decision = router.route(lead(1, company="Ural"))
    assert before <= decision.outcome.history.events[0].at <= decision.at


def test_a_stored_decision_needs_no_other_state(ledger):
    """It is replayed and explained from what was read, whatever has become of the company since."""
    router = router_on(ledger)
    for number in range(2):
        router.route(lead(number, contact=Contact(name="Anna"), facts={"message": "secret"}), at=AT + number * DAY)
    decision = router.route(lead(2, contact=Contact(name="Boris")), at=AT + 2 * DAY)
    for number in range(3, 9):
        router.route(lead(number), at=AT + 2 * DAY)
        router.record("deal_won", key=str(number), company="Ural Press Plant", at=AT + DAY)
    stored = stored_decision(ledger, decision.lead_id)
    assert stored == decision
    assert stored.to_json() == decision.to_json()
    assert stored.signals == {"often": True, "adds_up": None, "people": True, "again": None}
    assert stored.explain() == decision.explain()
    assert router.route(lead(2, contact=Contact(name="Boris")), at=AT + 9 * DAY) == decision
    record = json.loads(decision.to_json())
    assert record["signals"] == {"often": True, "adds_up": None, "people": True, "again": None}
    kept = ledger.text(record["history"])
    assert kept == decision.history_json
    assert "secret" not in kept
    assert "Anna" not in kept


def test_an_explanation_names_the_signals_and_their_witnesses():
    """In the words of the specification, for people and for programs."""
    router = router_on(MemoryLedger())
    for day in (0, 7):
        router.route(lead(day), at=AT - 14 * DAY + day * DAY)
    decision = router.route(lead(99), at=AT)
    lines = decision.explain().splitlines()
    assert lines[2] == "signal often: third request in 30 days: 2 March, 9 March, today"
    assert "class future-large: rule keen" in lines
    assert "  from often = True" in lines
    [often, *_] = decision.to_dict()["explanation"]["signals"]
    assert often == {
        "signal": "often",
        "value": "true",
        "told": "third request in 30 days: 2 March, 9 March, today",
        "witnesses": [{"kind": "request", "at": (AT - ago * DAY).isoformat()} for ago in (14, 7, 0)],
    }


def test_a_counterfactual_leaves_the_past_as_it_was():
    """The fact that is changed is the lead's; what it makes of the patterns is worked out again."""
    router = router_on(MemoryLedger())
    router.route(lead(1, source="call", facts={"amount": 600}), at=AT)
    decision = router.route(lead(2, source="call", facts={"amount": 300}), at=AT)
    assert decision.lead_class == "mass"
    assert counterfactual(decision) is None  # no rule compares the amount itself with anything
    pack = parse(*SECTIONS[:-1], SECTIONS[-1].replace("when: adds_up,", "when: adds_up and amount >= 400,"))
    outcome = pack.decide(decision.outcome.given, decision.outcome.history)
    changed = counterfactual(outcome, pack)
    assert (changed.field, changed.would_be, changed.lead_class) == ("amount", "400 RUB", "complex")


class Stubborn:
    """An engine that fails, or says what is wrong."""

    def __init__(self, said):
        self.said = said

    def evaluate(self, _reading):
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


def with_engine(monkeypatch, said, **settings):
    monkeypatch.setattr(durable, "DurableEngine", lambda _pack: Stubborn(said))
    monkeypatch.setattr(durable, "is_available", lambda: True)
    events = []
    return router_on(MemoryLedger(), observer=events.append, **settings), events


def test_a_failing_engine_is_reported_behind_the_decision(monkeypatch):
    """The reference answers, the lead is kept, and whoever observes hears of both."""
    router, events = with_engine(monkeypatch, EngineError("code 303"))
    decision = router.route(lead(1), at=AT)
    assert decision.signals["often"] is False
    assert [(each.name, dict(each.details)) for each in events[2:]] == [("patterns.failed", {"reason": "code 303"})]
    assert {each.lead_id for each in events} == {decision.lead_id}


def test_a_disagreement_is_reported_where_it_is_looked_for(monkeypatch):
    """With `verify` the reference counts; without it the engine is believed."""
    said = {"often": True, "adds_up": None, "people": False, "again": False}
    router, events = with_engine(monkeypatch, said, verify=True)
    assert router.route(lead(1), at=AT).signals["often"] is False
    assert [(each.name, dict(each.details)) for each in events[2:]] == [("patterns.disagreed", {"patterns": ["often"]})]
    router, events = with_engine(monkeypatch, said)
    assert router.route(lead(1), at=AT).signals["often"] is True
    assert [each.name for each in events] == ["lead.routed", "lead.offered"]


def test_what_goes_wrong_is_logged_loudly(monkeypatch):
    """A failure and a disagreement are warnings: somebody has to look."""
    import structlog

    with structlog.testing.capture_logs() as lines:
        for said, verify in ((EngineError("x"), False), ({}, True)):
            router, _ = with_engine(monkeypatch, said, verify=verify)
            router.observer = log_events()
            router.route(lead(1), at=AT)
    levels = {line["event"]: line["log_level"] for line in lines}
    assert levels == {"lead.routed": "info", "lead.offered": "info"} | dict.fromkeys(
        ("patterns.failed", "patterns.disagreed"), "warning"
    )


def test_the_reference_serves_where_it_is_asked_for_or_nothing_else_is_there(monkeypatch):
    """A setting chooses; where durable-rules cannot be imported there is no choice, and no difference."""
    router, _ = with_engine(monkeypatch, AssertionError("asked"), patterns_engine="reference")
    assert router.route(lead(1), at=AT).signals["often"] is False
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)
    assert router_on(MemoryLedger(), verify=True).route(lead(1), at=AT).signals["often"] is False
    with pytest.raises(ValueError, match="write durable or reference"):
        router_on(MemoryLedger(), patterns_engine="drools")


def test_both_engines_decide_alike(ledger):
    """The same leads in the same order, with `verify` and without a word of disagreement."""
    events = []
    router = router_on(ledger, observer=events.append, verify=True)
    plain = router_on(MemoryLedger(), patterns_engine="reference")
    for number in range(40):
        contact = Contact(name=("Anna", "Boris", None)[number % 3])
        facts = {"amount": 90 * number} if number % 4 else {}
        each = lead(
            number, company=f"c{number % 5}", contact=contact, source=("call", "web_form")[number % 2], facts=facts
        )
        when = AT + number * 5 * DAY
        assert router.route(each, at=when).to_json() == plain.route(each, at=when).to_json()
    assert {event.name for event in events} == {"lead.routed", "lead.offered"}


def test_thousands_of_past_events_are_not_read():
    """A company with a long past is decided by its window; nothing else is even looked at."""
    router = router_on(MemoryLedger())
    for number in range(3_000):
        router.record("request", key=str(number), company="Ural Press Plant", at=AT - (3_000 - number) * DAY)
    decision = router.route(lead(1), at=AT)
    assert len(decision.outcome.history.events) == 30
    assert len(json.loads(decision.history_json)["events"]) == 30


def test_a_lead_is_noted_for_packs_to_come(ledger):
    """A pack without patterns notes leads too, so that the first pattern finds a past."""
    plain = Router(parse(SECTIONS[0]), small_organisation(), ledger)
    decision = plain.route(lead(1), at=AT)
    assert "signals" not in json.loads(decision.to_json())
    assert decision.signals == {}
    assert len(router_on(ledger).route(lead(2), at=AT).outcome.history.events) == 1


def test_evolved_values_stay_values():
    """An outcome with signals differs from one without them."""
    pack = parse(*SECTIONS)
    router = router_on(MemoryLedger())
    decision = router.route(lead(1), at=AT)
    assert pack.decide(decision.outcome.given) != decision.outcome
    assert evolve(decision, lead_id="x").history_json == decision.history_json


@pytest.mark.parametrize("said", [{"company": "x"}, {"contact": "Anna"}, {"company": "", "contact": "12"}])
def test_an_event_of_somebody_who_cannot_be_known_again_is_refused(said):
    """What is said is not enough, which is another fault than saying nothing; nothing is noted."""
    router = router_on(MemoryLedger())
    with pytest.raises(UnknownCompanyError, match="give `lead_id`, a phone or an e-mail"):
        router.record("visit", key="1", at=AT, **said)
    with router.ledger.reading() as work:
        assert work.noted("visit", "1") is None
