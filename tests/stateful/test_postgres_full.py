"""A PostgreSQL ledger whose disk is full: who is answered has lost nothing, who is refused may ask again later."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from random import Random

import pytest

from leadrouter import Contact, Lead
from leadrouter.errors import LedgerError
from leadrouter.ledger.chain import broken
from tests.postgres_server import Server, require_own_server
from tests.stateful.laws import check_all
from tests.stateful.test_postgres_killed import AT, open_router

WAL_SEGMENT = 16 * 1024**2
PLENTY = 200 * 1024**2


def long_lead(number):
    """A lead that takes four hundred kilobytes, always the same."""
    return Lead(id=str(number), facts={"amount": number}, contact=Contact(name=Random(number).randbytes(200_000).hex()))


def answered_until_full(router):
    """Route leads until one is refused; return what was answered before."""
    answered = {}
    with suppress(LedgerError):
        for number in count():
            answered[number] = router.route(long_lead(number), at=AT)
    return answered


def check(router, answered):
    """What was answered is there, what was refused is not there in part, and all goes on."""
    refused = len(answered)
    for number, decision in answered.items():
        assert router.route(long_lead(number), at=AT).to_json() == decision.to_json()
    with router.ledger.reading() as work:
        assert len(work.leads()) in {refused, refused + 1}  # it may be there, and the answer was lost
    decision = router.route(long_lead(refused), at=AT)
    assert router.route(long_lead(refused), at=AT).to_json() == decision.to_json()
    with router.ledger.reading() as work:
        assert [state.number for state in work.leads()] == list(range(1, refused + 2))
        assert {state.lead_id for state in work.leads()} == {entry.lead_id for entry in work.entries()}
        assert [kept.number for kept in work.log()] == list(range(1, len(work.log()) + 1))
        assert broken(work.log(), work.seals()) == ()
    check_all(router, AT, ())


def test_a_quota_refuses_a_lead_and_nothing_else():
    """A file that must not grow is an error of one unit of work: readers and small writers go on, and so does he."""
    require_own_server()
    server = Server.make()
    try:
        open_router(server.address("postgres")).close()
        server.restart(WAL_SEGMENT)
        with open_router(server.address("postgres")) as router:
            answered = answered_until_full(router)
            assert len(router.ledger.entries()) == len(answered) > 10
            router.pause("anna", at=AT)
            router.resume("anna", at=AT)
        server.restart()
        with open_router(server.address("postgres")) as router:
            check(router, answered)
    finally:
        server.remove()


@contextmanager
def small_disk():
    """A file system with little room, in memory; skip where none can be mounted."""
    folder = Path(tempfile.mkdtemp())
    mounted = subprocess.run(  # noqa: S603  # of the system
        ["mount", "-t", "tmpfs", "-o", f"size={PLENTY}", "tmpfs", folder],  # noqa: S607  # of the system
        capture_output=True,
        check=False,
    )
    try:
        if mounted.returncode:
            pytest.skip("no file system can be mounted here: a full disk is tried by a quota only")
        yield folder
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", "--lazy", folder], check=True)  # noqa: S603, S607  # as above
        folder.rmdir()


def test_a_full_disk_loses_no_answer():
    """Whether a table has no room or the log of the server: it may go down, and goes on when there is room."""
    require_own_server()
    with small_disk() as folder:
        folder.chmod(0o755)
        server = Server.make(folder)
        try:
            with open_router(server.address("postgres")) as router:
                rest = folder / "rest"
                fill(rest)
                answered = answered_until_full(router)
            rest.unlink()
            server.restart()
            with open_router(server.address("postgres")) as router:
                check(router, answered)
        finally:
            server.remove()


def fill(path):
    """Take all the room that is left but for three megabytes."""
    room = os.statvfs(path.parent)
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize - 3 * 1024**2)
