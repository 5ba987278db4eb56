"""The order of application, in one place: turn, swap, absence, layers, overrides.

Everything here is about one instant: what is in force then, and what comes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import assert_never

from attrs import evolve, frozen

from leadrouter.roster.absence import Absence
from leadrouter.roster.duty import Decided
from leadrouter.roster.layer import Layer
from leadrouter.roster.override import Add, Assign, Override, Remove, Replace, overridden
from leadrouter.roster.role import Follows
from leadrouter.roster.rotation import Entry, Rotation, Turn
from leadrouter.roster.swap import Swap

_STRENGTH = ("layer", "swap", "absence")


@frozen(kw_only=True)
class Answer:
    """Who has duty at an instant, what decided, and why. Two instants with equal answers are one stretch.

    `overrides` are those that have a part in it; `uncovered` are absent people in whose place is nobody.
    """

    people: tuple[str, ...]
    source: Decided
    reasons: tuple[str, ...]
    layers: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()


@frozen(kw_only=True)
class Held:
    """A layer whose turn runs at the instant. `swapped` is the number of the turn that it changed hands with."""

    layer: Layer
    turn: Turn
    swap: Swap | None = None
    swapped: int | None = None


@frozen(kw_only=True)
class Circumstances:
    """What is in force in a role at an instant.

    `held` are the layers whose turns run: the role's own, or the one that a backup `follows`; `followed`
    are the people who have the duty that it follows. `until` writes when an absence ends.
    """

    held: Sequence[Held]
    absent: Mapping[str, Absence]
    overrides: Sequence[Override]
    until: Callable[[Absence], str]
    follows: Follows | None = None
    followed: frozenset[str] = frozenset()


@frozen(kw_only=True)
class _Voice:
    """What one layer says before layers are laid on each other. One that `blocks` hides lower ones though empty."""

    layer: Layer
    people: tuple[str, ...]
    source: Decided
    reasons: tuple[str, ...]
    away: tuple[str, ...] = ()
    blocks: bool = False


def answer(given: Circumstances) -> Answer:
    """Say who has duty: nominal turn, swaps, absences, layers or backup, overrides, in this order."""
    if given.follows is None:
        found = _layered([_voice(held, given) for held in given.held])
    else:
        found = _backup(given, given.follows)
    for override in given.overrides:
        found = _overridden(found, override)
    return found


def _voice(held: Held, given: Circumstances) -> _Voice:
    """Return what a layer says: its turn, swapped where it was, without who is absent."""
    layer, turn = held.layer, held.turn
    if layer.rotation is None or turn.number is None:
        dated = (f"layer `{layer.id}` has {_named(turn.people)} on these dates",)
        return _present(_Voice(layer=layer, people=turn.people, source=_by("layer", layer), reasons=dated), given, ())
    entry, place, source = turn.people, turn.number, _by("layer", layer)
    reasons: tuple[str, ...] = (_turn_reason(layer, layer.rotation, turn.number, entry),)
    if held.swapped is not None:
        place, source = held.swapped, _by("swap", layer)
        entry = layer.rotation.entry(place)
        agreed = f", agreed by {_named(held.swap.agreed_by)}" if held.swap and held.swap.agreed_by else ""
        reasons = (*reasons, f"swapped with turn {place}: {_named(entry)}{agreed}")
    later = tuple(layer.rotation.entry(place + step) for step in range(1, len(layer.rotation.people)))
    return _present(_Voice(layer=layer, people=entry, source=source, reasons=reasons), given, later)


def _turn_reason(layer: Layer, rotation: Rotation, number: int, entry: Entry) -> str:
    which = "the one turn" if rotation.unit == "fixed" else f"turn {number}"
    return f"{which} of layer `{layer.id}` is {_possessive(entry)}"


def _present(voice: _Voice, given: Circumstances, later: Sequence[Entry]) -> _Voice:
    """Take absent people out; where nobody is left, the first later entry with somebody available covers."""
    away = tuple(person for person in voice.people if person in given.absent)
    if not away:
        return voice
    source = Decided(kind="absence", id=voice.layer.id)
    gone = tuple(_away(given.absent[person], given) for person in away)
    here = _available(voice.people, given)
    if not here and voice.layer.on_absence == "next":
        here = next((found for entry in later if (found := _available(entry, given))), ())
        gone = (*gone, f"{_named(here)} covers" if here else "nobody can cover")
    blocks = not here and voice.layer.on_absence == "leave"
    reasons = (*voice.reasons, *gone)
    return _Voice(layer=voice.layer, people=here, source=source, reasons=reasons, away=away, blocks=blocks)


def _layered(voices: Sequence[_Voice]) -> Answer:
    """Return what the highest priority says that has anybody; equal priorities add up."""
    telling = [voice for voice in voices if voice.people or voice.blocks]
    if not telling:
        reasons = tuple(reason for voice in voices for reason in voice.reasons) or ("no layer has a turn now",)
        return Answer(people=(), source=Decided(kind="nobody"), reasons=reasons, uncovered=_uncovered(voices))
    top = max(voice.layer.priority for voice in telling)
    shown = [voice for voice in telling if voice.layer.priority == top]
    people = tuple(dict.fromkeys(person for voice in shown for person in voice.people))
    reasons = tuple(reason for voice in shown for reason in voice.reasons)
    layers = tuple(voice.layer.id for voice in shown)
    if not people:
        source = Decided(kind="nobody")
        return Answer(people=(), source=source, reasons=reasons, layers=layers, uncovered=_uncovered(shown))
    kind = max((voice.source.kind for voice in shown), key=_STRENGTH.index)
    decided = Decided(kind=kind, id=" + ".join(voice.layer.id for voice in shown if voice.source.kind == kind))
    return Answer(people=people, source=decided, reasons=(*reasons, f"decided by {_layers(shown)}"), layers=layers)


def _uncovered(voices: Sequence[_Voice]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(person for voice in voices for person in voice.away))


def _layers(shown: Sequence[_Voice]) -> str:
    names = " and ".join(f"`{voice.layer.id}`" for voice in shown)
    return f"{'layer' if len(shown) == 1 else 'layers'} {names} of priority {shown[0].layer.priority}"


def _backup(given: Circumstances, follows: Follows) -> Answer:
    """Return the first available person after the followed turn who does not have the followed duty."""
    for held in given.held:
        rotation, number = held.layer.rotation, held.turn.number
        assert rotation is not None, "INVARIANT: a backup follows a rotation"
        assert number is not None, "INVARIANT: a rotation's turns have numbers"
        for step in range(len(rotation.people)):
            entry = rotation.entry(number + follows.offset + step)
            person = next((each for each in _available(entry, given) if each not in given.followed), None)
            if person is not None:
                reason = f"{person} comes after turn {number} of layer `{held.layer.id}` and is free to back up"
                decided = Decided(kind="backup", id=follows.role)
                return Answer(people=(person,), source=decided, reasons=(reason,), layers=(held.layer.id,))
        reasons = (f"nobody else in layer `{held.layer.id}` can back up role `{follows.role}`",)
        return Answer(people=(), source=Decided(kind="nobody"), reasons=reasons)
    reasons = (f"role `{follows.role}` has no turn to back up now",)
    return Answer(people=(), source=Decided(kind="nobody"), reasons=reasons)


def _overridden(found: Answer, override: Override) -> Answer:
    """Return an answer after an override; one that has nobody to take away or to replace changes nothing."""
    match override.action:
        case Replace(person, _) if person not in found.people:
            return found
        case Remove(people) if not set(people) & set(found.people):
            return found
        case Add(people) if set(people) <= set(found.people):
            return found
    people = overridden(found.people, override.action)
    why = "" if override.reason is None else f" ({override.reason})"
    reason = f"override `{override.id}`{why}: {_action(override)}"
    decided = Decided(kind="override", id=override.id)
    if isinstance(override.action, Assign):  # what was before it has no part in the answer
        return Answer(people=people, source=decided, reasons=(reason,), overrides=(override.id,))
    return evolve(
        found,
        people=people,
        source=decided,
        reasons=(*found.reasons, reason),
        overrides=(*found.overrides, override.id),
        uncovered=() if people else found.uncovered,
    )


def _action(override: Override) -> str:
    match override.action:
        case Assign(people):
            return f"{_named(people)} on duty"
        case Add(people):
            return f"{_named(people)} as well"
        case Remove(people):
            return f"without {_named(people)}"
        case Replace(person, by):
            return f"{by} instead of {person}"
        case _:
            assert_never(override.action)


def _available(people: Entry, given: Circumstances) -> tuple[str, ...]:
    return tuple(person for person in people if person not in given.absent)


def _away(absence: Absence, given: Circumstances) -> str:
    kind = "" if absence.kind is None else f" ({absence.kind})"
    return f"{absence.person} is absent until {given.until(absence)}{kind}"


def _by(kind: str, layer: Layer) -> Decided:
    return Decided(kind="swap" if kind == "swap" else "layer", id=layer.id)


def _named(people: Entry) -> str:
    return " and ".join(people) or "nobody"


def _possessive(people: Entry) -> str:
    return f"{_named(people)}'s" if people else "nobody's"
