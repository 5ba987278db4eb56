"""Hypothesis strategies: facts and leads of a vocabulary, and facts on the borders of a pack's rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from math import ceil, floor
from typing import Any

from leadrouter import vocabulary as v
from leadrouter.facts import LARGEST, LONGEST_DURATION, read_value, write_value
from leadrouter.lead import Contact, Lead
from leadrouter.refusal import Refusal
from leadrouter.routing.rule_pack import RulePack
from leadrouter.rulepack import expression as e

try:
    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy
except ModuleNotFoundError as error:
    raise ImportError("the strategies need hypothesis: pip install 'leadrouter[testing]'") from error

_LONGEST = 40
_LARGEST = 10**9


def values(type_: v.Type) -> SearchStrategy[Any]:
    """Return a strategy for values that a type takes, as JSON or a form gives them."""
    match type_:
        case v.Bool():
            return st.sampled_from([True, False, "yes", "no", "да", "нет"])
        case v.Text(longest):
            return _texts(min(longest, _LONGEST)).filter(partial(_takes, type_))
        case v.Enum(words, synonyms):
            return st.sampled_from([*words, *synonyms])
        case v.EnumSet(words, synonyms):
            return st.lists(st.sampled_from([*words, *synonyms]), max_size=len(words))
    return _typed(type_).map(partial(write_value, type_))


def facts(vocabulary: v.Vocabulary) -> SearchStrategy[dict[str, Any]]:
    """Return a strategy for the facts of a lead: the required ones, and any of the others."""
    return _facts(vocabulary, lambda each: values(each.type))


def facts_of(pack: RulePack) -> SearchStrategy[dict[str, Any]]:
    """Return a strategy for facts that lie at and beside the constants of a pack's rules.

    Numbers and times at a constant and one step to either side of it; texts that hold what rules look
    for, in either case, or a match of their patterns. Half of the time any value of the field.
    """
    found = _sought(pack)
    return _facts(pack.vocabulary, lambda each: _near(pack, each, found.get(each.name, [])))


def leads(vocabulary: v.Vocabulary, *, facts: SearchStrategy[dict[str, Any]] | None = None) -> SearchStrategy[Lead]:
    """Return a strategy for leads with ids, sources, companies, contacts and times of arrival.

    Args:
        vocabulary: the fields; `source` and `received` among them are the lead's own.
        facts: a strategy for the facts, `facts_of(pack)` for one; any facts where it is left out.
    """
    names = _texts(_LONGEST)
    contacts = st.builds(Contact, name=st.none() | names, phone=st.none() | names, email=st.none() | names)
    sources: SearchStrategy[Any] = st.none() | names
    if "source" in vocabulary:
        sources = values(vocabulary["source"].type)
    return st.builds(
        _lead,
        id=st.none() | names.filter(bool),
        source=sources,
        company=st.none() | names,
        contact=contacts,
        received=st.none() | _typed(v.Instant()),
        facts=_any_facts(vocabulary) if facts is None else facts,
    )


_any_facts = facts


def _lead(*, facts: dict[str, Any], **own: Any) -> Lead:
    return Lead(facts={name: value for name, value in facts.items() if name not in ("source", "received")}, **own)


def _facts(words: v.Vocabulary, of: Callable[[v.Field], SearchStrategy[Any]]) -> SearchStrategy[dict[str, Any]]:
    required = {each.name: of(each) for each in words if each.required}
    optional = {each.name: of(each) for each in words if not each.required}
    return st.fixed_dictionaries(required, optional=optional)


def _near(pack: RulePack, each: v.Field, sought: list[str]) -> SearchStrategy[Any]:
    """Return a strategy for values near what a pack compares a field with."""
    points = pack.index.cells[each.name].points
    if isinstance(each.type, v.Text):
        return _holding([*points, *sought], _patterns(pack, each.name), each.type)
    step = v.NEIGHBOUR.get(type(each.type))
    if step is None or not points:
        return values(each.type)
    near = [value for point in points for value in (point - step, point, point + step)]
    if isinstance(each.type, v.Int):
        near = [whole for value in near for whole in {floor(value), ceil(value)}]
    written = [write_value(each.type, value) for value in near]
    taken = [raw for raw in written if _takes(each.type, raw)]
    return st.sampled_from(taken) | values(each.type) if taken else values(each.type)


def _takes(type_: v.Type, raw: Any) -> bool:
    try:
        read_value(type_, raw)
    except Refusal:
        return False
    return True


def _holding(words: list[str], patterns: list[re.Pattern[str]], type_: v.Text) -> SearchStrategy[str]:
    """Return a strategy for texts with a word or a match in them, or any."""
    texts: SearchStrategy[str] = _texts(min(type_.longest, _LONGEST))
    around = _texts(8)
    for word in words:
        texts |= st.builds("{}{}{}".format, around, st.sampled_from([word, word.upper()]), around)
    for pattern in patterns:
        texts |= st.from_regex(pattern, alphabet=_characters())
    return texts.filter(partial(_takes, type_))


def _sought(pack: RulePack) -> dict[str, list[str]]:
    """Return the words that rules look for, by the text that they look in."""
    found: dict[str, list[str]] = {}
    for call in _calls(pack):
        match call:
            case e.Call("contains" | "starts_with" | "ends_with", (e.Name(name), e.Literal(str(word)))):
                found.setdefault(name, []).append(word)
    return found


def _patterns(pack: RulePack, field: str) -> list[re.Pattern[str]]:
    """Return the patterns that a text is held against, those that Python reads as well."""
    patterns = []
    for call in _calls(pack):
        match call:
            case e.Call("matches", (e.Name(name), e.Literal(str(pattern)))) if name == field:
                try:
                    patterns.append(re.compile(pattern))
                except re.error:
                    continue  # RE2 alone knows it
    return patterns


def _calls(pack: RulePack) -> Iterator[e.Call]:
    for table in (*pack.checked.tables, pack.checked.transfer):
        for rule in table:
            for condition in rule.when:
                yield from (node for node in e.walk(condition.written) if isinstance(node, e.Call))


def _typed(type_: v.Type) -> SearchStrategy[Any]:
    """Return a strategy for typed values of what has an order."""
    match type_:
        case v.Int(least, most):
            return st.integers(*_bounds(least, most, _LARGEST))
        case v.Number(least, most) | v.Money(_, least, most):
            low, high = _bounds(least, most, _LARGEST)
            return st.decimals(low, high, allow_nan=False, places=_places(low, high))
        case v.Duration(least, most):
            seconds = timedelta(seconds=1)
            longest = LONGEST_DURATION - seconds if most is None else most
            return st.integers(int((least or timedelta()) / seconds), int(longest / seconds)).map(_seconds)
        case v.Date():
            return st.dates(date(1990, 1, 1), date(2099, 12, 31))
    return st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone


def _bounds(least: Any, most: Any, largest: int) -> tuple[Any, Any]:
    low = least if least is not None else -largest if most is None else min(-largest, most - 1)
    high = most if most is not None else max(largest, low + 1)
    return low, min(high, LARGEST - 1)


def _places(low: Any, high: Any) -> int:
    """Return how many digits after the point it takes to write the bounds; money has two."""
    return max(2, *(-int(Decimal(bound).as_tuple().exponent) for bound in (low, high)))


def _seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


def _texts(longest: int) -> SearchStrategy[str]:
    return st.text(_characters(), max_size=longest)


def _characters() -> SearchStrategy[str]:
    """Return a strategy for the characters that facts may hold: no NUL, no half of a surrogate pair."""
    return st.characters(exclude_categories=["Cs"], exclude_characters="\0")
