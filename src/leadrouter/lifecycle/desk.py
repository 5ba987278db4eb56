"""One unit of work at one instant: what it reads, what happens in it, and what it writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from attrs import define, evolve, field, frozen

from leadrouter.assignment.choice import Choice
from leadrouter.assignment.duties import Duties
from leadrouter.assignment.load import Load, untouched, write_quota
from leadrouter.assignment.pool import accountable
from leadrouter.assignment.standing import Given, Standing
from leadrouter.assignment.strategy import OwnStrategy
from leadrouter.errors import UnknownLeadError
from leadrouter.event import Event
from leadrouter.facts import is_keepable
from leadrouter.ledger.ledger import Transaction
from leadrouter.lifecycle.breaker import Breaker
from leadrouter.lifecycle.sla import next_due
from leadrouter.lifecycle.state import LeadState, fold
from leadrouter.organisation import Organisation
from leadrouter.refusal import show
from leadrouter.rulepack.pack import CheckedPack
from leadrouter.rulepack.route import Step
from leadrouter.zone import write_instant, zone


class Pack(Protocol):
    """A rule pack; only its ladders matter here."""

    @property
    def checked(self) -> CheckedPack:
        """The rules, the routes among them."""


@frozen(kw_only=True)
class House:
    """What stays the same while a router is open: who works here, who is on duty, strategies of the user's own.

    `has_own_duties` says that the host answers who is on duty, and no text that the ledger keeps.
    """

    organisation: Organisation
    duties: Duties
    roster_digest: str | None = None
    strategies: Mapping[str, OwnStrategy] = field(factory=dict)
    has_own_duties: bool = False

    @property
    def tz(self) -> ZoneInfo:
        """The zone of the organisation's dates."""
        return zone(self.organisation.tz)


@define(eq=False)
class Desk:
    """One unit of work at one instant.

    `pack_of` gives a pack by its digest: a lead goes down the route of the pack that decided it. Nothing
    is written before `write`, but for the states of leads before the waiting ones are asked for.
    INVARIANT: states, loads, standings and breakers are changed by events only, here, and what an event changes
    can be told from it alone (`audit.projections`).
    """

    work: Transaction
    at: datetime
    house: House
    pack_of: Callable[[str], Pack]
    events: list[Event] = field(factory=list, init=False)
    _leads: dict[str, LeadState] = field(factory=dict, init=False)
    _written: dict[str, int] = field(factory=dict, init=False)
    _loads: dict[str, Load] = field(factory=dict, init=False)
    _standings: dict[str, Standing] = field(factory=dict, init=False)
    _breakers: dict[str, Breaker] = field(factory=dict, init=False)
    _changed: set[tuple[str, str]] = field(factory=set, init=False)

    # what is read

    def lead(self, lead_id: str) -> LeadState:
        """Return where a lead stands now.

        Raises:
            UnknownLeadError: no lead has that id.
        """
        if lead_id not in self._leads:
            state = self.work.lead(lead_id) if is_keepable(lead_id) else None
            if state is None:
                raise UnknownLeadError(f"no lead has the id {show(lead_id)}")
            self._leads[lead_id], self._written[lead_id] = state, state.version
        return self._leads[lead_id]

    def waiting(self) -> list[LeadState]:
        """Return what is to be served, in order: the first lead of each queue, and what nobody has tried yet."""
        self._write_leads()
        found = {state.lead_id: self.lead(state.lead_id) for state in self.work.waiting()}
        untried = {each.lead_id: each for each in self._leads.values() if each.status == "waiting" and not each.because}
        return sorted((found | untried).values(), key=lambda state: state.order)

    def load(self, person: str) -> Load:
        """Return what somebody has on his hands."""
        if person not in self._loads:
            self._loads[person] = self.work.load(person) or untouched(person)
        return self._loads[person]

    def standing(self, pool: str) -> Standing:
        """Return what fairness has counted in a pool."""
        if pool not in self._standings:
            self._standings[pool] = self.work.standing(pool) or Standing(pool=pool)
        return self._standings[pool]

    def breaker(self, pool: str) -> Breaker:
        """Return the breaker of a pool."""
        if pool not in self._breakers:
            self._breakers[pool] = self.work.breaker(pool) or Breaker(pool=pool)
        return self._breakers[pool]

    def steps(self, state: LeadState) -> tuple[Step, ...]:
        """Return the ladder of a lead: that of the pack which decided it."""
        return self.pack_of(state.pack).checked.routes[state.route].steps

    def accountable(self, state: LeadState) -> str | None:
        """Return who answers for a lead that nobody holds: whoever its ladder ends in."""
        house = self.house
        return accountable(self.steps(state)[-1].to, house.organisation, house.duties, self.at)

    def owner(self, state: LeadState) -> str | None:
        """Return who holds the client that a lead comes from, where it is one."""
        company = None if state.company is None else self.work.clients.company(state.company)
        return None if company is None else company.owner

    def given(self, state: LeadState) -> Given | None:
        """Return what the latest offer of a lead added to the standing of its pool.

        Costs the number of things that have happened to the lead.
        """
        told = [*self.work.events(state.lead_id), *(each for each in self.events if each.lead_id == state.lead_id)]
        offers = [each for each in told if each.name == "lead.offered"]
        return None if not offers else Choice.from_dict(dict(offers[-1].evidence)).given

    # what happens

    def begin(self, state: LeadState) -> LeadState:
        """Take in a new lead; its first event is told when it is known where it went."""
        self._leads[state.lead_id], self._written[state.lead_id] = state, 0
        return state

    def happen(
        self, state: LeadState, name: str, *, evidence: Mapping[str, Any] | None = None, **details: Any
    ) -> LeadState:
        """Let something happen to a lead; return where it stands then. Open leads of people follow."""
        event = Event(
            name=name,
            lead_id=state.lead_id,
            at=self.at,
            details=details,
            version=state.version + 1,
            evidence=evidence or {},
        )
        after = fold(state, event)
        sla_due = self._sla_due(after)
        if sla_due != after.sla_due:
            event = evolve(event, details={**details, "sla_due": write_instant(sla_due)})
            after = evolve(after, sla_due=sla_due)
        self.events.append(event)
        self._leads[state.lead_id] = after
        self._count_open(state.counted, after.counted)
        return after

    def _count_open(self, before: tuple[str, ...], after: tuple[str, ...]) -> None:
        """Count a lead among the open ones of other people than before."""
        for people, other, count in ((before, after, -1), (after, before, 1)):
            for person in people:
                if person not in other:
                    load = self.load(person)
                    self.put_load(evolve(load, open_leads=load.open_leads + count))

    def _sla_due(self, state: LeadState) -> datetime | None:
        """Return when the next target or reminder of a lead falls due."""
        return next_due(state, self.pack_of(state.pack).checked.sla, self.house.organisation)

    def tell(self, name: str, *, evidence: Mapping[str, Any] | None = None, **details: Any) -> None:
        """Note what happened to a person or a pool."""
        self.events.append(Event(name=name, lead_id=None, at=self.at, details=details, evidence=evidence or {}))

    def put_load(self, load: Load) -> None:
        """Note what somebody has on his hands now."""
        self._loads[load.person] = load
        self._changed.add(("load", load.person))

    def put_standing(self, standing: Standing) -> None:
        """Note what fairness has counted now."""
        self._standings[standing.pool] = standing
        self._changed.add(("standing", standing.pool))

    def put_breaker(self, breaker: Breaker) -> None:
        """Note how the breaker of a pool stands now."""
        self._breakers[breaker.pool] = breaker
        self._changed.add(("breaker", breaker.pool))

    def take(self, choice: Choice) -> None:
        """Count an offer: in the standing of its pool and in the quotas of those whom it is made to."""
        self.put_standing(choice.standing)
        for person in choice.offered_to:
            spent = self.load(person).spent(self.house.organisation.people[person], self.at, self.house.tz)
            self.put_load(evolve(spent, last_at=self.at))

    def give_back(self, state: LeadState, people: Iterable[str]) -> None:
        """Take the latest offer of a lead out of the standing and the quotas of those for whom it counts."""
        given = self.given(state)
        assert given is not None, "INVARIANT: only who was offered the lead gives it back"
        standing = self.standing(state.pool)
        for person in filter(state.charged.__contains__, people):
            standing = standing.credited(person, given)
            if person in self.house.organisation.people:
                staff = self.house.organisation.people[person]
                self.put_load(self.load(person).refunded(staff, self.at, self.house.tz))
        self.put_standing(standing)

    def quotas(self, people: Iterable[str]) -> dict[str, Any]:
        """Return what is left of the quotas of these people, as the evidence of what has just been counted."""
        held = {person: write_quota(self.load(person).quota) for person in people if self.load(person).quota}
        return {"quota": held} if held else {}

    # what is written

    def write(self) -> None:
        """Write everything that has happened."""
        self._write_leads()
        for kind, name in sorted(self._changed):
            match kind:
                case "load":
                    self.work.put_load(self._loads[name])
                case "standing":
                    self.work.put_standing(self._standings[name])
                case _:
                    self.work.put_breaker(self._breakers[name])
        for event in self.events:
            self.work.append(event)

    def _write_leads(self) -> None:
        for lead_id, state in self._leads.items():
            seen = self._written[lead_id]
            if seen != state.version:
                self.work.put_lead(state, seen=seen)
                self._written[lead_id] = state.version
