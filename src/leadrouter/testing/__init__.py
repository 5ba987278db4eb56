"""Public helpers for testing rule packs and what is built on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadrouter.testing.cases import DEFAULT_AT, Case, Expectation, OpenLeads, parse_cases
from leadrouter.testing.clock import FixedClock
from leadrouter.testing.coverage import Coverage, Target, measure
from leadrouter.testing.results import CaseResult, Comparison, run_case
from leadrouter.testing.suite import Suite, load_cases, load_suite

if TYPE_CHECKING:
    from leadrouter.testing.strategies import facts, facts_of, leads, values

__all__ = [
    "DEFAULT_AT",
    "Case",
    "CaseResult",
    "Comparison",
    "Coverage",
    "Expectation",
    "FixedClock",
    "OpenLeads",
    "Suite",
    "Target",
    "facts",
    "facts_of",
    "leads",
    "load_cases",
    "load_suite",
    "measure",
    "parse_cases",
    "run_case",
    "values",
]

_STRATEGIES = ("facts", "facts_of", "leads", "values")


def __getattr__(name: str) -> object:
    """Load the strategies when one is asked for: they need hypothesis."""
    if name not in _STRATEGIES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from leadrouter.testing import strategies

    return getattr(strategies, name)
