"""Companies in a SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from attrs import define

from leadrouter.adapters.sqlite.statements import STATEMENTS
from leadrouter.identity import MATCHING_RULES
from leadrouter.lifecycle.company import Company


@define(eq=False)
class SqliteClients:
    """Companies as one transaction sees them: the same words as `ledger.clients`.

    `seen` are the companies that the transaction has put or asked for by id: nobody else changes them.
    """

    connection: sqlite3.Connection
    seen: dict[str, Company | None]

    def company(self, id: str) -> Company | None:  # noqa: A002  # the word of all values here
        """Return a company, or None where there is none of that id."""
        if id not in self.seen:
            found = self._all("company", id)
            self.seen[id] = found[0] if found else None
        return self.seen[id]

    def companies(self, after: str, limit: int) -> tuple[Company, ...]:
        """Return the companies after an id, by id, at most so many."""
        return self._all("companies", after, limit)

    def companies_of(self, rule: str, digest: str) -> tuple[str, ...]:
        """Return the roots of the companies that an identifier is known of, in order, each once."""
        rows = self.connection.execute(STATEMENTS["roots of identifier"], {"rule": rule, "digest": digest})
        return tuple(str(root) for (root,) in rows)

    def holder_of(self, rule: str, digest: str, root: str) -> str:
        """Return the first by id of the companies under a root that have brought an identifier."""
        (id_,) = self.connection.execute(STATEMENTS["holder of identifier"], (rule, digest, root)).fetchone()
        if id_ is None:
            raise KeyError(root)
        return str(id_)

    def brought_by(self, id: str) -> tuple[tuple[str, str], ...]:  # noqa: A002  # as above
        """Return the identifiers that a company was begun with, rule and digest, in order."""
        return tuple(self.connection.execute(STATEMENTS["identifiers"], (id,)))

    def has_identifier(self, root: str, rule: str) -> bool:
        """Tell whether a company, or one linked to it, is known by any identifier of a rule."""
        return self.connection.execute(STATEMENTS["has identifier"], (root, rule)).fetchone() is not None

    def linked_to(self, id: str) -> tuple[Company, ...]:  # noqa: A002  # as above
        """Return the companies that are directly linked to one, by id."""
        return self._all("companies linked to", id)

    def held_by(self, person: str) -> tuple[Company, ...]:
        """Return the companies in somebody's portfolio, by id."""
        return self._all("companies held by", person)

    def put(self, company: Company) -> None:
        """Keep a company as it stands now."""
        before, self.seen[company.id] = self.seen.get(company.id), company
        values = (company.id, company.root, company.link, company.held_by, company.to_json())
        self.connection.execute(STATEMENTS["put company"], values)
        if before is None or before.root != company.root:
            for moved in ("move identifiers", "move past"):
                self.connection.execute(STATEMENTS[moved], (company.root, company.id, company.root))

    def add_identifier(self, company: Company, rule: str, digest: str) -> None:
        """Keep an identifier of a company that was put before; once is enough."""
        self.connection.execute(STATEMENTS["add identifier"], (rule, digest, company.root, company.id))

    def forget_identifiers(self, id: str, rules: Collection[str] = MATCHING_RULES) -> None:  # noqa: A002  # as above
        """Let go of the identifiers of some rules that a company was begun with: it is not known again by them."""
        self.connection.executemany(STATEMENTS["forget identifiers"], [(id, rule) for rule in rules])

    def _all(self, name: str, *values: str | int) -> tuple[Company, ...]:
        return tuple(Company.from_json(text) for (text,) in self.connection.execute(STATEMENTS[name], values))
