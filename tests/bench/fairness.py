"""Compare the usual ways of sharing leads with `fair`: `python -m tests.bench.fairness`.

Every method is given the same leads, with the same people present, and is asked for one person each time.
The figures come from the seed: they are the same on every run and every machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Protocol, TypeAlias

from attrs import define, field, frozen

from leadrouter.assignment.duties import Absence
from leadrouter.staff import Salesperson
from tests.giving import Books, office

Weights: TypeAlias = dict[str, int]

SEED = 1
PEOPLE = ("anna", "boris", "darya", "egor", "fedor", "galina")


class Method(Protocol):
    """A way of sharing leads, with whatever it remembers."""

    def give(self, weights: Weights, present: Sequence[str]) -> str:
        """Return who of those present has the next lead; the weights are the pool as it is listed now."""


@define
class AtRandom:
    """Draws by weight."""

    random: Random = field(factory=lambda: Random(SEED))

    def give(self, weights: Weights, present: Sequence[str]) -> str:
        return self.random.choices(present, [weights[each] for each in present])[0]


@define
class Pointer:
    """Goes down the list, everybody as often as the weight says; whoever is away is skipped for the next."""

    place: int = -1
    listed: list[str] = field(factory=list)

    def give(self, weights: Weights, present: Sequence[str]) -> str:
        listed = [each for each, weight in weights.items() for _ in range(weight)]
        if listed != self.listed:
            self.listed, self.place = listed, -1
        self.place = (self.place + 1) % len(listed)
        turns = (*listed[self.place :], *listed[: self.place])
        return next(each for each in turns if each in present)


@define
class SmoothRoundRobin:
    """Adds every weight, takes the largest sum, and takes the whole off it, as load balancers do."""

    sums: Counter[str] = field(factory=Counter)

    def give(self, weights: Weights, present: Sequence[str]) -> str:
        for each in present:
            self.sums[each] += weights[each]
        winner = max(present, key=lambda each: self.sums[each])
        self.sums[winner] -= sum(weights[each] for each in present)
        return winner


@define
class FewestSoFar:
    """Whoever has had the fewest for the weight."""

    got: Counter[str] = field(factory=Counter)

    def give(self, weights: Weights, present: Sequence[str]) -> str:
        winner = min(present, key=lambda each: (self.got[each] / weights[each], each))
        self.got[winner] += 1
        return winner


@define
class Fair:
    """leadrouter's own, as a route uses it."""

    books: Books | None = None
    weights: Weights = field(factory=dict)

    def give(self, weights: Weights, present: Sequence[str]) -> str:
        if list(weights.items()) != list(self.weights.items()):
            organisation = office(*(Salesperson(id=each, weight=weight) for each, weight in weights.items()))
            self.books = Books(organisation) if self.books is None else self.books
            self.books.organisation, self.weights = organisation, dict(weights)
        assert self.books is not None
        self.books.away = {each: Absence() for each in weights if each not in present}
        return str(self.books.give())


METHODS: dict[str, Callable[[], Method]] = {
    "at random": AtRandom,
    "a pointer into the list": Pointer,
    "smooth weighted round robin": SmoothRoundRobin,
    "fewest so far": FewestSoFar,
    "leadrouter `fair`": Fair,
}


def everybody(number: int) -> Weights:
    """Return a pool of so many people of equal weight."""
    return dict.fromkeys(PEOPLE[:number], 1)


def deviation(method: Method, days: Sequence[tuple[Weights, Sequence[str]]]) -> float:
    """Return how far anybody ever was from the share of the leads for which he was present, in leads."""
    owed = dict.fromkeys(PEOPLE, 0.0)
    worst = 0.0
    for weights, present in days:
        whole = sum(weights[each] for each in present)
        for each in present:
            owed[each] += weights[each] / whole
        owed[method.give(weights, present)] -= 1
        worst = max(worst, *map(abs, owed.values()))
    return worst


def equal_shares(make: Callable[[], Method]) -> str:
    """Five people, all there, 1,000 leads."""
    return f"{deviation(make(), [(everybody(5), PEOPLE[:5])] * 1000):.2f}"


def weighted_shares(make: Callable[[], Method]) -> str:
    """Fifty pools of six with weights from 1 to 20, all there, 300 leads each; the worst of them."""
    random = Random(SEED)
    pools = [{each: random.randint(1, 20) for each in PEOPLE} for _ in range(50)]
    return f"{max(deviation(make(), [(weights, PEOPLE)] * 300) for weights in pools):.2f}"


def absences(make: Callable[[], Method]) -> str:
    """Six people, each away one day in five, ten leads a day for a hundred days."""
    random, days = Random(SEED), []
    for _ in range(100):
        present = [each for each in PEOPLE if random.random() > 0.2] or [PEOPLE[0]]
        days += [(everybody(6), present)] * 10
    return f"{deviation(make(), days):.2f}"


def backup(make: Callable[[], Method]) -> str:
    """One of six is away for 60 leads: the most and the least that one of the others gets; 12 is even."""
    method = make()
    counts = Counter(method.give(everybody(6), PEOPLE[1:]) for _ in range(60))
    return f"{max(counts.values())} / {min(counts[each] for each in PEOPLE[1:])}"


def newcomer(make: Callable[[], Method]) -> str:
    """A sixth joins after 300 leads: how many of the next 30 are the newcomer's; 5 is even."""
    method = make()
    for _ in range(300):
        method.give(everybody(5), PEOPLE[:5])
    return str(Counter(method.give(everybody(6), PEOPLE) for _ in range(30))[PEOPLE[5]])


def returner(make: Callable[[], Method]) -> str:
    """One of six comes back after 300 leads: how many of the next 30 are the returner's; 5 is even."""
    method = make()
    for _ in range(60):
        method.give(everybody(6), PEOPLE)
    for _ in range(300):
        method.give(everybody(6), PEOPLE[1:])
    return str(Counter(method.give(everybody(6), PEOPLE) for _ in range(30))[PEOPLE[0]])


def edits(make: Callable[[], Method]) -> str:
    """The sixth is taken off the list or put back after every fourth lead: most and least of 120; 22 is even."""
    method, counts = make(), Counter[str]()
    for number in range(120):
        weights = everybody(6 if number // 4 % 2 else 5)
        counts[method.give(weights, list(weights))] += 1
    return f"{max(counts.values())} / {min(counts[each] for each in PEOPLE[:5])}"


@frozen
class Trial:
    """A heading, and what is measured under it."""

    heading: str
    measure: Callable[[Callable[[], Method]], str]


TRIALS = (
    Trial("equal shares", equal_shares),
    Trial("weights", weighted_shares),
    Trial("absences", absences),
    Trial("one away", backup),
    Trial("newcomer", newcomer),
    Trial("returner", returner),
    Trial("edits", edits),
)


def table() -> Iterator[str]:
    """Yield the table of all methods, a row for each, in Markdown."""
    yield "| method | " + " | ".join(each.heading for each in TRIALS) + " |"
    yield "| --- |" + " ---: |" * len(TRIALS)
    for name, method in METHODS.items():
        yield f"| {name} | " + " | ".join(each.measure(method) for each in TRIALS) + " |"


if __name__ == "__main__":
    print("\n".join(table()))
