"""Why, as data: the lines of an explanation, the facts to ask for, and the smallest change that leads elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from leadrouter import Lead, Router, RulePack, counterfactual
from leadrouter.ledger.memory import MemoryLedger
from tests.conformance.test_semantics import read
from tests.small import AT, small_organisation

FILES = sorted((Path(__file__).parent / "why").glob("*.yaml"))
CASES = [
    pytest.param(RulePack.parse(told["pack"]), case, id=f"{path.stem}-{case['case']}")
    for path in FILES
    for told in [read(path)]
    for case in told["leads"]
]


@pytest.mark.parametrize(("pack", "case"), CASES)
def test_a_decision_is_explained_as_the_file_says(pack: RulePack, case: Mapping[str, Any]):
    """Rule by rule with the facts that were read, what to ask for, and what would have to be otherwise."""
    decision = Router(pack, small_organisation(), MemoryLedger()).route(Lead(id="1", facts=case["lead"]), at=AT)
    _, *lines, _ = decision.explain(candidates=False).splitlines()
    assert lines == case["why"].splitlines()
    change = counterfactual(decision)
    assert (None if change is None else str(change)) == case["otherwise"]
    assert decision.to_dict()["explanation"]["blocked_by"] == case.get("ask", [])
    assert not case.get("ask") or lines[-1].startswith(f"could have changed it: {', '.join(case['ask'])} (")
