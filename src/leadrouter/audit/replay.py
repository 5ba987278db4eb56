"""Every decision made again from what is stored with it, and held against the one that was answered."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import define, field, frozen

from leadrouter.assignment.duties import Duties
from leadrouter.assignment.strategy import OwnStrategy
from leadrouter.audit.finding import Finding
from leadrouter.audit.houses import Houses, MissingTextError, NotGivenError
from leadrouter.audit.pages import UNREADABLE, Advance, log_of, unheard
from leadrouter.audit.projections import Projections
from leadrouter.audit.scratch import Scratch
from leadrouter.errors import FactsError
from leadrouter.event import Event
from leadrouter.history.past import History
from leadrouter.identity import identifiers
from leadrouter.lead import Lead
from leadrouter.ledger.chain import Kept
from leadrouter.ledger.ledger import Entry, Reading
from leadrouter.lifecycle.company import Company, Known
from leadrouter.lifecycle.desk import Desk, House
from leadrouter.readonly import read_only
from leadrouter.routing.decision import Decision, digest_of
from leadrouter.routing.intake import arrival, facts_for
from leadrouter.routing.placing import place

if TYPE_CHECKING:
    from leadrouter.ledger.ledger import Transaction

_NONE: Mapping[str, OwnStrategy] = read_only({})
_DECIDED_BY_TEXT: Final = ("class", "route", "rules", "tags", "tag_rules", "signals", "history")
_ERASED: Final = "its text was erased, and a rule had read it"


@frozen(kw_only=True)
class Replayed:
    """What came of replaying a ledger.

    `decisions` were made, `same` of them came out again to the byte, the events of their unit of work
    included. `differences` say what did not, or that a text is missing which it was made from; `left_out` which
    could not be made again for another reason, and why: they count as neither.
    """

    decisions: int
    same: int
    differences: tuple[Finding, ...]
    left_out: tuple[Finding, ...]

    @property
    def is_same(self) -> bool:
        """Whether every decision that could be made again is the one that was answered, and no text is missing."""
        return not self.differences


def replay(
    work: Reading,
    *,
    duties: Duties | None = None,
    strategies: Mapping[str, OwnStrategy] = _NONE,
    identity_key: bytes | None = None,
    advance: Advance = unheard,
) -> Replayed:
    """Make every decision of a ledger again, and say where something else comes out.

    A decision is made from what is stored: the lead, the facts that the ledger supplied, the past of its company
    as it was read, the texts of the pack, the organisation and the roster, and the loads, standings, breakers and
    waiting leads as the events before it leave them. Its record is compared byte for byte, and the events of its
    unit of work one by one.

    Args:
        work: what is read of the ledger.
        duties: the host's own answer to who is on duty, where the router had one.
        strategies: the host's own strategies, by name.
        identity_key: the router's, to hold what companies are known by against what their leads bring.
        advance: called as the log is read, for whoever waits.

    Costs about as much as deciding all leads again; memory grows with open leads, and little with closed ones.
    """
    return _Replaying(work, Houses(work, duties, strategies), identity_key, advance).replayed()


@define(eq=False)
class _Replaying:
    """One ledger being replayed."""

    work: Reading
    houses: Houses
    identity_key: bytes | None
    advance: Advance
    projections: Projections = field(init=False)
    scratch: Scratch = field(init=False)
    differences: list[Finding] = field(factory=list, init=False)
    left_out: list[Finding] = field(factory=list, init=False)
    decisions: int = field(default=0, init=False)
    same: int = field(default=0, init=False)
    _lead: str = field(default="", init=False)
    _coming: deque[Event] = field(factory=deque, init=False)
    _unknown: dict[str, Finding] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.projections = Projections(self.work.events)
        self.scratch = Scratch(self.projections)

    def replayed(self) -> Replayed:
        for kept in log_of(self.work):
            if isinstance(kept, int):
                self.differ(f"event {kept}", "cannot be read")
            else:
                self.take(kept)
                self.advance(kept.number, self.projections.count)
        self.finish(None)
        self.differences.extend(self._unknown.values())
        return Replayed(
            decisions=self.decisions,
            same=self.same,
            differences=tuple(self.differences),
            left_out=tuple(self.left_out),
        )

    def differ(self, where: str, told: str) -> None:
        self.differences.append(Finding(where, told))

    def take(self, kept: Kept) -> None:
        """Take in the next event: one that a decision has brought, one that begins another, or one of people."""
        event = kept.event
        if event.name == "lead.routed":
            self.finish(event)
            self.decide(event)
        elif event.name == "company.forgotten":
            self._unknown.pop(event.details["company"], None)
        self.finish(event)
        try:
            self.projections.take(event)
        except UNREADABLE as error:
            self.differ(f"event {kept.number}", f"{event.name} cannot follow what came before it: {error}")

    def finish(self, event: Event | None) -> None:
        """Hold the next event against what the last decision brings."""
        if not self._coming:
            return
        meant = self._coming.popleft()
        if event is not None and event.to_json() == meant.to_json():
            self.same += not self._coming
            return
        kept = "the log ends" if event is None else f"`{event.name}`{_other(event, self._lead)} is kept"
        self.differ(f"lead {self._lead}", f"`{meant.name}`{_other(meant, self._lead)} comes out, {kept}")
        self._coming.clear()

    def decide(self, routed: Event) -> None:
        """Make a decision again; the events that it brings are to come."""
        self.decisions += 1
        self._lead = lead_id = str(routed.lead_id)
        where = f"lead {lead_id}"
        entry = next((each for each in self.work.entries(lead_id) if each.lead_id == lead_id), None)
        if entry is None:
            self.differ(where, "its entry is missing")
            return
        try:
            record = json.loads(entry.record)
            house = self.houses.house(record)
            with self.scratch.taken_back():
                decision, events = self.placed(entry, record, routed, house)
        except MissingTextError as error:
            self.differ(where, str(error))
        except NotGivenError as error:
            self.left_out.append(Finding(where, str(error)))
        except UNREADABLE as error:
            self.differ(where, f"cannot be decided from what is kept: {type(error).__name__}")
        else:
            self.compare(entry, record, decision, events)
            if self.identity_key is not None and entry.salt:
                self.check_company(entry, house)

    def placed(self, entry: Entry, record: dict[str, Any], routed: Event, house: House) -> tuple[Decision, list[Event]]:
        """Return what a lead is decided to, and what happens then."""
        lead, pack = Lead.from_payload(entry.payload), self.houses.pack(record["pack"])
        read = None if record.get("history") is None else self.houses.text(record["history"], "history")
        if read is not None and digest_of(read) != record["history"]:
            raise NotGivenError("the past that it was decided by is not whole any more")
        history = None if read is None else History.from_json(read)
        try:
            facts = facts_for(pack, lead, routed.at, supplied=record["supplied"])
            outcome = pack.decide(facts, history)
        except FactsError as error:
            if self.is_erased(entry, record):
                raise NotGivenError(_ERASED) from None
            raise ValueError(error.faults[0].code) from None
        work = cast("Transaction", self.scratch)  # placing asks for nothing that it has not
        desk = Desk(work, routed.at, house, self.houses.pack)
        evidence = routed.evidence
        decision = place(
            desk,
            pack,
            record["organisation"],
            key=entry.key,
            received=arrival(pack, lead, routed.at),
            outcome=outcome,
            supplied=record["supplied"],
            known=Known.from_dict(record["known"]),
            company=Company(id=str(routed.lead_id), root=evidence["company"], link=evidence.get("link")),
            covers={name: evidence[name] for name in ("payload", "noted") if name in evidence},
        )
        return decision, desk.events

    def compare(self, entry: Entry, record: dict[str, Any], decision: Decision, events: list[Event]) -> None:
        """Hold a decision against the one that was answered; its events are to come where it is the same."""
        where = f"lead {self._lead}"
        if decision.to_json() == entry.record:
            self._coming.extend(events)
            return
        out = decision.to_record()
        names = [name for name in sorted({*record, *out}) if record.get(name) != out.get(name)]
        if self.is_erased(entry, record) and set(names) & set(_DECIDED_BY_TEXT):
            self.left_out.append(Finding(where, _ERASED))
            return
        told = [f"{name} was {_shown(record.get(name))}, comes out as {_shown(out.get(name))}" for name in names]
        self.differ(where, "; ".join(told) or "its record is not written as it was")

    def is_erased(self, entry: Entry, record: dict[str, Any]) -> bool:
        """Tell whether personal data was erased by which a lead was decided: its own, or its company's past."""
        digest = record.get("history")
        return entry.is_erased or (digest is not None and digest_of(str(self.work.text(digest))) != digest)

    def check_company(self, entry: Entry, house: House) -> None:
        """Note a lead whose company is not known by what the lead brings; it may have been forgotten since."""
        lead, key = Lead.from_payload(entry.payload), self.identity_key or b""
        found = identifiers(lead, country=house.organisation.country)
        if {(each.rule, each.digest(key)) for each in found} != {*self.work.clients.brought_by(entry.lead_id)}:
            told = "its company is not known by what the lead brings"
            self._unknown[entry.lead_id] = Finding(f"lead {entry.lead_id}", told)


def _other(event: Event, lead_id: str) -> str:
    """Name the lead of an event, where it is another one."""
    return "" if event.lead_id in (None, lead_id) else f" of lead {event.lead_id}"


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
