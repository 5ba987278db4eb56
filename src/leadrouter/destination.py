"""Where a lead can go.

>>> str(parse_destination("on_duty(duty)")), parse_destination("nowhere")
('on_duty(duty)', None)
"""

from __future__ import annotations

import re
from typing import TypeAlias

from attrs import frozen


@frozen
class Department:
    """The people of a department."""

    name: str

    def __str__(self) -> str:
        return f"department({self.name})"


@frozen
class Head:
    """The head of a department, who is accountable for it."""

    department: str

    def __str__(self) -> str:
        return f"head({self.department})"


@frozen
class Person:
    """One person by id."""

    id: str

    def __str__(self) -> str:
        return f"person({self.id})"


@frozen
class OnDuty:
    """Whoever is on duty in a role."""

    role: str

    def __str__(self) -> str:
        return f"on_duty({self.role})"


@frozen
class Pool:
    """Everybody with the attributes that the organisation gives a pool of this name."""

    name: str

    def __str__(self) -> str:
        return f"pool({self.name})"


@frozen
class Owner:
    """Whoever holds the client already."""

    def __str__(self) -> str:
        return "owner"


@frozen
class Deputy:
    """The deputy of whoever holds the client."""

    def __str__(self) -> str:
        return "deputy"


@frozen
class Inbound:
    """Whatever the organisation's staffing says: a department, its head, or who is on duty."""

    def __str__(self) -> str:
        return "inbound"


@frozen
class Hold:
    """Nobody yet: the lead waits, and an alarm says so."""

    def __str__(self) -> str:
        return "hold"


Destination: TypeAlias = Department | Head | Person | OnDuty | Pool | Owner | Deputy | Inbound | Hold

FORMS = ("department(…)", "head(…)", "person(…)", "on_duty(…)", "pool(…)", "owner", "deputy", "inbound", "hold")

_FORM = re.compile(r"(?P<kind>department|head|person|on_duty|pool)\(\s*(?P<name>[\w.-]+)\s*\)")
_KINDS: dict[str, type[Department | Head | Person | OnDuty | Pool]] = {
    "department": Department,
    "head": Head,
    "person": Person,
    "on_duty": OnDuty,
    "pool": Pool,
}
_BARE: dict[str, Destination] = {"owner": Owner(), "deputy": Deputy(), "inbound": Inbound(), "hold": Hold()}


def parse_destination(text: str) -> Destination | None:
    """Return the destination that a text names, or None where it names none."""
    found = _FORM.fullmatch(text.strip())
    return _BARE.get(text.strip()) if found is None else _KINDS[found["kind"]](found["name"])
