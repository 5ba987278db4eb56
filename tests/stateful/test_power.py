"""The power fails while a ledger writes its file: what was answered is there, and what is there is whole.

The kernel dies with the power, so that more is lost than by a kill: everything that was not synced, in any
order, down to half a page. `LEADROUTER_NIGHTLY` says how often the power fails; a few times where it is not set.
"""

from __future__ import annotations

import os
import random
import sqlite3
from itertools import islice

from tests.stateful.aftermath import check_aftermath
from tests.stateful.disk import Disk, Platter
from tests.stateful.office_work import Worker, open_office, script

LOSSES = int(os.environ.get("LEADROUTER_NIGHTLY", "25"))
DEEDS = 120


class Outage(Platter):
    """A disk whose power fails at some of the points before and after what is done to it."""

    def __init__(self, folder, points, heard):
        super().__init__()
        self.folder, self.points, self.heard = folder, points, heard
        self.passed, self.losses = 0, []

    def __call__(self, act, do):
        self.fail_perhaps()
        code = super().__call__(act, do)
        self.fail_perhaps()
        return code

    def fail_perhaps(self):
        self.passed += 1
        if self.passed in self.points:
            folder = self.folder / str(self.passed)
            folder.mkdir()
            self.write_to(folder, random.Random(self.passed))
            self.losses.append((folder / "leads.db", len(self.heard)))


def works(folder, points, *, settings="", begin=None, end=None):
    """Do a script on a disk; return what was reported, the losses with how much had been reported, and the points."""
    folder.mkdir()
    heard = []
    outage = Outage(folder, points, heard)
    with Disk(outage).put_in(), open_office(f"sqlite:///{folder}/leads.db{settings}") as router:
        if begin is not None:
            begin(router)
        worker = Worker("w", router, lambda word, **values: heard.append({"word": word, **values}))
        for deed in islice(script("power"), DEEDS):
            worker.do(deed)
        if end is not None:
            with router.ledger.reading() as work:
                end(work.log())
    return heard, outage.losses, outage.passed


def some_of(points, times):
    return set(random.Random("power").sample(range(1, points + 1), min(points, times)))


def test_no_answer_is_lost_with_the_power(tmp_path):
    """At full durability, which is the default, whatever was answered before is found after."""
    *_, points = works(tmp_path / "counted", ())
    heard, losses, _ = works(tmp_path / "leads", some_of(points, LOSSES))
    assert len(losses) == min(points, LOSSES)
    for path, count in losses:
        is_sound(path)
        with open_office(f"sqlite:///{path}") as router:
            check_aftermath(router, {"w": heard[:count]})


def test_at_normal_durability_only_the_end_is_lost(tmp_path):
    """What is left is the beginning of what was kept, whole units of work, and the laws hold of it."""
    *_, points = works(tmp_path / "counted", (), settings="?synchronous=normal")
    kept = []
    _, losses, _ = works(tmp_path / "leads", some_of(points, LOSSES), settings="?synchronous=normal", end=kept.extend)
    lengths = set()
    for path, _ in losses:
        is_sound(path)
        with open_office(f"sqlite:///{path}") as router:
            with router.ledger.reading() as work:
                left = work.log()
            check_aftermath(router, {})
        assert list(left) == kept[: len(left)]
        lengths.add(len(left))
    assert len(lengths) > 1


def is_sound(path):
    with sqlite3.connect(path) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    file.close()


def test_a_disk_that_is_not_waited_for_loses_answers(tmp_path):
    """The proof can fail: where nothing is synced, answers are missing."""

    def hasten(router):
        router.ledger._connection.execute("PRAGMA synchronous = OFF")

    *_, points = works(tmp_path / "counted", (), begin=hasten)
    heard, losses, _ = works(tmp_path / "leads", some_of(points, 10), begin=hasten)
    found = 0
    for path, count in losses:
        try:
            with open_office(f"sqlite:///{path}") as router:
                check_aftermath(router, {"w": heard[:count]})
        except Exception:  # noqa: BLE001  # whatever is wrong was seen
            found += 1
    assert found
