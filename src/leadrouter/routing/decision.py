"""Where a lead goes and to whom, and why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from attrs import field, frozen

from leadrouter.assignment.choice import Choice
from leadrouter.canonical import canonical
from leadrouter.lifecycle.assignment import Assignment
from leadrouter.lifecycle.company import Known
from leadrouter.readonly import read_only
from leadrouter.routing import blocked
from leadrouter.routing.explanation import (
    NOTHING_KNOWN,
    Explanation,
    PassedOver,
    SignalExplanation,
    TableExplanation,
    explain_outcome,
    fact_text,
)
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.rule_pack import RulePack


@frozen(kw_only=True)
class Decision:
    """What the router answers for one lead.

    `at` is the instant of the decision, in UTC. `outcome` is what the rule pack said, `assignment` where
    the lead came to on its ladder. `organisation_digest`, `roster_digest` and the pack's digest name what it
    was decided by; `has_own_duties` says that the host answered who was on duty, `own_strategies` are the names of
    the strategies that it gave. `supplied` are the facts that the ledger knew and the lead did not bring, `known` is
    what it knew of the company.
    """

    lead_id: str
    key: str
    at: datetime
    outcome: Outcome = field(repr=False)
    assignment: Assignment
    organisation_digest: str = field(repr=False)
    roster_digest: str | None = field(default=None, repr=False)
    has_own_duties: bool = field(default=False, repr=False)
    own_strategies: tuple[str, ...] = field(default=(), repr=False)
    supplied: Mapping[str, Any] = field(factory=dict, converter=read_only, hash=False, repr=False)
    known: Known = field(factory=Known)
    pack: RulePack = field(eq=False, repr=False)
    kept_record: str | None = field(default=None, repr=False)
    """The record as it was kept, where personal data by which the lead was decided is erased."""

    @property
    def is_erased(self) -> bool:
        """Whether personal data by which the lead was decided is erased: the answer is the one that was given then."""
        return self.kept_record is not None

    @property
    def lead_class(self) -> str:
        """The lead's class."""
        return self.outcome.lead_class

    @property
    def route(self) -> str:
        """The route's name."""
        return self.outcome.route

    @property
    def rules(self) -> Mapping[str, str]:
        """The id of the rule that decided, by table."""
        return self.outcome.rules

    @property
    def tags(self) -> tuple[str, ...]:
        """The lead's tags."""
        return self.outcome.tags

    @property
    def destination(self) -> str:
        """Where the lead goes, with `inbound` settled by the staffing."""
        return self.assignment.destination

    @property
    def assignee(self) -> str | None:
        """Who is offered the lead, first of all where there are several; None where it waits or is held."""
        return self.assignment.assignee

    @property
    def accountable(self) -> str | None:
        """Who answers for the lead until somebody has accepted it; None where it is held."""
        return self.assignment.accountable

    @property
    def pack_digest(self) -> str:
        """The digest of the pack that decided."""
        return self.pack.digest

    @property
    def signals(self) -> Mapping[str, bool | None]:
        """What each pattern said of the company's past; None is unknown."""
        return self.outcome.signals

    @cached_property
    def history_json(self) -> str | None:
        """What was read of the company's past, as canonical JSON; None where nothing was known of it."""
        sensed = self.outcome.sensed
        return None if sensed is None else sensed.reading.kept().to_json()

    @property
    def history_digest(self) -> str | None:
        """The SHA-256 of the history, under which the ledger keeps it."""
        return None if self.history_json is None else digest_of(self.history_json)

    @property
    def blocked_by(self) -> tuple[str, ...]:
        """The missing facts that could have changed the class or the route. Worked out when read."""
        return () if self.is_erased else blocked.blocked_by(self.pack.index, self.outcome)

    def explanation(self, *, personal: bool = False) -> Explanation:
        """Return why the pack decided so. Free text is shown only where `personal` asks for it.

        Costs as much as there are rules before the deciding ones.
        """
        return explain_outcome(self.pack, self.outcome, personal=personal, is_erased=self.is_erased)

    def explain(self, *, personal: bool = False, candidates: bool = True) -> str:
        """Say for people why the lead goes there, and why not elsewhere; why not to the others, with `candidates`."""
        return "\n".join(_told(self, self.explanation(personal=personal), candidates=candidates))

    def to_dict(self, *, personal: bool = False) -> dict[str, Any]:
        """Return the decision and its explanation for programs; everything in it is JSON.

        `is_erased` stands in it where personal data by which the lead was decided is.
        """
        choice, passed = self.assignment.choice, self.assignment.passed
        return {
            **self.to_record(),
            **({"is_erased": True} if self.is_erased else {}),
            "explanation": {
                **self.explanation(personal=personal).to_dict(),
                "candidates": None if choice is None else choice.to_dict(),
                "passed": [{**each.to_dict(), "candidates": each.choice and each.choice.to_dict()} for each in passed],
            },
            "why_not": self.assignment.why_not(),
        }

    def to_record(self) -> dict[str, Any]:
        """Return what the ledger keeps: the decision without its explanation, and without facts."""
        if self.kept_record is not None:
            held: dict[str, Any] = json.loads(self.kept_record)
            return held
        patterns = {"signals": dict(self.signals), "history": self.history_digest} if self.signals else {}
        return {
            "lead_id": self.lead_id,
            "key": self.key,
            "at": self.at.isoformat(),
            "class": self.lead_class,
            "route": self.route,
            "destination": self.destination,
            "assignee": self.assignee,
            "rules": dict(self.rules),
            "tags": list(self.tags),
            "tag_rules": list(self.outcome.tag_rules),
            "assignment": self.assignment.to_dict(),
            "pack": self.pack_digest,
            "organisation": self.organisation_digest,
            **({} if self.roster_digest is None else {"roster": self.roster_digest}),
            **({"duties": "own"} if self.has_own_duties else {}),
            **({"strategies": list(self.own_strategies)} if self.own_strategies else {}),
            "supplied": dict(self.supplied),
            "known": self.known.to_dict(),
            **patterns,
        }

    def to_json(self) -> str:
        """Return the record as canonical JSON: what a repeated delivery is answered with, to the byte."""
        return self._json

    @cached_property
    def _json(self) -> str:
        if self.kept_record is not None:
            return self.kept_record
        return canonical(self.to_record())


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _told(decision: Decision, explanation: Explanation, *, candidates: bool) -> Iterator[str]:
    yield f"lead {decision.lead_id} {_where(decision.assignment)}, {decision.at.isoformat()}"
    if decision.is_erased:
        yield "personal data was erased since: this is what was answered then, and what is left of why"
    if decision.known != Known():
        yield str(decision.known)
    yield from _signals(explanation.signals)
    for table in explanation.tables:
        yield from _table(table)
    if explanation.blocked_by:
        yield f"could have changed it: {', '.join(explanation.blocked_by)} (missing; ask for them)"
    if candidates:
        yield from _ladder(decision)
    roster = "" if decision.roster_digest is None else f", roster {decision.roster_digest[:12]}"
    yield f"pack {decision.pack_digest[:12]}, organisation {decision.organisation_digest[:12]}{roster}"


def _where(assignment: Assignment) -> str:
    match assignment.status:
        case "offered":
            return f"goes to {', '.join(assignment.offered_to)} by {assignment.destination}"
        case "held":
            return f"is held: {assignment.because}"
    accountable = "nobody" if assignment.accountable is None else assignment.accountable
    return f"waits at {assignment.destination}: {assignment.because}; {accountable} is accountable"


def _ladder(decision: Decision) -> Iterator[str]:
    """Say which steps were gone past, who the people of the last one are, who comes first and why not the others."""
    for passed in decision.assignment.passed:
        yield f"step {passed.step} of route {decision.route}: {passed.destination}, {passed.because}"
        if passed.choice is not None and not passed.choice.pool:
            yield f"  {passed.destination} is nobody"
        yield from _duty(passed.choice)
        yield from _why_not(passed.choice)
    yield from _landing(decision)


def _landing(decision: Decision) -> Iterator[str]:
    assignment, choice = decision.assignment, decision.assignment.choice
    step = f"step {assignment.step} of route {decision.route}: {assignment.destination}"
    if choice is None:
        yield f"{step}, {assignment.because}"
        return
    people = ", ".join(choice.present) or "nobody"
    yield f"{step} is {people}" + (f"; {_first(choice)}" if choice.offered_to else "")
    yield from _duty(choice)
    for person, gates in choice.noted.items():
        yield f"  {person} all the same: {'; '.join(map(str, gates))}"
    yield from _why_not(choice)


def _duty(choice: Choice | None) -> Iterator[str]:
    """Say what decided who is on duty."""
    if choice is not None and choice.duty is not None:
        until = choice.duty.get("until")
        yield f"  on duty by {choice.duty.get('source', 'the host')}" + ("" if until is None else f" until {until}")
        yield from (f"    {reason}" for reason in choice.duty.get("reasons", ()))


def _first(choice: Choice) -> str:
    figures = (f"{person} ({choice.figure(person)})" for person in choice.offered_to)
    return f"{choice.strategy} puts {', '.join(figures)} first"


def _why_not(choice: Choice | None) -> Iterator[str]:
    if choice is not None:
        for person, reason in choice.why_not().items():
            yield f"  not {person}: {reason}"


def _signals(signals: tuple[SignalExplanation, ...]) -> Iterator[str]:
    if signals and signals[0].told == NOTHING_KNOWN:
        names = ", ".join(each.signal for each in signals)
        yield f"signals {names} are unknown: {NOTHING_KNOWN}"
        return
    for each in signals:
        unknown = "" if each.value == "true" else " is unknown"
        yield f"signal {each.signal}{unknown}: {each.told}"


_HEADINGS = {"classify": "class", "route": "route", "tag": "tag"}


def _table(table: TableExplanation) -> Iterator[str]:
    what = _HEADINGS.get(table.table, table.table.removeprefix("derive."))
    because = "" if table.because is None else f", because {table.because}"
    if table.rule is None:
        yield f"{what} is unknown: no rule held"
    else:
        yield f"{what} {table.outcome}: rule {table.rule}{because}"
    if table.facts:
        yield f"  from {_facts(table.facts)}"
    for each in table.passed_over:
        yield f"  not {each.rule}: {_passed(each)}"


def _passed(each: PassedOver) -> str:
    return (
        f"`{each.condition}` is {each.value} ({_facts(each.facts)})"
        if each.facts
        else f"`{each.condition}` is {each.value}"
    )


def _facts(facts: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} missing" if value is None else f"{name} = {fact_text(value)}" for name, value in facts.items()
    )
