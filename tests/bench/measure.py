"""CPU time of calls that take turns, so that a noisy minute of the machine touches all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from time import monotonic, process_time_ns
from typing import TypeAlias, TypeVar

from attrs import frozen

T = TypeVar("T")
Task: TypeAlias = Callable[[], float]
"""Does some work and gives the CPU microseconds of one unit of it."""

ROUNDS = 9
_SAMPLE_NS = 20_000_000
_ENOUGH_SECONDS = 10


@frozen
class Cost:
    """CPU microseconds of one unit: the least and the median over the rounds."""

    least: float
    median: float


def interleave(tasks: Mapping[str, Task], *, rounds: int = ROUNDS) -> dict[str, Cost]:
    """Run every task once a round and give its cost; one that has taken ten seconds sits out the rest."""
    samples: dict[str, list[float]] = {name: [] for name in tasks}
    spent = dict.fromkeys(tasks, 0.0)
    for _ in range(rounds):
        for name, task in tasks.items():
            if spent[name] < _ENOUGH_SECONDS:
                start = monotonic()
                samples[name].append(task())
                spent[name] += monotonic() - start
    return {name: Cost(min(costs), median(costs)) for name, costs in samples.items()}


def each(call: Callable[[T], object], items: Sequence[T]) -> Task:
    """Make the task of one call, measured over enough passes through the items to take about 20 ms."""
    passes = max(1, _SAMPLE_NS // _pass_ns(call, items))
    return lambda: sum(_pass_ns(call, items) for _ in range(passes)) / (1000 * passes * len(items))


def _pass_ns(call: Callable[[T], object], items: Sequence[T]) -> int:
    start = process_time_ns()
    for item in items:
        call(item)
    return process_time_ns() - start
