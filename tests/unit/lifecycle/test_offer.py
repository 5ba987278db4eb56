"""An offer stands until it is answered, or until its time is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from leadrouter.lifecycle.offer import Offer

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_an_offer_is_over_at_its_end_and_not_before():
    """One without an end is never over."""
    offer = Offer(person="anna", at=AT, until=AT + timedelta(minutes=5))
    assert not offer.is_over(AT + timedelta(minutes=5) - timedelta(microseconds=1))
    assert offer.is_over(AT + timedelta(minutes=5))
    assert not Offer(person="anna", at=AT).is_over(AT + timedelta(days=9999))


def test_it_is_kept_as_json_holds_it():
    """With and without an end."""
    for until in (None, AT + timedelta(minutes=5)):
        offer = Offer(person="anna", at=AT, until=until)
        assert Offer.from_dict(offer.to_dict()) == offer
