"""Roles as a roster's file writes them."""

from __future__ import annotations

from collections.abc import Mapping

import yaml
from attrs import evolve, frozen

from leadrouter.document import Node
from leadrouter.roster.parse_layer import LayerReader
from leadrouter.roster.person import Person
from leadrouter.roster.role import Follows, Role
from leadrouter.roster.terms import Terms

_KEYS = ("min", "needed", "fallback", "layers", "follows", "layer", "offset")


@frozen
class RoleReader:
    """Reads roles, and holds those that follow others against them; faults go to the document."""

    terms: Terms
    layers: LayerReader
    people: Mapping[str, Person]

    def roles(self, node: Node) -> dict[str, Role]:
        """Return the roles in the order of the file."""
        document = self.terms.document
        pairs = document.pairs(node, "`roles`")
        if isinstance(node, yaml.MappingNode) and not pairs:
            document.fault("LR707", "a roster without roles", node, "add `duty: {layers: […]}`")
        entries = {key.value: document.entries(value, f"role `{key.value}`", known=_KEYS) for key, value in pairs}
        found = {key.value: self._role(key, value, entries[key.value]) for key, value in pairs}
        lost = self._circular(found, entries)
        for name, role in found.items():
            if role.follows is not None and name not in lost:
                found[name] = self._following(role, role.follows, found, entries[name])
        return found

    def _role(self, key: Node, node: Node, entries: Mapping[str, Node]) -> Role:
        document, terms = self.terms.document, self.terms
        name = str(key.value)
        given = [each for each in ("layers", "follows") if each in entries]
        if not given and isinstance(node, yaml.MappingNode):
            document.fault("LR105", f"role `{name}` lacks `layers`", node, "add `layers:`, or `follows:` another role")
        if len(given) == 2:
            document.fault("LR710", "`follows` stands beside `layers`", entries["follows"], "keep one of them")
        for each in ("layer", "offset"):
            if each in entries and "follows" not in entries:
                document.fault("LR710", f"`{each}` without `follows`", entries[each], "leave it out")
        known = ("person", self.people, "LR701")
        return Role(
            id=name,
            min=terms.number(entries, "min", 0, 0),
            fallback=terms.known(entries["fallback"], *known) if "fallback" in entries else None,
            layers=tuple(self.layers.layers(entries["layers"], name)) if "layers" in entries else (),
            follows=self._follows(entries) if "follows" in entries else None,
            needed=terms.windows(entries.get("needed"), "`needed`"),
            where=document.span(key),
        )

    def _follows(self, entries: Mapping[str, Node]) -> Follows | None:
        document = self.terms.document
        role = document.word(entries["follows"], "`follows`")
        layer = document.word(entries["layer"], "`layer`") if "layer" in entries else None
        offset = self.terms.number(entries, "offset", 1, 1)
        return None if role is None else Follows(role=role, layer=layer or "", offset=offset)

    def _circular(self, roles: Mapping[str, Role], entries: Mapping[str, Mapping[str, Node]]) -> set[str]:
        """Refuse roles that follow each other round; return all that lead there or to no role at all."""
        lost: set[str] = set()
        told: set[str] = set()
        for name in roles:
            chain = [name]
            while (follows := roles[chain[-1]].follows) is not None and follows.role in roles:
                if follows.role in chain:
                    circle = chain[chain.index(follows.role) :]
                    lost.update(chain)
                    if not told & set(circle):
                        around = " → ".join([*circle, circle[0]])
                        fix = "let one of them have layers"
                        self.terms.document.fault(
                            "LR709",
                            f"roles follow each other in a circle: {around}",
                            entries[chain[-1]]["follows"],
                            fix,
                        )
                    told.update(circle)
                    break
                chain.append(follows.role)
        return lost

    def _following(self, role: Role, follows: Follows, roles: Mapping[str, Role], entries: Mapping[str, Node]) -> Role:
        """Hold a backup against the role that it follows in the end; where that has one rotation, it is the layer."""
        document = self.terms.document
        if self.terms.known(entries["follows"], "role", roles, "LR702") is None:
            return role
        root = roles[follows.role]
        while root.follows is not None:
            if root.follows.role not in roles:
                return role
            root = roles[root.follows.role]
        rotating = [layer.id for layer in root.layers if layer.rotation is not None]
        if "layer" in entries:
            self.terms.known(entries["layer"], "layer", {*rotating, *self.layers.unread(roles)}, "LR703")
        elif len(rotating) == 1:
            return evolve(role, follows=evolve(follows, layer=rotating[0]))
        elif root.layers:
            message = f"role `{role.id}` must say which layer of `{root.id}` it follows"
            document.fault(
                "LR703", message, entries["follows"], f"add `layer:`, one of {', '.join(rotating) or 'none'}"
            )
        return role
