"""What fairness has counted so far in a pool.

Everything is counted in whole units, `UNIT` of them in a lead, so that sums are exact and the same
on every machine. Each lead that is given makes those who could have had it entitled to their share of
it, and counts as got by whoever it went to; the difference is what somebody is owed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from attrs import evolve, field, frozen

from leadrouter.canonical import canonical
from leadrouter.readonly import editable, read_only

UNIT = 10**12
"""The units of one lead, or of one of whatever is shared."""


@frozen(kw_only=True)
class Given:
    """What one lead adds to a standing.

    Args:
        to: whoever it was offered to; one person most of the time.
        amount: how much it counts, in units.
        parts: what each person becomes entitled to; the parts add up to the amount for each of `to`.
        entered: whoever was new to the pool, with the entitlement to begin with.
        at: when.
    """

    to: tuple[str, ...]
    amount: int
    parts: Mapping[str, int] = field(converter=read_only, hash=False)
    entered: Mapping[str, int] = field(converter=read_only, hash=False)
    at: datetime

    def to_dict(self) -> dict[str, Any]:
        """Return the same for programs."""
        return {
            "to": list(self.to),
            "amount": self.amount,
            "parts": dict(self.parts),
            "entered": dict(self.entered),
            "at": self.at.isoformat(),
        }

    @classmethod
    def from_dict(cls, held: dict[str, Any]) -> Given:
        """Return what `to_dict` gave."""
        return cls(**{**held, "to": tuple(held["to"]), "at": datetime.fromisoformat(held["at"])})


@frozen(kw_only=True)
class Standing:
    """The books of one pool. `after` is the way in which they grow.

    Args:
        pool: the name they are kept under: the destination, with the class where it is shared apart.
        leads: how many leads were given.
        returned: how many of them were given back.
        total: how much was given, in units.
        owed: what each person is entitled to beyond what he got, in units; below zero for more than that.
        got: what each person got, in units.
        turns: the number of the last lead of each person, counted from 1.
        since: when each person entered the pool.
        last: who had the turn last.
    """

    pool: str
    leads: int = 0
    returned: int = 0
    total: int = 0
    owed: Mapping[str, int] = field(factory=dict, converter=read_only, hash=False)
    got: Mapping[str, int] = field(factory=dict, converter=read_only, hash=False)
    turns: Mapping[str, int] = field(factory=dict, converter=read_only, hash=False)
    since: Mapping[str, datetime] = field(factory=dict, converter=read_only, hash=False)
    last: str | None = None

    def entitled(self, person: str) -> int:
        """Return what somebody is entitled to, in units: what he got and what he is owed."""
        return self.owed.get(person, 0) + self.got.get(person, 0)

    @property
    def average(self) -> int:
        """What a lead counted on average, in units; one lead's worth where there was none.

        What was given back counts no more.
        """
        kept = self.leads - self.returned
        return self.total // kept if kept and self.total > 0 else UNIT

    def after(self, given: Given) -> Standing:
        """Return the standing after a lead. Costs the number of people who became entitled."""
        owed, got, turns = editable(self.owed), editable(self.got), editable(self.turns)
        since = self.since
        if given.entered:
            owed.update(given.entered)
            since = {**since, **dict.fromkeys(given.entered, given.at)}
        for person, part in given.parts.items():
            owed[person] += part
        for turn, person in enumerate(given.to, start=self.leads + 1):
            owed[person] -= given.amount
            got[person] = got.get(person, 0) + given.amount
            turns[person] = turn
        return Standing(
            pool=self.pool,
            leads=self.leads + len(given.to),
            returned=self.returned,
            total=self.total + given.amount * len(given.to),
            owed=owed,
            got=got,
            turns=turns,
            since=since,
            last=given.to[-1],
        )

    def credited(self, person: str, given: Given) -> Standing:
        """Return the standing as if a lead had not been given to somebody; turns and positions stay.

        Where it was offered to several, the share of this one is taken back.
        """
        owed, count, number = editable(self.owed), len(given.to), given.to.index(person)
        for position, (each, part) in enumerate(sorted(given.parts.items())):
            owed[each] -= _portion(part, count, number + position)
        owed[person] += given.amount
        got = {**self.got, person: self.got[person] - given.amount}
        return evolve(self, returned=self.returned + 1, total=self.total - given.amount, owed=owed, got=got)

    def to_json(self) -> str:
        """Return the standing as canonical JSON."""
        held = {
            "pool": self.pool,
            "leads": self.leads,
            **({"returned": self.returned} if self.returned else {}),
            "total": self.total,
            "owed": self.owed,
            "got": self.got,
            "turns": self.turns,
            "since": {person: _written(at) for person, at in self.since.items()},
            "last": self.last,
        }
        return canonical(held)

    @classmethod
    def from_json(cls, text: str) -> Standing:
        """Return the standing that `to_json` gave."""
        held = json.loads(text)
        since = {person: datetime.fromisoformat(at) for person, at in held["since"].items()}
        return cls(**{**held, "since": since})


def split(amount: int, weights: Mapping[str, int], first: int = 0) -> dict[str, int]:
    """Share an amount by weights, in whole units, exactly.

    What is left over by rounding down, less than a unit for each person, goes one unit each to the people
    from the `first` on, in the order given and round again.

    >>> split(10, {"anna": 1, "boris": 1, "vera": 1})
    {'anna': 4, 'boris': 3, 'vera': 3}
    """
    total, count = sum(weights.values()), len(weights)
    if total == count:
        parts, rest = dict.fromkeys(weights, amount // count), amount % count
    else:
        parts = {person: amount * weight // total for person, weight in weights.items()}
        rest = amount - sum(parts.values())
    if rest:
        people, start = list(parts), first % count
        for person in (people[start:] + people[:start])[:rest]:
            parts[person] += 1
    return parts


@lru_cache(maxsize=65_536)
def _written(at: datetime) -> str:
    """Return an instant in UTC as text; each lead of a pool asks for the same ones."""
    return at.isoformat()


def _portion(part: int, count: int, number: int) -> int:
    """Return one of `count` portions of a part, by number; any `count` in a row add up to it."""
    whole, rest = divmod(part, count)
    return whole + (number % count < rest)
