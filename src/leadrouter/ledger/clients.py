"""The part of the port behind which companies are kept, and its laws."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

from leadrouter.identity import MATCHING_RULES

if TYPE_CHECKING:
    from leadrouter.lifecycle.company import Company


class ReadClients(Protocol):
    """What can be read of companies.

    Identifiers are digests here (`Identifier.digest`): a ledger has no personal data but the payload of
    leads.
    """

    def company(self, id: str) -> Company | None:  # noqa: A002  # the word of all values here
        """Return a company, or None where there is none of that id."""

    def companies(self, after: str, limit: int) -> tuple[Company, ...]:
        """Return the companies after an id, by id, at most so many."""

    def companies_of(self, rule: str, digest: str) -> tuple[str, ...]:
        """Return the roots of the companies that an identifier is known of, in order, each once.

        Costs the number of these companies, however many leads of each have brought the identifier.
        """

    def holder_of(self, rule: str, digest: str, root: str) -> str:
        """Return the first by id of the companies under a root that have brought an identifier.

        Raises:
            KeyError: none of them has.
        """

    def brought_by(self, id: str) -> tuple[tuple[str, str], ...]:  # noqa: A002  # as above
        """Return the identifiers that a company was begun with, rule and digest, in order."""

    def has_identifier(self, root: str, rule: str) -> bool:
        """Tell whether a company, or one linked to it, is known by any identifier of a rule."""

    def linked_to(self, id: str) -> tuple[Company, ...]:  # noqa: A002  # as above
        """Return the companies that are directly linked to one, by id."""

    def held_by(self, person: str) -> tuple[Company, ...]:
        """Return the companies in somebody's portfolio, by id."""


class Clients(ReadClients, Protocol):
    """What can be written of companies, in the transaction that it belongs to.

    INVARIANT: a company's identifiers are found under its `root`; whoever changes roots puts every
    company that is concerned.
    """

    def put(self, company: Company) -> None:
        """Keep a company as it stands now."""

    def add_identifier(self, company: Company, rule: str, digest: str) -> None:
        """Keep an identifier of a company that was put before; once is enough."""

    def forget_identifiers(self, id: str, rules: Collection[str] = MATCHING_RULES) -> None:  # noqa: A002  # as above
        """Let go of the identifiers of some rules that a company was begun with: it is not known again by them."""
