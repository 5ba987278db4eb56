"""Who of the candidates comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from heapq import nsmallest
from operator import add
from typing import Any, TypeAlias

from attrs import field, frozen

from leadrouter.assignment.candidate import Candidate
from leadrouter.assignment.load import Load
from leadrouter.assignment.standing import UNIT, Standing
from leadrouter.organisation import Organisation
from leadrouter.readonly import editable, read_only
from leadrouter.spelling import write_duration
from leadrouter.staff import Newcomer

_SECOND = timedelta(seconds=1)
_ROUNDING = UNIT // 10**6
"""More units than what rounding down leaves over comes to: a unit or so a lead, to everybody in turn."""

Figure: TypeAlias = Any
"""What a strategy compared of somebody, as JSON."""

Key: TypeAlias = tuple[Any, ...]
"""What a strategy sorts by, the least first; it is never packed into one number."""

OwnStrategy: TypeAlias = Callable[[Sequence[Candidate], Standing], Iterable[str]]
"""A user's own: from the candidates, by id, and the standing to ids, the first one first.

It must depend on nothing else, or decisions cannot be replayed. Whom it leaves out is not offered the
lead.
"""


@frozen(kw_only=True)
class Contest:
    """What a strategy decides by.

    Args:
        ids: those whose gates are open, by id; at least one.
        organisation: who they are.
        load_of: what they have on their hands.
        standing: the books of the pool before this lead.
        amount: how much the lead counts, in units.
        parts: what each person becomes entitled to by it, candidates and whoever is owed while away.
        weights: the weights of the same people.
        is_even: whether they are known to be equal.
        entered: the entitlement that whoever is new begins with.
        newcomer: how whoever is new begins.
        lead_class: the lead's class.
        at: the instant.
    """

    ids: Sequence[str]
    organisation: Organisation
    load_of: Callable[[str], Load] = field(eq=False, repr=False)
    standing: Standing
    amount: int
    parts: Mapping[str, int]
    weights: Mapping[str, int]
    is_even: bool
    entered: Mapping[str, int]
    newcomer: Newcomer = "calibrated"
    lead_class: str
    at: datetime

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Those whose gates are open, with what they have on their hands."""
        people, limits = self.organisation.people, self.organisation.roll.limits
        return tuple(Candidate(people[id_], self.load_of(id_), limits[id_].capacity) for id_ in self.ids)


@frozen
class Ranking:
    """Who comes first, best first, and the figure of every candidate that was compared."""

    first: tuple[str, ...]
    figures: Mapping[str, Figure]


Strategy: TypeAlias = Callable[[Contest, int], Ranking]
"""From a contest, and how many are wanted, to a ranking. Costs the number of candidates."""


def fair(contest: Contest, wanted: int) -> Ranking:
    """Rank by what everybody is owed: shares by weight, exact over time.

    Of those who are owed at least 1/(2k - 2) of this lead, k being the number of people entitled to it,
    first comes whose claim falls due first: the least (1 - 1/(2k - 2) - owed) / share. Where everybody is
    a candidate at each lead, and nobody's weight changes, nobody is ever further than 1 - 1/(2k - 2)
    leads from the exact share. With absences there are leads at which none of the candidates is owed that
    much: then the same key decides among all of them.

    The figure is what somebody is owed with this lead's part, in units.

    Source: R. Tijdeman, The chairman assignment problem, Discrete Mathematics 32 (1980), 323-330.
    """
    ids, parts, weights, amount = contest.ids, contest.parts, contest.weights, contest.amount
    held = editable(contest.standing.owed)
    held.update(contest.entered)
    owed = dict(zip(ids, map(add, map(held.__getitem__, ids), map(parts.__getitem__, ids)), strict=True))
    if wanted == 1 and contest.is_even:
        return Ranking((max(owed, key=owed.__getitem__),), owed)  # the largest is due first, and due if anybody is
    scale = 2 * len(parts) - 2
    least = -(-amount // scale) if scale else amount
    due = [id_ for id_, units in owed.items() if units >= least] or ids
    if wanted > 1:
        keys = {id_: (Fraction((scale - 1) * amount - scale * owed[id_], weights[id_]), id_) for id_ in ids}
        late = set(ids).difference(due)
        first = sorted(ids, key=lambda id_: (id_ in late, keys[id_]))
        return Ranking(tuple(first[:wanted]), owed)
    return Ranking((_soonest(due, owed, weights, scale, amount),), owed)


def _soonest(due: Sequence[str], owed: Mapping[str, int], weights: Mapping[str, int], scale: int, amount: int) -> str:
    """Return whose claim falls due first, by exact comparison of fractions; of equal ones the first in order."""
    best, best_slack, best_weight = "", 0, 0
    for id_ in due:
        slack, weight = (scale - 1) * amount - scale * owed[id_], weights[id_]
        ahead = slack * best_weight - best_slack * weight
        if not best or ahead < 0:
            best, best_slack, best_weight = id_, slack, weight
    return best


def round_robin(contest: Contest, wanted: int) -> Ranking:
    """Rank by fixed positions, those of the ids: everybody in turn after whoever had it last.

    Somebody who is away keeps the position: the turn passes over it and comes again. The figure is how
    many candidates come before.
    """
    ids, last = contest.ids, contest.standing.last
    start = next((position for position, id_ in enumerate(ids) if last is None or id_ > last), 0)
    order = [*ids[start:], *ids[:start]]
    return Ranking(tuple(order[:wanted]), {id_: position for position, id_ in enumerate(order)})


def longest_idle(contest: Contest, wanted: int) -> Ranking:
    """Rank by how long ago somebody was last offered a lead, in any pool.

    Somebody who never was counts from the day of entering the pool; from ever, where newcomers are owed
    the whole past. Of those who were offered one at the same instant, the least recent in the pool's books
    comes first. The figure is the whole seconds since then, 0 where a clock ahead of this one said when, or None for
    ever.
    """
    since, turns, at = contest.standing.since, contest.standing.turns, contest.at
    keys: dict[str, Key] = {}
    idle: dict[str, Figure] = {}
    for id_ in contest.ids:
        start = None if contest.newcomer == "none" else since.get(id_, at)
        last = contest.load_of(id_).last_at or start
        keys[id_] = (last is not None, last or at, turns.get(id_, 0), id_)
        idle[id_] = None if last is None else max(at - last, timedelta()) // _SECOND
    return Ranking(_least(keys, wanted), idle)


def least_loaded(contest: Contest, wanted: int) -> Ranking:
    """Rank by the share of capacity in use; by open leads where anybody has no limit.

    Of equal ones the least recent in the pool's books comes first. The figure is open leads and capacity.
    """
    turns, limits = contest.standing.turns, contest.organisation.roll.limits
    loads = {id_: (contest.load_of(id_).open_leads, limits[id_].capacity) for id_ in contest.ids}
    without_limit = any(capacity is None for _, capacity in loads.values())
    keys = {
        id_: (Fraction(leads, 1 if without_limit else capacity or 1), turns.get(id_, 0), id_)
        for id_, (leads, capacity) in loads.items()
    }
    return Ranking(_least(keys, wanted), {id_: list(load) for id_, load in loads.items()})


def most_qualified(contest: Contest, wanted: int) -> Ranking:
    """Rank by rank for the lead's class, the highest first; of equal ones the least recent in the pool's books.

    The figure is the rank.
    """
    turns, people, lead_class = contest.standing.turns, contest.organisation.people, contest.lead_class
    ranks = {id_: people[id_].ranks.get(lead_class, people[id_].rank) for id_ in contest.ids}
    keys = {id_: (-rank, turns.get(id_, 0), id_) for id_, rank in ranks.items()}
    return Ranking(_least(keys, wanted), ranks)


def _least(keys: Mapping[str, Key], wanted: int) -> tuple[str, ...]:
    least = nsmallest(wanted, keys.values()) if wanted > 1 else [min(keys.values())]
    return tuple(key[-1] for key in least)


STRATEGIES: Mapping[str, Strategy] = read_only(
    {
        "fair": fair,
        "round_robin": round_robin,
        "longest_idle": longest_idle,
        "least_loaded": least_loaded,
        "most_qualified": most_qualified,
        "first_accept": fair,
    }
)
"""The strategies that need no registration. `first_accept` offers to several at once, in the order of `fair`."""

BY_CLAIM = frozenset({"fair", "first_accept"})
"""The strategies whose figure is what somebody is owed."""


def own(strategy: OwnStrategy, contest: Contest, wanted: int) -> Ranking:
    """Rank by a user's own strategy; the figure is the place that it gave.

    Raises:
        ValueError: it named somebody who is no candidate, or somebody twice.
    """
    order = tuple(strategy(contest.candidates, contest.standing))
    strangers = [id_ for place, id_ in enumerate(order) if id_ not in contest.ids or id_ in order[:place]]
    if strangers:
        raise ValueError(f"a strategy named `{strangers[0]}`, who is no candidate or was named before")
    return Ranking(order[:wanted], {id_: position for position, id_ in enumerate(order)})


def figure_text(strategy: str, figure: Figure) -> str:
    """Say a figure for people.

    >>> figure_text("fair", 330_000_000_000), figure_text("least_loaded", [2, 3])
    ('owed +0.33', '2/3 leads open')
    """
    match strategy:
        case _ if strategy in BY_CLAIM:
            return f"owed {figure / UNIT:+.2f}"
        case "longest_idle":
            return "idle since ever" if figure is None else f"idle for {write_duration(figure * _SECOND)}"
        case "least_loaded":
            leads, capacity = figure
            return (
                f"{leads} lead{'' if leads == 1 else 's'} open"
                if capacity is None
                else f"{leads}/{capacity} leads open"
            )
        case "most_qualified":
            return f"rank {figure}"
    return f"{figure} before"


def tie_text(strategy: str, figures: Mapping[str, Figure], one: str, other: str) -> str:
    """Say what decides between two whose figures look the same; nothing where they differ.

    >>> tie_text("fair", {"anna": 7, "boris": 7}, "anna", "boris")
    ': of equals the first by id'
    """
    first, second = figures[one], figures[other]
    if strategy in BY_CLAIM:
        if first == second:
            return ": of equals the first by id"
        if abs(first - second) < _ROUNDING:
            return ": equal but for rounding"
        is_close = figure_text(strategy, first) == figure_text(strategy, second)
        return ": by less than a hundredth" if is_close else ""
    if strategy == "least_loaded":
        without_limit = any(capacity is None for _, capacity in figures.values())
        first, second = (leads if without_limit else Fraction(leads, capacity) for leads, capacity in (first, second))
    return ": of equals the least recent here, else the first by id" if first == second else ""
