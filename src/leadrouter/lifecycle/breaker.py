"""When offers of a pool expire one after the other, nobody is there: stop blaming people, and say so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import evolve, frozen

from leadrouter.canonical import canonical


@frozen(kw_only=True)
class Breaker:
    """The expiries of a pool that were seen lately, and since when it is open.

    While it is open, expiries do not count as missed and leads of the pool wait with an alarm. An
    acceptance closes it, or somebody who knows better.
    """

    pool: str
    expiries: tuple[datetime, ...] = ()
    opened_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether leads of the pool wait."""
        return self.opened_at is not None

    def expired(self, at: datetime, *, most: int, within: timedelta) -> Breaker:
        """Return the breaker after an offer has expired: open from the `most`th one `within` the window.

        >>> from datetime import UTC
        >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
        >>> breaker = Breaker(pool="department(sales)")
        >>> for minute in range(3):
        ...     breaker = breaker.expired(noon + timedelta(minutes=minute), most=3, within=timedelta(minutes=10))
        >>> breaker.is_open, breaker.closed().is_open
        (True, False)
        """
        recent = (*(each for each in self.expiries if each > at - within), at)
        opens = self.opened_at is None and len(recent) >= most
        return evolve(self, expiries=recent, opened_at=at if opens else self.opened_at)

    def closed(self) -> Breaker:
        """Return it closed, with nothing held against the pool."""
        return Breaker(pool=self.pool)

    def to_dict(self) -> dict[str, Any]:
        """Return the breaker for programs."""
        return {
            "pool": self.pool,
            "expiries": [each.isoformat() for each in self.expiries],
            "opened_at": None if self.opened_at is None else self.opened_at.isoformat(),
        }

    def to_json(self) -> str:
        """Return the breaker as canonical JSON."""
        return canonical(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> Breaker:
        """Return the breaker that `to_json` gave."""
        return cls.from_dict(json.loads(text))

    @classmethod
    def from_dict(cls, held: Mapping[str, Any]) -> Breaker:
        """Return the breaker that `to_dict` gave."""
        opened = held["opened_at"]
        return cls(
            pool=held["pool"],
            expiries=tuple(map(datetime.fromisoformat, held["expiries"])),
            opened_at=None if opened is None else datetime.fromisoformat(opened),
        )
