"""Gates: the quick look never opens what the meaning keeps closed, and what is told of one is what keeps it closed."""

from __future__ import annotations

from datetime import date, timedelta

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrouter.assignment.asked import Asked
from leadrouter.assignment.duties import Absence
from leadrouter.assignment.gate import ClosedGate, Scene, closed_gates, surely_open
from leadrouter.assignment.load import Load
from leadrouter.assignment.quota import Balance
from leadrouter.organisation import Organisation
from leadrouter.staff import Department, InboundFlow, Norms, Salesperson
from leadrouter.zone import zone
from tests.giving import AT

NAMES = ["anna", "boris", "vera"]
SIZES = ["", "small", "large", "huge"]
days = st.none() | st.integers(-3, 3).map(lambda shift: date(2026, 3, 2) + timedelta(days=shift))
one_norm = st.builds(Norms, sizes=st.just({}), other=st.integers(1, 4))
by_size = st.dictionaries(st.sampled_from(SIZES[1:]), st.integers(1, 4))
norms = one_norm | st.none() | st.builds(Norms, sizes=by_size, other=st.none() | st.integers(1, 4))
levels = st.dictionaries(st.sampled_from(["press", "lathe"]), st.integers(1, 3))
words = st.lists(st.sampled_from(["ru", "en"]), unique=True).map(tuple)
names = st.frozensets(st.sampled_from(NAMES))
instants = st.none() | st.integers(-60, 60).map(lambda minutes: AT + timedelta(minutes=minutes))


def people(name: str) -> st.SearchStrategy[Salesperson]:
    return st.builds(
        Salesperson,
        id=st.just(name),
        skills=levels,
        languages=words,
        territories=words,
        capacity=st.none() | st.integers(1, 3),
        portfolio=norms,
        quota=st.dictionaries(st.sampled_from(["hour", "day", "month"]), st.integers(1, 3), max_size=1),
        joined=days,
        left=days,
    )


def loads(name: str) -> st.SearchStrategy[Load]:
    return st.builds(
        Load,
        person=st.just(name),
        open_leads=st.integers(0, 3),
        is_paused=st.booleans(),
        paused_until=instants,
        quota=st.dictionaries(
            st.just("month"), st.builds(Balance, st.just(date(2026, 3, 2).toordinal()), st.integers(0, 60))
        ),
        holdings=st.dictionaries(st.sampled_from(SIZES), st.integers(1, 4)),
    )


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Scene, dict[str, Load]]:
    """Draw three people, what they have on their hands, and what is asked of them."""
    staff = {name: draw(people(name)) for name in NAMES}
    department = Department(
        id="sales", kind=draw(st.sampled_from(["inbound", "client"])), people=("anna", "boris"), head="vera"
    )
    organisation = Organisation(
        name="office", staffing="head", inbound=InboundFlow(), departments={"sales": department}, people=staff
    )
    scene = Scene(
        organisation=organisation,
        at=AT,
        tz=zone("Europe/Moscow"),
        today=date(2026, 3, 2),
        asked=draw(st.builds(Asked, skills=levels, languages=words, territories=words) | st.just(Asked())),
        size=draw(st.sampled_from(SIZES)),
        is_client=draw(st.booleans()),
        declined=draw(names),
        away={name: Absence("ill") for name in draw(names)},
        shut=draw(st.frozensets(st.just("sales"))),
    )
    return scene, {name: draw(loads(name)) for name in NAMES}


@given(scenes())
@settings(max_examples=150)
def test_whoever_is_surely_open_has_no_closed_gate(drawn: tuple[Scene, dict[str, Load]]):
    """And whoever has no quota, no dates and a norm for the client is found by the quick look alone."""
    scene, held = drawn
    staff = scene.organisation.people
    closed = {name: closed_gates(staff[name], held[name], scene) for name in NAMES}
    sure = surely_open(NAMES, held.__getitem__, scene)
    assert all(not closed[name] for name in sure)
    plain = [
        name
        for name in NAMES
        if not (staff[name].quota or staff[name].joined or staff[name].left or held[name].is_paused)
        and scene.organisation.roll.limits[name].portfolio.norm(scene.size)
    ]
    assert [name for name in plain if name in sure] == [name for name in plain if not closed[name]]


def mended(gate: str, person: Salesperson, load: Load, scene: Scene) -> tuple[Salesperson, Load, Scene]:
    """Return the same person, load and scene without what keeps one gate closed."""
    asked = scene.asked
    match gate:
        case "left":
            person = evolve(person, joined=None, left=None)
        case "absent":
            scene = evolve(scene, away={})
        case "hours":
            scene = evolve(scene, shut=frozenset())
        case "paused":
            load = evolve(load, is_paused=False)
        case "skill":
            person = evolve(person, skills={**person.skills, **asked.skills})
        case "language" | "territory":
            names = f"{gate}s" if gate == "language" else "territories"
            person = evolve(person, **{names: getattr(asked, names)})
        case "capacity":
            person = evolve(person, capacity=load.open_leads + 1)
        case "portfolio":
            load = evolve(load, holdings={})
        case "quota":
            person = evolve(person, quota={})
        case "declined":
            scene = evolve(scene, declined=frozenset())
    organisation = evolve(scene.organisation, people={**scene.organisation.people, person.id: person})
    return person, load, evolve(scene, organisation=organisation)


@given(scenes(), st.sampled_from(NAMES))
@settings(max_examples=60)
def test_each_gate_that_is_told_is_a_reason_of_its_own(drawn: tuple[Scene, dict[str, Load]], name: str):
    """Without that reason every other gate is told as before, and without any of them the person is a candidate."""
    scene, held = drawn
    first = (scene.organisation.people[name], held[name], scene)
    told, bare = closed_gates(*first), first
    for gate in dict.fromkeys(each.name for each in told):
        assert [each for each in told if each.name != gate] == list(closed_gates(*mended(gate, *first)))
        bare = mended(gate, *bare)
    assert closed_gates(*bare) == ()


@given(scenes())
@settings(max_examples=50)
def test_a_closed_gate_says_why_and_is_data(drawn: tuple[Scene, dict[str, Load]]):
    """Each has words and figures, and is read again as it was written."""
    scene, held = drawn
    for name in NAMES:
        for gate in closed_gates(scene.organisation.people[name], held[name], scene):
            assert str(gate)
            assert ClosedGate.from_list(gate.to_list()) == gate
            assert gate.opens is None or gate.is_busy or gate.name == "absent"


@given(norms.filter(bool), st.dictionaries(st.sampled_from(SIZES), st.integers(1, 4)), st.sampled_from(SIZES))
def test_a_portfolio_is_a_sum_of_shares(limits: Norms, holdings: dict[str, int], size: str):
    """Its use is the sum of one part of the norm for each client; one more fits where that stays within one."""
    alone = {each: limits.used({each: 1}) for each in SIZES}
    assert limits.used(holdings) == sum(count * alone[each] for each, count in holdings.items())
    assert (size in limits.room(holdings)) == (alone[size] <= max(0, 1 - limits.used(holdings)))
    for each in SIZES:
        norm = limits.norm(each)
        assert norm is None or alone[each] * norm == 1
