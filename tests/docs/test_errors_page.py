"""The page of errors has an entry for each code of the source, and each entry is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import leadrouter
from leadrouter import LeadRouterError, PackError, RulePack, errors
from leadrouter.errors import FaultsError

from .page import ROOT, examples, headings, quoted, tables

PAGE = ROOT / "docs" / "reference" / "errors.md"
SOURCE = Path(leadrouter.__file__).parent
CODE = re.compile(r"LR\d{3}")


def codes_of_the_source() -> set[str]:
    return {code for file in SOURCE.rglob("*.py") for code in CODE.findall(file.read_text(encoding="utf-8"))}


def test_every_code_has_an_entry_and_every_entry_a_code() -> None:
    """Whoever reads a code in a message finds it on the page, and finds no other there."""
    assert headings(PAGE, 3) == sorted(codes_of_the_source())


def test_every_entry_has_an_example_and_what_it_says() -> None:
    """Entry after entry shows an example that produces its code, which `test_examples` sees to, and the message."""
    found = list(examples(PAGE))
    shown = [each for each in found if each.code is not None]
    assert [each.code for each in shown] == headings(PAGE, 3)
    assert all(found[found.index(each) + 1].language == "text" for each in shown if each.language != "console")


def test_every_fault_that_is_shown_has_its_fix() -> None:
    """What `test_examples` sees printed for an entry ends in what to do."""
    printed = [each.text for each in examples(PAGE) if each.language == "text" and CODE.search(each.text)]
    assert len(printed) > 100
    assert [text for text in printed if "\nfix: " not in text] == []


def test_the_fault_that_is_shown_whole_is_printed_so() -> None:
    """The first text of the page is what a misspelt field in the pack of the page leads to."""
    shown, pack, *_ = examples(PAGE)
    with pytest.raises(PackError) as refused:
        RulePack.parse(pack.text.replace("amount < 300_000", "amonut < 300_000"))
    assert str(refused.value) == shown.text.strip()


def test_every_class_has_a_row_with_what_it_also_is() -> None:
    """All of `leadrouter.errors` that is raised, and first those that carry faults."""
    [table] = [each for each in tables(PAGE) if each.heading[0] == "class"]
    raised = [
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, LeadRouterError) and each not in (LeadRouterError, FaultsError)
    ]
    assert {quoted(cells[0])[0]: quoted(cells[1])[0] for _, cells in table.rows} == {
        each.__name__: next(base.__name__ for base in each.__mro__ if base.__module__ == "builtins") for each in raised
    }
    carrying = [issubclass(getattr(errors, quoted(cells[0])[0]), FaultsError) for _, cells in table.rows]
    assert carrying == sorted(carrying, reverse=True)
    count = {6: "six", 7: "seven"}[carrying.count(True)]
    assert f"The first {count} carry `faults`" in PAGE.read_text(encoding="utf-8")
