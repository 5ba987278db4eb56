"""Somebody who wants no leads for a while."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from leadrouter.errors import LifecycleError, UnknownPersonError, did_you_mean
from leadrouter.lifecycle.desk import Desk
from leadrouter.organisation import Organisation


def pause(desk: Desk, person: str, until: datetime | None, reason: str | None) -> None:
    """Offer somebody nothing, until an instant or until further notice; what was offered stays offered.

    Raises:
        UnknownPersonError: the organisation does not have that person.
        LifecycleError: the pause would end before it begins.
    """
    require_person(desk.house.organisation, person)
    if until is not None and until <= desk.at:
        raise LifecycleError(f"the pause of `{person}` ends {until.isoformat()}, when it has not begun")
    load = desk.load(person)
    if load.is_paused and load.paused_until == until:
        return
    desk.put_load(evolve(load, is_paused=True, paused_until=until))
    desk.tell("person.paused", person=person, until=None if until is None else until.isoformat(), reason=reason)


def resume(desk: Desk, person: str) -> None:
    """End a pause; nothing where there is none.

    Raises:
        UnknownPersonError: the organisation does not have that person.
    """
    require_person(desk.house.organisation, person)
    load = desk.load(person)
    if load.is_paused:
        desk.put_load(evolve(load, is_paused=False, paused_until=None))
        desk.tell("person.resumed", person=person)


def require_person(organisation: Organisation, person: str) -> None:
    """Refuse somebody whom the organisation does not have.

    Raises:
        UnknownPersonError: with the people who might be meant.
    """
    if person not in organisation.people:
        raise UnknownPersonError(f"nobody is called `{person}`: {did_you_mean(person, organisation.people)}")
