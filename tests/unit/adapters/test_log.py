"""Events in structlog, on the host's terms."""

from __future__ import annotations

import structlog
from structlog.testing import capture_logs

from leadrouter import Lead
from leadrouter.adapters.log import log_events
from leadrouter.event import Event
from tests.small import AT, small_router


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


def test_of_what_people_write_only_the_length_is_logged():
    """Whatever door took the reason; observers are told the whole of it."""
    router, heard, observe = small_router(), [], log_events()
    router.observer = lambda event: (heard.append(event), observe(event))
    leads = [router.route(Lead(id=str(number), facts={"product": "press"}), at=AT) for number in range(3)]
    words = "Ilya, +7 912 345-67-89"
    with capture_logs() as logs:
        router.decline(leads[0].lead_id, by=leads[0].assignee, at=AT, reason=words)
        router.reassign(leads[1].lead_id, by="olga", at=AT, reason=words)
        router.credit(leads[2].lead_id, by="olga", at=AT, reason=words)
        router.lost(leads[2].lead_id, by="olga", at=AT, reason=words)
        router.pause(leads[2].assignee, at=AT, reason=words)
    told = [event.name for event in heard if event.details.get("reason") == words]
    assert told == ["lead.declined", "lead.released", "lead.credited", "lead.lost", "person.paused"]
    assert [each["event"] for each in logs if each.get("reason") == "(22 characters)"] == told
    assert words not in str(logs)


def test_the_words_of_the_library_are_logged():
    """They hold nothing that anybody wrote; and where no reason was given there is none."""
    observe = log_events()
    with capture_logs() as logs:
        observe(Event(name="person.handed_over", lead_id=None, at=AT, details={"reason": "leaves"}))
        observe(Event(name="lead.lost", lead_id="ab", at=AT, details={"reason": None}))
    assert [each["reason"] for each in logs] == ["leaves", None]


def test_a_host_may_bring_its_logger():
    """Whatever logger is given is written to, with what the host has bound to it."""
    with capture_logs() as logs:
        log_events(structlog.get_logger("host").bind(tenant="north"))(Event(name="lead.refused", lead_id="ab", at=AT))
    assert (logs[0]["tenant"], logs[0]["event"]) == ("north", "lead.refused")
