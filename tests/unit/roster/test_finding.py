"""A finding is printed like a fault, with how grave it is and an instant at which it shows."""

from __future__ import annotations

from datetime import UTC, datetime

from leadrouter.roster.finding import Finding
from leadrouter.span import Source, Span


def test_a_finding_shows_its_place_its_instant_and_its_fix():
    """Severity before the message, the instant behind it."""
    span = Span(Source("roster.yaml", "roster: x"), 8, 9)
    at = datetime(2026, 3, 2, 6, tzinfo=UTC)
    finding = Finding(code="LR750", severity="error", message="nobody on duty", where=span, at=at, fix="add a layer")
    assert str(finding) == (
        "roster.yaml:1:9: LR750 error: nobody on duty (at 2026-03-02T06:00+00:00)\n"
        "1 | roster: x\n  |         ^\nfix: add a layer"
    )
    assert finding.start == 8


def test_a_finding_without_a_place_is_printed_bare():
    """Its place is a name, and it begins nowhere."""
    finding = Finding(code="LR763", severity="warning", message="m", where="demo")
    assert (str(finding), finding.start) == ("demo: LR763 warning: m", 0)
