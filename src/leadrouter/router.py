"""Rule pack, organisation and ledger behind one door."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, get_args

from attrs import define, field

from leadrouter.assignment.assign import Assignment, assign
from leadrouter.errors import ConflictError, FactsError, Fault, PackError, UnknownLeadError
from leadrouter.event import Event, Observer
from leadrouter.history.company import company_key
from leadrouter.history.engine import Engine, Watch
from leadrouter.history.past import History
from leadrouter.history.recall import check_event_facts, contact_of, note_event, with_past
from leadrouter.lead import Contact, Lead
from leadrouter.ledger.ledger import Entry, Ledger, Refused, Transaction
from leadrouter.organisation import Organisation
from leadrouter.routing.decision import Decision, digest_of
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.rule_pack import RulePack
from leadrouter.rulepack.check import check_destinations
from leadrouter.zone import in_utc

if TYPE_CHECKING:
    from os import PathLike
    from types import TracebackType


PatternsEngine: TypeAlias = Literal["durable", "reference"]
"""What evaluates the patterns of live decisions: durable-rules where it can be imported, or plain Python."""


@define(eq=False)
class Router:
    """Routes leads and keeps what it decided.

    One router may be shared by threads; several processes may open the same ledger file.

    >>> from leadrouter.ledger.memory import MemoryLedger
    >>> pack = RulePack.parse('''
    ... pack: demo
    ... vocabulary: {amount: {money: RUB}}
    ... classify: [{rule: all-complex, default: true, class: complex}]
    ... route: [{rule: all-to-sales, default: true, to: sales}]
    ... routes: {sales: [{to: department(sales)}]}
    ... ''')
    >>> organisation = Organisation.parse('''
    ... organisation: demo
    ... staffing: department
    ... departments: {sales: {kind: inbound, head: olga, people: [anna, boris]}}
    ... people: {anna: {}, boris: {}, olga: {}}
    ... ''')
    >>> router = Router(pack, organisation, MemoryLedger())
    >>> at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    >>> router.route(Lead(id="1", facts={"amount": 5}), at=at).assignee
    'anna'
    >>> router.route(Lead(id="2", facts={"amount": 7}), at=at).assignee
    'boris'
    """

    pack: RulePack
    organisation: Organisation
    ledger: Ledger = field(repr=False)
    observer: Observer | None = field(default=None, kw_only=True, repr=False)
    patterns_engine: PatternsEngine = field(default="durable", kw_only=True, repr=False)
    verify: bool = field(default=False, kw_only=True, repr=False)
    _packs: dict[str, RulePack] = field(factory=dict, init=False, repr=False)
    _organisation_digest: str = field(init=False, repr=False)
    _watch: Watch = field(init=False, repr=False)
    _are_kept: bool = field(default=False, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        faults = list(check_destinations(self.pack.checked, self.organisation))
        if faults:
            raise PackError(faults)
        self._organisation_digest = self.organisation.digest
        self._watch = Watch(_engine(self.pack, self.patterns_engine), self.verify)

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        *,
        ledger: str = "sqlite:///leads.db",
        observer: Observer | None = None,
        patterns_engine: PatternsEngine = "durable",
        verify: bool = False,
    ) -> Router:
        """Open a router on a folder with `pack.yaml` and `organisation.yaml`.

        Args:
            path: the folder.
            ledger: `sqlite:///` and a path (three slashes for a path from here, four for an absolute
                one), or `memory:`.
            observer: called with an `Event` after each commit; `adapters.log.log_events()` is one.
            patterns_engine: `durable` has patterns evaluated by durable-rules where it can be imported,
                `reference` by plain Python. The answers are the same.
            verify: ask both, and report a disagreement as an event.

        Raises:
            PackError: the pack has faults, or leads to nobody in the organisation.
            OrganisationError: the organisation has faults.
            LedgerError: the ledger cannot be opened.
        """
        from leadrouter.adapters.files import load_organisation, load_pack
        from leadrouter.adapters.ledgers import open_ledger

        pack, organisation = load_pack(path), load_organisation(path)
        kept = open_ledger(ledger)
        return cls(pack, organisation, kept, observer=observer, patterns_engine=patterns_engine, verify=verify)

    def route(self, lead: Lead | Mapping[str, Any], *, at: datetime | None = None) -> Decision:
        """Decide where a lead goes and who acts, and keep both.

        A mapping is read by `Lead.from_mapping`.

        The same key with the same payload is answered with the stored decision, whatever has changed
        since. `at` is an aware instant, the system's clock where it is left out.

        Raises:
            FactsError: the facts do not fit the vocabulary; the lead is kept as it came.
            ConflictError: the key is known with another payload; the second payload is kept.
            NaiveTimeError: `at` or `lead.received` has no zone.
        """
        now = datetime.now(UTC) if at is None else in_utc(at)
        if not isinstance(lead, Lead):
            lead = self._read(lead, now)
        try:
            outcome: Outcome | None = self.pack.decide(facts_for(self.pack, lead, now))
            refusal = None
        except FactsError as error:
            outcome, refusal = None, error
        reports: list[tuple[str, Mapping[str, Any]]] = []

        def report(name: str, details: Mapping[str, Any]) -> None:
            reports.append((name, details))

        with self.ledger.transaction() as work:
            entry = work.find(lead.key)
            if entry is None and outcome is not None:
                outcome = with_past(work, self.pack, self._watch, lead=lead, outcome=outcome, at=now, report=report)
                decision = self._decide(work, lead, outcome, now)
            elif entry is None or entry.digest != lead.digest:
                self._keep_refused(work, lead, refusal if entry is None else None, now)
        if entry is not None:
            return self._again(lead, entry, now)
        if refusal is not None:
            self._tell("lead.refused", _lead_id(lead.key), now, codes=[fault.code for fault in refusal.faults])
            raise FactsError(refusal.faults, raw=lead)
        self._tell_routed(decision)
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
        """Note something else that happened with a company, so that patterns can count it: `deal_won`.

        Leads are noted when they are routed, as events of kind `request`. The same kind and key again change
        nothing.

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
        happened = datetime.now(UTC) if at is None else in_utc(at)
        if lead_id is not None:
            about = Lead.from_payload(_find(self.ledger, lead_id).payload)
        else:
            about = Lead(company=company, contact=Contact() if contact is None else contact_of(contact))
        if company_key(about) is None:
            raise TypeError("say whose event it is: by lead_id, company or contact")
        given = {} if facts is None else facts
        check_event_facts(self.pack.vocabulary, given, keep_unknown=self.pack.checked.keep_unknown)
        with self.ledger.transaction() as work:
            note_event(work, kind, key=key, about=about, facts=given, at=happened)

    def decision(self, lead_id: str) -> Decision:
        """Return the stored decision of a lead, by its id or the beginning of it.

        Raises:
            UnknownLeadError: no lead has that id, or several begin so.
        """
        return _stored(self.ledger, _find(self.ledger, lead_id), self._pack)

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

    def _read(self, record: Mapping[str, Any], now: datetime) -> Lead:
        """Read a record; one that is no lead is kept as it came."""
        try:
            return Lead.from_mapping(record)
        except FactsError as error:
            raw = json.dumps(dict(record), default=repr, skipkeys=True)
            key = f"payload:{hashlib.sha256(raw.encode()).hexdigest()}"
            with self.ledger.transaction() as work:
                work.refuse(Refused(key=key, payload=raw, reason=str(error), at=now.isoformat()))
            self._tell("lead.refused", _lead_id(key), now, codes=[fault.code for fault in error.faults])
            raise

    def _decide(self, work: Transaction, lead: Lead, outcome: Outcome, now: datetime) -> Decision:
        assignment = assign(self.pack.checked.routes[outcome.route], self.organisation, work.last)
        decision = Decision(
            lead_id=_lead_id(lead.key),
            key=lead.key,
            at=now,
            outcome=outcome,
            assignment=assignment,
            organisation_digest=self._organisation_digest,
            pack=self.pack,
        )
        work.advance(assignment.destination, assignment.assignee)
        if decision.history_json is not None:
            work.keep(digest_of(decision.history_json), decision.history_json)
        if not self._are_kept:
            work.keep(self.pack.digest, self.pack.canonical)
            work.keep(self._organisation_digest, self.organisation.to_json())
        work.add(
            Entry(
                lead_id=decision.lead_id,
                key=lead.key,
                digest=lead.digest,
                payload=lead.payload,
                record=decision.to_json(),
                at=now.isoformat(),
            )
        )
        return decision

    def _keep_refused(self, work: Transaction, lead: Lead, refusal: FactsError | None, now: datetime) -> None:
        reason = "conflict: the key is known with another payload" if refusal is None else str(refusal)
        work.refuse(Refused(key=lead.key, payload=lead.payload, reason=reason, at=now.isoformat()))

    def _again(self, lead: Lead, entry: Entry, now: datetime) -> Decision:
        """Answer a key that is known already."""
        if entry.digest != lead.digest:
            self._tell("lead.conflict", entry.lead_id, now)
            message = f"`{lead.key}` is in the ledger with another payload; the stored decision stays"
            raise ConflictError(message, entry.lead_id)
        self._tell("lead.repeated", entry.lead_id, now)
        return _stored(self.ledger, entry, self._pack)

    def _pack(self, digest: str) -> RulePack:
        if digest == self.pack.digest:
            return self.pack
        if digest not in self._packs:
            self._packs[digest] = _kept_pack(self.ledger, digest)
        return self._packs[digest]

    def _tell_routed(self, decision: Decision) -> None:
        self._are_kept = True
        self._tell(
            "lead.routed",
            decision.lead_id,
            decision.at,
            lead_class=decision.lead_class,
            route=decision.route,
            destination=decision.destination,
            assignee=decision.assignee,
        )

    def _tell(self, name: str, lead_id: str, at: datetime, **details: Any) -> None:
        if self.observer is not None:
            self.observer(Event(name=name, lead_id=lead_id, at=at, details=details))


def facts_for(pack: RulePack, lead: Lead, at: datetime) -> dict[str, Any]:
    """Return the facts that a pack decides a lead by: its own, its source and when it was received.

    The last two are added where the pack's vocabulary has them; a lead that does not say when it was
    received was received `at`.

    Raises:
        FactsError: the lead brings `source` among its facts as well.
    """
    facts = dict(lead.facts)
    if lead.source is not None and "source" in pack.vocabulary:
        if "source" in facts:
            message, fix = "fact `source` is given twice", "the lead has it already"
            raise FactsError([Fault(code="LR410", message=message, where="lead.source", fix=fix)], raw=lead)
        facts["source"] = lead.source
    if "received" in pack.vocabulary:
        facts.setdefault("received", at if lead.received is None else in_utc(lead.received))
    return facts


def stored_decision(ledger: Ledger, lead_id: str) -> Decision:
    """Return a lead's decision from the ledger alone, explained by the pack that made it.

    Args:
        ledger: where the lead was routed.
        lead_id: its id, or the beginning of it.

    Raises:
        UnknownLeadError: no lead has that id, or several begin so.

    Cost: that pack is read again.
    """
    return _stored(ledger, _find(ledger, lead_id), partial(_kept_pack, ledger))


def _find(ledger: Ledger, lead_id: str) -> Entry:
    found = ledger.entries(lead_id)
    if len(found) != 1:
        many = f"{len(found)} leads have" if found else "no lead has"
        raise UnknownLeadError(f"{many} an id that begins with `{lead_id}`")
    return found[0]


def _engine(pack: RulePack, name: PatternsEngine) -> Engine | None:
    """Return what evaluates the patterns of a pack beside the reference; None where that serves alone."""
    if name not in get_args(PatternsEngine):
        raise ValueError(f"patterns_engine is `{name}`; write {' or '.join(get_args(PatternsEngine))}")
    if name == "reference" or not pack.checked.patterns:
        return None
    from leadrouter.adapters.durable import DurableEngine, is_available

    return DurableEngine(pack.checked) if is_available() else None


def _stored(ledger: Ledger, entry: Entry, pack_of: Callable[[str], RulePack]) -> Decision:
    record = json.loads(entry.record)
    pack = pack_of(record["pack"])
    at = datetime.fromisoformat(record["at"])
    read = ledger.text(record["history"]) if record.get("history") is not None else None
    history = None if read is None else History.from_json(read)
    return Decision(
        lead_id=entry.lead_id,
        key=entry.key,
        at=at,
        outcome=pack.decide(facts_for(pack, Lead.from_payload(entry.payload), at), history),
        assignment=Assignment.from_dict(record["assignment"]),
        organisation_digest=record["organisation"],
        pack=pack,
    )


def _kept_pack(ledger: Ledger, digest: str) -> RulePack:
    text = ledger.text(digest)
    assert text is not None, "INVARIANT: a decision is kept with the text of its pack"
    return RulePack.parse(text, source=f"pack {digest[:12]}")


def _lead_id(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
