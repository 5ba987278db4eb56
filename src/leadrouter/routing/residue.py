"""What no mask decides: words in texts, and conditions on more than a single field.

It is asked only of rows that the masks leave, in order, and each text is folded once for a lead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from leadrouter.facts import read_value
from leadrouter.routing.evaluate import value_of
from leadrouter.routing.needles import folded
from leadrouter.routing.stage import Stage
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.pack import CheckedPack
from leadrouter.rulepack.rule import Rule

Given: TypeAlias = Mapping[str, Any]
SoFar: TypeAlias = tuple[Any, ...]
"""What the earlier stages gave: the rules of derived facts, the rules of tags, the rule of the class."""

Settle: TypeAlias = Callable[[int, Given, SoFar, dict[str, str], dict[str, Any]], int]
"""Drops rows from a mask until all that the first one demands is true, and returns what is left.

The last two arguments hold what has been read of this lead: folded texts and typed facts.
"""


def settler(pack: CheckedPack, stage: Stage) -> Settle:
    """Return what asks the residual conditions of a stage."""
    rows = _by_length(stage)
    calendar = pack.calendar
    many = tuple(stage.words.items())
    sought = {*stage.words, *(each.field for needles in stage.needles.values() for each in needles)}
    read = {name: _text(pack, name) for name in sought}

    def settle(mask: int, given: Given, so_far: SoFar, texts: dict[str, str], known: dict[str, Any]) -> int:
        for name, allows in many:
            if name not in texts:
                text = read[name](given, so_far)
                texts[name] = "" if text is None else folded(text)
                mask &= -1 if text is None else allows(texts[name])  # a missing one rules out none that is left
        while mask:
            needles, rest = rows[mask.bit_length()]
            for name, word, is_wanted, kept in needles:
                if name not in texts:
                    texts[name] = folded(read[name](given, so_far) or "")  # rows that need it are left if it is known
                if (word in texts[name]) is not is_wanted:
                    mask &= kept
                    break
            else:
                if rest and not known:
                    known.update(_known(pack, stage, given, so_far))
                if not rest or all(value_of(condition, known, calendar) is True for condition in rest):
                    return mask
                mask ^= 1 << mask.bit_length() - 1
        return 0

    return settle


def tagger(pack: CheckedPack, stage: Stage) -> Callable[[int, Given, SoFar], tuple[Rule, ...]]:
    """Return what names every rule of a mask whose residual conditions are true, each once."""
    settle, rules = settler(pack, stage), stage.rules

    def every(mask: int, given: Given, so_far: SoFar) -> tuple[Rule, ...]:
        texts: dict[str, str] = {}
        known: dict[str, Any] = {}
        found: dict[str, Rule] = {}
        while mask := settle(mask, given, so_far, texts, known):
            rule = rules[len(rules) - mask.bit_length()]
            found[rule.id] = rule
            mask ^= 1 << mask.bit_length() - 1
        return tuple(found.values())

    return every


_Row: TypeAlias = tuple[tuple[tuple[str, str, bool, int], ...], tuple[e.Expression, ...]]
"""A row's needles (field, word, whether it is wanted, the rows that are kept where it fails) and the rest."""


def _by_length(stage: Stage) -> list[_Row]:
    """Lay the rows out by the bit length of a mask in which they are the first."""
    return [
        (
            tuple((each.field, each.word, each.is_wanted, each.kept) for each in stage.needles.get(row, ())),
            stage.rest.get(row, ()),
        )
        for row in range(len(stage.rules), -1, -1)
    ]


def _text(pack: CheckedPack, name: str) -> Callable[[Given, SoFar], str | None]:
    """Return what reads a text as it was given, or as it was derived; None where it is missing."""
    if name in pack.vocabulary:
        default: Any = pack.vocabulary[name].default

        def brought(given: Given, _: SoFar) -> str | None:
            text: str | None = given[name]
            return default if text is None else text

        return brought
    position = list(pack.derived).index(name)

    def derived(_: Given, so_far: SoFar) -> str | None:
        rule = so_far[position]
        return None if rule is None else str(rule.outcome)

    return derived


def _known(pack: CheckedPack, stage: Stage, given: Given, so_far: SoFar) -> dict[str, Any]:
    """Return the typed values that a stage's residual conditions read."""
    words = pack.vocabulary
    known: dict[str, Any] = {}
    for name in stage.reads:
        if name in words:
            value = read_value(words[name].type, given[name])
            known[name] = words[name].default if value is None else value
        elif name in pack.signals:
            known[name] = given[name]
    for name, rule in zip(pack.derived, so_far, strict=False):
        known[name] = None if rule is None else rule.outcome
    if len(so_far) > len(pack.derived):
        known["tags"] = frozenset(rule.outcome for rule in so_far[len(pack.derived)])
    if len(so_far) > len(pack.derived) + 1:
        known["class"] = so_far[-1].outcome
    return known
