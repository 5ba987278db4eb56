"""How soon a lead is accepted and its client reached, in business time, against the pack's targets.

Two things are measured, and apart. *Speed to lead*, `first_contact`, is the client's wait: from the lead's
arrival to the first contact. *Acceptance* is the seller's: from the first offer to the first acceptance,
whoever else was offered the lead in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from attrs import frozen

from leadrouter.destination import Destination
from leadrouter.lifecycle.business_time import BusinessTime
from leadrouter.lifecycle.state import LeadState
from leadrouter.organisation import Organisation
from leadrouter.rulepack.sla import MEASURED, Measured, Sla, Target
from leadrouter.spelling import write_duration
from leadrouter.zone import write_instant, zone

Told: TypeAlias = Literal["sla.reminded", "sla.missed", "sla.escalated"]


@frozen(kw_only=True)
class Measure:
    """How long something of a lead has taken, or takes so far, in business time.

    `started` is None where it has not begun, `stopped` where it goes on. `within` and `due` are the
    target's; None where there is none. A target is missed at `due` itself.
    """

    measured: Measured
    started: datetime | None
    stopped: datetime | None
    elapsed: timedelta
    within: timedelta | None = None
    due: datetime | None = None

    @property
    def is_missed(self) -> bool:
        """Whether it took, or takes already, as long as the target or longer."""
        return self.within is not None and self.elapsed >= self.within

    def to_dict(self) -> dict[str, Any]:
        """Return the same for programs; durations in seconds."""
        return {
            "measured": self.measured,
            "started": write_instant(self.started),
            "stopped": write_instant(self.stopped),
            "elapsed": self.elapsed.total_seconds(),
            "within": None if self.within is None else self.within.total_seconds(),
            "due": write_instant(self.due),
            "missed": self.is_missed,
        }


@frozen(kw_only=True)
class Notice:
    """Something to be told of a target at an instant, once: `mark` says that it was."""

    at: datetime
    name: Told
    measured: Measured
    mark: str
    to: Destination | None = None


def measures(state: LeadState, sla: Sla, organisation: Organisation, at: datetime) -> tuple[Measure, ...]:
    """Return what is measured of a lead, as it stands at an instant; each with its target, where it has one.

    Without a target, or where that names no hours, the hours of the department of whoever is accountable
    count; without those, all time.
    """
    found = []
    for measured in MEASURED:
        started, stopped = _span(state, measured)
        target = sla.target(measured, state.lead_class)
        clock = business_time(state, target, organisation)
        end = at if stopped is None else stopped
        found.append(
            Measure(
                measured=measured,
                started=started,
                stopped=stopped,
                elapsed=timedelta() if started is None else clock.elapsed(started, end),
                within=None if target is None else target.within,
                due=None if target is None or started is None else clock.after(started, target.within),
            )
        )
    return tuple(found)


def notices(state: LeadState, sla: Sla, organisation: Organisation) -> tuple[Notice, ...]:
    """Return what is still to be told of the targets of a lead, in order."""
    found = [each for measured in MEASURED for each in _notices(state, sla, organisation, measured)]
    return tuple(sorted((each for each in found if each.mark not in state.reminded), key=lambda each: each.at))


def next_due(state: LeadState, sla: Sla, organisation: Organisation) -> datetime | None:
    """Return when the next of them is due."""
    if not (sla.targets or sla.classes):
        return None
    pending = (_notices(state, sla, organisation, measured) for measured in MEASURED)
    first = (next((each.at for each in told if each.mark not in state.reminded), None) for told in pending)
    return min(filter(None, first), default=None)


def business_time(state: LeadState, target: Target | None, organisation: Organisation) -> BusinessTime:
    """Return the clock by which a target counts: its own hours, or those of whoever is accountable.

    A lead may have been decided by a pack whose hours the organisation does not keep any more: then all
    time counts.
    """
    name = None if target is None else target.hours
    if name is None and state.accountable is not None:
        home = organisation.home(state.accountable)
        name = None if home is None else home.hours
    hours = None if name is None else organisation.hours.get(name)
    opens = hours is not None and any(window.days for window in hours.windows)
    return BusinessTime(hours=hours if opens else None, tz=zone(organisation.tz), days_off=organisation.holidays)


def _notices(state: LeadState, sla: Sla, organisation: Organisation, measured: Measured) -> Iterator[Notice]:
    """Yield what is told of one target, in order: reminders, the earliest first, before it falls due, then others."""
    target = sla.target(measured, state.lead_class)
    started, stopped = _span(state, measured)
    if target is None or started is None or stopped is not None:
        return
    clock = business_time(state, target, organisation)
    for before in target.remind:
        at, mark = clock.after(started, target.within - before), f"{measured} {write_duration(before)} before"
        yield Notice(at=at, name="sla.reminded", measured=measured, mark=mark)
    at = clock.after(started, target.within)
    yield Notice(at=at, name="sla.missed", measured=measured, mark=f"{measured} missed")
    for each in target.escalate:
        at, mark = clock.after(started, target.within + each.after), f"{measured} {write_duration(each.after)} after"
        yield Notice(at=at, name="sla.escalated", measured=measured, mark=mark, to=each.to)


def _span(state: LeadState, measured: Measured) -> tuple[datetime | None, datetime | None]:
    """Return when something of a lead began and ended; a lead that is closed waits for nothing more."""
    reached = state.milestones
    if measured == "first_contact":
        return state.arrived, reached.get("contacted", reached.get("closed"))
    return reached.get("offered"), reached.get("accepted", reached.get("closed"))
