"""Who is on duty and who is away at an instant: by a roster, or by an organisation's fixed lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from attrs import field, frozen

from leadrouter.errors import Fault, RosterError, did_you_mean
from leadrouter.organisation import Organisation
from leadrouter.readonly import read_only
from leadrouter.roster.roster import DutyRoster
from leadrouter.zone import in_utc


def _aware(_: object, __: object, until: datetime | None) -> None:
    if until is not None:
        in_utc(until)


@frozen
class Absence:
    """Why somebody is away, and until when, an aware instant; None where nobody knows.

    Raises:
        NaiveTimeError: the instant has no zone.
    """

    reason: str = "away"
    until: datetime | None = field(default=None, validator=_aware)


class Duties(Protocol):
    """Says who is on duty and who is away at an instant."""

    def on_duty(self, role: str, at: datetime) -> tuple[str, ...]:
        """Return the ids of the people on duty in a role; nobody in a gap, and for a role that is not known."""

    def absences(self, at: datetime) -> Mapping[str, Absence]:
        """Return everybody who is away; whose absence has ended by then is taken to be back."""

    def told(self, role: str, at: datetime) -> Mapping[str, Any] | None:
        """Return, as JSON holds it, what decided who is on duty in a role; None where nothing has to.

        Explanations tell of it the `source`, `until` when, and the `reasons`, as far as they are there.
        """


@frozen
class FixedDuties:
    """The same people on duty at any time, and nobody ever away."""

    duty: Mapping[str, tuple[str, ...]] = field(factory=dict, converter=read_only, hash=False)

    def on_duty(self, role: str, at: datetime) -> tuple[str, ...]:  # noqa: ARG002  # it is the same at any time
        """Return the people of a role."""
        return self.duty.get(role, ())

    def absences(self, at: datetime) -> Mapping[str, Absence]:  # noqa: ARG002  # as above
        """Return nobody."""
        return {}

    def told(self, role: str, at: datetime) -> Mapping[str, Any] | None:  # noqa: ARG002  # as above
        """Return None: a list decides nothing."""
        return None


@frozen
class RosterDuties:
    """The people on duty by a roster, and those who are absent by it."""

    roster: DutyRoster

    def on_duty(self, role: str, at: datetime) -> tuple[str, ...]:
        """Return the people on duty in a role, by the version in force; nobody where that does not have it."""
        return self.roster.on_duty(at, role).people if role in self.roster.all_roles else ()

    def absences(self, at: datetime) -> Mapping[str, Absence]:
        """Return everybody who is absent."""
        return {each.person: Absence("absent", each.end) for each in self.roster.absences(at)}

    def told(self, role: str, at: datetime) -> Mapping[str, Any] | None:
        """Return what decided: the source, its layers, until when it holds, and the reasons.

        None for a role that no version has.
        """
        if role not in self.roster.all_roles:
            return None
        duty = self.roster.on_duty(at, role)
        return {
            "source": str(duty.source),
            "layers": list(duty.layers),
            "until": None if duty.until is None else duty.until.isoformat(),
            "reasons": list(duty.reasons),
        }


def staffed(organisation: Organisation, roster: DutyRoster) -> Organisation:
    """Return an organisation whose duty roles are those of all versions of a roster.

    Raises:
        RosterError: somebody of the roster's latest version is not in the organisation, or a duty role of the
            organisation is in no version of the roster, which alone says who is on duty.
    """
    faults = [
        Fault(
            code="LR722",
            message=f"duty role `{role}` of the organisation is not in the roster: nobody would be on duty",
            where=organisation.place("duty", role),
            fix=did_you_mean(role, roster.all_roles),
        )
        for role in organisation.duty
        if role not in roster.all_roles
    ]
    faults += [
        Fault(
            code="LR718",
            message=f"`{person}` of the roster is not in the organisation",
            where=f"roster {roster.name}",
            fix=did_you_mean(person, organisation.people),
        )
        for person in roster.people
        if person not in organisation.people
    ]
    if faults:
        raise RosterError(faults)
    turns = roster.taking_part()
    return organisation.with_rota({role: _known(people, organisation) for role, people in turns.items()})


def away_at(duties: Duties, at: datetime) -> dict[str, Absence]:
    """Return everybody who is away at an instant; a host may still name those who are back."""
    absences = duties.absences(at).items()
    return {person: each for person, each in absences if each.until is None or each.until > at}


def takes_turns(role: str, organisation: Organisation, duties: Duties, at: datetime) -> tuple[str, ...]:
    """Return who takes turns in a duty role: by the roster's version in force, or as the organisation says."""
    if isinstance(duties, RosterDuties) and role in duties.roster.all_roles:
        return _known(duties.roster.taking_part(at).get(role, ()), organisation)
    return organisation.duty.get(role, ())


def on_duty_until(role: str, duties: Duties, at: datetime) -> datetime | None:
    """Return when those who are on duty in a role by a roster are not any more; None where nobody knows."""
    if isinstance(duties, RosterDuties) and role in duties.roster.all_roles:
        return duties.roster.on_duty(at, role).until
    return None


def _known(people: Iterable[str], organisation: Organisation) -> tuple[str, ...]:
    """Leave out who stands in an older version only, and in the organisation no more."""
    return tuple(person for person in people if person in organisation.people)
