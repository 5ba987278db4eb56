"""One router shared: by threads of a process, and by processes that were forked after it was opened."""

from __future__ import annotations

import os
from itertools import islice
from threading import Thread

import pytest

from tests.postgres_server import address_of, new_database
from tests.stateful.aftermath import check_aftermath
from tests.stateful.crew import in_child
from tests.stateful.office_work import Diary, Worker, open_office, read_diary, script

LEDGERS = {
    "memory": lambda _: "memory:",
    "postgres": lambda _: address_of(new_database()),
    "sqlite": lambda folder: f"sqlite:///{folder}/leads.db",
}
CREW, DEEDS = 4, 12


def works(router, folder, name):
    diary = Diary(folder / name)
    worker = Worker(name, router, diary)
    for deed in islice(script(name), DEEDS):
        worker.do(deed)
    diary.close()


def names():
    return [f"w{number}" for number in range(CREW)]


@pytest.mark.parametrize("ledger", sorted(LEDGERS))
def test_threads_share_a_router(ledger, tmp_path):
    """Everybody does what he likes at once; the laws hold, and everybody's answers stand."""
    with open_office(LEDGERS[ledger](tmp_path)) as router:
        crew = [Thread(target=works, args=(router, tmp_path, name)) for name in names()]
        for each in crew:
            each.start()
        for each in crew:
            each.join()
        check_aftermath(router, {name: read_diary(tmp_path / name) for name in names()})


@pytest.mark.parametrize("ledger", ["postgres", "sqlite"])
def test_children_share_the_router_of_their_parent(ledger, tmp_path):
    """A router that was opened, and used, before a server forks works in the parent and in all children."""
    with open_office(LEDGERS[ledger](tmp_path)) as router:
        works(router, tmp_path, "parent")
        crew = [in_child(lambda name=name: works(router, tmp_path, name)) for name in names()]
        works(router, tmp_path, "w-parent")
        assert [os.waitpid(pid, 0)[1] for pid in crew] == [0] * CREW
        everybody = ["parent", "w-parent", *names()]
        check_aftermath(router, {name: read_diary(tmp_path / name) for name in everybody})
