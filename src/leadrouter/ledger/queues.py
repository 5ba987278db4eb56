"""Which leads wait and which are due, found without looking at all of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from heapq import heappop, heappush
from typing import TYPE_CHECKING, TypeAlias

from attrs import define, field

if TYPE_CHECKING:
    from leadrouter.lifecycle.state import LeadState

_Order: TypeAlias = tuple[int, datetime, int]


@define(eq=False)
class Queues:
    """Heaps over the states of leads; what has changed since is skipped when it comes to the top."""

    _place: dict[str, tuple[str, _Order]] = field(factory=dict, init=False)
    _waiting: dict[str, list[tuple[_Order, str]]] = field(factory=dict, init=False)
    _dues: dict[str, datetime] = field(factory=dict, init=False)
    _due: list[tuple[datetime, int, str]] = field(factory=list, init=False)

    def put(self, lead_id: str, state: LeadState | None) -> None:
        """Note where a lead stands now; None where it is gone."""
        queue, due = (None, None) if state is None else (state.queue, state.due)
        if state is None or queue is None:
            self._place.pop(lead_id, None)
        elif self._place.get(lead_id) != (queue, state.order):
            self._place[lead_id] = (queue, state.order)
            heappush(self._waiting.setdefault(queue, []), (state.order, lead_id))
        if state is None or due is None:
            self._dues.pop(lead_id, None)
        elif self._dues.get(lead_id) != due:
            self._dues[lead_id] = due
            heappush(self._due, (due, state.number, lead_id))

    def heads(self) -> list[str]:
        """Return the first lead of each queue, in the order in which they are served."""
        found: list[tuple[_Order, str]] = []
        for queue, heap in list(self._waiting.items()):
            while heap and self._place.get(heap[0][1]) != (queue, heap[0][0]):
                heappop(heap)
            if heap:
                found.append(heap[0])
            else:
                del self._waiting[queue]
        return [lead_id for _, lead_id in sorted(found)]

    def due(self, at: datetime) -> list[str]:
        """Return the leads for which something is due, the most overdue first."""
        found = list(self._overdue(at))
        for each in found:
            heappush(self._due, each)
        return list(dict.fromkeys(lead_id for _, _, lead_id in found))

    def _overdue(self, at: datetime) -> Iterator[tuple[datetime, int, str]]:
        while (due := self.next_due()) is not None and due <= at:
            yield heappop(self._due)

    def next_due(self) -> datetime | None:
        """Return the earliest instant at which something is due."""
        while self._due and self._dues.get(self._due[0][2]) != self._due[0][0]:
            heappop(self._due)
        return self._due[0][0] if self._due else None
