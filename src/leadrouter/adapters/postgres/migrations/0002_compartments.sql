-- oldest: 1
-- Who may read what: a salesperson (role leadrouter_manager) the leads that he holds, is offered or answers for,
-- and the clients that he holds with their leads and their past; a head (leadrouter_head) those of everybody in his
-- departments; the commercial director (leadrouter_director) all. Nobody of them writes. The owner of the tables, on
-- whose connection the library works, is not held by this.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['leadrouter_manager', 'leadrouter_head', 'leadrouter_director'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', name);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- another database of the same server was just given its ledger
      END;
    END IF;
  END LOOP;
END
$$;

CREATE TABLE leadrouter.login (
  login  text COLLATE "C" PRIMARY KEY,
  person text COLLATE "C" NOT NULL
);
COMMENT ON TABLE leadrouter.login IS 'who a role of the database is';

CREATE TABLE leadrouter.member (
  department text COLLATE "C" NOT NULL,
  person     text COLLATE "C" NOT NULL,
  is_head    boolean NOT NULL,
  PRIMARY KEY (department, person)
);

-- A view is read with its owner's rights, but `current_user` is who asks; he cannot be it without the role.
CREATE VIEW leadrouter.myself WITH (security_barrier) AS
SELECT person FROM leadrouter.login WHERE login = current_user;

CREATE VIEW leadrouter.my_people WITH (security_barrier) AS
SELECT person FROM leadrouter.login WHERE login = current_user
UNION
SELECT member.person
FROM leadrouter.login
JOIN leadrouter.member AS head ON head.person = login.person AND head.is_head
JOIN leadrouter.member ON member.department = head.department
WHERE login.login = current_user;

GRANT USAGE ON SCHEMA leadrouter TO leadrouter_manager, leadrouter_head, leadrouter_director;
GRANT SELECT ON leadrouter.myself TO leadrouter_manager, leadrouter_head, leadrouter_director;
GRANT SELECT ON leadrouter.my_people TO leadrouter_head, leadrouter_director;
GRANT SELECT ON leadrouter.lead, leadrouter.entry, leadrouter.event, leadrouter.company, leadrouter.noted
TO leadrouter_manager, leadrouter_head, leadrouter_director;
GRANT SELECT ON leadrouter.refused, leadrouter.book, leadrouter.kept TO leadrouter_director;

-- Every table, so that whoever is granted one by mistake still reads no more than a policy gives him.
DO $$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'leadrouter' LOOP
    EXECUTE format('ALTER TABLE leadrouter.%I ENABLE ROW LEVEL SECURITY', name);
  END LOOP;
END
$$;
CREATE POLICY every ON leadrouter.refused FOR SELECT TO leadrouter_director USING (true);
CREATE POLICY every ON leadrouter.book FOR SELECT TO leadrouter_director USING (true);
CREATE POLICY every ON leadrouter.kept FOR SELECT TO leadrouter_director USING (true);

CREATE POLICY own ON leadrouter.company FOR SELECT TO leadrouter_manager
USING (held_by IN (SELECT person FROM leadrouter.myself));
CREATE POLICY department ON leadrouter.company FOR SELECT TO leadrouter_head
USING (held_by IN (SELECT person FROM leadrouter.my_people));
CREATE POLICY every ON leadrouter.company FOR SELECT TO leadrouter_director USING (true);

CREATE POLICY own ON leadrouter.lead FOR SELECT TO leadrouter_manager
USING (
  people && ARRAY(SELECT person FROM leadrouter.myself)
  OR company IN (SELECT id FROM leadrouter.company WHERE held_by IN (SELECT person FROM leadrouter.myself))
);
CREATE POLICY department ON leadrouter.lead FOR SELECT TO leadrouter_head
USING (
  people && ARRAY(SELECT person FROM leadrouter.my_people)
  OR company IN (SELECT id FROM leadrouter.company WHERE held_by IN (SELECT person FROM leadrouter.my_people))
);
CREATE POLICY every ON leadrouter.lead FOR SELECT TO leadrouter_director USING (true);

-- What belongs to a lead is seen by whoever sees the lead.
CREATE POLICY of_lead ON leadrouter.entry FOR SELECT TO leadrouter_manager, leadrouter_head
USING (lead_id IN (SELECT lead_id FROM leadrouter.lead));
CREATE POLICY every ON leadrouter.entry FOR SELECT TO leadrouter_director USING (true);
CREATE POLICY of_lead ON leadrouter.event FOR SELECT TO leadrouter_manager, leadrouter_head
USING (lead_id IN (SELECT lead_id FROM leadrouter.lead));
CREATE POLICY every ON leadrouter.event FOR SELECT TO leadrouter_director USING (true);

-- What a company did is seen by whoever sees the company.
CREATE POLICY of_company ON leadrouter.noted FOR SELECT TO leadrouter_manager, leadrouter_head
USING (company IN (SELECT id FROM leadrouter.company));
CREATE POLICY every ON leadrouter.noted FOR SELECT TO leadrouter_director USING (true);

-- Say anew who works where and which role of the database is whom.
CREATE FUNCTION leadrouter.enrol(logins jsonb, members jsonb) RETURNS void LANGUAGE sql AS $$
  DELETE FROM leadrouter.login;
  DELETE FROM leadrouter.member;
  INSERT INTO leadrouter.login (login, person) SELECT key, value FROM jsonb_each_text(logins);
  INSERT INTO leadrouter.member (department, person, is_head)
  SELECT value->>0, value->>1, (value->>2)::boolean FROM jsonb_array_elements(members);
$$;

REVOKE ALL ON ALL ROUTINES IN SCHEMA leadrouter FROM PUBLIC;
