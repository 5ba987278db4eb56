"""What must be true of a ledger after its writers have died: what was answered is there, once, and the laws hold."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from leadrouter import Router
from leadrouter.audit.verify import verify
from leadrouter.ledger.chain import Kept, broken
from leadrouter.lifecycle.state import LeadState, fold, replay
from tests.stateful.laws import check_all
from tests.stateful.office_work import END, OFFICE, ON_A_LEAD, batch, digest, lead_of

Diary = Sequence[dict[str, Any]]


def check_aftermath(router: Router, diaries: dict[str, Diary]) -> None:
    """Hold the ledger of an office against the diaries of those who worked there, and against the laws."""
    with router.ledger.reading() as work:
        log, seals, leads = work.log(), work.seals(), work.leads()
        standings, loads = work.standings(), work.loads()
    the_log_is_whole(log)
    assert broken(log, seals) == ()
    with router.ledger.reading() as work:
        assert verify(work).findings == ()
    replayed = router.replay()
    entries = {entry.lead_id: entry for entry in router.ledger.entries()}
    assert replayed.differences == ()
    assert {each.where for each in replayed.left_out} <= {
        f"lead {id_}" for id_, each in entries.items() if each.is_erased
    }
    the_leads_are_whole(router, log, leads)
    nobody_was_over_capacity_at_any_time(log)
    nobody_had_a_second_assignee(log)
    for name, diary in diaries.items():
        what_was_answered_is_there(router, log, diary)
        the_outbox_is_complete(router, name, log, diary)
    with router.ledger.reading() as work:
        assert (work.standings(), work.loads()) == (standings, loads), "asking again changes nothing"
    router.tick(at=END)
    check_all(router, END, ())


def the_log_is_whole(log: Sequence[Kept]) -> None:
    """Numbers have no hole, and every lead's versions none."""
    assert [kept.number for kept in log] == list(range(1, len(log) + 1))
    versions: Counter[str] = Counter()
    for kept in log:
        if kept.event.version:
            versions[kept.event.lead_id] += 1
            assert kept.event.version == versions[kept.event.lead_id], kept


def the_leads_are_whole(router: Router, log: Sequence[Kept], leads: Sequence[LeadState]) -> None:
    """Every lead has an entry, a number and a beginning, once."""
    assert [state.number for state in leads] == list(range(1, len(leads) + 1))
    entries = [entry.lead_id for entry in router.ledger.entries()]
    begun = [kept.event.lead_id for kept in log if kept.event.name == "lead.routed"]
    assert sorted(entries) == sorted(begun) == sorted(state.lead_id for state in leads)


def nobody_was_over_capacity_at_any_time(log: Sequence[Kept]) -> None:
    """After no event did anybody have more open leads than he can carry."""
    states: dict[str, LeadState] = {}
    counted: Counter[str] = Counter()
    for kept in log:
        lead_id = kept.event.lead_id
        if not kept.event.version:
            continue
        before = states.get(lead_id)
        after = replay([kept.event]) if before is None else fold(before, kept.event)
        counted.subtract(() if before is None else before.counted)
        counted.update(after.counted)
        states[lead_id] = after
        for person in after.counted:
            capacity = OFFICE.roll.limits[person].capacity
            assert capacity is None or counted[person] <= capacity, (kept, counted)


def nobody_had_a_second_assignee(log: Sequence[Kept]) -> None:
    """A lead that somebody holds passes to somebody else by an order only (a reassignment), never by an answer."""
    holders: dict[str, str | None] = {}
    states: dict[str, LeadState] = {}
    for kept in log:
        lead_id = kept.event.lead_id
        if not kept.event.version:
            continue
        states[lead_id] = fold(states[lead_id], kept.event) if lead_id in states else replay([kept.event])
        holder, before = states[lead_id].holder, holders.get(lead_id)
        if before not in (None, holder):
            assert kept.event.name in {"lead.reassigned", "lead.released"}, kept
        holders[lead_id] = holder


def what_was_answered_is_there(router: Router, log: Sequence[Kept], diary: Diary) -> None:
    """Decisions to the byte, states as a version of their lead, what a tick did in the log."""
    told = {digest(kept.event) for kept in log}
    entries = {entry.lead_id: entry for entry in router.ledger.entries()}
    for each in diary:
        if each["word"] != "answered":
            continue
        meant, answer = each["deed"], each["answer"]
        match meant["kind"]:
            case "route" | "retry":
                assert router.route(lead_of(meant["key"]), at=END).to_json() == answer
            case "route_many":
                again = [router.route(lead_of(key), at=END).to_json() for key in batch(meant)]
                assert again == answer
            case kind if kind in ON_A_LEAD:
                state = LeadState.from_json(answer)
                events = [event for event in router.events(state.lead_id) if event.version]
                assert replay(events[: state.version]) == state
            case "tick":
                assert set(answer) <= told
            case "conflict":
                assert entries[json.loads(answer)["lead_id"]].is_erased, "another payload was answered"
            case "erase":
                assert all(entries[lead_id].is_erased for lead_id in answer)


def the_outbox_is_complete(router: Router, name: str, log: Sequence[Kept], diary: Diary) -> None:
    """Whoever takes events gets each at least once, and never one before those that come before it."""
    names = [digest(kept.event) for kept in log]
    had = 0
    for given in _runs(diary):
        start = max((start for start in range(had + 1) if names[start : start + len(given)] == given), default=None)
        assert start is not None, (name, had, given)
        had = max(had, start + len(given))
    with router.ledger.reading() as work:
        position = work.position(name)
    assert position <= had
    rest: list[str] = []
    while router.deliver(name, lambda event: rest.append(digest(event))):
        pass
    assert rest == names[position:]


def _runs(diary: Diary) -> Iterable[list[str]]:
    """Return what was given to a worker, call by call."""
    run: list[str] = []
    for each in diary:
        if each["word"] == "given":
            run.append(each["event"])
        elif run:
            yield run
            run = []
    if run:
        yield run


def unanswered(diary: Diary) -> dict[str, Any] | None:
    """Return what was meant last, where no answer to it got out."""
    words = [each for each in diary if each["word"] in ("meant", "answered", "refused")]
    return words[-1] if words and words[-1]["word"] == "meant" else None


def decisions(router: Router) -> dict[str, Any]:
    """Return what was decided of each lead, without the instant."""
    return {entry.key: {**json.loads(entry.record), "at": None} for entry in router.ledger.entries()}
