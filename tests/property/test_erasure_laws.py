"""Whatever a ledger holds: of whom was erased nothing is left in it, of everybody else all, and every answer."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadrouter import Contact, FactsError, Lead, Router
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.adapters.upkeep import vacuum
from leadrouter.audit.verify import verify
from leadrouter.errors import LifecycleError
from leadrouter.ledger.memory import MemoryLedger
from tests.busy_office import AT, KEY, OFFICE, PACK
from tests.everything_kept import everything

PEOPLE = ("ilya", "vera", "oleg")
PHONES = {person: f"912 345-67-{number}1" for number, person in enumerate(PEOPLE)}
SPELLINGS = {
    person: (f"+7 {PHONES[person]}", f"8{PHONES[person].replace(' ', '').replace('-', '')}", f"7({PHONES[person]})")
    for person in PEOPLE
}
HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(["lead", "lead", "anonymous", "refused", "visit", "entered", "won", "again"]),
        st.sampled_from(PEOPLE),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=14,
)


class Kept:
    """A router on a ledger, and the traces that each person has left in it."""

    def __init__(self, ledger):
        self.router = Router(PACK, OFFICE, ledger, identity_key=KEY, patterns_engine="reference")
        self.traces = {person: [] for person in PEOPLE}
        self.leads = []
        self.at = AT

    def happen(self, what, person, number):
        """Let something happen that a person has brought; its text has a mark of its own."""
        self.at += timedelta(minutes=1)
        count = int((self.at - AT).total_seconds()) // 60
        mark, phone = f"mark{count}of{person}", SPELLINGS[person][number]
        contact = Contact(phone=phone, name=f"{person} {mark}", email=f"{person}@{mark}.example")
        facts = {"message": f"срочно, {mark}", "hurry": number == 1}
        match what:
            case "lead" | "anonymous":
                id_ = str(count) if what == "lead" else None
                lead = Lead(id=id_, source="call", company=f"Firm {mark}", contact=contact, facts=facts)
                self.leads.append((person, lead, self.router.route(lead, at=self.at)))
            case "refused":
                with suppress(FactsError):
                    self.router.route({"phone": phone, "hurry": mark}, at=self.at)
            case "visit":
                self.router.record("visit", key=str(count), contact=phone, facts={"message": mark}, at=self.at)
            case "entered":
                self.router.clients.enter(Lead(id=f"c{count}", contact=Contact(phone=phone)), owner="anna", at=self.at)
                return
            case _:
                self.repeat(what)
                return
        self.traces[person] += [mark]

    def repeat(self, what):
        if self.leads and what == "again":
            self.router.route(self.leads[-1][1], at=self.at)
        elif self.leads:
            with suppress(LifecycleError):  # it was won before
                self.router.reassign(self.leads[-1][2].lead_id, to="olga", by="olga", at=self.at)
                self.router.won(self.leads[-1][2].lead_id, by="olga", at=self.at)

    def left(self, text, person):
        """Return the traces of a person in a text: digits of phones and marks."""
        digits = PHONES[person].replace(" ", "").replace("-", "")
        return [trace for trace in (PHONES[person], digits, *self.traces[person]) if trace in text]

    def erased(self, person):
        """Erase somebody, by whichever spelling, and hold the ledger to its laws."""
        router = self.router
        before = {decision.lead_id: router.decision(decision.lead_id).to_json() for _, _, decision in self.leads}
        others = {each: self.left(everything(router.ledger), each) for each in PEOPLE if each != person}
        erased = router.erase(contact=SPELLINGS[person][0], at=self.at)
        assert erased.leads == tuple(decision.lead_id for whose, _, decision in self.leads if whose == person)
        text = everything(router.ledger)
        assert self.left(text, person) == []
        assert {each: self.left(text, each) for each in others} == others
        for _, lead, decision in self.leads:
            assert router.route(lead, at=self.at).to_json() == before[decision.lead_id] == decision.to_json()
            assert self.left(router.explain(decision.lead_id, personal=True), person) == []
        with router.ledger.reading() as work:
            assert verify(work).findings == ()
        assert router.replay().differences == ()


@given(happenings=HAPPENINGS, person=st.sampled_from(PEOPLE))
@settings(max_examples=40, deadline=None)
def test_nothing_is_left_of_one_and_everything_of_the_others(happenings, person):
    """By whichever spelling of the phone; erasing everybody leaves nothing of anybody."""
    kept = Kept(MemoryLedger())
    for happening in happenings:
        kept.happen(*happening)
    kept.erased(person)
    kept.router.erase(before=kept.at + timedelta(days=1), at=kept.at)
    assert [trace for each in PEOPLE for trace in kept.left(everything(kept.router.ledger), each)] == []
    with kept.router.ledger.reading() as work:
        assert verify(work).findings == ()


@given(happenings=HAPPENINGS, person=st.sampled_from(PEOPLE))
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_byte_is_left_in_the_file(happenings, person):
    """Of a SQLite ledger that is vacuumed afterwards, nor beside it."""
    with TemporaryDirectory() as folder:
        kept = Kept(SqliteLedger(f"{folder}/leads.db"))
        for happening in happenings:
            kept.happen(*happening)
        kept.erased(person)
        kept.router.close()
        vacuum(f"sqlite:///{folder}/leads.db")
        written = b"".join(file.read_bytes() for file in Path(folder).iterdir())
        assert kept.left(written.decode("latin-1"), person) == []
