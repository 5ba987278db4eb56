"""Numbered steps of a ledger's tables, and which library can go on working on them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files

from attrs import frozen

from leadrouter.errors import LedgerError

_FILE = re.compile(r"(\d{4})_(\w+)\.sql")
_OLDEST = re.compile(r"-- oldest: (\d+)\n")


@frozen(kw_only=True)
class Migration:
    """A step of the tables.

    A library that knows the migrations up to number `oldest` can go on working on tables that have had this one.
    """

    number: int
    name: str
    oldest: int
    sql: str


def read_migrations(package: str) -> tuple[Migration, ...]:
    """Return the migrations beside an adapter, in order."""
    found = []
    for file in files(package).joinpath("migrations").iterdir():
        sql = file.read_text("utf-8")
        name, oldest = _FILE.fullmatch(file.name), _OLDEST.match(sql)
        assert name is not None, f"INVARIANT: {file.name} is a number and a name"
        assert oldest is not None, f"INVARIANT: {file.name} says which library can go on working"
        found.append(Migration(number=int(name[1]), name=name[2], oldest=int(oldest[1]), sql=sql))
    return tuple(sorted(found, key=lambda each: each.number))


def missing(done: Mapping[int, int], migrations: tuple[Migration, ...]) -> tuple[Migration, ...]:
    """Return the migrations that tables have not had.

    Args:
        done: `oldest` of each migration that they have had, by its number; at least one.
        migrations: those that this library knows.

    Raises:
        LedgerError: a newer library has changed the tables so that this one cannot read them.
    """
    known = migrations[-1].number
    if max(done.values()) > known:
        raise LedgerError(
            f"the ledger has the tables of a newer leadrouter (migration {max(done)}): it can be used by one that "
            f"knows migration {max(done.values())}, and this one knows {known}; install a newer one"
        )
    return tuple(each for each in migrations if each.number not in done)
