"""From the text of an organisation to its parts, held against one another."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, cast

import yaml
from attrs import field, frozen

from leadrouter import vocabulary as v
from leadrouter.document import Document, Node
from leadrouter.errors import Fault, did_you_mean
from leadrouter.hours import Hours, read_hours
from leadrouter.span import Span
from leadrouter.staff import KINDS, STAFFINGS, Breaker, Department, InboundFlow, Kind, Pool, Salesperson, Sharing
from leadrouter.staff_parse import SHARING_KEYS, StaffReader
from leadrouter.zone import zone

SMALLEST_ACTIVE_SALES = 6
"""People that an active-sales department needs, its head not counted (the sales conveyor's norm)."""

_KEYS = (
    "organisation", "staffing", "inbound", "departments", "people", "pools", "duty", "tz", "country", "hours",
    "holidays", "sharing", "director", "size", "breaker",
)  # fmt: skip
_COUNTRY = re.compile("[A-Z]{2}")
_DEPARTMENT_KEYS = ("kind", "head", "people", "hours", "capacity", "portfolio", *SHARING_KEYS)
_POOL_KEYS = ("departments", "skills", "languages", "territories", "min_rank", *SHARING_KEYS)


def read_organisation(document: Document) -> dict[str, Any] | None:
    """Return what `Organisation` is made of, or None where there is nothing; faults go to the document."""
    root = document.root
    if root is None:
        if not document.faults:
            where, fix = document.source.name, "begin with `organisation:`"
            document.faults.append(Fault(code="LR105", message="the file is empty", where=where, fix=fix))
        return None
    required = ("organisation", "staffing", "departments", "people")
    entries = document.entries(root, "the organisation", known=_KEYS, required=required)
    return _Reading(document, StaffReader(document), entries).parts()


@frozen
class _Reading:
    """One organisation being read; faults go to the document."""

    document: Document
    staff: StaffReader
    entries: Mapping[str, Node] = field(repr=False)

    def parts(self) -> dict[str, Any]:
        entries = self.entries
        people = dict(self.people(entries["people"])) if "people" in entries else {}
        hours = dict(self.hours(entries["hours"])) if "hours" in entries else {}
        sharing = self.sharing()
        departments = dict(self.departments(people, hours, sharing)) if "departments" in entries else {}
        pools = dict(self.pools(departments, sharing)) if "pools" in entries else {}
        duty = dict(self.duty(entries["duty"], people)) if "duty" in entries else {}
        staffing = self.staff.choice(entries.get("staffing"), "staffing", STAFFINGS)
        inbound = self.inbound(entries.get("inbound"), departments, duty)
        self.staffed(entries.get("staffing"), staffing, inbound, departments)
        return {
            "name": self.staff.word(entries, "organisation") or "",
            "staffing": staffing or "department",
            "inbound": inbound,
            "departments": departments,
            "people": people,
            "pools": pools,
            "duty": duty,
            "tz": self.zone(),
            "country": self.country(),
            "hours": hours,
            "holidays": frozenset(self.holidays()),
            "sharing": sharing,
            "director": self.known(entries.get("director"), "director", people),
            "size": self.staff.word(entries, "size"),
            "breaker": self.breaker(),
            "warnings": tuple(self.warnings(entries.get("departments"), departments)),
            "places": dict(_places(self.document, self.document.root)),
        }

    def people(self, node: Node) -> Iterator[tuple[str, Salesperson]]:
        pairs = self.document.pairs(node, "`people`")
        people = {key.value: self.staff.person(key.value, value) for key, value in pairs}
        for key, value in pairs:
            deputy = people[key.value].deputy
            if deputy is not None and (deputy not in people or deputy == key.value):
                place = next(each for name, each in value.value if name.value == "deputy")
                what = "nobody is their own deputy" if deputy == key.value else f"unknown deputy `{deputy}`"
                self.document.fault("LR502", what, place, did_you_mean(deputy, people.keys() - {key.value}))
        yield from people.items()

    def hours(self, node: Node) -> Iterator[tuple[str, Hours]]:
        yield from ((hours.name, hours) for _, hours in read_hours(self.document, node))

    def holidays(self) -> Iterator[date]:
        for node in self.document.items(self.entries["holidays"], "`holidays`") if "holidays" in self.entries else ():
            day = self.staff.value({"holidays": node}, "holidays", v.Date())
            if day is not None:
                yield day

    def country(self) -> str:
        country = self.staff.word(self.entries, "country") or "RU"
        if not _COUNTRY.fullmatch(country):
            message, fix = f"`{country}` is no country", "write its two letters (ISO 3166), such as RU"
            self.document.fault("LR106", message, self.entries["country"], fix)
        return country

    def zone(self) -> str:
        name = self.staff.word(self.entries, "tz") or "UTC"
        try:
            zone(name)
        except KeyError:
            fix = "use an IANA name, such as Europe/Moscow"
            self.document.fault("LR106", f"unknown zone `{name}`", self.entries["tz"], fix)
        return name

    def sharing(self) -> Sharing:
        node = self.entries.get("sharing")
        given = {} if node is None else self.document.entries(node, "`sharing`", known=SHARING_KEYS)
        return self.staff.sharing(given, Sharing())

    def breaker(self) -> Breaker:
        node = self.entries.get("breaker")
        given = {} if node is None else self.document.entries(node, "`breaker`", known=("expiries", "within"))
        plain = Breaker()
        return Breaker(
            self.staff.number(given, "expiries") or plain.expiries,
            self.staff.value(given, "within", v.Duration(least=timedelta(seconds=1))) or plain.within,
        )

    def departments(
        self, people: Mapping[str, Salesperson], hours: Collection[str], sharing: Sharing
    ) -> Iterator[tuple[str, Department]]:
        member_of: dict[str, str] = {}
        for key, value in self.document.pairs(self.entries["departments"], "`departments`"):
            what = f"department `{key.value}`"
            entries = self.document.entries(value, what, known=_DEPARTMENT_KEYS, required=("kind",))
            kind = self.staff.choice(entries.get("kind"), "kind", KINDS)
            head = self.known(entries.get("head"), "head", people)
            members = self.members(entries.get("people"), what, people)
            for each in members:
                if member_of.setdefault(each, key.value) != key.value:
                    self.document.fault(
                        "LR504",
                        f"`{each}` is in {what} and in `{member_of[each]}`",
                        entries["people"],
                        "a person belongs to one department",
                    )
            yield (
                key.value,
                Department(
                    id=key.value,
                    kind=cast("Kind", kind or "other"),
                    head=head,
                    people=members,
                    hours=self.known(entries.get("hours"), "hours", hours),
                    capacity=self.staff.number(entries, "capacity"),
                    portfolio=self.staff.norms(entries.get("portfolio")),
                    sharing=self.staff.sharing(entries, sharing),
                ),
            )

    def pools(self, departments: Mapping[str, Department], sharing: Sharing) -> Iterator[tuple[str, Pool]]:
        for key, value in self.document.pairs(self.entries["pools"], "`pools`"):
            what = f"pool `{key.value}`"
            entries = self.document.entries(value, what, known=_POOL_KEYS)
            listed = self.document.items(entries["departments"], "`departments`") if "departments" in entries else []
            names = [self.known(each, "department", departments) for each in listed]
            yield (
                key.value,
                Pool(
                    id=key.value,
                    departments=tuple(name for name in names if name is not None),
                    skills=self.staff.skills(entries.get("skills")),
                    languages=self.staff.words(entries.get("languages"), "`languages`"),
                    territories=self.staff.words(entries.get("territories"), "`territories`"),
                    min_rank=self.staff.number(entries, "min_rank", least=None),
                    sharing=self.staff.sharing(entries, sharing),
                ),
            )

    def known(self, node: Node | None, what: str, known: Collection[str]) -> str | None:
        """Return a name; one that nobody has is a fault."""
        name = None if node is None else self.document.word(node, f"`{what}`")
        if node is not None and name is not None and name not in known:
            self.document.fault("LR502", f"unknown {what} `{name}`", node, did_you_mean(name, known))
        return name

    def members(self, node: Node | None, what: str, people: Mapping[str, Salesperson]) -> tuple[str, ...]:
        nodes = [] if node is None else self.document.items(node, f"`people` of {what}")
        found = [self.known(each, "person", people) for each in nodes]
        names = tuple(name for name in found if name is not None)
        for each, name in zip(nodes, found, strict=True):
            if name is not None and names.count(name) > 1 and nodes[found.index(name)] is not each:
                self.document.fault("LR503", f"`{name}` is listed twice in {what}", each, "keep one of them")
        return tuple(dict.fromkeys(names))

    def duty(self, node: Node, people: Mapping[str, Salesperson]) -> Iterator[tuple[str, tuple[str, ...]]]:
        for key, value in self.document.pairs(node, "`duty`"):
            members = self.members(value, f"duty role `{key.value}`", people)
            if not members:
                self.document.fault(
                    "LR506", f"nobody is listed for duty role `{key.value}`", value, "list at least one person"
                )
            yield key.value, members

    def inbound(
        self, node: Node | None, departments: Mapping[str, Department], duty: Mapping[str, tuple[str, ...]]
    ) -> InboundFlow:
        given = {} if node is None else self.document.entries(node, "`inbound`", known=("department", "head", "duty"))
        known = {"department": departments, "head": departments, "duty": duty}
        found = {key: self.document.word(value, f"`{key}`") for key, value in given.items()}
        for key, name in found.items():
            if key == "duty" and not duty:
                continue  # a roster has the roles, against which the router holds it
            if name is not None and name not in known[key]:
                what = "duty role" if key == "duty" else "department"
                self.document.fault("LR505", f"unknown {what} `{name}`", given[key], did_you_mean(name, known[key]))
        own = [each.id for each in departments.values() if each.kind == "inbound"]
        only = own[0] if len(own) == 1 else None
        return InboundFlow(
            department=found.get("department", only),
            head=found.get("head", only),
            duty=found.get("duty", next(iter(duty), None)),
        )

    def staffed(
        self, node: Node | None, staffing: str | None, inbound: InboundFlow, departments: Mapping[str, Department]
    ) -> None:
        """Refuse a staffing that reaches nobody."""
        if node is None or staffing is None or self.document.faults:
            return
        target = {"department": inbound.department, "head": inbound.head, "duty": inbound.duty}[staffing]
        department = departments.get(target or "")
        reached = {
            "department": department is not None and bool(department.people),
            "head": department is not None and department.head is not None,
            "duty": target is not None,
        }[staffing]
        if not reached:
            fix = f"say which under `inbound: {{{staffing}: …}}`" if target is None else f"give `{target}` somebody"
            self.document.fault("LR507", f"staffing `{staffing}` reaches nobody", node, fix)

    def warnings(self, node: Node | None, departments: Mapping[str, Department]) -> Iterator[Fault]:
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        places = {key.value: key for key, _ in pairs if isinstance(key, yaml.ScalarNode)}
        for each in departments.values():
            if each.kind == "active_sales":
                where = self.document.span(places[each.id])
                what = f"active-sales department `{each.id}`"
                if len(each.people) < SMALLEST_ACTIVE_SALES:
                    message = f"{what} has {len(each.people)} of the {SMALLEST_ACTIVE_SALES} people that it needs"
                    yield Fault(code="LR510", message=message, where=where, fix="join it with another department")
                if each.head is None:
                    yield Fault(code="LR511", message=f"{what} has no head", where=where, fix="name a `head`")


def _places(
    document: Document, node: Node | None, above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Span]]:
    """Yield where each entry stands, by the keys that lead to it."""
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        path = (*above, str(key.value))
        yield path, Span(document.source, document.span(key).start, document.span(value).end)
        yield from _places(document, value, path)
