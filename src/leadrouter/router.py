"""Rule pack, organisation and ledger behind one door."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field

from leadrouter.assignment.assign import Assignment, assign
from leadrouter.assignment.duties import FixedDuties, RosterDuties
from leadrouter.errors import (
    ConflictError,
    FactsError,
    Fault,
    PackError,
    RosterError,
    UnknownLeadError,
    did_you_mean,
)
from leadrouter.event import Event, Observer
from leadrouter.lead import Lead, raw_form
from leadrouter.ledger.ledger import Entry, Ledger, Refused, Transaction
from leadrouter.organisation import Organisation
from leadrouter.roster.roster import DutyRoster
from leadrouter.routing.decision import Decision
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.rule_pack import RulePack
from leadrouter.rulepack.check import check_destinations
from leadrouter.zone import in_utc

if TYPE_CHECKING:
    from os import PathLike
    from types import TracebackType


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
    roster: DutyRoster | None = field(default=None, kw_only=True, repr=False)
    _packs: dict[str, RulePack] = field(factory=dict, init=False, repr=False)
    _organisation_digest: str = field(init=False, repr=False)
    _are_kept: bool = field(default=False, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.roster is not None:
            self.organisation = staffed(self.organisation, self.roster)
        faults = list(check_destinations(self.pack.checked, self.organisation))
        if faults:
            raise PackError(faults)
        self._organisation_digest = self.organisation.digest

    @classmethod
    def open(
        cls, path: str | PathLike[str], *, ledger: str = "sqlite:///leads.db", observer: Observer | None = None
    ) -> Router:
        """Open a router on a folder with `pack.yaml`, `organisation.yaml` and, where there is one, `roster.yaml`.

        Args:
            path: the folder.
            ledger: `sqlite:///` and a path (three slashes for a path from here, four for an absolute
                one), or `memory:`.
            observer: called with an `Event` after each commit; `adapters.log.log_events()` is one.

        Raises:
            PackError: the pack has faults, or leads to nobody in the organisation.
            OrganisationError: the organisation has faults.
            RosterError: the roster has faults, or puts somebody on duty who is not in the organisation.
            LedgerError: the ledger cannot be opened.
        """
        from leadrouter.adapters.files import load_organisation, load_pack, load_roster_beside
        from leadrouter.adapters.ledgers import open_ledger

        pack, organisation = load_pack(path), load_organisation(path)
        return cls(pack, organisation, open_ledger(ledger), observer=observer, roster=load_roster_beside(path))

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
        with self.ledger.transaction() as work:
            entry = work.find(lead.key)
            if entry is None and outcome is not None:
                decision = self._decide(work, lead, outcome, now)
            elif entry is None or entry.digest != lead.digest:
                self._keep_refused(work, lead, refusal if entry is None else None, now)
        if entry is not None:
            return self._again(lead, entry, now)
        if refusal is not None:
            self._tell("lead.refused", _lead_id(lead.key), now, codes=[fault.code for fault in refusal.faults])
            raise FactsError(refusal.faults, raw=lead)
        self._tell_routed(decision)
        return decision

    def decision(self, lead_id: str) -> Decision:
        """Return the stored decision of a lead, by its id or the beginning of it.

        Raises:
            UnknownLeadError: no lead has that id, or several begin so.
        """
        return _stored(_find(self.ledger, lead_id), self._pack)

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
            raw = raw_form(record)
            key = f"payload:{hashlib.sha256(raw.encode()).hexdigest()}"
            with self.ledger.transaction() as work:
                work.refuse(Refused(key=key, payload=raw, reason=str(error), at=now.isoformat()))
            self._tell("lead.refused", _lead_id(key), now, codes=[fault.code for fault in error.faults])
            raise

    def _decide(self, work: Transaction, lead: Lead, outcome: Outcome, now: datetime) -> Decision:
        duties = FixedDuties(self.organisation.duty) if self.roster is None else RosterDuties(self.roster)
        assignment = assign(self.pack.checked.routes[outcome.route], self.organisation, work.last, duties, now)
        decision = Decision(
            lead_id=_lead_id(lead.key),
            key=lead.key,
            at=now,
            outcome=outcome,
            assignment=assignment,
            organisation_digest=self._organisation_digest,
            roster_digest=None if self.roster is None else self.roster.digest,
            pack=self.pack,
        )
        work.advance(assignment.destination, assignment.assignee)
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
        return _stored(entry, self._pack)

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


def staffed(organisation: Organisation, roster: DutyRoster) -> Organisation:
    """Return an organisation whose duty roles are those of a roster.

    Raises:
        RosterError: somebody of the roster is not in the organisation.
    """
    faults = [
        Fault(
            code="LR718",
            message=f"`{person}` of the roster is not in the organisation",
            where=f"roster {roster.name}",
            fix=did_you_mean(person, organisation.people),
        )
        for person in roster.people
        if person not in organisation.people
    ]
    if faults:
        raise RosterError(faults)
    return organisation.with_rota(roster.taking_part())


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
    return _stored(_find(ledger, lead_id), partial(_kept_pack, ledger))


def _find(ledger: Ledger, lead_id: str) -> Entry:
    found = ledger.entries(lead_id)
    if len(found) != 1:
        many = f"{len(found)} leads have" if found else "no lead has"
        raise UnknownLeadError(f"{many} an id that begins with `{lead_id}`")
    return found[0]


def _stored(entry: Entry, pack_of: Callable[[str], RulePack]) -> Decision:
    record = json.loads(entry.record)
    pack = pack_of(record["pack"])
    at = datetime.fromisoformat(record["at"])
    return Decision(
        lead_id=entry.lead_id,
        key=entry.key,
        at=at,
        outcome=pack.decide(facts_for(pack, Lead.from_payload(entry.payload), at)),
        assignment=Assignment.from_dict(record["assignment"]),
        organisation_digest=record["organisation"],
        roster_digest=record.get("roster"),
        pack=pack,
    )


def _kept_pack(ledger: Ledger, digest: str) -> RulePack:
    text = ledger.text(digest)
    assert text is not None, "INVARIANT: a decision is kept with the text of its pack"
    return RulePack.parse(text, source=f"pack {digest[:12]}")


def _lead_id(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
