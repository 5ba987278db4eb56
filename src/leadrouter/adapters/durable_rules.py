"""Patterns as rules of durable-rules.

What keeps the C module safe, and is kept here by construction:

- every rule begins with the anchor `z`, this event; every other antecedent is joined to it or to one behind it;
- an antecedent with a join ends in a join that is always true, because the module reads past its
  expressions where the last one is false;
- at most one antecedent of a rule is not tied by an equality or settled by its own tests, so that there
  are never more matches than events;
- bounded antecedents, tests and rules in a rule set; more patterns make more rule sets;
- only whole numbers of 31 bits, and every property in every event.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from datetime import timedelta
from typing import Any, TypeAlias, assert_never

from attrs import define, field, frozen

from leadrouter.adapters import durable_columns as c
from leadrouter.adapters.durable_columns import BEYOND, Column, View
from leadrouter.history.engine import EngineError
from leadrouter.rulepack import pattern as p
from leadrouter.rulepack.pack import CheckedPack

MOST_ANTECEDENTS = 40
"""In one rule set; an event that reaches more than 64 of its nodes is lost for all rules."""

MOST_TESTS = 48
"""Tests of single events in one rule set, for the same reason."""

Test: TypeAlias = dict[str, Any]

Antecedent: TypeAlias = tuple[str, list[Test]]

_ALWAYS: Test = {"o": {"z": "o"}}
_WARM = "warm"


@frozen(kw_only=True)
class Program:
    """One rule set: its text, the pattern of each rule, what warms it, and the columns of its events."""

    text: str
    patterns: Mapping[str, str]
    columns: Mapping[str, Column]
    warm: str = _WARM

    @property
    def warming(self) -> str:
        """The fact that fires the warming rule and no other."""
        return _fact(1, {**dict.fromkeys(self.columns, 0), "y": 1})

    def facts(self, view: View) -> list[str]:
        """Return the events as facts, this one last.

        Raises:
            EngineError: a number does not fit 31 bits.
        """
        columns = {name: column(view) for name, column in self.columns.items()}
        if any(not 0 <= value <= BEYOND for values in columns.values() for value in values):
            raise EngineError("an event holds a number that is too large for durable-rules")
        rows = zip(*columns.values(), strict=True)
        return [_fact(number, {**dict(zip(columns, row, strict=True)), "y": 0}) for number, row in enumerate(rows, 1)]


def _fact(number: int, values: Mapping[str, int]) -> str:
    return json.dumps({"id": str(number), "sid": "0", "o": 1, **values})


def compile_patterns(pack: CheckedPack) -> tuple[Program, ...]:
    """Compile the patterns of a pack to as few rule sets as are safe.

    Shown what is sure, the rules fire for patterns that are true; shown what is possible, for those that may be.
    """
    programs: list[_Writer] = []
    for pattern in pack.patterns:
        writer = _Writer()
        writer.write(pattern)
        if not programs or not programs[-1].takes(writer):
            programs.append(_Writer())
        programs[-1].write(pattern)
    return tuple(each.program() for each in programs)


@define
class _Writer:
    """A rule set being written."""

    rules: dict[str, Any] = field(factory=dict)
    patterns: dict[str, str] = field(factory=dict)
    columns: dict[Hashable, tuple[str, Column]] = field(factory=dict)
    antecedents: int = 0
    tests: int = 0

    def takes(self, more: _Writer) -> bool:
        """Say whether a rule more is still safe."""
        return self.antecedents + more.antecedents <= MOST_ANTECEDENTS and self.tests + more.tests <= MOST_TESTS

    def program(self) -> Program:
        rules = {_WARM: {"all": [{"w": {"y": 1}}]}, **self.rules}
        return Program(text=json.dumps(rules), patterns=self.patterns, columns=dict(self.columns.values()))

    def column(self, key: Hashable, column: Column) -> str:
        """Return the property that holds a column; the same key has the same one."""
        return self.columns.setdefault(key, (f"c{len(self.columns)}", column))[0]

    def write(self, pattern: p.Pattern) -> None:
        match pattern:
            case p.AtLeast():
                antecedents = self.at_least(pattern)
            case p.Different():
                flags = c.newest_of_each(pattern)
                antecedents = self.counted(("newest", pattern.name), flags, pattern.count, pattern.within)
            case p.Growing():
                antecedents = self.growing(pattern)
            case p.Silence():
                antecedents = self.silence(pattern)
            case p.Sequence():
                antecedents = self.sequence(pattern)
            case _:
                assert_never(pattern)
        rule = f"r{len(self.rules)}"
        every = [{alias: {"$and": tests}} for alias, tests in antecedents]
        self.rules[rule] = {"all": every, "cap": 65_535, "dist": 0}
        self.patterns[rule] = pattern.name
        self.antecedents += len(antecedents)
        self.tests += sum(_is_single(test) for _, tests in antecedents for test in tests)

    # what rules are made of

    @property
    def last(self) -> Test:
        return {self.column("last", c.is_last): 1}

    def is_member(self, stream: str) -> Test:
        return {self.column(("member", stream), c.member(stream)): 1}

    def is_within(self, within: timedelta) -> Test:
        return {"$lte": {self.column("age", c.age): _seconds(within)}}

    def counted(
        self, key: Hashable, flags: Callable[[View], list[bool]], count: int, within: timedelta
    ) -> list[Antecedent]:
        """Ask for so many flagged events in a window: how many there are before its first event, against all."""
        before = self.column(("before", key), c.count_before(flags))
        through = self.column(("through", key), c.count_through(flags))
        enough = {"$lte": {before: {"$sub": {"$l": {"z": through}, "$r": count}}}}
        is_first = {"$gt": {self.column("age before", c.age_before): _seconds(within)}}
        return [("z", [self.last]), ("a", [self.is_within(within), is_first, enough, _ALWAYS])]

    def at_least(self, pattern: p.AtLeast) -> list[Antecedent]:
        flags = c.members_of(pattern.of)
        anchor, (alias, tests) = self.counted(("stream", pattern.of), flags, pattern.count, pattern.within)
        if pattern.total is not None:
            before = self.column(("total before", pattern.name), c.total_before(pattern))
            allowed = self.column(("total allowed", pattern.name), c.total_allowed(pattern))
            tests = [*tests[:-1], {"$lte": {before: {"z": allowed}}}, _ALWAYS]
        return [anchor, (alias, tests)]

    def growing(self, pattern: p.Growing) -> list[Antecedent]:
        """Go from the newest member to the one before it, as often as is asked."""
        here = self.column("place", c.place)
        newest = self.column(("newest", pattern.of), c.latest_through(c.possible(pattern.of)))
        before = self.column(("possible before", pattern.of), c.latest(c.possible(pattern.of)))
        later = self.column(("later", pattern.name), c.as_later(pattern))
        earlier = self.column(("earlier", pattern.name), c.as_earlier(pattern))
        found: list[Antecedent] = [("z", [self.last]), ("e0", [{here: {"z": newest}}, _ALWAYS])]
        for step in range(1, pattern.times):
            behind = f"e{step - 1}"
            grows: Test = {"$lt": {earlier: {behind: later}}}
            found.append((f"e{step}", [{here: {behind: before}}, grows, _ALWAYS]))
        alias, tests = found[-1]
        return [*found[:-1], (alias, [self.is_within(pattern.within), *tests])]

    def silence(self, pattern: p.Silence) -> list[Antecedent]:
        since = self.column(("quiet", pattern.of), c.quiet(pattern.of))
        is_before = {"$gte": {self.column("full age", c.full_age): _seconds(pattern.silence)}}
        return [
            ("z", [self.last, {"$gte": {since: _seconds(pattern.silence)}}]),
            ("a", [self.is_member(pattern.of), is_before, self.is_within(pattern.within), _ALWAYS]),
        ]

    def sequence(self, pattern: p.Sequence) -> list[Antecedent]:
        """Go from this event to the newest member of the stream before, which leaves the most room before it."""
        here = self.column("place", c.place)
        *earlier, last = pattern.streams
        found: list[Antecedent] = [("z", [self.last, self.is_member(last)])]
        for step, stream in enumerate(reversed(earlier)):
            before = self.column(("latest", stream), c.latest(c.members_of(stream)))
            found.append((f"e{step}", [{here: {found[-1][0]: before}}, _ALWAYS]))
        alias, tests = found[-1]
        if pattern.without is not None:
            flags = c.others_of(pattern.without)
            through = self.column(("blocking through", pattern.without), c.count_through(flags))
            until = self.column(("blocking before", pattern.without), c.count_before(flags))
            tests = [*tests[:-1], {through: {"z": until}}, _ALWAYS]
        return [*found[:-1], (alias, [self.is_within(pattern.within), *tests])]


def _is_single(test: Test) -> bool:
    """Say whether a test asks one event alone."""
    [(name, value)] = test.items()
    return isinstance(next(iter(value.values())) if name.startswith("$") else value, int)


def _seconds(time: timedelta) -> int:
    return time // timedelta(seconds=1)
