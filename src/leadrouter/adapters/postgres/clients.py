"""Companies in a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Collection

from attrs import define

from leadrouter.adapters.postgres.session import Session
from leadrouter.identity import MATCHING_RULES
from leadrouter.lifecycle.company import Company


@define(eq=False)
class PostgresClients:
    """Companies as one transaction sees them: the same words as `ledger.clients`.

    `seen` are the companies that the transaction has put or asked for by id: nobody else changes them.
    """

    session: Session
    seen: dict[str, Company | None]

    def company(self, id: str) -> Company | None:  # noqa: A002  # the word of all values here
        """Return a company, or None where there is none of that id."""
        if id not in self.seen:
            self.seen[id] = next(iter(self._all("company", id)), None)
        return self.seen[id]

    def companies(self, after: str, limit: int) -> tuple[Company, ...]:
        """Return the companies after an id, by id, at most so many."""
        return self._all("companies", after, limit)

    def companies_of(self, rule: str, digest: str) -> tuple[str, ...]:
        """Return the roots of the companies that an identifier is known of, in order, each once."""
        return tuple(str(root) for (root,) in self.session.ask("roots", (rule, digest)))

    def holder_of(self, rule: str, digest: str, root: str) -> str:
        """Return the first by id of the companies under a root that have brought an identifier."""
        ((id_,),) = self.session.ask("holder of", (rule, digest, root))
        if id_ is None:
            raise KeyError(root)
        return str(id_)

    def brought_by(self, id: str) -> tuple[tuple[str, str], ...]:  # noqa: A002  # as above
        """Return the identifiers that a company was begun with, rule and digest, in order."""
        return tuple((str(rule), str(digest)) for rule, digest in self.session.ask("brought by", (id,)))

    def has_identifier(self, root: str, rule: str) -> bool:
        """Tell whether a company, or one linked to it, is known by any identifier of a rule."""
        return bool(self.session.ask("has identifier", (root, rule)))

    def linked_to(self, id: str) -> tuple[Company, ...]:  # noqa: A002  # as above
        """Return the companies that are directly linked to one, by id."""
        return self._all("linked to", id)

    def held_by(self, person: str) -> tuple[Company, ...]:
        """Return the companies in somebody's portfolio, by id."""
        return self._all("held by", person)

    def put(self, company: Company) -> None:
        """Keep a company as it stands now."""
        self.seen[company.id] = company
        self.session.tell("company", company.id, company.root, company.link, company.held_by, company.to_json())

    def add_identifier(self, company: Company, rule: str, digest: str) -> None:
        """Keep an identifier of a company that was put before; once is enough."""
        self.session.tell("identifier", rule, digest, company.root, company.id)

    def forget_identifiers(self, id: str, rules: Collection[str] = MATCHING_RULES) -> None:  # noqa: A002  # as above
        """Let go of the identifiers of some rules that a company was begun with: it is not known again by them."""
        self.session.tell("forgotten", id, list(rules))

    def _all(self, name: str, *values: str | int) -> tuple[Company, ...]:
        return tuple(Company.from_json(text) for (text,) in self.session.ask(name, values))
