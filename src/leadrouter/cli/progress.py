"""How far a long file, or a long log, has been read, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_LONG = 200_000


@contextmanager
def progress(
    console: Console, total: int | None, *, are_results_shown: bool = True
) -> Iterator[Callable[[int, int], None]]:
    """Show a bar while a long file is read; give what to call with the bytes and the leads read so far.

    There is none where standard error is no terminal, where the table itself moves on a terminal, or
    where the file is short.

    Args:
        console: standard error.
        total: the file's bytes, or the log's events; None where they are not known.
        are_results_shown: whether results are printed meanwhile.
    """
    is_moving = are_results_shown and sys.stdout is not None and sys.stdout.isatty()
    if not console.is_terminal or is_moving or (total is not None and total < _LONG):
        yield lambda _read, _leads: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = [TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()]
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("0 leads", total=total)
        yield lambda read, leads: bar.update(task, completed=read, description=f"{leads} leads")
