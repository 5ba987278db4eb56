"""Events to structlog. Nothing is configured here: levels, processors and outputs are the host's."""

from __future__ import annotations

from typing import Any

import structlog

from leadrouter.event import EVENTS, Event, Observer

_NOT_WRITTEN = frozenset({"patterns.failed", "person.handed_over"})
"""Events whose reason is the library's own word."""


def log_events(logger: Any = None) -> Observer:
    """Return an observer that writes each event with a structlog logger.

    The event's name is the log event; `lead_id`, `at` and the details are bound to it, the evidence is
    not. No phone, e-mail, name or message is ever among them, and of a reason that people wrote only how long
    it is. Alarms are warnings.

    Args:
        logger: the logger to write to; structlog's own for `leadrouter` where it is left out.
    """
    target = structlog.get_logger("leadrouter") if logger is None else logger

    def observe(event: Event) -> None:
        details = dict(event.details)
        if isinstance(details.get("reason"), str) and event.name not in _NOT_WRITTEN:
            details["reason"] = f"({len(details['reason'])} characters)"
        getattr(target, EVENTS[event.name])(event.name, lead_id=event.lead_id, at=event.at.isoformat(), **details)

    return observe
