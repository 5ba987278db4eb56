"""How facts are read, as data: for each type what may arrive, and the value that it is or the code that refuses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leadrouter.document import Document
from leadrouter.facts import read_value, write_value
from leadrouter.refusal import Refusal
from leadrouter.rulepack.fields import FieldReader
from leadrouter.vocabulary import Type

FILES = sorted((Path(__file__).parent / "values").glob("*.yaml"))


def read(path: Path) -> list[tuple[Type, Any]]:
    """Return the entries of a file, each with the type that the file is about."""
    document = Document.read(path.read_text(encoding="utf-8"), path.name)
    entries = document.entries(document.root, "the file", known=("about", "type", "values"))
    field = FieldReader(document).field("value", entries["type"])
    values = document.data(entries["values"])
    assert not document.faults
    return [(field.type, value) for value in values]


def answer(type_: Type, raw: object) -> dict[str, Any]:
    try:
        value = read_value(type_, raw)
    except Refusal as refusal:
        return {"refused": refusal.code}
    return {"is": None if value is None else write_value(type_, value)}


CASES = [pytest.param(type_, case, id=f"{path.stem}-{case['raw']}") for path in FILES for type_, case in read(path)]


@pytest.mark.parametrize(("type_", "case"), CASES)
def test_a_value_is_read_as_the_file_says(type_: Type, case: dict[str, Any]):
    """The value is the one that is written beside it, or it is refused with that code."""
    found, expected = answer(type_, case["raw"]), {key: value for key, value in case.items() if key != "raw"}
    assert (found, [type(each) for each in found.values()]) == (expected, [type(each) for each in expected.values()])
