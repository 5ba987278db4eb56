"""What conditions are worth, as data: a condition, facts, and whether it is true, false or unknown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leadrouter.document import Document
from leadrouter.facts import read_facts
from leadrouter.routing.evaluate import value_of
from leadrouter.rulepack.condition import check_condition
from leadrouter.rulepack.fields import read_vocabulary
from leadrouter.rulepack.syntax import parse_expression
from leadrouter.vocabulary import Vocabulary
from tests.strategies import CALENDAR, scope_of

FILES = sorted((Path(__file__).parent / "truth").glob("*.yaml"))
TRUTH = {True: "true", False: "false", None: "unknown"}


def read(path: Path) -> Iterator[Any]:
    """Yield the vocabulary, the condition, the facts and the truth of each entry of a file."""
    document = Document.read(path.read_text(encoding="utf-8"), path.name)
    entries = document.entries(document.root, "the file", known=("about", "vocabulary", "facts", "conditions"))
    words = Vocabulary.of(*(field for _, field in read_vocabulary(document, entries["vocabulary"])))
    common = document.data(entries["facts"]) if "facts" in entries else {}
    for case in document.data(entries["conditions"]):
        facts = {**common, **case.get("facts", {})}
        yield pytest.param(words, case["when"], facts, str(case["is"]).lower(), id=f"{path.stem}-{case['when']}")
    assert not document.faults


@pytest.mark.parametrize(("words", "when", "facts", "truth"), [case for path in FILES for case in read(path)])
def test_a_condition_is_what_the_file_says(words: Vocabulary, when: str, facts: dict[str, Any], truth: str):
    """It is true, false or unknown as written beside it."""
    tree, problems = parse_expression(when)
    assert tree is not None, problems
    condition, problems, _ = check_condition(tree, scope_of(words))
    assert condition is not None, problems
    assert TRUTH[value_of(condition.root, read_facts(words, facts), CALENDAR)] == truth
