"""Companies in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, MutableMapping
from heapq import nsmallest
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import define, evolve, field, frozen

from leadrouter.identity import MATCHING_RULES
from leadrouter.ledger.ledger import Noted

if TYPE_CHECKING:
    from leadrouter.lifecycle.company import Company

_Key: TypeAlias = tuple[str, str]
_Put: TypeAlias = Callable[[MutableMapping[Any, Any], Any, Any], None]


@frozen(eq=False)
class CompanyShelves:
    """All companies, and the ways in which they are found."""

    companies: dict[str, Company] = field(factory=dict)
    identifiers: defaultdict[str, dict[_Key, bool]] = field(factory=lambda: defaultdict(dict))
    """By company: its identifiers, rule and digest; those that are false are forgotten."""
    found: defaultdict[_Key, dict[str, int]] = field(factory=lambda: defaultdict(dict))
    """By identifier: the roots it is known of, and how many companies of each have it."""
    holders: defaultdict[_Key, dict[str, bool]] = field(factory=lambda: defaultdict(dict))
    """By identifier: the companies that have brought it."""
    rules: defaultdict[_Key, dict[str, int]] = field(factory=lambda: defaultdict(dict))
    """By root and rule: how many identifiers it has, under one key."""
    linked: defaultdict[str, dict[str, bool]] = field(factory=lambda: defaultdict(dict))
    noted: dict[_Key, Noted] = field(factory=dict)
    """Events of companies by kind and key."""
    turns: dict[_Key, int] = field(factory=dict)
    """By kind and key: how many events were noted before."""
    pasts: dict[str, tuple[Noted, ...]] = field(factory=dict)
    """Events by the root of their company, oldest first, equal instants in the order in which they were noted."""
    portfolios: defaultdict[str, dict[str, bool]] = field(factory=lambda: defaultdict(dict))


@define(eq=False)
class MemoryClients:
    """Companies as one transaction sees them; `put_into` writes so that it can be taken back."""

    shelves: CompanyShelves
    put_into: _Put

    def company(self, id: str) -> Company | None:  # noqa: A002  # the word of all values here
        """Return a company, or None where there is none of that id."""
        return self.shelves.companies.get(id)

    def companies(self, after: str, limit: int) -> tuple[Company, ...]:
        """Return the companies after an id, by id, at most so many. Costs the number of companies."""
        ids = nsmallest(limit, (id_ for id_ in self.shelves.companies if id_ > after))
        return tuple(self.shelves.companies[id_] for id_ in ids)

    def companies_of(self, rule: str, digest: str) -> tuple[str, ...]:
        """Return the roots of the companies that an identifier is known of, in order, each once."""
        return tuple(sorted(root for root, count in self.shelves.found[rule, digest].items() if count))

    def holder_of(self, rule: str, digest: str, root: str) -> str:
        """Return the first by id of the companies under a root that have brought an identifier.

        Costs the number of companies that have.
        """
        holders = self.shelves.holders[rule, digest]
        found = [id_ for id_, is_there in holders.items() if is_there and self.shelves.companies[id_].root == root]
        if not found:
            raise KeyError(root)
        return min(found)

    def brought_by(self, id: str) -> tuple[tuple[str, str], ...]:  # noqa: A002  # as above
        """Return the identifiers that a company was begun with, rule and digest, in order."""
        return tuple(sorted(each for each, is_there in self.shelves.identifiers[id].items() if is_there))

    def has_identifier(self, root: str, rule: str) -> bool:
        """Tell whether a company, or one linked to it, is known by any identifier of a rule."""
        return self.shelves.rules[root, rule].get("", 0) > 0

    def linked_to(self, id: str) -> tuple[Company, ...]:  # noqa: A002  # as above
        """Return the companies that are directly linked to one, by id."""
        return self._all(self.shelves.linked[id])

    def held_by(self, person: str) -> tuple[Company, ...]:
        """Return the companies in somebody's portfolio, by id."""
        return self._all(self.shelves.portfolios[person])

    def put(self, company: Company) -> None:
        """Keep a company as it stands now."""
        before = self.company(company.id)
        if before is not None:
            self._shelve(before, is_there=False)
            self._move(before, company.root)
        self.put_into(self.shelves.companies, company.id, company)
        self._shelve(company, is_there=True)

    def add_identifier(self, company: Company, rule: str, digest: str) -> None:
        """Keep an identifier of a company that was put before; once is enough."""
        held = self.shelves.identifiers[company.id]
        if not held.get((rule, digest)):
            self.put_into(held, (rule, digest), True)
            self.put_into(self.shelves.holders[rule, digest], company.id, True)
            self._count(company.root, (rule, digest), 1)

    def forget_identifiers(self, id: str, rules: Collection[str] = MATCHING_RULES) -> None:  # noqa: A002  # as above
        """Let go of the identifiers of some rules that a company was begun with: it is not known again by them."""
        held = self.shelves.identifiers[id]
        for identifier in [each for each, is_there in held.items() if is_there and each[0] in rules]:
            self.put_into(held, identifier, False)
            self.put_into(self.shelves.holders[identifier], id, False)
            self._count(self.shelves.companies[id].root, identifier, -1)

    def _move(self, company: Company, root: str) -> None:
        """Let the past of a company go along with it to another root."""
        past = self.shelves.pasts.get(company.root, ())
        moved = [evolve(each, company=root) for each in past if each.begun == company.id]
        if moved and root != company.root:
            for each in moved:
                self.put_into(self.shelves.noted, (each.kind, each.key), each)
            rest = tuple(each for each in past if each.begun != company.id)
            self.put_into(self.shelves.pasts, company.root, rest)
            joined = sorted((*self.shelves.pasts.get(root, ()), *moved), key=self._when_and_turn)
            self.put_into(self.shelves.pasts, root, tuple(joined))

    def _when_and_turn(self, event: Noted) -> tuple[str, int]:
        return event.at, self.shelves.turns[event.kind, event.key]

    def _shelve(self, company: Company, *, is_there: bool) -> None:
        """Put a company where it is found, or take it away from there."""
        if company.link is not None:
            self.put_into(self.shelves.linked[company.link], company.id, is_there)
        if company.held_by is not None:
            self.put_into(self.shelves.portfolios[company.held_by], company.id, is_there)
        for identifier, is_known in self.shelves.identifiers[company.id].items():
            if is_known:
                self._count(company.root, identifier, 1 if is_there else -1)

    def _count(self, root: str, identifier: _Key, change: int) -> None:
        found, rules = self.shelves.found[identifier], self.shelves.rules[root, identifier[0]]
        self.put_into(found, root, found.get(root, 0) + change)
        self.put_into(rules, "", rules.get("", 0) + change)

    def _all(self, ids: dict[str, bool]) -> tuple[Company, ...]:
        return tuple(self.shelves.companies[id_] for id_, is_there in sorted(ids.items()) if is_there)


def when(event: Noted) -> str:
    """Return when an event was."""
    return event.at
