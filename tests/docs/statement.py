"""Tables that state what a value is read as, or when a condition is true: each row is checked."""

from __future__ import annotations

import json

from leadrouter import RulePack
from leadrouter.document import Document
from leadrouter.facts import read_value, write_value
from leadrouter.refusal import Refusal
from leadrouter.routing.evaluate import value_of
from leadrouter.rulepack.fields import FieldReader

from .graft import grafted, route_by
from .page import Table, quoted

VALUES = ("type", "given", "read as")
TRUTHS = ("condition", "facts", "is")


def check_table(table: Table, pack: str) -> None:
    """Check a table that states values or truths; any other is only read."""
    for number, cells in table.rows:
        place = f"{table.place}:{number}"
        if table.heading == VALUES:
            [type_], given, [expected] = map(quoted, cells)
            assert given, f"{place}: no value is given"
            for each in given:
                told = read(type_, each)
                assert told == expected, f"{place}: {each} is read as {told}"
        elif table.heading == TRUTHS:
            [condition], [facts], [expected] = map(quoted, cells)
            told = truth(pack, condition, facts)
            assert told == expected, f"{place}: {condition} is {told}"


def read(type_: str, given: str) -> str:
    """Return what a value is read as by a type that is written as in a pack, or the code of its refusal."""
    document = Document.read(f"type: {type_}", "type")
    assert document.root is not None
    found = FieldReader(document).type("the type", document.root.value[0][1])
    assert found is not None, document.faults
    try:
        value = write_value(found, read_value(found, _as_json(given)))
    except Refusal as refusal:
        return refusal.code
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def truth(pack: str, condition: str, facts: str) -> str:
    """Return what a condition is worth for some facts."""
    asking = RulePack.parse(grafted(pack, route_by(f"- {json.dumps(condition, ensure_ascii=False)}\n")))
    document = Document.read(facts, "facts")
    assert document.root is not None
    given = document.data(document.root)
    assert isinstance(given, dict)
    outcome = asking.decide(given)
    known = {**outcome.facts, "tags": frozenset(outcome.tags), "class": outcome.lead_class}
    root = asking.checked.table("route").rules[0].when[0].root
    return {True: "true", False: "false", None: "unknown"}[value_of(root, known, asking.checked.calendar)]


def _as_json(given: str) -> object:
    """Return a value as JSON gives it; what is no JSON is text."""
    try:
        return json.loads(given)
    except ValueError:
        return given
