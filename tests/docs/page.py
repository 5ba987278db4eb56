"""The pages of the documentation, and what stands in them that can be run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md")))

_FENCE = re.compile(r"(?P<indent> *)(?P<ticks>`{3,}) *(?P<info>[^`]*)")
_CELL = re.compile(r"(?<!\\)\|")
_WORD = re.compile(r"`([^`]*)`")


@frozen
class Example:
    """A fenced block: its language, the words behind it that say how to check it, and its text."""

    page: Path
    line: int
    language: str
    words: tuple[str, ...]
    text: str

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{name(self.page)}:{self.line}"

    @property
    def kind(self) -> tuple[str, ...]:
        """The words that are neither an option nor the code of an error."""
        return tuple(word for word in self.words if "=" not in word and not word.startswith("LR"))

    @property
    def code(self) -> str | None:
        """The code of the error that the example shows."""
        return next((word for word in self.words if word.startswith("LR")), None)

    def option(self, name: str) -> str | None:
        """Return an option such as `file=first/pack.yaml`."""
        return next((word.partition("=")[2] for word in self.words if word.startswith(f"{name}=")), None)


@frozen
class Table:
    """A table of a page: the heading's cells, and each row's with the line that it stands on."""

    page: Path
    heading: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def place(self) -> str:
        """The page that it stands on."""
        return name(self.page)


def name(page: Path) -> str:
    """Return a page's name, from the root of the project where it is one of its pages."""
    return str(page.relative_to(ROOT)) if page.is_relative_to(ROOT) else page.name


def examples(page: Path) -> Iterator[Example]:
    """Yield the fenced blocks of a page in order."""
    lines = iter(enumerate(page.read_text(encoding="utf-8").split("\n"), start=1))
    for number, line in lines:
        fence = _FENCE.fullmatch(line)
        if fence is None:
            continue
        body: list[str] = []
        for _, inner in lines:
            if inner.strip() == fence["ticks"]:
                break
            body.append(inner.removeprefix(fence["indent"]))
        else:
            raise AssertionError(f"{page}:{number}: a fence that nothing closes")
        language, *words = fence["info"].split() or [""]
        yield Example(page, number, language, tuple(words), "\n".join([*body, ""]))


def prose(page: Path) -> list[tuple[int, str]]:
    """Return the lines of a page outside its fenced blocks, each with its number."""
    kept: list[tuple[int, str]] = []
    ticks: str | None = None
    for number, line in enumerate(page.read_text(encoding="utf-8").split("\n"), start=1):
        fence = _FENCE.fullmatch(line)
        if ticks is not None:
            ticks = None if line.strip() == ticks else ticks
        elif fence is not None:
            ticks = fence["ticks"]
        else:
            kept.append((number, line))
    return kept


def tables(page: Path) -> Iterator[Table]:
    """Yield the tables of a page."""
    block: list[tuple[int, tuple[str, ...]]] = []
    for number, line in [*prose(page), (0, "")]:
        if line.startswith("|"):
            block.append((number, tuple(cell.strip().replace("\\|", "|") for cell in _CELL.split(line)[1:-1])))
        elif block:
            yield Table(page, block[0][1], tuple(block[2:]))
            block = []


def quoted(cell: str) -> list[str]:
    """Return what stands in backticks in a cell."""
    return _WORD.findall(cell)


def headings(page: Path, level: int) -> list[str]:
    """Return the headings of a level."""
    mark = "#" * level + " "
    return [line.removeprefix(mark).strip() for _, line in prose(page) if line.startswith(mark)]
