"""Everything of a rule pack, checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from attrs import field, frozen

from leadrouter.errors import Fault
from leadrouter.hours import Calendar, Hours
from leadrouter.readonly import read_only
from leadrouter.rulepack.pattern import Pattern, Stream
from leadrouter.rulepack.route import Route
from leadrouter.rulepack.rule import Table
from leadrouter.rulepack.sla import Sla
from leadrouter.vocabulary import Bool, Enum, EnumSet, Type, Vocabulary
from leadrouter.zone import zone

LANGUAGE = 1
"""The version of the pack language that this library reads."""

CLASSES = ("mass", "complex", "future-large")
"""The classes of a pack that declares none of its own."""


@frozen(kw_only=True)
class CheckedPack:
    """A rule pack whose every name, type and constant has been checked.

    `vocabulary` holds the fields that a lead brings, `derived` the type of each derived fact in the
    order in which they are computed, `tables` all tables in the order of the stages: `derive.<fact>`,
    `tag`, `classify`, `route`. Each of `patterns` is a fact that is true, false or unknown: a signal.
    `transfer` is a table of its own: it is asked when a lead is won.
    """

    name: str
    tz: str
    vocabulary: Vocabulary
    keep_unknown: bool
    derived: Mapping[str, Type] = field(converter=read_only, hash=False)
    classes: tuple[str, ...]
    tables: tuple[Table, ...]
    routes: Mapping[str, Route] = field(converter=read_only, hash=False)
    hours: Mapping[str, Hours] = field(converter=read_only, hash=False)
    streams: Mapping[str, Stream] = field(factory=dict, converter=read_only, hash=False)
    patterns: tuple[Pattern, ...] = ()
    transfer: Table = field(default=Table("transfer", ()))
    sla: Sla = field(factory=Sla)
    warnings: tuple[Fault, ...] = field(default=(), eq=False, repr=False)

    def table(self, name: str) -> Table:
        """Return a table by name; a pack without tags has an empty one.

        Raises:
            KeyError: there is no such table.
        """
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)

    @cached_property
    def types(self) -> Mapping[str, Type]:
        """The type of everything that a condition may name, by name."""
        tags = tuple(dict.fromkeys(str(rule.outcome) for rule in self.table("tag")))
        return read_only(
            {
                **{each.name: each.type for each in self.vocabulary},
                **self.derived,
                **dict.fromkeys(self.signals, Bool()),
                "tags": EnumSet(tags),
                "class": Enum(self.classes),
            }
        )

    @cached_property
    def signals(self) -> tuple[str, ...]:
        """The names of the patterns, in order."""
        return tuple(pattern.name for pattern in self.patterns)

    @property
    def calendar(self) -> Calendar:
        """The zone and the business hours that conditions count with."""
        return Calendar(zone(self.tz), self.hours)

    def computed(self) -> Iterator[tuple[str, Table]]:
        """Yield each derived fact with its table, in the order in which they are computed."""
        for name in self.derived:
            yield name, self.table(f"derive.{name}")
