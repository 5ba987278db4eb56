"""A plan is shown, printed, changed and applied from the command line."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from leadrouter import Lead, Router

AT = "2026-03-02T10:00+03:00"


@pytest.fixture
def held(here) -> list[str]:
    """Let anna hold two leads and a client, and vera a lead; return the ids of the leads."""
    at = datetime.fromisoformat(AT)
    with Router.open(here / "sales") as router:
        ids = [router.route(Lead(id=str(n), facts={"product": "press"}), at=at).lead_id for n in range(3)]
        for lead_id, person in zip(ids, ("anna", "anna", "vera"), strict=True):
            router.reassign(lead_id, to=person, by="olga", at=at)
        router.clients.enter(Lead(id="base", company="Press"), owner="anna", at=at)
    return ids


def test_a_plan_is_shown_and_nothing_happens(run, held):
    """What passes on, from whom to whom, and why."""
    result = run("handover", "sales", "anna", "--at", AT, "--until", "2026-03-09T10:00+03:00")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "anna: leave at 2026-03-02T07:00:00+00:00, back 2026-03-09T07:00:00+00:00",
        "what  id                from  to     because",
        f"lead  {held[0]}  anna  boris  department(inbound): 0 leads open",
        f"lead  {held[1]}  anna  boris  department(inbound): 1 lead open",
    ]
    assert run("handover", "sales", "anna", "--at", AT, "--until", "2026-03-09T10:00+03:00").stdout == result.stdout


def test_a_plan_is_printed_changed_and_applied_once(run, held, here):
    """Somebody takes a lead out and gives the other to olga."""
    plan = json.loads(run("handover", "sales", "anna", "--at", AT, "--json").stdout)
    assert [move["kind"] for move in plan["moves"]] == ["lead", "lead", "client"]
    plan["moves"] = [{**plan["moves"][0], "to": "olga"}]
    (here / "plan.json").write_text(json.dumps(plan), "utf-8")
    applied = run("handover", "sales", "--apply", "plan.json", "--at", AT)
    assert (applied.exit_code, applied.stdout.partition(": ")[2]) == (0, "1 moved, 0 skipped\n")
    again = run("handover", "sales", "--apply", "plan.json", "--at", AT)
    assert (again.exit_code, again.stdout.partition(" ")[2]) == (0, "was applied before: nothing was done\n")
    with Router.open("sales") as router:
        assert [router.lead(lead_id).holder for lead_id in held] == ["olga", "anna", "vera"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_plan_may_be_saved_by_any_editor_or_shell(run, held, here, encoding):  # noqa: ARG001  # there is a ledger
    """A shell that writes two bytes a letter, and an editor that puts a mark before the text."""
    plan = run("handover", "sales", "anna", "--at", AT, "--json").stdout
    (here / "plan.json").write_bytes(plan.encode(encoding))
    assert run("handover", "sales", "--apply", "plan.json", "--at", AT).exit_code == 0
    (here / "plan.json").write_bytes(b"\xff\xfe1")
    assert "LR856" in run("handover", "sales", "--apply", "plan.json", "--at", AT).stderr


def test_what_is_skipped_is_said(run, held):
    """The exit code says it as well."""
    plan = run("handover", "sales", "anna", "--at", AT, "--json").stdout
    with Router.open("sales") as router:
        router.contacted(held[0], by="anna", at=datetime.fromisoformat(AT))
    result = run("handover", "sales", "--apply", "-", "--at", AT, stdin=plan)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1:] == [f"lead {held[0]}: it has changed since the plan was made"]


def test_a_stale_plan_is_not_applied(run, held):
    """It says who is not there any more, and why, and nothing has happened."""
    plan = run("handover", "sales", "anna", "--at", AT, "--json").stdout
    with Router.open("sales") as router:
        router.pause("boris", at=datetime.fromisoformat(AT))
    result = run("handover", "sales", "--apply", "-", "--at", AT, stdin=plan)
    assert result.exit_code == 3
    assert f"the plan is stale: `boris` cannot take lead {held[0]}: paused" in result.stderr
    with Router.open("sales") as router:
        assert router.lead(held[0]).holder == "anna"


def test_what_stays_says_why(run, held, here):
    """Everybody who was asked, and what kept the lead from each."""
    text = (here / "sales" / "organisation.yaml").read_text("utf-8")
    full = text.replace("boris: {}", "boris: {left: 2026-01-01}").replace("olga: {}", "olga: {left: 2026-01-01}")
    (here / "sales" / "organisation.yaml").write_text(full, "utf-8")
    lines = run("handover", "sales", "anna", "--at", AT).stdout.splitlines()
    reasons = "boris: left on 2026-01-01; olga: left on 2026-01-01"
    assert lines[5] == f"lead {held[0]} stays: {reasons}"
    assert lines[2].split() == ["lead", held[0], "anna", "-", "nobody", "can", "take", "it"]


def test_an_offer_goes_back_to_its_step(run, here):
    """Whoever is asked next, the step says."""
    with Router.open(here / "sales") as router:
        lead_id = router.route(Lead(id="1", facts={"product": "press"}), at=datetime.fromisoformat(AT)).lead_id
    lines = run("handover", "sales", "anna", "--at", AT, "--reason", "shift").stdout.splitlines()
    assert lines[2].split()[:5] == ["offer", lead_id, "anna", "its", "step"]


def test_whoever_has_nothing_hands_over_nothing(run, held):  # noqa: ARG001  # as above
    """And somebody without anybody beside him is said to have nobody."""
    assert run("handover", "sales", "boris", "--at", AT).stdout.splitlines()[1:] == [
        "nothing is open: there is nothing to hand over"
    ]


@pytest.mark.parametrize("arguments", [(), ("anna", "--apply", "-")])
def test_it_is_a_person_or_a_file(run, held, arguments):  # noqa: ARG001  # as above
    """Neither and both are mistakes of whoever types."""
    result = run("handover", "sales", *arguments)
    assert result.exit_code == 2
    assert "either PERSON" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--apply", "-"), "LR856"),
        (("anna", "--ledger", "sqlite:///none.db"), "none.db"),
    ],
)
def test_what_cannot_be_read_ends_with_its_error(run, held, arguments, message):  # noqa: ARG001  # as above
    """A file that is no plan, a ledger that is not there."""
    result = run("handover", "sales", *arguments, stdin="{}")
    assert result.exit_code == 3
    assert message in result.stderr


@pytest.mark.usefixtures("held")
def test_a_person_whom_nobody_knows_is_not_there(run):
    """Which has the exit code of what was asked for and is not, as a lead has that nobody knows."""
    result = run("handover", "sales", "nobody")
    assert result.exit_code == 1
    assert "nobody is called `nobody`" in result.stderr
