"""Who got how many leads, and what they carry, from the ledger alone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from leadrouter import Lead, Organisation, Router, RulePack
from leadrouter.adapters.sqlite import SqliteLedger
from tests.small import AT

PACK = """
pack: played
vocabulary: {}
classify: [{rule: all, default: true, class: mass}]
route: [{rule: all-to-sales, default: true, to: sales}]
routes: {sales: [{to: department(sales), offer: 5m, until: 10m}, {to: head(sales)}]}
"""
ORGANISATION = """
organisation: played
staffing: department
departments: {sales: {kind: inbound, head: olga, people: [anna, boris]}}
people: {anna: {capacity: 3, weight: 2}, boris: {}, olga: {}}
"""


def router(organisation: str = ORGANISATION) -> Router:
    return Router(RulePack.parse(PACK), Organisation.parse(organisation), SqliteLedger("leads.db"))


@pytest.fixture
def routed() -> str:
    """Four leads: three have come to the head, the last has been offered to both sellers."""
    with router() as opened:
        for number in range(4):
            opened.route(Lead(id=str(number)), at=AT + timedelta(minutes=number))
        opened.tick(at=AT + timedelta(minutes=12))
        return opened.route(Lead(id="3"), at=AT).lead_id


@pytest.mark.usefixtures("routed")
def test_the_books_are_a_table(run):
    """Whoever is owed most first; the pool stands once."""
    result = run("standing")
    assert result.exit_code == 0
    heading, *rows = result.stdout.splitlines()
    assert heading.split() == [
        "pool", "person", "got", "share", "entitled", "owed", "open", "leads", "portfolio",
    ]  # fmt: skip
    assert [row.split()[0] for row in rows] == ["department(sales)", "anna", "head(sales)"]
    assert rows[1].split() == ["anna", "3.00", "60", "%", "2.67", "-0.33", "0/3", "0", "%"]


@pytest.mark.usefixtures("routed")
def test_one_pool_can_be_shown(run):
    """By its name; one that nobody was offered a lead in has nothing to show."""
    assert len(run("standing", "--pool", "head(sales)").stdout.splitlines()) == 2
    assert run("standing", "--pool", "head(x)").stdout == "nobody was offered a lead in head(x)\n"


@pytest.mark.usefixtures("routed")
def test_programs_get_exact_figures(run):
    """As text, like all exact numbers."""
    held = json.loads(run("standing", "--json", "--pool", "department(sales)").stdout)
    assert [(each["person"], each["got"], each["open leads"]) for each in held] == [
        ("boris", "2", "1/-"),
        ("anna", "3", "0/3"),
    ]
    assert sum(float(each["owed"]) for each in held) == pytest.approx(0)


@pytest.mark.usefixtures("routed")
def test_somebody_who_is_gone_stays_in_the_books(run):
    """Without limits, which nobody knows any more."""
    with router(ORGANISATION.replace("people: [anna, boris]", "people: [anna]").replace("boris: {}, ", "")) as opened:
        opened.route(Lead(id="new"), at=AT + timedelta(hours=1))
    row = next(line for line in run("standing").stdout.splitlines() if "boris" in line)
    assert row.split()[-2:] == ["1/-", "-"]


def test_an_empty_ledger_has_no_books(run):
    """Which is said."""
    SqliteLedger("leads.db").close()
    assert run("standing").stdout == "nobody was offered a lead\n"
    assert json.loads(run("standing", "--json").stdout) == []


def test_what_happened_is_explained_with_the_candidates(run, routed):
    """Each choice as a table: who was offered the lead, who could have been, whose gates were closed."""
    told = run("explain", routed).stdout
    assert "not boris" not in told
    happened = told[told.index("lead.routed") :].splitlines()
    assert happened[1].endswith(
        "lead.offered  people anna, destination department(sales), until 2026-03-02T09:08:00+00:00, accountable olga"
    )
    assert happened[2].split() == ["person", "figure", "gates", "closed"]
    assert happened[3].split() == ["anna", "offered", "owed", "+0.67,", "part", "0.67", "none"]
    assert happened[4].split() == ["boris", "owed", "+0.33,", "part", "0.33", "none"]
    assert happened[-1].split() == ["anna", "-", "declined", "or", "missed", "this", "lead"]
    events = json.loads(run("explain", routed, "--json").stdout)["events"]
    assert [event["name"] for event in events][:2] == ["lead.routed", "lead.offered"]
