"""What people read of a PostgreSQL ledger with a connection of their own, and how they try to read more."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from leadrouter import Contact, Lead, Organisation, Router, RulePack
from leadrouter.adapters.postgres import PostgresLedger
from leadrouter.errors import UnknownPersonError
from tests.postgres_server import address_of, execute, new_database

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PACK = RulePack.parse("""
pack: demo
vocabulary: {to: {enum: [anna, boris, egor]}}
classify: [{rule: all, default: true, class: complex}]
route:
  - {rule: anna, when: to == "anna", to: anna}
  - {rule: boris, when: to == "boris", to: boris}
  - {rule: egor, default: true, to: egor}
routes:
  anna: [{to: person(anna)}]
  boris: [{to: person(boris)}]
  egor: [{to: person(egor)}]
""")
OFFICE_TEXT = """
organisation: demo
staffing: department
departments:
  sales: {kind: inbound, head: olga, people: [anna, boris]}
  service: {kind: client, head: dora, people: [egor]}
people: {anna: {}, boris: {}, egor: {}, olga: {}, dora: {}, ivan: {}}
"""
OFFICE = Organisation.parse(OFFICE_TEXT)
ROLES = {
    "anna": "leadrouter_manager",
    "boris": "leadrouter_manager",
    "olga": "leadrouter_head",
    "dora": "leadrouter_head",
    "ivan": "leadrouter_director",
}
PASSWORD = secrets.token_hex(8)
LEADS = ("anna", "boris", "egor", "anna")


class House:
    """A ledger with four leads and a client of egor's, and a connection for everybody."""

    def __init__(self):
        self.database = new_database()
        for person, role in ROLES.items():
            execute(f"CREATE ROLE {self.login(person)} LOGIN PASSWORD '{PASSWORD}' IN ROLE {role}")
        execute(f"CREATE ROLE {self.login('stranger')} LOGIN PASSWORD '{PASSWORD}' IN ROLE leadrouter_manager")
        self.router = Router(PACK, OFFICE, PostgresLedger(address_of(self.database)))
        self.router.ledger.enrol(OFFICE, {self.login(person): person for person in ROLES})
        contact = Contact(phone="8 912 345-67-89")
        self.ids = [
            self.router.route(
                Lead(id=str(n), facts={"to": to}, contact=contact if to == "egor" else Contact()), at=AT
            ).lead_id
            for n, to in enumerate(LEADS)
        ]
        self.router.clients.enter(Lead(id="known", contact=contact), owner="egor", at=AT)
        self.router.record("visit", key="1", lead_id=self.ids[2], at=AT)

    def login(self, person):
        return f"{self.database}_{person}"

    def connection(self, person):
        return psycopg.connect(address_of(self.database, self.login(person)), password=PASSWORD, autocommit=True)

    def read(self, person, query):
        with self.connection(person) as connection:
            return sorted(value for (value,) in connection.execute(query.encode()))

    def leads_of(self, *people):
        return sorted(id_ for id_, to in zip(self.ids, LEADS, strict=True) if to in people)

    def close(self):
        self.router.close()
        execute(f"DROP DATABASE {self.database} WITH (FORCE)")
        for person in (*ROLES, "stranger"):
            execute(f"DROP ROLE {self.login(person)}")


@pytest.fixture(scope="module")
def house():
    opened = House()
    yield opened
    opened.close()


SEES = [
    ("anna", ("anna",)),
    ("boris", ("boris",)),
    ("olga", ("anna", "boris")),
    ("dora", ("egor",)),
    ("ivan", ("anna", "boris", "egor")),
    ("stranger", ()),
]


@pytest.mark.parametrize(("person", "whose"), SEES)
@pytest.mark.parametrize("query", ["SELECT lead_id FROM leadrouter.lead", "SELECT lead_id FROM leadrouter.entry"])
def test_everybody_reads_the_leads_of_his_people(house, person, whose, query):
    """A manager his own, a head the department's, the director all, and who is nobody nothing."""
    assert house.read(person, query) == house.leads_of(*whose)


@pytest.mark.parametrize(("person", "whose"), SEES[:4])
def test_everybody_reads_what_happened_to_these_leads_only(house, person, whose):
    """Events of a lead go with it; those of people and pools are seen by the director alone."""
    found = house.read(person, "SELECT DISTINCT coalesce(lead_id, 'none') FROM leadrouter.event")
    assert found == house.leads_of(*whose)
    about_others = house.read(
        "ivan", "SELECT DISTINCT event::json->>'name' FROM leadrouter.event WHERE lead_id IS NULL"
    )
    assert about_others == ["client.entered", "company.begun", "company.noted"]


@pytest.mark.parametrize(("person", "count"), [("anna", 0), ("olga", 0), ("dora", 1), ("ivan", 5), ("stranger", 0)])
def test_nobody_but_the_director_lists_the_client_base(house, person, count):
    """Companies are read by who holds them, by his head and by the director."""
    assert len(house.read(person, "SELECT id FROM leadrouter.company")) == count


@pytest.mark.parametrize(("person", "count"), [("anna", 0), ("olga", 0), ("dora", 2), ("ivan", 2), ("stranger", 0)])
def test_the_past_of_a_company_is_read_by_whoever_reads_the_company(house, person, count):
    """A lead of egor's and a visit are the past of a client of his."""
    assert len(house.read(person, "SELECT key FROM leadrouter.noted")) == count


def test_a_table_that_is_granted_by_mistake_shows_no_row():
    """Every table has row-level security: what no policy gives is not read, also where it was granted."""
    house = House()
    try:
        execute("GRANT SELECT ON ALL TABLES IN SCHEMA leadrouter TO leadrouter_manager", database=house.database)
        tables = house.read("anna", "SELECT tablename::text FROM pg_tables WHERE schemaname = 'leadrouter'")
        assert {"entry", "identifier", "login", "noted", "refused", "seal"} < set(tables)
        for table in set(tables) - {"lead", "entry", "event"}:
            assert house.read("anna", f"TABLE leadrouter.{table}") == []
        assert house.read("anna", "SELECT lead_id FROM leadrouter.lead") == house.leads_of("anna")
    finally:
        house.close()


def test_a_lead_that_passes_on_is_read_by_who_has_it_now():
    """After a reassignment the one before does not read it any more."""
    house = House()
    try:
        house.router.reassign(house.ids[0], to="boris", by="olga", at=AT)
        house.router.accept(house.ids[0], by="boris", at=AT)
        assert house.ids[0] in house.read("boris", "SELECT lead_id FROM leadrouter.lead")
        house.router.ledger.enrol(OFFICE, {house.login("boris"): "anna"})
        assert house.read("boris", "SELECT lead_id FROM leadrouter.lead") != house.leads_of("boris")
        assert house.read("anna", "SELECT lead_id FROM leadrouter.lead") == []
    finally:
        house.close()


REFUSED = [
    "SELECT * FROM leadrouter.refused",
    "SELECT * FROM leadrouter.book",
    "SELECT * FROM leadrouter.identifier",
    "SELECT * FROM leadrouter.position",
    "SELECT * FROM leadrouter.seal",
    "SELECT * FROM leadrouter.login",
    "SELECT * FROM leadrouter.member",
    "SELECT * FROM leadrouter.my_people",
    "SELECT * FROM pg_statistic",
    "UPDATE leadrouter.lead SET people = people",
    "DELETE FROM leadrouter.event",
    "UPDATE leadrouter.noted SET company = company",
    "SELECT * FROM leadrouter.lead FOR UPDATE",
    "INSERT INTO leadrouter.login VALUES (current_user, 'ivan')",
    "SELECT leadrouter.enrol('{}', '[]')",
    "SELECT leadrouter.write(1, '[]')",
    "SELECT leadrouter.take_turn(0, '{}', NULL)",
    "SELECT leadrouter.pass_turn()",
    "CALL leadrouter.finish(1, '[]')",
    "ALTER TABLE leadrouter.lead DISABLE ROW LEVEL SECURITY",
    "DROP POLICY own ON leadrouter.lead",
    "CREATE POLICY mine ON leadrouter.lead USING (true)",
    "CREATE TABLE leadrouter.mine (x int)",
    "SET row_security = off; SELECT * FROM leadrouter.lead",
    "SET ROLE leadrouter_director",
    "SET SESSION AUTHORIZATION postgres",
    "GRANT leadrouter_director TO current_user",
    "COPY leadrouter.lead TO PROGRAM 'cat'",
    "SELECT pg_read_file('/etc/passwd')",
]


@pytest.mark.parametrize("attempt", REFUSED)
def test_a_manager_is_refused_what_is_not_his(house, attempt):
    """Other tables, writing, the machinery, other roles: the server says no."""
    with house.connection("anna") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(attempt.encode())


LEAKS = [
    "SELECT lead_id FROM (TABLE leadrouter.lead) AS x",
    "SELECT lead_id FROM leadrouter.lead TABLESAMPLE BERNOULLI (100)",
    "SELECT DISTINCT lead_id FROM leadrouter.event JOIN leadrouter.entry USING (lead_id)",
    "SELECT x.lead_id FROM leadrouter.lead RIGHT JOIN leadrouter.entry AS x USING (lead_id)",
    "WITH x AS MATERIALIZED (SELECT * FROM leadrouter.lead) SELECT lead_id FROM x",
    "SELECT lead_id FROM leadrouter.lead WHERE company IS NULL OR true",
]


@pytest.mark.parametrize("query", LEAKS)
def test_no_form_of_a_query_reads_more(house, query):
    """However a table is read, only one's own rows come."""
    assert house.read("anna", query) == house.leads_of("anna")


def test_a_cheap_function_sees_no_rows_of_others(house):
    """A condition of one's own is asked of one's own rows only, however cheap it says it is."""
    heard = []
    with house.connection("anna") as connection:
        connection.add_notice_handler(lambda notice: heard.append(notice.message_primary))
        connection.execute("""
            CREATE FUNCTION pg_temp.spy(text) RETURNS boolean COST 0.0000001 LANGUAGE plpgsql AS
            $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$
        """)
        connection.execute("SELECT 1 FROM leadrouter.lead WHERE pg_temp.spy(lead_id)")
    assert sorted(heard) == house.leads_of("anna")


def test_a_view_or_function_of_ones_own_reads_no_more(house):
    """Neither a view nor a function that runs with its owner's rights has more of them than its owner."""
    query = "SELECT lead_id FROM leadrouter.lead"
    with house.connection("anna") as connection:
        connection.execute(f"CREATE TEMP VIEW mine AS {query}")
        connection.execute(
            f"CREATE FUNCTION pg_temp.mine() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS '{query}'"
        )
        for query in ("SELECT lead_id FROM mine", "SELECT * FROM pg_temp.mine()"):
            assert sorted(value for (value,) in connection.execute(query)) == house.leads_of("anna")


def test_statistics_say_nothing(house):
    """What the planner knows of values is not shown of tables with row-level security."""
    execute("ANALYZE leadrouter.lead", database=house.database)
    assert house.read("anna", "SELECT attname::text FROM pg_stats WHERE tablename = 'lead'") == []


def test_a_setting_makes_nobody_somebody_else(house):
    """Who one is does not hang on anything that one can set."""
    with house.connection("anna") as connection:
        for setting in ("search_path = pg_temp", "application_name = 'ivan'", "leadrouter.person = 'ivan'"):
            connection.execute(f"SET {setting}".encode())
        connection.execute("CREATE TEMP TABLE login AS SELECT current_user::text AS login, 'ivan' AS person")
        found = sorted(value for (value,) in connection.execute("SELECT lead_id FROM leadrouter.lead"))
    assert found == house.leads_of("anna")


def test_whoever_has_left_reads_nothing_and_nobody_unknown_is_enrolled(house):
    """As for a compartment: he reads until the day on which he leaves; a wrong name changes nothing."""
    logins = {house.login(person): person for person in ROLES}
    leaving = Organisation.parse(OFFICE_TEXT.replace("anna: {},", "anna: {left: 2026-03-03},"))
    query, own = "SELECT lead_id FROM leadrouter.lead ORDER BY lead_id", house.leads_of("anna")
    house.router.ledger.enrol(leaving, logins, at=AT)
    assert house.read("anna", query) == own
    house.router.ledger.enrol(leaving, logins, at=AT + timedelta(days=1))
    assert house.read("anna", query) == []
    house.router.ledger.enrol(OFFICE, logins)
    with pytest.raises(UnknownPersonError, match="nobody is called `ana`"):
        house.router.ledger.enrol(OFFICE, {house.login("anna"): "ana"})
    assert house.read("anna", query) == own
