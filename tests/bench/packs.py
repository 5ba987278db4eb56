"""Packs and leads for the benchmark: made from a seed, the same on every machine.

A rule here is a plain value that `pack_text` and each peer translate into their own language, so that all of them
run the same rules. Every rule has three to five conditions over eight facts; narrow rules stand before broad ones, as
people write them; the last rule is the default. Most leads are aimed at one rule of the pack, chosen evenly, so that
decisions fall over the whole depth of a pack whatever its size.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from math import prod
from typing import TypeAlias

from attrs import frozen

Fact: TypeAlias = str | int | bool
Facts: TypeAlias = Mapping[str, Fact]

CHOICES: Mapping[str, tuple[str, ...]] = {
    "source": ("ads", "call", "email", "messenger", "referral", "web_form"),
    "product": tuple(f"product_{number:02}" for number in range(40)),
    "region": tuple(f"region_{number:02}" for number in range(80)),
}
CEILINGS: Mapping[str, int] = {"amount": 10_000_000, "employees": 5_000, "score": 100}
FLAG = "recurring"
TEXT = "message"
FIELDS = (*CHOICES, FLAG, *CEILINGS, TEXT)
WORDS = (
    "аренда",
    "доставка",
    "завод",
    "запчасти",
    "лизинг",
    "монтаж",
    "насос",
    "оптом",
    "пресс",
    "ремонт",
    "срочно",
    "станок",
    "тендер",
)
CLASSES = ("mass", "complex", "future-large")
DEFAULT = "default"

_WEIGHTS: Mapping[str, float] = {TEXT: 0.3, FLAG: 1}
_ORDINARY_WEIGHT = 2
_AIMED = 0.8
_MISSING = 0.1


@frozen
class OneOf:
    """The fact is one of `values`: an equality where there is one, else a membership."""

    field: str
    values: tuple[str, ...]


@frozen
class Flag:
    """The fact is the boolean `value`."""

    field: str
    value: bool


@frozen
class AtLeast:
    """The number is `low` or more."""

    field: str
    low: int


@frozen
class Below:
    """The number is less than `high`."""

    field: str
    high: int


@frozen
class Within:
    """The number is at least `low` and below `high`."""

    field: str
    low: int
    high: int


@frozen
class Contains:
    """The text has `word` in it. Words and texts are lower case, so that folding case changes no answer."""

    field: str
    word: str


Condition: TypeAlias = OneOf | Flag | AtLeast | Below | Within | Contains


@frozen(kw_only=True)
class Rule:
    """Decides for `lead_class` where all conditions are true; a condition on a missing fact is not."""

    id: str
    conditions: tuple[Condition, ...]
    lead_class: str


def make_rules(size: int, *, seed: int = 1) -> tuple[Rule, ...]:
    """Make the `size - 1` rules that stand before the default, narrow ones first."""
    rng = random.Random(f"rules {size} {seed}")
    bodies = sorted((_conditions(rng) for _ in range(size - 1)), key=_share)
    return tuple(
        Rule(id=f"rule-{number:05}", conditions=conditions, lead_class=CLASSES[number % 3])
        for number, conditions in enumerate(bodies)
    )


def make_leads(rules: tuple[Rule, ...], count: int, *, seed: int = 1) -> tuple[Facts, ...]:
    """Make the facts of `count` leads: four of five aimed at a rule, one fact of ten then left out."""
    rng = random.Random(f"leads {len(rules)} {count} {seed}")
    return tuple(_lead(rng, rules) for _ in range(count))


def pack_text(rules: tuple[Rule, ...]) -> str:
    """Write the rules as leadrouter's YAML: one classify table, and a route table that holds only a default."""
    head = [
        "pack: bench",
        "language: 1",
        "vocabulary:",
        *(f"  {field}: {{enum: [{', '.join(values)}]}}" for field, values in CHOICES.items()),
        f"  {FLAG}: bool",
        "  amount: {money: RUB}",
        "  employees: int",
        "  score: int",
        f"  {TEXT}: text",
        "classify:",
    ]
    body = [f"  - rule: {rule.id}\n    when: {_when(rule)}\n    class: {rule.lead_class}" for rule in rules]
    tail = [
        f"  - {{rule: {DEFAULT}, default: true, class: mass}}",
        "route:",
        "  - {rule: everything, default: true, to: inbound}",
        "routes:",
        "  inbound: [{to: inbound}, {to: hold}]",
    ]
    return "\n".join([*head, *body, *tail, ""])


def _when(rule: Rule) -> str:
    return " and ".join(map(_expression, rule.conditions))


def _expression(condition: Condition) -> str:
    match condition:
        case OneOf(field, (value,)):
            return f'{field} == "{value}"'
        case OneOf(field, values):
            return f"{field} in [{', '.join(map(json.dumps, values))}]"
        case Flag(field, value):
            return field if value else f"not {field}"
        case AtLeast(field, low):
            return f"{field} >= {low:_}"
        case Below(field, high):
            return f"{field} < {high:_}"
        case Within(field, low, high):
            return f"{low:_} <= {field} < {high:_}"
        case Contains(field, word):
            return f'contains({field}, "{word}")'


def _conditions(rng: random.Random) -> tuple[Condition, ...]:
    """Choose the fields of one rule by weight, without repetition, in the order of FIELDS."""
    weight = {field: rng.random() ** (1 / _WEIGHTS.get(field, _ORDINARY_WEIGHT)) for field in FIELDS}
    chosen = sorted(FIELDS, key=weight.__getitem__)[-rng.randint(3, 5) :]
    return tuple(_condition(rng, field) for field in FIELDS if field in chosen)


def _condition(rng: random.Random, field: str) -> Condition:
    if field in CHOICES:
        return OneOf(field, tuple(rng.sample(CHOICES[field], rng.choice((1, 1, 2, 3)))))
    if field in CEILINGS:
        return _range(rng, field)
    return Flag(field, rng.random() < 0.5) if field == FLAG else Contains(field, rng.choice(WORDS))


def _range(rng: random.Random, field: str) -> Condition:
    step = CEILINGS[field] // 100
    low, high = (share * step for share in sorted(rng.sample(range(1, 100), 2)))
    return rng.choice((AtLeast(field, low), Below(field, high), Within(field, low, high)))


def _share(conditions: tuple[Condition, ...]) -> float:
    """Estimate which share of all leads the conditions let through."""
    return prod(map(_share_of_one, conditions))


def _share_of_one(condition: Condition) -> float:
    match condition:
        case OneOf(field, values):
            return len(values) / len(CHOICES[field])
        case AtLeast(field, low):
            return 1 - low / CEILINGS[field]
        case Below(field, high):
            return high / CEILINGS[field]
        case Within(field, low, high):
            return (high - low) / CEILINGS[field]
        case Flag():
            return 0.5
        case Contains():
            return 3 / len(WORDS)


def _lead(rng: random.Random, rules: tuple[Rule, ...]) -> Facts:
    facts = {field: _fact(rng, field) for field in FIELDS}
    if rng.random() < _AIMED:
        facts |= {aim.field: _aim(rng, aim) for aim in rng.choice(rules).conditions}
    return {field: fact for field, fact in facts.items() if rng.random() >= _MISSING}


def _fact(rng: random.Random, field: str) -> Fact:
    if field in CHOICES:
        return rng.choice(CHOICES[field])
    if field in CEILINGS:
        return rng.randrange(CEILINGS[field])
    return rng.random() < 0.5 if field == FLAG else " ".join(rng.sample(WORDS, 3))


def _aim(rng: random.Random, condition: Condition) -> Fact:
    """Make a fact for which the condition is true."""
    match condition:
        case OneOf(_, values):
            return rng.choice(values)
        case AtLeast(field, low):
            return rng.randrange(low, CEILINGS[field])
        case Below(_, high):
            return rng.randrange(high)
        case Within(_, low, high):
            return rng.randrange(low, high)
        case Flag(_, value):
            return value
        case Contains(_, word):
            return " ".join((word, *rng.sample(WORDS, 2)))
