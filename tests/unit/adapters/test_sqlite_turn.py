"""Turns to write into a file: in order, and never for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from leadrouter import LedgerError
from leadrouter.adapters.sqlite import turn as turn_module
from leadrouter.adapters.sqlite.turn import Turn


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "leads.db"
    file.touch(0o640)
    return str(file)


@pytest.fixture
def pool():
    with ThreadPoolExecutor() as pool:
        yield pool


def taken_and_held(turn, has_it, may_end):
    with turn.taken():
        has_it.set()
        assert may_end.wait(30)


def test_one_at_a_time_has_the_turn(path, pool):
    """Each of several that open the same file waits for the others; the file of the turn is as open as theirs."""
    turns, inside, most = [Turn(path, 30) for _ in range(4)], [], []

    def go(turn):
        for _ in range(50):
            with turn.taken():
                inside.append(turn)
                most.append(len(inside))
                inside.remove(turn)

    for done in [pool.submit(go, turn) for turn in (*turns, turns[0])]:
        done.result(timeout=30)
    assert (set(most), len(most)) == ({1}, 250)
    for turn in turns:
        turn.close()


def test_whoever_waits_gets_the_turn_at_its_end(path, pool):
    """And again, by the same thread that waits for him."""
    mine, his = Turn(path, 30), Turn(path, 30)
    for _ in range(2):
        has_it, may_end = Event(), Event()
        may_end.set()
        with mine.taken():
            waiting = pool.submit(taken_and_held, his, has_it, may_end)
            assert not has_it.wait(0.01)
        waiting.result(timeout=30)
        assert has_it.is_set()
    mine.close()
    his.close()


def test_patience_has_an_end_and_nothing_is_left_of_it(path):
    """Whoever waited too long is told so; when the turn comes to him all the same it goes to the next."""
    held, hasty, third = Turn(path, 30), Turn(path, 0.01), Turn(path, 30)
    with held.taken(), pytest.raises(LedgerError, match="others have been writing for too long"), hasty.taken():
        pass
    for turn in (third, hasty, third):
        with turn.taken():
            pass
    for turn in (held, hasty, third):
        turn.close()


class Clock:
    """A lock that says when waiting ends."""

    def __init__(self, lock, end):
        self.lock, self.end = lock, end

    def acquire(self, timeout):
        return self.end(self.lock, timeout)

    def release(self):
        self.lock.release()


def interrupted(_lock, _timeout):
    raise KeyboardInterrupt


def interrupted_when_it_came(lock, timeout):
    lock.acquire(timeout=timeout)
    raise KeyboardInterrupt


def too_late_when_it_came(lock, timeout):
    lock.acquire(timeout=timeout)
    return False


@pytest.mark.parametrize("end", [interrupted, interrupted_when_it_came, too_late_when_it_came])
def test_a_wait_that_ends_as_the_turn_comes_passes_it_on(path, pool, monkeypatch, end):
    """Interrupted before it, interrupted just after it, or out of patience at that instant: it is held once."""
    made = turn_module._Wait

    def wait(file):
        ours = made(file)
        ours.has_come = Clock(ours.has_come, end)
        return ours

    monkeypatch.setattr(turn_module, "_Wait", wait)
    held, waits, third = Turn(path, 30), Turn(path, 30), Turn(path, 30)
    has_it, may_end = Event(), Event()
    holding = pool.submit(taken_and_held, held, has_it, may_end)
    assert has_it.wait(30)
    if end is too_late_when_it_came:
        pool.submit(may_end.set)
        with waits.taken():
            pass
    else:
        if end is interrupted_when_it_came:
            may_end.set()
        with pytest.raises(KeyboardInterrupt), waits.taken():
            raise KeyboardInterrupt
        may_end.set()
    holding.result(timeout=30)
    monkeypatch.undo()
    with third.taken():
        pass
    for turn in (held, waits, third):
        turn.close()


@pytest.mark.parametrize("path", [":memory:", "/nowhere/leads.db"])
def test_where_there_is_no_file_nobody_waits(path):
    """Nothing is made, and nothing is in the way."""
    first, second = Turn(path, 30), Turn(path, 30)
    with first.taken(), second.taken():
        pass
    first.close()


def test_where_no_lock_can_be_had_nobody_waits(path, monkeypatch):
    """Some file systems have none; SQLite's own lock is enough."""

    def refuse(_file, _how):
        raise OSError("no locks available")

    monkeypatch.setattr(turn_module.fcntl, "flock", refuse)
    first, second = Turn(path, 30), Turn(path, 30)
    with first.taken(), second.taken():
        pass


def test_a_turn_that_has_come_cannot_be_given_up(tmp_path):
    """Whoever would leave the line at the moment in which his turn comes keeps it, and passes it on as others do."""
    turn = Turn(str(tmp_path / "leads.db"), 1)
    wait = turn_module._Wait(0)
    assert wait.is_over()
    assert turn._gives_up(wait) is False
