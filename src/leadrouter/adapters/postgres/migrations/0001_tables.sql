-- oldest: 1
-- Texts are compared byte by byte, so that the order is that of every other ledger.
CREATE SCHEMA IF NOT EXISTS leadrouter;

CREATE TABLE leadrouter.migration (
  number int PRIMARY KEY,
  name   text NOT NULL,
  oldest int NOT NULL,
  at     timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN leadrouter.migration.oldest IS 'a library that knows the migrations up to this one can go on working';

CREATE SEQUENCE leadrouter.turn;
COMMENT ON SEQUENCE leadrouter.turn IS 'counts the units of work that write; they take turns';

CREATE TABLE leadrouter.entry (
  number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lead_id text COLLATE "C" NOT NULL UNIQUE,
  key     text COLLATE "C" NOT NULL,
  digest  text NOT NULL,
  payload text NOT NULL,
  record  text NOT NULL,
  at      text NOT NULL,
  CONSTRAINT entry_key_is_unique EXCLUDE USING hash (key WITH =) -- however long the key is
);

CREATE TABLE leadrouter.refused (
  number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key     text NOT NULL,
  payload text NOT NULL,
  reason  text NOT NULL,
  at      text NOT NULL
);

CREATE TABLE leadrouter.event (
  number  bigint PRIMARY KEY,
  lead_id text COLLATE "C",
  version int NOT NULL,
  subject text COLLATE "C" NOT NULL,
  event   text NOT NULL,
  hash    text NOT NULL
);
CREATE INDEX event_of_subject ON leadrouter.event (subject, number);
CREATE UNIQUE INDEX event_of_lead_is_unique ON leadrouter.event (lead_id, version) WHERE version > 0;

CREATE TABLE leadrouter.seal (
  upto bigint PRIMARY KEY,
  hash text NOT NULL,
  at   text NOT NULL
);

CREATE TABLE leadrouter.position (
  consumer text COLLATE "C" PRIMARY KEY,
  number   bigint NOT NULL
);

CREATE TABLE leadrouter.lead (
  lead_id text COLLATE "C" PRIMARY KEY,
  number  bigint NOT NULL UNIQUE,
  version int NOT NULL,
  is_open boolean NOT NULL,
  queue   bytea,
  rank    int NOT NULL,
  arrived timestamptz NOT NULL,
  due     timestamptz,
  company text COLLATE "C",
  people  text[] COLLATE "C" NOT NULL,
  state   text NOT NULL
);
COMMENT ON COLUMN leadrouter.lead.people IS 'who holds it, is offered it or answers for it';
CREATE INDEX lead_in_queue ON leadrouter.lead (queue, rank, arrived, number) WHERE queue IS NOT NULL;
CREATE INDEX lead_open ON leadrouter.lead (number) WHERE is_open;
CREATE INDEX lead_due ON leadrouter.lead (due, number) WHERE due IS NOT NULL;
CREATE INDEX lead_of_company ON leadrouter.lead (company, arrived) WHERE company IS NOT NULL;

CREATE TABLE leadrouter.book (
  kind  text COLLATE "C" NOT NULL,
  name  text COLLATE "C" NOT NULL,
  turn  bigint NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (kind, name)
);
COMMENT ON TABLE leadrouter.book IS 'standings and breakers of pools, loads of people, and the turn that wrote each last';
CREATE INDEX book_in_turn ON leadrouter.book (turn);

CREATE TABLE leadrouter.kept (
  digest text COLLATE "C" PRIMARY KEY,
  text   text NOT NULL
);

CREATE TABLE leadrouter.company (
  id      text COLLATE "C" PRIMARY KEY,
  root    text COLLATE "C" NOT NULL,
  link    text COLLATE "C",
  held_by text COLLATE "C",
  company text NOT NULL
);
CREATE INDEX company_linked ON leadrouter.company (link) WHERE link IS NOT NULL;
CREATE INDEX company_held ON leadrouter.company (held_by) WHERE held_by IS NOT NULL;

CREATE TABLE leadrouter.identifier (
  rule    text COLLATE "C" NOT NULL,
  digest  text COLLATE "C" NOT NULL,
  root    text COLLATE "C" NOT NULL,
  company text COLLATE "C" NOT NULL,
  PRIMARY KEY (rule, digest, root, company)
);
CREATE INDEX identifier_of_root ON leadrouter.identifier (root, rule);
CREATE INDEX identifier_of_company ON leadrouter.identifier (company);

-- Keep where a lead stands, in place of the version that was seen.
CREATE FUNCTION leadrouter.put_lead(
  lead_id_ text, number_ bigint, seen int, version_ int, is_open_ boolean, queue_ text, rank_ int, arrived_ timestamptz,
  due_ timestamptz, company_ text, people_ text[], state_ text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  queue_hash bytea := sha256(convert_to(queue_, 'UTF8')); -- a queue's text may be longer than an index takes
BEGIN
  IF seen = 0 THEN
    INSERT INTO leadrouter.lead
      (lead_id, number, version, is_open, queue, rank, arrived, due, company, people, state)
    VALUES (lead_id_, number_, version_, is_open_, queue_hash, rank_, arrived_, due_, company_, people_, state_)
    ON CONFLICT (lead_id) DO NOTHING;
  ELSE
    UPDATE leadrouter.lead
    SET version = version_, is_open = is_open_, queue = queue_hash, rank = rank_, arrived = arrived_, due = due_,
      company = company_, people = people_, state = state_
    WHERE lead_id = lead_id_ AND version = seen;
  END IF;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'lead % does not stand at version %', lead_id_, seen USING
      ERRCODE = 'LR002',
      DETAIL = format('%s %s %s', lead_id_, seen, (SELECT coalesce(max(version), 0) FROM leadrouter.lead WHERE lead_id = lead_id_));
  END IF;
END
$$;

-- Wait for one's turn to write, and return what a writer who has seen an earlier turn does not know: the
-- standings, loads and breakers that were written since, and the first lead of each queue.
-- INVARIANT: whoever writes has called this first, so that turns grow in the order of commits.
CREATE FUNCTION leadrouter.take_turn(seen bigint)
RETURNS TABLE (kind text, name text, turn bigint, value text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM pg_advisory_xact_lock(7815838224117329764);
  RETURN QUERY SELECT 'turn', '', nextval('leadrouter.turn'), '';
  RETURN QUERY SELECT book.kind, book.name, book.turn, book.value FROM leadrouter.book WHERE book.turn > seen;
  RETURN QUERY
    WITH RECURSIVE each (queue) AS (
      (SELECT lead.queue FROM leadrouter.lead WHERE lead.queue IS NOT NULL ORDER BY lead.queue LIMIT 1)
      UNION ALL
      SELECT (SELECT lead.queue FROM leadrouter.lead WHERE lead.queue > each.queue ORDER BY lead.queue LIMIT 1)
      FROM each WHERE each.queue IS NOT NULL
    )
    SELECT 'head', '', 0::bigint, (
      SELECT lead.state FROM leadrouter.lead
      WHERE lead.queue = each.queue ORDER BY lead.rank, lead.arrived, lead.number LIMIT 1
    ) FROM each WHERE each.queue IS NOT NULL;
END
$$;
