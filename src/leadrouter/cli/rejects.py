"""Leads that were not routed, kept as they came."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from attrs import define, field

from leadrouter.adapters.records import Record
from leadrouter.errors import Fault


@define
class Rejects:
    """A file of rejected leads, one JSON object a line: `line`, `error` and `raw`.

    It is written when the first lead is rejected, and then replaces what an earlier run left there;
    what came from a pipe can be had nowhere else, so those rejects are added to the file. Without a
    path they are counted only.
    """

    path: Path | None
    adds: bool = False
    count: int = 0
    _file: TextIO | None = field(default=None, init=False, repr=False)

    def keep(self, record: Record, faults: Sequence[Fault]) -> None:
        """Keep one lead.

        Raises:
            OSError: the file cannot be written.
        """
        self.count += 1
        if self.path is None:
            return
        if self._file is None:
            self._file = self.path.open("a" if self.adds else "w", encoding="utf-8")
        error = "; ".join(f"{fault.code} {fault.message}" for fault in faults)
        kept = {"line": record.line, "error": error, "raw": record.raw}
        self._file.write(_json(kept) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()


def _json(kept: dict[str, object]) -> str:
    """Write as JSON, readable where it can be: what is not UTF-8 stays as escapes, so that no byte is lost."""
    text = json.dumps(kept, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(kept)
    return text
