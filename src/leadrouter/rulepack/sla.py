"""Targets for how soon a lead is accepted and how soon its client is reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Literal, TypeAlias, get_args

import yaml
from attrs import field, frozen

from leadrouter import vocabulary as v
from leadrouter.destination import Deputy, Destination, Hold, Owner, parse_destination
from leadrouter.document import Document, Node, is_null
from leadrouter.errors import did_you_mean
from leadrouter.facts import read_value
from leadrouter.readonly import read_only
from leadrouter.refusal import Refusal
from leadrouter.span import Span
from leadrouter.spelling import write_duration

Measured: TypeAlias = Literal["acceptance", "first_contact"]

MEASURED: tuple[Measured, ...] = get_args(Measured)
"""What has targets: from the first offer to the first acceptance; from the arrival to the first contact."""

ESCALATIONS = ("department(…)", "head(…)", "person(…)", "on_duty(…)", "pool(…)", "inbound")
"""Who can be told of a target that was missed."""

_TARGET = ("within", "hours", "remind", "escalate")
_NOTHING: timedelta = timedelta()


@frozen(kw_only=True)
class Escalation:
    """Who is told when a target is missed, so much business time `after` it fell due."""

    after: timedelta
    to: Destination
    where: Span | None = field(default=None, eq=False, repr=False)


@frozen(kw_only=True)
class Target:
    """How much business time something may take.

    `hours` names business hours of the organisation; None for those of the department of whoever is
    accountable. `remind` are the times before it falls due at which that person is reminded, the
    earliest reminder first. `escalate` tells others afterwards, in order.
    """

    within: timedelta
    hours: str | None = None
    remind: tuple[timedelta, ...] = ()
    escalate: tuple[Escalation, ...] = ()
    where: Span | None = field(default=None, eq=False, repr=False)


@frozen
class Sla:
    """The targets of a pack: for all leads, and what classes have instead."""

    targets: Mapping[str, Target] = field(factory=dict, converter=read_only, hash=False)
    classes: Mapping[str, Mapping[str, Target]] = field(factory=dict, converter=read_only, hash=False)

    def target(self, measured: Measured, lead_class: str) -> Target | None:
        """Return the target for leads of a class; None where there is none."""
        return self.classes.get(lead_class, {}).get(measured, self.targets.get(measured))

    def all(self) -> Iterator[tuple[str, Target]]:
        """Yield each target with its place."""
        yield from ((f"sla.{name}", target) for name, target in self.targets.items())
        for lead_class, targets in self.classes.items():
            yield from ((f"sla.classes.{lead_class}.{name}", target) for name, target in targets.items())


def read_sla(document: Document, node: Node, classes: tuple[str, ...]) -> Sla:
    """Read the section `sla` of a pack with these classes; faults go to the document."""
    entries = document.entries(node, "`sla`", known=("hours", *MEASURED, "classes"))
    hours = document.word(entries["hours"], "`hours`") if "hours" in entries else None
    own: dict[str, dict[str, Target]] = {}
    for key, value in document.pairs(entries["classes"], "`classes`") if "classes" in entries else ():
        if key.value not in classes:
            document.fault("LR307", f"unknown class `{key.value}`", key, did_you_mean(key.value, classes))
        what = f"the targets of `{key.value}`"
        own[key.value] = dict(_targets(document, document.entries(value, what, known=MEASURED), hours))
    return Sla(dict(_targets(document, entries, hours)), own)


def _targets(document: Document, entries: Mapping[str, Node], hours: str | None) -> Iterator[tuple[str, Target]]:
    for name in MEASURED:
        target = _target(document, entries[name], name, hours) if name in entries else None
        if target is not None:
            yield name, target


def _target(document: Document, node: Node, name: str, hours: str | None) -> Target | None:
    """Read a target: a duration, or a mapping with more."""
    if not isinstance(node, yaml.MappingNode):
        within = _duration(document, node, name, least=1)
        return None if within is None else Target(within=within, hours=hours, where=document.span(node))
    entries = document.entries(node, f"`{name}`", known=_TARGET, required=("within",))
    within = _duration(document, entries["within"], "within", least=1) if "within" in entries else None
    if "hours" in entries:
        hours = None if is_null(entries["hours"]) else document.word(entries["hours"], "`hours`")
    remind = tuple(_reminders(document, entries["remind"], within)) if "remind" in entries else ()
    escalate = tuple(_escalations(document, entries["escalate"])) if "escalate" in entries else ()
    where = document.span(node)
    return None if within is None else Target(within=within, hours=hours, remind=remind, escalate=escalate, where=where)


def _reminders(document: Document, node: Node, within: timedelta | None) -> Iterator[timedelta]:
    """Yield how long before the target each reminder comes."""
    before = within
    for item in document.items(node, "`remind`"):
        each = _duration(document, item, "remind", least=1)
        if each is not None and before is not None and each >= before:
            message = f"a reminder {write_duration(each)} before the target comes too early or out of order"
            fix = f"less than {write_duration(before)}, the earliest reminder first"
            document.fault("LR854", message, item, fix)
        elif each is not None:
            before = None if within is None else each
            yield each


def _escalations(document: Document, node: Node) -> Iterator[Escalation]:
    last = None
    for item in document.items(node, "`escalate`"):
        entries = document.entries(item, "a step of `escalate`", known=("after", "to"), required=("to",))
        after = _duration(document, entries["after"], "after", least=0) if "after" in entries else _NOTHING
        text = document.word(entries["to"], "`to`") if "to" in entries else None
        to = None if text is None else parse_destination(text)
        if text is not None and (to is None or isinstance(to, Owner | Deputy | Hold)):
            fix = f"one of {', '.join(ESCALATIONS)}"
            document.fault("LR853", f"nobody can be told by `{text}`", entries["to"], fix)
            continue
        if after is not None and last is not None and after <= last:
            message = f"escalation after {write_duration(after)} does not come after the one before it"
            document.fault("LR854", message, item, f"more than {write_duration(last)}")
        if after is not None and to is not None:
            last = after
            yield Escalation(after=after, to=to, where=document.span(entries["to"]))


def _duration(document: Document, node: Node, what: str, *, least: int) -> timedelta | None:
    try:
        value = read_value(v.Duration(least=timedelta(seconds=least), most=_LONGEST), document.data(node))
    except Refusal as refusal:
        document.fault("LR304", f"`{what}`: {refusal}", node, refusal.fix)
        return None
    if value is None:
        document.fault("LR304", f"`{what}` is empty", node, "write it as 90s, 30m, 2h, 1d 12h or 2w")
    duration: timedelta | None = value
    return duration


_LONGEST = timedelta(days=366)


def write_sla(sla: Sla) -> dict[str, Any]:
    """Return the section as it is written: each target with everything that holds for it."""
    held: dict[str, Any] = {name: _written(target) for name, target in sla.targets.items()}
    if sla.classes:
        held["classes"] = {
            lead_class: {name: _written(target) for name, target in targets.items()}
            for lead_class, targets in sorted(sla.classes.items())
        }
    return held


def _written(target: Target) -> dict[str, Any]:
    escalate = [{"after": write_duration(each.after), "to": str(each.to)} for each in target.escalate]
    held: dict[str, Any] = {
        "within": write_duration(target.within),
        "hours": target.hours,
        "remind": [write_duration(each) for each in target.remind],
        "escalate": escalate,
    }
    return {key: value for key, value in held.items() if value}
