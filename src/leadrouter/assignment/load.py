"""What one person has on his hands, across all pools."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from leadrouter.assignment import quota as q
from leadrouter.canonical import canonical
from leadrouter.readonly import read_only
from leadrouter.staff import PERIODS, Period, Salesperson


@frozen(kw_only=True)
class Load:
    """What one person has on his hands.

    `open_leads` are offered to him or held by him and neither won nor lost. `last_at` is when he was last
    offered one. `paused_until` ends a pause; a pause without an end has `is_paused` alone. `quota` holds
    the balance of each quota by period, `holdings` the clients held, by size; `""` is the size of those
    whose size nobody knows.
    """

    person: str
    open_leads: int = 0
    last_at: datetime | None = None
    is_paused: bool = False
    paused_until: datetime | None = None
    quota: Mapping[str, q.Balance] = field(factory=dict, converter=read_only, hash=False)
    holdings: Mapping[str, int] = field(factory=dict, converter=read_only, hash=False)

    def pause(self, at: datetime) -> bool:
        """Say whether a pause holds at an instant."""
        return self.is_paused and (self.paused_until is None or at < self.paused_until)

    def balance(self, person: Salesperson, period: Period, at: datetime, tz: ZoneInfo) -> q.Balance:
        """Return what is left of one of the person's quotas at an instant, by the zone's days."""
        return q.balance(self.quota.get(period), person.quota[period], period, at, tz)

    def spent(self, person: Salesperson, at: datetime, tz: ZoneInfo) -> Load:
        """Take one lead off each of the person's quotas."""
        return self._balanced(
            {period: q.spend(self.balance(person, period, at, tz), period) for period in _periods(person)}
        )

    def refunded(self, person: Salesperson, at: datetime, tz: ZoneInfo) -> Load:
        """Give one lead back to each of the person's quotas."""
        return self._balanced(
            {
                period: q.refund(self.balance(person, period, at, tz), person.quota[period], period)
                for period in _periods(person)
            }
        )

    def holding(self, changes: Mapping[str, int]) -> Load:
        """Return the same load with so many clients of each size more, or fewer."""
        held = {size: self.holdings.get(size, 0) + changes.get(size, 0) for size in {*self.holdings, *changes}}
        return evolve(self, holdings={size: count for size, count in held.items() if count > 0})

    def _balanced(self, quota: dict[Period, q.Balance]) -> Load:
        return evolve(self, quota={**self.quota, **quota}) if quota else self

    def to_json(self) -> str:
        """Return the load as canonical JSON."""
        held = {
            "person": self.person,
            "open_leads": self.open_leads,
            "last_at": None if self.last_at is None else self.last_at.isoformat(),
            "is_paused": self.is_paused,
            "paused_until": None if self.paused_until is None else self.paused_until.isoformat(),
            "quota": write_quota(self.quota),
            "holdings": self.holdings,
        }
        return canonical(held)

    @classmethod
    def from_json(cls, text: str) -> Load:
        """Return the load that `to_json` gave."""
        held = json.loads(text)
        for name in ("last_at", "paused_until"):
            held[name] = None if held[name] is None else datetime.fromisoformat(held[name])
        held["quota"] = read_quota(held["quota"])
        return cls(**held)


def write_quota(quota: Mapping[str, q.Balance]) -> dict[str, Any]:
    """Return balances as JSON holds them."""
    return {period: [each.slice, each.parts, [list(pair) for pair in each.taken]] for period, each in quota.items()}


def read_quota(held: Mapping[str, Any]) -> dict[str, q.Balance]:
    """Return the balances that `write_quota` gave."""
    return {
        period: q.Balance(slice_, parts, tuple((day, count) for day, count in taken))
        for period, (slice_, parts, taken) in held.items()
    }


@lru_cache(maxsize=65_536)
def untouched(person: str) -> Load:
    """Return the load of somebody who never had anything, the same one each time."""
    return Load(person=person)


def _periods(person: Salesperson) -> list[Period]:
    return [period for period in PERIODS if period in person.quota]
