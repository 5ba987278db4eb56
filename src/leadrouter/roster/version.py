"""One version of a roster: everything that one file says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Protocol, cast

import tzdata
from attrs import Attribute, asdict, evolve, field, frozen

from leadrouter.errors import Fault
from leadrouter.readonly import read_only
from leadrouter.roster.absence import Absence
from leadrouter.roster.layer import Layer
from leadrouter.roster.override import Override
from leadrouter.roster.person import Person
from leadrouter.roster.role import Role
from leadrouter.roster.swap import Swap
from leadrouter.roster.workdays import Workdays

TZDATA: str = tzdata.IANA_VERSION
"""The edition of the time-zone rules that rosters are read by; a part of their digest."""


@frozen(kw_only=True)
class Limits:
    """What `check` holds people's duties against; None is no limit.

    `rest` are the hours between two duties of one person, `consecutive_days` the local dates in a row on
    which one has duty.
    """

    rest: int | None = None
    consecutive_days: int | None = None


@frozen(kw_only=True)
class Version:
    """What one file of a roster says, from the instant `effective` on, or since ever.

    `roles` and `people` are in the order of the file.
    """

    name: str
    number: int
    tz: str
    workdays: Workdays
    people: Mapping[str, Person] = field(converter=read_only, hash=False)
    roles: Mapping[str, Role] = field(converter=read_only, hash=False)
    absences: tuple[Absence, ...] = ()
    swaps: tuple[Swap, ...] = ()
    overrides: tuple[Override, ...] = ()
    limits: Limits = Limits()
    effective: datetime | None = None
    warnings: tuple[Fault, ...] = field(default=(), eq=False, repr=False)

    @property
    def digest(self) -> str:
        """A digest of everything that can change an answer, the edition of the time-zone rules included."""
        bare = evolve(self, people={}, roles={})
        held = asdict(bare, filter=_counts, value_serializer=_written)
        held["people"] = [asdict(each, value_serializer=_written) for each in self.people.values()]
        held["roles"] = [asdict(each, filter=_counts, value_serializer=_written) for each in self.roles.values()]
        text = json.dumps({**held, "tzdata": TZDATA}, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def layers(self) -> tuple[tuple[Role, Layer], ...]:
        """Return every layer with its role, in the order of the file."""
        return tuple((role, layer) for role in self.roles.values() for layer in role.layers)


def _counts(attribute: Attribute[Any], _: object) -> bool:
    """Leave out places and warnings: they change no answer."""
    return bool(attribute.eq)


def _written(_: object, attribute: Attribute[Any], value: object) -> object:
    """Write a value so that JSON can hold it, the same wherever it is written."""
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case frozenset():
            return sorted(each.isoformat() if isinstance(each, date) else each for each in value)
        case _ if attribute.name == "action":
            return {"does": type(value).__name__, **asdict(cast("Any", value))}
        case _ if attribute.name == "dated" and value is not None:
            return cast("_Digested", value).digest
    return value


class _Digested(Protocol):
    @property
    def digest(self) -> str: ...
