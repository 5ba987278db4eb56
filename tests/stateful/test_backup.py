"""Copies that are made while eight processes write: each is the ledger of one instant, whole."""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import contextmanager
from functools import partial

from leadrouter.adapters.upkeep import back_up
from leadrouter.audit.verify import verify
from tests.postgres_server import address_of, dump, new_database, require_own_server, restore
from tests.stateful.aftermath import check_aftermath
from tests.stateful.crew import in_child
from tests.stateful.office_work import Diary, Worker, open_office, read_diary, script

WRITERS = 8
COPIES = 2
ANSWERS = 40
"""How many deeds of anybody are answered before the next copy is made."""


def work(address, name, path, pipe):
    """Do one deed after the other until one is killed; say so of each that was answered."""
    diary = Diary(path)

    def report(word, **values):
        diary(word, **values)
        if word == "answered":
            os.write(pipe, b".")

    worker = Worker(name, open_office(address), report)
    for deed in script(f"backup {name}"):
        worker.do(deed)


@contextmanager
def everybody_at_work(address, folder):
    """Let eight processes work at a ledger; give what waits for answers and returns everybody's diary."""
    open_office(address).close()
    names = [f"w{number}" for number in range(WRITERS)]
    answers, pipe = os.pipe()
    writers = [in_child(partial(work, address, name, folder / name, pipe)) for name in names]

    def diaries():
        for _ in range(ANSWERS):
            os.read(answers, 1)
        return {name: read_diary(folder / name) for name in names}

    try:
        yield diaries
    finally:
        for pid in writers:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        os.close(answers)
        os.close(pipe)


def check(address, diaries):
    """Hold a copy against all that was answered before it was made, and against the laws.

    Who took events meanwhile has a position that is the copy's: here somebody new takes them all.
    """
    said = {f"new {name}": [each for each in diary if each["word"] != "given"] for name, diary in diaries.items()}
    router = open_office(address)
    try:
        with router.ledger.reading() as reading:
            assert verify(reading).findings == ()
        check_aftermath(router, said)
        return len(router.ledger.entries())
    finally:
        router.close()


def test_every_copy_of_a_file_is_whole(tmp_path):
    """What was answered before is in it, the laws hold of it, and it can be put in the place of the file."""
    place, copies = tmp_path / "leads.db", []
    with everybody_at_work(f"sqlite:///{place}", tmp_path) as diaries:
        for number in range(COPIES):
            answered, target = diaries(), tmp_path / f"copy{number}.db"
            back_up(f"sqlite:///{place}", target)
            copies.append((target, answered))
    sizes = []
    for target, answered in copies:
        restored = shutil.copy(target, tmp_path / f"restored-{target.name}")
        sizes.append(check(f"sqlite:///{restored}", answered))
    assert 0 < sizes[0] < sizes[-1]


def test_every_dump_of_a_database_is_whole(tmp_path):
    """The same by PostgreSQL's own means, in another database."""
    require_own_server()
    database, copies = new_database(), []
    with everybody_at_work(address_of(database), tmp_path) as diaries:
        for _ in range(COPIES):
            answered = diaries()
            copies.append((dump(database), answered))
    sizes = []
    for file, answered in copies:
        restored = new_database(is_empty=True)
        restore(file, restored)
        sizes.append(check(address_of(restored), answered))
    assert 0 < sizes[0] < sizes[-1]
