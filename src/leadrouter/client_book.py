"""The clients of a router: entered, known again, linked, passed on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from attrs import define, field

from leadrouter.errors import FactsError, Fault
from leadrouter.facts import is_keepable
from leadrouter.identity import identifiers
from leadrouter.lead import Lead
from leadrouter.ledger.ledger import Ledger
from leadrouter.lifecycle import clients
from leadrouter.lifecycle.company import Company, Known
from leadrouter.lifecycle.desk import Desk
from leadrouter.lifecycle.ladder import serve
from leadrouter.lifecycle.transfer import transfer_by_order
from leadrouter.routing.intake import lead_id_of


@define(eq=False, kw_only=True)
class ClientBook:
    """Who the clients are and who holds them; `Router.clients` is one.

    A company has the id of the lead that was the first to come from it; the id of any lead of it names it
    as well.
    """

    _ledger: Ledger = field(repr=False)
    _desk: Callable[[datetime | None], AbstractContextManager[Desk]] = field(repr=False)
    _country: str
    _key: bytes = field(repr=False)

    def enter(self, lead: Lead, *, owner: str, size: str = "", at: datetime | None = None) -> Company:
        """Enter a client from before, so that his leads go to whoever holds him.

        Entering him again changes the owner and the size, where they are others.

        Args:
            lead: what identifies him: `company`, `contact`, and `tax_number` among the facts. It is not
                routed, and nothing of it is kept but digests of the identifiers.
            owner: who holds him.
            size: the size by which portfolios count him.
            at: the instant; the system's clock where it is left out.

        Raises:
            FactsError: nothing identifies him.
            UnknownPersonError: the organisation does not have that person.
        """
        found = identifiers(lead, country=self._country)
        if not found:
            message, fix = "nothing identifies the company", "give its tax number, a phone, an e-mail or its name"
            raise FactsError([Fault(code="LR855", message=message, where="lead", fix=fix)], raw=lead)
        with self._desk(at) as desk:
            company = clients.enter_client(desk, lead_id_of(lead.key), found, owner=owner, size=size, key=self._key)
            serve(desk)
        return company

    def known(self, lead: Lead) -> Known:
        """Return what is known of the company that a lead would come from, and by which rule."""
        found = identifiers(lead, country=self._country)
        with self._ledger.reading() as work:
            return clients.recognise(work.clients, found, self._key)

    def company(self, id: str) -> Company:  # noqa: A002  # the word of all values here
        """Return a company: the one at the end of the links.

        Raises:
            UnknownCompanyError: no company has that id.
        """
        with self._ledger.reading() as work:
            return clients.company_of(work.clients, id)

    def held_by(self, person: str) -> tuple[Company, ...]:
        """Return the clients in somebody's portfolio, by id."""
        with self._ledger.reading() as work:
            return work.clients.held_by(person) if is_keepable(person) else ()

    def link(self, one: str, other: str, *, by: str, at: datetime | None = None) -> Company:
        """Say that two companies are the same; return the one that stands for both.

        Nothing is merged: `unlink` restores what was before. Linking again changes nothing.

        Raises:
            UnknownCompanyError: no company has that id.
        """
        with self._desk(at) as desk:
            company = clients.link(desk, one, other, by)
            serve(desk)
        return company

    def unlink(self, id: str, *, by: str, at: datetime | None = None) -> Company:  # noqa: A002  # as above
        """Undo the link of a company, or of a single lead that was taken for one of a known company's.

        Raises:
            UnknownCompanyError: no company has that id.
        """
        with self._desk(at) as desk:
            company = clients.unlink(desk, id, by)
            serve(desk)
        return company

    def transfer(
        self,
        id: str,  # noqa: A002  # as above
        *,
        to: str,
        by: str,
        at: datetime | None = None,
        reason: str | None = None,
    ) -> Company:
        """Pass a client on to somebody by order; whoever held him is the second contact.

        Raises:
            UnknownCompanyError: no company has that id.
            UnknownPersonError: the organisation does not have that person.
            LifecycleError: the company is no client.
        """
        with self._desk(at) as desk:
            client = clients.company_of(desk.work.clients, id)
            company = transfer_by_order(desk, client, to, by, reason)
            serve(desk)
        return company

    def forget(self, id: str, *, at: datetime | None = None) -> None:  # noqa: A002  # as above
        """Let go of the identifiers that one lead, or one entered client, has brought; others' stay.

        Raises:
            UnknownCompanyError: no company has that id.
        """
        with self._desk(at) as desk:
            clients.forget(desk, id)
