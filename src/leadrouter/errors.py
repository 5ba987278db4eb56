"""Everything raised on purpose, as one tree.

A `Fault` is one thing that is wrong, with its stable code, its place and its fix. An error carries
all faults that were found, so that nobody has to mend them one at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import partial
from typing import Any

from attrs import frozen

from leadrouter.span import Span


@frozen(kw_only=True)
class Fault:
    """One thing that is wrong.

    `code` is stable and has an entry in `docs/reference/errors.md`. `where` is a span in a text, or
    the name of what was read where there is no text (`lead.amount`).
    """

    code: str
    message: str
    where: Span | str
    fix: str | None = None

    @property
    def start(self) -> int:
        """Where in its text it begins; 0 where there is no text."""
        return self.where.start if isinstance(self.where, Span) else 0

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.code} {_on_one_line(self.message)}"]
        if isinstance(self.where, Span):
            parts.append(self.where.excerpt())
        if self.fix is not None:
            parts.append(f"fix: {_on_one_line(self.fix)}")
        return "\n".join(parts)


def _on_one_line(text: str) -> str:
    """Keep what somebody else wrote from breaking the line, the terminal or the page."""
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in cut)


_LONGEST = 1_000


class LeadRouterError(Exception):
    """The root of everything that leadrouter raises on purpose."""


class FaultsError(LeadRouterError, ValueError):
    """Input that was refused, with every fault that was found in it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.faults,))


class PackError(FaultsError):
    """A rule pack that was refused; nothing of it was loaded."""


class OrganisationError(FaultsError):
    """An organisation that was refused; nothing of it was loaded."""


class RosterError(FaultsError):
    """A duty roster that was refused; nothing of it was loaded."""


class CaseError(FaultsError):
    """A file of cases that was refused; none of its cases ran."""


class PlanError(FaultsError):
    """A plan of a handover that cannot be read, or is stale; nothing of it was applied."""


class FactsError(FaultsError):
    """Facts or a lead that were refused. `raw` is what was given, untouched."""

    def __init__(self, faults: Iterable[Fault], raw: object = None) -> None:
        super().__init__(faults)
        self.raw = raw

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.faults, self.raw))


class NaiveTimeError(LeadRouterError, ValueError):
    """A time without a zone where an instant was needed."""


class UnknownLeadError(LeadRouterError, KeyError):
    """A lead id that is not in the ledger, or the beginning of several."""

    def __str__(self) -> str:
        return str(self.args[0])


class ConflictError(LeadRouterError, ValueError):
    """The key of a stored lead came again with another payload.

    The stored decision stays, the second payload is kept in the ledger under the same key.
    """

    def __init__(self, message: str, lead_id: str) -> None:
        super().__init__(message, lead_id)
        self.lead_id = lead_id

    def __str__(self) -> str:
        return str(self.args[0])


class StaleError(LeadRouterError, RuntimeError):
    """A write on a lead that has changed since it was read: read it again and decide anew.

    `seen` is the version that the writer named, `current` the one at which the lead stands.
    """

    def __init__(self, lead_id: str, *, seen: int, current: int) -> None:
        super().__init__(f"lead {lead_id} stands at version {current}, not {seen}; read it again")
        self.lead_id = lead_id
        self.seen = seen
        self.current = current

    def __reduce__(self) -> tuple[Any, ...]:
        return (partial(type(self), seen=self.seen, current=self.current), (self.lead_id,))


class LifecycleError(LeadRouterError, ValueError):
    """Something that cannot be done as things stand; nothing was changed. `lead_id` names the lead, if it is one."""

    def __init__(self, message: str, lead_id: str | None = None) -> None:
        super().__init__(message, lead_id)
        self.lead_id = lead_id

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownCompanyError(LeadRouterError, KeyError):
    """A company that the ledger does not have."""

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownPersonError(LeadRouterError, KeyError):
    """A person whom the organisation does not have."""

    def __str__(self) -> str:
        return str(self.args[0])


class LedgerError(LeadRouterError, RuntimeError):
    """A ledger that cannot be opened, or was written by another version of the library."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a fix for an unknown word: the closest known one, in capitals or not, and all of them when they are few.

    >>> did_you_mean("deel", ["budget", "deal", "size"])
    'did you mean `deal`? known: budget, deal, size'
    >>> did_you_mean("msk", ["MSK", "SPB"])
    'did you mean `MSK`? known: MSK, SPB'
    """
    names = sorted(known)
    folded = {name.casefold(): name for name in reversed(names)}
    close = get_close_matches(word[:_COMPARED].casefold(), folded, n=1, cutoff=0.6)
    listed = ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
    suggestion = f"did you mean `{folded[close[0]]}`? " if close else ""
    return f"{suggestion}known: {listed}" if names else "there are none here"


_LISTED = 24
_COMPARED = 60
