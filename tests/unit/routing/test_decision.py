"""A decision says why, for people and for programs."""

from __future__ import annotations

import json
from datetime import timedelta

from leadrouter import Lead, Organisation, Router, RulePack
from leadrouter.assignment.duties import FixedDuties
from leadrouter.ledger.memory import MemoryLedger
from tests.small import AT, PACK, small_organisation, small_pack, small_router

HURRY = Lead(
    id="1", source="call", facts={"employees": 300, "amount": "90 000 ₽", "message": "Срочно: Иван, +79001234567"}
)

TEXT = """\
lead {lead_id} goes to olga by head(inbound), 2026-03-02T09:00:00+00:00
company_size large: rule big
  from employees = 300
tag urgent: rule hurry
  from message = (26 characters)
class future-large: rule may-grow
  from amount = 90000 RUB, company_size = large
  not machine: `product == "press" or amount >= 3_000_000` is unknown (amount = 90000 RUB, product missing)
route head: rule in-a-hurry
  from tags = urgent
could have changed it: product (missing; ask for them)
step 1 of route head: head(inbound) is olga; fair puts olga (owed +1.00) first
pack {pack}, organisation {organisation}"""


def test_an_explanation_for_people():
    """Each table names its rule, its facts, and for each earlier rule what failed first; then who acts and why."""
    decision = small_router().route(HURRY, at=AT)
    assert decision.explain() == TEXT.format(
        lead_id=decision.lead_id, pack=decision.pack_digest[:12], organisation=small_organisation().digest[:12]
    )


def test_the_others_are_told_why_not():
    """Everybody else in the pool can read why the lead is not theirs."""
    router = small_router()
    router.route(Lead(id="1", facts={"product": "press"}), at=AT)
    text = router.route(Lead(id="2", facts={"product": "press"}), at=AT).explain()
    assert "  not anna: owed +0.00; boris owed +1.00 comes first by fair" in text
    assert "class complex: rule machine, because machines are engineered" in text


def test_steps_that_reached_nobody_are_told():
    """A step that was gone past stands in the explanation, with the gates that were closed there."""
    organisation = small_organisation().with_staffing("duty")
    router = Router(small_pack(), organisation, MemoryLedger(), duties=FixedDuties())
    decision = router.route(Lead(id="1", facts={"product": "press"}), at=AT)
    assert "step 1 of route inbound: on_duty(duty), nobody is left\n" in decision.explain()
    assert "on_duty(duty)" not in decision.explain(candidates=False)
    (passed,) = decision.to_dict()["explanation"]["passed"]
    assert (passed["step"], passed["destination"], passed["candidates"]["pool"]) == (1, "on_duty(duty)", ["boris"])
    assert passed["candidates"]["closed"] == {"boris": [["duty", "off duty", None]]}


def test_unknown_derived_facts_and_missing_rules_are_told():
    """A derived fact that no rule gave is unknown, and says which conditions were."""
    text = small_router().route(Lead(id="1"), at=AT).explain()
    assert "company_size is unknown: no rule held" in text
    assert "  not big: `employees >= 250` is unknown (employees missing)" in text


def test_an_explanation_for_programs_is_json():
    """`to_dict` holds the record, the tables and the reasons, and nothing that JSON lacks."""
    decision = small_router().route(HURRY, at=AT)
    told = json.loads(json.dumps(decision.to_dict()))
    assert (told["class"], told["assignee"], told["explanation"]["blocked_by"]) == ("future-large", "olga", ["product"])
    tables = {each["table"]: each for each in told["explanation"]["tables"]}
    assert tables["classify"]["passed_over"] == [
        {
            "rule": "machine",
            "condition": 'product == "press" or amount >= 3_000_000',
            "value": "unknown",
            "facts": {"amount": "90000 RUB", "product": None},
        }
    ]
    assert tables["tag"] == {
        "table": "tag",
        "rule": "hurry",
        "outcome": "urgent",
        "because": None,
        "facts": {"message": "(26 characters)"},
        "passed_over": [],
    }


def test_free_text_is_shown_only_where_it_is_asked_for():
    """Explanations hold no personal data unless asked."""
    decision = small_router().route(HURRY, at=AT)
    assert "Иван" not in decision.explain() + json.dumps(decision.to_dict(), ensure_ascii=False)
    assert "Иван" not in decision.to_json()
    assert "Срочно: Иван, +79001234567" in decision.explain(personal=True)
    assert "Иван" in json.dumps(decision.to_dict(personal=True), ensure_ascii=False)


def test_a_condition_without_facts_is_told_bare():
    """A rule on the class alone shows the class; one on nothing shows nothing."""
    decision = small_router().route(Lead(id="1", facts={"product": "press"}), at=AT)
    assert '  not mass-goods: `class == "mass"` is false (class = complex)' in decision.explain()
    assert '  not in-a-hurry: `"urgent" in tags` is false (tags = none)' in decision.explain()


def test_what_could_have_changed_it():
    """`blocked_by` names the missing facts, for the operator's next question."""
    decision = small_router().route(Lead(id="1", facts={"amount": 90_000}), at=AT)
    assert (decision.lead_class, decision.blocked_by) == ("mass", ("product", "employees", "message"))


def test_a_message_cannot_forge_a_line_of_the_explanation():
    """Line breaks and other control characters of a lead's text are shown as escapes."""
    lead = Lead(id="1", facts={"message": "срочно\nlead 0 goes to nobody\x1b[2J"})
    text = small_router().route(lead, at=AT).explain(personal=True)
    assert "message = срочно\\u000alead 0 goes to nobody\\u001b[2J" in text


LADDER = """
pack: slow
vocabulary: {}
classify: [{rule: all, default: true, class: complex}]
route: [{rule: all-to-sales, default: true, to: sales}]
routes: {sales: [{to: person(anna), until: 5m}, %s]}
"""
SALES = """
organisation: slow
staffing: department
departments: {sales: {kind: inbound, head: olga, people: [anna]}}
people: {anna: {capacity: 1}, olga: {capacity: 1}}
"""


def test_a_lead_that_waits_says_for_what_and_who_is_accountable():
    """The gates of everybody there stand below, also where nobody is offered the lead."""
    router = Router(RulePack.parse(LADDER % "{to: head(sales)}"), Organisation.parse(SALES), MemoryLedger())
    assert router.route(Lead(id="1"), at=AT).accountable == "olga"
    waiting = router.route(Lead(id="2"), at=AT)
    first, *_, step, gate, _ = waiting.explain().splitlines()
    assert first.startswith(
        f"lead {waiting.lead_id} waits at person(anna): everybody who could take it is busy; olga is"
    )
    assert (step, gate) == ("step 1 of route sales: person(anna) is anna", "  not anna: capacity 1/1")
    assert (waiting.assignee, waiting.destination, waiting.assignment.status) == (None, "person(anna)", "waiting")
    assert router.decision(waiting.lead_id) == waiting


def test_a_lead_that_is_held_says_so():
    """A hold has no candidates, and nobody is accountable."""
    router = Router(RulePack.parse(LADDER % "{to: hold}"), Organisation.parse(SALES), MemoryLedger())
    held = router.route(Lead(id="1", received=AT - timedelta(minutes=9)), at=AT)
    first, *_, passed, step, _ = held.explain().splitlines()
    assert first.startswith(f"lead {held.lead_id} is held: the route holds it")
    assert passed == "step 1 of route sales: person(anna), the time of the step is over"
    assert step == "step 2 of route sales: hold, the route holds it"
    assert (held.assignee, held.accountable) == (None, None)
    assert held.to_dict()["explanation"]["candidates"] is None


def test_a_lead_that_waits_on_the_way_to_a_hold_says_that_nobody_is_accountable():
    """The ladder ends in a hold, and whoever it waits for has not been asked yet."""
    router = Router(RulePack.parse(LADDER % "{to: hold}"), Organisation.parse(SALES), MemoryLedger())
    router.route(Lead(id="1"), at=AT)
    first, *_ = router.route(Lead(id="2"), at=AT).explain().splitlines()
    assert "waits at person(anna): everybody who could take it is busy; nobody is accountable, " in first


def test_gates_that_do_not_keep_a_lead_from_whoever_is_accountable_are_noted():
    """A head who pauses is asked all the same when nobody is left."""
    router = Router(RulePack.parse(LADDER % "{to: head(sales)}"), Organisation.parse(SALES), MemoryLedger())
    router.pause("olga", at=AT)
    told = router.route(Lead(id="1", received=AT - timedelta(minutes=9)), at=AT).explain()
    assert "  olga all the same: paused\n" in told


def test_a_destination_that_means_nobody_is_told_so():
    """The owner of somebody who is no client is nobody, and not somebody who did not want the lead."""
    routes = "client: [{to: owner}, {to: head(client)}]"
    pack = RulePack.parse(PACK.replace("client: [{to: department(client)}, {to: head(client)}]", routes))
    decision = Router(pack, small_organisation(), MemoryLedger()).route(Lead(id="1"), at=AT)
    assert "step 1 of route client: owner, nobody is left\n  owner is nobody\nstep 2" in decision.explain()
