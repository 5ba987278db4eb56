"""Public helpers for testing rule packs and what is built on them."""

from leadrouter.testing.cases import DEFAULT_AT, Case, Expectation, parse_cases
from leadrouter.testing.clock import FixedClock
from leadrouter.testing.coverage import Coverage, Target, measure
from leadrouter.testing.results import CaseResult, Comparison, run_case
from leadrouter.testing.strategies import facts, facts_of, leads, values
from leadrouter.testing.suite import Suite, load_cases, load_suite

__all__ = [
    "DEFAULT_AT",
    "Case",
    "CaseResult",
    "Comparison",
    "Coverage",
    "Expectation",
    "FixedClock",
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
