"""Who is on duty and who is away at the instant of a decision: by a roster, or by an organisation's fixed lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from attrs import field, frozen

from leadrouter.readonly import read_only
from leadrouter.roster.roster import DutyRoster
from leadrouter.zone import zone


@frozen
class Away:
    """Why somebody cannot be given a lead, and until when."""

    reason: str
    until: datetime | None = None


class Duties(Protocol):
    """Says who is on duty and who is away."""

    def on_duty(self, role: str, at: datetime) -> tuple[str, ...]:
        """Return the ids of the people on duty in a role; nobody in a gap, and for a role that is not known."""
        ...

    def absences(self, at: datetime) -> Mapping[str, Away]:
        """Return everybody who is away."""
        ...

    def told(self, role: str, at: datetime) -> dict[str, Any] | None:
        """Return, for programs, what decided who is on duty in a role that has people; None for a fixed list."""
        ...

    def instead(self, role: str, at: datetime) -> tuple[str, ...]:
        """Return who takes what must not be left lying, while nobody is on duty."""
        ...


@frozen
class FixedDuties:
    """The same people on duty at any time, and nobody ever away."""

    duty: Mapping[str, tuple[str, ...]] = field(converter=read_only, hash=False)

    def on_duty(self, role: str, at: datetime) -> tuple[str, ...]:  # noqa: ARG002  # it is the same at any time
        """Return the people of a role."""
        return self.duty.get(role, ())

    def absences(self, at: datetime) -> Mapping[str, Away]:  # noqa: ARG002  # as above
        """Return nobody."""
        return {}

    def told(self, role: str, at: datetime) -> dict[str, Any] | None:  # noqa: ARG002  # as above
        """Return None: a list decides nothing."""
        return None

    def instead(self, role: str, at: datetime) -> tuple[str, ...]:
        """Return the people of a role."""
        return self.on_duty(role, at)


@frozen
class RosterDuties:
    """The people on duty by a roster, and those who are absent by it."""

    roster: DutyRoster

    def on_duty(self, role: str, at: datetime) -> tuple[str, ...]:
        """Return the people on duty in a role; nobody where the roster does not have it."""
        return self.roster.on_duty(at, role).people if role in self.roster.roles else ()

    def absences(self, at: datetime) -> Mapping[str, Away]:
        """Return everybody who is absent."""
        tz = zone(self.roster.tz)
        return {
            each.person: Away(f"absent until {each.end.astimezone(tz):%Y-%m-%d %H:%M}", each.end)
            for each in self.roster.absences(at)
        }

    def told(self, role: str, at: datetime) -> dict[str, Any] | None:
        """Return what decided: the source, its layers, until when it holds, and the reasons."""
        duty = self.roster.on_duty(at, role)
        until = None if duty.until is None else duty.until.isoformat()
        return {
            "role": role,
            "source": str(duty.source),
            "layers": list(duty.layers),
            "until": until,
            "reasons": list(duty.reasons),
        }

    def instead(self, role: str, at: datetime) -> tuple[str, ...]:
        """Return the role's fallback, or else who is on duty next, or else who takes part in the role at all."""
        if role not in self.roster.roles:
            return ()
        duty = self.roster.on_duty(at, role)
        return (duty.fallback,) if duty.fallback is not None else duty.next or self.roster.taking_part()[role]
