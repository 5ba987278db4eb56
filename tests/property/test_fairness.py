"""What is promised of a pool's books, whoever is in it and however leads come.

The five complaints that users of lead distribution have everywhere are laws here: newcomers flooded,
returners flooded or punished, one backup absorbing every absence, bursts going to one person, an edit
of the pool resetting the rotation.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadrouter.assignment.duties import Absence
from leadrouter.assignment.standing import UNIT, Standing
from leadrouter.organisation import Organisation
from leadrouter.staff import Salesperson
from tests.giving import AT, Books, office, sellers

NAMES = [f"seller-{letter}" for letter in "abcdefgh"]
DAY = timedelta(days=1)
ROUNDING = 1e-6
"""What rounding to whole units can add up to in these runs, in leads."""

weights = st.lists(st.integers(1, 60), min_size=1, max_size=8)
EVEN_STRATEGIES = ["fair", "round_robin", "longest_idle", "least_loaded", "most_qualified"]


def weighted(shares: list[int], **sharing: str) -> Organisation:
    people = [Salesperson(id=name, weight=weight) for name, weight in zip(NAMES, shares, strict=False)]
    return office(*people, **sharing)


@given(weights, st.integers(1, 400))
@example([1, 1], 3)
@example([50, 1, 1, 1], 1000)
@example([7, 11, 13, 17, 19, 23, 29, 31], 1000)
@settings(max_examples=50)
def test_nobody_is_further_from_the_share_than_tijdeman_allows(shares: list[int], leads: int):
    """At every prefix |n·w/W - got| is at most 1 - 1/(2k - 2), where everybody is there all the time."""
    books, whole = Books(weighted(shares)), sum(shares)
    bound = 1 - 1 / (2 * len(shares) - 2) if len(shares) > 1 else 0
    for number in range(1, leads + 1):
        books.give()
        for name, weight in zip(NAMES, shares, strict=False):
            assert abs(number * weight / whole - books.got(name)) <= bound + ROUNDING


@given(st.integers(2, 6), st.lists(st.sets(st.sampled_from(NAMES[:6])), min_size=1, max_size=120))
@settings(max_examples=60)
def test_absences_keep_equals_within_half_of_the_others(people: int, absent: list[set[str]]):
    """(n - 1)/2 leads from the share of those leads that one was there for, whoever comes and goes."""
    books, names = Books(office(*sellers(NAMES[:people]))), NAMES[:people]
    for away in absent:
        books.away = {name: Absence() for name in away}
        books.give()
        assert max(abs(books.owed(name)) for name in names) <= (people - 1) / 2 + ROUNDING


@given(weights, st.integers(1, 60), st.data())
@settings(max_examples=30)
def test_books_add_up(shares: list[int], leads: int, data: st.DataObject):
    """What was given is what was got, and what some are owed others have had, whoever was away."""
    books = Books(weighted(shares))
    for _ in range(leads):
        books.away = {name: Absence() for name in data.draw(st.sets(st.sampled_from(NAMES)))}
        books.give()
    assert sum(books.standing.owed.values()) == 0
    assert sum(books.standing.got.values()) == books.standing.total == books.standing.leads * UNIT
    assert Standing.from_json(books.standing.to_json()) == books.standing


@given(weights, st.sampled_from(EVEN_STRATEGIES), st.integers(1, 50))
@settings(max_examples=30)
def test_the_standing_is_a_recount_of_what_was_given(shares: list[int], strategy: str, leads: int):
    """Adding up what each choice gave, in order, gives the same books."""
    books, recount = Books(weighted(shares, strategy=strategy)), Standing(pool="department(sales)")
    for _ in range(leads):
        choice = books.choose()
        assert choice.given is not None
        recount = recount.after(choice.given)
        books.give()
    assert recount == books.standing


@given(weights, st.integers(0, 30), st.integers(1, 3))
@settings(max_examples=30)
def test_a_credited_lead_was_never_given(shares: list[int], before: int, offers: int):
    """Crediting everybody whom a lead was offered to leaves what is owed and what was got as they were."""
    books = Books(weighted(shares))
    books.given(before)
    choice = books.choose(offers=offers)
    assert choice.given is not None
    after = choice.standing
    for person in choice.offered_to:
        after = after.credited(person, choice.given)
    names = NAMES[: len(shares)]
    assert [after.owed[name] for name in names] == [books.standing.owed.get(name, 0) for name in names]
    assert [after.got.get(name, 0) for name in names] == [books.standing.got.get(name, 0) for name in names]
    assert after.total == books.standing.total


@given(st.integers(2, 8), st.integers(1, 60), st.sampled_from(EVEN_STRATEGIES))
@settings(max_examples=40)
def test_a_burst_is_shared(people: int, leads: int, strategy: str):
    """However many leads come at one instant, nobody gets two more than anybody else."""
    books = Books(office(*sellers(NAMES[:people]), strategy=strategy))
    counts = Counter(books.given(leads))
    assert max(counts.values()) - min(counts[name] for name in NAMES[:people]) <= 1


@given(weights, st.integers(1, 40), st.sampled_from(EVEN_STRATEGIES))
@settings(max_examples=30)
def test_a_batch_is_shared_as_single_leads_are(shares: list[int], leads: int, strategy: str):
    """The order of people is the same, whether leads come at once or a day apart."""
    apart, at_once = Books(weighted(shares, strategy=strategy)), Books(weighted(shares, strategy=strategy))
    assert apart.given(leads, every=DAY) == at_once.given(leads)


@given(
    st.integers(2, 6), st.integers(0, 60), st.integers(7, 40), st.sampled_from(["fair", "round_robin", "longest_idle"])
)
@settings(max_examples=40)
def test_a_newcomer_is_not_flooded(people: int, before: int, after: int, strategy: str):
    """From the day of joining, a newcomer gets a share like everybody's: never a lead more than anybody else gets."""
    names = NAMES[:people]
    books = Books(office(*sellers(names), strategy=strategy))
    books.given(before, every=DAY)
    books.organisation = office(*sellers([*names, "newcomer"]), strategy=strategy)
    counts = Counter(books.given(after, start=AT + before * DAY, every=DAY))
    assert counts["newcomer"] <= min(counts[name] for name in names) + 1
    assert counts["newcomer"] >= after // (people + 1) - 1


@given(st.integers(2, 6), st.integers(1, 60))
@settings(max_examples=30)
def test_a_ramp_grows(people: int, before: int):
    """With `ramp` a newcomer gets next to nothing at first, and a full share at the end."""
    names = NAMES[:people]
    books = Books(office(*sellers(names), newcomer="ramp", ramp_days=20))
    books.given(before, every=DAY)
    books.organisation = office(*sellers([*names, "newcomer"]), newcomer="ramp", ramp_days=20)
    start = AT + (before + 40) * DAY
    books.give(start)
    first = Counter(books.given(4 * people, start=start))["newcomer"]
    later = Counter(books.given(4 * people + 4, start=start + 20 * DAY))["newcomer"]
    assert first <= 1
    assert later >= 3


@given(st.integers(2, 6), st.integers(2, 60))
@settings(max_examples=30)
def test_a_newcomer_may_be_owed_the_past(people: int, before: int):
    """With `none` the newcomer gets everything until level with the others."""
    names = NAMES[:people]
    books = Books(office(*sellers(names), newcomer="none"))
    books.given(before)
    books.organisation = office(*sellers([*names, "newcomer"]), newcomer="none")
    owed = before // (people + 1)
    assert books.given(owed) == ["newcomer"] * owed


@given(st.integers(3, 8), st.integers(1, 40), st.integers(1, 40), st.integers(5, 40))
@example(3, 1, 40, 5)
@settings(max_examples=40)
def test_a_returner_is_neither_flooded_nor_punished(people: int, before: int, away: int, after: int):
    """With `neutral`, after any absence, nobody is owed more or less than before it, within one lead."""
    names = NAMES[:people]
    for strategy in ("fair", "round_robin", "longest_idle"):
        books = Books(office(*sellers(names), strategy=strategy))
        books.given(before, every=DAY)
        books.away = {names[0]: Absence("on leave")}
        assert names[0] not in books.given(away, start=AT + before * DAY, every=DAY)
        books.away = {}
        counts = Counter(books.given(after, start=AT + (before + away) * DAY, every=DAY))
        assert abs(counts[names[0]] - after / people) <= 2
        assert counts[names[0]] <= min(counts[name] for name in names[1:]) + 2


@given(st.integers(3, 8), st.integers(1, 40))
@settings(max_examples=30)
def test_a_returner_may_catch_up(people: int, away: int):
    """With `catch_up` all that was missed is owed, and got, before anybody else gets more."""
    names = NAMES[:people]
    books = Books(office(*sellers(names), on_return="catch_up"))
    books.away = {names[0]: Absence("at a fair")}
    books.given(away)
    books.away = {}
    books.given(away // (people - 1) + people)
    assert abs(books.got(names[0]) - books.standing.leads / people) <= 1


@given(st.integers(3, 8), st.integers(1, 60), st.sampled_from(["fair", "round_robin", "longest_idle"]), st.data())
@settings(max_examples=40)
def test_no_backup_absorbs_an_absence(people: int, leads: int, strategy: str, data: st.DataObject):
    """While somebody is away the others share the difference: nobody gets two more than another."""
    names = NAMES[:people]
    books = Books(office(*sellers(names), strategy=strategy))
    books.given(data.draw(st.integers(0, 20)), every=DAY)
    absent = data.draw(st.sampled_from(names))
    books.away = {absent: Absence("ill")}
    counts = Counter(books.given(leads, start=AT + 20 * DAY, every=DAY))
    present = [counts[name] for name in names if name != absent]
    assert max(present) - min(present) <= 2 if strategy == "fair" else max(present) - min(present) <= 1


@given(st.permutations(NAMES[:6]), st.integers(1, 30), st.sampled_from(EVEN_STRATEGIES))
@settings(max_examples=40)
def test_an_edit_of_the_pool_resets_nothing(order: list[str], leads: int, strategy: str):
    """Listing the people in another order, or somebody leaving and coming back, changes nobody's turn."""
    people = sellers(NAMES[:6])
    edited, plain = Books(office(*people, strategy=strategy)), Books(office(*people, strategy=strategy))
    assert edited.given(leads, every=DAY) == plain.given(leads, every=DAY)
    edited.organisation = office(*people[1:], strategy=strategy)
    assert edited.choose(AT + leads * DAY).offered_to
    edited.organisation = office(*(Salesperson(id=name) for name in order), strategy=strategy)
    later = AT + leads * DAY
    assert edited.given(6, start=later, every=DAY) == plain.given(6, start=later, every=DAY)


@given(st.integers(2, 6), st.lists(st.integers(1, 1000), min_size=1, max_size=80))
@settings(max_examples=30)
def test_amounts_are_shared_within_the_largest(people: int, amounts: list[int]):
    """Where money is shared, nobody is further from an even share than the largest lead."""
    books = Books(office(*sellers(NAMES[:people]), fair_in="amount"))
    for each in amounts:
        books.give(facts={"amount": each})
    for name in NAMES[:people]:
        assert abs(books.got(name) - sum(amounts) / people) <= max(amounts) + ROUNDING


@given(st.lists(st.sampled_from(["mass", "complex"]), min_size=1, max_size=60))
@settings(max_examples=20)
def test_classes_are_shared_apart(classes: list[str]):
    """Where each class has books of its own, each is shared as if the other were not there."""
    organisation = office(*sellers(NAMES[:3]), fair_by="class")
    together: dict[str, Books] = {}
    for lead_class in classes:
        key = Books(organisation).resolved().standing_key(lead_class)
        books = together.setdefault(key, Books(organisation, standing=Standing(pool=key)))
        books.give(lead_class=lead_class)
    for key, books in together.items():
        alone = Books(evolve(organisation), standing=Standing(pool=key))
        alone.given(books.standing.leads, lead_class=key.split()[-1])
        assert alone.standing == books.standing
