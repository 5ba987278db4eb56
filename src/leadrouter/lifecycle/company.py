"""A company as the ledger knows it: who holds it, and which others it is the same as."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from attrs import asdict, frozen


@frozen(kw_only=True)
class Company:
    """A company, and since when it is a client.

    Each lead that identifies a company begins one, and is linked to the one that is known already: so
    nothing is merged away, and a link can be undone. `id` is that lead's. `root` is the company at the
    end of the links, itself where it has none: it stands for all that are linked to it, directly or not.
    `link` is the company that it was linked to, `rule` by what: a matching rule, or `by hand`.

    `owner` holds the client; `second`, who won it, is the second contact after a transfer. `since` is the
    instant of the first deal, or of being entered as a client; None where it is none. `size` is the size
    by which portfolios count it; `""` where nobody knows.
    """

    id: str
    root: str
    link: str | None = None
    rule: str | None = None
    owner: str | None = None
    second: str | None = None
    since: datetime | None = None
    size: str = ""

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
        return {**asdict(self), "since": None if self.since is None else self.since.isoformat()}

    def to_json(self) -> str:
        """Return the company as canonical JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Company:
        """Return the company that `to_json` gave."""
        held = json.loads(text)
        return cls(**{**held, "since": None if held["since"] is None else datetime.fromisoformat(held["since"])})
