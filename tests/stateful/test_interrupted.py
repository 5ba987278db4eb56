"""An exception out of nowhere (Ctrl-C, a host's time-out) anywhere in a call: the router goes on, and loses nothing.

`LEADROUTER_NIGHTLY` says how often; a few times where it is not set.
"""

from __future__ import annotations

import dis
import os
import random
import sys
from contextlib import contextmanager
from functools import cache
from itertools import islice, pairwise
from pathlib import Path

import pytest

import leadrouter
from leadrouter.adapters.ledgers import open_ledger
from tests.postgres_server import address_of, new_database
from tests.stateful.aftermath import check_aftermath, unanswered
from tests.stateful.office_work import Worker, office, script

TIMES = int(os.environ.get("LEADROUTER_NIGHTLY", "6"))
DEEDS = 30
FILES = tuple(
    str(Path(leadrouter.__file__).parent / each)
    for each in ("adapters", "ledger", "doors.py", "reception.py", "router.py")
)


class Interrupted(BaseException):
    """What no code expects."""


@cache
def places(code):
    """Return where in a code the interpreter looks whether a signal has come: after a call, and where it begins."""
    told = list(dis.get_instructions(code))
    return {after.offset for before, after in pairwise(told) if before.opname.startswith(("CALL", "RESUME"))}


@contextmanager
def interrupting(place):
    """Raise at the place in `FILES` whose number is given, counted as they are run; count them."""
    passed = [0]

    def traced(frame, event, _):
        if not frame.f_code.co_filename.startswith(FILES):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode" and frame.f_lasti in places(frame.f_code):
            passed[0] += 1
            if passed[0] == place:
                raise Interrupted
        return traced

    before = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # Python 3.12 tells nobody of opcodes where no frame asked before
    sys.settrace(traced)
    try:
        yield passed
    finally:
        sys.settrace(before)


def works(address, place):
    """Do a script, what was interrupted again; return how many places were run before the end."""
    heard = []
    with office(open_ledger(address)) as router:
        worker = Worker("w", router, lambda word, **values: heard.append({"word": word, **values}))
        deeds = islice(script("interrupted"), DEEDS)
        with interrupting(place) as passed:
            try:
                for deed in deeds:
                    worker.do(deed)
            except Interrupted:
                pass
        last = unanswered(heard)
        if last is not None:
            worker.carry_out(last["number"], last["deed"])
        for deed in deeds:
            worker.do(deed)
        check_aftermath(router, {"w": heard})
    return passed[0]


ADDRESSES = {
    "memory": lambda _: "memory:",
    "postgres": lambda _: address_of(new_database()),
    "sqlite": lambda path: f"sqlite:///{path}",
}


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # a connection that nobody holds is closed
@pytest.mark.parametrize("ledger", sorted(ADDRESSES))
def test_an_interrupted_call_leaves_the_router_whole(ledger, tmp_path):
    """What was interrupted is done as a whole or not at all, and the next call finds what is kept."""
    last = works(ADDRESSES[ledger](tmp_path / "calm.db"), 0)
    for place in random.Random(f"{ledger}").sample(range(1, last + 1), TIMES):
        try:
            works(ADDRESSES[ledger](tmp_path / f"{place}.db"), place)
        except BaseException as error:
            error.add_note(f"interrupted at place {place} of {last}")
            raise
