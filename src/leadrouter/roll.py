"""What follows from the departments, people and pools of an organisation, worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from sys import maxsize

from attrs import field, frozen

from leadrouter.destination import Department as ToDepartment
from leadrouter.destination import Pool as ToPool
from leadrouter.readonly import read_only
from leadrouter.staff import CLIENT_NORMS, SALES_NORMS, Department, Norms, Pool, Room, Salesperson


@frozen
class Limits:
    """What somebody can carry: open leads, None for no limit, and clients."""

    capacity: int | None
    portfolio: Norms


@frozen(kw_only=True)
class Roll:
    """What every choice asks of an organisation.

    Args:
        departments: the department of each person: that whose people they are among, or else which they lead, of
            several the first by id.
        members: who belongs to each department and pool, by id, under the destination's text.
        limits: what each person can carry: the own limits, or the department's, or the norms of its kind.
        plain: the open leads that each person can have of whom no gate asks for dates or quotas; a huge
            number where there is no limit.
        weights: the weights that are not 1.
    """

    departments: Mapping[str, str] = field(converter=read_only, hash=False)
    members: Mapping[str, tuple[str, ...]] = field(converter=read_only, hash=False)
    limits: Mapping[str, Limits] = field(converter=read_only, hash=False)
    plain: Mapping[str, int] = field(converter=read_only, hash=False)
    weights: Mapping[str, int] = field(converter=read_only, hash=False)
    _rooms: dict[str, tuple[Mapping[str, int], Room]] = field(factory=dict, init=False, eq=False, repr=False)

    def has_room(self, person: str, holdings: Mapping[str, int], size: str) -> bool:
        """Say whether one more client of a size, `""` where nobody knows it, fits into somebody's portfolio.

        What fits is worked out once for as long as the very same holdings come again.
        """
        known = self._rooms.get(person)
        if known is None or known[0] is not holdings:
            known = self._rooms[person] = (holdings, self.limits[person].portfolio.room(holdings))
        return size in known[1].fitting or size in known[1]

    @classmethod
    def of(
        cls, departments: Mapping[str, Department], people: Mapping[str, Salesperson], pools: Mapping[str, Pool]
    ) -> Roll:
        """Work out the roll of an organisation. Costs the number of people for each pool."""
        last_first = sorted(departments.values(), key=lambda each: each.id, reverse=True)
        heads = {each.head: each.id for each in last_first if each.head is not None}
        homes = {**heads, **{person: each.id for each in last_first for person in each.people}}
        limits = {each.id: _limits(each, departments.get(homes.get(each.id, ""))) for each in people.values()}
        members = {str(ToDepartment(each.id)): each.people for each in departments.values()}
        for pool in pools.values():
            takes = (each.id for each in people.values() if pool.takes(each, homes.get(each.id)))
            members[str(ToPool(pool.id))] = tuple(takes)
        plain = {
            each.id: limits[each.id].capacity or maxsize
            for each in people.values()
            if each.joined is None and each.left is None and not each.quota
        }
        return cls(
            departments=homes,
            members={name: tuple(sorted(ids)) for name, ids in members.items()},
            limits=limits,
            plain=plain,
            weights={each.id: each.weight for each in people.values() if each.weight != 1},
        )


def _limits(person: Salesperson, home: Department | None) -> Limits:
    if home is None:
        return Limits(person.capacity, person.portfolio or SALES_NORMS)
    norms = CLIENT_NORMS if home.kind == "client" else SALES_NORMS
    return Limits(person.capacity or home.capacity, person.portfolio or home.portfolio or norms)
