"""The page of errors has an entry for each code of the source, and each entry is true."""

from __future__ import annotations

import re
from pathlib import Path

import leadrouter

from .page import ROOT, Example, examples, headings
from .workbench import Workbench

PAGE = ROOT / "docs" / "reference" / "errors.md"
SOURCE = Path(leadrouter.__file__).parent
CODE = re.compile(r"LR\d{3}")


def codes_of_the_source() -> set[str]:
    return {code for file in SOURCE.rglob("*.py") for code in CODE.findall(file.read_text(encoding="utf-8"))}


def entries() -> dict[str, list[Example]]:
    """Return the example of each entry, with the block of text behind it."""
    found = list(examples(PAGE))
    return {each.code: found[place : place + 2] for place, each in enumerate(found) if each.code is not None}


def test_every_code_has_an_entry_and_every_entry_a_code() -> None:
    """Whoever reads a code in a message finds it on the page, and finds no other there."""
    assert headings(PAGE, 3) == sorted(codes_of_the_source())


def test_every_entry_has_an_example_of_its_own() -> None:
    """Entry after entry shows an example of its code."""
    assert list(entries()) == headings(PAGE, 3)


def test_every_example_produces_its_code_in_the_words_shown(tmp_path: Path) -> None:
    """The faults of each example are those that the page shows, and the code is among them."""
    bench = Workbench.at(tmp_path)
    shown = entries()
    for example in examples(PAGE):
        if example.code is None or example.language == "console":
            bench.run(example)
            continue
        faults = bench.faults(example)
        told = [f"{fault.code} {fault.message}" + (f"\nfix: {fault.fix}" if fault.fix else "") for fault in faults]
        assert example.code in {fault.code for fault in faults}, f"{example.place}: {told}"
        text = shown[example.code][1]
        assert text.language == "text", example.place
        assert text.text.strip() == "\n".join(told), example.place
