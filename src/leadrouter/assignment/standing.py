"""What fairness has counted so far in a pool.

Everything is counted in whole units, `UNIT` of them in a lead, so that sums are exact and the same
on every machine. Each lead that is given makes those who could have had it entitled to their share of
it, and counts as got by whoever it went to; the difference is what somebody is owed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from leadrouter.readonly import read_only

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


@frozen
class Share:
    """What a pool's books say of one person, in units: entitled to, got, and the number of the last lead."""

    entitled: int
    got: int
    turn: int

    @property
    def owed(self) -> int:
        """What the person is owed; below zero where he has had more than his share."""
        return self.entitled - self.got


@frozen(kw_only=True)
class Standing:
    """The books of one pool. `after` is the only way in which they grow.

    Args:
        pool: the name they are kept under: the destination, with the class where it is shared apart.
        leads: how many leads were given.
        total: how much was given, in units.
        entitled: what each person is entitled to, in units.
        got: what each person got, in units.
        turns: the number of the last lead of each person, counted from 1; 0 for none.
        since: when each person entered the pool.
        last: who had the turn last.
    """

    pool: str
    leads: int = 0
    total: int = 0
    entitled: Mapping[str, int] = field(factory=dict, converter=read_only, hash=False)
    got: Mapping[str, int] = field(factory=dict, converter=read_only, hash=False)
    turns: Mapping[str, int] = field(factory=dict, converter=read_only, hash=False)
    since: Mapping[str, datetime] = field(factory=dict, converter=read_only, hash=False)
    last: str | None = None

    @property
    def average(self) -> int:
        """What a lead counted on average, in units; one lead's worth where there was none."""
        return self.total // self.leads if self.leads and self.total > 0 else UNIT

    def share(self, person: str) -> Share:
        """Return what the books say of a person; nothing of somebody who is new."""
        return Share(self.entitled.get(person, 0), self.got.get(person, 0), self.turns.get(person, 0))

    def after(self, given: Given) -> Standing:
        """Return the standing after a lead. Costs the number of people in the pool."""
        entitled, got, turns, since = dict(self.entitled), dict(self.got), dict(self.turns), dict(self.since)
        for person, start in given.entered.items():
            entitled[person], since[person] = start, given.at
        for person, part in given.parts.items():
            entitled[person] = entitled.get(person, 0) + part
        for turn, person in enumerate(given.to, start=self.leads + 1):
            got[person] = got.get(person, 0) + given.amount
            turns[person] = turn
        return Standing(
            pool=self.pool,
            leads=self.leads + len(given.to),
            total=self.total + given.amount * len(given.to),
            entitled=entitled,
            got=got,
            turns=turns,
            since=since,
            last=given.to[-1] if given.to else self.last,
        )

    def credited(self, person: str, given: Given) -> Standing:
        """Return the standing as if a lead had not been given to a person; turns and positions stay.

        Where it was offered to several, the share of this one is taken back.
        """
        count = len(given.to)
        entitled = dict(self.entitled)
        for position, (each, part) in enumerate(sorted(given.parts.items())):
            entitled[each] = entitled.get(each, 0) - _portion(part, count, given.to.index(person), position)
        return evolve(
            self,
            total=self.total - given.amount,
            entitled=entitled,
            got={**self.got, person: self.got.get(person, 0) - given.amount},
        )

    def to_json(self) -> str:
        """Return the standing as canonical JSON."""
        held = {
            "pool": self.pool,
            "leads": self.leads,
            "total": self.total,
            "entitled": dict(self.entitled),
            "got": dict(self.got),
            "turns": dict(self.turns),
            "since": {person: at.isoformat() for person, at in self.since.items()},
            "last": self.last,
        }
        return json.dumps(held, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Standing:
        """Return the standing that `to_json` gave."""
        held = json.loads(text)
        since = {person: datetime.fromisoformat(at) for person, at in held["since"].items()}
        return cls(**{**held, "since": since})


def split(amount: int, weights: Mapping[str, int], first: int = 0) -> dict[str, int]:
    """Share an amount by weights, in whole units, exactly.

    What is left over by rounding down, less than a unit for each person, goes one unit each to the people
    from the `first` on, by id and round again.

    >>> split(10, {"anna": 1, "boris": 1, "vera": 1})
    {'anna': 4, 'boris': 3, 'vera': 3}
    """
    total = sum(weights.values())
    parts = {person: amount * weight // total for person, weight in weights.items()}
    rest = amount - sum(parts.values())
    if rest:
        people = sorted(parts)
        for position in range(first, first + rest):
            parts[people[position % len(people)]] += 1
    return parts


def _portion(part: int, count: int, number: int, position: int) -> int:
    """Return one of `count` portions of a part, by number; they add up to it."""
    whole, rest = divmod(part, count)
    return whole + ((number + position) % count < rest)
