"""Absences, swaps and overrides as a roster's file writes them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import cast

import yaml
from attrs import frozen

from leadrouter.document import Node
from leadrouter.roster.absence import Absence
from leadrouter.roster.boundary import DAY, MIDNIGHT
from leadrouter.roster.override import Action, Add, Assign, Override, Remove, Replace
from leadrouter.roster.person import Person
from leadrouter.roster.role import Role
from leadrouter.roster.swap import Named, Swap
from leadrouter.roster.terms import Local, Terms
from leadrouter.zone import zone

_ACTIONS = ("assign", "add", "remove", "replace")


@frozen(kw_only=True)
class ChangeReader:
    """Reads what changes a rota for a while; faults go to the document. `unread` are layers that have had theirs."""

    terms: Terms
    people: Mapping[str, Person]
    roles: Mapping[str, Role]
    unread: Collection[str]
    tz: str

    def absences(self, node: Node | None) -> Iterator[Absence]:
        """Yield the absences."""
        document, terms = self.terms.document, self.terms
        for item in [] if node is None else document.items(node, "`absences`"):
            known = ("person", "dates", "start", "end", "tz", "kind")
            entries = document.entries(item, "an absence", known=known, required=("person",))
            person = terms.known(entries["person"], "person", self.people, "LR701") if "person" in entries else None
            lives_in = self.people[person].tz if person is not None else None
            stretch = self._away(item, entries, terms.zone(entries, lives_in or self.tz))
            if person is not None and stretch is not None:
                kind = document.word(entries["kind"], "`kind`") if "kind" in entries else None
                start, end = stretch
                yield Absence(person=person, start=start, end=end, kind=kind, where=document.span(item))

    def _away(self, node: Node, entries: Mapping[str, Node], tz: str) -> tuple[datetime, datetime] | None:
        """Return when somebody is absent: over inclusive local dates, or from a start to an end."""
        document, terms = self.terms.document, self.terms
        if "dates" not in entries:
            return self._stretch(node, entries, "an absence", tz)
        for key in ("start", "end"):
            if key in entries:
                document.fault("LR710", f"`{key}` stands beside `dates`", entries[key], "keep one of them")
        nodes = document.items(entries["dates"], "`dates`")
        days = [terms.day(each, "a date") for each in nodes]
        if isinstance(entries["dates"], yaml.SequenceNode) and len(days) not in (1, 2):
            document.fault(
                "LR106", "`dates` has a first and a last date", entries["dates"], "write [2026-06-02, 2026-06-05]"
            )
            return None
        first, last = (days[0], days[-1]) if days else (None, None)
        if first is None or last is None:
            return None
        if last < first:
            document.fault("LR706", f"an absence that ends on {last}, before it starts", nodes[-1], "swap the dates")
            return None
        start = terms.takes_effect(nodes[0], Local(day=first, clock=None), zone(tz))
        return start, terms.takes_effect(nodes[-1], Local(day=last + DAY, clock=None), zone(tz))

    def _stretch(self, node: Node, entries: Mapping[str, Node], what: str, tz: str) -> tuple[datetime, datetime] | None:
        """Return `[start, end)`; the end must come after the start, as both were entered."""
        document, terms = self.terms.document, self.terms
        for key in ("start", "end"):
            if key not in entries and isinstance(node, yaml.MappingNode):
                document.fault("LR105", f"{what} lacks `{key}`", node, f"add `{key}: 2026-05-05T12:00`")
        entered = [terms.local(entries[key], f"`{key}`") for key in ("start", "end") if key in entries]
        if len(entered) < 2 or entered[0] is None or entered[1] is None:
            return None
        start, end = (
            terms.takes_effect(entries[key], each, zone(tz)) if isinstance(each, Local) else cast("datetime", each)
            for key, each in zip(("start", "end"), entered, strict=True)
        )
        if end < start or (end == start and not _differ(*entered)):
            document.fault("LR706", f"{what} that ends before it starts", entries["end"], "give an end after the start")
            return None
        return start, end

    def swaps(self, node: Node | None) -> Iterator[Swap]:
        """Yield the swaps."""
        document, terms = self.terms.document, self.terms
        layers = [layer for role in self.roles.values() for layer in role.layers]
        swappable = {*self.unread, *(layer.id for layer in layers if layer.rotation is not None)}
        for item in [] if node is None else document.items(node, "`swaps`"):
            entries = document.entries(
                item, "a swap", known=("layer", "turns", "agreed_by"), required=("layer", "turns")
            )
            layer = terms.known(entries["layer"], "layer", swappable, "LR703") if "layer" in entries else None
            turns = self._turns(entries["turns"]) if "turns" in entries else None
            nodes = document.items(entries["agreed_by"], "`agreed_by`") if "agreed_by" in entries else []
            agreed = [terms.known(each, "person", self.people, "LR701") for each in nodes]
            if layer is not None and turns is not None:
                named = tuple(name for name in agreed if name is not None)
                yield Swap(layer=layer, turns=turns, agreed_by=named, where=document.span(item))

    def _turns(self, node: Node) -> tuple[Named, Named] | None:
        document = self.terms.document
        nodes = document.items(node, "`turns`")
        found = [self.terms.local(each, "a turn") for each in nodes]
        named = [Named(day=each.day, clock=each.clock) for each in found if isinstance(each, Local)]
        for each, entered in zip(nodes, found, strict=True):
            if isinstance(entered, datetime):
                document.fault("LR705", "a turn is named by local time", each, "leave the offset out")
        if isinstance(node, yaml.SequenceNode) and (len(nodes) != 2 or named[:1] == named[1:]):
            document.fault("LR106", "a swap is between two turns", node, "write [2026-03-02, 2026-03-04]")
            return None
        return (named[0], named[1]) if len(named) == 2 else None

    def overrides(self, node: Node | None) -> Iterator[Override]:
        """Yield the overrides, in the order of the file; one without an id is called by its number."""
        document, terms = self.terms.document, self.terms
        ids: set[str] = set()
        for number, item in enumerate([] if node is None else document.items(node, "`overrides`"), start=1):
            known = ("id", "role", "start", "end", "tz", *_ACTIONS, "with", "reason")
            entries = document.entries(item, "an override", known=known)
            default = next(iter(self.roles), None)
            role = terms.known(entries["role"], "role", self.roles, "LR702") if "role" in entries else default
            stretch = self._stretch(item, entries, "an override", terms.zone(entries, self.tz))
            action = self._action(item, entries)
            name = (document.word(entries["id"], "`id`") if "id" in entries else None) or str(number)
            if name in ids:
                document.fault(
                    "LR712", f"override `{name}` is given twice", entries.get("id", item), "give it another id"
                )
            ids.add(name)
            reason = document.word(entries["reason"], "`reason`") if "reason" in entries else None
            if role is not None and stretch is not None and action is not None:
                start, end = stretch
                yield Override(
                    id=name, role=role, start=start, end=end, action=action, reason=reason, where=document.span(item)
                )

    def _action(self, node: Node, entries: Mapping[str, Node]) -> Action | None:
        document = self.terms.document
        given = [key for key in _ACTIONS if key in entries]
        if len(given) != 1 or ("with" in entries) != (given == ["replace"]):
            if isinstance(node, yaml.MappingNode):
                fix = "give one of assign, add, remove, or replace and with"
                document.fault("LR711", "an override does one thing", entries.get("with", node), fix)
            return None
        if given == ["replace"]:
            one, other = (self.terms.known(entries[key], "person", self.people, "LR701") for key in ("replace", "with"))
            return None if one is None or other is None else Replace(one, other)
        nodes = document.items(entries[given[0]], f"`{given[0]}`")
        found = [self.terms.known(each, "person", self.people, "LR701") for each in nodes]
        names = tuple(dict.fromkeys(name for name in found if name is not None))
        if not nodes and given != ["assign"]:
            document.fault("LR707", f"`{given[0]}` names nobody", entries[given[0]], "name somebody, or leave it out")
            return None
        kinds: dict[str, type[Assign | Add | Remove]] = {"assign": Assign, "add": Add, "remove": Remove}
        return kinds[given[0]](names)


def _differ(one: Local | datetime | None, other: Local | datetime | None) -> bool:
    """Say whether two local times were entered in order, though a clock change lets them fall together."""
    if not isinstance(one, Local) or not isinstance(other, Local):
        return False
    return (one.day, one.clock or MIDNIGHT) < (other.day, other.clock or MIDNIGHT)
