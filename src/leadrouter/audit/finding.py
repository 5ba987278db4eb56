"""What is wrong with a ledger, in words."""

from __future__ import annotations

from attrs import frozen


@frozen
class Finding:
    """Something in a ledger that is not what the log, or the chain, says it is.

    `where` names the row: `event 17`, `lead 7f3a…`, `load of anna`; `told` says what is wrong with it. Neither
    holds anything personal.
    """

    where: str
    told: str

    def __str__(self) -> str:
        return f"{self.where}: {self.told}"
