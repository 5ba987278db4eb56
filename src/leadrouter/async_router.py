"""A router for hosts that run an event loop: the same doors, on a thread of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial, wraps
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, Self, TypeVar

from attrs import define, field, frozen

from leadrouter.client_book import ClientBook
from leadrouter.compartment import Compartment
from leadrouter.errors import LedgerError
from leadrouter.event import Event, Observer
from leadrouter.ledger.outbox import delivered, undelivered
from leadrouter.reception import PatternsEngine
from leadrouter.router import Router

if TYPE_CHECKING:
    from datetime import datetime
    from os import PathLike
    from types import TracebackType

    from leadrouter.assignment.duties import Duties
    from leadrouter.assignment.strategy import OwnStrategy
    from leadrouter.organisation import Organisation
    from leadrouter.routing.rule_pack import RulePack

Inner_co = TypeVar("Inner_co", covariant=True)
Inner = TypeVar("Inner")
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def _one_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="leadrouter")


@define(eq=False)
class _Thread:
    """One thread that does what it is asked for in the order in which it was asked; a forked process has its own."""

    _executor: ThreadPoolExecutor = field(factory=_one_thread, init=False)
    _process: int = field(factory=os.getpid, init=False)
    _closing: Future[None] | None = field(default=None, init=False)

    async def run(self, call: Callable[[], Answer]) -> Answer:
        """Return what a call returns, made in the thread with the context variables of whoever awaits it.

        Raises:
            LedgerError: the thread has ended.
        """
        if self._closing is not None:
            raise LedgerError("the router is closed")
        return await asyncio.wrap_future(self._here().submit(copy_context().run, call))

    async def end(self, last: Callable[[], None]) -> None:
        """Do what was asked for, then one last thing, and end; whoever ends it again waits for the same."""
        if self._closing is None:
            executor = self._here()
            self._closing = executor.submit(last)
            executor.shutdown(wait=False)
        await asyncio.shield(asyncio.wrap_future(self._closing))

    def _here(self) -> ThreadPoolExecutor:
        """Return this process's thread: one that was begun before a fork stays behind with the parent."""
        if self._process != os.getpid():
            self._executor, self._process = _one_thread(), os.getpid()
        return self._executor


class _Twin(Protocol[Inner_co]):
    """What has the doors of something else, on a thread."""

    @property
    def _inner(self) -> Inner_co: ...

    @property
    def _thread(self) -> _Thread: ...


def _twin(
    door: Callable[Concatenate[Inner, Given], Answer],
) -> Callable[Concatenate[_Twin[Inner], Given], Coroutine[Any, Any, Answer]]:
    """Return the same door, to be awaited."""

    @wraps(door)
    async def awaited(self: _Twin[Inner], /, *args: Given.args, **kwargs: Given.kwargs) -> Answer:
        return await self._thread.run(partial(door, self._inner, *args, **kwargs))

    return awaited


@frozen(eq=False)
class AsyncClientBook:
    """The doors of `ClientBook`, to be awaited; `AsyncRouter.clients` is one."""

    _inner: ClientBook = field(repr=False)
    _thread: _Thread = field(repr=False)

    enter = _twin(ClientBook.enter)
    known = _twin(ClientBook.known)
    company = _twin(ClientBook.company)
    held_by = _twin(ClientBook.held_by)
    link = _twin(ClientBook.link)
    unlink = _twin(ClientBook.unlink)
    transfer = _twin(ClientBook.transfer)
    forget = _twin(ClientBook.forget)


@frozen(eq=False)
class AsyncCompartment:
    """The doors of `Compartment`, to be awaited; `AsyncRouter.on_behalf_of` gives one."""

    _inner: Compartment
    _thread: _Thread = field(repr=False)

    leads = _twin(Compartment.leads)
    lead = _twin(Compartment.lead)
    decision = _twin(Compartment.decision)
    explain = _twin(Compartment.explain)
    events = _twin(Compartment.events)
    clients = _twin(Compartment.clients)
    company = _twin(Compartment.company)

    @property
    def person(self) -> str:
        """On whose behalf is read."""
        return self._inner.person


@frozen(eq=False)
class AsyncRouter:
    """The doors of a `Router`, to be awaited: the event loop never waits for a file or a database.

    Calls are made one after the other, in the order in which they were begun, on one thread that belongs to
    this router. A call that is cancelled before its turn does nothing. One that is cancelled later is done
    to its end, and only its answer is lost: `route` and `accept` answer the same when they are repeated, and
    `expect_version` tells a repetition of the others from the first time. Observers are called on that
    thread; context variables are those of whoever made the call.

    Args:
        router: what the doors belong to; nobody else closes it.

    >>> import asyncio
    >>> from datetime import UTC, datetime
    >>> from leadrouter import Lead
    >>> async def first(router: AsyncRouter) -> str | None:
    ...     async with router:
    ...         decision = await router.route(Lead(id="1", source="call"), at=datetime(2026, 3, 2, 9, tzinfo=UTC))
    ...         return decision.assignee
    >>> asyncio.run(first(AsyncRouter(Router.open("rules/minimal", ledger="memory:"))))
    'anna'
    """

    _inner: Router
    _thread: _Thread = field(factory=_Thread, init=False, repr=False)

    @classmethod
    async def open(
        cls,
        path: str | PathLike[str],
        *,
        ledger: str = "sqlite:///leads.db",
        observer: Observer | None = None,
        duties: Duties | None = None,
        strategies: Mapping[str, OwnStrategy] | None = None,
        identity_key: bytes = b"",
        patterns_engine: PatternsEngine = "durable",
        verify: bool = False,
    ) -> AsyncRouter:
        """Open a router as `Router.open` does, in a thread. Raises as it does.

        Where this is cancelled meanwhile, what was opened is closed again.
        """
        opened = partial(
            Router.open,
            path,
            ledger=ledger,
            observer=observer,
            duties=duties,
            strategies=strategies,
            identity_key=identity_key,
            patterns_engine=patterns_engine,
            verify=verify,
        )
        executor = _one_thread()
        opening = executor.submit(opened)
        try:
            return cls(await asyncio.wrap_future(opening))
        except asyncio.CancelledError:
            executor.submit(_close_again, opening)
            raise
        finally:
            executor.shutdown(wait=False)

    route = _twin(Router.route)
    route_many = _twin(Router.route_many)
    record = _twin(Router.record)
    decision = _twin(Router.decision)
    explain = _twin(Router.explain)
    accept = _twin(Router.accept)
    decline = _twin(Router.decline)
    contacted = _twin(Router.contacted)
    won = _twin(Router.won)
    lost = _twin(Router.lost)
    reassign = _twin(Router.reassign)
    credit = _twin(Router.credit)
    pause = _twin(Router.pause)
    resume = _twin(Router.resume)
    close_breaker = _twin(Router.close_breaker)
    tick = _twin(Router.tick)
    replay = _twin(Router.replay)
    next_deadline = _twin(Router.next_deadline)
    lead = _twin(Router.lead)
    events = _twin(Router.events)
    standing = _twin(Router.standing)
    loads = _twin(Router.loads)
    handover = _twin(Router.handover)
    apply = _twin(Router.apply)
    measures = _twin(Router.measures)
    erase = _twin(Router.erase)

    @property
    def pack(self) -> RulePack:
        """The rules that decide new leads."""
        return self._inner.pack

    @property
    def organisation(self) -> Organisation:
        """Who there is to give leads to."""
        return self._inner.organisation

    @property
    def digests(self) -> tuple[str, str]:
        """The digests of the pack and of the organisation that decide."""
        return self._inner.digests

    @property
    def clients(self) -> AsyncClientBook:
        """The clients: who they are, and who holds them."""
        return AsyncClientBook(self._inner.clients, self._thread)

    def on_behalf_of(self, person: str, *, at: datetime | None = None) -> AsyncCompartment:
        """Return what somebody may read, as `Router.on_behalf_of` does; nothing is to be awaited yet."""
        return AsyncCompartment(self._inner.on_behalf_of(person, at=at), self._thread)

    async def deliver(
        self, consumer: str, callback: Callable[[Event], Awaitable[object] | object], *, limit: int = 100
    ) -> int:
        """Give a consumer the events that it has not had, as `Router.deliver` does.

        The callback is called on the event loop, and awaited where it returns something to await; meanwhile
        the router's thread is free, so that it may call the router itself.
        """
        before, log = await self._thread.run(partial(undelivered, self._inner.ledger, consumer, limit))
        done = before
        try:
            for kept in log:
                answer = callback(kept.event)
                if isawaitable(answer):
                    await answer
                done = kept.number
        finally:
            if done > before:
                await self._thread.run(partial(delivered, self._inner.ledger, consumer, done))
        return len(log)

    async def close(self) -> None:
        """Do what was begun, then let go of the ledger; closing again waits for the same.

        Whatever is called later raises `LedgerError`. Whoever is cancelled while closing does not stop it.
        """
        await self._thread.end(self._inner.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _close_again(opening: Future[Router]) -> None:
    """Close what was opened for somebody who does not wait for it any more."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
