"""Processes that work in one office at once, and die: at a point of a fuse, or at any moment."""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import define, field

from tests.stateful.aftermath import check_aftermath, unanswered
from tests.stateful.fuse import Fuse, laid
from tests.stateful.office_work import Diary, Worker, open_office, read_diary, script

SHIFT = 60
"""How many deeds a worker does where nobody kills him before."""


def in_child(act: Callable[[], None]) -> int:
    """Do something in a process of its own; return its id."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        act()
        status = 0
    except BaseException:  # noqa: BLE001  # nothing of the parent may go on in the child
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


@define(eq=False)
class Crew:
    """Workers at a ledger; each who dies is replaced, until enough have."""

    address: str
    folder: Path
    seed: object
    size: int = 8
    kills: int = field(default=0, init=False)
    _chance: random.Random = field(init=False)
    _begun: dict[int, int] = field(factory=dict, init=False)
    _at_work: dict[int, int] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self._chance = random.Random(f"{self.seed}")

    def work(self, kills: int) -> None:
        """Let everybody work until so many have been killed, and the rest end their shift."""
        for number in range(self.size):
            self._start(number)
        while self._at_work:
            pid, status = os.wait()
            number = self._at_work.pop(pid)
            if os.WIFSIGNALED(status):
                self.kills += 1
            else:
                assert status == 0, f"worker {number} failed"
            if self.kills + len(self._at_work) < kills:
                self._start(number)

    def diaries(self) -> dict[str, Any]:
        """Return what everybody has reported."""
        return {f"w{number}": read_diary(self._diary(number)) for number in range(self.size)}

    def check(self) -> None:
        """What was not answered is done again, as a host would; then everything is held against the laws."""
        router = open_office(self.address)
        try:
            for name, diary in self.diaries().items():
                last = unanswered(diary)
                if last is not None:
                    word = Diary(self.folder / name)
                    Worker(name, router, word).carry_out(last["number"], last["deed"])
                    word.close()
            check_aftermath(router, self.diaries())
        finally:
            router.close()

    def _diary(self, number: int) -> Path:
        return self.folder / f"w{number}"

    def _start(self, number: int) -> None:
        self._begun[number] = self._begun.get(number, 0) + 1
        where = self._chance.choice(("statements", "statements", "disk", "anywhere"))
        point, moment = self._chance.randint(1, 400), self._chance.uniform(0.01, 0.5)
        self._at_work[in_child(lambda: self._shift(number, where, point, moment))] = number

    def _shift(self, number: int, where: str, point: int, moment: float) -> None:
        """Do again what was not answered, then go on with deeds of one's own, up to the end or death."""
        name, diary = f"w{number}", read_diary(self._diary(number))
        if where == "anywhere":
            signal.signal(signal.SIGALRM, signal.SIG_DFL)  # dies of it at once, like of SIGKILL
            signal.setitimer(signal.ITIMER_REAL, moment)
        with laid(Fuse(0 if where == "anywhere" else point), "statements" if where == "anywhere" else where):
            router = open_office(self.address)
            worker = Worker(name, router, Diary(self._diary(number)))
            last = unanswered(diary)
            if last is not None:
                worker.carry_out(last["number"], last["deed"])
            first = max((each["number"] for each in diary if "number" in each), default=0)
            for deed in script(f"{self.seed} {name}", first):
                if deed.number > first + SHIFT:
                    break
                worker.do(deed)
            router.close()


def main(address: str, seed: str, kills: int) -> None:
    """Let a crew work and die at a ledger, check it, and say how many died."""
    with tempfile.TemporaryDirectory() as folder:
        open_office(address).close()
        crew = Crew(address, Path(folder), seed)
        crew.work(kills)
        crew.check()
    sys.stdout.write(f"{crew.kills}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
