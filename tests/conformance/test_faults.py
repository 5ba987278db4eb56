"""Broken packs, named by their fault, each with the message that it gets beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadrouter.errors import PackError
from leadrouter.rulepack.parse import parse_pack

FAULTS = sorted((Path(__file__).parent / "faults").glob("*.yaml"))


@pytest.mark.parametrize("pack", FAULTS, ids=lambda path: path.stem)
def test_a_broken_pack_gets_the_message_beside_it(pack: Path):
    """Place, code, excerpt and fix are those of the `.txt` of the same name, to the letter."""
    with pytest.raises(PackError) as refused:
        parse_pack(pack.read_text(encoding="utf-8"), pack.name)
    assert f"{refused.value}\n" == pack.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("pack", FAULTS, ids=lambda path: path.stem)
def test_every_fault_of_a_broken_pack_says_what_to_do(pack: Path):
    """None goes without a fix."""
    with pytest.raises(PackError) as refused:
        parse_pack(pack.read_text(encoding="utf-8"), pack.name)
    assert [fault for fault in refused.value.faults if not fault.fix] == []


def test_every_message_belongs_to_a_pack():
    """No message stands alone."""
    messages = {path.stem for path in FAULTS[0].parent.glob("*.txt")}
    assert messages == {path.stem for path in FAULTS}
