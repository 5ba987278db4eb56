"""A disk that is full, or breaks, while a ledger writes its file: the error says so, and nothing else is lost by it."""

from __future__ import annotations

import os
import random
from itertools import islice

import pytest

from leadrouter import LedgerError
from tests.stateful.aftermath import check_aftermath
from tests.stateful.disk import FULL, IO_ERROR, Disk
from tests.stateful.office_work import Worker, open_office, script

POINTS = int(os.environ.get("LEADROUTER_NIGHTLY", "8"))
DEEDS = 60


class Refusing:
    """A disk that refuses some acts in a row, from a point on."""

    def __init__(self, error, point, times):
        self.error, self.refused = error, range(point, point + times)
        self.passed = 0

    def __call__(self, act, do):
        if act.kind == "delete":
            return do()
        self.passed += 1
        return self.error if self.passed in self.refused else do()


def works(path, refusing):
    """Do a script, each deed again where the disk refuses it; return what was reported, and how often it refused."""
    heard, refusals = [], 0
    with Disk(refusing).put_in(), open_office(f"sqlite:///{path}") as router:
        made = refusing.passed
        worker = Worker("w", router, lambda word, **values: heard.append({"word": word, **values}))
        for deed in islice(script("refused"), DEEDS):
            done = False
            while not done:
                try:
                    worker.do(deed)
                    done = True
                except LedgerError:
                    refusals += 1
        passed, refusing.refused = refusing.passed, range(0)
        check_aftermath(router, {"w": heard})
    return made, passed, refusals


@pytest.mark.parametrize("error", [FULL, IO_ERROR])
def test_a_disk_that_refuses_is_said_and_lost_nothing(tmp_path, error):
    """Whatever act is refused, once or for a while, the router that met it goes on when there is room again."""
    first, last, _ = works(tmp_path / "calm.db", Refusing(error, 0, 0))
    chance, found = random.Random(error), 0
    for point in chance.sample(range(first + 1, last), min(POINTS, last - first - 1)):
        _, _, refusals = works(tmp_path / f"{point}.db", Refusing(error, point, chance.choice((1, 1, 5))))
        found += bool(refusals)
    assert found > POINTS // 2
