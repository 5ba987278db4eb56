"""Where a lead goes and to whom, and why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from attrs import field, frozen

from leadrouter.assignment.assign import Assignment
from leadrouter.document import visible
from leadrouter.routing import blocked
from leadrouter.routing.explanation import (
    NOTHING_KNOWN,
    Explanation,
    PassedOver,
    SignalExplanation,
    TableExplanation,
    explain_outcome,
)
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.rule_pack import RulePack


@frozen(kw_only=True, slots=False)
class Decision:
    """What the router answers for one lead.

    `at` is the instant of the decision, in UTC. `outcome` is what the rule pack said, `assignment` who
    acts. `organisation_digest` and the pack's digest name what it was decided by.
    """

    lead_id: str
    key: str
    at: datetime
    outcome: Outcome = field(repr=False)
    assignment: Assignment
    organisation_digest: str = field(repr=False)
    pack: RulePack = field(eq=False, repr=False)

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
    def assignee(self) -> str:
        """Who acts."""
        return self.assignment.assignee

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
        return blocked.blocked_by(self.pack.index, self.outcome)

    def explanation(self, *, personal: bool = False) -> Explanation:
        """Return why the pack decided so. Free text is shown only where `personal` asks for it.

        Costs as much as there are rules before the deciding ones.
        """
        return explain_outcome(self.pack, self.outcome, personal=personal)

    def explain(self, *, personal: bool = False) -> str:
        """Say for people why the lead goes there, and why not elsewhere."""
        return "\n".join(_told(self, self.explanation(personal=personal)))

    def to_dict(self, *, personal: bool = False) -> dict[str, Any]:
        """Return the decision and its explanation for programs; everything in it is JSON."""
        return {
            **self.to_record(),
            "explanation": self.explanation(personal=personal).to_dict(),
            "why_not": self.assignment.why_not(),
        }

    def to_record(self) -> dict[str, Any]:
        """Return what the ledger keeps: the decision without its explanation, and without facts."""
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
            **patterns,
        }

    def to_json(self) -> str:
        """Return the record as canonical JSON: what a repeated delivery is answered with, to the byte."""
        return json.dumps(self.to_record(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _told(decision: Decision, explanation: Explanation) -> Iterator[str]:
    yield f"lead {decision.lead_id} goes to {decision.assignee} by {decision.destination}, {decision.at.isoformat()}"
    yield from _signals(explanation.signals)
    for table in explanation.tables:
        yield from _table(table)
    if explanation.blocked_by:
        yield f"could have changed it: {', '.join(explanation.blocked_by)} (missing; ask for them)"
    assignment = decision.assignment
    for number, empty in enumerate(assignment.empty, start=1):
        yield f"step {number} of route {decision.route}: {empty} reached nobody"
    yield (
        f"step {assignment.step} of route {decision.route}: {assignment.destination} is "
        f"{', '.join(assignment.pool)}; {assignment.assignee} comes after {assignment.last or 'nobody yet'}"
    )
    for person, reason in assignment.why_not().items():
        yield f"  not {person}: {reason}"
    yield f"pack {decision.pack_digest[:12]}, organisation {decision.organisation_digest[:12]}"


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
        f"{name} missing" if value is None else f"{name} = {_fact(value)}" for name, value in facts.items()
    )


def _fact(value: Any) -> str:
    return visible(", ".join(value) or "none" if isinstance(value, list) else str(value))
