"""Prove that a table decides every lead, or show one that it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from leadrouter import vocabulary as v
from leadrouter.facts import write_value
from leadrouter.rulepack.region import Cells, alternatives, cut

if TYPE_CHECKING:
    from leadrouter.rulepack.pack import CheckedPack
    from leadrouter.rulepack.rule import Table

MOST_REGIONS = 20_000
"""A proof that would look at more regions than these is given up."""


class _GivenUpError(Exception):
    """The proof grew too large."""


def uncovered(table: Table, pack: CheckedPack) -> str | None:
    """Return a lead, in words, that no rule of the table is sure to take; None where there is none.

    Only alternatives without a residue count, so a table may be total and still not be proven so.
    Costs up to `MOST_REGIONS` steps.
    """
    types = pack.types
    ways = [alternatives(rule, types) for rule in table]
    cells = cut(ways, types)
    never_missing = {each.name for each in pack.vocabulary if each.required or each.default is not None}
    never_missing |= {"class"}
    never_missing |= {name for name, derived in pack.computed() if derived.rules and derived.rules[-1].is_default}
    boxes = [
        {name: cells[name].mask(d for d in way.demands if d.field == name) for name in {d.field for d in way.demands}}
        for each in ways
        for way in each
        if not way.residue
    ]
    possible = {name: _possible(each, name in never_missing) for name, each in cells.items()}
    try:
        gap = _gap(boxes, possible, [MOST_REGIONS])
    except _GivenUpError:
        return "the proof grew too large"
    if gap is None:
        return None
    told = [_tell(name, cells[name], cell) for name, cell in sorted(gap.items())]
    return "no rule is sure to take " + (", ".join(told) or "any lead")


def _possible(cells: Cells, is_known: bool) -> int:
    last = cells.missing if is_known else cells.missing + 1
    return sum(1 << cell for cell in range(last) if cells.is_possible(cell))


def _gap(boxes: list[dict[str, int]], possible: Mapping[str, int], left: list[int]) -> dict[str, int] | None:
    """Return a cell for each field that decides, such that no box holds them all."""
    left[0] -= 1
    if left[0] < 0:
        raise _GivenUpError
    if any(not box for box in boxes):
        return None
    if not boxes:
        return {}
    name = max(sorted(boxes[0]), key=lambda each: sum(each in box for box in boxes))
    rest = {key: value for key, value in possible.items() if key != name}
    seen: set[tuple[int, ...]] = set()
    for cell in _bits(possible[name]):
        taking = tuple(index for index, box in enumerate(boxes) if box.get(name, -1) >> cell & 1)
        if taking in seen:
            continue
        seen.add(taking)
        kept = [{key: value for key, value in boxes[index].items() if key != name} for index in taking]
        gap = _gap(kept, rest, left)
        if gap is not None:
            return {name: cell, **gap}
    return None


def _bits(mask: int) -> list[int]:
    return [index for index in range(mask.bit_length()) if mask >> index & 1]


def _tell(name: str, cells: Cells, cell: int) -> str:
    if cell == cells.missing:
        return f"`{name}` missing"
    example = cells.example(cell)
    if isinstance(cells.type, v.Text) and example == "":
        return f"`{name}` another text"
    return f"`{name}` {write_value(cells.type, example)}"
