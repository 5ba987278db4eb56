"""How long an event loop stands still while leads are routed: `python -m tests.bench.event_loop [--leads 300]`.

A task sleeps for a millisecond again and again, and notes by how much it was woken too late at the worst. Beside it
leads are routed into a SQLite file at full durability, and into one whose every commit takes 50 ms longer: awaited
from an `AsyncRouter`, and called on the loop from a `Router`.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep

from leadrouter import Lead, Router
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.async_router import AsyncRouter
from tests.small import AT, small_organisation, small_pack

LONGER = 0.05
TICK = 0.001


class SlowLedger(SqliteLedger):
    """A ledger on a disk that is slow."""

    @contextmanager
    def transaction(self, *keys):
        with super().transaction(*keys) as work:
            yield work
            sleep(LONGER)


async def watched(act: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Return how long something took, and the longest time for which the loop stood still meanwhile."""
    longest, is_over = 0.0, False

    async def watch() -> None:
        nonlocal longest
        last = perf_counter()
        while not is_over:
            await asyncio.sleep(TICK)
            now = perf_counter()
            longest, last = max(longest, now - last - TICK), now

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    start = perf_counter()
    await act()
    took, is_over = perf_counter() - start, True
    await watching
    return took, longest


async def awaited(ledger: SqliteLedger, leads: int) -> tuple[float, float]:
    async with AsyncRouter(Router(small_pack(), small_organisation(), ledger)) as router:

        async def act() -> None:
            for number in range(leads):
                await router.route(Lead(id=str(number)), at=AT)

        return await watched(act)


async def called(ledger: SqliteLedger, leads: int) -> tuple[float, float]:
    with Router(small_pack(), small_organisation(), ledger) as router:

        async def act() -> None:
            for number in range(leads):
                router.route(Lead(id=str(number)), at=AT)
                await asyncio.sleep(0)

        return await watched(act)


def main() -> None:
    """Print the longest standstill of each way, in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=300)
    leads = parser.parse_args().leads
    for what, kind, count in (("SQLite", SqliteLedger, leads), ("50 ms slower", SlowLedger, leads // 10)):
        for way in (awaited, called):
            with tempfile.TemporaryDirectory() as folder:
                took, longest = asyncio.run(way(kind(str(Path(folder) / "leads.db")), count))
            print(
                f"{what:14}{way.__name__:9}{took / count * 1000:8.2f} ms a lead, stood still {longest * 1000:7.2f} ms"
            )


if __name__ == "__main__":
    main()
