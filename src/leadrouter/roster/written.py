"""What a roster was read from, kept so that it can be read again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from leadrouter.readonly import read_only

if TYPE_CHECKING:
    from leadrouter.roster.outside import Read


@frozen
class Written:
    """The text of a roster, and those of the files beside it that were read with it, by name.

    Bytes that are no UTF-8 are kept as lone surrogates, as Python reads names of files.
    """

    text: str = field(repr=False)
    files: Mapping[str, str] = field(converter=read_only, repr=False, hash=False)

    def read(self, name: str) -> bytes:
        """Return what was in a file.

        Raises:
            ValueError: it was not read with the roster.
        """
        if name not in self.files:
            raise ValueError("it was not kept with the roster")
        return self.files[name].encode("utf-8", "surrogateescape")


def noting(read: Read | None) -> tuple[dict[str, str], Read | None]:
    """Return the files that are going to be read, and what reads and notes them."""
    files: dict[str, str] = {}
    if read is None:
        return files, None

    def noted(name: str) -> bytes:
        data = read(name)
        files[name] = data.decode("utf-8", "surrogateescape")
        return data

    return files, noted


def write_all(parts: Iterable[Written]) -> str:
    """Return what the versions of a roster were read from as one text, with its own digest."""
    held = json.dumps([[each.text, dict(each.files)] for each in parts], separators=(",", ":"))
    return f"{hashlib.sha256(held.encode()).hexdigest()}\n{held}"


def read_all(text: str) -> tuple[Written, ...]:
    """Return what `write_all` was given.

    Raises:
        ValueError: it is another text.
    """
    digest, _, held = text.partition("\n")
    if hashlib.sha256(held.encode("utf-8", "surrogatepass")).hexdigest() != digest:
        raise ValueError("the text of a roster was changed")
    return tuple(Written(first, files) for first, files in json.loads(held))
