"""The words of the house, and what the documentation keeps to itself."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from .page import PAGES, ROOT, name, quoted, tables

BANNED = {"util", "utils", "helper", "helpers", "common", "base", "misc", "manager"}
KINDS = {"meaning", "added", "changed", "fixed", "removed"}
_LOCAL = re.compile(r"""(?:^|[\s"'`(=])(?:/[A-Za-z]|~/|[A-Z]:\\)|file://|localhost|--(extra-)?index-url""")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_page_names_a_place_on_a_machine(page: Path) -> None:
    """What is shown works everywhere: no absolute paths of a machine, no index of packages."""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        assert not _LOCAL.search(line), f"{page.name}:{number}: {line}"


@pytest.mark.parametrize("folder", ["src", "tests"])
def test_modules_are_named_by_their_concept(folder: str) -> None:
    """No module is called after nothing in particular."""
    named = {part for file in (ROOT / folder).rglob("*.py") for part in (*file.relative_to(ROOT).parts[:-1], file.stem)}
    assert not named & BANNED


def test_words_of_the_glossary_have_one_meaning() -> None:
    """No word stands in the glossary twice."""
    [table] = tables(ROOT / "docs" / "glossary.md")
    words = [word for _, cells in table.rows for word in cells[0].split(", ")]
    assert len(words) == len(set(words))


def test_fragments_of_the_changelog_are_one_sentence_of_a_known_kind() -> None:
    """`changelog.d` holds what a release can gather."""
    fragments = [file for file in (ROOT / "docs" / "changelog.d").iterdir() if file.name != "README.md"]
    for file in fragments:
        assert re.fullmatch(rf"[a-z-]+\.({'|'.join(sorted(KINDS))})\.md", file.name), file.name
        assert re.fullmatch(r"\S[^\n]*\.\n", file.read_text(encoding="utf-8")), file.name


def test_the_page_of_layers_is_that_of_the_import_contracts() -> None:
    """The layers that are explained are those that are held."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = [each for each in settings["tool"]["importlinter"]["contracts"] if each["type"] == "layers"]
    [table] = tables(ROOT / "docs" / "explanation" / "layers.md")
    explained = [sorted(quoted(cells[0])) for _, cells in table.rows]
    assert explained == [sorted(re.split(r" [|:] ", layer)) for layer in contract["layers"]]
