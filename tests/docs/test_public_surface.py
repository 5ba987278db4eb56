"""What `import leadrouter` shows, as a list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import leadrouter
import leadrouter.testing
from leadrouter import pytest_plugin
from leadrouter.client_book import ClientBook
from leadrouter.compartment import Compartment

from .page import PAGES, ROOT, prose, quoted, tables

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


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        *(
            ("reference/python-api.md", getattr(leadrouter, name))
            for name in ("Router", "Decision", "Counterfactual", "Lead", "Contact", "Duty", "DutyRoster")
        ),
        ("reference/python-api.md", ClientBook),
        ("how-to/read-on-behalf.md", Compartment),
    ],
)
def test_everything_public_of_what_is_shown_is_named(page: str, shown: type) -> None:
    """Each method and attribute stands on its page in backticks, and each method of a table is there."""
    path = ROOT / "docs" / page
    words = {word for _, line in prose(path) for code in quoted(line) for word in re.findall(r"\w+", code)}
    public = {name for name in dir(shown) if not name.startswith("_")}
    assert public <= words
    for table in tables(path):
        if table.heading[0].endswith(f"of `{shown.__name__}`"):
            listed = {code.partition("(")[0] for _, cells in table.rows for code in quoted(cells[0])}
            assert listed <= public


def test_what_is_for_tests_is_named() -> None:
    """The names of `leadrouter.testing`, and the fixtures and options that the plug-in gives pytest."""
    words = {word for page in PAGES for _, line in prose(page) for word in re.findall(r"\w+", " ".join(quoted(line)))}
    assert {*leadrouter.testing.__all__} <= words
    guide = (ROOT / "docs" / "how-to" / "test-a-pack.md").read_text(encoding="utf-8")
    source = Path(pytest_plugin.__file__).read_text(encoding="utf-8")
    named = re.findall(r'^def (leadrouter_\w+)|add(?:option|ini)\(\s*"([\w-]+)"', source, re.MULTILINE)
    assert len(named) > 10
    assert [name for pair in named for name in pair if name and name not in guide] == []
