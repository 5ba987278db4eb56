"""Which rows of a table a text allows, where their conditions ask what the text contains.

A few words are looked for when a row that wants them comes first; the rows that want the same word go
with it. Many words of one field are all found in one pass over the text (RE2's automaton for a set of
literals), so that the cost does not grow with the number of rules.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from attrs import frozen

from leadrouter.routing.evaluate import fold
from leadrouter.rulepack import expression as e

FEW = 24
"""So many words of one field are looked for one by one; more of them by an automaton."""

Allows: TypeAlias = Callable[[str], int]
"""Returns the rows that a folded text allows, as a mask."""


@frozen
class Needle:
    """A demand that a field's text contains a word, or does not.

    `kept` are the rows that may still hold where this demand fails.
    """

    field: str
    word: str
    is_wanted: bool
    kept: int = 0


def needle(node: e.Expression) -> Needle | None:
    """Return the demand that a residual condition makes, if it is one of this kind."""
    match node:
        case e.Call("contains", (e.Name(name), e.Literal(str(word)))):
            return Needle(name, fold(word), is_wanted=True)
        case e.Not(e.Call("contains", (e.Name(name), e.Literal(str(word))))):
            return Needle(name, fold(word), is_wanted=False)
    return None


def lift(residue: Iterable[e.Expression]) -> tuple[tuple[Needle, ...], tuple[e.Expression, ...]]:
    """Part residual conditions into demands on words and the rest.

    A row has one wanted word for each field here; another one stays with the rest.
    """
    lifted: list[Needle] = []
    rest: list[e.Expression] = []
    for node in residue:
        found = needle(node)
        if found is None or (found.is_wanted and any(each.is_wanted and each.field == found.field for each in lifted)):
            rest.append(node)
        else:
            lifted.append(found)
    return tuple(lifted), tuple(rest)


def with_kept(by_row: Mapping[int, tuple[Needle, ...]], size: int) -> dict[int, tuple[Needle, ...]]:
    """Return the needles of each row with the rows that each of them leaves where it fails."""
    rows: dict[tuple[str, str, bool], int] = {}
    for row, needles in by_row.items():
        for each in needles:
            demand = (each.field, each.word, each.is_wanted)
            rows[demand] = rows.get(demand, 0) | 1 << size - 1 - row
    kept = {demand: ~mask & ((1 << size) - 1) for demand, mask in rows.items()}
    return {
        row: tuple(
            Needle(each.field, each.word, each.is_wanted, kept[each.field, each.word, each.is_wanted])
            for each in needles
        )
        for row, needles in by_row.items()
    }


def allower(by_row: Mapping[int, Iterable[Needle]], size: int) -> Allows:
    """Return what gives the rows that a text allows, by all words of one field at once."""
    wanted: dict[str, int] = {}
    unwanted: dict[str, int] = {}
    for row, needles in by_row.items():
        for each in needles:
            masks = wanted if each.is_wanted else unwanted
            masks[each.word] = masks.get(each.word, 0) | 1 << size - 1 - row
    indifferent = (1 << size) - 1
    for mask in wanted.values():
        indifferent &= ~mask
    words = tuple(dict.fromkeys((*wanted, *unwanted)))
    grants = tuple(wanted.get(word, 0) for word in words)
    denials = tuple(unwanted.get(word, 0) for word in words)
    automaton = _automaton(words)

    def allows(text: str) -> int:
        mask, denied = indifferent, 0
        for found in automaton.Match(text) or ():
            mask |= grants[found]
            denied |= denials[found]
        return mask & ~denied

    return allows


def _automaton(words: Iterable[str]) -> Any:
    import re2

    options = re2.Options()
    options.literal = True
    options.log_errors = False
    options.max_mem = 256 << 20
    automaton = re2.Set.SearchSet(options)
    for word in words:
        automaton.Add(word)
    automaton.Compile()
    return automaton


def folded(text: str) -> str:
    """Return a lead's text as it is searched: in NFC, then without case."""
    return text.casefold() if text.isascii() else fold(unicodedata.normalize("NFC", text))
