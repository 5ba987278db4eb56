"""What a rule pack means: rule after rule, condition after condition.

This is the definition. `index` must give the same answers; generated packs and leads hold it to that.
Missing is `None` and stands for *unknown*: logic is Kleene's, and a rule holds only where every
condition is true.
"""

from __future__ import annotations

import operator
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any, assert_never

from attrs import frozen

from leadrouter.hours import Calendar
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.functions import regex
from leadrouter.rulepack.pack import CheckedPack
from leadrouter.rulepack.rule import Rule, Table
from leadrouter.vocabulary import WEEKDAYS

NO_SIGNALS: Mapping[str, bool | None] = {}


@frozen
class Maybe:
    """Tags of which some are sure and some depend on facts that are missing."""

    sure: frozenset[str] = frozenset()
    possible: frozenset[str] = frozenset()


def evaluate(
    pack: CheckedPack, facts: Mapping[str, Any], signals: Mapping[str, bool | None] = NO_SIGNALS
) -> dict[str, tuple[Rule, ...]]:
    """Return the rules that decided, by table; none where no rule of a table holds.

    `facts` are typed, as `read_facts` returns them; `signals` are what the patterns said, unknown where they
    are left out. Costs as much as there are rules.
    """
    known = dict(facts)
    calendar = pack.calendar
    decided: dict[str, tuple[Rule, ...]] = {}
    for name, table in pack.computed():
        decided[table.name] = _decide(name, table, known, calendar)
    known |= {name: signals.get(name) for name in pack.signals}
    tagging = tuple(rule for rule in pack.table("tag") if holds(rule, known, calendar))
    decided["tag"] = tagging
    known["tags"] = frozenset(str(rule.outcome) for rule in tagging)
    for name, result in (("classify", "class"), ("route", "route")):
        decided[name] = _decide(result, pack.table(name), known, calendar)
    return decided


def _decide(name: str, table: Table, known: dict[str, Any], calendar: Calendar) -> tuple[Rule, ...]:
    """Return the rule that decides, if one does, and add its outcome to what is known."""
    first = first_that_holds(table, known, calendar)
    if first is None:
        return ()
    known[name] = first.outcome
    return (first,)


def first_that_holds(table: Table, facts: Mapping[str, Any], calendar: Calendar) -> Rule | None:
    """Return the first rule of a table whose every condition is true."""
    return next((rule for rule in table if holds(rule, facts, calendar)), None)


def holds(rule: Rule, facts: Mapping[str, Any], calendar: Calendar) -> bool:
    """Say whether every condition of a rule is true; unknown is not true."""
    return all(value_of(condition.root, facts, calendar) is True for condition in rule.when)


def value_of(node: e.Expression, facts: Mapping[str, Any], calendar: Calendar) -> Any:
    """Return what a checked expression is worth for these facts; None is unknown.

    Never fails for an expression that has been checked against the facts' vocabulary.
    """
    match node:
        case e.Literal(value):
            return value
        case e.Name(name):
            return facts.get(name)
        case e.And(terms):
            return all_of(value_of(term, facts, calendar) for term in terms)
        case e.Or(terms):
            return any_of(value_of(term, facts, calendar) for term in terms)
        case e.Not(term):
            return not_of(value_of(term, facts, calendar))
        case e.Compare():
            return all_of(_link(link, facts, calendar) for link in node.links())
        case e.Arithmetic(symbol, left, right):
            return _count(symbol, value_of(left, facts, calendar), value_of(right, facts, calendar))
        case e.Negative(term):
            value = value_of(term, facts, calendar)
            return None if value is None else -Fraction(value)
        case e.Call(function, arguments):
            values = [value_of(argument, facts, calendar) for argument in arguments]
            return _FUNCTIONS[function](calendar, *values)
        case e.ListOf(items):
            return tuple(item.value for item in items)
        case _:
            assert_never(node)


def all_of(values: Iterable[bool | None]) -> bool | None:
    """False where one is false; else unknown where one is unknown; else true."""
    result: bool | None = True
    for value in values:
        if value is False:
            return False
        if value is None:
            result = None
    return result


def any_of(values: Iterable[bool | None]) -> bool | None:
    """True where one is true; else unknown where one is unknown; else false."""
    return not_of(all_of(map(not_of, values)))


def not_of(value: bool | None) -> bool | None:  # noqa: FBT001  # a truth value is what it turns
    """The other truth; unknown stays unknown."""
    return None if value is None else not value


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _link(
    link: tuple[e.Expression, e.Comparator, e.Expression], facts: Mapping[str, Any], calendar: Calendar
) -> bool | None:
    left, right = value_of(link[0], facts, calendar), value_of(link[2], facts, calendar)
    if left is None or right is None:
        return None
    comparator = link[1]
    if comparator in ("in", "not in"):
        if isinstance(right, Maybe):
            found = left in right.sure or (None if left in right.possible else False)
        else:
            found = left in right
        return found if comparator == "in" else not_of(found)
    return _COMPARE[comparator](left, right)


def _count(symbol: e.Operator, left: Any, right: Any) -> Fraction | None:
    """Count exactly; nothing can be divided by zero, so that is unknown."""
    if left is None or right is None:
        return None
    one, other = Fraction(left), Fraction(right)
    match symbol:
        case "+":
            return one + other
        case "-":
            return one - other
        case "*":
            return one * other
        case "/":
            return one / other if other else None
        case _:
            assert_never(symbol)


def fold(text: str) -> str:
    """Return the text as text functions compare it: without case, in NFC."""
    folded = text.casefold()
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)


def _day(calendar: Calendar, value: date | datetime) -> date:
    return value.astimezone(calendar.tz).date() if isinstance(value, datetime) else value


def _where_known(function: Callable[..., Any]) -> Callable[..., Any]:
    def of(calendar: Calendar, *values: Any) -> Any:
        return None if any(value is None for value in values) else function(calendar, *values)

    return of


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "known": lambda _, value: value is not None,
    "contains": _where_known(lambda _, text, part: fold(part) in fold(text)),
    "starts_with": _where_known(lambda _, text, part: fold(text).startswith(fold(part))),
    "ends_with": _where_known(lambda _, text, part: fold(text).endswith(fold(part))),
    "matches": _where_known(lambda _, text, pattern: regex(pattern).search(text) is not None),
    "weekday": _where_known(lambda calendar, value: WEEKDAYS[_day(calendar, value).weekday()]),
    "hour": _where_known(lambda calendar, value: value.astimezone(calendar.tz).hour),
    "date": _where_known(_day),
    "days_between": _where_known(lambda calendar, one, other: (_day(calendar, other) - _day(calendar, one)).days),
    "in_hours": _where_known(lambda calendar, value, name: calendar.hours[name].holds(value, calendar.tz)),
}
