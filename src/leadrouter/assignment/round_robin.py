"""Everybody in turn."""

from __future__ import annotations

from collections.abc import Sequence


def next_in_turn(pool: Sequence[str], last: str | None) -> str:
    """Return whose turn it is after `last`, by the order of ids.

    The order is that of the ids and not of the list, so that editing a pool never resets the rotation:
    somebody who joins is reached when the turn comes past, and where `last` has left, the next id
    goes on.

    >>> next_in_turn(["vera", "anna"], "anna"), next_in_turn(["anna", "vera"], "boris")
    ('vera', 'vera')

    Raises:
        ValueError: the pool is empty.
    """
    if not pool:
        raise ValueError("nobody is in the pool")
    ordered = sorted(pool)
    return next((person for person in ordered if last is None or person > last), ordered[0])
