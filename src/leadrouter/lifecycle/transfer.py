"""A client passes on: after the first deal, or by order."""

from __future__ import annotations

from typing import Any

from leadrouter.assignment.pool import resolve
from leadrouter.destination import Destination, Owner
from leadrouter.errors import LifecycleError
from leadrouter.lifecycle.clients import give
from leadrouter.lifecycle.company import Company
from leadrouter.lifecycle.desk import Desk
from leadrouter.lifecycle.pausing import require_person
from leadrouter.lifecycle.portfolio import most_room


def transfer(desk: Desk, client: Company, to: Destination, rule: str) -> Company:
    """Pass a client on as a rule says; whoever held him stays the second contact.

    He goes to whoever of the destination has most room in the portfolio. Where nobody has any, he stays
    where he is, and `client.not_transferred` is told. He stays as well where whoever holds him is among
    them, and where the rule says `owner`.
    """
    if isinstance(to, Owner):
        return client
    resolved = resolve(to, desk.house.organisation, desk.house.duties, desk.at)
    if client.owner in resolved.people:
        return client
    room = most_room(desk, resolved.people, client.size)
    told: dict[str, Any] = {"rule": rule, "destination": resolved.destination, "reasons": room.reasons()}
    if room.person is None:
        desk.tell("client.not_transferred", company=client.id, owner=client.owner, **told)
        return client
    return give(desk, client, room.person, "client.transferred", second=client.owner, **told)


def transfer_by_order(desk: Desk, client: Company, to: str, by: str, reason: str | None) -> Company:
    """Pass a client on to somebody by order, whatever else he holds; whoever held him is the second contact.

    Raises:
        UnknownPersonError: the organisation does not have that person.
        LifecycleError: the company is no client.
    """
    require_person(desk.house.organisation, to)
    if not client.is_client:
        raise LifecycleError(f"company {client.id} is no client: nobody holds it who could pass it on")
    if client.owner == to:
        return client
    return give(desk, client, to, "client.transferred", second=client.owner, by=by, reason=reason)
