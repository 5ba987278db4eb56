"""A pack held against the organisation whose leads it routes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from attrs import field, frozen

from leadrouter import vocabulary as v
from leadrouter.destination import Department, Deputy, Destination, Head, Hold, Inbound, OnDuty, Owner, Person, Pool
from leadrouter.errors import Fault, did_you_mean
from leadrouter.organisation import Organisation
from leadrouter.rulepack.check_clients import check_clients
from leadrouter.rulepack.pack import CheckedPack
from leadrouter.rulepack.route import Route, Step
from leadrouter.span import Span
from leadrouter.staff import STRATEGY_NAMES, Norms, Salesperson, Sharing

_SHARED = (v.Int, v.Number, v.Money, v.Duration)


def check_destinations(
    pack: CheckedPack, organisation: Organisation, strategies: Collection[str] = ()
) -> Iterator[Fault]:
    """Yield a fault for each step to nobody, each route that can run out, and each name that nobody knows.

    `strategies` are users' own ones by name, beside those that are built in.
    """
    checking = _Checking(pack, organisation, frozenset({*STRATEGY_NAMES, *strategies}), pack.types)
    for route in pack.routes.values():
        yield from checking.route(route)
    yield from checking.organisation_itself()
    yield from check_clients(pack, organisation)


def unknown_destination(organisation: Organisation, to: Destination) -> tuple[str, str] | None:
    """Say what a destination names that the organisation does not know, and what may be meant; None if it knows it."""
    match organisation.settle(to):
        case Department(name) | Head(name):
            what, word, known = "department", name, list(organisation.departments)
        case Person(name):
            what, word, known = "person", name, list(organisation.people)
        case OnDuty(name):
            what, word, known = "duty role", name, list(organisation.duty)
        case Pool(name):
            what, word, known = "pool", name, list(organisation.pools)
        case _:
            return None
    if word not in known:
        return f"unknown {what} `{word}`", did_you_mean(word, known)
    if isinstance(to, Head) and organisation.departments[word].head is None:
        return f"department `{word}` has no head", "name a `head` in the organisation"
    return None


@frozen
class _Checking:
    """A pack and an organisation being held against one another."""

    pack: CheckedPack
    organisation: Organisation
    strategies: frozenset[str]
    types: Mapping[str, v.Type] = field(hash=False)

    def route(self, route: Route) -> Iterator[Fault]:
        last = route.steps[-1]
        for step in route.steps:
            yield from self.step(step, route)
        settled = self.organisation.settle(last.to)
        if isinstance(last.to, Inbound) and not isinstance(settled, Head):
            message = f"route `{route.name}` can run out: nobody is accountable for its last step `{settled}`"
            yield Fault(code="LR314", message=message, where=_place(last, route), fix="end it with head(…) or hold")

    def step(self, step: Step, route: Route) -> Iterator[Fault]:
        where = _place(step, route)
        unknown = unknown_destination(self.organisation, step.to)
        if unknown is not None:
            message, fix = unknown
            yield Fault(code="LR315", message=message, where=where, fix=fix)
            return
        settled = self.organisation.settle(step.to)
        sharing = self.organisation.sharing_of(settled)
        yield from self.strategy(step.strategy, where)
        if (step.strategy or sharing.strategy) == "first_accept" and step.offers == 1:
            message = "`first_accept` offers to one person only"
            yield Fault(code="LR806", message=message, where=where, fix="say to how many at once: `offers: 3`")
        if step is not route.steps[-1] and self.is_out_of_reach(step):
            needs = " who knows what it needs" if step.needs else ""
            message = f"step `{step.to}` of route `{route.name}` can never reach anybody{needs}"
            yield Fault(code="LR805", message=message, where=where, fix="remove it, or give it somebody")

    def strategy(self, name: str | None, where: Span | str) -> Iterator[Fault]:
        if name is not None and name not in self.strategies:
            fix = did_you_mean(name, self.strategies)
            yield Fault(code="LR804", message=f"unknown strategy `{name}`", where=where, fix=fix)

    def is_out_of_reach(self, step: Step) -> bool:
        """Say whether nobody who could ever be there knows what the step needs."""
        people = self.organisation.people
        match step.to:
            case Hold() | Owner():
                return False
            case Deputy():
                return all(each.deputy is None for each in people.values())
        there = [people[id_] for id_ in self.organisation.pool(step.to)]
        return not any(self.knows(each, step) for each in there)

    def knows(self, person: Salesperson, step: Step) -> bool:
        """Say whether somebody has what the step needs for some lead."""
        needs = step.needs
        skilled = {skill for skill, level in person.skills.items() if level >= needs.level}
        return (
            all(person.skills.get(skill, 0) >= level for skill, level in needs.skills.items())
            and self.has_one_of(needs.skill, skilled)
            and self.has_one_of(needs.language, person.languages)
            and self.has_one_of(needs.territory, person.territories)
        )

    def has_one_of(self, name: str | None, words: Collection[str]) -> bool:
        """Say whether a field, where there is one, has one of these values, or need not have a value."""
        type_ = None if name is None else self.types[name]
        return not isinstance(type_, v.Enum | v.EnumSet) or not set(words).isdisjoint(type_.values)

    def organisation_itself(self) -> Iterator[Fault]:
        """Yield what the organisation names that the pack does not know."""
        organisation = self.organisation
        yield from self.sharing(organisation.sharing, "sharing")
        for department in organisation.departments.values():
            if department.sharing != organisation.sharing:
                yield from self.sharing(department.sharing, "departments", department.id)
        for pool in organisation.pools.values():
            if pool.sharing != organisation.sharing:
                yield from self.sharing(pool.sharing, "pools", pool.id)
        for person in organisation.people.values():
            yield from self.ranks(person)
        if organisation.size is not None:
            yield from self.sizes(organisation.size)

    def sharing(self, sharing: Sharing, *keys: str) -> Iterator[Fault]:
        yield from self.strategy(sharing.strategy, self.organisation.place(*keys, "strategy"))
        if sharing.fair_in != "leads" and not isinstance(self.types.get(sharing.fair_in), _SHARED):
            fields = [name for name, type_ in self.types.items() if isinstance(type_, _SHARED)]
            message = f"`fair_in` is `{sharing.fair_in}`, which is no field that counts"
            fix = did_you_mean(sharing.fair_in, ["leads", *fields])
            yield Fault(code="LR807", message=message, where=self.organisation.place(*keys, "fair_in"), fix=fix)

    def ranks(self, person: Salesperson) -> Iterator[Fault]:
        for name in person.ranks:
            if name not in self.pack.classes:
                where = self.organisation.place("people", person.id, "ranks", name)
                message = f"a rank for class `{name}`, which the pack does not have"
                fix = did_you_mean(name, self.pack.classes)
                yield Fault(code="LR813", message=message, where=where, fix=fix)

    def sizes(self, name: str) -> Iterator[Fault]:
        where, type_ = self.organisation.place("size"), self.types.get(name)
        if not isinstance(type_, v.Enum):
            fix = did_you_mean(name, [each for each, type_ in self.types.items() if isinstance(type_, v.Enum)])
            message = f"`size` is `{name}`, which is no enumeration of the pack"
            yield Fault(code="LR808", message=message, where=where, fix=fix)
            return
        for norms in _distinct(each.portfolio for each in self.organisation.roll.limits.values()):
            without = [size for size in type_.values if norms.norm(size) is None]
            if without:
                message = f"a portfolio has no norm for {', '.join(without)}"
                fix = "give each size of the field a norm, or one number for all"
                yield Fault(code="LR808", message=message, where=where, fix=fix)


def _distinct(norms: Iterator[Norms]) -> list[Norms]:
    found: list[Norms] = []
    for each in norms:
        if each not in found:
            found.append(each)
    return found


def _place(step: Step, route: Route) -> Span | str:
    return step.where if step.where is not None else f"route {route.name}"
