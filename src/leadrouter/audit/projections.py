"""What a ledger keeps beside its log, told from the events alone: leads, loads, standings, breakers, companies."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from attrs import define, evolve, field

from leadrouter.assignment.load import Load, read_quota, untouched
from leadrouter.assignment.standing import Given, Standing
from leadrouter.event import Event
from leadrouter.ledger.queues import Queues
from leadrouter.lifecycle.breaker import Breaker
from leadrouter.lifecycle.company import Company
from leadrouter.lifecycle.state import LeadState, begun, fold


@define(eq=False)
class Projections:
    """Everything that the events so far add up to.

    Of a closed lead only the digest of its state is held, and of a company that nobody has linked or bought
    from nothing at all, so that memory grows with what is open. What happens to a closed lead later is added to
    what `events_of` returns of it.
    """

    events_of: Callable[[str], Iterable[Event]]
    leads: dict[str, LeadState] = field(factory=dict, init=False)
    closed: dict[str, bytes] = field(factory=dict, init=False)
    queues: Queues = field(factory=Queues, init=False)
    standings: dict[str, Standing] = field(factory=dict, init=False)
    loads: dict[str, Load] = field(factory=dict, init=False)
    breakers: dict[str, Breaker] = field(factory=dict, init=False)
    companies: dict[str, Company] = field(factory=dict, init=False)
    _linked: defaultdict[str, dict[str, None]] = field(factory=lambda: defaultdict(dict), init=False)
    _given: dict[str, Given] = field(factory=dict, init=False)

    @property
    def count(self) -> int:
        """How many leads there are."""
        return len(self.leads) + len(self.closed)

    def load(self, person: str) -> Load:
        """Return what somebody has on his hands."""
        return self.loads.get(person) or untouched(person)

    def standing(self, pool: str) -> Standing:
        """Return what fairness has counted in a pool."""
        return self.standings.get(pool) or Standing(pool=pool)

    def company(self, id_: str) -> Company | None:
        """Return a company, or None where there is none of that id."""
        if id_ in self.companies:
            return self.companies[id_]
        return Company(id=id_, root=id_) if id_ in self.leads or id_ in self.closed else None

    def take(self, event: Event) -> None:
        """Let an event happen.

        Raises:
            ValueError, LookupError, TypeError, AttributeError: it cannot follow those before it.
        """
        if event.lead_id is None:
            self._take_other(event)
        elif event.version:
            self._take_lead(event.lead_id, event)
        for person, quota in event.evidence.get("quota", {}).items():
            self.loads[person] = evolve(self.load(person), quota=read_quota(quota))

    def _take_lead(self, lead_id: str, event: Event) -> None:
        before = self.leads.get(lead_id) or self._reopened(lead_id, event)
        if before is None:
            after = self._begun(event)
        elif event.version == before.version + 1:
            after = fold(before, event)
        else:
            raise ValueError(f"version {event.version} follows {before.version}")
        self._count(event, before)
        for person, change in _changes(before, after):
            load = self.load(person)
            self.loads[person] = evolve(load, open_leads=load.open_leads + change)
        self._keep(after)

    def _reopened(self, lead_id: str, event: Event) -> LeadState | None:
        """Return where a closed lead stands, from its events; None where there is no such lead yet."""
        if self.closed.pop(lead_id, None) is None:
            return None
        first, *others = (each for each in self.events_of(lead_id) if 0 < each.version < event.version)
        state = begun(first)
        for each in others:
            state = fold(state, each)
            self._remember(lead_id, each)
        return state

    def _begun(self, event: Event) -> LeadState:
        if event.name != "lead.routed" or event.evidence["number"] != self.count + 1:
            raise ValueError(f"nothing of the lead comes before, and it would be number {self.count + 1}")
        state = begun(event)
        link, rule = event.evidence.get("link"), event.details.get("known_by")
        if link is not None or rule is not None or state.company != state.lead_id:
            self.put_company(Company(id=state.lead_id, root=str(state.company), link=link, rule=rule))
        return state

    def _keep(self, state: LeadState) -> None:
        if state.is_open:
            self.leads[state.lead_id] = state
            self.queues.put(state.lead_id, state)
            return
        self.leads.pop(state.lead_id, None)
        self._given.pop(state.lead_id, None)
        self.queues.put(state.lead_id, None)
        self.closed[state.lead_id] = digest_of_state(state)

    def _remember(self, lead_id: str, event: Event) -> None:
        if event.name == "lead.offered":
            self._given[lead_id] = Given.from_dict(event.evidence["given"])

    def _count(self, event: Event, before: LeadState | None) -> None:
        """Count in standings, loads and breakers what an event of a lead has changed of them."""
        lead_id, details = str(event.lead_id), event.details
        self._remember(lead_id, event)
        match event.name:
            case "lead.offered":
                pool = details["pool"]
                self.standings[pool] = self.standing(pool).after(self._given[lead_id])
                for person in details["people"]:
                    self.loads[person] = evolve(self.load(person), last_at=event.at)
            case "lead.withdrawn" | "lead.credited":
                self._give_back(before, details["people"])
            case "lead.expired":
                if "breaker" in event.evidence:
                    breaker = Breaker.from_dict(event.evidence["breaker"])
                    self.breakers[breaker.pool] = breaker
                if not details["counts"]:
                    self._give_back(before, details["people"])

    def _give_back(self, state: LeadState | None, people: Iterable[str]) -> None:
        assert state is not None, "INVARIANT: the first event of a lead is that it was routed"
        standing = self.standing(state.pool)
        for person in filter(state.charged.__contains__, people):
            standing = standing.credited(person, self._given[state.lead_id])
        self.standings[state.pool] = standing

    def _take_other(self, event: Event) -> None:
        details = event.details
        match event.name:
            case "person.paused":
                until = None if details["until"] is None else datetime.fromisoformat(details["until"])
                person = details["person"]
                self.loads[person] = evolve(self.load(person), is_paused=True, paused_until=until)
            case "person.resumed":
                person = details["person"]
                self.loads[person] = evolve(self.load(person), is_paused=False, paused_until=None)
            case "pool.breaker_closed":
                self.breakers[details["pool"]] = Breaker(pool=details["pool"])
            case _ if "root" in event.evidence:
                self.put_company(Company.from_dict(event.evidence))

    def put_company(self, company: Company) -> None:
        """Keep a company as it stands now; what is linked to it comes under its root."""
        before = self.company(company.id)
        for each, change in ((before, -1), (company, 1)):
            if each is not None and each.is_client and each.held_by is not None:
                self.loads[each.held_by] = self.load(each.held_by).holding({each.size: change})
        if before is not None and before.link is not None:
            del self._linked[before.link][company.id]
        if company.link is not None:
            self._linked[company.link][company.id] = None
        self.companies[company.id] = company
        for id_ in list(self._under(company.id)):
            if self.companies[id_].root != company.root:
                self.companies[id_] = evolve(self.companies[id_], root=company.root)

    def _under(self, id_: str) -> Iterator[str]:
        for each in self._linked.get(id_, ()):
            yield each
            yield from self._under(each)


def digest_of_state(state: LeadState) -> bytes:
    """Return the digest of where a lead stands."""
    return hashlib.sha256(state.to_json().encode()).digest()


def _changes(before: LeadState | None, after: LeadState) -> list[tuple[str, int]]:
    """Return by how many each person's open leads have changed."""
    change: Counter[str] = Counter(after.counted)
    change.subtract(() if before is None else before.counted)
    return sorted((person, count) for person, count in change.items() if count)
