"""Which missing facts could have changed a decision: the next questions to ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import define, field

from leadrouter.routing.evaluate import Maybe, doubtful_tags, unknown_names, value_of
from leadrouter.routing.index import Index
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.stage import Stage
from leadrouter.rulepack.expression import Value
from leadrouter.rulepack.rule import Rule


def blocked_by(index: Index, outcome: Outcome) -> tuple[str, ...]:
    """Return the missing fields whose values could have led to another class or route.

    A rule that stands before the deciding one, has another outcome and is unknown would have decided
    for some value of what it lacks. A missing derived fact stands for the fields that it is derived
    from. Costs as much as there are such rules, not as there are rules.
    """
    search = _Search(index, outcome)
    blame = search.run()
    return tuple(each.name for each in index.pack.vocabulary if each.name in blame)


@define
class _Search:
    """The stages once more, with what is unsure kept apart from what is known."""

    index: Index
    outcome: Outcome
    known: dict[str, Any] = field(factory=dict)
    doubt: dict[str, frozenset[str]] = field(factory=dict)
    """For each name without a sure value the missing fields that it depends on."""
    doubtful_tags: dict[str, frozenset[str]] = field(factory=dict)

    def run(self) -> frozenset[str]:
        pack = self.index.pack
        facts = self.outcome.facts
        self.known = {each.name: facts[each.name] for each in pack.vocabulary if each.name in facts}
        self.doubt = {each.name: frozenset({each.name}) for each in pack.vocabulary if each.name not in facts}
        for name, table in pack.computed():
            self.settle(name, self.before(table.name, facts.get(name)), facts.get(name))
        self.tag()
        classed = self.before("classify", self.outcome.lead_class)
        self.settle("class", classed, self.outcome.lead_class)
        return classed | self.before("route", self.outcome.route)

    def settle(self, name: str, blame: frozenset[str], value: Value | None) -> None:
        """Note what a stage gave, and what it might have given instead."""
        if blame or value is None:
            self.doubt[name] = blame
        else:
            self.known[name] = value

    def before(self, table: str, result: Value | None) -> frozenset[str]:
        """Return the missing fields that kept earlier rules with another outcome from holding."""
        stage = self.index.stages[table]
        winner = self.outcome.rules.get(table)
        last = next((row for row, rule in enumerate(stage.rules) if rule.id == winner), len(stage.rules))
        earlier = stage.everything >> len(stage.rules) - last << len(stage.rules) - last
        blame: frozenset[str] = frozenset()
        for row, rule in self.possible(stage, earlier):
            if rule.outcome != result:
                blame |= self.lacking(stage, row)
        return blame

    def tag(self) -> None:
        stage = self.index.stages["tag"]
        sure = frozenset(self.outcome.tags)
        for row, rule in self.possible(stage, stage.everything):
            tag = str(rule.outcome)
            if tag not in sure:
                self.doubtful_tags[tag] = self.doubtful_tags.get(tag, frozenset()) | self.lacking(stage, row)
        self.known["tags"] = Maybe(sure, frozenset(self.doubtful_tags))

    def possible(self, stage: Stage, mask: int) -> Iterator[tuple[int, Rule]]:
        """Yield the rows of a mask that are true or unknown."""
        for name, column in stage.columns.items():
            cells = self.index.cells[name]
            mask &= column.unsure if name in self.doubt else column.masks[cells.cell(self.known.get(name))]
        calendar = self.index.calendar
        for row in stage.rows(mask):
            values = [value_of(each, self.known, calendar) for each in stage.residue.get(row, ())]
            if False not in values:
                yield row, stage.rules[row]

    def lacking(self, stage: Stage, row: int) -> frozenset[str]:
        """Return the missing fields that a row's truth depends on."""
        names = {demand.field for demand in stage.ways[row].demands}
        residue = stage.residue.get(row, ())
        names |= {name for each in residue for name in unknown_names(each, self.known)}
        tags = (
            {tag for each in residue for tag in doubtful_tags(each, self.known["tags"])} if "tags" in self.known else ()
        )
        doubts = [*(self.doubt.get(name) for name in names), *(self.doubtful_tags.get(tag) for tag in tags)]
        return frozenset().union(*(each for each in doubts if each is not None))
