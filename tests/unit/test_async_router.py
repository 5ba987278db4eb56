"""The doors of a router, awaited: the loop goes on, cancelling and closing leave nothing half done."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import threading
import warnings
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import timedelta

import pytest

from leadrouter import Lead, LeadRouterError, LedgerError, PackError, Router, UnknownLeadError
from leadrouter.adapters.ledgers import open_ledger
from leadrouter.async_router import AsyncClientBook, AsyncCompartment, AsyncRouter
from leadrouter.client_book import ClientBook
from leadrouter.compartment import Compartment
from leadrouter.ledger.memory import MemoryLedger
from tests.postgres_server import address_of, new_database
from tests.small import AT, small_organisation, small_pack, small_router
from tests.stateful.crew import in_child

OPENED_WITH = {"ledger", "observer", "roster", "duties", "strategies", "identity_key", "patterns_engine", "verify"}
"""What a router was opened with: the ledger is the thread's, the rest is the host's own."""
TWINS = [(AsyncRouter, Router), (AsyncClientBook, ClientBook), (AsyncCompartment, Compartment)]
PRESS = {"product": "press"}


def doors(cls):
    """Return the public names of a class, its attributes among them."""
    return {name for name in dir(cls) if not name.startswith("_")}


def shape(door):
    """Return what a door takes: names, how each is given, and what stands for it where it is left out."""
    return [(each.name, each.kind, each.default) for each in inspect.signature(door).parameters.values()]


def run(main, *, ledger=None, observer=None):
    """Run a coroutine function on a new loop with a new router, closed at its end."""

    async def around():
        router = Router(small_pack(), small_organisation(), MemoryLedger() if ledger is None else ledger)
        router.observer = observer
        async with AsyncRouter(router) as opened:
            return await main(opened)

    return asyncio.run(around())


class HeldLedger(MemoryLedger):
    """A ledger whose units of work wait until they are let go; `begun` says when one waits."""

    def __init__(self):
        super().__init__()
        self.begun, self.go = threading.Event(), threading.Event()
        self.closed = 0

    @contextmanager
    def transaction(self, *keys):
        self.begun.set()
        assert self.go.wait(30)
        with super().transaction(*keys) as work:
            yield work

    def close(self):
        self.closed += 1

    async def has_begun(self):
        assert await asyncio.to_thread(self.begun.wait, 30)


class WatchedLedger(MemoryLedger):
    """A ledger that notes in which thread it is used."""

    def __init__(self):
        super().__init__()
        self.threads = []

    @contextmanager
    def transaction(self, *keys):
        self.threads.append(threading.current_thread().name)
        with super().transaction(*keys) as work:
            yield work

    @contextmanager
    def reading(self):
        self.threads.append(threading.current_thread().name)
        with super().reading() as work:
            yield work

    def close(self):
        self.threads.append(threading.current_thread().name)


@pytest.mark.parametrize(("twin", "one"), TWINS)
def test_every_public_door_has_its_twin(twin, one):
    """What can be called can be awaited with the same arguments; what can be read can be read."""
    assert doors(twin) == doors(one) - OPENED_WITH
    for name in doors(one) - OPENED_WITH:
        door, same = getattr(one, name), getattr(twin, name)
        if callable(door) and name != "on_behalf_of":
            assert inspect.iscoroutinefunction(same), name
            assert shape(same) == shape(door), name
        else:
            assert callable(same) == callable(door), name


def test_the_answers_are_those_of_the_router():
    """A lead routed, accepted and won by awaiting stands where it stands without."""

    async def through(router):
        lead_id = (await router.route(Lead(id="1", facts=PRESS), at=AT)).lead_id
        await router.accept(lead_id, by="anna", at=AT)
        await router.won(lead_id, by="anna", at=AT)
        assert router.pack == small_pack()
        assert router.organisation == small_organisation()
        assert (await router.clients.company(lead_id)).owner == "anna"
        anna = router.on_behalf_of("anna", at=AT)
        assert (anna.person, await anna.lead(lead_id)) == ("anna", await router.lead(lead_id))
        with pytest.raises(UnknownLeadError):
            await router.on_behalf_of("boris", at=AT).lead(lead_id)
        return await router.lead(lead_id), await router.events(lead_id), router.digests

    with small_router() as plain:
        lead_id = plain.route(Lead(id="1", facts=PRESS), at=AT).lead_id
        plain.accept(lead_id, by="anna", at=AT)
        plain.won(lead_id, by="anna", at=AT)
        assert run(through) == (plain.lead(lead_id), plain.events(lead_id), plain.digests)


@pytest.mark.parametrize("kind", ["postgres", "sqlite"])
def test_a_folder_is_opened_by_awaiting(tmp_path, kind):
    """With the errors of `Router.open`; the ledger is let go at the end of the block."""
    address = f"sqlite:///{tmp_path}/leads.db" if kind == "sqlite" else address_of(new_database())

    async def opened():
        async with await AsyncRouter.open("rules/minimal", ledger=address) as router:
            lead_id = (await router.route(Lead(id="1", source="call"), at=AT)).lead_id
        with pytest.raises(LedgerError, match="closed"):
            await router.lead(lead_id)
        with pytest.raises(PackError):
            await AsyncRouter.open(tmp_path / "none", ledger="memory:")
        return lead_id

    lead_id = asyncio.run(opened())
    with Router.open("rules/minimal", ledger=address) as router:
        assert router.lead(lead_id).version > 0


@pytest.mark.parametrize("fails", [False, True])
def test_what_is_opened_for_somebody_who_is_gone_is_closed_again(monkeypatch, fails):
    """Cancelled while the ledger is waited for: nobody else could close it; where it fails nothing is left."""
    begun, go = threading.Event(), threading.Event()
    ledger = HeldLedger()

    def open_slowly(*_args, **_kwargs):
        begun.set()
        assert go.wait(30)
        if fails:
            raise LedgerError("it is gone")
        return small_router(ledger)

    async def main():
        opening = asyncio.create_task(AsyncRouter.open("rules/minimal"))
        assert await asyncio.to_thread(begun.wait, 30)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        assert ledger.closed == 0

    monkeypatch.setattr(Router, "open", open_slowly)
    asyncio.run(main())
    [thread] = [each for each in threading.enumerate() if each.name.startswith("leadrouter_")]
    go.set()
    thread.join(30)
    assert ledger.closed == (0 if fails else 1)


def test_what_is_raised_comes_to_whoever_awaits():
    """As it is raised by the router; the next call is answered."""

    async def asked(router):
        with pytest.raises(UnknownLeadError):
            await router.lead("none")
        assert await router.next_deadline() is None

    run(asked)


def test_the_loop_goes_on_while_the_ledger_waits():
    """Whatever keeps a unit of work waiting, the loop runs other tasks."""
    ledger = HeldLedger()

    async def main(router):
        routed = asyncio.create_task(router.route(Lead(id="1", facts=PRESS), at=AT))
        await ledger.has_begun()
        turns = [await asyncio.sleep(0, turn) for turn in range(100)]
        assert turns == list(range(100))
        assert not routed.done()
        ledger.go.set()
        return (await routed).assignee

    assert run(main, ledger=ledger) == "anna"


def test_no_door_uses_the_ledger_on_the_loop():
    """Whatever is awaited, and whether it is answered or raises: the router's own thread alone reads and writes."""
    ledger = WatchedLedger()

    async def through(opened, given):
        for name in sorted(doors(type(opened)) - {"open", "close"}):
            door = getattr(opened, name)
            if inspect.iscoroutinefunction(door):
                needed = [each for each in inspect.signature(door).parameters.values() if each.default is each.empty]
                before = len(ledger.threads)
                with suppress(LeadRouterError, TypeError):
                    positional = [given[each.name] for each in needed if each.kind is each.POSITIONAL_OR_KEYWORD]
                    named = {each.name: given[each.name] for each in needed if each.kind is each.KEYWORD_ONLY}
                    await door(*positional, **named)
                    assert len(ledger.threads) > before, name

    async def main(router):
        one, other = [(await router.route(Lead(id=id_, company=id_), at=AT)).lead_id for id_ in ("one", "other")]
        plan = await router.handover("vera", at=AT)
        lead = Lead(id="next", company="next")
        given = {"lead": lead, "leads": [lead], "lead_id": one, "id": one, "one": one, "other": other, "plan": plan}
        given |= {"by": "vera", "to": "vera", "owner": "vera", "person": "vera", "kind": "visit", "key": "k"}
        given |= {"pool": "department(client)", "consumer": "crm", "callback": lambda _: None}
        await through(router, given)
        await through(router.clients, given)
        await through(router.on_behalf_of("vera", at=AT), given)

    run(main, ledger=ledger)
    assert len(ledger.threads) > 40
    assert {name.rpartition("_")[0] for name in ledger.threads} == {"leadrouter"}


def test_calls_are_made_one_after_the_other_in_their_order():
    """However many are begun at once: turns are taken in the order of the calls."""

    async def main(router):
        calls = [router.route(Lead(id=str(number), facts=PRESS), at=AT) for number in range(6)]
        return [decision.assignee for decision in await asyncio.gather(*calls)]

    assert run(main) == ["anna", "boris"] * 3


def test_a_call_that_is_cancelled_before_its_turn_does_nothing():
    """It leaves nothing in the ledger, and those behind it are answered."""
    ledger = HeldLedger()

    async def main(router):
        first = asyncio.create_task(router.route(Lead(id="1", facts=PRESS), at=AT))
        await ledger.has_begun()
        second = asyncio.create_task(router.route(Lead(id="2", facts=PRESS), at=AT))
        third = asyncio.create_task(router.route(Lead(id="3", facts=PRESS), at=AT))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        ledger.go.set()
        assert [(await each).assignee for each in (first, third)] == ["anna", "boris"]

    run(main, ledger=ledger)
    assert [entry.key for entry in ledger.entries()] == ["None:1", "None:3"]


def test_a_call_that_is_cancelled_while_it_is_made_is_done_to_its_end():
    """Its answer is lost, the lead is not: whoever repeats it is answered the same."""
    ledger = HeldLedger()

    async def main(router):
        lead = Lead(id="1", facts=PRESS)
        routed = asyncio.create_task(router.route(lead, at=AT))
        await ledger.has_begun()
        routed.cancel()
        with pytest.raises(asyncio.CancelledError):
            await routed
        ledger.go.set()
        again = await router.route(lead, at=AT + timedelta(hours=1))
        assert again.at == AT

    run(main, ledger=ledger)
    assert len(ledger.entries()) == 1


def test_closing_waits_for_what_was_begun_and_happens_once():
    """What is called later is refused; closing again, or being cancelled while closing, changes nothing."""
    ledger = HeldLedger()

    async def main():
        router = AsyncRouter(small_router(ledger))
        routed = asyncio.create_task(router.route(Lead(id="1", facts=PRESS), at=AT))
        await ledger.has_begun()
        closing = asyncio.create_task(router.close())
        await asyncio.sleep(0)
        with pytest.raises(LedgerError, match="the router is closed"):
            await router.tick(at=AT)
        closing.cancel()
        with suppress(asyncio.CancelledError):
            await closing
        ledger.go.set()
        assert (await routed).assignee == "anna"
        await router.close()
        await router.close()

    asyncio.run(main())
    assert ledger.closed == 1
    for thread in threading.enumerate():
        if thread.name.startswith("leadrouter_"):
            thread.join(30)
            assert not thread.is_alive()


def test_a_forked_process_has_a_thread_of_its_own(tmp_path):
    """A server may open its router before it forks: every child is answered, and closes only what is its own."""
    router = AsyncRouter(small_router(open_ledger(f"sqlite:///{tmp_path}/leads.db")))

    def answered(*ids):
        async def main():
            for id_ in ids:
                await router.route(Lead(id=id_, facts=PRESS), at=AT)

        asyncio.run(main())

    def in_the_child():
        signal.alarm(30)
        answered("2", "3")
        asyncio.run(router.close())

    answered("1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # forking beside a thread is what is tested
        child = in_child(in_the_child)
    assert os.waitpid(child, 0)[1] == 0
    answered("4")
    asyncio.run(router.close())
    with small_router(open_ledger(f"sqlite:///{tmp_path}/leads.db")) as after:
        assert [entry.key for entry in after.ledger.entries()] == ["None:1", "None:2", "None:3", "None:4"]


def test_observers_see_the_context_of_the_call():
    """What a host binds for a request (structlog's context variables) is there when its events are told."""
    request, seen = ContextVar("request"), []

    async def main(router):
        request.set("r1")
        await router.route(Lead(id="1", facts=PRESS), at=AT)

    run(main, observer=lambda event: seen.append((event.name, request.get())))
    assert ("lead.routed", "r1") in seen


def test_a_consumer_may_be_a_coroutine_function_and_call_the_router():
    """Events come in order, on the loop; the thread is free meanwhile."""

    async def main(router):
        told = []

        async def note(event):
            told.append((event.name, (await router.lead(event.lead_id)).version, asyncio.get_running_loop()))

        await router.route(Lead(id="1", facts=PRESS), at=AT)
        with pytest.raises(ValueError, match="limit is 0"):
            await router.deliver("crm", note, limit=0)
        assert await router.deliver("crm", note) == 2
        assert await router.deliver("crm", note) == 0
        await router.pause("anna", at=AT)
        assert await router.deliver("plain", lambda event: told.append(event.name)) == 3
        assert told[:2] == [(name, 2, asyncio.get_running_loop()) for name in ("lead.routed", "lead.offered")]
        return told[2:]

    assert run(main) == ["lead.routed", "lead.offered", "person.paused"]


def test_an_event_that_a_consumer_did_not_take_comes_again():
    """Where the callback raises, and where the delivery is cancelled in the middle of it."""

    async def main(router):
        told, waits = [], asyncio.Event()

        async def fail_at_the_second(event):
            told.append(event.name)
            if len(told) == 2:
                raise KeyError(event.name)
            if len(told) == 3:
                waits.set()
                await asyncio.Event().wait()

        await router.route(Lead(id="1", facts=PRESS), at=AT)
        with pytest.raises(KeyError):
            await router.deliver("crm", fail_at_the_second)
        delivery = asyncio.create_task(router.deliver("crm", fail_at_the_second))
        await waits.wait()
        delivery.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivery
        assert await router.deliver("crm", fail_at_the_second) == 1
        return told

    assert run(main) == ["lead.routed", *["lead.offered"] * 3]


def test_a_thread_of_another_process_is_not_used():
    """What a forked child does, seen from inside: it begins a thread of its own, and keeps it."""
    router = AsyncRouter(small_router())
    before, router._thread._process = router._thread._here(), 0
    asyncio.run(router.route(Lead(id="1", facts=PRESS), at=AT))
    assert router._thread._here() is not before
    asyncio.run(router.close())
    before.shutdown()
