"""The engine on durable-rules: what would crash, hang or mislead it is kept away, and what fails is made anew."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrouter.history.engine import EngineError
from leadrouter.history.past import History, PastEvent
from leadrouter.history.reference import evaluate
from tests.history_strategies import HOUR, NOW, pack_of, packs, readings

pytest.importorskip("durable_rules_engine")

import durable_rules_engine

from leadrouter.adapters import durable
from leadrouter.adapters.durable import MOST_FACTS, MOST_REBUILDS, DurableEngine
from leadrouter.adapters.durable_columns import BEYOND, View
from leadrouter.adapters.durable_rules import MOST_ANTECEDENTS, MOST_TESTS, compile_patterns

NIGHTLY = settings().max_examples > 1_000
THREE = "  - {pattern: three, at_least: 3, of: request, within: 2h}"
SAFE = {"$and", "$lte", "$lt", "$gt", "$gte", "$sub", "$l", "$r", "all", "cap", "dist"}


class Watched:
    """The C module, with every call noted; a call of a chosen name can be made to fail."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any, Any]] = []
        self.failing: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            if name in self.failing:
                failure = self.failing.pop(name)
                if isinstance(failure, BaseException):
                    raise failure
                return failure
            answer = getattr(durable_rules_engine, name)(*arguments)
            self.calls.append((name, arguments, answer))
            return answer

        return call

    def named(self, name: str) -> list[tuple[Any, Any]]:
        return [(arguments, answer) for called, arguments, answer in self.calls if called == name]


@pytest.fixture
def watched(monkeypatch) -> Watched:
    """The C module under watch."""
    api = Watched()
    monkeypatch.setitem(sys.modules, "durable_rules_engine", api)
    return api


def past(*hours: float, amount: int = 1) -> History:
    events = tuple(PastEvent(kind="request", at=NOW - each * HOUR, facts={"amount": amount}) for each in hours)
    return History(at=NOW, events=events)


def antecedents(text: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the antecedents of every rule but the warming one."""
    rules = json.loads(text)
    del rules["warm"]
    return [(alias, body["$and"]) for rule in rules.values() for each in rule["all"] for alias, body in each.items()]


def is_join(test: Any) -> bool:
    """Say whether a test looks at another event."""
    if isinstance(test, dict):
        return any(name[0] in "zaew" and name not in SAFE for name in test) or any(map(is_join, test.values()))
    return False


def words(rules: Any) -> set[str]:
    if isinstance(rules, dict):
        return {*rules, *chain.from_iterable(words(each) for each in rules.values())}
    return set(chain.from_iterable(words(each) for each in rules)) if isinstance(rules, list) else set()


@settings(max_examples=50)
@given(packs(most=20))
def test_an_antecedent_with_a_join_ends_in_one_that_is_always_true(pack):
    """The module reads past its expressions where the last comparison of a join is false."""
    for program in compile_patterns(pack.checked):
        for alias, tests in antecedents(program.text):
            assert (alias == "z") == (tests[-1] != {"o": {"z": "o"}})
            assert not any(is_join(test) for test in tests) if alias == "z" else True


@settings(max_examples=50)
@given(packs(most=20))
def test_every_rule_begins_with_the_anchor_and_stays_small(pack):
    """Rules are tied to this event; antecedents, tests and rules of a set stay far below where it loses events."""
    programs = compile_patterns(pack.checked)
    assert sorted(name for each in programs for name in each.patterns.values()) == sorted(pack.checked.signals)
    for program in programs:
        rules = json.loads(program.text)
        found = antecedents(program.text)
        assert [next(iter(rule["all"][0])) for name, rule in rules.items() if name != "warm"] == ["z"] * (
            len(rules) - 1
        )
        assert all(len(rule["all"]) <= 8 for rule in rules.values())
        assert all(len(tests) <= 12 for _, tests in found)
        assert len(found) <= MOST_ANTECEDENTS
        assert sum(not is_join(test) for _, tests in found for test in tests) <= MOST_TESTS


@settings(max_examples=50)
@given(packs(most=20))
def test_nothing_but_the_safe_words_is_used(pack):
    """No division, no negation, no text, no question of an id: what crashes or misleads is never written."""
    for program in compile_patterns(pack.checked):
        told = words(json.loads(program.text))
        assert told - SAFE <= {*program.columns, *json.loads(program.text), *"zawyo", *(f"e{n}" for n in range(6))}
        assert not {"id", "sid"} & told


@settings(max_examples=40)
@given(st.data())
def test_events_are_small_whole_numbers_with_ids_from_one(data):
    """Every property that a rule names is in every event, none is beyond 31 bits; this event comes last."""
    pack = data.draw(packs())
    reading = data.draw(readings(pack))
    for program in compile_patterns(pack.checked):
        facts = [json.loads(each) for each in program.facts(View(reading, is_possible=False))]
        assert [each["id"] for each in facts] == [str(number) for number in range(1, len(reading.events) + 1)]
        assert {each["sid"] for each in facts} == {"0"}
        for fact in facts:
            assert set(fact) == {"id", "sid", "o", "y", *program.columns}
            values = [value for name, value in fact.items() if name not in ("id", "sid")]
            assert all(type(value) is int and 0 <= value <= BEYOND for value in values)


def fnv(text: str) -> int:
    """The hash by which the module tells names apart, with nothing behind it."""
    found = 2_166_136_261
    for byte in text.encode():
        found = (found ^ byte) * 16_777_619 & 0xFFFFFFFF
    return found


def test_no_two_names_have_one_hash():
    """Properties, rules and ids are known by 32 bits alone."""
    names = {"id", "sid", "o", "y", "warm", *(f"{letter}{number}" for letter in "cr" for number in range(400))}
    assert len({fnv(name) for name in names}) == len(names)
    assert len({fnv(str(number)) for number in range(1, MOST_FACTS + 1)}) == MOST_FACTS


def test_a_number_beyond_31_bits_is_a_fault_and_no_answer():
    """What could not be compared everywhere never reaches the module."""
    [program] = compile_patterns(pack_of(THREE).checked)
    columns = {**program.columns, "c0": lambda view: [BEYOND + 1] * len(view.reading.events)}
    broken = type(program)(text=program.text, patterns=program.patterns, columns=columns)
    with pytest.raises(EngineError, match="too large"):
        broken.facts(View(pack_of(THREE).reading({}, past()), is_possible=False))


def test_amounts_of_any_size_are_added_and_compared_exactly():
    """Eighteen digits and nine behind the point: they reach the module as ranks."""
    pack = pack_of(
        "  - {pattern: sum, at_least: 2, of: request, within: 2h, total: {signed: '999999999999999999.000000001'}}",
        "  - {pattern: grew, growing: signed, times: 2, of: request}",
    )
    engine = DurableEngine(pack.checked)
    large = "499999999999999999"
    for last, expected in (("500000000000000000.000000001", True), ("500000000000000000", False)):
        event = PastEvent(kind="request", at=NOW - HOUR, facts={"signed": large})
        reading = pack.reading({"signed": last}, History(at=NOW, events=(event,)))
        assert engine.evaluate(reading) == evaluate(reading) == {"sum": expected, "grew": True}


def test_many_patterns_that_all_hold_are_all_found():
    """More tests than one rule set bears are parted; an event that meets all of them at once is not lost."""
    written = [
        f"  - {{pattern: p{n}, at_least: {n % 4 + 1}, of: request, within: {n + 10}h, total: {{amount: {n % 5}}}}}"
        for n in range(60)
    ]
    written += [f"  - {{pattern: s{n}, silence: {n + 1}h, of: deal}}" for n in range(30)]
    written += [f"  - {{pattern: g{n}, growing: amount, times: 6, of: request, within: {n + 9}h}}" for n in range(10)]
    pack = pack_of(*written)
    assert len(compile_patterns(pack.checked)) > 3
    events = [PastEvent(kind="deal_won", at=NOW - 40 * HOUR)]
    events += [PastEvent(kind="request", at=NOW - n * HOUR, facts={"amount": 9 - n}) for n in range(8, 0, -1)]
    reading = pack.reading({"amount": 10}, History(at=NOW, events=events))
    engine = DurableEngine(pack.checked)
    assert engine.evaluate(reading) == evaluate(reading) == dict.fromkeys(pack.checked.signals, True)


def test_a_company_without_a_past_is_asked_with_one_event(watched):
    """There is never an empty list of events, which the module answers with a wild offset."""
    pack = pack_of(THREE)
    assert DurableEngine(pack.checked).evaluate(pack.reading({}, past())) == {"three": False}
    facts = [json.loads(text) for (_, text), _ in watched.named("assert_fact")]
    assert [(fact["id"], fact["y"]) for fact in facts] == [("1", 1), ("1", 0)]
    assert not watched.named("assert_facts")


def test_a_state_is_deleted_only_after_an_action_ran_in_its_place(watched):
    """The first state of a rule set runs the warming rule; each run leaves none behind."""
    pack = pack_of(THREE)
    engine = DurableEngine(pack.checked)
    for history in (past(), past(1, 0.5), past()):
        engine.evaluate(pack.reading({"amount": 1, "hot": True}, history))
    names = [name for name, _, _ in watched.calls if name != "complete_and_start_action"]
    assert names[:4] == ["create_ruleset", "assert_fact", "start_action_for_state", "delete_state"]
    assert watched.named("start_action_for_state")[0][1] is not None
    assert names.count("delete_state") == names.count("start_action_for_state")
    assert names[-1] == "delete_state"
    assert {arguments[1] for arguments, _ in watched.named("delete_state")} == {"0"}


def test_more_events_than_it_is_meant_for_are_left_to_the_reference(watched):
    """The work of a call that nothing can interrupt is bounded beforehand."""
    pack = pack_of(THREE)
    reading = pack.reading({}, past(*[1] * MOST_FACTS))
    assert DurableEngine(pack.checked).evaluate(reading) == {"three": True}
    assert not watched.calls


@pytest.mark.parametrize(
    ("call", "failure"),
    [
        ("assert_fact", (303, 1)),
        *((call, MemoryError("no slot")) for call in ("assert_fact", "start_action_for_state", "delete_state")),
        *((call, RuntimeError("204")) for call in ("create_ruleset", "complete_and_start_action", "delete_state")),
    ],
)
def test_what_failed_is_dropped_and_made_anew(watched, call, failure):
    """A rule set that failed is neither used nor freed again; the next call has a new one and is right."""
    pack = pack_of(THREE)
    engine = DurableEngine(pack.checked)
    reading = pack.reading({"amount": 1, "hot": True}, past(1, 0.5))
    if call != "create_ruleset":
        engine.evaluate(reading)
    watched.failing[call] = failure
    with pytest.raises(EngineError, match="durable-rules"):
        engine.evaluate(reading)
    made = len(watched.named("create_ruleset"))
    assert engine.evaluate(reading) == {"three": True}
    assert len(watched.named("create_ruleset")) == made + 1
    assert not watched.named("delete_ruleset")


def test_an_interrupt_is_passed_on_and_leaves_nothing_half_done(watched):
    """Whoever stops the program stops it; the rule set that was in use is dropped."""
    pack = pack_of(THREE)
    engine, reading = DurableEngine(pack.checked), pack.reading({"amount": 1, "hot": True}, past(1, 0.5))
    engine.evaluate(reading)
    watched.failing["delete_state"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        engine.evaluate(reading)
    assert engine.evaluate(reading) == {"three": True}
    assert len(watched.named("create_ruleset")) == 2


def test_an_engine_that_always_fails_is_asked_no_more(watched):
    """What is dropped cannot be freed, so it is dropped a bounded number of times."""
    pack = pack_of(THREE)
    engine, reading = DurableEngine(pack.checked), pack.reading({}, past())
    for _ in range(MOST_REBUILDS + 1):
        watched.failing["assert_fact"] = (303, 0)
        with pytest.raises(EngineError, match="303"):
            engine.evaluate(reading)
    with pytest.raises(EngineError, match="asked no more"):
        engine.evaluate(reading)
    assert len(watched.named("create_ruleset")) == MOST_REBUILDS + 1


def test_a_module_that_runs_no_rule_is_not_trusted(watched):
    """Where the warming rule does not fire, nothing it says counts."""
    pack = pack_of(THREE)
    watched.failing["start_action_for_state"] = None
    with pytest.raises(EngineError, match="as simple as can be"):
        DurableEngine(pack.checked).evaluate(pack.reading({}, past()))


def test_an_engine_frees_its_rule_sets(watched):
    """A pack that is replaced leaves nothing behind; a rule set that was dropped is left alone."""
    pack = pack_of(THREE)
    engine = DurableEngine(pack.checked)
    engine.evaluate(pack.reading({}, past()))
    numbers = [answer for _, answer in watched.named("create_ruleset")]
    del engine
    assert [arguments[0] for arguments, _ in watched.named("delete_ruleset")] == numbers
    unused = DurableEngine(pack.checked)
    del unused
    assert len(watched.named("delete_ruleset")) == 1


def test_the_module_may_be_absent(monkeypatch):
    """It is built from source and does not load on every Python; that is found out and is no error."""
    assert durable.is_available()
    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)
    assert not durable.is_available()
    with pytest.raises(ImportError):
        DurableEngine(pack_of(THREE).checked)


def _memory() -> int:
    """Return the resident memory of this process in KiB."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  # no path of a user
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="memory is read from /proc")  # noqa: PTH110  # as above
def test_a_soak_on_four_threads_grows_nothing_and_errs_nowhere():
    """100,000 evaluations in the nightly run, some thousands else: every answer right, memory as it was."""
    pack = pack_of(
        THREE,
        "  - {pattern: sum, at_least: 2, of: request, within: 1d, total: {amount: 5}}",
        "  - {pattern: again, sequence: [request, request], within: 2h, without: deal}",
        "  - {pattern: back, silence: 2h, of: request}",
        "  - {pattern: grew, growing: amount, times: 3, of: request}",
    )
    engine = DurableEngine(pack.checked)
    readings = [
        pack.reading({"amount": n % 4, "hot": True}, past(*range(1, n % 6 + 1), amount=n % 3)) for n in range(24)
    ]
    meant = [evaluate(reading) for reading in readings]

    def ask(count: int) -> int:
        return sum(engine.evaluate(readings[n % 24]) != meant[n % 24] for n in range(count))

    ask(1_000)
    before = _memory()
    each = 25_000 if NIGHTLY else 500
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, [each] * 4)) == [0, 0, 0, 0]
    assert _memory() - before < 4_096


def _ask(engine: DurableEngine, reading: Any, answers: Any) -> None:
    answers.put(engine.evaluate(reading))


def test_a_forked_child_makes_rule_sets_of_its_own():
    """It answers right, even where a thread of the parent held the lock as it forked; so does the parent after it."""
    pack = pack_of(THREE)
    engine, reading = DurableEngine(pack.checked), pack.reading({"amount": 1, "hot": True}, past(1, 0.5))
    assert engine.evaluate(reading) == {"three": True}
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    with engine._here.lock:
        child = context.Process(target=_ask, args=(engine, reading, answers))
        child.start()
        child.join(20)
    assert child.exitcode == 0
    assert answers.get() == {"three": True}
    assert engine.evaluate(reading) == {"three": True}


def test_another_process_is_known_by_its_number(watched):
    """What was made in the parent is left to it: neither used nor freed in the child."""
    pack = pack_of(THREE)
    engine, reading = DurableEngine(pack.checked), pack.reading({"amount": 1, "hot": True}, past(1, 0.5))
    engine.evaluate(reading)
    parent = engine._here
    parent.pid = -1
    assert engine.evaluate(reading) == {"three": True}
    assert engine._here is not parent
    assert len(watched.named("create_ruleset")) == 2
    own = engine._here.rule_sets[0].number
    del engine, parent
    assert [arguments for arguments, _ in watched.named("delete_ruleset")] == [(own,)]


def test_windows_of_every_length_are_compared():
    """From a second to the longest window, at its end and a microsecond beyond it."""
    for written, within in (("1s", timedelta(seconds=1)), ("20000d", timedelta(days=20_000))):
        pack = pack_of(f"  - {{pattern: two, at_least: 2, of: request, within: {written}}}")
        engine = DurableEngine(pack.checked)
        for beyond, expected in ((timedelta(), True), (timedelta(microseconds=1), False)):
            event = PastEvent(kind="request", at=NOW - within - beyond)
            reading = pack.reading({}, History(at=NOW, events=(event,)))
            assert engine.evaluate(reading) == evaluate(reading) == {"two": expected}
