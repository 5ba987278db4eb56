"""Which missing facts could have changed a decision: the next questions to ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import define, field

from leadrouter.routing.evaluate import Maybe, value_of
from leadrouter.routing.index import Index
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.stage import Stage
from leadrouter.rulepack.expression import Value
from leadrouter.rulepack.rule import Rule


def blocked_by(index: Index, outcome: Outcome) -> tuple[str, ...]:
    """Return the missing fields whose values could have led to another class or route.

    A rule that stands before the deciding one, has another outcome and is unknown would have decided
    for some value of what it lacks; a rule that asks `not known(field)` would not have decided for any.
    A missing derived fact stands for the fields that it is derived from, a pattern that is unknown for the
    lead's missing facts that it reads, or for itself. Costs as much as there are
    rules that could still hold, not as there are rules.
    """
    search = _Search(index, outcome)
    blame = search.run()
    names = (*(each.name for each in index.pack.vocabulary), *index.pack.signals)
    return tuple(name for name in names if name in blame)


@define
class _Search:
    """The stages once more, with what is unsure kept apart from what is known."""

    index: Index
    outcome: Outcome
    known: dict[str, Any] = field(factory=dict)
    doubt: dict[str, frozenset[str]] = field(factory=dict)
    """For each name without a sure value the missing fields that it depends on."""
    doubtful_tags: dict[str, frozenset[str]] = field(factory=dict)
    cells: dict[str, int] = field(factory=dict)

    def run(self) -> frozenset[str]:
        pack = self.index.pack
        facts = self.outcome.facts
        self.known = {each.name: facts[each.name] for each in pack.vocabulary if each.name in facts}
        self.doubt = {each.name: frozenset({each.name}) for each in pack.vocabulary if each.name not in facts}
        for name, table in pack.computed():
            self.settle(name, self.before(table.name, facts.get(name)), facts.get(name))
        self.sense()
        self.tag()
        classed = self.before("classify", self.outcome.lead_class)
        self.settle("class", classed, self.outcome.lead_class)
        return classed | self.before("route", self.outcome.route)

    def sense(self) -> None:
        """Note what the patterns said."""
        sensed, signals = self.outcome.sensed, self.outcome.signals
        for pattern in self.index.pack.patterns:
            value = signals[pattern.name]
            if value is not None:
                self.known[pattern.name] = value
            else:
                alone = frozenset({pattern.name})
                self.doubt[pattern.name] = alone if sensed is None else sensed.reading.lacking(pattern)

    def settle(self, name: str, blame: frozenset[str], value: Value | None) -> None:
        """Note what a stage gave, or that it might have given something else."""
        if blame:
            self.doubt[name] = blame
        else:
            self.known[name] = value

    def before(self, table: str, result: Value | None) -> frozenset[str]:
        """Return the missing fields that could make a table give something else.

        They keep an earlier rule with another outcome from holding, or the deciding one holds only without them.
        """
        stage = self.index.stages[table]
        order = stage.positions
        winner = order.get(self.outcome.rules.get(table, ""), len(order))
        blame: frozenset[str] = frozenset()
        reliance: list[frozenset[str]] = []
        falls_elsewhere = False
        for row, rule in self.possible(stage, stage.everything):
            if order[rule.id] > winner and (falls_elsewhere or not all(reliance)):
                break
            if order[rule.id] == winner:
                reliance.append(self.lacking(stage, row))
            elif rule.outcome != result:
                falls_elsewhere |= order[rule.id] > winner
                blame |= self.lacking(stage, row) if order[rule.id] < winner else frozenset()
        if all(reliance) and (falls_elsewhere or table.startswith("derive.")):
            blame = blame.union(*reliance)
        return blame

    def tag(self) -> None:
        """Part the tags that rules ask for into those that every value of the missing facts leaves, and the others."""
        stage = self.index.stages["tag"]
        sure: set[str] = set()
        for row, rule in self.possible(stage, self.index.asked_tags):
            blame = self.lacking(stage, row)
            tag = str(rule.outcome)
            if blame:
                self.doubtful_tags[tag] = self.doubtful_tags.get(tag, frozenset()) | blame
            else:
                sure.add(tag)
        for tag in sure & self.doubtful_tags.keys():
            del self.doubtful_tags[tag]  # what depends on a fact adds nothing to what is added anyway
        self.known["tags"] = Maybe(frozenset(sure), frozenset(self.doubtful_tags))

    def possible(self, stage: Stage, mask: int) -> Iterator[tuple[int, Rule]]:
        """Yield the rows of a mask that are true or could be, in order."""
        for name, column in stage.columns.items():
            mask &= column.unsure if name in self.doubt else column.masks[self.cell(name)]
        calendar = self.index.calendar
        for row in stage.rows(mask):
            residue = zip(stage.residue.get(row, ()), stage.asked.get(row, ()), strict=True)
            if all(
                not self.doubt.keys().isdisjoint(asked) or value_of(each, self.known, calendar) is not False
                for each, asked in residue
            ):
                yield row, stage.rules[row]

    def cell(self, name: str) -> int:
        """Return the cell that the known value of a field lies in."""
        if name not in self.cells:
            self.cells[name] = self.index.cells[name].cell(self.known.get(name))
        return self.cells[name]

    def lacking(self, stage: Stage, row: int) -> frozenset[str]:
        """Return the missing fields that a row's truth depends on."""
        dependence = stage.dependences[row]
        names = (self.doubt[name] for name in dependence.names & self.doubt.keys())
        tags = (self.doubtful_tags[tag] for tag in dependence.tags & self.doubtful_tags.keys())
        return frozenset().union(*names, *tags)
