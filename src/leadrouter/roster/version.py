"""One version of a roster: everything that one file says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from functools import cached_property
from typing import cast

import tzdata
from attrs import AttrsInstance, field, fields, frozen, has

from leadrouter.errors import Fault
from leadrouter.readonly import read_only
from leadrouter.roster.absence import Absence
from leadrouter.roster.dated import Given
from leadrouter.roster.layer import Layer
from leadrouter.roster.override import Override
from leadrouter.roster.person import Person
from leadrouter.roster.role import Role
from leadrouter.roster.rotation import Rotation
from leadrouter.roster.swap import Swap
from leadrouter.roster.workdays import Workdays
from leadrouter.span import Span
from leadrouter.zone import takes_effect, zone

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
    where: Span | None = field(default=None, eq=False, repr=False)


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
    where: Span | None = field(default=None, eq=False, repr=False)

    @property
    def digest(self) -> str:
        """A digest of everything that can change an answer, the edition of the time-zone rules included."""
        text = json.dumps([_written(self), TZDATA], ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def taking_part(self) -> Mapping[str, tuple[str, ...]]:
        """Who takes turns in each role; everybody where a plan or a calendar says it."""
        return read_only({name: takes_part(self, role) or tuple(self.people) for name, role in self.roles.items()})

    def rotations(self) -> tuple[Rotation, ...]:
        """Return the rotations of all layers."""
        return tuple(layer.rotation for _, layer in self.layers() if layer.rotation is not None)

    def marks(self) -> Iterator[datetime]:
        """Yield the instants that are written with a date, between which everything recurs."""
        if self.effective is not None:
            yield self.effective
        for absence in self.absences:
            yield from (absence.start, absence.end)
        for override in self.overrides:
            yield from (override.start, override.end)
        for _, layer in self.layers():
            yield from (limit for limit in (layer.start, layer.end) if limit is not None)
            for duty in () if layer.dated is None else layer.dated.duties:
                yield from (duty.start, duty.end)
            if layer.rotation is not None and layer.rotation.anchor is not None:
                yield takes_effect(layer.rotation.anchor, layer.rotation.at[0], zone(layer.tz))

    def layers(self) -> tuple[tuple[Role, Layer], ...]:
        """Return every layer with its role, in the order of the file."""
        return tuple((role, layer) for role in self.roles.values() for layer in role.layers)


def takes_part(version: Version, role: Role, layers: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return who takes turns in a role, or in some of its layers, in the order of the roster.

    A plan or a calendar is filled from everybody in the role's rotations. A role that follows another
    is taken from the followed layer.
    """
    if role.follows is not None:
        return takes_part(version, version.roles[role.follows.role], [role.follows.layer])
    chosen = [layer for layer in role.layers if layers is None or layer.id in {*layers}]
    if not chosen or any(layer.rotation is None for layer in chosen):
        chosen = list(role.layers)
    names = {
        name for layer in chosen if layer.rotation is not None for entry in layer.rotation.people for name in entry
    }
    return tuple(name for name in version.people if name in names)


def _written(value: object) -> object:
    """Write a value so that JSON can hold it, the same wherever it is written; places and warnings are left out."""
    match value:
        case date() | time():
            return value.isoformat()
        case frozenset():
            return sorted(each.isoformat() if isinstance(each, date) else str(each) for each in value)
        case tuple():
            return [_written(each) for each in value]
        case Mapping():
            return [[key, _written(each)] for key, each in value.items()]
        case Given():
            return value.digest
        case _ if has(type(value)):
            counted = (each.name for each in fields(cast("type[AttrsInstance]", type(value))) if each.eq)
            held = {name: _written(getattr(value, name)) for name in counted}
            return {"is": type(value).__name__, **held}
    return value
