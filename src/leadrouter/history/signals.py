"""What the patterns of a pack say of one lead, with what they were asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from leadrouter.history.past import History
from leadrouter.history.reading import Reading
from leadrouter.history.reference import evaluate
from leadrouter.readonly import read_only
from leadrouter.rulepack.pack import CheckedPack


@frozen(eq=False)
class Signals:
    """The truth of each pattern, None where it is unknown, and the reading that it is true of."""

    values: Mapping[str, bool | None] = field(converter=read_only)
    reading: Reading = field(repr=False)


def sense(pack: CheckedPack, facts: Mapping[str, Any], history: History | Signals | None) -> Signals | None:
    """Return what the patterns say by the reference, or what another engine said; None where no past is known.

    Raises:
        Refusal: a fact of the lead is not of its type.
    """
    if history is None or isinstance(history, Signals):
        return history
    reading = Reading.of(pack, facts, history)
    return Signals(evaluate(reading), reading)
