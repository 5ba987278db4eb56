"""What is wrong with a roster over a stretch: findings, each with a place and an instant as example."""

from __future__ import annotations

from datetime import datetime

from leadrouter.roster.check_duty import DutyChecks
from leadrouter.roster.check_rota import RotaChecks
from leadrouter.roster.check_time import time_findings
from leadrouter.roster.finding import Finding
from leadrouter.roster.page import Book


def check_roster(book: Book, start: datetime, end: datetime) -> tuple[Finding, ...]:
    """Return all findings over `[start, end)`: errors first, then by their place in the file, then by code."""
    found: list[Finding] = []
    for expansion, first, last in book.parts(start, end):
        found += DutyChecks(book, expansion.version, first, last).findings()
        found += RotaChecks(expansion, first, last).findings()
        found += time_findings(expansion, first, last)
    return tuple(sorted(dict.fromkeys(found), key=_order))


def _order(finding: Finding) -> tuple[bool, int, str, str]:
    return finding.severity != "error", finding.start, finding.code, finding.message
