"""The command line end to end on what people give it: torn files, wrong addresses, the same thing twice."""

from __future__ import annotations

import json

import pytest

GOOD = '{"id": "9", "source": "call", "product": "press", "received": "2026-03-02T10:00:00+03:00"}'
SMALL = '{"id": "8", "source": "call", "amount": "90 000,50 ₽", "received": "2026-03-02T10:01:00+03:00"}'


def keys(result) -> list[str]:
    return [json.loads(line)["key"] for line in result.stdout.splitlines()]


def rejected(here, name: str) -> list[tuple[int, str, str]]:
    """Return line, code and text of each reject."""
    lines = (here / f"{name}.rejects.jsonl").read_text("utf-8").splitlines()
    held = [json.loads(line) for line in lines]
    return [(each["line"], each["error"][:5], each["raw"]) for each in held]


# a bad one among good ones, in each format

TORN = {
    "lines.jsonl": (
        f"{GOOD}\n\n{{'id': 1}}\n[1]\n\"call\"\n{SMALL}\n{GOOD[:30]}", [3, 4, 5, 7], "LR422 LR424 LR424 LR422"),
    "carriage.jsonl": (f"\ufeff{GOOD}\r\nnull\r\n{SMALL}\r\n", [2], "LR424"),
    "array.json": (f'[\n{GOOD},\n5,\n{{"id": 1, "id": 2}},\n{SMALL}\n]\n', [3, 4], "LR424 LR423"),
    "broken.json": (f"[{GOOD},\n{SMALL},\noops,\n{GOOD}]", [3], "LR422"),
    "cut.json": (f"[{GOOD},\n{SMALL},", [2], "LR422"),
    "behind.json": (f"[{GOOD}]\n{SMALL}\n}}", [3], "LR422"),
    "commas.csv": (
        ("id,source,product,amount\n9,call,press,\n7,call\n6,call,drill,\n,,,\n"
        "5,call,,\"1,200\"\n8,call,,\"90 000,50 ₽\"\n"),
        [3, 4, 6],
        "LR426 LR409 LR405",
    ),
    "semicolons.csv": ("\ufeffid;source;amount\r\n9;call;1\r\n7;call;5;6\r\n8;call;90 000,50 ₽\r\n", [3], "LR426"),
    "quotes.csv": ('id,source,message\n9,call,"two\nlines"\n8,call,"say ""hi"""\n7,call,"torn\n6,call,x', [5], "LR426"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "lines", "codes"), [(name, *told) for name, told in TORN.items()])
def test_the_good_ones_are_routed_and_the_bad_ones_kept_with_their_lines(run, here, name, text, lines, codes):
    """Whatever is torn takes itself with it and nothing else; a second run rejects and decides the same."""
    (here / name).write_text(text, "utf-8")
    result = run("route", "sales", name, "--brief")
    assert (result.exit_code, keys(result)) == (1, ["call:9", "call:8"])
    kept = rejected(here, name)
    assert ([line for line, _, _ in kept], " ".join(code for _, code, _ in kept)) == (lines, codes)
    assert all(f"{name}:{line}: {code} " in result.stderr for line, code, _ in kept)
    assert all(raw.strip("\n]") in text.replace("\r\n", "\n") for _, _, raw in kept)
    again = run("route", "sales", name, "--brief")
    assert (again.exit_code, again.stdout, rejected(here, name)) == (1, result.stdout, kept)


def test_rejects_can_be_mended_and_routed(run, here):
    """What is kept is what came: mended line by line it is read again, from a file or a pipe."""
    bad = SMALL.replace("90 000,50 ₽", "1,200")
    run("route", "sales", "-", stdin=f"{GOOD}\n{bad}\n")
    [(line, code, raw)] = rejected(here, "stdin")
    assert (line, code, raw) == (2, "LR405", bad)
    result = run("route", "sales", "-", "--brief", stdin=raw.replace("1,200", "1200"))
    assert (result.exit_code, keys(result)) == (0, ["call:8"])


def test_the_same_lead_twice_in_one_file_is_one_lead(run):
    """Also where its keys stand in another order; what is told otherwise is a conflict."""
    turned = json.dumps(dict(reversed(json.loads(GOOD).items())))
    result = run("route", "sales", "-", "--brief", stdin="\n".join([GOOD, turned, GOOD]))
    assert (result.exit_code, len(set(result.stdout.splitlines()))) == (0, 1)
    assert "in the ledger already, their decisions stay: 2" in result.stderr
    assert json.loads(run("ledger", "status", "--json").stdout)["leads"] == {"offered": 1}


def test_leads_without_an_id_are_not_taken_for_one_another(run):
    """Two that say different things are two; one that comes again to the letter is known."""
    lines = [GOOD.replace('"id": "9", ', ""), SMALL.replace('"id": "8", ', "")]
    result = run("route", "sales", "-", "--brief", stdin="\n".join([*lines, lines[0]]))
    assert (result.exit_code, [len(set(keys(result))), len(keys(result))]) == (0, [2, 3])


@pytest.mark.parametrize("name", ["gone.jsonl", "gone.json", "gone.csv"])
@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_what_is_no_file_is_told_in_one_line(run, here, name, kind):
    """Before any ledger is made."""
    if kind == "folder":
        (here / name).mkdir()
    result = run("route", "sales", name)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (3, "", 1)
    assert result.stderr.startswith(f"error: {name}: ")
    assert not (here / "leads.db").exists()


def test_a_pack_of_several_files_tells_the_file_that_is_wrong(run, here):
    """The name is that of the file below the folder of the pack; nothing is routed."""
    pack = (here / "sales" / "pack.yaml").read_text("utf-8")
    (here / "sales" / "pack.yaml").write_text(f"include: [more/words.yaml]\n{pack}", "utf-8")
    (here / "sales" / "more").mkdir()
    (here / "sales" / "more" / "words.yaml").write_text(
        "tag:\n  - {rule: loud, when: mesage == 1, tag: loud}\n", "utf-8"
    )
    result = run("route", "sales", "-", stdin=GOOD)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "sales/more/words.yaml:2:24: LR211 unknown field `mesage`\n" in result.stderr
    assert "fix: did you mean `message`?" in result.stderr


@pytest.mark.parametrize("path", ["../outside.yaml", "/etc/hostname", "more/../../outside.yaml"])
def test_a_pack_includes_nothing_from_outside_of_its_folder(run, here, path):
    """Whoever writes a pack reads no other files with it."""
    pack = (here / "sales" / "pack.yaml").read_text("utf-8")
    (here / "sales" / "pack.yaml").write_text(f"include: [{path}]\n{pack}", "utf-8")
    (here / "outside.yaml").write_text("secret: of somebody else\n", "utf-8")
    result = run("route", "sales", "-", stdin=GOOD)
    assert (result.exit_code, result.stdout) == (3, "")
    assert f"LR109 `{path}` cannot be read: " in result.stderr
    assert "somebody else" not in result.output


# what looks after a ledger


LOOKING = [
    ("verify",),
    ("replay",),
    ("explain", "9"),
    ("standing",),
    ("erase", "--lead", "9"),
    ("erase", "--contact", "nobody"),
    ("erase", "--older-than", "1d"),
    ("ledger", "status"),
    ("ledger", "export", "events"),
    ("ledger", "vacuum"),
]


@pytest.mark.parametrize("words", LOOKING, ids=" ".join)
@pytest.mark.parametrize("held", [b"", b"no database at all, but long enough to be one\n" * 50, b"SQLite format 3\x00"])
def test_a_file_that_is_no_ledger_is_left_as_it_is(run, here, words, held):
    """One line says so, exit code 3, and the file has the bytes that it had."""
    (here / "notes.db").write_bytes(held)
    result = run(*words, "--ledger", "sqlite:///notes.db")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert (here / "notes.db").read_bytes() == held


@pytest.mark.parametrize("words", LOOKING[::3], ids=" ".join)
@pytest.mark.parametrize(
    "address", ["", "leads.db", "sqlite:leads.db", "sqlite://", "mysql://localhost/leads", "sqlite:///"]
)
def test_an_address_that_is_none_is_told(run, here, words, address):
    """Nothing is made, and nothing taken for the ledger that is meant by default."""
    run("ledger", "init")
    before = sorted(here.iterdir())
    result = run(*words, "--ledger", address)
    assert result.exit_code in (2, 3)
    assert result.stdout == ""
    assert result.stderr.strip()
    assert sorted(here.iterdir()) == before


@pytest.fixture
def torn(run, here) -> bytes:
    """A ledger of thirty leads, whose file was cut off in the middle."""
    lines = (GOOD.replace('"9"', f'"{number}"') for number in range(30))
    assert run("route", "sales", "-", stdin="\n".join(lines)).exit_code == 0
    whole = (here / "leads.db").read_bytes()
    (here / "leads.db").write_bytes(whole[: len(whole) // 2])
    return whole


@pytest.mark.usefixtures("torn")
@pytest.mark.parametrize("words", [("verify",), ("verify", "--json"), ("ledger", "backup", "copy.db")], ids=" ".join)
def test_a_ledger_that_is_torn_is_never_said_to_be_well(run, here, words):
    """No traceback, no success, no copy that passes for a whole one."""
    result = run(*words)
    assert result.exit_code in (1, 3)
    assert "all is as it was" not in result.stdout
    assert not (here / "copy.db").exists()
