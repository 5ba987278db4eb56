"""Broken packs of several files, as data: what each file holds, and everything that is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from leadrouter.errors import PackError
from leadrouter.rulepack.parse import parse_pack
from tests.conformance.test_semantics import read

FILES = sorted((Path(__file__).parent / "files").glob("*.yaml"))


def fetch(files: Mapping[str, Any], named: str) -> tuple[str, str]:
    if named not in files:
        raise OSError(2, "No such file or directory")
    return named, files[named]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_fault_names_the_file_and_the_place_in_it(path: Path):
    """All faults of all files are told at once, file by file, to the letter."""
    told = read(path)
    with pytest.raises(PackError) as refused:
        parse_pack(told["pack"], "pack.yaml", lambda named, _above: fetch(told["files"], named))
    assert f"{refused.value}\n" == told["message"]
