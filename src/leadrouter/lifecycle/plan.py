"""Who takes over what from somebody: a list to be read, changed and then applied once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias, cast, get_args

from attrs import asdict, field, frozen

from leadrouter.canonical import canonical
from leadrouter.errors import Fault, PlanError
from leadrouter.readonly import read_only

Reason: TypeAlias = Literal["leaves", "leave", "shift"]
Kind: TypeAlias = Literal["offer", "lead", "client"]

REASONS: tuple[Reason, ...] = get_args(Reason)
_KINDS: tuple[Kind, ...] = get_args(Kind)


@frozen(kw_only=True)
class Move:
    """One thing that passes on.

    An `offer` that was not answered goes back to its step, which goes on without that person: `to` is
    None. A `lead` that was accepted, or a `client`, goes to somebody; `to` is None where nobody can take
    it and it stays. `version` is the lead's or the client's that the plan has seen. `because` says why
    `to`, `why_not` why not the others, in figures.
    """

    kind: Kind
    id: str
    version: int = 0
    to: str | None = None
    because: str = ""
    why_not: Mapping[str, str] = field(factory=dict, converter=read_only, hash=False)


@frozen(kw_only=True)
class Plan:
    """What passes on when somebody `leaves`, goes on `leave` or ends a `shift`.

    `at` is the instant for which it was made. What passes on comes back `until`, where that is given. A
    plan is a value: whoever reviews it may leave moves out, or give them to somebody else
    (`attrs.evolve`), before it is applied.
    """

    person: str
    at: datetime
    reason: Reason
    until: datetime | None
    moves: tuple[Move, ...]

    @property
    def id(self) -> str:
        """What makes two plans the same: a digest of everything in it."""
        return f"plan-{hashlib.sha256(self.to_json().encode()).hexdigest()[:16]}"

    def to_dict(self) -> dict[str, Any]:
        """Return the plan for programs."""
        return {
            "person": self.person,
            "at": self.at.isoformat(),
            "reason": self.reason,
            "until": None if self.until is None else self.until.isoformat(),
            "moves": [{**asdict(each, recurse=False), "why_not": dict(each.why_not)} for each in self.moves],
        }

    def to_json(self) -> str:
        """Return the plan as canonical JSON."""
        return canonical(self.to_dict())

    @classmethod
    def from_json(cls, text: str | bytes, *, source: str = "plan.json") -> Plan:
        """Return the plan that `to_json` gave, perhaps changed by hand.

        Bytes are UTF-8, or what editors and shells make of it: UTF-16 or UTF-32, with or without a mark.

        Raises:
            PlanError: it is no plan; it says what is wrong and where.
        """
        try:
            held = json.loads(text)
        except ValueError as error:
            raise _refused(source, f"not JSON: {error}") from None
        try:
            return _read(held)
        except KeyError as missing:
            raise _refused(source, f"not a plan of a handover: `{missing.args[0]}` is missing") from None
        except ValueError as error:
            raise _refused(source, f"not a plan of a handover: {error}") from None
        except (TypeError, AttributeError):
            raise _refused(source, "not a plan of a handover: something in it has another shape") from None


@frozen(kw_only=True)
class Applied:
    """What became of a plan: the moves that were made, and those that were skipped, each with the reason.

    `was_applied` tells that it had been applied before: then nothing was done.
    """

    moved: tuple[Move, ...] = ()
    skipped: tuple[tuple[Move, str], ...] = ()
    was_applied: bool = False


def _read(held: Any) -> Plan:
    if held["reason"] not in REASONS:
        raise ValueError(f"reason is `{held['reason']}`, not one of {', '.join(REASONS)}")
    return Plan(
        person=str(held["person"]),
        at=_aware(held["at"]),
        reason=held["reason"],
        until=None if held["until"] is None else _aware(held["until"]),
        moves=tuple(_move(each) for each in held["moves"]),
    )


def _move(held: Any) -> Move:
    if held["kind"] not in _KINDS:
        raise ValueError(f"kind is `{held['kind']}`, not one of {', '.join(_KINDS)}")
    return Move(
        kind=cast("Kind", held["kind"]),
        id=str(held["id"]),
        version=int(held["version"]),
        to=None if held["to"] is None else str(held["to"]),
        because=str(held.get("because", "")),
        why_not={str(person): str(why) for person, why in held.get("why_not", {}).items()},
    )


def _aware(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"`{text}` has no zone")
    return at


def _refused(source: str, message: str) -> PlanError:
    fix = "take it from `leadrouter handover --json`, and change only `to`, or leave moves out"
    return PlanError([Fault(code="LR856", message=message, where=source, fix=fix)])
