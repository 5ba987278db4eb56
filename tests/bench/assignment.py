"""What one assignment costs, beside a plain Python scan: `python -m tests.bench.assignment [--sizes 10,1000]`.

People have capacities, open leads and clients, some are away or full; each call chooses one of them and
writes it into the books. The scan is what one would write by hand: the same gates, no figures, no books
but a counter. Both are asked for the same leads and name the same people.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random

from attrs import define, field

from leadrouter.assignment.assign import choose
from leadrouter.assignment.duties import Absence
from leadrouter.assignment.load import Load
from leadrouter.rulepack.route import Step
from leadrouter.staff import SALES_NORMS, Salesperson
from tests.giving import AT, SALES, Books, office

from .measure import Cost, Task, each, interleave

SIZES = (10, 100, 1_000, 4_000)
LEADS = 20


def full_office(size: int, *, is_busy: bool = True, seed: int = 1) -> Books:
    """Return a pool of people with open leads and clients; where it is busy one in seven is away or full."""
    random = Random(seed)
    people = [Salesperson(id=f"seller-{number:04}", capacity=10) for number in range(size)]
    books = Books(office(*people))
    for person in people:
        open_leads = 10 if is_busy and random.random() < 0.1 else random.randint(0, 9)
        holdings = {"small": random.randint(0, 15), "large": random.randint(0, 5)}
        books.loads[person.id] = Load(person=person.id, open_leads=open_leads, holdings=holdings)
    books.away = {person.id: Absence("on leave") for person in people if is_busy and random.random() < 0.05}
    return books


@define
class Scan:
    """The same choice by hand: one loop over everybody, and a count of what each has had."""

    books: Books
    got: Counter[str] = field(factory=Counter)
    owed: dict[str, float] = field(factory=dict)

    def choose(self, _lead: object) -> str:
        free = []
        for person in self.books.organisation.people.values():
            load = self.books.loads[person.id]
            if person.left is not None and person.left <= AT.date():
                continue
            if person.id in self.books.away or load.is_paused:
                continue
            if person.capacity is not None and load.open_leads >= person.capacity:
                continue
            used = sum(count / SALES_NORMS.sizes[size] for size, count in load.holdings.items())
            if used + 1 / 40 > 1:
                continue
            free.append(person)
        whole = sum(person.weight for person in free)
        for person in free:
            self.owed[person.id] = self.owed.get(person.id, 0) + person.weight / whole
        winner = max(free, key=lambda person: (round(self.owed[person.id], 9), -int(person.id[-4:])))
        self.owed[winner.id] -= 1
        self.got[winner.id] += 1
        return winner.id


def ours(books: Books) -> Callable[[object], str]:
    """Return a call that chooses and keeps the books, but fills nobody's desk."""
    step, load_of = Step(to=SALES), books.loads.__getitem__

    def assign(_lead: object) -> str:
        choice = choose(
            step,
            books.resolved(),
            organisation=books.organisation,
            duties=books,
            standing=books.standing,
            load_of=load_of,
            facts={},
            lead_class="complex",
            at=AT,
        )
        books.standing = choice.standing
        return choice.offered_to[0]

    return assign


def by_hand(books: Books) -> Callable[[object], str]:
    """Return the same call, written by hand."""
    return Scan(books).choose


def agree(size: int) -> None:
    """See that both name the same people, lead after lead.

    Raises:
        AssertionError: they do not.
    """
    for is_busy in (True, False):
        assign, scan = (make(full_office(size, is_busy=is_busy)) for make in (ours, by_hand))
        for lead in range(LEADS):
            assert assign(lead) == scan(lead), f"lead {lead} of a pool of {size}"


def tasks(sizes: Sequence[int]) -> Iterator[tuple[str, Task]]:
    """Yield what is measured, by name."""
    for size in sizes:
        for is_busy, state in ((False, "free"), (True, "busy")):
            yield f"choose {state} {size}", each(ours(full_office(size, is_busy=is_busy)), range(LEADS))
            yield f"scan {state} {size}", each(by_hand(full_office(size, is_busy=is_busy)), range(LEADS))


def table(sizes: Sequence[int], costs: dict[str, Cost]) -> Iterator[str]:
    """Yield the costs in Markdown."""
    yield "| people | " + " | ".join(f"{size:,}" for size in sizes) + " |"
    yield "| --- |" + " ---: |" * len(sizes)
    rows = {
        "`choose`, everybody free": "choose free",
        "a plain scan": "scan free",
        "`choose`, one in seven behind a gate": "choose busy",
        "a plain scan of the same": "scan busy",
    }
    for name, what in rows.items():
        yield f"| {name} | " + " | ".join(f"{costs[f'{what} {size}'].least:.0f}" for size in sizes) + " |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What one assignment costs, in CPU microseconds.")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    sizes = tuple(map(int, parser.parse_args().sizes.split(",")))
    for size in sizes:
        agree(size)
    print("\n".join(table(sizes, interleave(dict(tasks(sizes))))))


if __name__ == "__main__":
    main()
