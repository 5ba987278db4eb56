"""The smallest change of one fact that would have led elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from attrs import frozen

from leadrouter import vocabulary as v
from leadrouter.errors import FactsError
from leadrouter.facts import write_value
from leadrouter.history.past import History
from leadrouter.routing.explanation import fact_text
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.rule_pack import RulePack
from leadrouter.rulepack.region import Cells

if TYPE_CHECKING:
    from leadrouter.routing.decision import Decision


@frozen(kw_only=True)
class Counterfactual:
    """One fact, what it was (None where it was missing), what it would have to be, and where that leads.

    Free text that was given is not shown; only whether it was.
    """

    field: str
    was: Any
    would_be: Any
    lead_class: str
    route: str
    rules: Mapping[str, str]

    def __str__(self) -> str:
        was, would_be = "missing" if self.was is None else fact_text(self.was), fact_text(self.would_be)
        return f"if {self.field} were {would_be} (it was {was}): class {self.lead_class}, route {self.route}"


def counterfactual(decision: Decision | Outcome, pack: RulePack | None = None) -> Counterfactual | None:
    """Return the smallest change of one fact that would have given another class or route.

    Changes are measured against the value that was given: an amount that grows by a tenth is a
    smaller change than one that doubles; a word for another, or a value for none, counts as one.
    Values are tried at and beside each constant that rules compare the fact with; where fields are
    compared with one another, counted with, or read by a function (`contains`, `hour`), a change may be
    missed. No fact is taken away, and the company's past stays as it was. None where no change that was
    tried leads elsewhere, and where personal data by which the lead was decided is erased: nobody knows
    any more what else there was.

    Args:
        decision: what the router or the pack decided.
        pack: the pack that decided, for an `Outcome`.

    Cost: a decision for each value tried.
    """
    if isinstance(decision, Outcome):
        if pack is None:
            raise TypeError("an outcome needs its pack: counterfactual(outcome, pack)")
        return _search(pack, decision)
    return None if decision.is_erased else _search(decision.pack, decision.outcome)


def _search(pack: RulePack, outcome: Outcome) -> Counterfactual | None:
    best: tuple[float, int, str] | None = None
    found: Counterfactual | None = None
    facts = outcome.facts
    for position, each in enumerate(pack.vocabulary):
        was = facts.get(each.name)
        for value in _candidates(each, pack.index.cells[each.name], was):
            rank = (_distance(was, value), position, str(value))
            if value == was or (best is not None and rank >= best):
                continue
            other = _decide(pack, {**outcome.given, each.name: write_value(each.type, value)}, outcome.history)
            if other is not None and (other.lead_class, other.route) != (outcome.lead_class, outcome.route):
                best, found = rank, _told(each, was, value, other)
    return found


def _told(each: v.Field, was: Any, value: Any, other: Outcome) -> Counterfactual:
    shown = "given" if isinstance(each.type, v.Text) and was is not None else was
    return Counterfactual(
        field=each.name,
        was=shown if shown in (None, "given") else write_value(each.type, was),
        would_be=write_value(each.type, value),
        lead_class=other.lead_class,
        route=other.route,
        rules=other.rules,
    )


def _decide(pack: RulePack, facts: Mapping[str, Any], history: History | None) -> Outcome | None:
    try:
        return pack.decide(facts, history)
    except FactsError:
        return None  # beyond the field's bounds: no lead could bring that value


def _candidates(each: v.Field, cells: Cells, was: Any) -> Iterator[Any]:
    match each.type:
        case v.Bool() | v.Enum():
            yield from cells.points
        case v.EnumSet(values):
            held = was or frozenset()
            yield from (held ^ {value} for value in values)
        case v.Text():
            yield from cells.points
        case _:
            step = v.NEIGHBOUR[type(each.type)]
            yield from (value for point in cells.points for value in (point, point - step, point + step))


def _distance(was: Any, value: Any) -> float:
    """Measure a change: relative for what is counted, in years for times, one for words."""
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and was is not None:
        return float(abs(value - was) / max(abs(Decimal(was)), Decimal(1)))
    if isinstance(value, (date, datetime, timedelta)) and was is not None:
        return abs(cast("timedelta", value - was)) / timedelta(days=365)
    return 1.0
