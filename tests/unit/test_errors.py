"""What is raised on purpose."""

from __future__ import annotations

import pickle

import pytest

from leadrouter import errors
from leadrouter.errors import (
    ConflictError,
    FactsError,
    Fault,
    LeadRouterError,
    LedgerError,
    LifecycleError,
    NaiveTimeError,
    PackError,
    StaleError,
    UnknownLeadError,
    UnknownPersonError,
    did_you_mean,
)
from leadrouter.span import Source, Span

PLACE = Span(Source("pack.yaml", "pack: demo"), 6, 10)
IN_TEXT = Fault(code="LR211", message="unknown field `deel`", where=PLACE, fix="did you mean `deal`?")
ELSEWHERE = Fault(code="LR402", message="`x` (text) is not a bool", where="facts.hot")


def test_a_fault_reads_like_a_compilers():
    """Place, code and message; the excerpt; the fix."""
    assert str(IN_TEXT) == (
        "pack.yaml:1:7: LR211 unknown field `deel`\n1 | pack: demo\n  |       ^^^^\nfix: did you mean `deal`?"
    )
    assert str(ELSEWHERE) == "facts.hot: LR402 `x` (text) is not a bool"
    assert (IN_TEXT.start, ELSEWHERE.start) == (6, 0)


def test_what_somebody_wrote_does_not_break_a_fault():
    """Control characters are replaced and very long words are cut."""
    fault = Fault(code="LR104", message="unknown key `\x1b[31m\n" + "a" * 5_000, where="x", fix="a\nb")
    first, fix = str(fault).split("\n")
    assert first.startswith("x: LR104 unknown key `\ufffd[31m\ufffd")
    assert len(first) < 1_100
    assert fix == "fix: a\ufffdb"


def test_an_error_carries_every_fault():
    """So that nobody has to mend them one at a time."""
    error = PackError([IN_TEXT, ELSEWHERE])
    assert error.faults == (IN_TEXT, ELSEWHERE)
    assert str(error) == f"{IN_TEXT}\n\n{ELSEWHERE}"


@pytest.mark.parametrize(
    ("error", "builtin", "said"),
    [
        (PackError([ELSEWHERE]), ValueError, str(ELSEWHERE)),
        (FactsError([ELSEWHERE], raw={"hot": "x"}), ValueError, str(ELSEWHERE)),
        (NaiveTimeError("no zone"), ValueError, "no zone"),
        (UnknownLeadError("no lead `a`"), KeyError, "no lead `a`"),
        (ConflictError("another payload", "lead-1"), ValueError, "another payload"),
        (LifecycleError("it was won", "lead-1"), ValueError, "it was won"),
        (UnknownPersonError("nobody is called `a`"), KeyError, "nobody is called `a`"),
        (
            StaleError("lead-1", seen=2, current=4),
            RuntimeError,
            "lead lead-1 stands at version 4, not 2; read it again",
        ),
        (LedgerError("cannot be opened"), RuntimeError, "cannot be opened"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_every_error_is_one_of_the_tree_and_a_builtin(error, builtin, said):
    """It is caught as either, says what it is about, and survives a process boundary."""
    assert isinstance(error, LeadRouterError)
    assert isinstance(error, builtin)
    assert str(error) == said
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    assert (type(again), str(again), vars(again)) == (type(error), said, vars(error))


def test_nothing_stands_outside_the_tree():
    """All exceptions of the module have one root."""
    found = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)]
    assert all(issubclass(each, LeadRouterError) for each in found)


def test_an_unknown_word_gets_the_closest_and_a_few_of_the_known():
    """The closest where one is close; all where they are few; nothing where there are none."""
    assert did_you_mean("deel", ["size", "deal"]) == "did you mean `deal`? known: deal, size"
    assert did_you_mean("xyz", ["size", "deal"]) == "known: deal, size"
    assert did_you_mean("msk", ["MSK", "SPB"]) == "did you mean `MSK`? known: MSK, SPB"
    assert did_you_mean("DEAL", ["Deal", "deal"]) == "did you mean `Deal`? known: Deal, deal"
    assert did_you_mean("a", []) == "there are none here"
    assert did_you_mean("a", map(str, range(100))).endswith(", …")


def test_a_huge_word_is_compared_by_its_beginning():
    """Ten megabytes of a field's name do not keep anybody waiting."""
    assert did_you_mean("deal" * 2_500_000, ["deal"]) == "known: deal"
