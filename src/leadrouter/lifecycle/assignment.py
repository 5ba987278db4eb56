"""How far down its ladder a lead came when it was routed, and who was offered it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from attrs import frozen

from leadrouter.assignment.choice import Choice
from leadrouter.event import Event
from leadrouter.lifecycle.state import Status

_LANDINGS: dict[str, Status] = {
    "lead.offered": "offered",
    "lead.waiting": "waiting",
    "lead.unanswered": "waiting",
    "lead.held": "held",
}


@frozen(kw_only=True)
class PassedStep:
    """A step that was gone past, and why; `choice` has the gates where it was they that were closed."""

    step: int
    destination: str
    because: str
    choice: Choice | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the same for programs, without the candidates."""
        return {"step": self.step, "destination": self.destination, "because": self.because}


@frozen(kw_only=True)
class Assignment:
    """Where a lead came to on its ladder when it was routed.

    `status` is `offered`, `waiting` or `held`; `offered_to` are those who were offered it, best first,
    `until` when the offer expires. `accountable` answers for it meanwhile. `because` says why it waits.
    `choice` has the candidates, `passed` the steps that were gone past. `version` is the lead's then.
    """

    status: Status
    step: int
    destination: str
    offered_to: tuple[str, ...]
    until: datetime | None
    accountable: str | None
    because: str
    version: int
    choice: Choice | None = None
    passed: tuple[PassedStep, ...] = ()

    @classmethod
    def of(cls, events: Iterable[Event]) -> Assignment:
        """Return where a lead came to by what happened to it when it was routed."""
        passed: list[PassedStep] = []
        told = [event for event in events if event.name in _LANDINGS or event.name == "lead.escalated"]
        for event in told[:-1]:
            details = event.details
            passed.append(
                PassedStep(
                    step=details["step"] - 1,
                    destination=details["left"],
                    because=details["because"],
                    choice=_choice(event),
                )
            )
        last = told[-1]
        until = last.details.get("until")
        return cls(
            status=_LANDINGS[last.name],
            step=last.details["step"],
            destination=last.details["destination"],
            offered_to=tuple(last.details.get("people", ())),
            until=None if until is None else datetime.fromisoformat(until),
            accountable=last.details["accountable"],
            because=last.details.get("because", ""),
            version=last.version,
            choice=_choice(last),
            passed=tuple(passed),
        )

    @property
    def assignee(self) -> str | None:
        """Who is offered the lead, first of all where there are several; None while nobody is."""
        return self.offered_to[0] if self.offered_to else None

    def to_dict(self) -> dict[str, Any]:
        """Return the same for programs, without the candidates."""
        return {
            "status": self.status,
            "step": self.step,
            "destination": self.destination,
            "offered_to": list(self.offered_to),
            "until": None if self.until is None else self.until.isoformat(),
            "accountable": self.accountable,
            "because": self.because,
            "version": self.version,
            "passed": [each.to_dict() for each in self.passed],
        }

    def why_not(self) -> dict[str, str]:
        """Say of everybody on the step where it came to, and was not offered it, why not, in figures."""
        return {} if self.choice is None else self.choice.why_not()


def _choice(event: Event) -> Choice | None:
    return Choice.from_dict(dict(event.evidence)) if event.evidence else None
