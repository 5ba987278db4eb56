"""Rule pack, organisation and ledger behind one door."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field

from leadrouter.assignment.load import Load
from leadrouter.assignment.pool import Duties, FixedDuties
from leadrouter.assignment.standing import Standing
from leadrouter.assignment.strategy import OwnStrategy
from leadrouter.errors import ConflictError, FactsError, PackError, StaleError
from leadrouter.event import Event, Observer
from leadrouter.lead import Lead
from leadrouter.ledger.ledger import Entry, Ledger, Reading, Refused, Transaction
from leadrouter.lifecycle import answer, pausing
from leadrouter.lifecycle.desk import Desk, House
from leadrouter.lifecycle.ladder import serve
from leadrouter.lifecycle.state import LeadState
from leadrouter.lifecycle.tick import tick
from leadrouter.organisation import Organisation
from leadrouter.routing.decision import Decision
from leadrouter.routing.intake import facts_for, lead_id_of
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.placing import place
from leadrouter.routing.rule_pack import RulePack
from leadrouter.routing.stored import find_entry, kept_pack, read_decision
from leadrouter.rulepack.check import check_destinations
from leadrouter.zone import in_utc

if TYPE_CHECKING:
    from os import PathLike
    from types import TracebackType


@define(eq=False)
class Router:
    """Routes leads, offers them to people, and keeps what became of them.

    One router may be shared by threads; several processes may open the same ledger file.

    Args:
        pack: the rules that decide new leads.
        organisation: who there is to give leads to.
        ledger: where everything is kept.
        observer: called with each `Event` after it was kept.
        duties: who is on duty and who is away; the organisation's fixed lists where it is left out.
        strategies: strategies of your own, by the name that steps and pools give.

    >>> from leadrouter.ledger.memory import MemoryLedger
    >>> pack = RulePack.parse('''
    ... pack: demo
    ... vocabulary: {amount: {money: RUB}}
    ... classify: [{rule: all-complex, default: true, class: complex}]
    ... route: [{rule: all-to-sales, default: true, to: sales}]
    ... routes: {sales: [{to: department(sales), offer: 5m}, {to: head(sales)}]}
    ... ''')
    >>> organisation = Organisation.parse('''
    ... organisation: demo
    ... staffing: department
    ... departments: {sales: {kind: inbound, head: olga, people: [anna, boris]}}
    ... people: {anna: {}, boris: {}, olga: {}}
    ... ''')
    >>> router = Router(pack, organisation, MemoryLedger())
    >>> at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    >>> decision = router.route(Lead(id="1", facts={"amount": 5}), at=at)
    >>> decision.assignee, router.route(Lead(id="2", facts={"amount": 7}), at=at).assignee
    ('anna', 'boris')
    >>> router.accept(decision.lead_id, by="anna", at=at).holder
    'anna'
    >>> router.next_deadline().isoformat()
    '2026-03-02T09:05:00+00:00'
    >>> [event.name for event in router.tick(at=at.replace(minute=5))]
    ['lead.expired', 'lead.offered']
    """

    pack: RulePack
    organisation: Organisation
    ledger: Ledger = field(repr=False)
    observer: Observer | None = field(default=None, kw_only=True, repr=False)
    duties: Duties | None = field(default=None, kw_only=True, repr=False)
    strategies: Mapping[str, OwnStrategy] = field(factory=dict, kw_only=True, repr=False)
    _packs: dict[str, RulePack] = field(factory=dict, init=False, repr=False)
    _house: House = field(init=False, repr=False)
    _organisation_digest: str = field(init=False, repr=False)
    _are_kept: bool = field(default=False, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        faults = list(check_destinations(self.pack.checked, self.organisation))
        if faults:
            raise PackError(faults)
        self._organisation_digest = self.organisation.digest
        self._house = House(
            organisation=self.organisation,
            duties=FixedDuties(self.organisation.duty) if self.duties is None else self.duties,
            strategies=self.strategies,
        )

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        *,
        ledger: str = "sqlite:///leads.db",
        observer: Observer | None = None,
        duties: Duties | None = None,
        strategies: Mapping[str, OwnStrategy] | None = None,
    ) -> Router:
        """Open a router on a folder with `pack.yaml` and `organisation.yaml`.

        Args:
            path: the folder.
            ledger: `sqlite:///` and a path (three slashes for a path from here, four for an absolute
                one), or `memory:`.
            observer: called with an `Event` after each commit; `adapters.log.log_events()` is one.
            duties: who is on duty and who is away; the organisation's fixed lists where it is left out.
            strategies: strategies of your own, by the name that steps and pools give.

        Raises:
            PackError: the pack has faults, or leads to nobody in the organisation.
            OrganisationError: the organisation has faults.
            LedgerError: the ledger cannot be opened.
        """
        from leadrouter.adapters.files import load_organisation, load_pack
        from leadrouter.adapters.ledgers import open_ledger

        pack, organisation = load_pack(path), load_organisation(path)
        kept = open_ledger(ledger)
        return cls(pack, organisation, kept, observer=observer, duties=duties, strategies=strategies or {})

    def route(self, lead: Lead | Mapping[str, Any], *, at: datetime | None = None) -> Decision:
        """Decide where a lead goes, offer it to whoever can take it, and keep both.

        A mapping is read by `Lead.from_mapping`.

        The same key with the same payload is answered with the stored decision, whatever has changed
        since. `at` is an aware instant, the system's clock where it is left out.

        Raises:
            FactsError: the facts do not fit the vocabulary; the lead is kept as it came.
            ConflictError: the key is known with another payload; the second payload is kept.
            NaiveTimeError: `at` or `lead.received` has no zone.
        """
        now = _instant(at)
        if not isinstance(lead, Lead):
            lead = self._read(lead, now)
        try:
            outcome: Outcome | None = self.pack.decide(facts_for(self.pack, lead, now))
            refusal = None
        except FactsError as error:
            outcome, refusal = None, error
        decision = None
        with self._desk(now) as desk:
            entry = desk.work.find(lead.key)
            if entry is None and outcome is not None:
                decision = self._decide(desk, lead, outcome)
            elif entry is None or entry.digest != lead.digest:
                _keep_refused(desk.work, lead, refusal if entry is None else None, now)
        if entry is not None:
            return self._again(lead, entry, now)
        if decision is None:
            assert refusal is not None, "INVARIANT: a new lead is decided or refused"
            self._tell("lead.refused", lead_id_of(lead.key), now, codes=[fault.code for fault in refusal.faults])
            raise FactsError(refusal.faults, raw=lead)
        self._are_kept = True
        return decision

    def accept(
        self, lead_id: str, *, by: str, at: datetime | None = None, expect_version: int | None = None
    ) -> LeadState:
        """Give a lead to somebody whom it is offered to; return where it stands then.

        Accepting again what one holds changes nothing.

        Raises:
            LifecycleError: it is not offered to that person (any more).
            StaleError: the lead stands at another version than the one expected.
            UnknownLeadError: no lead has that id.
        """
        return self._do(lead_id, at, expect_version, lambda desk, state: answer.accept(desk, state, by))

    def decline(
        self,
        lead_id: str,
        *,
        by: str,
        at: datetime | None = None,
        reason: str | None = None,
        expect_version: int | None = None,
    ) -> LeadState:
        """Take back the offer to somebody; he is not asked again in this step. Raises as `accept` does."""
        return self._do(lead_id, at, expect_version, lambda desk, state: answer.decline(desk, state, by, reason))

    def contacted(
        self, lead_id: str, *, by: str, at: datetime | None = None, expect_version: int | None = None
    ) -> LeadState:
        """Note that the client was reached; whoever reaches him has accepted the lead. Raises as `accept` does."""
        return self._do(lead_id, at, expect_version, lambda desk, state: answer.contacted(desk, state, by))

    def won(self, lead_id: str, *, by: str, at: datetime | None = None, expect_version: int | None = None) -> LeadState:
        """Close a lead with a deal.

        Raises:
            LifecycleError: nobody holds the lead, or it was lost.
            StaleError: the lead stands at another version than the one expected.
            UnknownLeadError: no lead has that id.
        """
        return self._do(lead_id, at, expect_version, lambda desk, state: answer.won(desk, state, by))

    def lost(
        self,
        lead_id: str,
        *,
        by: str,
        at: datetime | None = None,
        reason: str | None = None,
        expect_version: int | None = None,
    ) -> LeadState:
        """Close a lead without a deal, whether somebody holds it or not. Raises as `won` does."""
        return self._do(lead_id, at, expect_version, lambda desk, state: answer.lost(desk, state, by, reason))

    def reassign(
        self,
        lead_id: str,
        *,
        to: str | None = None,
        by: str,
        at: datetime | None = None,
        reason: str | None = None,
        expect_version: int | None = None,
    ) -> LeadState:
        """Give an open lead to somebody by order; where `to` is left out, back to its step, to somebody else.

        Raises:
            LifecycleError: the lead is closed, or that person has left, or is at capacity.
            UnknownPersonError: the organisation does not have that person.
            StaleError: the lead stands at another version than the one expected.
            UnknownLeadError: no lead has that id.
        """
        return self._do(lead_id, at, expect_version, lambda desk, state: answer.reassign(desk, state, to, by, reason))

    def credit(
        self,
        lead_id: str,
        *,
        by: str,
        at: datetime | None = None,
        reason: str | None = None,
        expect_version: int | None = None,
    ) -> LeadState:
        """Give back the turn that a worthless lead has cost; once, whoever says so.

        Raises:
            LifecycleError: whoever has the lead did not get it by turn.
            StaleError: the lead stands at another version than the one expected.
            UnknownLeadError: no lead has that id.
        """
        return self._do(lead_id, at, expect_version, lambda desk, state: answer.credit(desk, state, by, reason))

    def pause(
        self, person: str, *, at: datetime | None = None, until: datetime | None = None, reason: str | None = None
    ) -> None:
        """Offer somebody nothing, until an instant or until `resume`; what was offered stays offered.

        Raises:
            UnknownPersonError: the organisation does not have that person.
            LifecycleError: the pause would end before it begins.
        """
        with self._desk(_instant(at)) as desk:
            pausing.pause(desk, person, None if until is None else in_utc(until), reason)
            serve(desk)

    def resume(self, person: str, *, at: datetime | None = None) -> None:
        """Offer somebody leads again, those that wait at once.

        Raises:
            UnknownPersonError: the organisation does not have that person.
        """
        with self._desk(_instant(at)) as desk:
            pausing.resume(desk, person)
            serve(desk)

    def close_breaker(self, pool: str, *, at: datetime | None = None) -> None:
        """Go on offering in a pool (`department(sales)`) whose breaker is open; nothing where it is closed."""
        with self._desk(_instant(at)) as desk:
            answer.close_breaker(desk, pool)
            serve(desk)

    def tick(self, *, at: datetime | None = None) -> tuple[Event, ...]:
        """Do everything that is due by an instant, and return what happened, in order.

        Offers expire, steps end, waiting leads are served. What is overdue happens `at`: nobody is asked
        in the past. Calling it again at the same instant does nothing more.
        """
        with self._desk(_instant(at)) as desk:
            tick(desk)
        return tuple(desk.events)

    def next_deadline(self) -> datetime | None:
        """Return when `tick` is to be called next, in UTC; None where nothing is due, ever.

        An instant that has passed means: now.
        """
        with self.ledger.reading() as work:
            return work.next_due()

    def lead(self, lead_id: str) -> LeadState:
        """Return where a lead stands.

        Raises:
            UnknownLeadError: no lead has that id, or several begin so.
        """
        with self.ledger.reading() as work:
            state = work.lead(find_entry(work, lead_id).lead_id)
        assert state is not None, "INVARIANT: a lead that was decided stands somewhere"
        return state

    def events(self, lead_id: str) -> tuple[Event, ...]:
        """Return what has happened to a lead, in order.

        Raises:
            UnknownLeadError: no lead has that id, or several begin so.
        """
        with self.ledger.reading() as work:
            return work.events(find_entry(work, lead_id).lead_id)

    def standing(self) -> tuple[Standing, ...]:
        """Return what fairness has counted in every pool, by the pool's name."""
        with self.ledger.reading() as work:
            return work.standings()

    def loads(self) -> tuple[Load, ...]:
        """Return what everybody has on his hands who ever had anything, by id."""
        with self.ledger.reading() as work:
            return work.loads()

    def decision(self, lead_id: str) -> Decision:
        """Return the stored decision of a lead, by its id or the beginning of it.

        Raises:
            UnknownLeadError: no lead has that id, or several begin so.
        """
        with self.ledger.reading() as work:
            return read_decision(work, find_entry(work, lead_id), self._pack_in(work))

    def explain(self, lead_id: str, *, personal: bool = False) -> str:
        """Say why a lead went where it went.

        Raises:
            UnknownLeadError: no lead has that id, or several begin so.
        """
        return self.decision(lead_id).explain(personal=personal)

    @property
    def digests(self) -> tuple[str, str]:
        """The digests of the pack and of the organisation that decide."""
        return self.pack.digest, self._organisation_digest

    def close(self) -> None:
        """Let go of the ledger."""
        self.ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _desk(self, now: datetime) -> Iterator[Desk]:
        """Begin a unit of work; what happened in it is written at its end, and told after the commit."""
        with self.ledger.transaction() as work:
            desk = Desk(work, now, self._house, self._pack_in(work))
            yield desk
            desk.write()
        if self.observer is not None:
            for event in desk.events:
                self.observer(event)

    def _do(
        self,
        lead_id: str,
        at: datetime | None,
        expect_version: int | None,
        act: Callable[[Desk, LeadState], LeadState],
    ) -> LeadState:
        """Let somebody do something with a lead, and serve what waits."""
        with self._desk(_instant(at)) as desk:
            state = desk.lead(lead_id)
            if expect_version is not None and expect_version != state.version:
                raise StaleError(lead_id, seen=expect_version, current=state.version)
            act(desk, state)
            serve(desk)
        return desk.lead(lead_id)

    def _read(self, record: Mapping[str, Any], now: datetime) -> Lead:
        """Read a record; one that is no lead is kept as it came."""
        try:
            return Lead.from_mapping(record)
        except FactsError as error:
            raw = json.dumps(dict(record), default=repr, skipkeys=True)
            key = f"payload:{hashlib.sha256(raw.encode()).hexdigest()}"
            with self.ledger.transaction() as work:
                work.refuse(Refused(key=key, payload=raw, reason=str(error), at=now.isoformat()))
            self._tell("lead.refused", lead_id_of(key), now, codes=[fault.code for fault in error.faults])
            raise

    def _decide(self, desk: Desk, lead: Lead, outcome: Outcome) -> Decision:
        decision = place(desk, self.pack, self._organisation_digest, lead=lead, outcome=outcome, supplied={})
        if not self._are_kept:
            desk.work.keep(self.pack.digest, self.pack.canonical)
            desk.work.keep(self._organisation_digest, self.organisation.to_json())
        desk.work.add(
            Entry(
                lead_id=decision.lead_id,
                key=lead.key,
                digest=lead.digest,
                payload=lead.payload,
                record=decision.to_json(),
                at=desk.at.isoformat(),
            )
        )
        return decision

    def _again(self, lead: Lead, entry: Entry, now: datetime) -> Decision:
        """Answer a key that is known already."""
        if entry.digest != lead.digest:
            self._tell("lead.conflict", entry.lead_id, now)
            message = f"`{lead.key}` is in the ledger with another payload; the stored decision stays"
            raise ConflictError(message, entry.lead_id)
        self._tell("lead.repeated", entry.lead_id, now)
        with self.ledger.reading() as work:
            return read_decision(work, entry, self._pack_in(work))

    def _pack_in(self, work: Reading) -> Callable[[str], RulePack]:
        """Return what gives a pack by its digest: this one, or one whose text the ledger keeps."""
        return partial(self._pack, work)

    def _pack(self, work: Reading, digest: str) -> RulePack:
        if digest == self.pack.digest:
            return self.pack
        if digest not in self._packs:
            self._packs[digest] = kept_pack(work, digest)
        return self._packs[digest]

    def _tell(self, name: str, lead_id: str, at: datetime, **details: Any) -> None:
        if self.observer is not None:
            self.observer(Event(name=name, lead_id=lead_id, at=at, details=details))


def _instant(at: datetime | None) -> datetime:
    return datetime.now(UTC) if at is None else in_utc(at)


def _keep_refused(work: Transaction, lead: Lead, refusal: FactsError | None, now: datetime) -> None:
    reason = "conflict: the key is known with another payload" if refusal is None else str(refusal)
    work.refuse(Refused(key=lead.key, payload=lead.payload, reason=reason, at=now.isoformat()))
