"""Handovers at their edges; how they play, `conformance/clients/handover.yaml` shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from leadrouter import Lead, Organisation, Router, RulePack
from leadrouter.errors import PlanError, UnknownPersonError
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.lifecycle.handover import NOBODY
from leadrouter.lifecycle.plan import Applied, Move, Plan

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHANGED = "it has changed since the plan was made"
FULL = "1/1 unknown with 100% used, and one client more"
PACK = """
pack: demo
vocabulary: {product: {enum: [press, lathe]}}
classify: [{rule: all, default: true, class: complex}]
route: [{rule: lathes, when: product == "lathe", to: free}, {rule: rest, default: true, to: sales}]
routes: {sales: [{to: department(sales)}, {to: head(sales)}], free: [{to: person(igor)}, {to: person(igor)}]}
"""
OFFICE = """
organisation: demo
staffing: department
departments:
  sales: {kind: inbound, head: olga, people: [anna, boris]}
  alone: {kind: other, people: [egor]}
people: {anna: {}, boris: {capacity: 1}, olga: {capacity: 1}, egor: {}, igor: {}}
"""


@pytest.fixture
def router() -> Router:
    """A router whose people have little room."""
    return Router(RulePack.parse(PACK), Organisation.parse(OFFICE), MemoryLedger())


def accepted(router: Router, name: str, by: str, product: str = "press") -> str:
    """Route a lead and let somebody have it."""
    decision = router.route(Lead(id=name, facts={"product": product}), at=AT)
    router.reassign(decision.lead_id, to=by, by="olga", at=AT)
    return decision.lead_id


def test_where_nobody_has_room_the_lead_stays(router: Router):
    """The plan says why not everybody who was asked, in figures; applied, it says that it stays."""
    first, second, third = (accepted(router, str(number), by="anna") for number in range(3))
    plan = router.handover("anna", at=AT, until=AT + timedelta(days=1))
    assert [(move.id, move.to) for move in plan.moves] == [(first, "boris"), (second, "olga"), (third, None)]
    stays = plan.moves[2]
    assert (stays.because, dict(stays.why_not)) == (NOBODY, {"boris": "capacity 1/1", "olga": "capacity 1/1"})
    assert router.apply(plan, at=AT).skipped == ((stays, "it stays"),)
    assert router.lead(third).holder == "anna"


def test_whoever_has_no_department_hands_over_to_nobody_else(router: Router):
    """Whoever is accountable on the ladder is the person himself."""
    lead = accepted(router, "1", by="igor", product="lathe")
    (move,) = router.handover("igor", at=AT).moves
    assert (move.id, move.to, dict(move.why_not)) == (lead, None, {})


def test_clients_of_somebody_alone_stay(router: Router):
    """Without colleagues, head or department there is nobody to hold them."""
    for person in ("egor", "igor"):
        router.clients.enter(Lead(id=person, company=f"{person} plant"), owner=person, at=AT)
        plan = router.handover(person, at=AT)
        assert [(move.kind, move.to, move.because) for move in plan.moves] == [("client", None, NOBODY)]
        assert router.apply(plan, at=AT).skipped == ((plan.moves[0], "it stays"),)


def test_clients_that_nobody_has_room_for_go_to_the_head():
    """However full he is; not the head's own: those stay."""
    office = OFFICE
    for person in ("anna", "boris", "olga"):
        office = office.replace(f"{person}: {{", f"{person}: {{portfolio: 1, ").replace(", }", "}")
    router = Router(RulePack.parse(PACK), Organisation.parse(office), MemoryLedger())
    for owner in ("anna", "boris", "olga"):
        router.clients.enter(Lead(id=owner, company=f"{owner} plant"), owner=owner, at=AT)
    (move,) = router.handover("anna", at=AT).moves
    assert (move.to, move.because) == ("olga", f"portfolio {FULL}")
    assert dict(move.why_not) == {"boris": f"portfolio {FULL}"}
    assert [each.to for each in router.handover("olga", at=AT).moves] == [None]


def test_a_plan_may_be_changed_before_it_is_applied(router: Router):
    """Leads go where the reviewer says, if there is room; whom the organisation does not have is refused."""
    leads = [accepted(router, str(number), by="anna") for number in range(2)]
    plan = router.handover("anna", at=AT)
    changed = evolve(plan, moves=tuple(evolve(move, to="boris") for move in plan.moves))
    applied = router.apply(changed, at=AT)
    assert [move.id for move in applied.moved] == leads[:1]
    assert [(move.id, why) for move, why in applied.skipped] == [(leads[1], "capacity 1/1")]
    rest = router.handover("anna", at=AT)
    with pytest.raises(UnknownPersonError):
        router.apply(evolve(rest, moves=(evolve(rest.moves[0], to="nobody"),)), at=AT)
    assert router.lead(leads[1]).holder == "anna"
    assert router.apply(rest, at=AT).moved == rest.moves


def test_a_stale_plan_says_everything_that_is_stale(router: Router):
    """Whoever was put into it by a reviewer is looked at as well; a lead that is skipped in any case is not."""
    leads = [accepted(router, str(number), by="anna") for number in range(3)]
    plan = router.handover("anna", at=AT)
    changed = evolve(
        plan, moves=tuple(evolve(move, to=to) for move, to in zip(plan.moves, ("igor", "boris", "egor"), strict=True))
    )
    router.contacted(leads[1], by="anna", at=AT)
    for person in ("igor", "boris", "egor"):
        router.pause(person, at=AT)
    with pytest.raises(PlanError) as stale:
        router.apply(changed, at=AT)
    assert [(fault.code, fault.where, fault.message) for fault in stale.value.faults] == [
        ("LR857", changed.id, f"the plan is stale: `{person}` cannot take lead {lead}: paused")
        for person, lead in (("igor", leads[0]), ("egor", leads[2]))
    ]
    assert [router.lead(lead).holder for lead in leads] == ["anna"] * 3
    router.resume("igor", at=AT)
    router.resume("egor", at=AT)
    assert [move.id for move in router.apply(changed, at=AT).moved] == [leads[0], leads[2]]


def test_a_plan_of_something_else_does_nothing(router: Router):
    """Leads and clients that are unknown, that are somebody else's, or that are not what they are said to be."""
    held = accepted(router, "1", by="anna")
    offered = router.route(Lead(id="2", facts={"product": "press"}), at=AT)
    other = accepted(router, "3", by="igor", product="lathe")
    client = router.clients.enter(Lead(id="4", company="Press"), owner="egor", at=AT).id
    mine = router.clients.enter(Lead(id="5", company="Lathe"), owner="anna", at=AT).id

    def move(kind: str, id_: str, to: str | None) -> Move:
        version = 0 if id_ == "?" else 1 if kind == "client" else router.lead(id_).version
        return Move(kind=kind, id=id_, version=version, to=to)  # type: ignore[arg-type]

    moves = (
        move("lead", "?", "boris"),
        move("lead", other, "boris"),
        move("offer", held, None),
        move("lead", offered.lead_id, "boris"),
        move("client", "?", "boris"),
        move("client", client, "boris"),
        move("client", mine, "anna"),
        move("client", mine, None),
    )
    applied = router.apply(Plan(person="anna", at=AT, reason="shift", until=None, moves=moves), at=AT)
    assert [why for _, why in applied.skipped] == [
        CHANGED,
        "it is not anna's",
        "it is not anna's",
        "it is not anna's",
        CHANGED,
        CHANGED,
        "it stays",
        "it stays",
    ]
    assert applied.moved == ()
    assert router.lead(held).holder == "anna"


def test_a_client_that_came_back_passes_on_again(router: Router):
    """The same moves at the same instant are another plan, because the client has changed since."""
    client = router.clients.enter(Lead(id="1", company="Press"), owner="anna", at=AT).id
    for person, to in (("anna", "boris"), ("boris", "anna"), ("anna", "boris")):
        assert router.apply(router.handover(person, at=AT), at=AT).was_applied is False
        assert router.clients.company(client).owner == to
    stale = router.handover("boris", at=AT)
    router.clients.enter(Lead(id="1", company="Press"), owner="boris", size="small", at=AT)
    assert [why for _, why in router.apply(stale, at=AT).skipped] == [CHANGED]


def test_a_plan_that_was_applied_is_known_for_ever(router: Router):
    """Even where nothing of it was moved."""
    plan = router.handover("egor", at=AT)
    assert router.apply(plan, at=AT) == Applied()
    assert router.apply(plan, at=AT) == Applied(was_applied=True)


def test_a_reason_that_there_is_not_is_refused(router: Router):
    """It would pass leads on for good, and no client, and the plan could not be read again."""
    with pytest.raises(ValueError, match="reason is `holiday`, not one of leaves, leave, shift"):
        router.handover("egor", at=AT, reason="holiday")


def test_whoever_is_told_to_leave_and_come_back_goes_on_leave(router: Router):
    """Where the reason is left out, the end says it."""
    assert router.handover("egor", at=AT).reason == "leaves"
    assert router.handover("egor", at=AT, until=AT + timedelta(days=1)).reason == "leave"
    assert router.handover("egor", at=AT, reason="leave").until is None
