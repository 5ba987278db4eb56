"""The engines: the same rules in each, used the best way that was found for it.

Each function compiles the rules once and returns what is called for every lead. Facts go in as the plain mapping that
`RulePack.decide` takes; whatever an engine needs beside that (an id, values for missing facts) is part of its cost.
Engines are imported where they are used, so that one that is not installed is only missing from the table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count
from typing import Any, TypeAlias

from attrs import frozen

from .packs import (
    CEILINGS,
    CHOICES,
    DEFAULT,
    FIELDS,
    FLAG,
    TEXT,
    AtLeast,
    Below,
    Condition,
    Contains,
    Fact,
    Facts,
    Flag,
    OneOf,
    Rule,
    Within,
    pack_text,
)

Decide: TypeAlias = Callable[[Facts], object]
Rules: TypeAlias = tuple[Rule, ...]

UNKNOWN: Mapping[str, Fact | None] = {
    **dict.fromkeys((*CHOICES, TEXT), ""),
    **dict.fromkeys(CEILINGS, -1),
    FLAG: None,
}
"""Values that stand for missing facts where an engine needs one; no condition holds for them."""

CEL_CHUNK = 25
"""Rules in one CEL expression. A chain of `? :` deeper than 28 is refused in C++, one of a hundred in Rust."""


@frozen(kw_only=True)
class Peer:
    """An engine: `compile` makes what is timed, `rule_of` reads the deciding rule from its result, untimed.

    `package` is its name on PyPI. One that can bring the process down is `isolated` in a process of its own, and kept
    to `at_most` rules.
    """

    name: str
    package: str | None = None
    compile: Callable[[Rules], Decide]
    rule_of: Callable[[Any], str] = str
    at_most: int | None = None
    isolated: bool = False


def leadrouter(rules: Rules) -> Decide:
    """Compile a pack and decide through its index, as users call it."""
    from leadrouter import RulePack

    return RulePack.parse(pack_text(rules)).decide


def if_chain(rules: Rules) -> Decide:
    """Write what a programmer would: eight reads, then one `if` a rule; NaN fails every comparison."""
    missing = {**dict.fromkeys(CEILINGS, ", nan"), TEXT: ", ''"}
    lines = [
        "def decide(facts, nan=float('nan')):",
        "    get = facts.get",
        *(f"    {field} = get({field!r}{missing.get(field, '')})" for field in FIELDS),
        *(f"    if {' and '.join(map(_python, rule.conditions))}: return {rule.id!r}" for rule in rules),
        f"    return {DEFAULT!r}",
    ]
    names: dict[str, Any] = {}
    exec(compile("\n".join(lines), "<if chain>", "exec"), names)  # the text is ours
    decide: Decide = names["decide"]
    return decide


def _python(condition: Condition) -> str:
    match condition:
        case OneOf(field, (value,)):
            return f"{field} == {value!r}"
        case OneOf(field, values):
            return f"{field} in {set(values)!r}"
        case Flag(field, value):
            return f"{field} is {value}"
        case AtLeast(field, low):
            return f"{field} >= {low}"
        case Below(field, high):
            return f"{field} < {high}"
        case Within(field, low, high):
            return f"{low} <= {field} < {high}"
        case Contains(field, word):
            return f"{word!r} in {field}"


def zen_table(rules: Rules) -> Decide:
    """Make one first-hit decision table, one column a field, which zen indexes.

    It is served by an engine with a static loader: `ZenDecision.evaluate` costs twenty times as much a call.
    """
    from zen import ZenEngine

    blank = dict.fromkeys(FIELDS, "")
    rows = [{**blank, **{it.field: _zen_cell(it) for it in rule.conditions}, "rule": f'"{rule.id}"'} for rule in rules]
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": field, "name": field, "field": field} for field in FIELDS],
        "outputs": [{"id": "rule", "name": "rule", "field": "rule"}],
        "rules": [*rows, {**blank, "rule": f'"{DEFAULT}"'}],
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [_zen_edge("in", "table"), _zen_edge("table", "out")]
    content: dict[str, dict[str, Any]] = {"bench": {"nodes": nodes, "edges": edges}}
    return partial(ZenEngine({"loader": {"type": "static", "content": content}}).evaluate, "bench")


def _zen_edge(source: str, target: str) -> dict[str, str]:
    return {"id": f"{source}-{target}", "type": "edge", "sourceId": source, "targetId": target}


def _zen_cell(condition: Condition) -> str:
    match condition:
        case OneOf(_, values):
            return ", ".join(map(_quoted, values))
        case Flag(_, value):
            return json.dumps(value)
        case AtLeast(_, low):
            return f">= {low}"
        case Below(_, high):
            return f"< {high}"
        case Within(_, low, high):
            return f"[{low}..{high})"
        case Contains(_, word):
            return f"contains($, {_quoted(word)})"


def zen_rule(result: Mapping[str, Any]) -> str:
    """Read the only output column."""
    return str(result["result"]["rule"])


def datalogic(rules: Rules) -> Decide:
    """Make one JSONLogic `if` of all rules; a Rule takes a dict straight in, faster than a session or a handle."""
    from datalogic_py import Engine

    branches = [part for rule in rules for part in ({"and": list(map(_json_logic, rule.conditions))}, rule.id)]
    return Engine().compile({"if": [*branches, DEFAULT]}).evaluate


def _json_logic(condition: Condition) -> dict[str, Any]:
    fact = {"var": [condition.field, UNKNOWN[condition.field]]}
    match condition:
        case OneOf(_, (name,)):
            return {"===": [fact, name]}
        case OneOf(_, values):
            return {"in": [fact, list(values)]}
        case Flag(_, value):
            return {"===": [fact, value]}
        case AtLeast(_, low):
            return {">=": [fact, low]}
        case Below(_, high):
            return {"<=": [0, fact, high - 1]}
        case Within(_, low, high):
            return {"<=": [low, fact, high - 1]}
        case Contains(_, word):
            return {"in": [word, fact]}


def cel_cpp(rules: Rules) -> Decide:
    """Evaluate chunks of rules, each one typed expression, on one activation a lead."""
    from cel_expr_python import cel

    types = {**dict.fromkeys(UNKNOWN, cel.Type.STRING), **dict.fromkeys(CEILINGS, cel.Type.INT), FLAG: cel.Type.DYN}
    env = cel.NewEnv(variables=types)
    programs = [env.compile(text).eval for text in _cel_chunks(rules)]

    def decide(facts: Facts) -> str:
        activation = env.Activation({**UNKNOWN, **facts})
        for program in programs:
            rule: str = program(activation).value()
            if rule:
                return rule
        return DEFAULT

    return decide


def cel_rust(rules: Rules) -> Decide:
    """Evaluate chunks of rules, each one compiled program, in one context a lead."""
    import cel

    programs = [cel.compile(text).execute for text in _cel_chunks(rules)]

    def decide(facts: Facts) -> str:
        context = cel.Context({**UNKNOWN, **facts})
        for program in programs:
            rule: str = program(context)
            if rule:
                return rule
        return DEFAULT

    return decide


def _cel_chunks(rules: Rules) -> Iterator[str]:
    """Write expressions that give the first rule that holds, or the empty text."""
    for start in range(0, len(rules), CEL_CHUNK):
        chunk = rules[start : start + CEL_CHUNK]
        yield "".join(f'{" && ".join(map(_cel, rule.conditions))} ? "{rule.id}" : ' for rule in chunk) + '""'


def _cel(condition: Condition) -> str:
    match condition:
        case OneOf(field, (value,)):
            return f"{field} == {_quoted(value)}"
        case OneOf(field, values):
            return f"{field} in [{', '.join(map(_quoted, values))}]"
        case Flag(field, value):
            return f"{field} == {json.dumps(value)}"
        case AtLeast(field, low):
            return f"{field} >= {low}"
        case Below(field, high):
            return f"{field} >= 0 && {field} < {high}"
        case Within(field, low, high):
            return f"{field} >= {low} && {field} < {high}"
        case Contains(field, word):
            return f"{field}.contains({_quoted(word)})"


def rule_engine(rules: Rules) -> Decide:
    """Chain compiled rules, with values for missing facts: cheaper than a test for null in every condition."""
    from rule_engine import Chain, Context, resolve_item

    pairs = [(" and ".join(map(_rule_engine, rule.conditions)), rule.id) for rule in rules]
    chain = Chain(pairs, default_value=DEFAULT, context=Context(resolver=resolve_item))
    return lambda facts: chain.evaluate({**UNKNOWN, **facts})


def _rule_engine(condition: Condition) -> str:
    match condition:
        case Below(field, high):
            return f"{field} >= 0 and {field} < {high}"
        case Within(field, low, high):
            return f"{field} >= {low} and {field} < {high}"
        case Contains(field, word):
            return f"{_quoted(word)} in {field}"
        case _:
            return _cel(condition)


def durable_rules(rules: Rules) -> Decide:
    """Post an event that the first rule consumes; the default asks for a fact that every event has.

    Rules are alpha tests of one event, without joins, retractions or `delete_state`: shared/spec/durable-rules.md.
    """
    from durable.engine import Host

    fired: list[str] = []
    ids = count()

    def rule(name: str, *tests: dict[str, Any]) -> dict[str, Any]:
        return {"all": [{"m": {"$and": list(tests)}}], "run": lambda _: fired.append(name)}

    definitions = {it.id: rule(it.id, *map(_durable, it.conditions)) for it in rules}
    host = Host()
    host.set_rulesets({"bench": {**definitions, DEFAULT: rule(DEFAULT, {"lead": 1})}})

    def decide(facts: Facts) -> str:
        fired.clear()
        host.post("bench", {**facts, "id": next(ids), "lead": 1})
        return " and ".join(fired)

    return decide


def _durable(condition: Condition) -> dict[str, Any]:
    match condition:
        case OneOf(field, values):
            return {"$or": [{field: value} for value in values]}
        case Flag(field, value):
            return {field: value}
        case AtLeast(field, low):
            return {"$gte": {field: low}}
        case Below(field, high):
            return {"$lt": {field: high}}
        case Within(field, low, high):
            return {"$and": [{"$gte": {field: low}}, {"$lt": {field: high}}]}
        case Contains(field, word):
            return {"$mt": {field: f".*{word}.*"}}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def leadrouter_rule(outcome: Any) -> str:
    """Read the rule that decided in the only table with conditions."""
    return str(outcome.rules["classify"])


PEERS: Mapping[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer(name="leadrouter", package="leadrouter", compile=leadrouter, rule_of=leadrouter_rule),
        Peer(name="if/elif", compile=if_chain),
        Peer(name="zen-engine", package="zen-engine", compile=zen_table, rule_of=zen_rule),
        Peer(name="datalogic-py", package="datalogic-py", compile=datalogic),
        Peer(name="cel (C++)", package="cel-expr-python", compile=cel_cpp),
        Peer(name="cel (Rust)", package="common-expression-language", compile=cel_rust),
        Peer(name="rule-engine", package="rule-engine", compile=rule_engine),
        Peer(name="durable-rules", package="durable-rules", compile=durable_rules, at_most=100, isolated=True),
    )
}
"""All engines by name, ours first."""
