"""Rule pack, organisation and ledger behind one door."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, get_args

from attrs import define, field

from leadrouter.assignment.assign import EXISTING
from leadrouter.assignment.duties import Duties
from leadrouter.assignment.strategy import OwnStrategy
from leadrouter.compartment import Compartment, people_seen_by
from leadrouter.doors import Doors, instant
from leadrouter.errors import ConflictError, FactsError
from leadrouter.event import Observer
from leadrouter.history.engine import Engine, Watch
from leadrouter.history.recall import check_event_facts
from leadrouter.identity import Identifier, identifiers
from leadrouter.lead import Lead, raw_form
from leadrouter.ledger.ledger import Entry, Refused, Transaction
from leadrouter.lifecycle.clients import enter, recognise
from leadrouter.lifecycle.desk import Desk
from leadrouter.routing.decision import Decision, digest_of
from leadrouter.routing.intake import facts_for, lead_id_of
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.placing import place
from leadrouter.routing.rule_pack import RulePack
from leadrouter.routing.stored import find_entry, read_decision

if TYPE_CHECKING:
    from os import PathLike
    from types import TracebackType


PatternsEngine: TypeAlias = Literal["durable", "reference"]
"""What evaluates the patterns of live decisions: durable-rules where it can be imported, or plain Python."""

Reports: TypeAlias = list[tuple[str, Mapping[str, Any]]]


@define(eq=False)
class Router(Doors):
    """Routes leads, offers them to people, and keeps what became of them.

    One router may be shared by threads; several processes may open the same ledger file.

    Args:
        pack: the rules that decide new leads.
        organisation: who there is to give leads to.
        ledger: where everything is kept.
        observer: called with each `Event` after it was kept.
        roster: who is on duty and who is away; the organisation's fixed lists where it is left out.
        duties: an answer of your own to who is on duty and who is away, which goes before the roster's.
        strategies: strategies of your own, by the name that steps and pools give.
        identity_key: a secret with which companies are known again (`Router.open`).
        patterns_engine: what evaluates patterns: `durable` or `reference` (`Router.open`).
        verify: ask both engines of patterns, and report a disagreement as an event.

    >>> from datetime import UTC, datetime
    >>> from leadrouter import Organisation, RulePack
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

    patterns_engine: PatternsEngine = field(default="durable", kw_only=True, repr=False)
    verify: bool = field(default=False, kw_only=True, repr=False)
    _watch: Watch = field(init=False, repr=False)
    _are_kept: bool = field(default=False, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self._watch = Watch(_engine(self.pack, self.patterns_engine), self.verify)

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
            path: the folder.
            ledger: `sqlite:///` and a path (three slashes for a path from here, four for an absolute
                one), `postgresql://` as libpq reads it (extra `postgres`), or `memory:`.
            observer: called with an `Event` after each commit; `adapters.log.log_events()` is one.
            duties: who is on duty and who is away; the organisation's fixed lists where it is left out.
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
        from leadrouter.adapters.files import load_organisation, load_pack, load_roster_beside
        from leadrouter.adapters.ledgers import open_ledger

        pack, organisation, roster = load_pack(path), load_organisation(path), load_roster_beside(path)
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
        now = instant(at)
        if not isinstance(lead, Lead):
            lead = self._read(lead, now)
        digest, decision, refusal = lead.digest, None, None
        reports: Reports = []
        found = identifiers(lead, country=self.organisation.country)
        with self._desk(now, lead.key) as desk:
            entry = desk.work.find(lead.key)
            if entry is None:
                try:
                    decision = self._decide(desk, lead, found, reports)
                except FactsError as error:
                    refusal = error
                    _keep_refused(desk.work, lead, str(error), now)
            elif entry.digest != digest:
                _keep_refused(desk.work, lead, "conflict: the key is known with another payload", now)
        if entry is not None:
            return self._again(lead, entry, now)
        if refusal is not None:
            self._tell("lead.refused", lead_id_of(lead.key), now, codes=[fault.code for fault in refusal.faults])
            raise FactsError(refusal.faults, raw=lead)
        assert decision is not None, "INVARIANT: a new lead is decided or refused"
        self._are_kept = True
        for name, details in reports:
            self._tell(name, decision.lead_id, now, **details)
        return decision

    def record(
        self,
        kind: str,
        *,
        key: str,
        lead_id: str | None = None,
        company: str | None = None,
        contact: str | None = None,
        facts: Mapping[str, Any] | None = None,
        at: datetime | None = None,
    ) -> None:
        """Note something else that happened with a company, so that patterns can count it: a `visit`.

        Leads are noted when they are routed, as events of kind `request`, and when they are won, as
        `deal_won`. The same kind and key again change nothing.

        Args:
            kind: what happened, in the words of the pack's streams.
            key: what makes two notes of that kind the same event: its id in the system that it comes from.
            lead_id: a routed lead whose company it is, by its id or the beginning of it.
            company: the company, where no lead names it.
            contact: who of the company it was: a phone, an e-mail or a name.
            facts: what is known of it, in the pack's vocabulary; none is required.
            at: an aware instant, the system's clock where it is left out.

        Raises:
            TypeError: neither a lead nor a company nor a contact is named.
            UnknownLeadError: no lead has that id, or several begin so.
            FactsError: the facts do not fit the vocabulary.
            ConflictError: the event is noted already, with another content.
            NaiveTimeError: `at` has no zone.
        """
        given = {} if facts is None else facts
        check_event_facts(self.pack.vocabulary, given, keep_unknown=self.pack.checked.keep_unknown)
        with self._desk(instant(at)) as desk:
            of = None if lead_id is None else find_entry(desk.work, lead_id).lead_id
            self._past.note_event(desk, kind, key=key, lead_id=of, company=company, contact=contact, facts=given)

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
            pack_in=self._pack_in,
        )

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

    def _read(self, record: Mapping[str, Any], now: datetime) -> Lead:
        """Read a record; one that is no lead is kept as it came."""
        try:
            return Lead.from_mapping(record)
        except FactsError as error:
            raw = raw_form(record)
            key = f"payload:{hashlib.sha256(raw.encode()).hexdigest()}"
            with self.ledger.transaction() as work:
                work.refuse(Refused(key=key, payload=raw, reason=str(error), at=now.isoformat()))
            self._tell("lead.refused", lead_id_of(key), now, codes=[fault.code for fault in error.faults])
            raise

    def _decide(self, desk: Desk, lead: Lead, found: tuple[Identifier, ...], reports: Reports) -> Decision:
        known = recognise(desk.work.clients, found, self.identity_key)
        supplied = {EXISTING: known.is_client} if EXISTING in self.pack.vocabulary else {}
        outcome = self.pack.decide(facts_for(self.pack, lead, desk.at, supplied=supplied))
        if self.pack.checked.patterns and found:
            outcome = self._with_past(desk, lead, outcome, known.company, reports)
        company = enter(desk, lead_id_of(lead.key), found, known, self.identity_key)
        if found:
            self._past.note_lead(desk, lead, company)
        salt = desk.work.salt()
        decision = place(
            desk,
            self.pack,
            self._organisation_digest,
            lead=lead,
            salt=salt,
            outcome=outcome,
            supplied=supplied,
            known=known,
            company=company.id,
        )
        if decision.history_json is not None:
            desk.work.keep(digest_of(decision.history_json), decision.history_json)
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
                salt=salt,
            )
        )
        return decision

    def _with_past(self, desk: Desk, lead: Lead, outcome: Outcome, company: str | None, reports: Reports) -> Outcome:
        """Decide a lead again, by what its company did before as well."""

        def report(name: str, details: Mapping[str, Any]) -> None:
            reports.append((name, details))

        history = self._past.recall(desk, self.pack.checked, lead, company)
        signals = self._watch.signals(self.pack.reading(outcome.given, history), report)
        return self.pack.decide(outcome.given, signals)

    def _again(self, lead: Lead, entry: Entry, now: datetime) -> Decision:
        """Answer a key that is known already."""
        if entry.digest != lead.digest:
            self._tell("lead.conflict", entry.lead_id, now)
            message = f"`{lead.key}` is in the ledger with another payload; the stored decision stays"
            raise ConflictError(message, entry.lead_id)
        self._tell("lead.repeated", entry.lead_id, now)
        with self.ledger.reading() as work:
            return read_decision(work, entry, self._pack_in(work))


def _keep_refused(work: Transaction, lead: Lead, reason: str, now: datetime) -> None:
    work.refuse(Refused(key=lead.key, payload=lead.payload, reason=reason, at=now.isoformat()))


def _engine(pack: RulePack, name: PatternsEngine) -> Engine | None:
    """Return what evaluates the patterns of a pack beside the reference; None where that serves alone."""
    if name not in get_args(PatternsEngine):
        raise ValueError(f"patterns_engine is `{name}`; write {' or '.join(get_args(PatternsEngine))}")
    if name == "reference" or not pack.checked.patterns:
        return None
    from leadrouter.adapters.durable import DurableEngine, is_available

    return DurableEngine(pack.checked) if is_available() else None
