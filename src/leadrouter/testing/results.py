"""What came of a case, side by side with what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve, frozen

from leadrouter.ledger.memory import MemoryLedger
from leadrouter.organisation import Organisation
from leadrouter.router import Router
from leadrouter.routing.decision import Decision
from leadrouter.routing.rule_pack import RulePack
from leadrouter.testing.cases import Case


@frozen
class Comparison:
    """One thing that a case expects, what it was instead, and whether the two agree."""

    what: str
    expected: str
    actual: str
    agrees: bool


@frozen
class CaseResult:
    """A case, the decision of its lead, and how the two compare."""

    case: Case
    decision: Decision
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


def run_case(case: Case, pack: RulePack, organisation: Organisation) -> CaseResult:
    """Route the lead of a case, in a ledger in memory that holds its company's past and nothing else, and compare.

    Raises:
        FactsError: the lead's facts do not fit the vocabulary; `parse_cases` with the pack sees to that.
        PackError: the pack leads to nobody in the organisation.
    """
    if case.staffing is not None:
        organisation = organisation.with_staffing(case.staffing)
    if case.on_duty is not None:
        organisation = organisation.with_duty((case.on_duty,))
    router = Router(pack, organisation, MemoryLedger(), patterns_engine="reference")
    lead = case.lead
    if pack.checked.patterns and lead.company is None:
        lead = evolve(lead, company="the company of the case")
    for number, event in enumerate(case.history):
        router.record(
            event.kind,
            key=str(number),
            company=lead.company,
            contact=event.contact,
            facts=event.facts,
            at=event.at,
        )
    decision = router.route(lead, at=case.at)
    return CaseResult(case, decision, tuple(_compared(case, decision, organisation)))


def _compared(case: Case, decision: Decision, organisation: Organisation) -> Iterator[Comparison]:
    expect = case.expect
    to = None if expect.to is None else str(organisation.settle(expect.to))
    for rule in expect.rules:
        yield _rule(rule, decision)
    plain = (
        ("class", expect.lead_class, decision.lead_class),
        ("route", expect.route, decision.route),
        ("to", to, decision.destination),
        ("assignee", expect.assignee, decision.assignee),
    )
    for what, word, actual in plain:
        if word is not None:
            yield Comparison(what, word, actual, word == actual)
    if expect.tags is not None:
        yield _set("tags", expect.tags, decision.tags)
    if expect.blocked_by is not None:
        yield _set("blocked_by", expect.blocked_by, decision.blocked_by)


def _rule(expected: str, decision: Decision) -> Comparison:
    """Compare an expected rule with what decided in its table."""
    tables = decision.pack.checked.tables
    table = next((each.name for each in tables if any(rule.id == expected for rule in each)), "of no table")
    tagging = decision.outcome.tag_rules
    decided = tagging if table == "tag" else tuple(filter(None, [decision.rules.get(table)]))
    return Comparison(f"rule ({table})", expected, _joined(decided), expected in decided)


def _set(what: str, expected: tuple[str, ...], actual: tuple[str, ...]) -> Comparison:
    """Compare words whose order does not count."""
    return Comparison(what, _joined(expected), _joined(actual), set(expected) == set(actual))


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words) or "none"
