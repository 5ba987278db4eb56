"""Departments, heads, salespeople and how the inbound flow is staffed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias, assert_never, cast, get_args

import yaml
from attrs import asdict, evolve, field, frozen

from leadrouter.destination import Department as ToDepartment
from leadrouter.destination import Destination, Head, Inbound, OnDuty, Person
from leadrouter.document import Document, Node, is_null, visible
from leadrouter.errors import Fault, OrganisationError, did_you_mean
from leadrouter.readonly import read_only

Staffing: TypeAlias = Literal["department", "head", "duty"]
Kind: TypeAlias = Literal["active_sales", "inbound", "client", "vip", "interregional", "other"]

STAFFINGS: tuple[str, ...] = get_args(Staffing)
KINDS: tuple[str, ...] = get_args(Kind)
Settled: TypeAlias = ToDepartment | Head | Person | OnDuty
"""A destination that does not depend on the staffing any more."""

SMALLEST_ACTIVE_SALES = 6
"""People that an active-sales department needs, its head not counted (the sales conveyor's norm)."""


@frozen(kw_only=True)
class Salesperson:
    """Somebody who can be given a lead. `rank` is higher for the more qualified; skills have levels."""

    id: str
    rank: int = 0
    skills: Mapping[str, int] = field(factory=dict, converter=read_only, hash=False)
    languages: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()


@frozen(kw_only=True)
class Department:
    """A department: its kind, its head and its people by id, in the order of the file."""

    id: str
    kind: Kind
    head: str | None = None
    people: tuple[str, ...] = ()


@frozen(kw_only=True)
class InboundFlow:
    """What each staffing means here: the department, the department whose head, the duty role."""

    department: str | None = None
    head: str | None = None
    duty: str | None = None


@frozen(kw_only=True)
class Organisation:
    """Who there is to give leads to.

    `staffing` is the one setting that switches the whole inbound flow. `duty` holds the people of each
    duty role: a fixed list, or whoever takes turns by a roster. `warnings` are what is allowed and still worth knowing.
    """

    name: str
    staffing: Staffing
    inbound: InboundFlow
    departments: Mapping[str, Department] = field(converter=read_only, hash=False)
    people: Mapping[str, Salesperson] = field(converter=read_only, hash=False)
    duty: Mapping[str, tuple[str, ...]] = field(factory=dict, converter=read_only, hash=False)
    warnings: tuple[Fault, ...] = field(default=(), eq=False, repr=False)

    @classmethod
    def parse(cls, text: str, *, source: str = "organisation.yaml") -> Organisation:
        """Read an organisation.

        Raises:
            OrganisationError: with every fault and its place.
        """
        document = Document.read(text, source)
        organisation = _Reading(document).organisation()
        if document.faults or organisation is None:
            raise OrganisationError(sorted(document.faults, key=lambda fault: fault.start))
        return organisation

    def with_staffing(self, staffing: Staffing) -> Organisation:
        """Return the same organisation with another staffing of the inbound flow."""
        return evolve(self, staffing=staffing)

    def with_duty(self, people: tuple[str, ...]) -> Organisation:
        """Return the same organisation with these people on duty in every role."""
        roles = {*self.duty, *([self.inbound.duty] if self.inbound.duty else [])}
        return evolve(self, duty=dict.fromkeys(sorted(roles), people))

    def with_rota(self, people: Mapping[str, tuple[str, ...]]) -> Organisation:
        """Return the same organisation with these people taking turns in duty roles, of which the first is inbound's.

        A role that the organisation names for inbound stays.
        """
        inbound = evolve(self.inbound, duty=self.inbound.duty or next(iter(people), None))
        return evolve(self, duty={**self.duty, **people}, inbound=inbound)

    def settle(self, destination: Destination) -> Settled:
        """Return what `inbound` means under the staffing; any other destination as it is."""
        if not isinstance(destination, Inbound):
            return destination
        match self.staffing:
            case "department":
                return ToDepartment(self.inbound.department or "")
            case "head":
                return Head(self.inbound.head or "")
            case "duty":
                return OnDuty(self.inbound.duty or "")
            case _:
                assert_never(self.staffing)

    def pool(self, destination: Destination) -> tuple[str, ...]:
        """Return the ids of the people that a destination means, in the order of the file."""
        settled = self.settle(destination)
        match settled:
            case ToDepartment(name):
                return self.departments[name].people if name in self.departments else ()
            case Head(name):
                head = self.departments[name].head if name in self.departments else None
                return () if head is None else (head,)
            case Person(id):
                return (id,) if id in self.people else ()
            case OnDuty(role):
                return self.duty.get(role, ())
            case _:
                assert_never(settled)

    @property
    def digest(self) -> str:
        """A digest of everything that can change a decision; the order of keys does not count."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Return the organisation as canonical JSON, which is YAML too: `parse` reads it back."""
        held = {
            "organisation": self.name,
            "staffing": self.staffing,
            "inbound": {key: value for key, value in asdict(self.inbound).items() if value is not None},
            "departments": {name: _department(each) for name, each in sorted(self.departments.items())},
            "people": {name: _person(each) for name, each in sorted(self.people.items())},
            "duty": {role: list(people) for role, people in sorted(self.duty.items())},
        }
        return visible(json.dumps(held, ensure_ascii=False, separators=(", ", ": ")))


def _department(each: Department) -> dict[str, object]:
    head = {} if each.head is None else {"head": each.head}
    return {"kind": each.kind, **head, "people": list(each.people)}


def _person(each: Salesperson) -> dict[str, object]:
    return {
        "rank": each.rank,
        "skills": dict(sorted(each.skills.items())),
        "languages": list(each.languages),
        "territories": list(each.territories),
    }


_KEYS = ("organisation", "staffing", "inbound", "departments", "people", "duty")


@frozen
class _Reading:
    """One organisation being read; faults go to the document."""

    document: Document

    def organisation(self) -> Organisation | None:
        root = self.document.root
        if root is None:
            if not self.document.faults:
                where, fix = self.document.source.name, "begin with `organisation:`"
                self.document.faults.append(Fault(code="LR105", message="the file is empty", where=where, fix=fix))
            return None
        entries = self.document.entries(
            root, "the organisation", known=_KEYS, required=("organisation", "staffing", "departments", "people")
        )
        people = dict(self.people(entries["people"])) if "people" in entries else {}
        departments = dict(self.departments(entries["departments"], people)) if "departments" in entries else {}
        duty = dict(self.duty(entries["duty"], people)) if "duty" in entries else {}
        staffing = self.choice(entries.get("staffing"), "staffing", STAFFINGS)
        inbound = self.inbound(entries.get("inbound"), departments, duty)
        self.staffed(entries.get("staffing"), staffing, inbound, departments)
        name = self.document.word(entries["organisation"], "`organisation`") if "organisation" in entries else None
        return Organisation(
            name=name or "",
            staffing=cast("Staffing", staffing or "department"),
            inbound=inbound,
            departments=departments,
            people=people,
            duty=duty,
            warnings=tuple(self.warnings(entries.get("departments"), departments)),
        )

    def choice(self, node: Node | None, what: str, choices: tuple[str, ...]) -> str | None:
        word = None if node is None else self.document.word(node, f"`{what}`")
        if node is not None and word is not None and word not in choices:
            self.document.fault("LR501", f"unknown {what} `{word}`", node, did_you_mean(word, choices))
            return None
        return word

    def people(self, node: Node) -> Iterator[tuple[str, Salesperson]]:
        keys = ("rank", "skills", "languages", "territories")
        for key, value in self.document.pairs(node, "`people`"):
            entries = self.document.entries(value, f"person `{key.value}`", known=keys) if not is_null(value) else {}
            yield (
                key.value,
                Salesperson(
                    id=key.value,
                    rank=(self.document.whole(entries["rank"], "`rank`") or 0) if "rank" in entries else 0,
                    skills=self.skills(entries["skills"]) if "skills" in entries else {},
                    languages=self.words(entries.get("languages"), "`languages`"),
                    territories=self.words(entries.get("territories"), "`territories`"),
                ),
            )

    def skills(self, node: Node) -> dict[str, int]:
        if isinstance(node, yaml.SequenceNode):
            return dict.fromkeys(self.words(node, "`skills`"), 1)
        pairs = self.document.pairs(node, "`skills`")
        return {key.value: self.document.whole(level, f"the level of `{key.value}`") or 0 for key, level in pairs}

    def words(self, node: Node | None, what: str) -> tuple[str, ...]:
        return () if node is None else self.document.words(node, what)

    def departments(self, node: Node, people: Mapping[str, Salesperson]) -> Iterator[tuple[str, Department]]:
        member_of: dict[str, str] = {}
        for key, value in self.document.pairs(node, "`departments`"):
            what = f"department `{key.value}`"
            entries = self.document.entries(value, what, known=("kind", "head", "people"), required=("kind",))
            kind = self.choice(entries.get("kind"), "kind", KINDS)
            head = self.member(entries.get("head"), "head", people)
            members = self.members(entries.get("people"), what, people)
            for each in members:
                if member_of.setdefault(each, key.value) != key.value:
                    self.document.fault(
                        "LR504",
                        f"`{each}` is in {what} and in `{member_of[each]}`",
                        entries["people"],
                        "a person belongs to one department",
                    )
            yield key.value, Department(id=key.value, kind=cast("Kind", kind or "other"), head=head, people=members)

    def member(self, node: Node | None, what: str, people: Mapping[str, Salesperson]) -> str | None:
        name = None if node is None else self.document.word(node, f"`{what}`")
        if node is not None and name is not None and name not in people:
            self.document.fault("LR502", f"unknown {what} `{name}`", node, did_you_mean(name, people))
        return name

    def members(self, node: Node | None, what: str, people: Mapping[str, Salesperson]) -> tuple[str, ...]:
        nodes = [] if node is None else self.document.items(node, f"`people` of {what}")
        found = [self.member(each, "person", people) for each in nodes]
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
