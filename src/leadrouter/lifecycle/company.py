"""A company as the ledger knows it: who holds it, and which others it is the same as."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import asdict, frozen

from leadrouter.canonical import canonical


@frozen(kw_only=True)
class Company:
    """A company, and since when it is a client.

    Each lead that identifies a company begins one, and is linked to the one that is known already: so
    nothing is merged away, and a link can be undone. `id` is that lead's. `root` is the company at the
    end of the links, itself where it has none: it stands for all that are linked to it, directly or not.
    `link` is the company that it was linked to, `rule` by what: a matching rule, or `by hand`.

    `owner` holds the client; `second`, who won it, is the second contact after a transfer. `since` is the
    instant of the first deal, or of being entered as a client; None where it is none. `deal` is the lead
    that was won first; None where the client was entered. `size` is the size by which portfolios count it;
    `""` where nobody knows. `version` counts what has happened to it.
    """

    id: str
    root: str
    link: str | None = None
    rule: str | None = None
    owner: str | None = None
    second: str | None = None
    since: datetime | None = None
    deal: str | None = None
    size: str = ""
    version: int = 0

    @property
    def is_client(self) -> bool:
        """Whether the company has bought before."""
        return self.since is not None

    @property
    def held_by(self) -> str | None:
        """In whose portfolio it counts: its owner's, unless it is linked to another company."""
        return self.owner if self.link is None else None

    def to_dict(self) -> dict[str, Any]:
        """Return the company for programs."""
        return {
            "id": self.id,
            "root": self.root,
            "link": self.link,
            "rule": self.rule,
            "owner": self.owner,
            "second": self.second,
            "since": None if self.since is None else self.since.isoformat(),
            "deal": self.deal,
            "size": self.size,
            "version": self.version,
        }

    def to_json(self) -> str:
        """Return the company as canonical JSON."""
        return canonical(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> Company:
        """Return the company that `to_json` gave."""
        return cls.from_dict(json.loads(text))

    @classmethod
    def from_dict(cls, held: Mapping[str, Any]) -> Company:
        """Return the company that `to_dict` gave."""
        return cls(**{**held, "since": None if held["since"] is None else datetime.fromisoformat(held["since"])})


@frozen(kw_only=True)
class Known:
    """What the ledger knew of the company of a lead when the lead came.

    `company` is the id of the company that was known already; None where it is a new one. `rule` is the
    matching rule by which it was known again, `ambiguous` are stronger ones that several companies fit.
    `owner` held the client then.
    """

    company: str | None = None
    rule: str | None = None
    ambiguous: tuple[str, ...] = ()
    is_client: bool = False
    owner: str | None = None

    def __str__(self) -> str:
        passed_over = f", not by {' or '.join(self.ambiguous)}, which several fit" if self.ambiguous else ""
        if self.company is None:
            return f"company is new{passed_over}"
        held = f", a client held by {self.owner or 'nobody'}" if self.is_client else ""
        return f"company {self.company} is known by {self.rule}{passed_over}{held}"

    def to_dict(self) -> dict[str, Any]:
        """Return the same for programs, without anything personal."""
        return asdict(self, filter=lambda _, value: bool(value), value_serializer=_plain)

    @classmethod
    def from_dict(cls, held: Mapping[str, Any]) -> Known:
        """Return what `to_dict` gave."""
        return cls(**{**held, "ambiguous": tuple(held.get("ambiguous", ()))})


def _plain(_: object, __: object, value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
