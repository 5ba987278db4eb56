"""The laws of assignment, each checked against what the ledger holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from attrs import evolve

from leadrouter import Router
from leadrouter.assignment.choice import Choice
from leadrouter.assignment.standing import Given, Standing
from leadrouter.destination import Hold
from leadrouter.event import Event
from leadrouter.ledger.ledger import Reading
from leadrouter.lifecycle.desk import Desk
from leadrouter.lifecycle.ladder import UNANSWERED, choose_on_step
from leadrouter.lifecycle.state import LeadState, replay


def check_all(router: Router, at: datetime, news: Sequence[Event]) -> None:
    """Hold every law against the ledger after an operation that made these events."""
    with router.ledger.reading() as work:
        desk = Desk(work, at, router._house, router._packs.within(work))
        states = work.leads()
        states_are_folds(work, states)
        nobody_is_over_capacity(router, work, states)
        nobody_gets_what_he_declined(work, states)
        somebody_is_accountable(desk, states)
        standing_equals_a_recount(work)
        nobody_waits_for_somebody_free(desk, states)
        nobody_is_overtaken(desk, states, news)


def states_are_folds(work: Reading, states: Iterable[LeadState]) -> None:
    """Where a lead stands is a fold over what has happened to it."""
    for state in states:
        assert replay(work.events(state.lead_id)) == state


def nobody_is_over_capacity(router: Router, work: Reading, states: Iterable[LeadState]) -> None:
    """The open leads of everybody are those offered to or held by them, and never more than they can carry."""
    counted = Counter(person for state in states for person in state.counted)
    for load in work.loads():
        assert load.open_leads == counted[load.person]
    for person, count in counted.items():
        capacity = router.organisation.roll.limits[person].capacity
        assert capacity is None or count <= capacity


def nobody_gets_what_he_declined(work: Reading, states: Iterable[LeadState]) -> None:
    """Whoever declined or missed a lead is not offered it again in the same step, and does not hold it."""
    for state in states:
        refused: set[str] = set()
        for event in work.events(state.lead_id):
            match event.name:
                case "lead.escalated" | "lead.asked_again" | "lead.reassigned":
                    refused = set()
                case "lead.declined":
                    refused.add(event.details["by"])
                case "lead.expired" if event.details["counts"]:
                    refused.update(event.details["people"])
                case "lead.offered":
                    assert not refused & set(event.details["people"])
                case "lead.accepted":
                    assert event.details["by"] not in refused


def somebody_is_accountable(desk: Desk, states: Iterable[LeadState]) -> None:
    """At every version of every lead somebody answers for it, or its ladder ends in a hold and an alarm was raised."""
    for state in states:
        events = desk.work.events(state.lead_id)
        for count in range(1, len(events) + 1):
            now = replay(events[:count])
            if now.accountable is None and now.because:
                assert isinstance(desk.steps(now)[-1].to, Hold)
                assert any(event.name in {"lead.held", "lead.waiting"} for event in events[:count])
            elif now.accountable is None:
                assert now.status == "waiting"
                assert count < len(events), "what was not tried yet is only seen inside a door"


def standing_equals_a_recount(work: Reading) -> None:
    """What fairness has counted is what the offers add up to, less what was given back, each turn once."""
    standings: dict[str, Standing] = {}
    latest: dict[str, tuple[str, Given]] = {}
    counted: set[tuple[str, str]] = set()
    for event in work.events():
        if event.lead_id is None:
            continue
        back: list[str] = []
        match event.name:
            case "lead.offered":
                choice = Choice.from_dict(dict(event.evidence))
                pool = event.details["pool"]
                assert choice.given is not None
                latest[event.lead_id] = pool, choice.given
                counted = {each for each in counted if each[0] != event.lead_id}
                counted |= {(event.lead_id, person) for person in event.details["people"]}
                standings[pool] = standings.get(pool, Standing(pool=pool)).after(choice.given)
            case "lead.withdrawn" | "lead.credited":
                back = event.details["people"]
            case "lead.expired" if not event.details["counts"]:
                back = event.details["people"]
        for person in back:
            pool, given = latest[event.lead_id]
            if (event.lead_id, person) in counted:
                standings[pool] = standings[pool].credited(person, given)
            counted.discard((event.lead_id, person))
    assert work.standings() == tuple(standing for _, standing in sorted(standings.items()))


def nobody_waits_for_somebody_free(desk: Desk, states: Iterable[LeadState]) -> None:
    """After a door has closed nobody is free who could take a lead that waits."""
    for state in states:
        if state.status == "waiting" and not _is_barred(desk, state):
            choice = choose_on_step(desk, state)
            assert not choice.offered_to, (state, choice)


def nobody_is_overtaken(desk: Desk, states: Iterable[LeadState], news: Sequence[Event]) -> None:
    """Nobody was offered a lead while one that goes before it waited, and goes on waiting, for the same person.

    One that has come to its place only afterwards did not wait there.
    """
    waiting = [state for state in states if state.status == "waiting" and not _is_barred(desk, state)]
    by_id = {state.lead_id: state for state in states}
    for place, event in enumerate(news):
        if event.name != "lead.offered":
            continue
        moved = {each.lead_id for each in news[place:]}
        state = by_id[event.lead_id]
        route = desk.steps(state)
        order = (-route[event.details["step"] - 1].priority, state.arrived, state.number)
        for older in waiting:
            if older.order < order and older.lead_id not in moved:
                for person in event.details["people"]:
                    assert person in _closed_before(desk, older, person), (older, event)


def _is_barred(desk: Desk, state: LeadState) -> bool:
    """Tell whether nobody is asked, however free."""
    is_last = state.step == len(desk.steps(state))
    return state.because == UNANSWERED if is_last else desk.breaker(state.destination).is_open


def _closed_before(desk: Desk, state: LeadState, person: str) -> Iterable[str]:
    """Return the people of a waiting lead's step for whom a gate is closed, this person as before the offer."""
    load = desk.load(person)
    desk.put_load(evolve(load, open_leads=max(0, load.open_leads - 1)))
    choice = choose_on_step(desk, state)
    desk.put_load(load)
    return {person} if person not in choice.pool else choice.closed
