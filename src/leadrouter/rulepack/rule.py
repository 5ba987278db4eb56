"""Rules and the tables that they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import chain

from attrs import field, frozen

from leadrouter.rulepack import expression as e
from leadrouter.rulepack.condition import Condition
from leadrouter.rulepack.expression import Value
from leadrouter.rulepack.wording import format_expression
from leadrouter.span import Span


@frozen
class Demand:
    """One of the things that must hold for a rule: as `written`, and as checked with its `root`."""

    written: e.Expression
    root: e.Expression

    @cached_property
    def text(self) -> str:
        """The canonical text of what is written."""
        return format_expression(self.written)

    @cached_property
    def names(self) -> frozenset[str]:
        """The fields that are read."""
        return e.names(self.root)


@frozen(kw_only=True)
class Rule:
    """If every condition holds, then the outcome. A rule without conditions is a default.

    `outcome` is a class, the name of a route, a tag, or a derived fact's value, as its table says.
    """

    id: str
    when: tuple[Condition, ...]
    outcome: Value
    because: str | None = None
    where: Span | None = field(default=None, eq=False, repr=False)

    @property
    def is_default(self) -> bool:
        """Whether the rule holds for every lead."""
        return not self.when

    @cached_property
    def names(self) -> frozenset[str]:
        """The fields that the rule's conditions read."""
        return frozenset().union(*(condition.names for condition in self.when))

    @cached_property
    def demands(self) -> tuple[Demand, ...]:
        """Everything that must hold, one thing at a time: the terms of each condition."""
        return tuple(chain.from_iterable(map(_demands, self.when)))


@frozen
class Table:
    """Rules in order. The first that holds decides; in the tag table every one that holds counts."""

    name: str
    rules: tuple[Rule, ...]

    @property
    def fact(self) -> str | None:
        """The derived fact that the table gives, if it gives one."""
        stage, _, fact = self.name.partition(".")
        return fact if stage == "derive" else None

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)


def _demands(condition: Condition) -> Iterator[Demand]:
    if isinstance(condition.written, e.And) and isinstance(condition.root, e.And):
        yield from map(Demand, condition.written.terms, condition.root.terms)
    else:
        yield Demand(condition.written, condition.root)
