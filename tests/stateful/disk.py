"""A disk under SQLite that does what a test says: it tells of every write, refuses some, and can lose its power.

It is a layer of SQLite's own (a VFS) between the library and the files, made with `ctypes` in the SQLite that
Python has loaded, so that the ledger under test is the one that ships. It serves every connection of its
process that is opened while it is in.

Source: https://www.sqlite.org/vfs.html
"""

from __future__ import annotations

import _sqlite3
import ctypes
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from pathlib import Path

from attrs import define, field, frozen

OK, FULL, IO_ERROR = 0, 13, 10
SECTOR = 512
"""A torn write ends between two sectors."""

_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
_DELETE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)


class _Methods(Structure):
    """`sqlite3_io_methods`: what can be done with an open file."""

    _fields_ = (
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", c_void_p),
        ("truncate", c_void_p),
        ("sync", c_void_p),
        ("others", c_void_p * 13),
    )


class _Vfs(Structure):
    """`sqlite3_vfs`: what can be done with the files of a system."""

    _fields_ = (
        ("version", c_int),
        ("size_of_file", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", c_void_p),
        ("delete", c_void_p),
        ("others", c_void_p * 14),
    )


@frozen
class Act:
    """Something that is done to a file: `write` at an offset, `truncate` to a size, `sync` or `delete`.

    The offset of a `delete` is 1 where its folder is synced as well.
    """

    kind: str
    path: str
    offset: int = 0
    data: bytes = b""


Plan = Callable[[Act, Callable[[], int]], int]
"""What becomes of an act: the second argument does it; what is returned is what SQLite is told."""


@define(eq=False)
class Disk:
    """A layer under SQLite; every act goes through `plan`."""

    plan: Plan
    _paths: dict[int, str] = field(factory=dict, init=False)
    _tables: dict[int, _Methods] = field(factory=dict, init=False)
    _held: list[object] = field(factory=list, init=False)

    @contextmanager
    def put_in(self) -> Iterator[None]:
        """Serve every connection that is opened meanwhile."""
        library = ctypes.CDLL(_sqlite3.__file__)
        library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        real = library.sqlite3_vfs_find(None)
        ours = _Vfs.from_buffer_copy(real.contents)
        ours.name, ours.next = b"under-test", None
        ours.open = self._keep(_OPEN(self._opening(_OPEN(real.contents.open), real)))
        ours.delete = self._keep(_DELETE(self._deleting(_DELETE(real.contents.delete), real)))
        library.sqlite3_vfs_register(ctypes.byref(ours), 1)
        try:
            yield
        finally:
            library.sqlite3_vfs_unregister(ctypes.byref(ours))
            library.sqlite3_vfs_register(real, 1)
            _FOR_EVER.append((ours, self))

    def _keep(self, function: object) -> int:
        self._held.append(function)
        return ctypes.cast(function, c_void_p).value or 0

    def _opening(self, real, vfs):
        def opened(_, name, file, flags, out):
            code = real(ctypes.addressof(vfs.contents), name, file, flags, out)
            methods = c_void_p.from_address(file)
            if code == OK and methods.value and name is not None:
                self._paths[file] = _text(name)
                methods.value = ctypes.addressof(self._table(methods.value))
            return code

        return opened

    def _deleting(self, real, vfs):
        def deleted(_, name, flags):
            act = Act("delete", _text(name), flags)
            return self.plan(act, lambda: real(ctypes.addressof(vfs.contents), name, flags))

        return deleted

    def _table(self, address: int) -> _Methods:
        """Return the methods of a file with ours among them; files of a kind share theirs."""
        if address not in self._tables:
            ours = _Methods.from_buffer_copy(_Methods.from_address(address))
            write, truncate, sync = _WRITE(ours.write), _TRUNCATE(ours.truncate), _SYNC(ours.sync)
            ours.write = self._keep(_WRITE(self._writing(write)))
            ours.truncate = self._keep(
                _TRUNCATE(
                    lambda file, size: self.plan(Act("truncate", self._paths[file], size), lambda: truncate(file, size))
                )
            )
            ours.sync = self._keep(
                _SYNC(lambda file, flags: self.plan(Act("sync", self._paths[file]), lambda: sync(file, flags)))
            )
            self._tables[address] = ours
        return self._tables[address]

    def _writing(self, real):
        def written(file, data, amount, offset):
            act = Act("write", self._paths[file], offset, ctypes.string_at(data, amount))
            return self.plan(act, lambda: real(file, data, amount, offset))

        return written


def _text(address: int) -> str:
    """Return a name; SQLite goes on using what the address points to, so that is what is passed on."""
    return ctypes.string_at(address).decode()


_FOR_EVER: list[object] = []
"""A connection may outlive its disk: what SQLite still points to is never let go of."""


@define(eq=False)
class Platter:
    """What of a folder would be there if the power failed now: what was synced, and chance decides about the rest.

    A plan for a `Disk`. Every file's writes since its last sync are lost, kept or torn between two sectors,
    each by itself.
    """

    synced: dict[str, bytes] = field(factory=dict, init=False)
    pending: dict[str, list[Act]] = field(factory=dict, init=False)

    def __call__(self, act: Act, do: Callable[[], int]) -> int:
        code = do()
        if code == OK and act.kind == "sync":
            if act.path not in self.synced and not act.path.endswith(".db"):
                self._settle_folder()  # SQLite syncs the folder of a journal with it, the first time
            self.synced[act.path] = _applied(self.synced.get(act.path, b""), self.pending.pop(act.path, ()))
        elif code == OK and act.kind == "delete" and act.offset:
            self.synced.pop(act.path, None)
            self.pending.pop(act.path, None)
        elif code == OK:
            self.pending.setdefault(act.path, []).append(act)
        return code

    def _settle_folder(self) -> None:
        for path, acts in tuple(self.pending.items()):
            if acts[-1].kind == "delete":
                self.synced.pop(path, None)
                del self.pending[path]

    def write_to(self, folder: Path, chance: random.Random) -> None:
        """Write what is left after a loss of power into a folder."""
        for path in sorted(self.synced | self.pending):
            acts = [each for act in self.pending.get(path, ()) for each in _torn(act, chance)]
            if acts and acts[-1].kind == "delete":
                continue
            (folder / Path(path).name).write_bytes(_applied(self.synced.get(path, b""), acts))


def _torn(act: Act, chance: random.Random) -> Iterator[Act]:
    """Return what of an act reached the disk."""
    match chance.choice(("kept", "lost", "torn")):
        case "kept":
            yield act
        case "torn" if act.kind == "write":
            for start in range(0, len(act.data), SECTOR):
                if chance.random() < 0.5:
                    yield Act("write", act.path, act.offset + start, act.data[start : start + SECTOR])


def _applied(content: bytes, acts) -> bytes:
    held = bytearray(content)
    for act in acts:
        match act.kind:
            case "write":
                held.extend(bytes(max(0, act.offset - len(held))))
                held[act.offset : act.offset + len(act.data)] = act.data
            case "truncate":
                del held[act.offset :]
                held.extend(bytes(act.offset - len(held)))
            case "delete":
                held.clear()
    return bytes(held)
