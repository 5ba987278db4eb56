"""What is told of targets when it is due."""

from __future__ import annotations

from typing import Any

from leadrouter.assignment.pool import resolve
from leadrouter.lifecycle.desk import Desk
from leadrouter.lifecycle.sla import Notice, business_time, notices
from leadrouter.lifecycle.state import LeadState
from leadrouter.spelling import write_duration


def remind(desk: Desk, state: LeadState) -> LeadState:
    """Tell everything that is due of a lead's targets, in order and once; return where it stands then."""
    sla, organisation = desk.pack_of(state.pack).checked.sla, desk.house.organisation
    while state.sla_due is not None and state.sla_due <= desk.at:
        state = _told(desk, state, notices(state, sla, organisation)[0])
    return state


def _told(desk: Desk, state: LeadState, notice: Notice) -> LeadState:
    organisation = desk.house.organisation
    target = desk.pack_of(state.pack).checked.sla.target(notice.measured, state.lead_class)
    assert target is not None, "INVARIANT: a notice is of a target"
    started = state.arrived if notice.measured == "first_contact" else state.milestones["offered"]
    elapsed = business_time(state, target, organisation).elapsed(started, desk.at)
    details: dict[str, Any] = {
        "measured": notice.measured,
        "within": write_duration(target.within),
        "elapsed": write_duration(elapsed),
        "accountable": state.accountable,
    }
    if notice.to is not None:
        told = resolve(notice.to, organisation, desk.house.duties, desk.at)
        details |= {"destination": told.destination, "people": list(told.people)}
    return desk.happen(state, notice.name, mark=notice.mark, **details)
