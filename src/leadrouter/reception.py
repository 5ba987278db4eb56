"""Leads are taken in: decided, offered and kept, or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Literal, TypeAlias, get_args

from attrs import define, field

from leadrouter.assignment.assign import EXISTING
from leadrouter.doors import Doors, instant
from leadrouter.errors import FactsError, LedgerError
from leadrouter.history.engine import Engine, Watch
from leadrouter.history.recall import check_event
from leadrouter.identity import Identifier
from leadrouter.lead import Lead
from leadrouter.ledger.chain import salted
from leadrouter.ledger.ledger import Entry, Transaction
from leadrouter.lifecycle.clients import enter, recognise
from leadrouter.lifecycle.desk import Desk
from leadrouter.roster.written import write_all
from leadrouter.routing.arrival import Answer, Arrival, Taken, alarm, arrival_of, read_lead, refuse, repeat
from leadrouter.routing.decision import Decision, digest_of
from leadrouter.routing.intake import arrival, facts_for, lead_id_of
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.placing import place
from leadrouter.routing.rule_pack import RulePack
from leadrouter.routing.stored import find_entry, read_decision

PatternsEngine: TypeAlias = Literal["durable", "reference"]
"""What evaluates the patterns of live decisions: durable-rules where it can be imported, or plain Python."""

GROUP = 32
"""How many leads of `route_many` share a commit."""

Expected: TypeAlias = Outcome | FactsError | None
"""What the rules say of a lead that comes from nobody who is a client; None of what is no lead."""

Reports: TypeAlias = list[tuple[str, Mapping[str, Any]]]


@define(eq=False)
class Reception(Doors):
    """The doors of a router that leads come in by, and what else happens with their companies.

    Args:
        patterns_engine: what evaluates patterns: `durable` or `reference` (`Router.open`).
        verify: ask both engines of patterns, and report a disagreement as an event.
    """

    patterns_engine: PatternsEngine = field(default="durable", kw_only=True, repr=False)
    verify: bool = field(default=False, kw_only=True, repr=False)
    _watch: Watch = field(init=False, repr=False)
    _are_kept: bool = field(default=False, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self._watch = Watch(_engine(self.pack, self.patterns_engine), self.verify)

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
        (taken,) = self._take([self._arrival(lead, instant(at))])
        answer = self._answered(taken)
        if isinstance(answer, Decision):
            return answer
        raise answer

    def route_many(
        self,
        leads: Iterable[Lead | Mapping[str, Any]],
        *,
        at: datetime | Callable[[Lead], datetime | None] | None = None,
    ) -> tuple[Answer, ...]:
        """Route leads in their order, as `route` does one after the other, and much faster; return the answers.

        Thirty-two leads share a commit: they are decided, offered and kept as single calls in that order
        would have it, and observers are told after their commit. In place of a decision stands what `route`
        would have raised for that lead; it takes nothing back of the others. Whatever else is raised ends
        the call: the leads before it are kept, and are answered the same when the call is repeated.

        Args:
            leads: as `route` takes them; read as they are routed.
            at: one instant for all, or what gives each lead's; the system's clock where it is left out, or
                gives None.

        Raises:
            NaiveTimeError: an instant has no zone.
            LedgerError: the ledger cannot be written; what earlier commits have kept stays.
        """
        arrivals = (self._arrival(lead, at) for lead in leads)
        answers: list[Answer] = []
        while group := list(islice(arrivals, GROUP)):
            answers.extend(map(self._answered, self._take(group)))
        return tuple(answers)

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
            UnknownCompanyError: neither the company nor the contact identifies anybody.
            UnknownLeadError: no lead has that id, or several begin so.
            FactsError: the facts do not fit the vocabulary, or the kind or the key holds a NUL or half a
                surrogate pair.
            ConflictError: the event is noted already, with another content.
            NaiveTimeError: `at` has no zone.
        """
        given = {} if facts is None else facts
        check_event(self.pack.vocabulary, kind, key, given, keep_unknown=self.pack.checked.keep_unknown)
        with self._desk(instant(at)) as desk:
            of = None if lead_id is None else find_entry(desk.work, lead_id).lead_id
            self._past.note_event(desk, kind, key=key, lead_id=of, company=company, contact=contact, facts=given)

    def _arrival(
        self, given: Lead | Mapping[str, Any], at: datetime | Callable[[Lead], datetime | None] | None
    ) -> Arrival:
        lead = read_lead(given)
        if callable(at):
            at = at(lead) if isinstance(lead, Lead) else None
        return arrival_of(lead, given, instant(at), self.organisation.country)

    def _take(self, group: Sequence[Arrival]) -> list[Taken]:
        """Take leads in, in one unit of work, or each in its own where that fails; tell what happened."""
        try:
            expected = [self._expected(arrival) for arrival in group]
            with self.ledger.transaction(*(arrival.key for arrival in group)) as work:
                taken = [self._take_in(work, *each) for each in zip(group, expected, strict=True)]
        except LedgerError:
            raise
        except Exception:
            if len(group) == 1:
                raise
            return [taken for arrival in group for taken in self._take([arrival])]
        self._are_kept = self._are_kept or any(isinstance(each.answer, Decision) for each in taken)
        if self.observer is not None:
            for event in (event for each in taken for event in each.events):
                self.observer(event)
        return taken

    def _expected(self, arrival: Arrival) -> Expected:
        """Decide what came as if it came from nobody who is a client: most do, and nobody waits for it."""
        if not isinstance(arrival.lead, Lead):
            return None
        try:
            return self._outcome(arrival.lead, arrival.at, is_client=False)
        except FactsError as error:
            return error

    def _outcome(self, lead: Lead, at: datetime, *, is_client: bool) -> Outcome:
        return self.pack.decide(facts_for(self.pack, lead, at, supplied=self._supplied(is_client=is_client)))

    def _supplied(self, *, is_client: bool) -> dict[str, Any]:
        """Return what the rules are told of a lead beside what it says."""
        return {EXISTING: is_client} if EXISTING in self.pack.vocabulary else {}

    def _take_in(self, work: Transaction, arrival: Arrival, expected: Expected) -> Taken:
        """Decide what came, or find what was decided, or keep what is refused."""
        lead = arrival.lead
        if not isinstance(lead, Lead):
            return refuse(work, arrival, lead)
        entry = work.find(arrival.key)
        if entry is not None:
            return repeat(work, arrival, entry)
        reports: Reports = []
        desk = self._seated(work, arrival.at)
        try:
            decision = self._decide(desk, lead, arrival.found, expected, reports)
        except FactsError as error:
            return refuse(work, arrival, FactsError(error.faults, raw=lead))
        desk.write()
        alarms = [alarm(work, arrival, name, **held) for name, held in reports]
        return Taken(answer=decision, events=(*desk.events, *alarms))

    def _answered(self, taken: Taken) -> Answer:
        """Return what a lead is answered with; a decision that was stored before is read."""
        if not isinstance(taken.answer, Entry):
            return taken.answer
        with self.ledger.reading() as work:
            return read_decision(work, taken.answer, self._packs.within(work))

    def _decide(
        self, desk: Desk, lead: Lead, found: tuple[Identifier, ...], expected: Expected, reports: Reports
    ) -> Decision:
        known = recognise(desk.work.clients, found, self.identity_key)
        supplied = self._supplied(is_client=known.is_client)
        outcome = self._outcome(lead, desk.at, is_client=True) if supplied.get(EXISTING) else expected
        if isinstance(outcome, FactsError):
            raise outcome
        assert outcome is not None, "INVARIANT: what is a lead was decided before"
        if self.pack.checked.patterns and found:
            outcome = self._with_past(desk, lead, outcome, known.company, reports)
        company = enter(desk, lead_id_of(lead.key), found, known, self.identity_key)
        came = arrival(self.pack, lead, desk.at)
        salt = desk.work.salt()
        covers = {"payload": salted(salt, lead.payload)}
        noted = self._past.note_lead(desk, lead, company.root, came) if found else None
        if noted is not None:
            covers["noted"] = salted(salt, noted.to_json())
        decision = place(
            desk,
            self.pack,
            self._organisation_digest,
            key=lead.key,
            received=came,
            outcome=outcome,
            supplied=supplied,
            known=known,
            company=company,
            covers=covers,
        )
        self._keep_texts(desk.work, decision)
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

    def _keep_texts(self, work: Transaction, decision: Decision) -> None:
        """Keep everything that a decision was made by and that it names by a digest only."""
        if decision.history_json is not None:
            work.keep(digest_of(decision.history_json), decision.history_json)
        if not self._are_kept:
            work.keep(self.pack.digest, self.pack.canonical)
            work.keep(self._organisation_digest, self.organisation.to_json())
            if self.roster is not None and self.roster.written:
                work.keep(self.roster.digest, write_all(self.roster.written))

    def _with_past(self, desk: Desk, lead: Lead, outcome: Outcome, company: str | None, reports: Reports) -> Outcome:
        """Decide a lead again, by what its company did before as well."""

        def report(name: str, details: Mapping[str, Any]) -> None:
            reports.append((name, details))

        history = self._past.recall(desk, self.pack.checked, lead, company, arrival(self.pack, lead, desk.at))
        signals = self._watch.signals(self.pack.reading(outcome.given, history), report)
        return self.pack.decide(outcome.given, signals)


def _engine(pack: RulePack, name: PatternsEngine) -> Engine | None:
    """Return what evaluates the patterns of a pack beside the reference; None where that serves alone."""
    if name not in get_args(PatternsEngine):
        raise ValueError(f"patterns_engine is `{name}`; write {' or '.join(get_args(PatternsEngine))}")
    if name == "reference" or not pack.checked.patterns:
        return None
    from leadrouter.adapters.durable import DurableEngine, is_available

    return DurableEngine(pack.checked) if is_available() else None
