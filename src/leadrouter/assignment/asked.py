"""What a lead asks of whoever takes it, and how much it counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from attrs import field, frozen

from leadrouter.assignment.standing import UNIT
from leadrouter.facts import read_value
from leadrouter.readonly import read_only
from leadrouter.refusal import Refusal
from leadrouter.rulepack.route import Needs
from leadrouter.spelling import split_money
from leadrouter.vocabulary import Duration

_SECOND = timedelta(seconds=1)


@frozen(kw_only=True)
class Asked:
    """Skills with their least levels, languages and territories that the person must have."""

    skills: Mapping[str, int] = field(factory=dict, converter=read_only, hash=False)
    languages: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.skills or self.languages or self.territories)


def asked(needs: Needs, facts: Mapping[str, Any]) -> Asked:
    """Return what a step asks for a lead; a missing fact asks for nothing, a set for all its values.

    >>> dict(asked(Needs(skill="product", level=2), {"product": "press"}).skills)
    {'press': 2}
    """
    skills = {**dict.fromkeys(_words(facts, needs.skill), needs.level)}
    for skill, level in needs.skills.items():
        skills[skill] = max(level, skills.get(skill, 0))
    return Asked(
        skills=skills,
        languages=_words(facts, needs.language),
        territories=_words(facts, needs.territory),
    )


def _words(facts: Mapping[str, Any], name: str | None) -> tuple[str, ...]:
    value = None if name is None else facts.get(name)
    if value is None:
        return ()
    return tuple(sorted(value)) if isinstance(value, Collection) and not isinstance(value, str) else (str(value),)


def amount(fair_in: str, facts: Mapping[str, Any]) -> int | None:
    """Return how much a lead counts, in units: one, or the amount of the field that is shared.

    Money and numbers count as they are, durations in hours. None where the lead does not say, or says
    nothing above zero. The value may be typed, or what JSON holds of it.
    """
    if fair_in == "leads":
        return UNIT
    counted = _number(facts.get(fair_in))
    return counted if counted is not None and counted > 0 else None


def _number(value: object) -> int | None:
    match value:
        case timedelta():
            return value // _SECOND * UNIT // 3600
        case int() | Decimal() if not isinstance(value, bool):
            return int(value * UNIT)
        case str():
            try:
                return _number(read_value(Duration(), value))
            except Refusal:
                return int(Decimal(split_money(value)[1]) * UNIT)
    return None
