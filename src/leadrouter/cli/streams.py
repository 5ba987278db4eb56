"""Standard input and output, of which whoever starts a command may have closed one."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO


def standard_input() -> TextIO:
    """Return standard input.

    Raises:
        OSError: it is closed, as by `<&-`.
    """
    return _open(sys.stdin, "standard input")


def standard_output() -> TextIO:
    """Return standard output, for what has to be written there whole.

    Raises:
        OSError: it is closed, as by `>&-`.
    """
    return _open(sys.stdout, "standard output")


def _open(stream: TextIO | None, name: str) -> TextIO:
    if stream is None:
        raise OSError(errno.EBADF, "it is closed", name)
    return stream


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """Open a file to be read as bytes; `-` is standard input, which stays open.

    Raises:
        OSError: the file cannot be opened, or standard input is closed.
    """
    if file == "-":
        yield standard_input().buffer
        return
    with Path(file).open("rb") as stream:
        yield stream
