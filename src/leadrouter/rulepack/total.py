"""Prove that a table decides every lead, or show one that it does not."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

from attrs import frozen

from leadrouter import vocabulary as v
from leadrouter.facts import write_value
from leadrouter.rulepack.pack import CheckedPack
from leadrouter.rulepack.region import Cells, alternatives, cut
from leadrouter.rulepack.rule import Table

MOST_STEPS = 2_000_000
"""A proof that would compare more boxes with cells than this is given up."""


class ProofError(Exception):
    """The proof grew too large."""


@frozen
class Gap:
    """A cell for each field that decides, such that no rule is sure to take a lead there."""

    cells: Mapping[str, Cells]
    where: Mapping[str, int]

    def witness(self) -> dict[str, Any]:
        """Return values that lie in the gap; None for a fact that is missing."""
        return {name: self.cells[name].example(cell) for name, cell in self.where.items()}

    def __str__(self) -> str:
        told = [_tell(name, self.cells[name], cell) for name, cell in sorted(self.where.items())]
        return ", ".join(told) or "any lead"


def uncovered(table: Table, pack: CheckedPack, *, most: int = MOST_STEPS) -> Gap | None:
    """Return leads that no rule of the table is sure to take; None where every lead is taken.

    Only alternatives without a residue count, so a table may be total and still not be proven so.
    Costs up to `most` steps.

    Raises:
        ProofError: it takes more than that, or more fields than Python recurses.
    """
    types = pack.types
    ways = [alternatives(rule, types) for rule in table]
    cells = cut(ways, types)
    boxes = [
        {name: cells[name].mask(d for d in way.demands if d.field == name) for name in {d.field for d in way.demands}}
        for way in chain.from_iterable(ways)
        if not way.residue
    ]
    known = {each.name for each in pack.vocabulary if each.required or each.default is not None}
    known |= {name for name, derived in pack.computed() if derived.rules and derived.rules[-1].is_default} | {"class"}
    possible = {name: _possible(each, is_known=name in known) for name, each in cells.items()}
    try:
        gap = _gap(boxes, possible, [most])
    except RecursionError:
        raise ProofError from None
    return None if gap is None else Gap(cells, gap)


def _possible(cells: Cells, *, is_known: bool) -> int:
    last = cells.missing if is_known else cells.missing + 1
    return sum(1 << cell for cell in range(last) if cells.is_possible(cell))


def _gap(boxes: list[dict[str, int]], possible: Mapping[str, int], left: list[int]) -> dict[str, int] | None:
    """Return a cell for each field that decides, such that no box holds them all.

    The field to divide by is one of the box with the fewest demands, which soonest takes everything.
    """
    if not boxes:
        return {}
    least = min(boxes, key=len)
    if not least:
        return None
    name = max(sorted(least), key=lambda each: sum(each in box for box in boxes))
    rest = {key: value for key, value in possible.items() if key != name}
    seen: set[tuple[int, ...]] = set()
    for cell in range(possible[name].bit_length()):
        if not possible[name] >> cell & 1:
            continue
        left[0] -= len(boxes)
        if left[0] < 0:
            raise ProofError
        taking = tuple(index for index, box in enumerate(boxes) if box.get(name, -1) >> cell & 1)
        if taking in seen:
            continue
        seen.add(taking)
        kept = [{key: value for key, value in boxes[index].items() if key != name} for index in taking]
        gap = _gap(kept, rest, left)
        if gap is not None:
            return {name: cell, **gap}
    return None


def _tell(name: str, cells: Cells, cell: int) -> str:
    if cell == cells.missing:
        return f"`{name}` missing"
    if isinstance(cells.type, v.Text) and cell == len(cells.points):
        return f"`{name}` another text"
    return f"`{name}` {write_value(cells.type, cells.example(cell))}"
