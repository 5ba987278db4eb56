"""The pages of the formats have every key that the files may have, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from leadrouter import organisation_parse, staff_parse
from leadrouter.assignment import gate
from leadrouter.roster import parse as roster_parse
from leadrouter.roster import parse_layer, parse_role
from leadrouter.rulepack import parse as pack_parse
from leadrouter.rulepack import sla, steps
from leadrouter.testing import cases

from .page import ROOT, prose, quoted, tables

REFERENCE = ROOT / "docs" / "reference"
SHARING = {*staff_parse.SHARING_KEYS}
DEPARTMENT = {*organisation_parse._DEPARTMENT_KEYS} - SHARING | {"strategy", "on_return"}


def keys(page: str, section: str) -> set[str]:
    """Return the keys that the tables of a section list in their first column; that before any heading has no name."""
    path = REFERENCE / f"{page}.md"
    headings = [(number, line.lstrip("# ")) for number, line in prose(path) if re.match("##+ ", line)]
    found: set[str] = set()
    for table in tables(path):
        if not table.heading[0].startswith("key"):
            continue
        first = table.rows[0][0]
        if next((name for number, name in reversed(headings) if number < first), "") == section:
            found |= {re.split(r"\W", code)[0] for _, cells in table.rows for code in quoted(cells[0])}
    return found


@pytest.mark.parametrize(
    ("page", "section", "taken"),
    [
        ("pack-format", "", {*pack_parse._KEYS}),
        ("pack-format", "routes", {*steps._KEYS}),
        ("pack-format", "needs", {*steps._NEEDS}),
        ("pack-format", "sla", {"classes", "hours", *sla.MEASURED, *sla._TARGET}),
        ("organisation-format", "", {*organisation_parse._KEYS}),
        ("organisation-format", "departments", DEPARTMENT),
        ("organisation-format", "people", {*staff_parse._PERSON_KEYS}),
        ("organisation-format", "pools", {*organisation_parse._POOL_KEYS} - SHARING),
        ("organisation-format", "sharing", SHARING),
        ("roster-format", "", {*roster_parse._KEYS}),
        ("roster-format", "roles", {*parse_role._KEYS}),
        ("roster-format", "layers", {*parse_layer._KEYS}),
        ("roster-format", "rotation", {*parse_layer._ROTATION}),
        ("case-format", "", {*cases._KEYS, *cases._EXPECT}),
    ],
)
def test_every_key_is_listed_and_every_key_that_is_listed_is_taken(page: str, section: str, taken: set[str]):
    """Section by section."""
    assert keys(page, section) == taken


def test_every_gate_has_a_row_and_every_row_a_gate():
    """The names that explanations and events give them."""
    [table] = [each for each in tables(REFERENCE / "organisation-format.md") if each.heading[0] == "gate"]
    source = Path(gate.__file__).read_text(encoding="utf-8")
    assert {name for _, cells in table.rows for name in quoted(cells[0])} == {
        *re.findall(r'ClosedGate\("(\w+)"', source)
    }
