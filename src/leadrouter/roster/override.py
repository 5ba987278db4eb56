"""Overrides: what somebody set by hand for a stretch."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias, assert_never

from attrs import field, frozen

from leadrouter.span import Span


@frozen
class Assign:
    """These people have duty, and nobody else; nobody at all where the list is empty."""

    people: tuple[str, ...]


@frozen
class Add:
    """These people have duty as well."""

    people: tuple[str, ...]


@frozen
class Remove:
    """These people do not have duty."""

    people: tuple[str, ...]


@frozen
class Replace:
    """Where one person has duty, another has it instead."""

    person: str
    by: str


Action: TypeAlias = Assign | Add | Remove | Replace


@frozen(kw_only=True)
class Override:
    """What was set by hand in one role over `[start, end)`, in UTC."""

    id: str
    role: str
    start: datetime
    end: datetime
    action: Action
    reason: str | None = None
    where: Span | None = field(default=None, eq=False, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The people whom it puts on duty."""
        match self.action:
            case Assign(people) | Add(people):
                return people
            case Replace(_, by):
                return (by,)
            case Remove():
                return ()
            case _:
                assert_never(self.action)


def overridden(people: tuple[str, ...], action: Action) -> tuple[str, ...]:
    """Return who has duty after an action, each once.

    >>> overridden(("anna", "boris"), Replace("anna", "vera"))
    ('vera', 'boris')
    """
    match action:
        case Assign(given):
            return tuple(dict.fromkeys(given))
        case Add(given):
            return tuple(dict.fromkeys((*people, *given)))
        case Remove(given):
            return tuple(person for person in people if person not in given)
        case Replace(person, by):
            return tuple(dict.fromkeys(by if each == person else each for each in people))
        case _:
            assert_never(action)
