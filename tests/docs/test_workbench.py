"""The workbench itself: a page that is wrong fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadrouter.errors import FaultsError

from .page import examples, tables
from .statement import check_table
from .terminal import matches
from .workbench import Workbench

PACK = """pack: demo
vocabulary: {amount: {money: RUB}, b: bool}
classify:
  - {rule: all, default: true, class: mass}
route:
  - {rule: any, default: true, to: desk}
routes: {desk: [{to: inbound}]}
"""


def run(folder: Path, text: str) -> None:
    page = folder / "page.md"
    page.write_text(text, encoding="utf-8")
    bench = Workbench.at(folder)
    for example in examples(page):
        bench.run(example)
    for table in tables(page):
        check_table(table, bench.pack)


def block(info: str, text: str) -> str:
    return f"```{info}\n{text}```\n"


def rows(heading: str, *cells: str) -> str:
    return "\n".join([block("yaml pack", PACK), heading, "|---|---|---|", *cells, ""])


@pytest.mark.parametrize(
    "text",
    [
        block("yaml pack", "pack: demo\n"),
        block("yaml pack LR101", PACK),
        block("yaml pack", PACK) + block("yaml fragment LR211", "classes: [mass, mass]\n"),
        block("yaml pack", PACK) + block("yaml conditions", "- amonut < 5\n"),
        block("yaml cases", "cases: [{case: a, lead: {source: call}, expect: {rule: engineered}}]\n"),
        block("yaml pack", PACK) + block("yaml conditions LR211", "- amonut < 5\n") + block("text", "LR211\n"),
        block("yaml", "a: b\n"),
        block("rust", "fn main() {}\n"),
        block("python", "assert False\n"),
        block("pycon", ">>> 1 + 1\n3\n"),
        block("json facts", "{}") + block("yaml pack", PACK),
        block("console", "$ leadrouter check rules/minimal\nall is lost\n"),
        block("console", "$ leadrouter check rules/nowhere\n"),
        block("console", "$ leadrouter check rules/minimal\n$ echo $?\n1\n"),
        block("console LR999", "$ leadrouter check rules/minimal\n"),
        block("console", "leadrouter check rules/minimal\n"),
        block("sh", "make ready && .venv/bin/leadrouter check rules/nowhere\n"),
        "```yaml pack\npack: demo\n",
        rows("| type | given | read as |", "| `int` | `5` `6` | `5` |"),
        rows("| type | given | read as |", "| `int` | | `5` |"),
        rows("| condition | facts | is |", "| `amount < 5` | `{}` | `false` |"),
    ],
)  # fmt: skip
def test_a_page_that_is_wrong_fails(tmp_path: Path, text: str) -> None:
    """Whatever a page says that is not so, is found."""
    with pytest.raises((AssertionError, FaultsError)):
        run(tmp_path, text)


def test_a_page_that_is_right_passes(tmp_path: Path) -> None:
    """Each block may build on those before it."""
    run(
        tmp_path,
        block("yaml pack file=demo/pack.yaml", PACK)
        + block("yaml fragment file=demo/pack.yaml LR307", "classify:\n  - {rule: all, default: true, class: few}\n")
        + block("console", "$ leadrouter check demo\n…LR307 unknown class…\n$ echo $?\n1\n")
        + block("python", "n = 1\n")
        + block("pycon", ">>> n + 1\n2\n")
        + block("console", "$ cat demo/pack.yaml | wc -l\n7\n")
        + rows("| condition | facts | is |", "| `b and amount < 5` | `{b: false}` | `false` |"),
    )


def test_an_ellipsis_stands_for_anything() -> None:
    """`…` may stand for a part of a line and for whole lines; what stands around it must be there."""
    assert matches("a … d\n", "a b c d  \n")
    assert matches("…\nend\n", "first\nsecond\nend\n")
    assert not matches("a … d\n", "a b c\n")
    assert matches("", "anything")
