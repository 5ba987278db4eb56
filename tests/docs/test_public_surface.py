"""What `import leadrouter` shows, as a list."""

from __future__ import annotations

import leadrouter

from .page import ROOT, quoted, tables

PUBLIC = [
    "CaseError",
    "ConflictError",
    "Contact",
    "Counterfactual",
    "Decision",
    "Duty",
    "DutyRoster",
    "FactsError",
    "Fault",
    "Lead",
    "LeadRouterError",
    "LedgerError",
    "NaiveTimeError",
    "Organisation",
    "OrganisationError",
    "Outcome",
    "PackError",
    "RosterError",
    "Router",
    "RulePack",
    "UnknownLeadError",
    "counterfactual",
    "load_organisation",
    "load_pack",
    "load_roster",
]


def test_the_public_names_are_these_and_few() -> None:
    """A name enters or leaves by a change of this list; there are at most 25."""
    assert sorted(leadrouter.__all__) == sorted(PUBLIC)
    assert len(PUBLIC) <= 25


def test_every_public_name_is_there() -> None:
    """Each name that is promised can be imported, and nothing else is found by accident."""
    for name in PUBLIC:
        assert getattr(leadrouter, name) is not None
    assert not hasattr(leadrouter, "Leed")
    assert set(PUBLIC) <= set(dir(leadrouter))


def test_the_page_lists_the_same_names() -> None:
    """`docs/reference/python-api.md` has a row for each public name and for no other."""
    page = ROOT / "docs" / "reference" / "python-api.md"
    listed = [quoted(cells[0])[0] for table in tables(page) if table.heading[0] == "name" for _, cells in table.rows]
    assert sorted(listed) == sorted(PUBLIC)
