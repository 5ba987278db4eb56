"""Where a lead stands: a fold over what has happened to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import reduce
from typing import Any, Final, Literal, TypeAlias, get_args

from attrs import evolve, field, frozen

from leadrouter.canonical import canonical
from leadrouter.event import Event
from leadrouter.lifecycle.lent import Lent
from leadrouter.lifecycle.offer import Offer
from leadrouter.readonly import read_only
from leadrouter.zone import write_instant

Status: TypeAlias = Literal["waiting", "held", "offered", "accepted", "contacted", "won", "lost"]

STATUSES: tuple[str, ...] = get_args(Status)
CLOSED: frozenset[str] = frozenset({"won", "lost"})
NOBODY_LEFT: Final = "nobody is left"
"""Why a lead goes on to the next step, or is held where there is none until somebody can be accountable."""

_OF_A_COMPANY = frozenset({"owner", "deputy"})


@frozen(kw_only=True)
class LeadState:
    """Where a lead stands.

    `version` counts what has happened to it. `number` is its place in the order of arrival at the
    ledger. `arrived` is when the lead came: the deadlines of its steps count from there. `step` counts
    from 1 in the route of the pack with that digest; `destination` is that step's, settled. `declined`
    are those who declined or missed the lead in this step. `holder` has accepted it; `accountable`
    answers for it meanwhile: whoever the ladder ends in, or is offered it where that is nobody (None only
    where it is held, or waits on a ladder that ends in `hold`). `asks` are the facts that the route's steps
    ask for, as JSON, `worth` those that only say how much it counts. `pool` is the standing in which the
    latest offer is counted, `charged` for whom; `is_credited` where it was given back.
    `because` says why it waits, and is empty until it has been tried. `deadline` is when the ladder goes
    on by itself; `sla_due` when a target or a reminder falls due.
    `milestones` are the first instants of `offered`, `accepted`, `contacted` and `closed`; `reminded`
    are the reminders and escalations that were told. `lent` says whose the lead is while the holder only
    stands in; the latest comes last, where the one who stands in was stood in for as well.
    """

    lead_id: str
    number: int
    version: int
    status: Status
    lead_class: str
    route: str
    pack: str
    arrived: datetime
    step: int = 1
    destination: str = ""
    priority: int = 0
    offers: tuple[Offer, ...] = ()
    declined: frozenset[str] = frozenset()
    holder: str | None = None
    accountable: str | None = None
    because: str = ""
    deadline: datetime | None = None
    sla_due: datetime | None = None
    asks: Mapping[str, Any] = field(factory=dict, converter=read_only, hash=False)
    worth: Mapping[str, Any] = field(factory=dict, converter=read_only, hash=False)
    pool: str = ""
    charged: tuple[str, ...] = ()
    is_credited: bool = False
    company: str | None = None
    milestones: Mapping[str, datetime] = field(factory=dict, converter=read_only, hash=False)
    reminded: frozenset[str] = frozenset()
    lent: tuple[Lent, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it is neither won nor lost."""
        return self.status not in CLOSED

    @property
    def counted(self) -> tuple[str, ...]:
        """The people among whose open leads it counts: those whom it is offered to, or who holds it."""
        if not self.is_open:
            return ()
        return tuple(offer.person for offer in self.offers) if self.holder is None else (self.holder,)

    @property
    def due(self) -> datetime | None:
        """The earliest instant at which a tick has something to do for it."""
        return min(filter(None, (self.deadline, self.sla_due, *(each.until for each in self.lent))), default=None)

    @property
    def queue(self) -> str | None:
        """What a waiting lead waits for: of two with the same queue nobody can take only the second.

        A lead that is held because nobody is left waits for somebody to come, in a queue of its own.
        """
        is_left = self.status == "held" and self.because == NOBODY_LEFT
        if self.status != "waiting" and not is_left:
            return None
        company = self.company if self.destination in _OF_A_COMPANY else None
        demand = (self.pack, self.route, self.step, self.lead_class, company)
        return canonical([*demand, sorted(self.declined), self.asks, *(["held"] if is_left else [])])

    @property
    def order(self) -> tuple[int, datetime, int]:
        """Where it stands among waiting leads: priority, then arrival."""
        return (-self.priority, self.arrived, self.number)

    def to_json(self) -> str:
        """Return the state as canonical JSON."""
        held = {
            "lead_id": self.lead_id,
            "number": self.number,
            "version": self.version,
            "status": self.status,
            "lead_class": self.lead_class,
            "route": self.route,
            "pack": self.pack,
            "arrived": self.arrived.isoformat(),
            "step": self.step,
            "destination": self.destination,
            "priority": self.priority,
            "offers": [offer.to_dict() for offer in self.offers],
            "declined": sorted(self.declined),
            "holder": self.holder,
            "accountable": self.accountable,
            "because": self.because,
            "deadline": write_instant(self.deadline),
            "sla_due": write_instant(self.sla_due),
            "asks": self.asks,
            "worth": self.worth,
            "pool": self.pool,
            "charged": self.charged,
            "is_credited": self.is_credited,
            "company": self.company,
            "milestones": {name: at.isoformat() for name, at in self.milestones.items()},
            "reminded": sorted(self.reminded),
            "lent": [each.to_list() for each in self.lent],
        }
        return canonical(held)

    @classmethod
    def from_json(cls, text: str) -> LeadState:
        """Return the state that `to_json` gave."""
        held = json.loads(text)
        held["arrived"] = datetime.fromisoformat(held["arrived"])
        held["deadline"], held["sla_due"] = _instant(held["deadline"]), _instant(held["sla_due"])
        held["offers"] = tuple(Offer.from_dict(offer) for offer in held["offers"])
        held["lent"] = tuple(Lent.from_list(each) for each in held["lent"])
        held["declined"], held["reminded"] = frozenset(held["declined"]), frozenset(held["reminded"])
        held["charged"] = tuple(held["charged"])
        held["milestones"] = {name: datetime.fromisoformat(at) for name, at in held["milestones"].items()}
        return cls(**held)


def begun(event: Event) -> LeadState:
    """Return where a lead stands that was just routed, from the event that says so."""
    evidence = event.evidence
    assert event.lead_id is not None, "INVARIANT: only a lead is routed"
    return LeadState(
        lead_id=event.lead_id,
        number=evidence["number"],
        version=event.version,
        status="waiting",
        lead_class=event.details["lead_class"],
        route=event.details["route"],
        pack=evidence["pack"],
        arrived=datetime.fromisoformat(evidence["arrived"]),
        destination=evidence["destination"],
        priority=evidence["priority"],
        asks=evidence["asks"],
        worth=evidence["worth"],
        company=evidence["company"],
    )


def replay(events: Iterable[Event]) -> LeadState:
    """Return where a lead stands after everything that has happened to it, from `lead.routed` on.

    What has changed nothing of it (`version` 0: its key came again with another payload) is passed over.
    """
    first, *others = (event for event in events if event.version)
    return reduce(fold, others, begun(first))


def fold(state: LeadState, event: Event) -> LeadState:
    """Return where a lead stands after an event.

    Events of other names than those of the life of a lead change nothing but the version. Where an event
    changes when the next target or reminder falls due, it says so itself as `sla_due`.
    """
    change = _CHANGES.get(event.name)
    changed = {} if change is None else change(state, event.details, event.at)
    if "sla_due" in event.details:
        changed["sla_due"] = _instant(event.details["sla_due"])
    return evolve(state, version=event.version, **changed)


Details: TypeAlias = Mapping[str, Any]
Changed: TypeAlias = dict[str, Any]


def _escalated(_: LeadState, details: Details, __: datetime) -> Changed:
    """Begin another step: what was declined in the step before counts no more."""
    return {
        "step": details["step"],
        "destination": details["destination"],
        "priority": details["priority"],
        "status": "waiting",
        "offers": (),
        "declined": frozenset(),
        "because": "",
        "deadline": None,
    }


def _offered(state: LeadState, details: Details, at: datetime) -> Changed:
    until = _instant(details["until"])
    return {
        "status": "offered",
        "offers": tuple(Offer(person=person, at=at, until=until) for person in details["people"]),
        "accountable": details["accountable"],
        "because": "",
        "deadline": until,
        "pool": details["pool"],
        "charged": tuple(details["people"]),
        "is_credited": False,
        "milestones": _first(state, "offered", at),
    }


def _waiting(_: LeadState, details: Details, __: datetime) -> Changed:
    return {
        "status": "waiting",
        "offers": (),
        "accountable": details["accountable"],
        "because": details["because"],
        "deadline": _instant(details["deadline"]),
    }


def _held(state: LeadState, details: Details, at: datetime) -> Changed:
    return _waiting(state, details, at) | {"status": "held"}


def _accepted(state: LeadState, details: Details, at: datetime) -> Changed:
    by = details["by"]
    return {
        "status": "accepted",
        "offers": (),
        "holder": by,
        "accountable": by,
        "because": "",
        "deadline": None,
        "milestones": _first(state, "accepted", at),
    }


def _withdrawn(state: LeadState, details: Details, _: datetime) -> Changed:
    return _without(state, details["people"]) | _given_back(state, details)


def _declined(state: LeadState, details: Details, _: datetime) -> Changed:
    return _without(state, [details["by"]]) | {"declined": state.declined | {details["by"]}}


def _expired(state: LeadState, details: Details, _: datetime) -> Changed:
    missed = frozenset(details["people"]) if details["counts"] else frozenset()
    given_back = {} if details["counts"] else _given_back(state, details)
    return _without(state, details["people"]) | {"declined": state.declined | missed} | given_back


def _asked_again(_: LeadState, details: Details, __: datetime) -> Changed:
    """Begin the step anew."""
    return {
        "status": "waiting",
        "accountable": details["accountable"],
        "declined": frozenset(),
        "because": "",
        "deadline": None,
    }


def _contacted(state: LeadState, _: Details, at: datetime) -> Changed:
    return {"status": "contacted", "milestones": _first(state, "contacted", at)}


def _closed(status: Status) -> Callable[[LeadState, Details, datetime], Changed]:
    def closed(state: LeadState, _: Details, at: datetime) -> Changed:
        ended = {"offers": (), "deadline": None, "sla_due": None, "lent": ()}
        return {"status": status, "milestones": _first(state, "closed", at), **ended}

    return closed


def _reassigned(state: LeadState, details: Details, at: datetime) -> Changed:
    """Give the lead to somebody by order: the ladder ends."""
    status = "contacted" if state.status == "contacted" else "accepted"
    return _accepted(state, {"by": details["to"]}, at) | {"status": status, "declined": frozenset(), "lent": ()}


def _released(state: LeadState, details: Details, _: datetime) -> Changed:
    """Take the lead from its holder; its step goes on without him."""
    return {
        "status": "waiting",
        "offers": (),
        "holder": None,
        "accountable": details["accountable"],
        "declined": state.declined | set(details["people"]),
        "because": "",
        "deadline": None,
        "lent": (),
    }


def _handed_over(_: LeadState, details: Details, __: datetime) -> Changed:
    """Let somebody else hold the lead; what was done with it stays done."""
    lent = tuple(Lent.from_list(each) for each in details["lent"])
    return {"holder": details["to"], "accountable": details["to"], "lent": lent}


def _of_company(_: LeadState, details: Details, __: datetime) -> Changed:
    return {"company": details["company"]}


def _credited(state: LeadState, details: Details, _: datetime) -> Changed:
    return {"is_credited": True} | _given_back(state, details)


def _reminded(state: LeadState, details: Details, _: datetime) -> Changed:
    return {"reminded": state.reminded | {details["mark"]}}


_CHANGES: dict[str, Callable[[LeadState, Details, datetime], Changed]] = {
    "lead.escalated": _escalated,
    "lead.offered": _offered,
    "lead.waiting": _waiting,
    "lead.held": _held,
    "lead.accepted": _accepted,
    "lead.withdrawn": _withdrawn,
    "lead.declined": _declined,
    "lead.expired": _expired,
    "lead.unanswered": _waiting,
    "lead.asked_again": _asked_again,
    "lead.contacted": _contacted,
    "lead.won": _closed("won"),
    "lead.lost": _closed("lost"),
    "lead.reassigned": _reassigned,
    "lead.released": _released,
    "lead.credited": _credited,
    "lead.handed_over": _handed_over,
    "lead.returned": _handed_over,
    "lead.not_returned": _handed_over,
    "company.linked": _of_company,
    "company.unlinked": _of_company,
    "sla.escalated": _reminded,
    "sla.reminded": _reminded,
    "sla.missed": _reminded,
}


def _without(state: LeadState, people: list[str]) -> Changed:
    left = tuple(offer for offer in state.offers if offer.person not in people)
    until = min((offer.until for offer in left if offer.until is not None), default=None)
    return {"offers": left, "status": "offered" if left else "waiting", "because": "", "deadline": until}


def _given_back(state: LeadState, details: Details) -> Changed:
    return {"charged": tuple(person for person in state.charged if person not in details["people"])}


def _first(state: LeadState, milestone: str, at: datetime) -> dict[str, datetime]:
    return {milestone: at, **state.milestones}


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
