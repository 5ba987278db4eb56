"""Processes that are killed while they work: what was answered is there, once, and the laws hold.

`LEADROUTER_NIGHTLY` says how many are killed in crews, and has every single point tried; a few where it is not
set.
"""

from __future__ import annotations

import os
import random
import tempfile
from functools import partial
from itertools import islice
from pathlib import Path

import pytest

from tests.postgres_server import address_of, execute, new_database
from tests.stateful.aftermath import check_aftermath, unanswered
from tests.stateful.crew import Crew, in_child
from tests.stateful.fuse import Fuse, laid
from tests.stateful.office_work import Diary, Worker, open_office, read_diary, script

NIGHTLY = int(os.environ.get("LEADROUTER_NIGHTLY", "0"))
CREW = 48
"""How many of a crew die before another begins on a ledger of its own."""
DEEDS = 24
POINTS = 10
"""How many points of a script are tried where it is not night."""

LEDGERS = {
    "sqlite": lambda folder: f"sqlite:///{folder}/leads.db",
    "sqlite at normal": lambda folder: f"sqlite:///{folder}/leads.db?synchronous=normal",
    "postgres": lambda _: address_of(new_database()),
}
each_ledger = pytest.mark.parametrize("ledger", sorted(LEDGERS))


@pytest.fixture
def folder():
    """Where nothing has to wait for a disk: a kill loses nothing that was written."""
    memory = Path("/dev/shm")  # noqa: S108  # a folder of our own is made in it
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as made:
        yield Path(made)


@each_ledger
def test_a_crew_that_dies_leaves_a_whole_ledger(ledger, folder):
    """Eight processes do everything that can be done, and die at statements, at writes and at any moment."""
    for number in range(max(1, NIGHTLY // CREW)):
        place = made(folder / str(number))
        address = LEDGERS[ledger](place)
        open_office(address).close()
        crew = Crew(address, place, f"{ledger} {number}")
        crew.work(CREW if NIGHTLY else 10)
        assert crew.kills >= (CREW if NIGHTLY else 10)
        crew.check()


@pytest.mark.parametrize(
    "setting", ["default_transaction_isolation = 'repeatable read'", "standard_conforming_strings = off"]
)
def test_a_crew_works_whatever_a_database_is_set_to(setting, folder):
    """Settings of the database that would have a writer see what was, or read another SQL, are not followed."""
    database = new_database()
    execute(f"ALTER DATABASE {database} SET {setting}")
    crew = Crew(address_of(database), folder, setting, size=3)
    crew.work(2)
    crew.check()


def test_a_crew_that_comes_first_makes_the_tables_once(folder):
    """Eight processes open a ledger that is not there yet, and die of it."""
    crew = Crew(LEDGERS["sqlite"](folder), folder, "first")
    crew.work(8)
    crew.check()


@pytest.mark.parametrize(
    ("ledger", "where"), [("sqlite", "statements"), ("sqlite", "disk"), ("postgres", "statements")]
)
def test_a_kill_at_any_point_changes_nothing(ledger, where, folder):
    """Whoever is killed at a point, and does again what was not answered, ends as one who was never killed."""
    calm = outcome(LEDGERS[ledger](made(folder / "calm")), folder / "calm")
    last = points(LEDGERS[ledger](made(folder / "counted")), folder / "counted", where)
    tried = range(1, last + 1)
    for point in tried if NIGHTLY else sorted(random.Random(f"{ledger} {where}").sample(tried, POINTS)):
        place = made(folder / str(point))
        address = LEDGERS[ledger](place)
        pid = in_child(partial(work, address, place, where, Fuse(point)))
        assert os.WIFSIGNALED(os.waitpid(pid, 0)[1])
        assert outcome(address, place) == calm, f"killed at {point} of {last}"


def made(folder):
    folder.mkdir()
    return folder


def work(address, folder, where, fuse):
    with laid(fuse, where):
        go_on(address, folder).close()


def points(address, folder, where):
    """Return how many points a script has, from the making of the ledger on."""
    fuse = Fuse()
    work(address, folder, where, fuse)
    return fuse.passed


def go_on(address, folder):
    """Go on with a script where its diary ends, to the end."""
    said = read_diary(folder / "diary")
    diary = Diary(folder / "diary")
    router = open_office(address)
    worker = Worker("w", router, diary, [each["deed"]["key"] for each in said if is_route(each)])
    last = unanswered(said)
    if last is not None:
        worker.carry_out(last["number"], last["deed"])
    done = max((each["number"] for each in said if "number" in each), default=0)
    for deed in islice(script("alone"), DEEDS):
        if deed.number > done:
            worker.do(deed)
    diary.close()
    return router


def outcome(address, folder):
    """Go on to the end; return what the ledger holds then, when it has been held against the laws."""
    with go_on(address, folder) as router:
        with router.ledger.reading() as work:
            held = work.leads(), work.loads(), work.standings(), [entry.record for entry in work.entries()]
        check_aftermath(router, {"w": read_diary(folder / "diary")})
    return held


def is_route(said):
    return said["word"] == "meant" and said["deed"]["kind"] == "route"
