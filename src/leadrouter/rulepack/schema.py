"""The shape of a pack as a JSON Schema (2020-12), for editors.

It says which keys there are, which are needed and what kind of value each takes. What a condition
means, and whether its names are known, `parse` alone can tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from leadrouter.destination import FORMS
from leadrouter.rulepack.pack import CLASSES, LANGUAGE
from leadrouter.rulepack.pattern import MOST_COUNTED, MOST_GROWING
from leadrouter.rulepack.pattern_reader import SHAPES
from leadrouter.staff import STRATEGY_NAMES
from leadrouter.vocabulary import WEEKDAYS

Schema: TypeAlias = dict[str, Any]

_BARE = ("bool", "text", "date", "instant", "duration", "int", "decimal")
_DURATION = r"^\s*([0-9]{1,9}\s*[smhdw]\s*)+$"
_CLOCK = "^([01][0-9]|2[0-3]):[0-5][0-9]$"


def pack_schema() -> Schema:
    """Return the schema of `pack.yaml`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A rule pack of leadrouter",
        **_object(
            {
                "pack": _says("the pack's name", _word()),
                "language": _says("the version of the language; its meaning stays", {"const": LANGUAGE}),
                "tz": _says("the zone of hours, weekdays and dates: Europe/Moscow", {"type": "string"}),
                "include": _says("other files of this pack", _list({"type": "string"})),
                "unknown_fields": _says("what becomes of facts without a field", {"enum": ["refuse", "keep"]}),
                "hours": _says("business hours, for in_hours(received, …)", _map(_list(_ref("window")))),
                "vocabulary": _says("every word that a rule may use, with its type", _map(_ref("field"))),
                "derive": _says("facts from facts", _map(_ref("derived"))),
                "streams": _says("events of a company's past, each stream by its conditions", _map(_ref("when"))),
                "patterns": _says("facts that are concluded from a company's past", _list(_ref("pattern"))),
                "tag": _says("every rule that holds adds its tag", _table("tag")),
                "classes": _says(f"the kinds of lead; {', '.join(CLASSES)} unless given", _list(_word(), least=1)),
                "classify": _says("what kind of lead it is: the first rule that holds", _table("class")),
                "route": _says("where it goes: the first rule that holds", _table("to")),
                "routes": _says("ladders: the first step that reaches somebody", _map(_list(_ref("step"), least=1))),
                "transfer": _says("who holds a client after the first deal", _table("to")),
                "sla": _says("how soon leads are accepted and clients reached", _sla()),
            }
        ),
        "if": {"not": {"required": ["include"]}},
        "then": {"required": ["pack", "vocabulary", "classify", "route", "routes"]},
        "$defs": _definitions(),
    }


def _definitions() -> Schema:
    days = _list({"enum": list(WEEKDAYS)})
    clock = {"type": "string", "pattern": _CLOCK}
    to = _says(f"one of {', '.join(FORMS)}", {"type": "string", "pattern": _destination()})
    condition = _says("a condition, or several that must all hold", {"anyOf": [_text(), _list(_text(), least=1)]})
    return {
        "word": {"type": ["string", "number", "boolean"]},
        "when": condition,
        "window": _object({"days": days, "from": clock, "to": clock}, "from", "to"),
        "step": _step(to),
        "type": {"anyOf": [{"enum": list(_BARE)}, _one_of(_domains())]},
        "field": {"anyOf": [{"enum": list(_BARE)}, _field()]},
        "derived": _object({"type": _ref("type"), "rules": _table("then")}, "type", "rules"),
        "csv": _object({"csv": _says("a decision table beside the pack", {"type": "string"})}, "csv"),
        "pattern": {"anyOf": list(_patterns())},
        **{f"rule-{key}": _rule(key) for key in ("then", "tag", "class", "to")},
    }


def _step(to: Schema) -> Schema:
    duration = {"type": "string", "pattern": _DURATION}
    level = {"type": "integer", "minimum": 1}
    needs = {
        "skill": _says("the field whose value is the skill that a lead needs", _text()),
        "level": _says("the least level of that skill; 1 unless given", level),
        "skills": _says("skills that every lead needs, with their least levels", _map(level)),
        "language": _says("the field with the language to be spoken", _text()),
        "territory": _says("the field with the territory to be minded", _text()),
    }
    return _object(
        {
            "to": to,
            "strategy": _says(f"who comes first: {', '.join(STRATEGY_NAMES)}, or one of your own", _text()),
            "offer": _says("how long an offer may stay unanswered: 5m", duration),
            "until": _says("when the step ends, from the lead's arrival: 20m", duration),
            "needs": _says("what the person must know", _object(needs)),
            "priority": _says("who is served first of the leads that wait: higher first", {"type": "integer"}),
            "offers": _says("how many people are offered the lead at once", level),
        },
        "to",
    )


def _sla() -> Schema:
    duration = {"type": "string"}
    step = _object({"after": duration, "to": _text()}, "to")
    more = {"within": duration, "hours": _word(), "remind": _list(duration), "escalate": _list(step)}
    targets = {
        "acceptance": _says("from the first offer on", {"anyOf": [duration, _object(more, "within")]}),
        "first_contact": _says("from the arrival on", {"anyOf": [duration, _object(more, "within")]}),
    }
    hours = _says("business hours of the organisation", _word())
    return _object({"hours": hours, **targets, "classes": _map(_object(targets))})


def _domains() -> Schema:
    """Return the keys that give a type with its domain: exactly one of them stands."""
    bounds = {"min": _ref("word"), "max": _ref("word")}
    currency = {"type": "string", "pattern": "^[A-Z]{3}$"}
    return {
        "enum": _says("one of these values", _list(_word(), least=1)),
        "set": _says("any number of these values", _list(_word(), least=1)),
        "money": {"anyOf": [currency, _object({"currency": currency, **bounds}, "currency")]},
        "text": _object({"max": {"type": "integer", "minimum": 1}}),
        **{name: _object(bounds) for name in ("int", "decimal", "duration")},
    }


def _field() -> Schema:
    """Return a field with its options, of which a default and `required: true` contradict one another."""
    required = {"properties": {"required": {"const": True}}, "required": ["required", "default"]}
    return {**_one_of({"type": _ref("type"), **_domains()}, **_options()), "not": required}


def _options() -> Schema:
    return {
        "required": _says("every lead must bring it", {"type": "boolean"}),
        "default": _says("its value where a lead does not bring it", {}),
        "unit": _word(),
        "about": _word(),
    }


def _one_of(choices: Schema, **options: Schema) -> Schema:
    """Return an object with exactly one of the choices, and synonyms and options beside it."""
    synonyms = _says("other spellings, and what they stand for", _map(_word()))
    object_ = _object({**choices, "synonyms": synonyms, **options})
    return {**object_, "oneOf": [{"required": [name]} for name in choices]}


def _rule(key: str) -> Schema:
    outcome = {} if key == "then" else _word()
    needed = (key,) if key == "then" else ("rule", key)
    rule = _object(
        {
            "rule": _says("the id that decisions and cases name", _word()),
            "when": _ref("when"),
            "default": _says("for the last rule of a table", {"const": True}),
            key: outcome,
            "because": _says("the reason, in words for people", _word()),
        },
        *needed,
    )
    return {**rule, "oneOf": [{"required": ["when"]}, {"required": ["default"]}]}


def _patterns() -> Iterator[Schema]:
    """Yield the forms of a pattern."""
    stream, time = _word(), {"type": "string"}
    own: Schema = {
        "at_least": {"type": "integer", "minimum": 1, "maximum": MOST_COUNTED},
        "different": _says("a field, or contact", _word()),
        "growing": _says("a field that has an order", _word()),
        "silence": _says("nothing of the stream for so long, then this event", time),
        "sequence": _says("one after another, the last of them this event", _list(stream, least=2)),
        "times": {"type": "integer", "minimum": 2, "maximum": MOST_GROWING},
        "of": _says("the stream that is watched", stream),
        "within": _says("a window that ends now; an event exactly so old counts", time),
        "total": _says("at least so much of a field, all together", _map({})),
        "without": _says("no event of this stream between them", stream),
    }
    for form, (needed, optional) in SHAPES.items():
        keys = ("pattern", form, *needed, *optional)
        yield _object({key: own.get(key, _word()) for key in keys}, "pattern", form, *needed)


def _table(key: str) -> Schema:
    return {"anyOf": [_list({"anyOf": [_ref(f"rule-{key}"), _ref("csv")]}), _ref("csv")]}


def _destination() -> str:
    kinds = [form.removesuffix("(…)") for form in FORMS if form.endswith("(…)")]
    plain = [form for form in FORMS if not form.endswith("(…)")]
    return f"^\\s*(({'|'.join(kinds)})\\(\\s*[\\w.-]+\\s*\\)|{'|'.join(plain)})\\s*$"


def _object(properties: Schema, *required: str) -> Schema:
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "properties": properties, **needed, "additionalProperties": False}


def _map(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _list(items: Schema, *, least: int = 0) -> Schema:
    return {"type": "array", "items": items, **({"minItems": least} if least else {})}


def _word() -> Schema:
    return _ref("word")


def _text() -> Schema:
    return {"type": "string"}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _says(description: str, schema: Schema) -> Schema:
    return {"description": description, **schema}
