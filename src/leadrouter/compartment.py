"""What somebody may read: his own leads and clients, those of the departments that he leads, or all."""

from __future__ import annotations

from datetime import date, datetime

from attrs import field, frozen

from leadrouter.errors import UnknownCompanyError, UnknownPersonError
from leadrouter.event import Event
from leadrouter.ledger.ledger import Entry, Ledger, Reading
from leadrouter.lifecycle.clients import company_of
from leadrouter.lifecycle.company import Company
from leadrouter.lifecycle.pausing import require_person
from leadrouter.lifecycle.state import LeadState
from leadrouter.organisation import Organisation
from leadrouter.routing.decision import Decision
from leadrouter.routing.stored import Packs, find_entry, read_decision
from leadrouter.zone import zone


@frozen(eq=False, kw_only=True)
class Compartment:
    """What may be read on behalf of somebody; `Router.on_behalf_of` gives one.

    A salesperson sees the leads that he holds, is offered or answers for, and the clients that he holds
    with their leads; a head those of everybody in the departments that he leads; the director all. What
    somebody does not see is not there for him: it is not listed, counted or found by its id, and raises
    what an id raises that nobody has.

    A compartment is what somebody sees at each reading, and not what he saw: a lead that passes on to
    somebody else is gone. Take a new one when the organisation has changed.
    """

    person: str
    _people: frozenset[str] | None
    """Whose leads and clients are seen; None for everybody's."""
    _ledger: Ledger = field(repr=False)
    _organisation: Organisation = field(repr=False)
    _packs: Packs = field(repr=False)

    def leads(self) -> tuple[LeadState, ...]:
        """Return where the leads stand that are neither won nor lost, in the order of their arrival here.

        Costs the number of open leads, whosever they are.
        """
        with self._ledger.reading() as work:
            return tuple(state for state in work.open_leads() if self._sees(work, state))

    def lead(self, lead_id: str) -> LeadState:
        """Return where a lead stands, open or closed.

        Raises:
            UnknownLeadError: no lead has that id, or several begin so, among those that are seen.
        """
        with self._ledger.reading() as work:
            return _state_of(work, self._find(work, lead_id))

    def decision(self, lead_id: str) -> Decision:
        """Return the stored decision of a lead, by its id or the beginning of it. Raises as `lead` does."""
        with self._ledger.reading() as work:
            return read_decision(work, self._find(work, lead_id), self._packs.within(work))

    def explain(self, lead_id: str, *, personal: bool = False) -> str:
        """Say why a lead went where it went. Raises as `lead` does."""
        return self.decision(lead_id).explain(personal=personal)

    def events(self, lead_id: str) -> tuple[Event, ...]:
        """Return what has happened to a lead, in order. Raises as `lead` does."""
        with self._ledger.reading() as work:
            return work.events(self._find(work, lead_id).lead_id)

    def clients(self) -> tuple[Company, ...]:
        """Return the clients that are held by those whose clients are seen, by id.

        Costs the number of these clients, and of everybody who ever had a lead or a client.
        """
        with self._ledger.reading() as work:
            everybody = {*self._organisation.people, *(load.person for load in work.loads())}
            people = everybody if self._people is None else self._people
            held = [company for person in people for company in work.clients.held_by(person)]
        return tuple(sorted(held, key=lambda company: company.id))

    def company(self, id: str) -> Company:  # noqa: A002  # the word of all values here
        """Return a client by the id of any lead of it.

        Raises:
            UnknownCompanyError: no company has that id, among those that are seen.
        """
        with self._ledger.reading() as work:
            company = company_of(work.clients, id)
        if not self._holds(company):
            raise UnknownCompanyError(f"no company has the id `{id}`")
        return company

    def _find(self, work: Reading, lead_id: str) -> Entry:
        return find_entry(work, lead_id, lambda entry: self._sees(work, _state_of(work, entry)))

    def _sees(self, work: Reading, state: LeadState) -> bool:
        if self._people is None:
            return True
        near = {state.holder, state.accountable, *(offer.person for offer in state.offers)}
        if not near.isdisjoint(self._people):
            return True
        company = None if state.company is None else work.clients.company(state.company)
        return company is not None and self._holds(company)

    def _holds(self, company: Company) -> bool:
        return self._people is None or company.held_by in self._people


def people_seen_by(organisation: Organisation, person: str, at: datetime) -> frozenset[str] | None:
    """Return whose leads and clients somebody sees at an instant; None for everybody's.

    Raises:
        UnknownPersonError: the organisation does not have that person, or does not have him any more.
    """
    left = day_left(organisation, person, at)
    if left is not None:
        raise UnknownPersonError(f"`{person}` left on {left.isoformat()}")
    if person == organisation.director:
        return None
    led = (each.people for each in organisation.departments.values() if each.head == person)
    return frozenset({person}.union(*led))


def day_left(organisation: Organisation, person: str, at: datetime) -> date | None:
    """Return the day on which somebody left; None where he has not by an instant.

    Raises:
        UnknownPersonError: the organisation does not have that person.
    """
    require_person(organisation, person)
    left = organisation.people[person].left
    return left if left is not None and left <= at.astimezone(zone(organisation.tz)).date() else None


def _state_of(work: Reading, entry: Entry) -> LeadState:
    state = work.lead(entry.lead_id)
    assert state is not None, "INVARIANT: a lead that was decided stands somewhere"
    return state
