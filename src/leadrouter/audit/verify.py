"""Whether a ledger is what it was: its chain, its entries, and everything that is kept beside the log."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

from attrs import define, field, frozen

from leadrouter.assignment.load import untouched
from leadrouter.audit.finding import Finding
from leadrouter.audit.pages import UNREADABLE, Advance, companies_of, log_of, notes_of, refused_of, states_of, unheard
from leadrouter.audit.projections import Projections, digest_of_state
from leadrouter.audit.sealing import lacks_seal
from leadrouter.event import Event
from leadrouter.ledger.chain import Chain, Kept, salted
from leadrouter.ledger.ledger import Entry, Reading, Refused
from leadrouter.lifecycle.state import LeadState
from leadrouter.roster.written import read_all
from leadrouter.routing.decision import digest_of
from leadrouter.routing.intake import lead_id_of
from leadrouter.rulepack.pattern import REQUEST

Value = TypeVar("Value")

_BACK: Final = "is there again, and an event says that it was erased"


@frozen(kw_only=True)
class Verified:
    """What came of verifying a ledger.

    `sealed` is the number of the last event that a seal covers: what came after it, up to `events`, could be cut
    off at its end unseen. `erased` counts leads whose payload was erased: it cannot be held against anything any
    more.
    """

    events: int
    leads: int
    erased: int
    sealed: int
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify(work: Reading, *, advance: Advance = unheard) -> Verified:
    """Hold a ledger against its log: nothing was changed, added or removed behind its back.

    - The chain of each subject and the seals: no event was changed, none is missing, and no seal that a tick must
      have made.
    - Entries against `lead.routed`: the payload, the record, the texts of packs, organisations and rosters; leads that
      were refused, and what was noted of companies, against the events that say so; what was erased is not back.
    - Leads, queues, loads, standings, breakers and companies against what the events add up to.
    - Whatever a ledger keeps twice, so as to find it sooner, against what it was taken from.

    Args:
        work: what is read of the ledger.
        advance: called as the log is read, for whoever waits.

    Costs the length of the log, read a page at a time; memory grows with open leads and with 200 bytes for a closed
    one. What it does not see: how far consumers are, and in what order rows were numbered.
    """
    return _Verifying(work, advance).verified()


@define(eq=False)
class _Verifying:
    """One ledger being verified."""

    work: Reading
    advance: Advance
    projections: Projections = field(init=False)
    chain: Chain = field(init=False)
    _refused: Iterator[tuple[int, Refused]] = field(init=False)
    findings: list[Finding] = field(factory=list, init=False)
    erased: int = field(default=0, init=False)
    _last: int = field(default=0, init=False)
    _lacks_seal: bool = field(default=False, init=False)
    _texts: set[str] = field(factory=set, init=False)
    _unexplained: dict[tuple[str, str], str] = field(factory=dict, init=False)
    """By lead, and digest of what is left of what was erased: what is to be said where no event says so."""
    _left: dict[str, str] = field(factory=dict, init=False)
    _blank: dict[tuple[int, str], Finding] = field(factory=dict, init=False)
    """By number, and digest of what is left: refused leads that are to be found where no event says that they were
    erased."""
    _noted: int = field(default=0, init=False)
    _notes: dict[str, str] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.projections = Projections(self.work.events)
        self.chain = Chain(self.work.seals())
        self._refused = refused_of(self.work)

    def verified(self) -> Verified:
        for kept in log_of(self.work):
            if isinstance(kept, int):
                self.find(f"event {kept}", "cannot be read")
            else:
                self.take(kept)
                self.advance(kept.number, self.projections.count)
        self.findings.extend(Finding("log", told) for told in self.chain.end())
        for (lead_id, _), told in sorted(self._unexplained.items()):
            self.find(f"lead {lead_id}", told)
        for what, check in self.checks().items():
            try:
                self.findings.extend(check())
            except UNREADABLE as error:
                self.find(what, f"cannot be read: {type(error).__name__}")
        return Verified(
            events=self._last,
            leads=self.projections.count,
            erased=self.erased,
            sealed=self.chain.sealed,
            findings=tuple(self.findings),
        )

    def find(self, where: str, told: str) -> None:
        self.findings.append(Finding(where, told))

    def take(self, kept: Kept) -> None:
        """Take in the next event of the log."""
        where = f"event {kept.number}"
        if kept.number != self._last + 1:
            self.find(where, f"follows event {self._last}: what was between is missing")
        self._last = kept.number
        self.findings.extend(Finding("log", told) for told in self.chain.take(kept))
        if not self._lacks_seal and lacks_seal(*self.chain.around, kept):
            self._lacks_seal = True
            self.find("log", f"was sealed by the tick that told event {kept.number}, and that seal is missing")
        try:
            self.projections.take(kept.event)
        except UNREADABLE as error:
            self.find(where, f"{kept.event.name} cannot follow what came before it: {error}")
        try:
            self.findings.extend(self.beside(kept.event))
        except UNREADABLE as error:
            self.find(where, f"what is kept of {kept.event.name} cannot be read: {type(error).__name__}")

    def beside(self, event: Event) -> Iterator[Finding]:
        """Yield what is wrong with what is kept beside an event."""
        match event.name:
            case "lead.routed":
                yield from self.entry_of(event)
            case "lead.refused" | "lead.conflict":
                yield from self.refusal_of(event)
            case "lead.erased":
                if self._unexplained.pop((str(event.lead_id), event.evidence["payload"]), None) is None:
                    yield from self.back(f"lead {event.lead_id}", any(each.salt for each in self.entries_of(event)))
            case "lead.past_erased":
                self._unexplained.pop((str(event.lead_id), event.evidence["history"]), None)
                where = f"past of lead {event.lead_id}"
                yield from self.back(where, any(self.is_past_whole(each) for each in self.entries_of(event)))
            case "refusal.erased":
                number = event.details["refused"]
                if self._blank.pop((number, event.evidence["refused"]), None) is None:
                    rows = self.work.personal.refused(number - 1, 1)
                    yield from self.back(f"refused lead {number}", any(refused.salt for _, refused in rows))
            case "company.erased":
                self._left[event.details["note"]] = event.evidence["payload"]
            case "company.noted" if "lead" in event.details:
                yield from self.deal_of(event)
            case "company.noted":
                self._noted += 1
                self._notes[event.details["note"]] = event.evidence["noted"]
            case "person.handed_over":
                plan = event.details["plan"]
                text = self.work.text(plan)
                if text is None or f"plan-{digest_of(text)[:16]}" != plan:
                    yield Finding(plan, "is missing or is not the plan that was applied")

    def back(self, where: str, is_back: bool) -> Iterator[Finding]:  # noqa: FBT001  # the one thing that is asked
        """Yield that something is there that was erased, as a copy from before would bring it."""
        if is_back:
            yield Finding(where, _BACK)

    def entries_of(self, event: Event) -> tuple[Entry, ...]:
        return self.work.entries(str(event.lead_id))

    def is_past_whole(self, entry: Entry) -> bool:
        """Tell whether the past is there by which a lead was decided, with all that was in it."""
        digest = json.loads(entry.record).get("history")
        return digest is not None and digest_of(str(self.work.text(digest))) == digest

    def refusal_of(self, event: Event) -> Iterator[Finding]:
        """Yield what is wrong with what was kept of a lead that was refused: the next one of these."""
        number, refused = next(self._refused, (0, None))
        if refused is None:
            yield Finding(f"lead {event.lead_id}", "was refused, and what came is not kept")
            return
        is_whole = salted(refused.salt, refused.to_json()) == event.evidence["refused"]
        is_erased = not (refused.salt or refused.payload) and refused.at == event.at.isoformat()
        told = Finding(f"refused lead {number}", "is not what came")
        if is_erased:
            self._blank[number, digest_of(refused.to_json())] = told
        elif not is_whole:
            yield told

    def refusals(self) -> Iterator[Finding]:
        """Yield what is kept as refused and was not."""
        yield from self._blank.values()
        for number, _ in self._refused:
            yield Finding(f"refused lead {number}", "is kept, and no event says that it was refused")

    def deal_of(self, event: Event) -> Iterator[Finding]:
        """Yield what is wrong with what was noted of a deal."""
        self._noted += 1
        lead_id = event.details["lead"]
        for entry in self.work.entries(lead_id):
            if entry.salt and not self.is_noted(event.details["kind"], entry, event.evidence["noted"]):
                yield Finding(f"lead {lead_id}", "its deal is not noted as it was told")

    def is_noted(self, kind: str, entry: Entry, digest: str) -> bool:
        """Tell whether an event of a lead is noted as the chain says."""
        note = self.work.noted(kind, entry.key)
        return note is not None and salted(entry.salt, note.to_json()) == digest

    def entry_of(self, routed: Event) -> Iterator[Finding]:
        """Yield what is wrong with the entry of a lead."""
        lead_id = str(routed.lead_id)
        found = [entry for entry in self.work.entries(lead_id) if entry.lead_id == lead_id]
        if not found:
            yield Finding(f"lead {lead_id}", "was routed, and its entry is missing")
            return
        (entry,) = found
        for told in self.wrong_with(entry, routed):
            yield Finding(f"lead {lead_id}", told)

    def wrong_with(self, entry: Entry, routed: Event) -> Iterator[str]:
        noted = routed.evidence.get("noted")
        self._noted += noted is not None
        if digest_of(entry.record) != routed.evidence.get("record"):
            yield "its record is not the one that was answered"
        elif entry.at != routed.at.isoformat():
            yield "its entry is of another instant"
        else:
            yield from self.lacking(json.loads(entry.record))
        if not entry.salt:
            self.erased += 1
            told = "its salt is gone, and no event says that it was erased"
            self._unexplained[entry.lead_id, digest_of(entry.payload)] = told
            if entry.digest:
                yield "its digest is not that of its payload"
            return
        if salted(entry.salt, entry.payload) != routed.evidence.get("payload"):
            yield "its payload is not the one that came"
        elif entry.digest != digest_of(entry.payload):
            yield "its digest is not that of its payload"
        if lead_id_of(entry.key) != entry.lead_id:
            yield "its key is that of another lead"
        if noted is not None and not self.is_noted(REQUEST, entry, noted):
            yield "is not noted in its company's past as it came"

    def lacking(self, record: Mapping[str, Any]) -> Iterator[str]:
        """Yield which texts are not kept that a decision is made from."""
        for what in ("pack", "organisation", "history"):
            digest = record.get(what)
            if digest is None or digest in self._texts:
                continue
            text = self.work.text(digest)
            if text is None:
                yield f"the text of its {what} is missing"
            elif digest_of(text) != digest:
                told = f"the text of its {what} is not the one that decided"
                if what == "history":
                    self._unexplained[record["lead_id"], digest_of(text)] = told
                else:
                    yield told
            elif what != "history":
                self._texts.add(digest)
        roster = record.get("roster")
        text = None if roster is None or roster in self._texts else self.work.text(roster)
        if text is not None:
            self._texts.add(str(roster))
            try:
                read_all(text)
            except ValueError:
                yield "the text of its roster is not the one that decided"

    def checks(self) -> dict[str, Callable[[], Iterable[Finding]]]:
        """Return what is held against the projections, by name."""
        work, ours = self.work, self.projections
        return {
            "leads": self.leads,
            "queues": self.queues,
            "loads": lambda: _differences("load of {}", _by(work.loads(), "person"), ours.loads, untouched),
            "standings": lambda: _differences("standing of {}", _by(work.standings(), "pool"), ours.standings),
            "breakers": lambda: _differences("breaker of {}", _by(work.breakers(), "pool"), ours.breakers),
            "companies": self.companies,
            "notes": self.notes,
            "refused": self.refusals,
            "rows": lambda: (Finding(where, told) for where, told in work.astray()),
        }

    def leads(self) -> Iterator[Finding]:
        """Yield the leads that do not stand where their events say."""
        ours, count = self.projections, 0
        for state in states_of(self.work):
            count += 1
            if isinstance(state, int):
                yield Finding(f"lead number {state}", "where it stands cannot be read")
            elif not self.is_ours(state):
                yield Finding(f"lead {state.lead_id}", "stands where its events do not say")
        if count != ours.count:
            yield Finding("leads", f"{count} are kept, {ours.count} were routed")

    def is_ours(self, state: LeadState) -> bool:
        """Tell whether a lead stands where its events say."""
        closed = self.projections.closed.get(state.lead_id)
        return digest_of_state(state) == closed if closed else self.projections.leads.get(state.lead_id) == state

    def queues(self) -> Iterator[Finding]:
        """Yield where leads that wait, or for which something is due, would not be found."""
        ours, work = self.projections, self.work
        if [state.lead_id for state in work.waiting()] != ours.queues.heads():
            yield Finding("queues", "the first leads that wait are not those that the events say")
        if work.next_due() != ours.queues.next_due():
            yield Finding("queues", "what is due next is not what the events say")
        if [state.lead_id for state in work.open_leads()] != [
            state.lead_id for state in sorted(ours.leads.values(), key=lambda each: each.number)
        ]:
            yield Finding("queues", "the leads that are open are not those that the events say")
        if work.count() != ours.count:
            yield Finding("queues", "the number of the next lead is not the next one")

    def companies(self) -> Iterator[Finding]:
        """Yield the companies that are not what their events say."""
        ours, count = self.projections, 0
        for company in companies_of(self.work):
            count += 1
            if ours.company(company.id) != company:
                yield Finding(f"company {company.id}", "is not what its events say")
        expected = ours.count + sum(1 for id_ in ours.companies if id_ not in ours.leads and id_ not in ours.closed)
        if count != expected:
            yield Finding("companies", f"{count} are kept, {expected} were begun")

    def notes(self) -> Iterator[Finding]:
        """Yield the notes that are not what was noted, or not with their company."""
        count = 0
        for number, note in notes_of(self.work):
            count += 1
            company = self.projections.company(note.begun)
            if company is None or company.root != note.company:
                yield Finding(f"note {number}", "is not with its company")
            id_ = lead_id_of(f"{note.kind}:{note.key}")
            digest = self._notes.pop(id_, None)
            if note.payload is None and not note.salt:
                continue
            is_whole = bool(note.salt) and salted(note.salt, note.to_json()) == digest
            is_left = not note.salt and digest_of(str(note.payload)) == self._left.get(id_)
            if is_whole and id_ in self._left:
                yield Finding(f"note {number}", _BACK)
            elif digest is None or not (is_whole or is_left):
                yield Finding(f"note {number}", "is not what was noted")
        if count != self._noted:
            yield Finding("notes", f"{count} are kept, {self._noted} were noted")


def _by(values: Iterable[Value], name: str) -> dict[str, Value]:
    return {getattr(value, name): value for value in values}


def _differences(
    where: str,
    kept: Mapping[str, Value],
    ours: Mapping[str, Value],
    otherwise: Callable[[str], Value] | None = None,
) -> Iterator[Finding]:
    """Yield the books that are not what the events add up to; one that nobody ever wrote in may be missing."""
    for name in sorted({*kept, *ours}):
        one, other = kept.get(name), ours.get(name)
        if otherwise is not None:
            one, other = one or otherwise(name), other or otherwise(name)
        if one != other:
            yield Finding(where.format(name), "is not what the events add up to")
