"""One pack in one engine, ready to be asked and timed; engines that can crash do so in a process of their own."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from attrs import frozen

from .measure import Task, each
from .packs import Facts, make_leads, make_rules
from .peers import PEERS

LEADS = 200
_PATIENCE_SECONDS = 120


class AbsentError(Exception):
    """The engine takes no part in this contest; the message says why."""


class DisagreementError(AssertionError):
    """Two engines named different rules for one lead: no time of this run means anything."""


@frozen
class Entrant:
    """An engine with a pack: the rules that decided the leads, in order, and the task of one decision."""

    answers: tuple[str, ...]
    task: Task


def leads_for(size: int) -> tuple[Facts, ...]:
    """Make the leads that every engine decides with the pack of this size."""
    return make_leads(make_rules(size), LEADS)


def enter(name: str, size: int) -> Entrant:
    """Compile the pack of this size in the named engine. Raises AbsentError where that cannot be done."""
    peer = PEERS[name]
    if peer.at_most is not None and size > peer.at_most:
        raise AbsentError(f"kept to {peer.at_most} rules, as more can crash or hang the process")
    try:
        return _enter_isolated(name, size) if peer.isolated else _enter_here(name, size)
    except ModuleNotFoundError as error:
        raise AbsentError(f"not installed ({error})") from error
    except (BrokenProcessPool, TimeoutError) as error:
        raise AbsentError("crashed or hung in its own process") from error


def agree(entrants: Mapping[str, Entrant], leads: tuple[Facts, ...]) -> None:
    """Raise DisagreementError unless all engines named the same rule for every lead."""
    (first, expected), *others = ((name, entrant.answers) for name, entrant in entrants.items())
    for name, answers in others:
        for facts, rule, other in zip(leads, expected, answers, strict=True):
            if rule != other:
                raise DisagreementError(f"{first} decides by {rule!r}, {name} by {other!r}, for {dict(facts)}")


def _enter_here(name: str, size: int) -> Entrant:
    peer, leads = PEERS[name], leads_for(size)
    decide = peer.compile(make_rules(size))
    return Entrant(tuple(peer.rule_of(decide(facts)) for facts in leads), each(decide, leads))


def _enter_isolated(name: str, size: int) -> Entrant:
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    answers = pool.submit(_prepare, name, size).result(_PATIENCE_SECONDS)
    return Entrant(answers, lambda: pool.submit(_run).result(_PATIENCE_SECONDS))


_prepared: list[Entrant] = []


def _prepare(name: str, size: int) -> tuple[str, ...]:
    _prepared[:] = [_enter_here(name, size)]
    return _prepared[0].answers


def _run() -> float:
    return _prepared[0].task()
