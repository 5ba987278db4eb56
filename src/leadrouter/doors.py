"""What people and the clock do with leads, each door one unit of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from attrs import define, field
from attrs.validators import max_len

from leadrouter.assignment.duties import Duties, FixedDuties, RosterDuties, staffed
from leadrouter.assignment.load import Load
from leadrouter.assignment.standing import Standing
from leadrouter.assignment.strategy import STRATEGIES, OwnStrategy
from leadrouter.audit.sealing import seal_in_time
from leadrouter.client_book import ClientBook
from leadrouter.errors import NaiveTimeError, PackError, StaleError
from leadrouter.event import Event, Observer
from leadrouter.facts import YEARS, is_keepable
from leadrouter.history.recall import Past
from leadrouter.identity import MAX_KEY
from leadrouter.ledger.ledger import Ledger, Transaction
from leadrouter.ledger.outbox import delivered, undelivered
from leadrouter.lifecycle import answer, applying, handover, pausing
from leadrouter.lifecycle.desk import Desk, House
from leadrouter.lifecycle.ladder import serve
from leadrouter.lifecycle.plan import Applied, Plan, Reason
from leadrouter.lifecycle.reminding import remind
from leadrouter.lifecycle.sla import Measure, measures
from leadrouter.lifecycle.state import LeadState
from leadrouter.lifecycle.tick import tick
from leadrouter.organisation import Organisation
from leadrouter.refusal import kind_of
from leadrouter.roster.roster import DutyRoster
from leadrouter.routing import deal
from leadrouter.routing.rule_pack import RulePack
from leadrouter.routing.stored import Packs, find_entry
from leadrouter.rulepack.check import check_destinations
from leadrouter.zone import in_utc


def _is_bytes(_: object, __: object, key: object) -> None:
    """Refuse a key that is text at once, and not with the first lead; nobody is shown it."""
    if not isinstance(key, bytes):
        raise TypeError(f"identity_key is {kind_of(key)}, not bytes: encode it")


def _own_names(_: object, __: object, strategies: Mapping[str, OwnStrategy]) -> None:
    taken = sorted(strategies.keys() & STRATEGIES.keys())
    if taken:
        raise ValueError(f"the strategy `{taken[0]}` is built in: give yours a name of its own")


@define(eq=False)
class Doors:
    """The doors of a router behind which a lead lives on after it was routed.

    Every one of them changes what it is about and then serves what waits, in one transaction; observers
    are told after the commit.
    """

    pack: RulePack
    organisation: Organisation
    ledger: Ledger = field(repr=False)
    observer: Observer | None = field(default=None, kw_only=True, repr=False)
    roster: DutyRoster | None = field(default=None, kw_only=True, repr=False)
    duties: Duties | None = field(default=None, kw_only=True, repr=False)
    strategies: Mapping[str, OwnStrategy] = field(factory=dict, kw_only=True, repr=False, validator=_own_names)
    identity_key: bytes = field(default=b"", kw_only=True, repr=False, validator=[_is_bytes, max_len(MAX_KEY)])
    _packs: Packs = field(init=False, repr=False)
    _house: House = field(init=False, repr=False)
    _organisation_digest: str = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.roster is not None:
            self.organisation = staffed(self.organisation, self.roster)
        faults = list(check_destinations(self.pack.checked, self.organisation, self.strategies))
        if faults:
            raise PackError(faults)
        self._packs = Packs(self.pack)
        self._organisation_digest = self.organisation.digest
        self._house = House(
            organisation=self.organisation,
            duties=self._settled_duties(),
            roster_digest=None if self.roster is None else self.roster.digest,
            strategies=self.strategies,
            has_own_duties=self.duties is not None,
        )

    @property
    def _past(self) -> Past:
        return Past(self.organisation.country, self.identity_key)

    def _won(self, desk: Desk, state: LeadState, by: str) -> LeadState:
        won = deal.won(desk, state, by, self._packs.pack(desk.work, state.pack))
        self._past.note_deal(desk, won)
        return won

    def _settled_duties(self) -> Duties:
        if self.duties is not None:
            return self.duties
        return FixedDuties(self.organisation.duty) if self.roster is None else RosterDuties(self.roster)

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
        """Close a lead with a deal; after the first one its company is a client, and passes on by the pack.

        Raises:
            LifecycleError: nobody holds the lead, or it was lost.
            StaleError: the lead stands at another version than the one expected.
            UnknownLeadError: no lead has that id.
        """
        return self._do(
            lead_id,
            at,
            expect_version,
            lambda desk, state: self._won(desk, state, by),
        )

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
        with self._desk(instant(at)) as desk:
            pausing.pause(desk, person, None if until is None else in_utc(until), reason)
            serve(desk)

    def resume(self, person: str, *, at: datetime | None = None) -> None:
        """Offer somebody leads again, those that wait at once.

        Raises:
            UnknownPersonError: the organisation does not have that person.
        """
        with self._desk(instant(at)) as desk:
            pausing.resume(desk, person)
            serve(desk)

    def close_breaker(self, pool: str, *, at: datetime | None = None) -> None:
        """Go on offering in a pool (`department(sales)`) whose breaker is open; nothing where it is closed."""
        if not is_keepable(pool):
            return
        with self._desk(instant(at)) as desk:
            answer.close_breaker(desk, pool)
            serve(desk)

    def tick(self, *, at: datetime | None = None) -> tuple[Event, ...]:
        """Do everything that is due by an instant, and return what happened, in order.

        Offers expire, steps end, waiting leads are served. What is overdue happens `at`: nobody is asked
        in the past. Calling it again at the same instant does nothing more. The log is sealed where it was
        not for an hour, or for ten thousand events, what happened now included.
        """
        with self._desk(instant(at), seals=True) as desk:
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

    def deliver(self, consumer: str, callback: Callable[[Event], object], *, limit: int = 100) -> int:
        """Give a consumer the events that it has not had, in order; return how many, 0 when it has had all.

        An event is given at least once: where the callback raises, or the process dies, the events whose
        position was not kept yet come again. Positions are kept once a call, in the ledger. Two processes
        that deliver to the same consumer at once may each give it the same event.

        Args:
            consumer: a name of yours, always the same one for the same consumer.
            callback: called with each event, outside of any transaction.
            limit: how many events at most.

        Raises:
            ValueError: the limit is less than one: nothing would ever be given; or the name holds a NUL or half
                a surrogate pair.
        """
        before, log = undelivered(self.ledger, consumer, limit)
        done = before
        try:
            for kept in log:
                callback(kept.event)
                done = kept.number
        finally:
            if done > before:
                delivered(self.ledger, consumer, done)
        return len(log)

    def standing(self) -> tuple[Standing, ...]:
        """Return what fairness has counted in every pool, by the pool's name."""
        with self.ledger.reading() as work:
            return work.standings()

    def loads(self) -> tuple[Load, ...]:
        """Return what everybody has on his hands who ever had anything, by id."""
        with self.ledger.reading() as work:
            return work.loads()

    def handover(
        self, person: str, *, at: datetime | None = None, until: datetime | None = None, reason: Reason | None = None
    ) -> Plan:
        """Return who would take over the open leads of somebody; `apply` makes it so.

        Args:
            person: who leaves, goes on leave or ends a shift.
            at: when.
            until: when the leads come back; they do not where it is left out.
            reason: `leaves` passes offers, leads and clients on for good; `leave` offers and leads, and
                clients stay; `shift` offers, and leads whose client was not reached. Where it is left out,
                `leave` with `until`, else `leaves`.

        Raises:
            UnknownPersonError: neither the organisation nor the ledger knows that person.
            LifecycleError: it would end before it begins, or somebody who leaves, or whom the organisation does
                not name any more, would come back.
            ValueError: there is no such reason.

        Costs the number of open leads, and of the clients that he holds.
        """
        back = None if until is None else in_utc(until)
        with self.ledger.transaction() as work:
            desk = self._seated(work, instant(at))
            return handover.plan(desk, person, reason or ("leaves" if back is None else "leave"), back)

    def apply(self, plan: Plan, *, at: datetime | None = None) -> Applied:
        """Make the moves of a plan, once; a lead that has changed since it was made is skipped.

        Raises:
            UnknownPersonError: the organisation does not have somebody in the plan who would take something over.
            PlanError: the plan is stale: somebody who would take something over has left, is absent or is paused.
            LifecycleError: the plan is over already.
        """
        with self._desk(instant(at)) as desk:
            applied = applying.apply(desk, plan)
            serve(desk)
        return applied

    def measures(self, lead_id: str, *, at: datetime | None = None) -> tuple[Measure, ...]:
        """Return how soon a lead was accepted and its client reached, in business time, with the targets.

        Raises:
            UnknownLeadError: no lead has that id, or several begin so.
        """
        state = self.lead(lead_id)
        with self.ledger.reading() as work:
            sla = self._packs.pack(work, state.pack).checked.sla
        return measures(state, sla, self.organisation, instant(at))

    @property
    def clients(self) -> ClientBook:
        """The clients: who they are, and who holds them."""
        return ClientBook(
            ledger=self.ledger,
            desk=lambda at: self._desk(instant(at)),
            country=self.organisation.country,
            key=self.identity_key,
        )

    def _seated(self, work: Transaction, now: datetime) -> Desk:
        """Return a desk in a unit of work."""
        return Desk(work, now, self._house, self._packs.within(work))

    @contextmanager
    def _desk(self, now: datetime, *, seals: bool = False) -> Iterator[Desk]:
        """Begin a unit of work; what happened in it is written at its end, sealed in time, told after the commit."""
        with self.ledger.transaction() as work:
            desk = self._seated(work, now)
            yield desk
            desk.write()
            if seals:
                seal_in_time(work, now)
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
        with self._desk(instant(at)) as desk:
            state = desk.lead(lead_id)
            if expect_version is not None and expect_version != state.version:
                raise StaleError(lead_id, seen=expect_version, current=state.version)
            act(desk, remind(desk, state))
            serve(desk)
        return desk.lead(lead_id)


def instant(at: datetime | None) -> datetime:
    """Return an instant in UTC; the system's clock where it is left out.

    Raises:
        NaiveTimeError: it has no zone, or lies outside the years 1900 to 2999, in which deadlines can be counted.
    """
    now = datetime.now(UTC) if at is None else in_utc(at)
    if now.year not in YEARS:
        raise NaiveTimeError(f"{now.isoformat()} lies outside the years {YEARS[0]} to {YEARS[-1]}: check the clock")
    return now
