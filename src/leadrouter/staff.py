"""Departments, salespeople and pools: what each is, what it can carry and how leads are shared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from math import lcm
from typing import Literal, TypeAlias, get_args

from attrs import field, frozen

from leadrouter.readonly import read_only

Staffing: TypeAlias = Literal["department", "head", "duty"]
Kind: TypeAlias = Literal["active_sales", "inbound", "client", "vip", "interregional", "other"]
Period: TypeAlias = Literal["hour", "day", "month"]
OnReturn: TypeAlias = Literal["neutral", "catch_up"]
Newcomer: TypeAlias = Literal["calibrated", "ramp", "none"]

STAFFINGS: tuple[str, ...] = get_args(Staffing)
KINDS: tuple[str, ...] = get_args(Kind)
PERIODS: tuple[Period, ...] = get_args(Period)
ON_RETURN: tuple[str, ...] = get_args(OnReturn)
NEWCOMER: tuple[str, ...] = get_args(Newcomer)
STRATEGY_NAMES = ("fair", "round_robin", "longest_idle", "least_loaded", "most_qualified", "first_accept")
"""The strategies that need no registration."""

_map = partial(field, factory=dict, converter=read_only, hash=False)


@frozen
class Room:
    """The sizes of which one more client fits into a portfolio: `fitting`, and any but `named` where `others` do."""

    fitting: frozenset[str]
    named: frozenset[str]
    others: bool

    def __contains__(self, size: str) -> bool:
        return size in self.fitting or (self.others and size not in self.named)


@frozen(kw_only=True)
class Norms:
    """How many clients of each size fill a portfolio: each counts as one part of its size's norm.

    `sizes` has the norm of each size, `other` that of all sizes it does not name; a size without a norm
    takes no room. A client whose size nobody knows, `""`, counts like one of the smallest.

    >>> norms = Norms(sizes={"small": 40, "very_large": 3})
    >>> str(norms.used({"small": 20, "very_large": 1})), "very_large" in norms.room({"small": 20, "very_large": 1})
    ('5/6', False)
    """

    sizes: Mapping[str, int] = field(converter=read_only, hash=False)
    other: int | None = None
    _whole: int = field(init=False, eq=False, repr=False)
    _parts: dict[str, int] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        norms = {**self.sizes, "": max([*self.sizes.values(), self.other or 0])}
        whole = lcm(*(norm for norm in (*norms.values(), self.other) if norm))
        object.__setattr__(self, "_whole", whole)  # INVARIANT: the same figures in whole numbers, for speed
        object.__setattr__(self, "_parts", {size: whole // norm for size, norm in norms.items() if norm})

    def norm(self, size: str) -> int | None:
        """Return how many clients of a size fill a portfolio; None where it takes no room."""
        part = self._part(size)
        return self._whole // part if part else None

    def used(self, holdings: Mapping[str, int]) -> Fraction:
        """Return how much of a portfolio the clients of each size use: one is full."""
        return Fraction(self._used(holdings), self._whole)

    def room(self, holdings: Mapping[str, int]) -> Room:
        """Return the sizes of which one more client fits beside those that are held."""
        left = self._whole - self._used(holdings)
        fitting = frozenset(size for size, part in self._parts.items() if part <= left)
        others = self.other is None or self._whole // self.other <= left
        return Room(fitting, frozenset(self._parts), others)

    def _used(self, holdings: Mapping[str, int]) -> int:
        used, parts = 0, self._parts
        for size, count in holdings.items():
            used += count * (parts[size] if size in parts else self._part(size))
        return used

    def _part(self, size: str) -> int:
        return self._parts.get(size, self._whole // self.other if self.other else 0)


SALES_NORMS = Norms(sizes={"small": 40, "medium": 40, "large": 15, "very_large": 3})
"""What a salesperson can hold (the sales conveyor's norms: 30-40, 10-15 and 1-3 clients, the upper ends)."""

CLIENT_NORMS = Norms(sizes={}, other=200)
"""What a manager of the client department can hold (the sales conveyor's norm: 100-200, the upper end)."""


@frozen(kw_only=True)
class Sharing:
    """How the people of a pool share its leads.

    Args:
        strategy: who comes first, where a step does not say.
        on_return: whether somebody who was away is owed what was missed (`catch_up`) or not (`neutral`).
        newcomer: whether somebody new starts level with the pool (`calibrated`), with a weight that grows
            over `ramp_days` (`ramp`), or owed a share of all that the pool has had (`none`).
        ramp_days: days until a newcomer has the full weight.
        fair_by: `class` where each class of leads is shared apart.
        fair_in: what is shared: `leads`, or the field whose amounts are: money, a number, or hours.
    """

    strategy: str = "fair"
    on_return: OnReturn = "neutral"
    newcomer: Newcomer = "calibrated"
    ramp_days: int = 30
    fair_by: Literal["class"] | None = None
    fair_in: str = "leads"


@frozen(kw_only=True)
class Salesperson:
    """Somebody who can be given a lead.

    Args:
        id: what everybody calls the person.
        rank: higher for the more qualified.
        ranks: the rank for some classes of leads, where it is another.
        skills: skills with their levels.
        languages: languages spoken.
        territories: territories minded.
        capacity: open leads at a time; None for the department's, or no limit.
        portfolio: clients that can be held; None for the department's norms.
        quota: leads an hour, a day or a month.
        weight: the share of a pool's leads, beside the others' weights.
        deputy: who acts instead where the person is accountable and absent.
        joined: the first day.
        left: the first day after the last one.
    """

    id: str
    rank: int = 0
    ranks: Mapping[str, int] = _map()
    skills: Mapping[str, int] = _map()
    languages: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    capacity: int | None = None
    portfolio: Norms | None = None
    quota: Mapping[str, int] = _map()
    weight: int = 1
    deputy: str | None = None
    joined: date | None = None
    left: date | None = None


@frozen(kw_only=True)
class Department:
    """A department: its kind, its head and its people by id, in the order of the file.

    `hours` names the business hours outside of which nobody there is offered a lead; `capacity` and
    `portfolio` hold for its people where they have none of their own; `sharing` says how leads are
    shared among them.
    """

    id: str
    kind: Kind
    head: str | None = None
    people: tuple[str, ...] = ()
    hours: str | None = None
    capacity: int | None = None
    portfolio: Norms | None = None
    sharing: Sharing = field(factory=Sharing)


@frozen(kw_only=True)
class Pool:
    """People by what they are: everybody who has all of these attributes. An empty one asks for nothing.

    `departments` takes the people of any of them, `languages` and `territories` whoever has all of
    them, `skills` whoever has each at that level or above, `min_rank` whoever has that rank or above.
    """

    id: str
    departments: tuple[str, ...] = ()
    skills: Mapping[str, int] = _map()
    languages: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    min_rank: int | None = None
    sharing: Sharing = field(factory=Sharing)

    def takes(self, person: Salesperson, department: str | None) -> bool:
        """Say whether somebody of that department belongs to the pool."""
        return (
            (not self.departments or department in self.departments)
            and all(person.skills.get(skill, 0) >= level for skill, level in self.skills.items())
            and set(self.languages) <= set(person.languages)
            and set(self.territories) <= set(person.territories)
            and (self.min_rank is None or person.rank >= self.min_rank)
        )


@frozen(kw_only=True)
class InboundFlow:
    """What each staffing means here: the department, the department whose head, the duty role."""

    department: str | None = None
    head: str | None = None
    duty: str | None = None


@frozen
class Breaker:
    """When a pool is given no more offers: so many of them expired within that time."""

    expiries: int = 5
    within: timedelta = timedelta(minutes=10)
