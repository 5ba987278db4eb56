"""What patterns mean, as data: a company's past, the lead that arrives, and what each pattern is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leadrouter.document import Document
from leadrouter.facts import read_value
from leadrouter.history.past import History, PastEvent
from leadrouter.history.reading import Reading
from leadrouter.history.reference import evaluate
from leadrouter.history.witness import tell
from leadrouter.routing.rule_pack import RulePack
from leadrouter.vocabulary import Duration

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
FILES = sorted((Path(__file__).parent / "patterns").glob("*.yaml"))
TRUTH = {True: "true", False: "false", None: "unknown"}
REST = """
classify: [{rule: rest, default: true, class: mass}]
route: [{rule: all, default: true, to: desk}]
routes: {desk: [{to: inbound}]}
"""


def engines(pack: RulePack) -> Iterator[Any]:
    """Yield what evaluates patterns here: the reference, and durable-rules where it can be imported."""
    from leadrouter.adapters.durable import DurableEngine, is_available

    yield evaluate
    if is_available():
        yield DurableEngine(pack.checked).evaluate


def past_event(told: dict[str, Any]) -> PastEvent:
    """Read an event: `before` says how long before now it was, `later` how many microseconds less."""
    before = read_value(Duration(), told.get("before", "0s"))
    facts = {key: value for key, value in told.items() if key not in ("kind", "before", "later", "contact")}
    at = NOW - before + timedelta(microseconds=int(told.get("later", 0)))
    return PastEvent(kind=told.get("kind", "request"), at=at, contact=told.get("contact"), facts=facts)


def read(path: Path) -> Iterator[Any]:
    document = Document.read(path.read_text(encoding="utf-8"), path.name)
    entries = document.entries(document.root, "the file", known=("pack", "pasts"))
    pack = RulePack.parse(f"pack: {path.stem}\n{document.word(entries['pack'], 'the pack')}\n{REST}")
    for told in document.data(entries["pasts"]):
        yield pytest.param(pack, told, id=f"{path.stem}-{told['past']}")
    assert not document.faults


def said_why(pack: RulePack, reading: Reading, name: str) -> str:
    """Return the sentence that explains a pattern that is true, its days by the pack's clock."""
    [pattern] = (each for each in pack.checked.patterns if each.name == name)
    return tell(pattern, reading, pack.checked.calendar.tz)


@pytest.mark.parametrize(("pack", "told"), [case for path in FILES for case in read(path)])
def test_a_pattern_is_what_the_file_says(pack: RulePack, told: dict[str, Any]):
    """It is true, false or unknown as written beside the past, whatever evaluates it."""
    events = tuple(map(past_event, told.get("history", [])))
    reading = pack.reading(told.get("lead", {}), History(at=NOW, events=events, contact=told.get("contact")))
    expected = {name: str(value).lower() for name, value in told["is"].items()}
    assert {name: said_why(pack, reading, name) for name in told.get("why", ())} == told.get("why", {})
    for engine in engines(pack):
        said = engine(reading)
        assert {name: TRUTH[said[name]] for name in expected} == expected
