"""Rule pack, organisation and ledger behind one door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Self

from attrs import define

from leadrouter.assignment.duties import Duties
from leadrouter.assignment.strategy import OwnStrategy
from leadrouter.audit.replay import Replayed, replay
from leadrouter.compartment import Compartment, people_seen_by
from leadrouter.doors import instant
from leadrouter.event import Observer
from leadrouter.privacy.erasing import Erased, erase
from leadrouter.privacy.wanted import OfContact, Older, Wanted, lead_called
from leadrouter.reception import PatternsEngine, Reception
from leadrouter.routing.decision import Decision
from leadrouter.routing.stored import find_entry, read_decision

if TYPE_CHECKING:
    from os import PathLike
    from types import TracebackType


@define(eq=False)
class Router(Reception):
    """Routes leads, offers them to people, and keeps what became of them.

    One router may be shared by threads; several processes may open the same ledger file.

    Args:
        pack: the rules that decide new leads.
        organisation: who there is to give leads to.
        ledger: where everything is kept.
        observer: called with each `Event` after it was kept.
        roster: who is on duty and who is away; the organisation's fixed lists where it is left out.
        duties: an answer of your own to who is on duty and who is away, which goes before the roster's.
        strategies: strategies of your own, by the name that steps and pools give; no built-in name.
        identity_key: a secret with which companies are known again (`Router.open`).
        patterns_engine: what evaluates patterns: `durable` or `reference` (`Router.open`).
        verify: ask both engines of patterns, and report a disagreement as an event.

    >>> from datetime import UTC, datetime
    >>> from leadrouter import Lead, Organisation, RulePack
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

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        *,
        ledger: str = "sqlite:///leads.db",
        observer: Observer | None = None,
        duties: Duties | None = None,
        strategies: Mapping[str, OwnStrategy] | None = None,
        identity_key: bytes = b"",
        patterns_engine: PatternsEngine = "durable",
        verify: bool = False,
    ) -> Router:
        """Open a router on a folder with `pack.yaml`, `organisation.yaml` and, where there is one, `roster.yaml`.

        Args:
            path: the folder, or the pack in it.
            ledger: `sqlite:///` and a path (three slashes for a path from here, four for an absolute
                one), `postgresql://` as libpq reads it (extra `postgres`), or `memory:`.
            observer: called with an `Event` after each commit; `adapters.log.log_events()` is one.
            duties: who is on duty and who is away; the roster's, or the organisation's fixed lists, where it is
                left out.
            strategies: strategies of your own, by the name that steps and pools give.
            identity_key: a secret of at most 64 bytes, always the same one for a ledger; without it, who has
                the ledger can find out phone numbers by trying them all.
            patterns_engine: `durable` has patterns evaluated by durable-rules where it can be imported,
                `reference` by plain Python. The answers are the same.
            verify: ask both, and report a disagreement as an event.

        Raises:
            PackError: the pack has faults, or leads to nobody in the organisation.
            OrganisationError: the organisation has faults.
            RosterError: the roster has faults, or puts somebody on duty who is not in the organisation.
            LedgerError: the ledger cannot be opened.
        """
        from leadrouter.adapters.files import load_organisation_beside, load_pack, load_roster_beside
        from leadrouter.adapters.ledgers import open_ledger

        pack, organisation, roster = load_pack(path), load_organisation_beside(path), load_roster_beside(path)
        kept = open_ledger(ledger)
        try:
            return cls(
                pack,
                organisation,
                kept,
                observer=observer,
                roster=roster,
                duties=duties,
                strategies=strategies or {},
                identity_key=identity_key,
                patterns_engine=patterns_engine,
                verify=verify,
            )
        except BaseException:
            kept.close()
            raise

    def decision(self, lead_id: str) -> Decision:
        """Return the stored decision of a lead, by its id or the beginning of it.

        Raises:
            UnknownLeadError: no lead has that id, or several begin so.
        """
        with self.ledger.reading() as work:
            return read_decision(work, find_entry(work, lead_id), self._packs.within(work))

    def explain(self, lead_id: str, *, personal: bool = False) -> str:
        """Say why a lead went where it went.

        Raises:
            UnknownLeadError: no lead has that id, or several begin so.
        """
        return self.decision(lead_id).explain(personal=personal)

    def on_behalf_of(self, person: str, *, at: datetime | None = None) -> Compartment:
        """Return what somebody may read: give people this, and keep the router to the host.

        Args:
            person: who asks.
            at: the instant; the system's clock where it is left out. Who has left by then reads nothing.

        Raises:
            UnknownPersonError: the organisation does not have that person, or does not have him any more.
        """
        return Compartment(
            person=person,
            people=people_seen_by(self.organisation, person, instant(at)),
            ledger=self.ledger,
            organisation=self.organisation,
            packs=self._packs,
        )

    def replay(self) -> Replayed:
        """Make every decision of the ledger again from what is stored with it, and say where something else comes out.

        It is this router that is asked for what the ledger cannot keep: strategies and duties of your own, and the
        secret that companies are known again by. Costs about as much as deciding all leads again; in one process
        a ledger in memory or in SQLite is not written meanwhile.
        """
        with self.ledger.reading() as work:
            return replay(work, duties=self.duties, strategies=self.strategies, identity_key=self.identity_key)

    def erase(
        self,
        *,
        contact: str | None = None,
        lead_id: str | None = None,
        before: datetime | None = None,
        at: datetime | None = None,
        dry_run: bool = False,
    ) -> Erased:
        """Erase the personal data of somebody, of one lead, or of everything that is older than an instant.

        Contacts, companies' names, free text and facts that the pack has no word for go, and what they could
        be found out by. What was decided stays, is answered as before, and is explained by what is left. The
        bytes may lie in the file until it is vacuumed, and in its backups.

        Args:
            contact: a phone, an e-mail or a name, in any spelling; leads that bring only another one of the
                same person are not found by it.
            lead_id: the id of a lead, or the beginning of it; that of a refused lead stands in its event
                `lead.refused`.
            before: an aware instant; what was decided, noted or refused before it is erased.
            at: the instant of the events that say so; the system's clock where it is left out.
            dry_run: erase nothing, and return what would be.

        Raises:
            TypeError: not exactly one of contact, lead and instant is given.
            ValueError: the contact is empty.
            UnknownLeadError: no lead has that id, or several begin so.
            NaiveTimeError: an instant has no zone.

        Costs the size of the ledger; others write between.
        """
        if sum(each is not None for each in (contact, lead_id, before)) != 1:
            raise TypeError("say whose data is to be erased: by contact, lead_id or before")
        wanted: Wanted
        if contact is not None:
            wanted = OfContact(contact, self.organisation.country, self.identity_key)
        elif lead_id is not None:
            with self.ledger.reading() as work:
                wanted = lead_called(work, lead_id)
        else:
            assert before is not None, "INVARIANT: one of the three is given"
            wanted = Older(before)
        return erase(self.ledger, wanted, instant(at), tell=self.observer, dry_run=dry_run)

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
