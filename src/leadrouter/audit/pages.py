"""A ledger read from its beginning to its end, a page in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias, TypeVar

from leadrouter.ledger.chain import Kept
from leadrouter.ledger.ledger import Noted, Reading, Refused
from leadrouter.lifecycle.company import Company
from leadrouter.lifecycle.state import LeadState

PAGE: Final = 500
UNREADABLE: Final = (ValueError, LookupError, TypeError, AttributeError, AssertionError)
"""What reading a row raises that somebody has changed: it is no JSON, or not the JSON of what it should hold."""

Value = TypeVar("Value")

Advance: TypeAlias = Callable[[int, int], object]
"""Called with the number of an event that was read, and with how many leads were routed up to it."""


def unheard(_: int, __: int) -> None:
    """Tell nobody how far the log has been read."""


def length_of(work: Reading) -> int:
    """Return how many events a log has."""
    seals = work.seals()
    return work.unsealed()[1] + (seals[-1].upto if seals else 0)


def log_of(work: Reading) -> Iterator[Kept | int]:
    """Yield the events of a log in order, and only the number of one that cannot be read."""
    after = 0
    while page := _page(work.log, after):
        for kept in page:
            after = after + 1 if kept is None else kept.number
            yield after if kept is None else kept


def states_of(work: Reading) -> Iterator[LeadState | int]:
    """Yield where leads stand in the order of their numbers, and only the number of one that cannot be read."""
    after = 0
    while page := _page(work.leads, after):
        for state in page:
            after += 1  # what a changed state says of its number is not believed
            yield after if state is None else state


def companies_of(work: Reading) -> Iterator[Company]:
    """Yield the companies by id.

    Raises:
        ValueError, LookupError, TypeError: one cannot be read.
    """
    after = ""
    while page := work.clients.companies(after, PAGE):
        yield from page
        if page[-1].id <= after:
            raise ValueError("companies are not in the order of their ids")
        after = page[-1].id


def notes_of(work: Reading) -> Iterator[tuple[int, Noted]]:
    """Yield what was noted of companies, in order, with its number."""
    after = 0
    while page := work.notes(after, PAGE):
        yield from page
        after = page[-1][0]


def refused_of(work: Reading) -> Iterator[tuple[int, Refused]]:
    """Yield the leads that were refused, in order, each with its number."""
    after = 0
    while page := work.personal.refused(after, PAGE):
        yield from page
        after = page[-1][0]


def _page(read: Callable[[int, int], Sequence[Value]], after: int) -> Sequence[Value | None]:
    """Return the rows after a number: a page, one where something in the page cannot be read, None for that one."""
    try:
        return read(after, PAGE)
    except UNREADABLE:
        pass
    try:
        return read(after, 1)
    except UNREADABLE:
        return (None,)
