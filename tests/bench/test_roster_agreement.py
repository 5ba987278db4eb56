"""The benchmark of rosters compares like with like: every engine has the same duty at the same instants."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from .roster import BERLIN, HORIZONS, OURS, PEERS, DisagreementError, Peer, agree, instants, year


@pytest.mark.parametrize("years", HORIZONS)
def test_all_engines_agree(years: int) -> None:
    """leadrouter, python-dateutil and recurring-ical-events name the same people and lay out the same shifts."""
    peers = {name: make() for name, make in PEERS.items()}
    agree(peers, years)
    assert {"", "anna", "boris", "vera"} == {peers[OURS].ask(at) for at in instants(years)}


def test_an_engine_that_is_an_hour_off_is_found_out() -> None:
    """A peer whose answers are those of an hour later ends the run."""
    ours = PEERS[OURS]()
    late = Peer(lambda at: ours.ask(at + timedelta(hours=1)), ours.expand)
    with pytest.raises(DisagreementError, match="late and leadrouter differ within 1 years"):
        agree({OURS: ours, "late": late}, 1)


@pytest.mark.parametrize("years", HORIZONS)
def test_the_questions_go_through_both_clock_changes(years: int) -> None:
    """The instants lie on both sides of the nights on which clocks change, and of the handoffs after them."""
    offsets = {at.astimezone(BERLIN).utcoffset() for at in instants(years)}
    assert offsets == {timedelta(hours=1), timedelta(hours=2)}
    assert {at.tzinfo for at in (*instants(years), *year(years))} == {UTC}
    assert instants(years) == instants(years)
