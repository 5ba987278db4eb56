"""The canonical text of a pack: one way to write what a pack means, whatever files it came from.

Parsing it gives the same pack again. Comments are not part of a pack's meaning and are not kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, assert_never

from leadrouter import vocabulary as v
from leadrouter.document import plain_scalar, visible
from leadrouter.facts import write_value
from leadrouter.hours import Hours, write_hours
from leadrouter.rulepack import pattern as p
from leadrouter.rulepack.condition import Condition
from leadrouter.rulepack.pack import LANGUAGE, CheckedPack
from leadrouter.rulepack.rule import Rule, Table
from leadrouter.rulepack.sla import write_sla
from leadrouter.rulepack.steps import write_step
from leadrouter.rulepack.wording import format_expression
from leadrouter.spelling import write_duration

_KEYS = {"tag": "tag", "classify": "class", "route": "to"}


def format_pack(pack: CheckedPack) -> str:
    """Return the canonical text of a pack, in YAML."""
    return "\n".join(_lines(pack)) + "\n"


def _lines(pack: CheckedPack) -> Iterator[str]:
    yield f"pack: {scalar(pack.name)}"
    yield f"language: {LANGUAGE}"
    yield f"tz: {pack.tz}"
    if pack.keep_unknown:
        yield "unknown_fields: keep"
    if pack.hours:
        yield "hours:"
        for hours in pack.hours.values():
            yield from _hours(hours)
    yield "vocabulary:" if len(pack.vocabulary) else "vocabulary: {}"
    for each in pack.vocabulary:
        yield f"  {each.name}: {_flow(_field(each))}"
    if pack.derived:
        yield "derive:"
    for name, table in pack.computed():
        yield f"  {name}:"
        yield f"    type: {_flow(_type(pack.derived[name]))}"
        yield from _rules(table, "then", pack.derived[name], "    rules:", "      ")
    yield from _watched(pack)
    if pack.table("tag").rules:
        yield from _rules(pack.table("tag"), "tag", v.Text(), "tag:", "  ")
    yield f"classes: {_flow(list(pack.classes))}"
    yield from _rules(pack.table("classify"), "class", v.Text(), "classify:", "  ")
    yield from _rules(pack.table("route"), "to", v.Text(), "route:", "  ")
    yield from _routes(pack)
    if pack.transfer.rules:
        yield from _rules(pack.transfer, "to", v.Text(), "transfer:", "  ")
    sla = write_sla(pack.sla)
    if sla:
        yield "sla:"
    yield from (f"  {key}: {_flow(value)}" for key, value in sla.items())


def _watched(pack: CheckedPack) -> Iterator[str]:
    if pack.streams:
        yield "streams:"
    for stream in pack.streams.values():
        yield from (f"  {line}" for line in _when(stream.name, stream.when))
    if pack.patterns:
        yield "patterns:"
    for pattern in pack.patterns:
        yield f"  - {_flow(_pattern(pattern, pack))}"


def _routes(pack: CheckedPack) -> Iterator[str]:
    yield "routes:" if pack.routes else "routes: {}"
    for route in pack.routes.values():
        yield f"  {scalar(route.name)}:"
        for step in route.steps:
            yield f"    - to: {step.to}"
            yield from (f"      {key}: {_flow(value)}" for key, value in write_step(step).items())


def _hours(hours: Hours) -> Iterator[str]:
    yield f"  {scalar(hours.name)}:" if hours.windows else f"  {scalar(hours.name)}: []"
    yield from (f"    - {_flow(window)}" for window in write_hours(hours))


def _field(each: v.Field) -> object:
    type_ = _type(each.type)
    options: dict[str, object] = {"required": True} if each.required else {}
    if each.default is not None:
        options["default"] = write_value(each.type, each.default)
    options |= {key: value for key, value in (("unit", each.unit), ("about", each.about)) if value is not None}
    return {"type": type_, **options} if options else type_


def _type(type_: v.Type) -> object:
    match type_:
        case v.Enum(values, synonyms) | v.EnumSet(values, synonyms):
            held: dict[str, object] = {v.plain(type_): list(values)}
            return {**held, "synonyms": dict(sorted(synonyms.items()))} if synonyms else held
        case v.Text(longest):
            return "text" if longest == v.LONGEST_TEXT else {"text": {"max": longest}}
        case v.Money(currency):
            bounds = _bounds(type_)
            return {"money": {"currency": currency, **bounds} if bounds else currency}
        case v.Int() | v.Number() | v.Duration():
            bounds = _bounds(type_)
            return {v.plain(type_): bounds} if bounds else v.plain(type_)
    return v.plain(type_)


def _bounds(type_: v.Int | v.Number | v.Money | v.Duration) -> dict[str, object]:
    pairs = (("min", type_.least), ("max", type_.most))
    return {key: write_value(type_, value) for key, value in pairs if value is not None}


def _rules(table: Table, key: str, type_: v.Type, heading: str, indent: str) -> Iterator[str]:
    yield heading if table.rules else f"{heading} []"
    for rule in table:
        yield f"{indent}- rule: {scalar(rule.id)}"
        yield from (f"{indent}  {line}" for line in _rule(rule, key, type_))


def _rule(rule: Rule, key: str, type_: v.Type) -> Iterator[str]:
    if rule.is_default:
        yield "default: true"
    else:
        yield from _when("when", rule.when)
    yield f"{key}: {_flow(write_value(type_, rule.outcome))}"
    if rule.because is not None:
        yield f"because: {scalar(rule.because)}"


def _when(key: str, conditions: tuple[Condition, ...]) -> Iterator[str]:
    texts = [quoted(format_expression(condition.written)) for condition in conditions]
    if len(texts) == 1:
        yield f"{key}: {texts[0]}"
    else:
        yield f"{key}:"
        yield from (f"  - {text}" for text in texts)


def _pattern(pattern: p.Pattern, pack: CheckedPack) -> dict[str, object]:
    """Return a pattern as it is written, windows that were left out included."""
    held: dict[str, object] = {"pattern": pattern.name}
    match pattern:
        case p.AtLeast(count=count, of=of, total=total):
            held |= {"at_least": count, "of": of}
            if total is not None:
                held["total"] = {total.fact: write_value(pack.vocabulary[total.fact].type, total.amount)}
        case p.Different(fact=name, count=count, of=of):
            held |= {"different": name, "at_least": count, "of": of}
        case p.Growing(fact=name, times=times, of=of):
            held |= {"growing": name, "times": times, "of": of}
        case p.Silence(silence=silence, of=of):
            held |= {"silence": write_duration(silence), "of": of}
        case p.Sequence(streams=streams, without=without):
            held |= {"sequence": list(streams)} | ({} if without is None else {"without": without})
        case _:
            assert_never(pattern)
    return {**held, "within": write_duration(pattern.within)}


def _flow(value: Any) -> str:
    """Write data on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{scalar(key)}: {_flow(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(_flow(each) for each in value) + "]"
        case bool():
            return str(value).lower()
        case str():
            return scalar(value)
    return str(value)


def scalar(text: str) -> str:
    """Write a string so that YAML reads the same string: bare where it can be, else in quotes.

    >>> scalar("chain-supply"), scalar("no: yes"), scalar("12")
    ('chain-supply', '"no: yes"', '"12"')
    """
    is_bare = text.isidentifier() or all(part.isalnum() for part in text.replace("_", "-").split("-"))
    if is_bare and isinstance(plain_scalar(text), str):
        return text
    return visible(json.dumps(text, ensure_ascii=False))


def quoted(condition: str) -> str:
    """Write a condition in single quotes, where it may hold double ones; in those where it must be escaped."""
    return "'" + condition.replace("'", "''") + "'" if condition.isprintable() else scalar(condition)
