"""Events in structlog, on the host's terms."""

from __future__ import annotations

import structlog
from structlog.testing import capture_logs

from leadrouter.adapters.log import log_events
from leadrouter.event import Event
from tests.small import AT


def test_events_are_log_events():
    """The name is the event, the details are bound, and trouble is a warning."""
    observe = log_events()
    with capture_logs() as logs:
        observe(Event(name="lead.routed", lead_id="ab", at=AT, details={"route": "inbound"}))
        observe(Event(name="lead.conflict", lead_id="ab", at=AT, details={"codes": ["LR401"]}))
    assert logs == [
        {"event": "lead.routed", "log_level": "info", "lead_id": "ab", "at": AT.isoformat(), "route": "inbound"},
        {"event": "lead.conflict", "log_level": "warning", "lead_id": "ab", "at": AT.isoformat(), "codes": ["LR401"]},
    ]


def test_a_host_may_bring_its_logger():
    """Whatever logger is given is written to, with what the host has bound to it."""
    with capture_logs() as logs:
        log_events(structlog.get_logger("host").bind(tenant="north"))(Event(name="lead.refused", lead_id="ab", at=AT))
    assert (logs[0]["tenant"], logs[0]["event"]) == ("north", "lead.refused")
