"""Rules and the tables that they stand in."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen

from leadrouter.rulepack.condition import Condition
from leadrouter.rulepack.expression import Value
from leadrouter.span import Span


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

    @property
    def names(self) -> frozenset[str]:
        """The fields that the rule's conditions read."""
        return frozenset().union(*(condition.names for condition in self.when))


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
