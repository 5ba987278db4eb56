"""From the text of a roster to one version of it; everything that is wrong, at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import yaml
from attrs import evolve, frozen

from leadrouter.document import Node, is_null, visible
from leadrouter.errors import Fault
from leadrouter.roster.outside import Outside
from leadrouter.roster.parse_changes import ChangeReader
from leadrouter.roster.parse_layer import LayerReader, turning
from leadrouter.roster.parse_role import RoleReader
from leadrouter.roster.person import Person
from leadrouter.roster.terms import Terms
from leadrouter.roster.version import Limits, Version
from leadrouter.roster.workdays import Workdays

_KEYS = (
    "roster",
    "version",
    "effective",
    "previous",
    "tz",
    "workdays",
    "limits",
    "people",
    "roles",
    "absences",
    "swaps",
    "overrides",
)


def read_version(outside: Outside) -> tuple[Version | None, Node | None]:
    """Read one version, and the node that names the file before it; faults go to the document."""
    document = outside.document
    if document.root is None:
        if not document.faults:
            where, fix = document.source.name, "begin with `roster:`"
            document.faults.append(Fault(code="LR105", message="the file is empty", where=where, fix=fix))
        return None, None
    entries = document.entries(document.root, "the roster", known=_KEYS, required=("roster", "roles"))
    return _Reading(Terms(document), outside).version(entries), entries.get("previous")


@frozen
class _Reading:
    """One file being read; faults go to the document, warnings to `terms`."""

    terms: Terms
    outside: Outside

    def version(self, entries: Mapping[str, Node]) -> Version:
        document, terms = self.terms.document, self.terms
        tz = terms.zone(entries, "UTC")
        people = self.people(entries)
        layers = LayerReader(
            terms=terms,
            outside=self.outside,
            tz=tz,
            people=people,
            roles=[key for key, _ in _named(entries.get("roles"))],
        )
        roles = RoleReader(terms, layers, people).roles(entries["roles"]) if "roles" in entries else {}
        changes = ChangeReader(terms=terms, people=people, roles=roles, unread=layers.unread(roles), tz=tz)
        name = document.word(entries["roster"], "`roster`") if "roster" in entries else None
        version = Version(
            name=name or "",
            number=terms.number(entries, "version", 1, 0, 1_000_000_000),
            tz=tz,
            workdays=self.workdays(entries["workdays"]) if "workdays" in entries else Workdays(),
            people=people,
            roles=roles,
            absences=tuple(changes.absences(entries.get("absences"))),
            swaps=tuple(changes.swaps(entries.get("swaps"))),
            overrides=tuple(changes.overrides(entries.get("overrides"))),
            limits=self.limits(entries["limits"]) if "limits" in entries else Limits(),
            effective=terms.instant(entries["effective"], "`effective`", tz) if "effective" in entries else None,
            where=document.span(entries["version"]) if "version" in entries else None,
        )
        return evolve(version, warnings=tuple(sorted(terms.warnings, key=lambda fault: fault.start)))

    def people(self, entries: Mapping[str, Node]) -> dict[str, Person]:
        """Return who there is: those under `people`, or whoever stands in a rotation."""
        document = self.terms.document
        if "people" not in entries:
            named: dict[str, yaml.ScalarNode] = {}
            for node in turning(entries.get("roles")):
                named.setdefault(node.value, node)
            self.require_ids(named.values())
            return {name: Person(id=name) for name in named}
        people: dict[str, Person] = {}
        if isinstance(entries["people"], yaml.SequenceNode):  # what is wrong is the list, not the names in it
            names = [each.value for each in entries["people"].value if isinstance(each, yaml.ScalarNode)]
            people = {name: Person(id=name) for name in names}
        pairs = document.pairs(entries["people"], "`people`")
        self.require_ids(key for key, _ in pairs)
        for key, value in pairs:
            what = f"person `{key.value}`"
            given = {} if is_null(value) else document.entries(value, what, known=("tz", "name", "email", "skills"))
            people[key.value] = Person(
                id=key.value,
                tz=self.terms.zone(given, "") or None,
                name=document.word(given["name"], "`name`") if "name" in given else None,
                email=document.word(given["email"], "`email`") if "email" in given else None,
                skills=document.words(given["skills"], "`skills`") if "skills" in given else (),
            )
        return people

    def require_ids(self, nodes: Iterable[yaml.ScalarNode]) -> None:
        """Refuse ids that a line of a plan, of a calendar or of a report cannot hold."""
        for node in nodes:
            if not node.value or not node.value.isprintable():
                message = f"`{visible(node.value)}` cannot be somebody's id"
                self.terms.document.fault("LR719", message, node, "give letters, digits and signs that can be seen")

    def limits(self, node: Node) -> Limits:
        document = self.terms.document
        entries = document.entries(node, "`limits`", known=("rest", "consecutive_days"))
        return Limits(
            rest=self.terms.number(entries, "rest", 1, 1) if "rest" in entries else None,
            consecutive_days=self.terms.number(entries, "consecutive_days", 1, 1)
            if "consecutive_days" in entries
            else None,
            where=document.span(node),
        )

    def workdays(self, node: Node) -> Workdays:
        document = self.terms.document
        known = ("country", "subdiv", "days_off", "extra_days_off", "extra_workdays")
        entries = document.entries(node, "`workdays`", known=known)
        found = self.outside.workdays(entries["country"], entries.get("subdiv")) if "country" in entries else None
        days_off = self.dates(entries.get("days_off")) | self.dates(entries.get("extra_days_off"))
        extra = self.dates(entries.get("extra_workdays"))
        for day in sorted(days_off & extra):
            fix = "keep it in one of the lists"
            document.fault("LR717", f"{day} is a day off and a working day", entries["extra_workdays"], fix)
        if "subdiv" in entries and "country" not in entries:
            document.fault("LR710", "`subdiv` without `country`", entries["subdiv"], "add `country:`")
        return (found or Workdays()).corrected(days_off, extra)

    def dates(self, node: Node | None) -> frozenset[date]:
        nodes = [] if node is None else self.terms.document.items(node, "a list of dates")
        days = [self.terms.day(each, "a date") for each in nodes]
        return frozenset(day for day in days if day is not None)


def _named(node: Node | None) -> list[tuple[str, Node]]:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return [(key.value, value) for key, value in pairs if isinstance(key, yaml.ScalarNode)]
