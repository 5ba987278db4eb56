"""What came of a case, side by side with what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, frozen

from leadrouter.assignment.duties import Absence, Duties, FixedDuties, RosterDuties, staffed
from leadrouter.assignment.load import Load
from leadrouter.destination import Owner
from leadrouter.event import Event
from leadrouter.lead import Lead
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.lifecycle.state import LeadState
from leadrouter.organisation import Organisation
from leadrouter.roster.roster import DutyRoster
from leadrouter.router import Router
from leadrouter.routing.deal import transfer_rule
from leadrouter.routing.decision import Decision
from leadrouter.routing.rule_pack import RulePack
from leadrouter.spelling import write_duration
from leadrouter.testing.cases import NOBODY, Case


@frozen
class Comparison:
    """One thing that a case expects, what it was instead, and whether the two agree."""

    what: str
    expected: str
    actual: str
    agrees: bool


@frozen(kw_only=True)
class CaseResult:
    """A case, the decision of its lead, what happened to the lead until the case ended, and how all that compares."""

    case: Case
    decision: Decision
    events: tuple[Event, ...]
    comparisons: tuple[Comparison, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came as expected."""
        return all(each.agrees for each in self.comparisons)

    @property
    def is_right_by_chance(self) -> bool:
        """Whether everything came as expected, but by other rules."""
        failed = [each.what for each in self.comparisons if not each.agrees]
        return bool(failed) and len(failed) < len(self.comparisons) and all(what.startswith("rule") for what in failed)

    def report(self) -> str:
        """Say what was expected and what came, side by side, and why it came."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        place = "" if self.case.where is None else f"{self.case.where}: "
        yield f"{place}case `{self.case.name}` {'passed' if self.passed else 'failed'}"
        if self.is_right_by_chance:
            yield "right for the wrong reason: other rules decided"
        rows = [("", "expected", "actual", "")]
        rows += [(each.what, each.expected, each.actual, "" if each.agrees else "✗") for each in self.comparisons]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            yield "  " + "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        yield "why:"
        yield from (f"  {line}" for line in self.decision.explain().splitlines())
        version = self.decision.assignment.version
        for event in self.events:
            if event.version > version:
                yield f"  {_happened(event, self.case)}"


def _happened(event: Event, case: Case) -> str:
    """Say what happened later, how long after the beginning of the case, and to whom."""
    whom = ", ".join(event.details.get("people", ())) or event.details.get("because", "")
    return f"after {write_duration(event.at - case.at)}: {event.name} {whom}".rstrip()


def run_case(case: Case, pack: RulePack, organisation: Organisation, roster: DutyRoster | None = None) -> CaseResult:
    """Route the lead of a case, in a ledger in memory that holds its company's past and nothing else, and compare.

    Who is on duty the case says, or else the roster at the case's instant.

    Raises:
        FactsError: the lead's facts do not fit the vocabulary; `parse_cases` with the pack sees to that.
        PackError: the pack leads to nobody in the organisation.
    """
    if roster is not None:
        organisation = staffed(organisation, roster)
    organisation = _circumstances(case, organisation)
    if case.on_duty is not None or roster is None:
        roster, duties = None, _Duties(FixedDuties(organisation.duty), frozenset(case.away))
    else:
        duties = _Duties(RosterDuties(roster), frozenset(case.away))
    ledger, end = MemoryLedger(), case.at + case.after
    with ledger.transaction() as work:
        for person, load in case.load.items():
            work.put_load(Load(person=person, open_leads=load.count))
    router = Router(pack, organisation, ledger, roster=roster, duties=duties, patterns_engine="reference")
    lead = _with_history(case, router, case.lead) if pack.checked.patterns else case.lead
    lead = lead if case.client is None else _of_a_client(lead, case.client, router, case.at)
    decision = router.route(lead, at=case.at)
    while (due := router.next_deadline()) is not None and due <= end:
        router.tick(at=max(due, case.at))
    state = router.lead(decision.lead_id)
    return CaseResult(
        case=case,
        decision=decision,
        events=router.events(decision.lead_id),
        comparisons=tuple(_compared(case, decision, state, organisation)),
    )


def _with_history(case: Case, router: Router, lead: Lead) -> Lead:
    """Note what the company of a case did before; return the lead, which says what company that is."""
    named = lead if lead.company is not None else evolve(lead, company="the company of the case")
    for number, event in enumerate(case.history):
        router.record(
            event.kind, key=str(number), company=named.company, contact=event.contact, facts=event.facts, at=event.at
        )
    return named


def _of_a_client(lead: Lead, owner: str, router: Router, at: datetime) -> Lead:
    """Enter the company of a lead as a client of somebody; return the lead, which says what company that is."""
    named = evolve(lead, company=lead.company or "the client")
    router.clients.enter(evolve(named, source="clients", id="the client"), owner=owner, at=at)
    return named


@frozen
class _Duties:
    """Who is on duty, and who is away: what holds outside the case, and whoever is away by the case."""

    outside: Duties
    away: frozenset[str]

    def on_duty(self, role: str, at: datetime) -> tuple[str, ...]:
        return tuple(person for person in self.outside.on_duty(role, at) if person not in self.away)

    def absences(self, at: datetime) -> Mapping[str, Absence]:
        return {**self.outside.absences(at), **dict.fromkeys(sorted(self.away), Absence())}

    def told(self, role: str, at: datetime) -> Mapping[str, Any] | None:
        return self.outside.told(role, at)


def _circumstances(case: Case, organisation: Organisation) -> Organisation:
    """Return the organisation as it is in a case."""
    if case.staffing is not None:
        organisation = organisation.with_staffing(case.staffing)
    if case.on_duty is not None:
        organisation = organisation.with_duty((case.on_duty,))
    limits = {person: load.capacity for person, load in case.load.items() if load.capacity is not None}
    if limits:
        people = {
            id_: evolve(each, capacity=limits.get(id_, each.capacity)) for id_, each in organisation.people.items()
        }
        organisation = evolve(organisation, people=people)
    return organisation


def _compared(case: Case, decision: Decision, state: LeadState, organisation: Organisation) -> Iterator[Comparison]:
    expect = case.expect
    to = None if expect.to is None else str(organisation.settle(expect.to))
    for rule in expect.rules:
        yield _rule(rule, decision)
    plain = (
        ("class", expect.lead_class, decision.lead_class),
        ("route", expect.route, decision.route),
        ("to", to, state.destination),
        ("assignee", expect.assignee, next(iter(state.counted), NOBODY)),
        ("accountable", expect.accountable, state.accountable or NOBODY),
    )
    for what, word, actual in plain:
        if word is not None:
            yield Comparison(what, word, actual, word == actual)
    if expect.tags is not None:
        yield _set("tags", expect.tags, decision.tags)
    if expect.blocked_by is not None:
        yield _set("blocked_by", expect.blocked_by, decision.blocked_by)
    if expect.transfer is not None:
        passing = transfer_rule(decision.outcome)
        passes = str(Owner() if passing is None else passing.outcome)
        yield Comparison("transfer", str(expect.transfer), passes, str(expect.transfer) == passes)


def _rule(expected: str, decision: Decision) -> Comparison:
    """Compare an expected rule with what decided in its table."""
    checked = decision.pack.checked
    tables = (*checked.tables, checked.transfer)
    table = next((each.name for each in tables if any(rule.id == expected for rule in each)), "of no table")
    match table:
        case "tag":
            decided = decision.outcome.tag_rules
        case "transfer":
            passing = transfer_rule(decision.outcome)
            decided = () if passing is None else (passing.id,)
        case _:
            decided = tuple(filter(None, [decision.rules.get(table)]))
    return Comparison(f"rule ({table})", expected, _joined(decided), expected in decided)


def _set(what: str, expected: tuple[str, ...], actual: tuple[str, ...]) -> Comparison:
    """Compare words whose order does not count."""
    return Comparison(what, _joined(expected), _joined(actual), set(expected) == set(actual))


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words) or "none"
