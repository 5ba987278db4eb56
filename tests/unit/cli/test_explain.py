"""The ledger alone explains a decision: to people, to programs, and with what would have changed it."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def lead_id(run, leads) -> str:
    """Route the leads, and return the id of the second."""
    result = run("route", "sales", leads, "--brief")
    return json.loads(result.stdout.splitlines()[1])["lead_id"]


def test_a_decision_is_explained_by_its_id_or_the_beginning_of_it(run, lead_id):
    """As `Decision.explain` tells it."""
    result = run("explain", lead_id)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"lead {lead_id} goes to anna by department(inbound), 2026-03-02T07:05:00+00:00\n")
    assert "class future-large: rule may-grow" in result.stdout
    assert run("explain", lead_id[:10]).stdout == result.stdout


def test_the_pack_is_not_needed(run, lead_id, here):
    """What decided is in the ledger, whatever has become of the folder."""
    before = run("explain", lead_id).stdout
    (here / "sales" / "pack.yaml").unlink()
    assert run("explain", lead_id).stdout == before


def test_programs_get_json(run, lead_id):
    """The decision with its explanation."""
    held = json.loads(run("explain", lead_id, "--json").stdout)
    assert (held["lead_id"], held["class"], held["assignee"]) == (lead_id, "future-large", "anna")
    assert held["explanation"]["blocked_by"]
    assert "counterfactual" not in held


def test_free_text_is_shown_where_it_is_asked_for(run, leads):
    """It counts as personal data."""
    lead_id = json.loads(run("route", "sales", leads, "--brief").stdout.splitlines()[0])["lead_id"]
    for form in ([], ["--json"]):
        assert "please call Ilya" not in run("explain", lead_id, *form).stdout
        assert "please call Ilya" in run("explain", lead_id, "--personal", *form).stdout


def test_what_a_lead_says_is_nothing_to_the_terminal(run):
    """Whoever fills in a form moves no cursor of whoever reads it."""
    lead = json.dumps({"id": "1", "message": "срочно \x1b[2J\x07"})
    lead_id = json.loads(run("route", "sales", "-", "--brief", stdin=lead).stdout)["lead_id"]
    told = run("explain", lead_id, "--personal").stdout
    assert "срочно \\u001b[2J\\u0007" in told


def test_the_smallest_change_can_be_asked_for(run, lead_id):
    """In words, and as JSON."""
    told = run("explain", lead_id, "--counterfactual").stdout.splitlines()[-1]
    assert told.startswith("if ")
    held = json.loads(run("explain", lead_id, "--counterfactual", "--json").stdout)["counterfactual"]
    assert held["field"] in told
    assert held.keys() == {"field", "was", "would_be", "lead_class", "route", "rules"}


def test_no_change_of_a_single_fact_is_said_too(run, here):
    """A pack of defaults cannot decide otherwise."""
    (here / "sales" / "pack.yaml").write_text(
        "pack: x\nvocabulary: {was: bool}\nclassify: [{rule: c, default: true, class: mass}]\n"
        "route: [{rule: r, default: true, to: desk}]\nroutes: {desk: [{to: head(inbound)}]}\n",
        "utf-8",
    )
    lead_id = json.loads(run("route", "sales", "-", "--brief", stdin='{"was": true}\n').stdout)["lead_id"]
    assert (
        "no change of a single fact that was tried leads elsewhere"
        in run("explain", lead_id, "--counterfactual").stdout
    )
    assert json.loads(run("explain", lead_id, "--counterfactual", "--json").stdout)["counterfactual"] is None


@pytest.mark.usefixtures("lead_id")
def test_an_unknown_lead_is_said_to_be_unknown(run):
    """With exit code 1; so is one of whose id nothing is given."""
    result = run("explain", "nobody")
    assert (result.exit_code, result.stderr) == (1, "error: no lead has an id that begins with `nobody`\n")
    assert "no lead has an id" in run("explain", "").stderr


def test_a_ledger_that_is_not_there_is_not_made(run, here):
    """A typing error makes no empty ledger."""
    result = run("explain", "abc", "--ledger", "sqlite:///elsewhere.db")
    assert (result.exit_code, result.stderr) == (3, "error: there is no ledger at elsewhere.db\n")
    assert not (here / "elsewhere.db").exists()


def test_a_file_that_is_no_ledger_is_refused(run, here):
    """And named."""
    (here / "notes.txt").write_text("no database, whatever its name says\n" * 100, "utf-8")
    result = run("explain", "abc", "--ledger", "sqlite:///notes.txt")
    assert result.exit_code == 3
    assert result.stderr.startswith("error: notes.txt cannot be used as a ledger")


def test_the_ledger_may_be_set_in_the_environment(run, leads):
    """Once for all commands."""
    env = {"LEADROUTER_LEDGER": "sqlite:///other.db"}
    lead_id = json.loads(run("route", "sales", leads, "--brief", **env).stdout.splitlines()[0])["lead_id"]
    assert run("explain", lead_id, **env).exit_code == 0
    assert run("explain", lead_id).exit_code == 3


def test_what_was_erased_has_no_other_way(run, leads):
    """Nobody knows what else there was, which is said, and not that no change leads elsewhere."""
    lead_id = json.loads(run("route", "sales", leads, "--brief").stdout.splitlines()[0])["lead_id"]
    run("erase", "--lead", lead_id)
    told = run("explain", lead_id, "--counterfactual").stdout
    assert told.endswith("personal data was erased: what would lead elsewhere is not known any more\n")
