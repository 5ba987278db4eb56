"""What people do with a lead, what they may say twice, and what cannot be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.small import AT

from leadrouter import Lead, Organisation, Router, RulePack
from leadrouter.errors import LifecycleError, UnknownLeadError, UnknownPersonError
from leadrouter.ledger.memory import MemoryLedger

ORGANISATION = """
organisation: played
staffing: department
departments: {sales: {kind: inbound, head: olga, people: [anna, boris], capacity: 1}}
people: {anna: {quota: {day: 5}}, boris: {}, olga: {}, nina: {left: 2026-01-01}}
"""
PACK = """
pack: played
vocabulary: {}
classify: [{rule: all, default: true, class: mass}]
route: [{rule: all-to-sales, default: true, to: sales}]
routes: {sales: [{to: department(sales), offer: 5m}, {to: head(sales), offer: 5m}]}
"""


@pytest.fixture
def router() -> Router:
    """A router of two sellers and their head."""
    return Router(RulePack.parse(PACK), Organisation.parse(ORGANISATION), MemoryLedger())


@pytest.fixture
def lead_id(router) -> str:
    """A lead that is offered to anna."""
    decision = router.route(Lead(id="1"), at=AT)
    assert decision.assignee == "anna"
    return decision.lead_id


def last(router, lead_id):
    return router.events(lead_id)[-1].name


def test_what_was_said_already_changes_nothing(router, lead_id):
    """Each door is answered the same when it is tried again, and tells nothing new."""
    router.decline(lead_id, by="anna", at=AT)
    steps = [
        lambda: router.decline(lead_id, by="anna", at=AT),
        lambda: router.accept(lead_id, by="boris", at=AT),
        lambda: router.contacted(lead_id, by="boris", at=AT),
        lambda: router.reassign(lead_id, to="boris", by="olga", at=AT),
        lambda: router.credit(lead_id, by="olga", at=AT),
        lambda: router.won(lead_id, by="boris", at=AT),
    ]
    for step in steps:
        before = step()
        assert step() == before
    lost = router.route(Lead(id="2"), at=AT).lead_id
    assert router.lost(lost, by="olga", at=AT) == router.lost(lost, by="olga", at=AT)


def test_nobody_accepts_or_declines_what_is_not_offered_to_him(router, lead_id):
    """The refusal says where the lead is instead; nothing has changed."""
    before = router.lead(lead_id)
    for door in (router.accept, router.decline, router.contacted):
        with pytest.raises(LifecycleError, match="it is not offered to `boris` now, it is offered to anna") as caught:
            door(lead_id, by="boris", at=AT)
        assert caught.value.lead_id == lead_id
    assert router.lead(lead_id) == before
    router.accept(lead_id, by="anna", at=AT)
    with pytest.raises(LifecycleError, match="it is with anna"):
        router.accept(lead_id, by="boris", at=AT)


def test_an_end_is_an_end(router, lead_id):
    """What was won cannot be lost, passed on or accepted; and the other way round."""
    with pytest.raises(LifecycleError, match="nobody holds it who could win it"):
        router.won(lead_id, by="olga", at=AT)
    router.contacted(lead_id, by="anna", at=AT)
    router.won(lead_id, by="anna", at=AT)
    with pytest.raises(LifecycleError, match="was won, it cannot be lost"):
        router.lost(lead_id, by="anna", at=AT)
    with pytest.raises(LifecycleError, match="was won, it cannot be reassigned"):
        router.reassign(lead_id, to="boris", by="olga", at=AT)
    with pytest.raises(LifecycleError, match="was won: `anna` cannot accept it"):
        router.contacted(lead_id, by="anna", at=AT)


def test_a_lead_goes_to_whom_the_head_says(router, lead_id):
    """Offers are withdrawn and cost no turn; who has left, has no room or is not known gets nothing."""
    router.route(Lead(id="2"), at=AT)
    for person, error, why in (
        ("nina", LifecycleError, "cannot go to `nina`: left on 2026-01-01"),
        ("boris", LifecycleError, "cannot go to `boris`: capacity 1/1"),
        ("zoya", UnknownPersonError, "nobody is called `zoya`"),
    ):
        with pytest.raises(error, match=why):
            router.reassign(lead_id, to=person, by="olga", at=AT)
    state = router.reassign(lead_id, to="olga", by="olga", at=AT, reason="an old friend")
    assert (state.status, state.holder, state.offers) == ("accepted", "olga", ())
    assert router.events(lead_id)[-1].details["reason"] == "an old friend"
    standing = {each.pool: dict(each.got) for each in router.standing()}
    assert standing["department(sales)"] == {"anna": 0, "boris": 10**12}
    contacted = router.contacted(lead_id, by="olga", at=AT)
    assert router.reassign(lead_id, to="anna", by="olga", at=AT).status == contacted.status == "contacted"


def test_a_lead_goes_to_the_one_it_is_offered_to_though_he_has_no_other_room(router, lead_id):
    """It counts among his open leads already."""
    assert router.reassign(lead_id, to="anna", by="olga", at=AT).holder == "anna"
    assert [load.open_leads for load in router.loads() if load.person == "anna"] == [1]


def test_a_lead_goes_back_to_its_step(router, lead_id):
    """To somebody else; where nobody holds it, it is tried again."""
    router.accept(lead_id, by="anna", at=AT)
    state = router.reassign(lead_id, by="olga", at=AT)
    assert (state.status, state.counted, state.holder) == ("offered", ("boris",), None)
    state = router.reassign(lead_id, by="olga", at=AT)
    assert (state.step, state.counted) == (2, ("olga",))
    state = router.decline(lead_id, by="olga", at=AT)
    assert (state.status, state.accountable) == ("waiting", "olga")
    assert router.reassign(lead_id, by="olga", at=AT).status == "waiting"


def test_a_turn_is_given_back_once_and_only_where_there_was_one(router, lead_id):
    """Whoever got a worthless lead is owed another, and the quota is as if it had not come."""
    quota = next(load for load in router.loads() if load.person == "anna").quota
    router.lost(lead_id, by="anna", at=AT, reason="a wrong number")
    router.credit(lead_id, by="olga", at=AT)
    loads = {load.person: load for load in router.loads()}
    assert loads["anna"].quota["day"].parts == quota["day"].parts + 1
    (standing,) = router.standing()
    assert (standing.total, dict(standing.got)) == (0, {"anna": 0})
    waiting = [router.route(Lead(id=str(number)), at=AT).lead_id for number in range(2, 5)]
    router.pause("olga", at=AT)
    held = next(each for each in waiting if router.lead(each).status == "waiting")
    with pytest.raises(LifecycleError, match="stands in nobody's account"):
        router.credit(held, by="olga", at=AT)


def test_a_turn_of_somebody_who_is_no_longer_there_is_given_back_too(router, lead_id):
    """The books of the pool know people whom the organisation does not have any more."""
    router.lost(lead_id, by="anna", at=AT)
    edited = ORGANISATION.replace("people: [anna, boris]", "people: [boris]").replace("anna: {quota: {day: 5}}, ", "")
    later = Router(RulePack.parse(PACK), Organisation.parse(edited), router.ledger)
    later.credit(lead_id, by="olga", at=AT)
    assert dict(later.standing()[0].got) == {"anna": 0}


def test_a_lead_that_nobody_knows_is_refused(router):
    """By its whole id only: a write is no search."""
    with pytest.raises(UnknownLeadError, match="no lead has the id `ffff`"):
        router.accept("ffff", by="anna", at=AT)


def test_a_pause_has_its_time(router, lead_id):
    """It cannot end before it begins; saying it again, or ending none, tells nothing."""
    with pytest.raises(LifecycleError, match="when it has not begun"):
        router.pause("anna", at=AT, until=AT)
    with pytest.raises(UnknownPersonError, match="nobody is called `ana`: did you mean `anna`"):
        router.pause("ana", at=AT)
    with pytest.raises(UnknownPersonError):
        router.resume("ana", at=AT)
    heard = []
    router.observer = heard.append
    for _ in range(2):
        router.pause("anna", at=AT, until=AT + timedelta(hours=1), reason="dentist")
    for _ in range(2):
        router.resume("anna", at=AT)
    assert [event.name for event in heard] == ["person.paused", "person.resumed"]
    assert heard[0].details == {"person": "anna", "until": "2026-03-02T10:00:00+00:00", "reason": "dentist"}
    assert router.lead(lead_id).counted == ("anna",), "what was offered stays offered"


def test_nobody_is_no_holder(router, lead_id):
    """A lead that nobody holds is not accepted by nobody."""
    with pytest.raises(LifecycleError, match="not offered"):
        router.accept(lead_id, by=None, at=AT)
    assert router.lead(lead_id).status == "offered"
