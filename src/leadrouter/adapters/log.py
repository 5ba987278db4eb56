"""Events to structlog. Nothing is configured here: levels, processors and outputs are the host's."""

from __future__ import annotations

from typing import Any

import structlog

from leadrouter.event import Event, Observer

_LEVELS = {"lead.routed": "info", "lead.repeated": "info", "lead.conflict": "warning", "lead.refused": "warning"}
_LEVELS |= {"patterns.failed": "warning", "patterns.disagreed": "error"}


def log_events(logger: Any = None) -> Observer:
    """Return an observer that writes each event with a structlog logger.

    The event's name is the log event; `lead_id`, `at` and the details are bound to it. No phone,
    e-mail, name or message is ever among them.

    Args:
        logger: the logger to write to; structlog's own for `leadrouter` where it is left out.
    """
    target = structlog.get_logger("leadrouter") if logger is None else logger

    def observe(event: Event) -> None:
        getattr(target, _LEVELS[event.name])(
            event.name, lead_id=event.lead_id, at=event.at.isoformat(), **event.details
        )

    return observe
