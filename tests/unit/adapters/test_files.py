"""Rule packs, organisations and rosters on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadrouter.adapters.files import load_organisation, load_pack, load_roster, load_roster_beside
from leadrouter.errors import OrganisationError, PackError, RosterError
from tests.pack_text import CLASSIFY, ROUTE, ROUTES, VOCABULARY, pack_text
from tests.small import ORGANISATION

INCLUDING = f"pack: demo\ninclude: [parts/words.yaml]\n{CLASSIFY}\n{ROUTE}"
SHEETED = INCLUDING.replace(CLASSIFY, "classify: {csv: parts/classes.csv}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a pack's folder, with a part in a folder of its own and a stranger above."""
    pack = tmp_path / "pack"
    (pack / "parts").mkdir(parents=True)
    (tmp_path / "above.yaml").write_text(f"{VOCABULARY}\n{ROUTES}")
    (pack / "pack.yaml").write_text(INCLUDING)
    (pack / "parts" / "words.yaml").write_text(f"include: [more/routes.yaml]\n{VOCABULARY}")
    (pack / "parts" / "more").mkdir()
    (pack / "parts" / "more" / "routes.yaml").write_text(ROUTES)
    (pack / "parts" / "classes.csv").write_text("rule;hot;class\na;да;complex\nrest;;mass\n", encoding="utf-8")
    return pack


def refusal(path: Path) -> str:
    """Return the first line of what a pack is refused with."""
    with pytest.raises(PackError) as refused:
        load_pack(path)
    assert len(refused.value.faults) == 1
    return str(refused.value).split("\n", maxsplit=1)[0]


def test_a_folder_or_its_file_is_a_pack(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """Either is given, from wherever; files are read from beside the one that names them."""
    pack = load_pack(folder)
    assert pack == load_pack(folder / "pack.yaml") == load_pack(str(folder))
    monkeypatch.chdir(folder)
    assert load_pack(".") == load_pack("pack.yaml") == pack
    monkeypatch.chdir(folder / "parts")
    assert load_pack("..") == pack


def test_a_sheet_is_read_from_the_folder(folder: Path):
    """Decision tables are files of the pack like others; places name them."""
    (folder / "pack.yaml").write_text(SHEETED)
    rule = load_pack(folder).checked.table("classify").rules[0]
    assert rule.where is not None
    assert str(rule.where) == f"{folder / 'parts' / 'classes.csv'}:2:1"


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("../above.yaml", "it lies outside the pack's folder"),
        ("/etc/hostname", "it lies outside the pack's folder"),
        ("parts/../../above.yaml", "it lies outside the pack's folder"),
        ("none.yaml", "No such file or directory"),
        ("parts", "Is a directory"),
        ('"a\\0b"', "a name holds no null byte"),
    ],
)
def test_nothing_is_read_from_outside(folder: Path, named: str, reason: str):
    """A pack's files lie in its folder or below."""
    (folder / "pack.yaml").write_text(f"include: [{named}]\n{pack_text()}")
    found = refusal(folder)
    assert found.startswith(f"{folder / 'pack.yaml'}:1:11: LR109")
    assert found.endswith(f"cannot be read: {reason}")


def test_a_link_does_not_lead_outside(folder: Path):
    """What counts is where a file lies, not how it is named."""
    (folder / "parts" / "linked.yaml").symlink_to(folder.parent / "above.yaml")
    (folder / "pack.yaml").write_text(f"include: [parts/linked.yaml]\n{pack_text()}")
    assert refusal(folder).endswith("it lies outside the pack's folder")


def test_a_pack_may_be_a_link(folder: Path, tmp_path: Path):
    """A folder that is a link is the folder that it leads to."""
    (tmp_path / "current").symlink_to(folder)
    assert load_pack(tmp_path / "current") == load_pack(folder)


@pytest.mark.parametrize("named", ["pack.yaml", "./pack.yaml", "parts/../pack.yaml"])
def test_a_file_that_includes_itself_is_refused(folder: Path, named: str):
    """However its path is spelled."""
    (folder / "pack.yaml").write_text(f"include: [{named}]\n{pack_text()}")
    assert refusal(folder).endswith(f"`{named}` is included already")


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path):
    """The path is the place."""
    assert refusal(tmp_path / "none") == f"{tmp_path / 'none'}: LR109 cannot be read: No such file or directory"
    assert refusal(tmp_path).startswith(f"{tmp_path / 'pack.yaml'}: LR109")
    with pytest.raises(OrganisationError, match="LR109 cannot be read: No such file"):
        load_organisation(tmp_path)


def test_files_are_in_utf_8(folder: Path):
    """Another encoding is a fault with the byte that shows it, in the pack and in what it includes."""
    (folder / "parts" / "words.yaml").write_bytes("vocabulary: {город: text}".encode("cp1251"))
    assert refusal(folder).endswith("`parts/words.yaml` cannot be read: byte 13 is not UTF-8")
    with pytest.raises(PackError, match="fix: save it in UTF-8"):
        load_pack(folder)
    (folder / "pack.yaml").write_bytes("pack: завод".encode("cp1251"))
    assert refusal(folder) == f"{folder / 'pack.yaml'}: LR109 cannot be read: byte 6 is not UTF-8"


def test_a_byte_order_mark_and_any_end_of_line_are_read(folder: Path):
    """As editors of all systems write them."""
    (folder / "pack.yaml").write_bytes(b"\xef\xbb\xbf" + INCLUDING.replace("\n", "\r\n").encode())
    assert load_pack(folder).name == "demo"


def test_an_organisation_is_a_file_or_stands_in_a_folder(tmp_path: Path):
    """As a pack does."""
    (tmp_path / "organisation.yaml").write_text(ORGANISATION)
    assert load_organisation(tmp_path) == load_organisation(tmp_path / "organisation.yaml")


ROSTER = "roster: r\nroles: {duty: {layers: [{id: a, rotation: {people: [anna], unit: fixed}}]}}\n"


def test_a_roster_is_loaded_from_its_folder_with_what_stands_beside_it(tmp_path):
    """Earlier versions, plans and calendars are read from there."""
    (tmp_path / "first.yaml").write_text(ROSTER, encoding="utf-8")
    later = f"version: 2\neffective: 2026-03-02\nprevious: first.yaml\n{ROSTER}"
    (tmp_path / "roster.yaml").write_text(later, encoding="utf-8")
    roster = load_roster(tmp_path)
    assert [version.number for version in roster.versions] == [1, 2]
    assert load_roster(tmp_path / "roster.yaml").digest == roster.digest
    assert load_roster_beside(tmp_path / "pack.yaml") is not None


def test_a_folder_may_have_no_roster(tmp_path):
    """A router does without; whoever asks for one is told."""
    assert load_roster_beside(tmp_path) is None
    with pytest.raises(RosterError, match="LR109 cannot be read"):
        load_roster(tmp_path)


def test_a_roster_reads_nothing_outside_of_its_folder(tmp_path):
    """A plan, a calendar or an earlier version from above it is refused."""
    text = "roster: r\npeople: {anna: }\nroles: {duty: {layers: [{id: a, plan: ../plan.csv}]}}\n"
    (tmp_path / "plan.csv").write_text("start,end,people\n", encoding="utf-8")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "roster.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RosterError, match="lies outside the roster's folder"):
        load_roster(tmp_path / "inner")


PLANNED = """
roster: works
effective: {effective}
{previous}people: {{anna: {{}}, boris: {{}}}}
roles: {{duty: {{layers: [{{id: p, plan: {plan}}}]}}}}
"""


def test_places_in_what_a_roster_names_are_paths_from_here(tmp_path, monkeypatch):
    """A plan and an earlier version lie in the roster's folder, and are named so that they can be opened."""
    works = tmp_path / "works"
    (works / "old").mkdir(parents=True)
    (works / "roster.yaml").write_text(
        PLANNED.format(effective="2026-06-01T00:00", previous="previous: old/spring.yaml\n", plan="june.csv")
    )
    spring = PLANNED.format(effective="2026-03-01T00:00", previous="", plan="old/march.csv")
    (works / "old" / "spring.yaml").write_text(spring.replace("anna: {}", "anna: {nick: a}"))
    for name, person in (("june.csv", "ana"), ("old/march.csv", "boriss")):
        duty = f"2026-06-01T09:00+03:00,2026-06-01T18:00+03:00,{person}"
        (works / name).write_text(f"start,end,people\n{duty}\n")
    expected = ["june.csv:2:47", "old/march.csv:2:47", "old/spring.yaml:4:17"]
    for here, given in ((tmp_path, "works"), (works, "roster.yaml"), (works / "old", "..")):
        monkeypatch.chdir(here)
        with pytest.raises(RosterError) as refused:
            load_roster(given)
        folder = Path(given) if given != "roster.yaml" else Path()
        places = [str(fault.where) for fault in refused.value.faults]
        assert sorted(places) == [str(folder / each) for each in expected]
        assert all(Path(each.rsplit(":", 2)[0]).is_file() for each in places)
