"""What people do with a SQLite ledger of a thousand leads, and of a million: `python -m tests.bench.growth [LEADS …]`.

The ledgers are generated: a few leads are routed and closed, and copied with ids of their own. A million leads take
some four gigabytes, and some minutes to make.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from leadrouter.adapters.sqlite import SqliteLedger
from tests.grown import doors, grow
from tests.small import small_router

TIMES = 100


def measure(path: Path) -> dict[str, float]:
    """Return the median CPU microseconds of what can be done, with the commit where there is one."""
    took: dict[str, list[float]] = defaultdict(list)
    with small_router(SqliteLedger(str(path))) as router:
        for time in range(TIMES):
            for name, act in doors(router, 1_000_000 + 2 * time):
                start = process_time()
                act()
                took[name].append(1e6 * (process_time() - start))
    return {name: median(times) for name, times in took.items()}


def main() -> None:
    """Print what each thing costs with each ledger, the smallest first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("leads", type=int, nargs="*", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="Where the files are made.")
    asked = parser.parse_args()
    for count in asked.leads:
        with TemporaryDirectory(dir=asked.folder) as folder:
            path = Path(folder) / "leads.db"
            grow(str(path), count)
            print(f"{count:,} leads, {path.stat().st_size / 1e6:,.0f} megabytes", flush=True)
            for name, microseconds in measure(path).items():
                print(f"  {name:20}{microseconds:8.0f} CPU µs", flush=True)


if __name__ == "__main__":
    main()
