"""Somebody who can have duty."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Person:
    """A person of a roster. `name` and `email` are what calendars know them by; `tz` is the zone they live in."""

    id: str
    tz: str | None = None
    name: str | None = None
    email: str | None = None
    skills: tuple[str, ...] = ()
