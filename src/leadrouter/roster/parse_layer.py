"""Layers as a roster's file writes them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import time
from typing import cast, get_args

import yaml
from attrs import field, frozen

from leadrouter.document import Node, is_null
from leadrouter.roster.boundary import MIDNIGHT
from leadrouter.roster.dated import Given
from leadrouter.roster.layer import Layer, OnAbsence
from leadrouter.roster.outside import PEOPLE_BY, Outside, PeopleBy
from leadrouter.roster.person import Person
from leadrouter.roster.role import Role
from leadrouter.roster.rotation import Entry, Rotation, Unit
from leadrouter.roster.terms import Local, Terms
from leadrouter.zone import zone

UNITS: tuple[str, ...] = get_args(Unit)
ON_ABSENCE: tuple[str, ...] = get_args(OnAbsence)
_KEYS = ("id", "priority", "tz", "rotation", "plan", "ical", "people_by", "windows", "on_absence", "start", "end")
_ROTATION = ("people", "unit", "every", "at", "anchor", "first")
_SOURCES = ("rotation", "plan", "ical")


@frozen(kw_only=True)
class LayerReader:
    """Reads layers; faults go to the document. `ids` are those of all layers so far: swaps know layers by them."""

    terms: Terms
    outside: Outside
    tz: str
    people: Mapping[str, Person]
    roles: Collection[str]
    ids: set[str] = field(factory=set)

    def unread(self, roles: Mapping[str, Role]) -> set[str]:
        """Return the layers that are there and could not be read: what names them is not wrong."""
        return self.ids - {layer.id for role in roles.values() for layer in role.layers}

    def layers(self, node: Node, role: str) -> Iterator[Layer]:
        """Yield the layers of a role."""
        document = self.terms.document
        nodes = document.items(node, f"`layers` of role `{role}`")
        if not nodes and isinstance(node, yaml.SequenceNode):
            document.fault("LR707", f"role `{role}` has no layers", node, "add a layer, or `follows: …`")
        for each in nodes:
            layer = self._layer(each, role)
            if layer is not None:
                yield layer

    def _layer(self, node: Node, role: str) -> Layer | None:
        document = self.terms.document
        entries = document.entries(node, f"a layer of role `{role}`", known=_KEYS, required=("id",))
        name = document.word(entries["id"], "`id`") if "id" in entries else None
        tz = self.terms.zone(entries, self.tz)
        given = [key for key in _SOURCES if key in entries]
        if not given and isinstance(node, yaml.MappingNode):
            document.fault("LR105", "a layer lacks `rotation`", node, f"add one of {', '.join(_SOURCES)}")
        for key in given[1:]:
            document.fault("LR710", f"`{key}` stands beside `{given[0]}`", entries[key], "make it a layer of its own")
        rotation = self._rotation(entries["rotation"], tz, "windows" in entries) if "rotation" in entries else None
        start, end = (
            self.terms.instant(entries[key], f"`{key}`", tz) if key in entries else None for key in ("start", "end")
        )
        if start is not None and end is not None and end <= start:
            document.fault("LR706", "a layer that ends before it starts", entries["end"], "give an end after the start")
        if name is not None and name in self.ids:
            document.fault("LR712", f"layer `{name}` is given twice", entries["id"], "give each layer its own id")
        self.ids.add(name or "")
        layer = Layer(
            id=name or "",
            priority=self.terms.number(entries, "priority", 0, -1_000_000, 1_000_000),
            tz=tz,
            rotation=rotation,
            dated=self._dated(entries, role, tz),
            windows=self.terms.windows(entries.get("windows"), "`windows`"),
            on_absence=cast("OnAbsence", self.terms.choice(entries, "on_absence", ON_ABSENCE, "next") or "next"),
            start=start,
            end=end,
            where=document.span(entries.get("id", node)),
        )
        return None if layer.rotation is None and layer.dated is None else layer

    def _dated(self, entries: Mapping[str, Node], role: str, tz: str) -> Given | None:
        """Return what a plan or a calendar gives."""
        document = self.terms.document
        key = next((key for key in ("plan", "ical") if key in entries), None)
        if key is None:
            if "people_by" in entries:
                document.fault("LR710", "`people_by` without `ical`", entries["people_by"], "leave it out")
            return None
        if "windows" in entries:
            document.fault(
                "LR710", f"`windows` stand beside `{key}`", entries["windows"], "its duties have their times"
            )
        if key == "plan":
            return self.outside.plan(entries[key], role, self.people, self.roles)
        by = cast("PeopleBy", self.terms.choice(entries, "people_by", PEOPLE_BY, "email") or "email")
        return self.outside.calendar(entries[key], by, self.people, tz)

    def _rotation(self, node: Node, tz: str, has_windows: bool) -> Rotation | None:  # noqa: FBT001  # private
        document = self.terms.document
        entries = document.entries(node, "a rotation", known=_ROTATION, required=("people", "unit"))
        people = self._entries(entries["people"]) if "people" in entries else None
        unit = self.terms.choice(entries, "unit", UNITS, None)
        anchor = self.terms.day(entries["anchor"], "`anchor`") if "anchor" in entries else None
        at = self._at(entries["at"]) if "at" in entries else (MIDNIGHT,)
        every = self.terms.number(entries, "every", 1, 1)
        self._fits(node, entries, unit, at, has_windows=has_windows)
        first = self._first(entries["first"], people or ()) if "first" in entries else None
        if people is None or unit is None or (anchor is None and unit != "fixed"):
            return None
        if anchor is not None and unit != "slots":
            self.terms.takes_effect(entries["anchor"], Local(day=anchor, clock=at[0]), zone(tz))
        return Rotation(
            people=people,
            unit=cast("Unit", unit),
            every=every,
            at=at,
            anchor=anchor,
            first=first,
            where=document.span(entries["people"]),
        )

    def _fits(
        self, node: Node, entries: Mapping[str, Node], unit: str | None, at: tuple[time, ...], *, has_windows: bool
    ) -> None:
        """Refuse keys that mean nothing with a unit, and the lack of those that it needs."""
        document = self.terms.document
        if unit is not None and unit != "fixed" and "anchor" not in entries:
            document.fault("LR105", "a rotation lacks `anchor`", node, "add the date of turn 0: `anchor: 2026-01-12`")
        if unit == "slots" and not has_windows:
            document.fault("LR710", "slots are windows, and the layer has none", entries["unit"], "add `windows:`")
        meaningless = {"slots": ("at",), "fixed": ("every",)}.get(unit or "", ())
        for key in meaningless:
            if key in entries:
                document.fault("LR710", f"`{key}` means nothing with `unit: {unit}`", entries[key], "leave it out")
        if unit in ("hours", "fixed") and len(at) > 1:
            document.fault("LR710", f"several times with `unit: {unit}`", entries["at"], "keep one of them")

    def _at(self, node: Node) -> tuple[time, ...]:
        document = self.terms.document
        nodes = document.items(node, "`at`") if isinstance(node, yaml.SequenceNode) else [node]
        found = [self.terms.clock(each, "`at`") for each in nodes]
        clocks = [clock for clock in found if clock is not None]
        if len(set(clocks)) < len(clocks):
            document.fault("LR712", "a time is given twice in `at`", node, "keep one of them")
        return tuple(sorted(set(clocks))) or (MIDNIGHT,)

    def _entries(self, node: Node) -> tuple[Entry, ...] | None:
        """Return who takes turns: a name, a group, or nobody for each turn."""
        document = self.terms.document
        entries = tuple(self._entry(each) for each in document.items(node, "`people` of a rotation"))
        if not any(entries):
            if isinstance(node, yaml.SequenceNode) and all(map(_is_nobody, node.value)):
                document.fault("LR707", "a rotation without people", node, "list who takes turns: `people: [anna]`")
            return None
        return entries

    def _entry(self, node: Node) -> Entry:
        if is_null(node):
            return ()
        nodes = self.terms.document.items(node, "a group") if isinstance(node, yaml.SequenceNode) else [node]
        names = [self.terms.known(each, "person", self.people, "LR701") for each in nodes]
        return tuple(dict.fromkeys(name for name in names if name is not None))

    def _first(self, node: Node, people: tuple[Entry, ...]) -> int:
        """Return which entry the turn at the anchor belongs to."""
        names = [name for entry in people for name in entry]
        name = self.terms.known(node, "person of the rotation", names, "LR701")
        return next((index for index, entry in enumerate(people) if name in entry), 0)


def _is_nobody(node: Node) -> bool:
    return is_null(node) or (isinstance(node, yaml.SequenceNode) and not node.value)


def turning(node: Node | None) -> Iterator[yaml.ScalarNode]:
    """Yield the names in the rotations under `roles`, for a roster that lists no people; faults are found later."""
    for role in _values(node):
        for layer in _items(dict(_pairs(role)).get("layers")):
            rotation = dict(_pairs(layer)).get("rotation")
            for entry in _items(dict(_pairs(rotation)).get("people")):
                for name in _items(entry) or [entry]:
                    if isinstance(name, yaml.ScalarNode) and not is_null(name):
                        yield name


def _pairs(node: Node | None) -> list[tuple[str, Node]]:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return [(key.value, value) for key, value in pairs if isinstance(key, yaml.ScalarNode)]


def _values(node: Node | None) -> list[Node]:
    return [value for _, value in _pairs(node)]


def _items(node: Node | None) -> list[Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []
