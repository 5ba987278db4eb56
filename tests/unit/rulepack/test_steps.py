"""Steps of a ladder as they are written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadrouter.destination import Department, Hold
from leadrouter.errors import PackError
from leadrouter.rulepack.route import Needs, Step
from tests.pack_text import faults, parse

WORDS = "vocabulary: {product: {enum: [press, lathe]}, extras: {set: [a]}, note: text}"


def steps(text: str) -> tuple[Step, ...]:
    return parse(WORDS, f"routes: {{desk: [{text}]}}").checked.routes["desk"].steps


def refused(text: str) -> list[str]:
    try:
        steps(text)
    except PackError as error:
        return [f"{fault.code} {fault.message}" for fault in error.faults]
    return []


def test_a_step_may_say_everything():
    """Each key has its place in the step; what is left out is plain."""
    needs = "{skill: product, level: 2, skills: {lathe: 3}, language: extras, territory: product}"
    written = f"{{to: department(a), strategy: fair, offer: 90s, until: 1h, needs: {needs}, priority: -2, offers: 3}}"
    assert steps(f"{written}, {{to: hold}}") == (
        Step(
            to=Department("a"),
            strategy="fair",
            offer=timedelta(seconds=90),
            until=timedelta(hours=1),
            needs=Needs(skill="product", level=2, skills={"lathe": 3}, language="extras", territory="product"),
            priority=-2,
            offers=3,
        ),
        Step(to=Hold()),
    )


def test_what_a_step_needs_is_known_by_its_fields():
    """A route names them all."""
    route = parse(
        WORDS, "routes: {desk: [{to: owner, needs: {skill: product}}, {to: hold, needs: {language: extras}}]}"
    )
    assert route.checked.routes["desk"].fields == {"product", "extras"}
    assert [bool(step.needs) for step in route.checked.routes["desk"].steps] == [True, True]
    assert not Needs()


@pytest.mark.parametrize("last", ["department(a)", "on_duty(a)", "pool(a)", "owner", "deputy"])
def test_the_last_step_is_accountable(last):
    """Whatever may be several people or nobody is not."""
    assert refused(f"{{to: {last}}}") == [
        f"LR314 route `desk` can run out: nobody is accountable for its last step `{last}`"
    ]
    assert refused(f"{{to: {last}}}, {{to: hold}}") == []


def test_the_last_step_has_no_limit():
    """After it there is nobody."""
    assert refused("{to: hold, until: 5m}") == ["LR802 route `desk` can run out: its last step has a limit"]


def test_deadlines_are_cumulative():
    """Each is measured from the arrival; one that comes no later than the one before is a mistake."""
    message = "LR803 a step of route `desk` ends no later than the one before it"
    assert refused("{to: owner, until: 5m}, {to: deputy, until: 6m}, {to: hold}") == []
    assert refused("{to: owner, until: 5m}, {to: deputy, until: 5m}, {to: hold}") == [message]
    assert refused("{to: owner, until: 5m}, {to: owner}, {to: deputy, until: 4m}, {to: hold}") == [message]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("{to: owner, offer: soon}", "LR304 `offer`: `soon` (text) is not a duration"),
        ("{to: owner, offer: 0s}", "LR304 `offer`: `0s` is below the least value"),
        ("{to: owner, until: 5}", "LR304 `until`: `5` (a number) is not a duration"),
        ("{to: owner, offers: 0}", "LR304 `offers`: `0` is below the least value"),
        ("{to: owner, priority: high}", "LR304 `priority`: `high` is not a number"),
        ("{to: owner, needs: {level: 0}}", "LR304 `level`: `0` is below the least value"),
        ("{to: owner, needs: {skills: {a: x}}}", "LR304 `level`: `x` is not a number"),
        ("{to: owner, needs: {skill: note}}", "LR809 `needs` names `note`, which is no enumeration or set of the pack"),
        ("{to: owner, needs: {skill: nope}}", "LR809 `needs` names `nope`, which is no enumeration or set of the pack"),
        ("{to: owner, wants: {}}", "LR104 unknown key `wants` in a step of route `desk`"),
        ("{offer: 5m}", "LR105 a step of route `desk` lacks `to`"),
        ("{to: owned}", "LR309 `owned` is no destination"),
    ],
)
def test_what_cannot_be_meant_is_refused(step, message):
    """With the key it stands under."""
    assert refused(f"{step}, {{to: hold}}") == [message]


def test_every_fault_of_a_step_is_told():
    """Not only the first."""
    assert len(refused("{to: nowhere, offer: x, until: y, offers: z, needs: {level: w}}, {to: owner, until: 1s}")) == 7


def test_a_field_that_was_refused_is_not_missed_again():
    """Its own fault is enough."""
    found = faults("vocabulary: {product: {enm: []}}", "routes: {desk: [{to: hold, needs: {skill: product}}]}")
    assert [fault.code for fault in found] == ["LR104"]
