"""`route` decides the leads of a file, keeps the decisions, and keeps what it could not decide."""

from __future__ import annotations

import json
import re
from contextlib import closing
from datetime import UTC, datetime

import pytest

import leadrouter.cli.intake
from leadrouter import Organisation
from leadrouter.adapters.sqlite import SqliteLedger
from tests.small import ORGANISATION, PACK

PRESS = '{"id": "9", "source": "call", "product": "press"}'


def rejects(here, name: str = "stdin.rejects.jsonl") -> list[dict[str, object]]:
    return [json.loads(line) for line in (here / name).read_text("utf-8").splitlines()]


def decisions(result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


# what comes out


def test_decisions_are_a_table(run, leads):
    """A line for each lead, in the order of the file; without personal data."""
    result = run("route", "sales", leads)
    assert result.exit_code == 0
    heading, *lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert heading == "lead received source class rule route goes to assignee ask for"
    assert [line.partition(" ")[2] for line in lines] == [
        "2026-03-02 07:00 call complex machine head head(inbound) olga",
        "2026-03-02 07:05 web_form future-large may-grow inbound department(inbound) anna product, message",
        "2026-03-02 07:07 call mass anything client department(client) vera product, amount, employees, message",
    ]
    for personal in ("Ilya", "900 000", "example.com", "Press Plant"):
        assert personal not in result.output


def test_the_sums_are_on_standard_error(run, leads):
    """So that standard output holds decisions and nothing else."""
    result = run("route", "sales", leads)
    first, second = result.stderr.splitlines()
    assert first.startswith("3 leads routed in ")
    assert first.endswith(" s: complex 1, future-large 1, mass 1")
    assert second.startswith("kept in sqlite:///leads.db; why: leadrouter explain ")
    assert run("explain", second.rsplit(" ", 1)[-1]).exit_code == 0


def test_decisions_are_json_lines_where_that_is_asked(run, leads):
    """With their explanations, or `--brief` without."""
    long, short = decisions(run("route", "sales", leads, "--json")), decisions(run("route", "sales", leads, "--brief"))
    assert [(each["class"], each["assignee"]) for each in long] == [
        ("complex", "olga"),
        ("future-large", "anna"),
        ("mass", "vera"),
    ]
    assert all("explanation" in each for each in long)
    assert [{**each, "explanation": 0, "why_not": 0} for each in short] == [
        {**each, "explanation": 0, "why_not": 0} for each in long
    ]
    assert not any("explanation" in each for each in short)


def test_leads_may_come_from_standard_input(run):
    """As JSON Lines, unless another format is given."""
    assert decisions(run("route", "sales", "-", "--brief", stdin=PRESS))[0]["key"] == "call:9"
    array = f"[{PRESS}]"
    assert decisions(run("route", "sales", "-", "--brief", "--format", "json", stdin=array))[0]["key"] == "call:9"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("leads.json", f"[{PRESS}]"),
        ("one.json", PRESS),
        ("leads.csv", "id,source,product\n9,call,press\n"),
        ("leads2.csv", "id;source;product\n9;call;press\n"),
        ("leads.ndjson", PRESS),
    ],
)
def test_the_format_is_told_by_the_ending(run, here, name, text):
    """The same lead in every format is the same lead."""
    (here / name).write_text(text, "utf-8")
    (held,) = decisions(run("route", "sales", name, "--brief"))
    assert (held["key"], held["class"]) == ("call:9", "complex")


def test_a_format_may_be_given(run, here):
    """For files that do not say theirs; without it such a file is an error of usage."""
    (here / "leads.txt").write_text(PRESS, "utf-8")
    assert run("route", "sales", "leads.txt", "--format", "jsonl").exit_code == 0
    result = run("route", "sales", "leads.txt")
    assert result.exit_code == 2
    assert "leads.txt does not say its format by its ending: give --format jsonl, json or csv" in result.stderr


def test_an_empty_file_holds_no_leads(run, here):
    """Which is said, and no failure."""
    (here / "none.jsonl").write_text("", "utf-8")
    result = run("route", "sales", "none.jsonl")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "none.jsonl holds no leads\n")


# when


def test_a_lead_is_decided_when_it_was_received(run, leads):
    """A file of last week's leads is decided as of then."""
    assert [each["at"] for each in decisions(run("route", "sales", leads, "--brief"))] == [
        "2026-03-02T07:00:00+00:00",
        "2026-03-02T07:05:00+00:00",
        "2026-03-02T07:07:00+00:00",
    ]


def test_a_lead_without_a_time_is_decided_now(run):
    """By the system's clock, in UTC."""
    before = datetime.now(UTC)
    (held,) = decisions(run("route", "sales", "-", "--brief", stdin=PRESS))
    assert before <= datetime.fromisoformat(held["at"]) <= datetime.now(UTC)


def test_the_instant_may_be_given(run, leads):
    """One for all; it needs its zone."""
    held = decisions(run("route", "sales", leads, "--brief", "--at", "2026-05-05T12:00+03:00"))
    assert {each["at"] for each in held} == {"2026-05-05T09:00:00+00:00"}
    result = run("route", "sales", leads, "--at", "2026-05-05T12:00")
    assert result.exit_code == 2
    assert "has no zone" in result.stderr


# what was decided before


def test_a_lead_in_the_ledger_keeps_its_decision(run, leads):
    """Routing a file twice changes nothing, and says so."""
    first, again = run("route", "sales", leads), run("route", "sales", leads)
    assert again.exit_code == 0
    assert again.stdout == first.stdout
    assert "in the ledger already, their decisions stay: 3\n" in again.stderr
    assert "--dry-run" not in again.stderr


@pytest.mark.parametrize("changed", ["pack.yaml", "organisation.yaml"])
def test_a_decision_of_another_version_is_told(run, here, leads, changed):
    """A changed pack or organisation changes no past decision; `--dry-run` shows what it says now."""
    before = run("route", "sales", leads)
    text = {
        "pack.yaml": PACK.replace('product == "press" or ', ""),
        "organisation.yaml": ORGANISATION.replace("[vera]", "[anna]"),
    }
    if changed == "organisation.yaml":
        text[changed] = text[changed].replace("people: [boris, anna]", "people: [boris]")
    (here / "sales" / changed).write_text(text[changed], "utf-8")
    result = run("route", "sales", leads)
    assert result.stdout == before.stdout
    assert "  of these decided by another version of the pack or the organisation: 3\n" in result.stderr
    assert "  what this version says: the same command with --dry-run\n" in result.stderr
    assert run("route", "sales", leads, "--dry-run").stdout != before.stdout


def test_a_dry_run_keeps_nothing(run, here, leads):
    """No ledger is made, none is read."""
    result = run("route", "sales", leads, "--dry-run")
    assert result.stderr.endswith("nothing was kept (--dry-run)\n")
    assert not (here / "leads.db").exists()


def test_a_ledger_in_memory_keeps_nothing_either(run, leads):
    """Nobody is sent to explain a lead that is gone."""
    result = run("route", "sales", leads, "--ledger", "memory:")
    assert result.stderr.endswith("nothing was kept (memory:)\n")
    assert "explain" not in result.stderr


def test_a_dry_run_has_no_ledger(run, leads):
    """Both at once is a misunderstanding; a ledger in the environment is none."""
    result = run("route", "sales", leads, "--dry-run", "--ledger", "sqlite:///x.db")
    assert result.exit_code == 2
    assert "--dry-run keeps nothing" in result.stderr
    assert run("route", "sales", leads, "--dry-run", LEADROUTER_LEDGER="sqlite:///x.db").exit_code == 0


def test_another_ledger_is_named_in_what_to_do_next(run, here, leads):
    """The hint works as it stands."""
    result = run("route", "sales", leads, "--ledger", "sqlite:///other.db")
    hint = result.stderr.splitlines()[-1].partition("leadrouter ")[2].split(" ")
    assert hint[-2:] == ["--ledger", "sqlite:///other.db"]
    assert run(*hint).exit_code == 0
    assert (here / "other.db").exists()


# what cannot be decided


BAD = (
    '{"id": "1", "source": "call", "amount": NaN}\n'
    '{"id": "2", "source": "call", "source": "call"}\n'
    '{"id": "3", "source": "call", "employees": "many", "amonut": 5}\n'
    '{"id": "4", "received": "2026-03-02T10:00:00"}\n'
    '{"id": "5", "message": "a\\u0000b"}\n'
    '{"id": "6", "product": ["press"]}\n'
    "hello\n"
    '{"id": "7", "source": "call", "employees": "12"}\n'
)


def test_bad_lines_are_reported_and_kept_and_the_rest_goes_on(run, here):
    """Each with its number, its faults and its fix; the good one is routed; the exit code is 1."""
    result = run("route", "sales", "-", "--brief", stdin=BAD)
    assert result.exit_code == 1
    assert [each["key"] for each in decisions(result)] == ["call:7"]
    assert result.stderr.splitlines()[:11] == [
        "stdin:1: LR425 `NaN` is not a number that can be counted",
        "  fix: leave the fact out, or write null",
        "stdin:2: LR423 key `source` is given twice",
        "  fix: keep one of them",
        "stdin:3: LR402 field `employees`: `many` is not a number; LR401 unknown field `amonut`",
        "  fix: write it in digits",
        "  fix: did you mean `amount`? known: amount, employees, message, product, received, source",
        "stdin:4: LR408 `received`: 2026-03-02T10:00:00 has no zone; write it with an offset, such as +03:00",
        "  fix: give it an offset, such as +03:00 or Z",
        "stdin:5: LR406 field `message`: `a\N{REPLACEMENT CHARACTER}b` holds a NUL character",
        "  fix: remove it",
    ]
    assert "7 leads rejected, kept in stdin.rejects.jsonl" in result.stderr
    kept = rejects(here)
    assert [each["line"] for each in kept] == [1, 2, 3, 4, 5, 6, 7]
    assert [each["raw"] for each in kept] == BAD.splitlines()[:7]
    assert kept[2]["error"] == "LR402 field `employees`: `many` is not a number; LR401 unknown field `amonut`"


def test_a_fix_is_printed_once(run):
    """A thousand leads with one mistake need telling once how to mend it."""
    result = run("route", "sales", "-", stdin=BAD.splitlines()[0] + "\n" + BAD.splitlines()[0])
    assert result.stderr.count("LR425") == 2
    assert result.stderr.count("fix:") == 1


def test_many_rejects_are_not_all_printed(run, here):
    """Twenty are; all are kept."""
    result = run("route", "sales", "-", stdin="hello\n" * 25)
    assert result.stderr.count("LR422") == 20
    assert "… and 5 more\n25 leads rejected, kept in stdin.rejects.jsonl\n" in result.stderr
    assert len(rejects(here)) == 25
    assert "… and" not in run("route", "sales", "-", stdin="hello\n" * 20).stderr


def test_ten_megabytes_of_text_are_a_reject(run, here):
    """A clear one, kept whole."""
    line = '{"id": "1", "message": "' + "x" * 10_000_000 + '"}'
    result = run("route", "sales", "-", stdin=line)
    assert result.stderr.startswith(
        "stdin:1: LR406 field `message`: a text of 10_000_000 characters, 100_000 are allowed\n  fix: shorten it\n"
    )
    assert rejects(here)[0]["raw"] == line


def test_a_line_beyond_all_measure_is_a_reject(run, here):
    """Its beginning is kept, and the next line is read."""
    result = run("route", "sales", "-", "--brief", stdin='{"message": "' + "x" * 21_000_000 + '"}\n' + PRESS)
    assert [each["key"] for each in decisions(result)] == ["call:9"]
    assert "stdin:1: LR421 a line of 21_000_016 bytes, 20_000_000 are allowed" in result.stderr
    assert len(rejects(here)[0]["raw"]) == 20_000_000


def test_what_is_not_utf_8_is_kept_to_the_byte(run, here):
    """As escapes, in a file that is UTF-8 all the same."""
    line = b'{"id": "\xd1", "source": "call"}'
    assert run("route", "sales", "-", stdin=line).exit_code == 1
    (kept,) = rejects(here)
    assert kept["raw"].encode("utf-8", "surrogateescape") == line


def test_a_conflict_is_a_reject(run, here):
    """The same id with other content: the first decision stays, the second lead is kept."""
    result = run("route", "sales", "-", "--brief", stdin=PRESS + "\n" + PRESS.replace("press", "consumables"))
    assert result.exit_code == 1
    assert [each["class"] for each in decisions(result)] == ["complex"]
    assert "stdin:2: LR428 `call:9` is in the ledger with another payload; the stored decision stays" in result.stderr
    assert rejects(here)[0]["line"] == 2
    with closing(SqliteLedger("leads.db")) as kept:
        assert [each.key for each in kept.refused()] == ["call:9"]


def test_rejects_are_named_after_the_file_and_kept_here(run, here):
    """Beside whoever works, not beside the data; another run replaces them."""
    (here / "data").mkdir()
    (here / "data" / "march.jsonl").write_text("hello\n", "utf-8")
    run("route", "sales", "data/march.jsonl")
    run("route", "sales", "data/march.jsonl")
    assert [each["raw"] for each in rejects(here, "march.jsonl.rejects.jsonl")] == ["hello"]


def test_files_of_one_name_and_another_ending_have_rejects_of_their_own(run, here):
    """None of two files in one folder takes the other's place."""
    for name in ("march.jsonl", "march.csv"):
        (here / name).write_text("id,source\n1,nowhere\n", "utf-8")
        run("route", "sales", name)
    assert len(rejects(here, "march.jsonl.rejects.jsonl")) == 2
    assert [each["line"] for each in rejects(here, "march.csv.rejects.jsonl")] == [2]


def test_a_dry_run_keeps_no_rejects(run, here):
    """They are told and counted, and no file of an earlier run is touched."""
    kept = here / "stdin.rejects.jsonl"
    kept.write_text("earlier\n", "utf-8")
    result = run("route", "sales", "-", "--dry-run", stdin="hello\n" * 25)
    assert (result.exit_code, result.stderr.count("LR422"), kept.read_text("utf-8")) == (1, 20, "earlier\n")
    assert "… and 5 more: --rejects FILE keeps them all\n25 leads rejected\nnothing was kept" in result.stderr


def test_a_dry_run_keeps_rejects_where_it_is_told_to(run, here):
    """Whoever names the file wants it."""
    result = run("route", "sales", "-", "--dry-run", "--rejects", "bad.jsonl", stdin="hello")
    assert [each["raw"] for each in rejects(here, "bad.jsonl")] == ["hello"]
    assert "1 lead rejected, kept in bad.jsonl" in result.stderr


def test_rejects_of_standard_input_are_added(run, here):
    """A pipe comes once: what was rejected before stays."""
    for line in ("one", "two"):
        run("route", "sales", "-", stdin=line)
    assert [each["raw"] for each in rejects(here)] == ["one", "two"]


def test_rejects_may_be_kept_elsewhere(run, here):
    """Where the option says."""
    run("route", "sales", "-", "--rejects", "bad.jsonl", stdin="hello")
    assert [each["raw"] for each in rejects(here, "bad.jsonl")] == ["hello"]


def test_without_rejects_there_is_no_file(run, here, leads):
    """Nothing lies around that says nothing."""
    run("route", "sales", leads)
    assert not list(here.glob("*.rejects.jsonl"))


def test_the_rejects_never_overwrite_the_leads(run, here, leads):
    """Not even where they are told to."""
    before = (here / leads).read_text("utf-8")
    result = run("route", "sales", leads, "--rejects", leads)
    assert result.exit_code == 2
    assert "the rejects would overwrite FILE" in result.stderr
    assert (here / leads).read_text("utf-8") == before


def test_rejects_that_cannot_be_written_stop_the_run(run):
    """Rather than losing leads."""
    result = run("route", "sales", "-", "--rejects", "nowhere/bad.jsonl", stdin="hello")
    assert (result.exit_code, result.stderr) == (3, "error: nowhere/bad.jsonl: No such file or directory\n")


# what cannot be read


def test_a_file_that_is_not_there_is_named(run, here):
    """And no ledger is made for it."""
    result = run("route", "sales", "nowhere.jsonl")
    assert (result.exit_code, result.stderr) == (3, "error: nowhere.jsonl: No such file or directory\n")
    assert not (here / "leads.db").exists()


def test_a_pack_with_faults_routes_nothing(run, here, leads):
    """Its faults are printed; no ledger is made."""
    (here / "sales" / "pack.yaml").write_text("pack: x", "utf-8")
    result = run("route", "sales", leads)
    assert result.exit_code == 3
    assert "LR105 the pack lacks `vocabulary`" in result.stderr
    assert not (here / "leads.db").exists()


def test_a_sheet_without_a_heading_is_refused(run, here):
    """Without columns no row means anything."""
    (here / "leads.csv").write_text("source,,amount\ncall,5,6\n", "utf-8")
    result = run("route", "sales", "leads.csv")
    assert result.exit_code == 3
    assert result.stderr == "leads.csv:1: LR427 column 2 has no name\nfix: give each column one name\n"


def test_an_address_that_is_no_ledger_is_refused(run, leads):
    """The message says how addresses are written."""
    result = run("route", "sales", leads, "--ledger", "postgres://x")
    assert result.exit_code == 3
    assert result.stderr.startswith("error: `postgres://x` is no ledger's address; write sqlite:///")


def test_a_ledger_that_others_hold_is_told(run, leads, monkeypatch):
    """After waiting for it: a message, and no traceback."""
    monkeypatch.setattr("leadrouter.adapters.sqlite.ledger._PATIENCE", 0.01)
    with closing(SqliteLedger("leads.db")) as held, held.transaction():
        result = run("route", "sales", leads)
    assert result.exit_code == 3
    assert result.stderr.startswith("error: leads.db cannot be used as a ledger: others have been writing for too long")


def test_whoever_stops_the_run_is_told_what_was_done(run, leads, monkeypatch):
    """What was routed is kept; the same command goes on."""
    taken = leadrouter.cli.intake.Intake.take

    def take(intake, records):
        if records[0].line == 3:
            raise KeyboardInterrupt
        taken(intake, records)

    monkeypatch.setattr(leadrouter.cli.intake, "GROUP", 2)
    monkeypatch.setattr(leadrouter.cli.intake.Intake, "take", take)
    result = run("route", "sales", leads)
    assert result.exit_code == 1
    assert "stopped; what was routed is kept, and the same command goes on from there\n2 leads routed" in result.stderr
    assert "stopped\n2 leads routed" in run("route", "sales", leads, "--dry-run").stderr
    monkeypatch.undo()


# on a terminal

TERMINAL = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("width", "left_out"),
    [(140, ""), (115, "route"), (105, "received"), (70, "received, source, route, ask for")],
)
def test_a_terminal_gets_the_columns_that_it_has_room_for(run, leads, width, left_out):
    """The others are named."""
    result = run("route", "sales", leads, **TERMINAL, NO_COLOR="1", COLUMNS=str(width))
    assert (f"no room for {left_out}: widen the terminal, or use --json" in result.stderr) == bool(left_out)
    assert ("no room for" in result.stderr) == bool(left_out)


def test_a_line_never_breaks_on_a_terminal(run, leads):
    """What does not fit its column ends in a mark."""
    result = run("route", "sales", leads, **TERMINAL, COLUMNS="105")
    lines = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in result.stdout.splitlines()]
    assert [len(line) <= 105 for line in lines] == [True] * 4
    assert [line[-1] for line in lines] == ["r", "a", "…", "…"]
    assert "\x1b[1mfuture-large\x1b[0m" in result.stdout


def test_a_source_that_no_vocabulary_knows_is_shown_safely(run, here):
    """It may hold anything: control characters never reach the terminal."""
    text = PACK.replace("  source: {enum: [call, web_form]}\n", "")
    (here / "sales" / "pack.yaml").write_text(text, "utf-8")
    lead = {"source": "\x1b[31mred\nand-very-long", "received": "2026-03-02T10:00:00Z"}
    result = run("route", "sales", "-", stdin=json.dumps(lead) + "\n{}")
    assert "\x1b" not in result.stdout
    lines = result.stdout.splitlines()
    assert "  \N{REPLACEMENT CHARACTER}[31mred an…  " in lines[1]
    assert " -  " in lines[2]


def test_a_source_is_shown_by_its_own_name(run, here):
    """Not by the synonym that it came with."""
    text = PACK.replace("{enum: [call, web_form]}", "{type: {enum: [call, web_form]}, synonyms: {phone: call}}")
    (here / "sales" / "pack.yaml").write_text(text, "utf-8")
    result = run("route", "sales", "-", stdin='{"source": "phone", "received": "2026-03-02T10:00:00Z"}')
    assert result.stdout.splitlines()[1].split()[3] == "call"


def test_a_long_file_shows_its_progress(run, here):
    """On standard error, where that is a terminal and the decisions go elsewhere."""
    line = json.dumps({"product": "press", "message": "x" * 50_000})
    (here / "long.jsonl").write_text("".join(line.replace("press", "press", 1) + "\n" for _ in range(5)), "utf-8")
    assert "leads " in run("route", "sales", "long.jsonl", **TERMINAL).stderr.split("\x1b[1;32m")[0]
    assert "leads " not in run("route", "sales", "long.jsonl").stderr.split(" leads routed")[0]


def test_a_pipe_shows_its_progress_without_an_end(run):
    """Nobody knows how much is to come."""
    assert "leads" in run("route", "sales", "-", stdin=PRESS, **TERMINAL).stderr.split("\x1b[1;32m")[0]


def test_organisations_are_compared_as_they_are(run, here, leads):
    """A comment in the organisation is no other version of it."""
    run("route", "sales", leads)
    (here / "sales" / "organisation.yaml").write_text("# a comment\n" + ORGANISATION, "utf-8")
    assert Organisation.parse(ORGANISATION)
    assert "another version" not in run("route", "sales", leads).stderr
