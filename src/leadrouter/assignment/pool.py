"""From a destination to people, at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from leadrouter.assignment.duties import Duties, away_at, on_duty_until, takes_turns
from leadrouter.destination import Deputy, Destination, OnDuty, Owner
from leadrouter.organisation import Organisation
from leadrouter.staff import Sharing


@frozen(kw_only=True)
class Resolved:
    """The people of a destination, by id, and how they share its leads.

    `destination` has `inbound` settled by the staffing. Of a duty role `people` are those on duty,
    `off_duty` the others who take turns in it, `until` when somebody else has duty by a roster, and `duty` says
    what decided, where anything had to. `deputised` are those who are away, and whose deputy stands in for them as
    the one who is accountable. `keeps_hours` says whether the hours of departments matter.
    """

    destination: str
    people: tuple[str, ...]
    sharing: Sharing
    keeps_hours: bool = True
    is_on_duty: bool = False
    off_duty: tuple[str, ...] = ()
    until: datetime | None = None
    deputised: tuple[str, ...] = ()
    duty: Mapping[str, Any] | None = field(default=None, hash=False)

    def standing_key(self, lead_class: str) -> str:
        """Return the name under which the pool's standing is kept for leads of a class."""
        return f"{self.destination} {lead_class}" if self.sharing.fair_by == "class" else self.destination


def resolve(
    to: Destination, organisation: Organisation, duties: Duties, at: datetime, *, owner: str | None = None
) -> Resolved:
    """Return who a destination means at an instant.

    `owner` is whoever holds the client already; the destinations `owner` and `deputy` mean nobody
    without one.
    """
    settled = organisation.settle(to)
    people: tuple[str, ...]
    match settled:
        case OnDuty(role):
            on_duty = {*duties.on_duty(role, at)} & organisation.people.keys()
            return Resolved(
                destination=str(settled),
                people=tuple(sorted(on_duty)),
                sharing=organisation.sharing_of(settled),
                keeps_hours=False,
                is_on_duty=True,
                off_duty=tuple(sorted({*takes_turns(role, organisation, duties, at)} - on_duty)),
                until=on_duty_until(role, duties, at),
                duty=duties.told(role, at),
            )
        case Owner():
            people = () if owner not in organisation.people else (str(owner),)
        case Deputy():
            deputy = None if owner not in organisation.people else organisation.people[str(owner)].deputy
            people = () if deputy is None else (deputy,)
        case _:
            members = organisation.roll.members.get(str(settled))
            people = tuple(sorted(organisation.pool(settled))) if members is None else members
    return Resolved(destination=str(settled), people=people, sharing=organisation.sharing_of(settled))


def accountable(to: Destination, organisation: Organisation, duties: Duties, at: datetime) -> str | None:
    """Return who answers for a lead that has come to the last step of its ladder; nobody for `hold`.

    Somebody who is away passes it to the deputy, and so on; where everybody in that line is away, it
    stays with the first.
    """
    line = line_of(to, organisation, duties, at)
    return line[-1] if line else None


def line_of(to: Destination, organisation: Organisation, duties: Duties, at: datetime) -> tuple[str, ...]:
    """Return who is accountable, and before him those who are away and for whom he stands in."""
    people = resolve(to, organisation, duties, at).people
    if not people:
        return ()
    away, asked = away_at(duties, at), [people[0]]
    while asked[-1] in away:
        deputy = organisation.people[asked[-1]].deputy
        if deputy is None or deputy in asked:
            return (asked[0],)
        asked.append(deputy)
    return tuple(asked)
