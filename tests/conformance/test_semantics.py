"""The semantics of rule packs, as data: the decision and the rule that decided."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from leadrouter.document import Document
from leadrouter.errors import FactsError
from leadrouter.routing.rule_pack import RulePack

HERE = Path(__file__).parent


def read(path: Path) -> Mapping[str, Any]:
    document = Document.read(path.read_text(encoding="utf-8"), path.name)
    assert document.root is not None
    data = document.data(document.root)
    assert not document.faults, document.faults
    assert isinstance(data, dict)
    return data


def load(file: Mapping[str, Any]) -> RulePack:
    return RulePack.parse(file["pack"], include=lambda named, _above: (named, file["files"][named]))


def said(pack: RulePack, lead: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a pack says of a lead, as far as it is expected to say something."""
    try:
        outcomes = [pack.decide(lead), pack.evaluate(lead)]
    except FactsError as error:
        return {"refused": error.faults[0].code}
    assert outcomes[0] == outcomes[1]
    (outcome, _) = outcomes
    everything = {
        "class": outcome.lead_class,
        "route": outcome.route,
        "rules": {table: rule for table, rule in outcome.rules.items() if table in expected.get("rules", {})},
        "tags": list(outcome.tags),
        "tag_rules": list(outcome.tag_rules),
        "facts": outcome.facts,
    }
    return {key: value for key, value in everything.items() if key in expected}


@pytest.mark.parametrize("path", sorted(HERE.glob("*.yaml")), ids=lambda path: path.stem)
def test_each_lead_is_decided_as_the_file_says(path: Path) -> None:
    """Class, route, tags, facts and the rule that decided are those that are written beside each lead."""
    file = read(path)
    pack = load(file)
    for entry in file["leads"]:
        expected = {key: value for key, value in entry.items() if key not in ("lead", "because")}
        assert expected, entry
        assert said(pack, entry["lead"], expected) == expected, entry["lead"]
