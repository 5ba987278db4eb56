"""The steps of routes as they are written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any

from leadrouter import vocabulary as v
from leadrouter.destination import FORMS, Head, Hold, Inbound, Person, parse_destination
from leadrouter.document import Document, Node
from leadrouter.errors import did_you_mean
from leadrouter.facts import read_value
from leadrouter.refusal import Refusal
from leadrouter.rulepack.route import Needs, Step
from leadrouter.spelling import write_duration

_KEYS = ("to", "strategy", "offer", "until", "needs", "priority", "offers")
_NEEDS = ("skill", "level", "skills", "language", "territory")
_SHORTEST = v.Duration(least=timedelta(seconds=1))


def read_steps(
    document: Document, node: Node, route: str, types: Mapping[str, v.Type], refused: Collection[str]
) -> Iterator[Step]:
    """Yield the steps of a route; faults go to the document.

    What a step needs names facts of these types; those that were `refused` have had their fault.
    """
    items = document.items(node, f"route `{route}`", fix="list its steps: [{to: head(…)}]")
    latest = timedelta()
    for item in items:
        is_last = item is items[-1]
        what = f"a step of route `{route}`"
        entries = document.entries(item, what, known=_KEYS, required=("to",))
        step = _step(document, entries)
        if "needs" in entries and step is not None:
            _check_fields(document, entries["needs"], step.needs.fields - {*refused}, types)
        until = entries.get("until")
        if until is not None and step is not None and step.until is not None:
            if is_last:
                message = f"route `{route}` can run out: its last step has a limit"
                document.fault("LR802", message, until, "leave `until` out of the last step")
            elif step.until <= latest:
                message = f"a step of route `{route}` ends no later than the one before it"
                document.fault(
                    "LR803", message, until, f"measured from the arrival, more than {write_duration(latest)}"
                )
            latest = max(latest, step.until)
        if is_last and step is not None and not isinstance(step.to, Head | Person | Hold | Inbound):
            message = f"route `{route}` can run out: nobody is accountable for its last step `{step.to}`"
            document.fault("LR314", message, entries["to"], "end it with head(…), person(…) or hold")
        if step is not None:
            yield step


def _step(document: Document, entries: Mapping[str, Node]) -> Step | None:
    text = document.word(entries["to"], "`to`") if "to" in entries else None
    destination = None if text is None else parse_destination(text)
    if text is not None and destination is None:
        document.fault("LR309", f"`{text}` is no destination", entries["to"], f"one of {', '.join(FORMS)}")
    rest = {
        "strategy": document.word(entries["strategy"], "`strategy`") if "strategy" in entries else None,
        "offer": _value(document, entries, "offer", _SHORTEST),
        "until": _value(document, entries, "until", _SHORTEST),
        "needs": _needs(document, entries["needs"]) if "needs" in entries else Needs(),
        "priority": _value(document, entries, "priority", v.Int()) or 0,
        "offers": _value(document, entries, "offers", v.Int(least=1)) or 1,
    }
    return None if destination is None else Step(to=destination, where=document.span(entries["to"]), **rest)


def _needs(document: Document, node: Node) -> Needs:
    entries = document.entries(node, "`needs`", known=_NEEDS)
    named = [key for key in ("skill", "language", "territory") if key in entries]
    skills = document.pairs(entries["skills"], "`skills`") if "skills" in entries else []
    levels = {key.value: _value(document, {"level": level}, "level", v.Int(least=1)) for key, level in skills}
    return Needs(
        level=_value(document, entries, "level", v.Int(least=1)) or 1,
        skills={skill: level for skill, level in levels.items() if level is not None},
        **{key: document.word(entries[key], f"`{key}`") for key in named},
    )


def _check_fields(document: Document, node: Node, names: Collection[str], types: Mapping[str, v.Type]) -> None:
    for name in sorted(names):
        if not isinstance(types.get(name), v.Enum | v.EnumSet):
            fields = [each for each, type_ in types.items() if isinstance(type_, v.Enum | v.EnumSet)]
            message = f"`needs` names `{name}`, which is no enumeration or set of the pack"
            document.fault("LR809", message, node, did_you_mean(name, fields))


def _value(document: Document, entries: Mapping[str, Node], key: str, type_: v.Type) -> Any:
    """Return the value of a key, read as facts are; None where there is none, or it was refused."""
    if key not in entries:
        return None
    try:
        return read_value(type_, document.data(entries[key]))
    except Refusal as refusal:
        document.fault("LR304", f"`{key}`: {refusal}", entries[key], refusal.fix)
        return None


def write_step(step: Step) -> dict[str, object]:
    """Return what a step says beside its destination, as it is written, without what it leaves out."""
    needs = step.needs
    asked: dict[str, object] = {
        "skill": needs.skill,
        "level": needs.level if needs.level != 1 else None,
        "skills": dict(sorted(needs.skills.items())),
        "language": needs.language,
        "territory": needs.territory,
    }
    held: dict[str, object] = {
        "strategy": step.strategy,
        "offer": None if step.offer is None else write_duration(step.offer),
        "until": None if step.until is None else write_duration(step.until),
        "needs": {key: value for key, value in asked.items() if value},
        "priority": step.priority,
        "offers": step.offers if step.offers != 1 else None,
    }
    return {key: value for key, value in held.items() if value}
