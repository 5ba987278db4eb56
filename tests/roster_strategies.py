"""Rosters as data, drawn around the changes of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from tests.roster_oracle import clock_of

TRANSITIONS = {
    "Europe/Berlin": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "America/Chicago": ("2026-03-08T08:00", "2026-11-01T07:00"),
    "America/New_York": ("2026-03-08T07:00", "2026-11-01T06:00"),
    "Australia/Lord_Howe": ("2026-04-04T15:00", "2026-10-03T15:30"),  # half an hour
    "Asia/Almaty": ("2024-02-29T18:00",),  # set back over midnight, for good
    "Europe/Volgograd": ("2020-12-26T22:00",),
    "Pacific/Apia": ("2011-12-30T10:00",),  # the 30th never was
    "Africa/Casablanca": ("2026-02-15T02:00", "2026-03-22T02:00"),
    "Asia/Kathmandu": ("1985-12-31T18:30",),  # a quarter of an hour
    "Europe/Moscow": ("2011-03-26T23:00", "2014-10-25T22:00"),
}
CHANGES = [(zone, datetime.fromisoformat(at).replace(tzinfo=UTC)) for zone, ats in TRANSITIONS.items() for at in ats]
PEOPLE = ("anna", "boris", "vera", "gleb")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def local(zone, at):
    """Return what a zone's clock shows at an instant."""
    return at.astimezone(clock_of(zone)).replace(tzinfo=None)


@st.composite
def clocks(draw, zone, at):
    """Draw a time of day: as often as not one close to what the clock showed or showed next at its change."""
    around = draw(st.sampled_from([local(zone, at - timedelta(minutes=1)), local(zone, at)]))
    near = around + timedelta(minutes=draw(st.sampled_from([-90, -60, -31, -30, -1, 0, 1, 20, 30, 60, 61, 120])))
    return draw(st.sampled_from([near.strftime("%H:%M"), "00:00", "09:00", "18:00", "23:30"]))


@st.composite
def moments(draw, zone, at):
    """Draw a local time within two days of a change."""
    day = local(zone, at).date() + timedelta(days=draw(st.integers(-2, 1)))
    return f"{day.isoformat()}T{draw(clocks(zone, at))}"


@st.composite
def rotations(draw, zone, at, people, *, has_windows):
    """Draw a rotation whose anchor lies some days before a change, on its day, or after it."""
    group = st.lists(st.sampled_from(people), min_size=1, max_size=2, unique=True)
    entries = draw(st.lists(st.sampled_from(people) | st.none() | group, min_size=1, max_size=4).filter(any))
    units = ["fixed", "hours", "days", "days", "weeks", "months", *(["slots"] * 3 if has_windows else [])]
    unit = draw(st.sampled_from(units))
    rotation = {"people": entries, "unit": unit}
    if unit != "fixed":
        day = local(zone, at).date() + timedelta(days=draw(st.integers(-6, 1)))
        rotation["anchor"] = day.isoformat()
        rotation["every"] = draw(st.integers(1, 30 if unit == "hours" else 3))
    if unit in ("days", "weeks", "months"):
        rotation["at"] = draw(st.lists(clocks(zone, at), min_size=1, max_size=3, unique=True))
    elif unit == "hours":
        rotation["at"] = draw(clocks(zone, at))
    if draw(st.booleans()):
        rotation["first"] = draw(
            st.sampled_from([name for each in entries for name in ([each] if isinstance(each, str) else each or [])])
        )
    return rotation


@st.composite
def windows(draw, zone, at):
    """Draw a window of the day or of the week."""
    opens, closes = draw(clocks(zone, at)), draw(clocks(zone, at))
    if draw(st.integers(0, 3)) == 0:
        return {"weekly": [f"{draw(st.sampled_from(DAYS))} {opens}", f"{draw(st.sampled_from(DAYS))} {closes}"]}
    days = draw(
        st.one_of(
            st.none(),
            st.sampled_from(["workdays", "daysoff"]),
            st.lists(st.sampled_from(DAYS), min_size=1, max_size=5, unique=True),
        )
    )
    return {"from": opens, "to": closes, **({} if days is None else {"days": days})}


@st.composite
def layers(draw, zone, at, number):
    """Draw a layer."""
    held = draw(st.lists(windows(zone, at), max_size=2))
    layer = {
        "id": f"layer-{number}",
        "priority": draw(st.integers(0, 1)),
        "rotation": draw(rotations(zone, at, PEOPLE, has_windows=bool(held))),
        "on_absence": draw(st.sampled_from(["next", "fallthrough", "leave"])),
    }
    if held:
        layer["windows"] = held
    if draw(st.integers(0, 4)) == 0:
        layer["tz"] = draw(st.sampled_from(["Asia/Kathmandu", "America/New_York", "UTC"]))
    for key in ("start", "end"):
        if draw(st.integers(0, 5)) == 0:
            layer[key] = draw(moments(zone, at))
    if "start" in layer and "end" in layer and layer["end"] <= layer["start"]:
        del layer["end"]
    return layer


@st.composite
def stretches(draw, zone, at):
    """Draw a stretch between two local times."""
    first, last = sorted(draw(st.lists(moments(zone, at), min_size=2, max_size=2, unique=True)))
    return {"start": first, "end": last}


@st.composite
def absences(draw, zone, at):
    """Draw an absence."""
    person = draw(st.sampled_from(PEOPLE))
    if draw(st.booleans()):
        return {"person": person, **draw(stretches(zone, at))}
    day = local(zone, at).date() + timedelta(days=draw(st.integers(-2, 1)))
    last = day + timedelta(days=draw(st.integers(0, 1)))
    return {"person": person, "dates": [day.isoformat(), last.isoformat()]}


@st.composite
def overrides(draw, zone, at, roles=("duty",)):
    """Draw an override."""
    names = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2, unique=True)
    action = draw(
        st.one_of(
            st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True).map(lambda people: {"assign": people}),
            names.map(lambda people: {"add": people}),
            names.map(lambda people: {"remove": people}),
            st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)).map(
                lambda pair: {"replace": pair[0], "with": pair[1]}
            ),
        )
    )
    return {"role": draw(st.sampled_from(roles)), **draw(stretches(zone, at)), **action}


@st.composite
def rosters(draw, changes=CHANGES):
    """Draw a roster with the instant of a change of clocks that matters to it."""
    zone, at = draw(st.sampled_from(changes))
    held = [draw(layers(zone, at, number)) for number in range(draw(st.integers(1, 3)))]
    day = local(zone, at).date()
    corrected = [(day + timedelta(days=offset)).isoformat() for offset in (-1, 0, 1)]
    roster = {
        "roster": "drawn",
        "tz": zone,
        "workdays": {"days_off": draw(st.sampled_from([[], corrected[:1], corrected])), "extra_workdays": []},
        "people": {
            "anna": {"tz": draw(st.sampled_from([zone, "Asia/Kathmandu"]))},
            "boris": None,
            "vera": None,
            "gleb": None,
        },
        "roles": {"duty": {"layers": held}},
        "absences": draw(st.lists(absences(zone, at), max_size=3)),
        "swaps": [],
        "overrides": [],
    }
    roles = ["duty"]
    if draw(st.booleans()):
        layer = draw(st.sampled_from(held))
        roster["roles"]["backup"] = {"follows": "duty", "layer": layer["id"], "offset": draw(st.integers(1, 3))}
        roles.append("backup")
    roster["overrides"] = draw(st.lists(overrides(zone, at, tuple(roles)), max_size=3))
    if draw(st.booleans()):
        offsets = draw(st.lists(st.integers(-3, 2), min_size=2, max_size=2, unique=True))
        turns = [(day + timedelta(days=offset)).isoformat() for offset in offsets]
        roster["swaps"] = [{"layer": draw(st.sampled_from(held))["id"], "turns": turns}]
    return roster, at
