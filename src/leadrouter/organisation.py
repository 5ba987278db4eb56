"""Who there is to give leads to, and how the inbound flow is staffed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import TypeAlias, assert_never

from attrs import Factory, evolve, field, frozen

from leadrouter.destination import Department as ToDepartment
from leadrouter.destination import Deputy, Destination, Head, Hold, Inbound, OnDuty, Owner, Person
from leadrouter.destination import Pool as ToPool
from leadrouter.document import Document
from leadrouter.errors import Fault, OrganisationError
from leadrouter.hours import Hours
from leadrouter.organisation_format import format_organisation
from leadrouter.organisation_parse import read_organisation
from leadrouter.readonly import read_only
from leadrouter.roll import Roll
from leadrouter.span import Span
from leadrouter.staff import Breaker, Department, InboundFlow, Pool, Salesperson, Sharing, Staffing
from leadrouter.zone import zone

Settled: TypeAlias = ToDepartment | Head | Person | OnDuty | ToPool | Owner | Deputy | Hold
"""A destination that does not depend on the staffing any more."""


def _roll(organisation: Organisation) -> Roll:
    return Roll.of(organisation.departments, organisation.people, organisation.pools)


@frozen(kw_only=True)
class Organisation:
    """Who there is to give leads to.

    Args:
        name: what it calls itself.
        staffing: the one setting that switches the whole inbound flow.
        inbound: what each staffing means.
        departments: the departments by id.
        people: everybody by id.
        pools: people by attributes, by the name of the pool.
        duty: a fixed list of people for each duty role.
        tz: the zone of dates and hours.
        country: where phones without a country code are dialled and taxes are paid (ISO 3166).
        hours: business hours by name.
        holidays: days on which no business hours are open.
        sharing: how leads are shared where neither a department nor a pool says.
        director: the commercial director, who may read everything.
        size: the field of the pack that has the size of a client, by which portfolios are counted.
        breaker: when a pool is given no more offers.
        warnings: what is allowed and still worth knowing.
        places: where each entry was written, by the keys that lead to it.
    """

    name: str
    staffing: Staffing
    inbound: InboundFlow
    departments: Mapping[str, Department] = field(converter=read_only, hash=False)
    people: Mapping[str, Salesperson] = field(converter=read_only, hash=False)
    pools: Mapping[str, Pool] = field(factory=dict, converter=read_only, hash=False)
    duty: Mapping[str, tuple[str, ...]] = field(factory=dict, converter=read_only, hash=False)
    tz: str = "UTC"
    country: str = "RU"
    hours: Mapping[str, Hours] = field(factory=dict, converter=read_only, hash=False)
    holidays: frozenset[date] = frozenset()
    sharing: Sharing = field(factory=Sharing)
    director: str | None = None
    size: str | None = None
    breaker: Breaker = field(factory=Breaker)
    warnings: tuple[Fault, ...] = field(default=(), eq=False, repr=False)
    places: Mapping[tuple[str, ...], Span] = field(factory=dict, converter=read_only, eq=False, repr=False)
    roll: Roll = field(init=False, eq=False, repr=False, default=Factory(_roll, takes_self=True))
    """What follows from the departments, people and pools."""

    @classmethod
    def parse(cls, text: str, *, source: str = "organisation.yaml") -> Organisation:
        """Read an organisation.

        Raises:
            OrganisationError: with every fault and its place.
        """
        document = Document.read(text, source)
        parts = read_organisation(document)
        if document.faults or parts is None:
            raise OrganisationError(sorted(document.faults, key=lambda fault: fault.start))
        return cls(**parts)

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

    def place(self, *keys: str) -> Span | str:
        """Return where an entry was written, by the keys that lead to it; those keys where it was not.

        >>> Organisation(name="demo", staffing="head", inbound=InboundFlow(), departments={}, people={}).place("size")
        'organisation.size'
        """
        return self.places.get(keys, ".".join(("organisation", *keys)))

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
        """Return the ids of the people that a destination means, in the order of the file.

        Nobody for `hold`, and for `owner` and `deputy`: who holds a client the organisation does not know.
        """
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
            case ToPool(name):
                return self.roll.members.get(str(settled), ())
            case Owner() | Deputy() | Hold():
                return ()
            case _:
                assert_never(settled)

    def sharing_of(self, destination: Destination) -> Sharing:
        """Return how the people of a destination share its leads; one that is not there any more has nobody."""
        match self.settle(destination):
            case ToDepartment(name) if name in self.departments:
                return self.departments[name].sharing
            case ToPool(name) if name in self.pools:
                return self.pools[name].sharing
        return self.sharing

    def home(self, person: str) -> Department | None:
        """Return the department that somebody belongs to, or leads."""
        return self.departments.get(self.roll.departments.get(person, ""))

    def shut(self, at: datetime) -> Iterator[str]:
        """Yield the departments whose business hours do not hold at an instant; none start on a holiday."""
        tz = zone(self.tz)
        for each in self.departments.values():
            if each.hours is not None and not self.hours[each.hours].holds(at, tz, self.holidays):
                yield each.id

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields of a pack that the organisation names: what is shared, and the size of a client."""
        departments = [each.sharing for each in self.departments.values()]
        pools = [each.sharing for each in self.pools.values()]
        named = {each.fair_in for each in (self.sharing, *departments, *pools)} - {"leads"}
        return frozenset(named if self.size is None else {*named, self.size})

    @property
    def digest(self) -> str:
        """A digest of everything that can change a decision; the order of keys does not count."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Return the organisation as canonical JSON, which is YAML too: `parse` reads it back."""
        return format_organisation(self)
