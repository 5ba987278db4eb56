"""What another roster would change: who gains and who loses which stretches."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from itertools import pairwise
from typing import Protocol

from attrs import evolve, frozen

from leadrouter.roster.duty import Duty


@frozen(kw_only=True)
class Change:
    """Over `[start, end)`, in UTC, these people lose duty in a role and those gain it."""

    role: str
    start: datetime
    end: datetime
    loses: tuple[str, ...]
    gains: tuple[str, ...]


class _Roster(Protocol):
    @property
    def all_roles(self) -> tuple[str, ...]: ...
    def timeline(self, start: datetime, end: datetime, role: str | None = None) -> tuple[Duty, ...]: ...


def changes(before: _Roster, after: _Roster, start: datetime, end: datetime) -> tuple[Change, ...]:
    """Return the changes of all roles over `[start, end)`, role by role in the order of their names."""
    roles = sorted({*before.all_roles, *after.all_roles})
    return tuple(change for role in roles for change in _of_role(role, before, after, start, end))


def _of_role(role: str, before: _Roster, after: _Roster, start: datetime, end: datetime) -> list[Change]:
    timelines = [_people(each, role, start, end) for each in (before, after)]
    cuts = sorted({at for timeline in timelines for at, _ in timeline} | {end})
    found: list[Change] = []
    for begins, ends in pairwise(cuts):
        had, has = (_at(timeline, begins) for timeline in timelines)
        loses = tuple(person for person in had if person not in has)
        gains = tuple(person for person in has if person not in had)
        last = found[-1] if found else None
        if last is not None and (last.end, last.loses, last.gains) == (begins, loses, gains):
            found[-1] = evolve(last, end=ends)
        elif loses or gains:
            found.append(Change(role=role, start=begins, end=ends, loses=loses, gains=gains))
    return found


def _people(roster: _Roster, role: str, start: datetime, end: datetime) -> list[tuple[datetime, tuple[str, ...]]]:
    """Return who has duty from when on; nobody in a role that a roster does not have."""
    if role not in roster.all_roles:
        return [(start, ())]
    return [(duty.start, duty.people) for duty in roster.timeline(start, end, role)]


def _at(timeline: list[tuple[datetime, tuple[str, ...]]], at: datetime) -> tuple[str, ...]:
    return timeline[bisect_right(timeline, at, key=lambda each: each[0]) - 1][1]
