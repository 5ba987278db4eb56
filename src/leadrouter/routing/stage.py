"""One table, compiled to bit masks.

Each alternative of a rule is a row, and row 0 is the highest bit. For each field that a table makes
demands on, a column says for each cell of the field's values which rows it allows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain

from attrs import frozen

from leadrouter.routing.needles import FEW, Allows, Needle, allower, lift, with_kept
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.region import Alternative, Cells, Runs, meet
from leadrouter.rulepack.rule import Rule, Table


@frozen
class Column:
    """For each cell of a field, missing being the last, the rows that it allows.

    `unsure` are the rows that some value would allow where the value is missing.
    """

    field: str
    masks: tuple[int, ...]
    unsure: int


@frozen
class Dependence:
    """The names whose values a row's truth may depend on, and the tags that it asks for."""

    names: frozenset[str]
    tags: frozenset[str]


@frozen(eq=False)
class Stage:
    """A table's rows: the rule of each, its columns by field, and what no column decides.

    `needles` are the words that a row demands of texts, and `words` gives, for a field with many of them, the
    rows that its text allows; `rest` is the residue without what these settle, and `reads` the names in it. `asked`
    are the names of which each residual condition of a row asks whether they are known.
    """

    table: Table
    rules: tuple[Rule, ...]
    ways: tuple[Alternative, ...]
    columns: Mapping[str, Column]
    needles: Mapping[int, tuple[Needle, ...]]
    words: Mapping[str, Allows]
    residue: Mapping[int, tuple[e.Expression, ...]]
    rest: Mapping[int, tuple[e.Expression, ...]]
    reads: frozenset[str]
    asked: Mapping[int, tuple[frozenset[str], ...]]

    @property
    def everything(self) -> int:
        """The mask of all rows."""
        return (1 << len(self.rules)) - 1

    @property
    def by_length(self) -> tuple[Rule | None, ...]:
        """The rule of a mask's first row, by the mask's bit length; None for no row."""
        return (None, *reversed(self.rules))

    @property
    def free_by_length(self) -> tuple[Rule | None, ...]:
        """As `by_length`, but None for rows with a residue."""
        rows = range(len(self.rules) - 1, -1, -1)
        return (None, *(None if row in self.residue else self.rules[row] for row in rows))

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Where each rule stands in the table, by id."""
        return {rule.id: position for position, rule in enumerate(self.table)}

    @cached_property
    def dependences(self) -> tuple[Dependence, ...]:
        """What the truth of each row may depend on."""
        return tuple(_dependence(way) for way in self.ways)

    def rows(self, mask: int) -> Iterator[int]:
        """Yield the rows of a mask in order."""
        while mask:
            row = len(self.rules) - mask.bit_length()
            yield row
            mask ^= 1 << mask.bit_length() - 1


def compile_stage(table: Table, ways: Sequence[tuple[Alternative, ...]], cells: Mapping[str, Cells]) -> Stage:
    """Compile a table whose rules have these alternatives.

    Costs the number of rows times that of the constants on each field, in bits.
    """
    rows = [(rule, way) for rule, each in zip(table, ways, strict=True) for way in each]
    demanded: dict[str, dict[int, Runs]] = {}
    for row, (_, way) in enumerate(rows):
        for demand in way.demands:
            runs = cells[demand.field].runs(demand)
            by_row = demanded.setdefault(demand.field, {})
            by_row[row] = meet(by_row[row], runs) if row in by_row else runs
    columns = {name: _column(name, by_row, cells[name], len(rows)) for name, by_row in demanded.items()}
    residue = {row: way.residue for row, (_, way) in enumerate(rows) if way.residue}
    parted = {row: lift(conditions) for row, conditions in residue.items()}
    needles = {row: found for row, (found, _) in parted.items() if found}
    sought = Counter(name for name, _ in {(each.field, each.word) for found in needles.values() for each in found})
    many = [name for name in sorted(sought) if sought[name] > FEW]
    words = {
        name: allower(
            {row: [each for each in found if each.field == name] for row, found in needles.items()}, len(rows)
        )
        for name in many
    }
    few = {row: tuple(each for each in found if each.field not in words) for row, found in needles.items()}
    return Stage(
        table=table,
        rules=tuple(rule for rule, _ in rows),
        ways=tuple(way for _, way in rows),
        columns=columns,
        needles=with_kept({row: found for row, found in few.items() if found}, len(rows)),
        words=words,
        residue=residue,
        rest={row: rest for row, (_, rest) in parted.items() if rest},
        reads=frozenset().union(*(e.names(each) for _, rest in parted.values() for each in rest)),
        asked={row: tuple(map(_asked, conditions)) for row, conditions in residue.items()},
    )


def _dependence(way: Alternative) -> Dependence:
    names = (e.names(each) for each in way.residue)
    nodes = (node for each in way.residue for node in e.walk(each) if isinstance(node, e.Compare))
    links = (link for node in nodes for link in node.links())
    return Dependence(
        names=frozenset(demand.field for demand in way.demands).union(*names),
        tags=frozenset(
            str(left.value) for left, _, right in links if right == e.Name("tags") and isinstance(left, e.Literal)
        ),
    )


def _asked(node: e.Expression) -> frozenset[str]:
    calls = (each for each in e.walk(node) if isinstance(each, e.Call) and each.function == "known")
    return frozenset(name for call in calls for name in e.names(call))


def _column(name: str, by_row: Mapping[int, Runs], cells: Cells, size: int) -> Column:
    """Sweep the cells from left to right, turning rows on and off at the ends of their runs."""
    width = (size + 7) // 8
    spare = width * 8 - size
    turns: dict[int, bytearray] = {}
    indifferent = bytearray(b"\xff" * width)
    unsure = bytearray(width)
    for row, runs in by_row.items():
        byte, flag = divmod(row + spare, 8)
        bit = 0x80 >> flag
        indifferent[byte] ^= bit
        for edge in chain.from_iterable(runs):
            if edge not in turns:
                turns[edge] = bytearray(width)
            turns[edge][byte] ^= bit
        if runs and runs[0][0] < cells.missing:
            unsure[byte] |= bit
    mask = int.from_bytes(indifferent, "big") & ((1 << size) - 1)
    masks = []
    for cell in range(cells.count + 1):
        if cell in turns:
            mask ^= int.from_bytes(turns[cell], "big")
        masks.append(mask)
    return Column(name, tuple(masks), masks[-1] | int.from_bytes(unsure, "big"))
