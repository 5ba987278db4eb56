"""Companies and who holds them: known again, linked, won, passed on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import evolve

from leadrouter.errors import UnknownCompanyError
from leadrouter.facts import is_keepable
from leadrouter.identity import Identifier, match
from leadrouter.ledger.clients import ReadClients
from leadrouter.lifecycle.company import Company, Known
from leadrouter.lifecycle.desk import Desk
from leadrouter.lifecycle.pausing import require_person
from leadrouter.lifecycle.state import LeadState
from leadrouter.refusal import show

BY_HAND = "by hand"

_OF_CLIENTS = ("owner", "second", "since", "deal", "size")
"""What is said of a company because it is a client."""

_NOBODYS = Company(id="", root="")


def recognise(clients: ReadClients, found: tuple[Identifier, ...], key: bytes = b"") -> Known:
    """Return what is known of the company that has these identifiers."""

    def companies_of(each: Identifier) -> tuple[str, ...]:
        return clients.companies_of(each.rule, each.digest(key))

    matched, ambiguous = match(found, companies_of, lambda root: clients.has_identifier(root, "tax number"))
    company = None if matched is None else clients.company(matched.company)
    if matched is None or company is None:
        return Known(ambiguous=ambiguous)
    return Known(
        company=company.id,
        rule=matched.rule,
        ambiguous=ambiguous,
        is_client=company.is_client,
        owner=company.owner,
    )


def enter(desk: Desk, lead_id: str, found: tuple[Identifier, ...], known: Known, key: bytes = b"") -> Company:
    """Keep the company that a new lead has brought, linked to the one that is known; return it.

    The event `lead.routed` tells of it. Of several that are linked by hand it is linked to the one that has the
    identifier: should their link be undone, it goes along with that one.
    """
    clients = desk.work.clients
    root, link = known.company or lead_id, None
    if known.company is not None:
        matched = next(each for each in found if each.rule == known.rule)
        link = _begun(clients, clients.holder_of(matched.rule, matched.digest(key), root))
    company = Company(id=lead_id, root=root, link=link, rule=known.rule)
    clients.put(company)
    for each in found:
        clients.add_identifier(company, each.rule, each.digest(key))
    return company


def begin(desk: Desk, id_: str, found: tuple[Identifier, ...], known: Known, key: bytes = b"") -> Company:
    """Keep a company that no lead has brought, as `enter` does, and tell of it."""
    company = enter(desk, id_, found, known, key)
    desk.tell("company.begun", evidence=company.to_dict(), company=company.id)
    return company


def company_of(clients: ReadClients, id_: str) -> Company:
    """Return a company by the id of any lead of it: the one at the end of the links.

    Raises:
        UnknownCompanyError: no company has that id.
    """
    return _company(clients, _company(clients, id_).root)


def enter_client(
    desk: Desk, id_: str, found: tuple[Identifier, ...], *, owner: str, size: str, key: bytes = b""
) -> Company:
    """Make a client of a company by word of whoever knows, known already or not; return it.

    Raises:
        UnknownPersonError: the organisation does not have that person.
    """
    require_person(desk.house.organisation, owner)
    known = recognise(desk.work.clients, found, key)
    if desk.work.clients.company(id_) is None:
        begin(desk, id_, found, known, key)
    company = company_of(desk.work.clients, id_)
    if company.is_client and (company.owner, company.size) == (owner, size):
        return company
    since = desk.at if company.since is None else company.since
    client = evolve(company, owner=owner, size=size, since=since)
    return put(desk, client, "client.entered", owner=owner, size=size, left=company.owner)


def forget(desk: Desk, id_: str) -> None:
    """Let go of the identifiers that a company was begun with.

    Raises:
        UnknownCompanyError: no company has that id.
    """
    company = _company(desk.work.clients, id_)
    desk.work.clients.forget_identifiers(company.id)
    desk.tell("company.forgotten", company=company.id)


def won(desk: Desk, state: LeadState) -> Company | None:
    """Make a client of the company of a lead that was won, if it is none yet; return it then.

    Whoever won the lead holds the client. A client that somebody holds already stays his.
    """
    assert state.company is not None, "INVARIANT: every lead begins a company"
    company = company_of(desk.work.clients, state.company)
    if company.is_client:
        return None
    client = _by_deal(desk, company, state)
    return put(desk, client, "client.won", owner=client.owner, size=client.size, lead=state.lead_id)


def give(desk: Desk, company: Company, to: str | None, name: str, **details: Any) -> Company:
    """Let somebody else hold a client; whoever held it before is told as `left`.

    The second contact stays, or is the one among `details`.
    """
    second = details.get("second", company.second)
    return put(desk, evolve(company, owner=to, second=second), name, owner=to, left=company.owner, **details)


def put(desk: Desk, company: Company, name: str, **details: Any) -> Company:
    """Keep a company as it stands now, and tell why; portfolios follow."""
    before = desk.work.clients.company(company.id)
    company = evolve(company, version=company.version + 1)
    desk.work.clients.put(company)
    for each, change in ((before, -1), (company, 1)):
        if each is not None and each.is_client and each.held_by is not None:
            desk.put_load(desk.load(each.held_by).holding({each.size: change}))
    desk.tell(name, evidence=company.to_dict(), company=company.id, **details)
    return company


def link(desk: Desk, one: str, other: str, by: str) -> Company:
    """Say that two companies are the same; return the one that stands for both.

    That is the client where one of them is; of two clients, or two that are none, the older. The other
    keeps its owner for the day on which the link is undone, but counts in nobody's portfolio meanwhile.
    Linking again changes nothing.

    Raises:
        UnknownCompanyError: no company has that id.
    """
    clients = desk.work.clients
    root, child = sorted((company_of(clients, one), company_of(clients, other)), key=lambda each: _age(desk, each))
    if root.id != child.id:
        linked = evolve(child, link=root.id, root=root.id, rule=BY_HAND)
        _move(desk, put(desk, linked, "company.linked", to=root.id, by=by), "company.linked")
    return root


def unlink(desk: Desk, id_: str, by: str) -> Company:
    """Undo the link of a company, or of a lead that was taken for one of a known company's.

    What is linked to it goes along. It is known by the identifiers that it has brought, and held by whom
    it was held by before the link. One that was no client then is one where a lead of it was won since: a client
    by that deal alone goes along with it, and otherwise whoever won it holds it. A company that is linked to none
    stays as it is.

    Raises:
        UnknownCompanyError: no company has that id.
    """
    company = _company(desk.work.clients, id_)
    if company.link is None:
        return company
    root, deals = company_of(desk.work.clients, company.id), _deals(desk, company)
    goes_along = not company.is_client and root.deal in [state.lead_id for state in deals]
    alone = evolve(company, link=None, root=company.id, rule=None)
    if goes_along:
        alone = evolve(alone, **{name: getattr(root, name) for name in _OF_CLIENTS})
    elif deals and not company.is_client:
        alone = _by_deal(desk, alone, deals[0])
    alone = put(desk, alone, "company.unlinked", left=company.link, by=by)
    _move(desk, alone, "company.unlinked")
    if goes_along:
        _part(desk, root, alone)
    return alone


def _part(desk: Desk, root: Company, alone: Company) -> None:
    """Leave a company without the deal by which it was a client; it is one still where another lead of it was won."""
    deals = _deals(desk, root)
    if deals:
        left = evolve(root, since=deals[0].milestones["closed"], deal=deals[0].lead_id)
    else:
        left = evolve(root, **{name: getattr(_NOBODYS, name) for name in _OF_CLIENTS})
    put(desk, left, "client.parted", owner=left.owner, left=root.owner, to=alone.id)


def _deals(desk: Desk, company: Company) -> list[LeadState]:
    """Return the leads that were won of a company and of all that are linked to it, the first deal first."""
    states = [desk.work.lead(each.id) for each in _under(desk.work.clients, company)]
    won = [state for state in states if state is not None and state.status == "won"]
    return sorted(won, key=lambda state: (state.milestones["closed"], state.number))


def _by_deal(desk: Desk, company: Company, state: LeadState) -> Company:
    """Return a company as a client of whoever won a lead of it."""
    field = desk.house.organisation.size
    size = "" if field is None else str(state.asks.get(field, ""))
    return evolve(company, owner=state.holder, since=state.milestones["closed"], deal=state.lead_id, size=size)


def _company(clients: ReadClients, id_: str) -> Company:
    """Return a company by its own id, wherever its links lead."""
    company = clients.company(id_) if is_keepable(id_) else None
    if company is None:
        raise UnknownCompanyError(f"no company has the id {show(id_)}")
    return company


def _begun(clients: ReadClients, id_: str) -> str:
    """Return the company that leads like this one are linked to: itself, where it was not known again."""
    company = clients.company(id_)
    assert company is not None, "INVARIANT: an identifier is a company's"
    return company.id if company.link is None or company.rule == BY_HAND else company.link


def _age(desk: Desk, company: Company) -> tuple[bool, float, int, str]:
    """Return what sorts clients before others, and the older before the younger."""
    lead = desk.work.lead(company.id)
    since = 0 if company.since is None else company.since.timestamp()
    return not company.is_client, since, 0 if lead is None else lead.number, company.id


def _move(desk: Desk, moved: Company, name: str) -> None:
    """Bring what is linked to a company, and the leads of all, under its root."""
    for company in _under(desk.work.clients, moved):
        if company.root != moved.root:
            desk.work.clients.put(evolve(company, root=moved.root))
        if desk.work.lead(company.id) is not None:
            desk.happen(desk.lead(company.id), name, company=moved.root)


def _under(clients: ReadClients, company: Company) -> Iterator[Company]:
    """Yield a company and all that are linked to it, directly or not."""
    yield company
    for each in clients.linked_to(company.id):
        yield from _under(clients, each)
