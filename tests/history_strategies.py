"""Packs of patterns, and companies' pasts that lie on the borders of their windows.

Few kinds, few contacts and few amounts, some of them missing; times at whole windows before the lead and a
microsecond to either side; several events at one instant.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from leadrouter.history.past import History, PastEvent
from leadrouter.history.reading import Reading
from leadrouter.routing.rule_pack import RulePack

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WINDOWS = ("1h", "2h", "1d")

STREAMS = {
    "request": 'kind == "request"',
    "deal": 'kind == "deal_won"',
    "big": "amount >= 2",
    "hot_request": 'kind == "request" and hot',
    "cold": "not hot",
    "anything": "True",
    "nothing": 'kind == "lost" and amount > 0',
}
FIELDS = ("amount", "signed", "count")

HEAD = """
pack: patterns
vocabulary:
  amount: {money: {currency: RUB, min: 0, max: 1_000}}
  signed: decimal
  count: int
  hot: bool
route: [{rule: all, default: true, to: desk}]
routes: {desk: [{to: inbound}]}
"""
RULES = (
    "{0}",
    "not {0}",
    "known({0})",
    "{0} and hot",
    "{0} == hot",
    "{0} or amount > 1",
    "{0} != True",
    "not known({0})",
)


@st.composite
def patterns(draw: st.DrawFn, name: str) -> str:
    """Draw a pattern of any form."""
    stream = st.sampled_from(tuple(STREAMS))
    within = draw(st.sampled_from(WINDOWS))
    form = draw(st.sampled_from(("at_least", "total", "different", "growing", "silence", "sequence")))
    of, field = draw(stream), draw(st.sampled_from(FIELDS))
    match form:
        case "at_least":
            body = f"at_least: {draw(st.integers(1, 4))}, of: {of}, within: {within}"
        case "total":
            total = f"total: {{{field}: {draw(st.integers(-3, 6))}}}"
            body = f"at_least: {draw(st.integers(1, 3))}, of: {of}, within: {within}, {total}"
        case "different":
            named = draw(st.sampled_from(("contact", "contact", *FIELDS, "hot")))
            body = f"different: {named}, at_least: {draw(st.integers(2, 3))}, of: {of}, within: {within}"
        case "growing":
            window = draw(st.sampled_from(("", f", within: {within}")))
            body = f"growing: {field}, times: {draw(st.integers(2, 4))}, of: {of}{window}"
        case "silence":
            body = f"silence: {within}, of: {of}" + draw(st.sampled_from(("", ", within: 25h")))
        case _:
            listed = ", ".join(draw(st.lists(st.sampled_from(("big", "hot_request", "cold", "anything")), max_size=1)))
            ahead = draw(st.lists(stream, min_size=1, max_size=3))
            last = listed or "request"
            body = f"sequence: [{', '.join([*ahead, last])}], within: {within}"
            body += draw(st.sampled_from(("", f", without: {of}")))
    return f"  - {{pattern: {name}, {body}}}"


def pack_of(*written: str, rules: Sequence[str] = ()) -> RulePack:
    """Return a pack of these patterns, and of rules that ask for them."""
    streams = [f"  {name}: '{condition}'" for name, condition in STREAMS.items()]
    tags = [f"  - {{rule: t{place}, when: '{when}', tag: t{place}}}" for place, when in enumerate(rules)]
    classes = [f"  - {{rule: c{place}, when: '{when}', class: complex}}" for place, when in enumerate(rules)]
    tables = [
        "tag:" if tags else "tag: []",
        *tags,
        "classify:",
        *classes,
        "  - {rule: rest, default: true, class: mass}",
    ]
    return RulePack.parse("\n".join([HEAD, "streams:", *streams, "patterns:", *written, *tables, ""]))


@st.composite
def packs(draw: st.DrawFn, most: int = 8, *, asked: bool = False) -> RulePack:
    """Draw a pack with some patterns, and where they are `asked` with rules of every kind over them."""
    names = [f"p{number}" for number in range(draw(st.integers(1, most)))]
    rules = [each.format(draw(st.sampled_from(names))) for each in draw(st.permutations(RULES))] if asked else ()
    return pack_of(*(draw(patterns(name)) for name in names), rules=rules)


@st.composite
def facts(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the facts of an event; one in four is missing, and one in some does not fit."""
    amounts = st.sampled_from((0, 1, 2, 3, "0.01"))
    found = {
        "amount": draw(st.none() | amounts | amounts | amounts),
        "signed": draw(st.none() | st.sampled_from((-2, -1, 0, 1, 2, "0.000000001"))),
        "count": draw(st.none() | st.integers(-2, 3)),
        "hot": draw(st.none() | st.booleans() | st.booleans()),
    }
    return {name: value for name, value in found.items() if value is not None or draw(st.booleans())}


@st.composite
def past_events(draw: st.DrawFn) -> PastEvent:
    """Draw an event that lies at, or a microsecond beside, whole hours before now."""
    hours = draw(st.sampled_from((0, 0, 1, 1, 2, 3, 23, 24, 25, 26, 24 * 1095, 24 * 1096)))
    beside = timedelta(microseconds=draw(st.sampled_from((0, 0, 0, 1, -1, 500_000))))
    return PastEvent(
        kind=draw(st.sampled_from(("request", "request", "request", "deal_won", "lost"))),
        at=NOW - hours * HOUR - beside,
        contact=draw(st.sampled_from((None, "anna", "boris"))),
        facts={**draw(facts()), **draw(st.sampled_from(({}, {}, {}, {"amount": "5 USD", "gone": 1})))},
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Draw a company's past."""
    events = draw(st.lists(past_events(), max_size=9))
    return History(at=NOW, events=tuple(events), contact=draw(st.sampled_from((None, "anna"))))


@st.composite
def readings(draw: st.DrawFn, pack: RulePack) -> Reading:
    """Draw what the patterns of a pack may be asked about."""
    return pack.reading(draw(facts()), draw(histories()))
