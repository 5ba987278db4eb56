"""What happened, as tables for other programs, without personal data."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TextIO, TypeAlias, TypeVar

from leadrouter.errors import LedgerError
from leadrouter.event import Event
from leadrouter.ledger.chain import Kept
from leadrouter.ledger.ledger import Reading
from leadrouter.lifecycle.state import LeadState

if TYPE_CHECKING:
    import pyarrow as pa

Kind: TypeAlias = Literal["text", "whole", "instant", "texts"]
Columns: TypeAlias = Mapping[str, Kind]
Row: TypeAlias = dict[str, Any]
Table: TypeAlias = Literal["leads", "events"]
Numbered = TypeVar("Numbered", Kept, LeadState)

LEADS: Columns = {
    "lead_id": "text", "number": "whole", "version": "whole", "status": "text", "class": "text", "rule": "text",
    "tags": "texts", "route": "text", "step": "whole", "destination": "text", "priority": "whole", "holder": "text",
    "accountable": "text", "offered_to": "texts", "arrived": "instant", "decided": "instant", "offered": "instant",
    "accepted": "instant", "contacted": "instant", "closed": "instant", "deadline": "instant", "company": "text",
    "known_by": "text", "pack": "text", "organisation": "text",
}  # fmt: skip
"""The columns of the table of leads, a row for each as it stands now, with what was decided of it first."""

EVENTS: Columns = {
    "number": "whole", "at": "instant", "event": "text", "lead_id": "text", "version": "whole", "people": "texts",
    "destination": "text", "step": "whole", "pool": "text", "company": "text",
}  # fmt: skip
"""The columns of the table of events. `people` are those of the organisation whom an event names."""

_PAGE = 1_000
_WHO = ("people", "person", "by", "to", "holder", "owner", "left")


def rows_of(work: Reading, table: Table) -> Iterator[Row]:
    """Yield the rows of a table in the order of their numbers, a page of the ledger in memory at a time."""
    if table == "events":
        yield from map(_event_row, _paged(work.log))
    else:
        for state in _paged(work.leads):
            yield _lead_row(work, state)


def columns_of(table: Table) -> Columns:
    """Return the columns of a table, in order."""
    return EVENTS if table == "events" else LEADS


def _paged(read: Callable[[int, int], tuple[Numbered, ...]]) -> Iterator[Numbered]:
    after = 0
    while page := read(after, _PAGE):
        yield from page
        after = page[-1].number


def _lead_row(work: Reading, state: LeadState) -> Row:
    (entry,) = work.entries(state.lead_id)
    record = json.loads(entry.record)
    return {
        "lead_id": state.lead_id,
        "number": state.number,
        "version": state.version,
        "status": state.status,
        "class": state.lead_class,
        "rule": record["rules"]["classify"],
        "tags": record["tags"],
        "route": state.route,
        "step": state.step,
        "destination": state.destination,
        "priority": state.priority,
        "holder": state.holder,
        "accountable": state.accountable,
        "offered_to": [offer.person for offer in state.offers],
        "arrived": state.arrived,
        "decided": datetime.fromisoformat(entry.at),
        **{name: state.milestones.get(name) for name in ("offered", "accepted", "contacted", "closed")},
        "deadline": state.deadline,
        "company": state.company,
        "known_by": record["known"].get("rule"),
        "pack": state.pack,
        "organisation": record["organisation"],
    }


def _event_row(kept: Kept) -> Row:
    details = kept.event.details
    named = [details[key] for key in _WHO if details.get(key) is not None and _is_person(kept.event, key)]
    people = [person for each in named for person in (each if isinstance(each, list) else [each])]
    return {
        "number": kept.number,
        "at": kept.event.at,
        "event": kept.event.name,
        "lead_id": kept.event.lead_id,
        "version": kept.event.version or None,
        "people": list(dict.fromkeys(people)),
        "destination": details.get("destination"),
        "step": details.get("step"),
        "pool": details.get("pool"),
        "company": details.get("company"),
    }


def _is_person(event: Event, key: str) -> bool:
    """Tell whether a detail names a person: what an escalation has left is a step, what a link goes to a company."""
    return not (key in {"to", "left"} and event.name in {"lead.escalated", "company.linked", "company.unlinked"})


def write_csv(stream: TextIO, columns: Columns, rows: Iterable[Row]) -> int:
    """Write rows as CSV with a heading, in UTF-8 with instants in ISO 8601; return how many there were.

    Several texts in one cell have spaces between them; what is missing is empty.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007  # the last number is the answer
        writer.writerow([_cell(row[name]) for name in columns])
    return count


def _cell(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case list():
            return " ".join(value)
    return value


def write_parquet(stream: BinaryIO, columns: Columns, rows: Iterable[Row]) -> int:
    """Write rows as Parquet, instants in microseconds of UTC; return how many there were.

    Raises:
        LedgerError: the extra `parquet` is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise LedgerError(f"a table in Parquet needs `pip install leadrouter[parquet]`: {error}") from error
    schema, left, count = _schema(pa, columns), iter(rows), 0
    with pq.ParquetWriter(stream, schema) as writer:
        while page := list(islice(left, 10 * _PAGE)):
            writer.write_batch(pa.RecordBatch.from_pylist(page, schema=schema))
            count += len(page)
    return count


def _schema(arrow: Any, columns: Columns) -> pa.Schema:
    types: dict[Kind, Callable[[], Any]] = {
        "text": arrow.string,
        "whole": arrow.int64,
        "instant": lambda: arrow.timestamp("us", tz="UTC"),
        "texts": lambda: arrow.list_(arrow.string()),
    }
    return arrow.schema([(name, types[kind]()) for name, kind in columns.items()])


@contextmanager
def no_half_file(path: Path) -> Iterator[Path]:
    """Give a place to write to; the file has its own name when it is whole, and is gone when it is not."""
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
