"""Routes: ladders of steps."""

from __future__ import annotations

from leadrouter.destination import Head, Inbound
from leadrouter.rulepack.route import Route, Step
from tests.pack_text import parse


def test_a_route_is_a_ladder_of_steps_in_order():
    """Each step has its destination and its place; the place does not make it another step."""
    route = parse("routes: {desk: [{to: inbound}, {to: head(sales)}]}").checked.routes["desk"]
    assert route == Route("desk", (Step(to=Inbound()), Step(to=Head("sales"))))
    assert [step.where and step.where.text for step in route.steps] == ["inbound", "head(sales)"]
