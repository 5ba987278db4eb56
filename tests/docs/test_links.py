"""Links between pages lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .page import PAGES, ROOT, name, prose

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"#+ (.*)")


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page, as GitHub makes them from headings."""
    titles = [found[1] for _, line in prose(page) if (found := HEADING.fullmatch(line))]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_relative_links_resolve(page: Path) -> None:
    """Each relative link names a file that is there, and each anchor a heading of it."""
    for number, line in prose(page):
        for target in LINK.findall(line):
            if target.startswith("https://"):
                continue
            path, _, anchor = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            assert file.exists(), f"{page.name}:{number}: {target}"
            if anchor:
                assert anchor in anchors(file), f"{page.name}:{number}: {target}"


def test_every_page_can_be_reached_from_the_index() -> None:
    """The index names every page but itself and the fragments of the changelog."""
    index = ROOT / "docs" / "index.md"
    named = {(index.parent / target).resolve() for _, line in prose(index) for target in LINK.findall(line)}
    pages = {page for page in PAGES if page.is_relative_to(index.parent) and page.parent.name != "changelog.d"}
    assert pages - {index} <= named


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name != "changelog.d"], ids=name)
def test_every_page_says_where_to_go_next(page: Path) -> None:
    """Its last words lead to another page of the documentation; footnotes may stand below them."""
    lines = [line for _, line in prose(page) if line.strip() and not line.startswith("[^")]
    assert page.name == "changelog.md" or any(".md" in target for line in lines[-1:] for target in LINK.findall(line))
