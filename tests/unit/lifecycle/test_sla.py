"""Targets of a lead and what is told of them; how they count with a clock, `conformance/clients` plays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.small import small_organisation

from leadrouter.lifecycle.sla import Measure, measures, next_due, notices
from leadrouter.lifecycle.state import LeadState
from leadrouter.organisation import Organisation
from leadrouter.rulepack.sla import Sla, Target

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NEVER = """
organisation: demo
staffing: head
hours: {never: [{days: [], from: "09:00", to: "18:00"}]}
departments: {inbound: {kind: inbound, head: olga}}
people: {olga: {}}
"""


def state(**changes: object) -> LeadState:
    plain = {"lead_id": "7f", "number": 1, "version": 1, "status": "waiting", "lead_class": "mass", "route": "a"}
    return LeadState(**{**plain, "pack": "p", "arrived": NOON, **changes})  # type: ignore[arg-type]


def test_without_targets_there_is_nothing_to_tell_but_the_measures():
    """What has not begun has taken no time."""
    assert next_due(state(), Sla(), small_organisation()) is None
    assert measures(state(), Sla(), small_organisation(), NOON + MINUTE) == (
        Measure(measured="acceptance", started=None, stopped=None, elapsed=timedelta()),
        Measure(measured="first_contact", started=NOON, stopped=None, elapsed=MINUTE),
    )


def test_a_measure_is_written_for_programs():
    """In seconds; missed at the target itself."""
    target = Sla({"first_contact": Target(within=MINUTE)})
    reached = state(milestones={"contacted": NOON + MINUTE})
    assert measures(reached, target, small_organisation(), NOON)[1].to_dict() == {
        "measured": "first_contact",
        "started": "2026-03-02T12:00:00+00:00",
        "stopped": "2026-03-02T12:01:00+00:00",
        "elapsed": 60.0,
        "within": 60.0,
        "due": "2026-03-02T12:01:00+00:00",
        "missed": True,
    }
    assert measures(reached, Sla(), small_organisation(), NOON)[0].to_dict()["due"] is None


def test_what_was_told_is_not_told_again():
    """The mark of a notice is kept with the lead."""
    target = Sla({"first_contact": Target(within=5 * MINUTE, remind=(MINUTE,))})
    first, second = notices(state(accountable="olga"), target, small_organisation())
    assert (first.name, first.at) == ("sla.reminded", NOON + 4 * MINUTE)
    assert (second.name, second.at) == ("sla.missed", NOON + 5 * MINUTE)
    later = state(reminded=frozenset({first.mark}))
    assert notices(later, target, small_organisation()) == (second,)


def test_hours_that_an_organisation_no_longer_keeps_are_all_hours():
    """A lead goes on by the pack that decided it, whatever the organisation is today."""
    gone = Sla({"first_contact": Target(within=5 * MINUTE, hours="office")})
    assert next_due(state(), gone, small_organisation()) == NOON + 5 * MINUTE
    shut = Sla({"first_contact": Target(within=5 * MINUTE, hours="never")})
    assert next_due(state(), shut, Organisation.parse(NEVER)) == NOON + 5 * MINUTE
