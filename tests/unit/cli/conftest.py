"""A folder with a pack in it, and the command line run inside the process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from leadrouter.cli.program import program
from tests.small import ORGANISATION, PACK

CASES = """
cases:
  - case: a press is engineered
    lead: {product: press, employees: 300, message: срочно}
    expect: {rule: [big, hurry, machine, in-a-hurry], class: complex}
  - case: a small request of a large plant
    lead: {amount: 5, employees: 300}
    expect: {rule: [may-grow, rest]}
  - case: anything else
    lead: {employees: 3}
    expect: {rule: [tiny, anything, mass-goods]}
"""

LEADS: tuple[dict[str, Any], ...] = (
    {
        "id": "1",
        "source": "call",
        "company": "Ural Press Plant",
        "contact": {"name": "Ilya Test", "phone": "+7 900 000-00-01", "email": "ilya@example.com"},
        "received": "2026-03-02T10:00:00+03:00",
        "facts": {"product": "press", "message": "срочно, please call Ilya"},
    },
    {"id": "2", "source": "web_form", "received": "2026-03-02T10:05:00+03:00", "amount": "90 000 ₽", "employees": 300},
    {"id": "3", "source": "call", "received": "2026-03-02T10:07:00+03:00"},
)

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch) -> Path:
    """Work in an empty folder with a pack in `sales`, and nothing set outside."""
    for name in ("LEADROUTER_LEDGER", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    sales = tmp_path / "sales"
    (sales / "cases").mkdir(parents=True)
    (sales / "pack.yaml").write_text(PACK, "utf-8")
    (sales / "organisation.yaml").write_text(ORGANISATION, "utf-8")
    (sales / "cases" / "all.yaml").write_text(CASES, "utf-8")
    return tmp_path


@pytest.fixture
def run() -> Run:
    """Run a command; what is no error on purpose comes through."""

    def run(*arguments: str, stdin: str | bytes | None = None, **env: str) -> Result:
        return CliRunner(env=env).invoke(
            program, arguments, input=stdin, catch_exceptions=False, prog_name="leadrouter"
        )

    return run


@pytest.fixture
def leads(here) -> str:
    """Write three leads to a file, and return its name."""
    (here / "leads.jsonl").write_text("".join(json.dumps(lead) + "\n" for lead in LEADS), "utf-8")
    return "leads.jsonl"
