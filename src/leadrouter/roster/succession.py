"""How a later version of a roster follows an earlier one: it never changes the past, and moves nobody's duty unsaid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from leadrouter.errors import Fault
from leadrouter.roster.boundary import FIRST
from leadrouter.roster.timetable import Timetable
from leadrouter.roster.version import Version
from leadrouter.span import Span


def faults_of_succession(versions: Sequence[Version]) -> Iterator[Fault]:
    """Yield what is wrong with versions in their order."""
    for earlier, later in pairwise(versions):
        effective = later.effective
        if effective is None:
            message = f"version {later.number} does not say from when it is effective"
            yield _fault("LR715", message, later, "add `effective: 2026-06-01`")
        elif effective <= (earlier.effective or FIRST):
            message = f"version {later.number} is effective no later than version {earlier.number}"
            yield _fault("LR715", message, later, "a later version never changes the past")
        else:
            yield from _moved(earlier, later, effective)


def _moved(earlier: Version, later: Version, effective: datetime) -> Iterator[Fault]:
    """Yield the rotations whose list has changed and that do not say whose turn it is when that happens."""
    before = {(role.id, layer.id): layer for role, layer in earlier.layers()}
    for role, layer in later.layers():
        old, new = before.get((role.id, layer.id)), layer.rotation
        if old is None or old.rotation is None or new is None or old.rotation.people == new.people:
            continue
        running = Timetable(old, earlier.workdays).running(effective)
        if running is None or new.anchor is None:
            continue
        day, number = running
        if new.first is None or new.anchor < day:
            whose = old.rotation.entry(number)
            named = f", first: {whose[0]}" if whose and any(whose[0] in entry for entry in new.people) else ", first: …"
            message = f"the list of layer `{layer.id}` has changed, and would move today's duty"
            fix = f"name the person at the anchor: `anchor: {day.isoformat()}{named}`"
            yield _fault("LR716", message, later, fix, new.where)


def _fault(code: str, message: str, later: Version, fix: str, where: Span | None = None) -> Fault:
    return Fault(code=code, message=message, where=where or later.where or later.name, fix=fix)
