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

CREATE TABLE leadrouter.entry (
  number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lead_id text COLLATE "C" NOT NULL UNIQUE,
  key     text COLLATE "C" NOT NULL,
  digest  text NOT NULL,
  payload text NOT NULL,
  record  text NOT NULL,
  at      text NOT NULL,
  salt    text NOT NULL,
  CONSTRAINT entry_key_is_unique EXCLUDE USING hash (key WITH =) -- however long the key is
);

CREATE TABLE leadrouter.refused (
  number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key     text NOT NULL,
  payload text NOT NULL,
  reason  text NOT NULL,
  at      text NOT NULL,
  salt    text NOT NULL
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

CREATE TABLE leadrouter.noted (
  number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key     text COLLATE "C" NOT NULL,
  company text COLLATE "C" NOT NULL,
  begun   text COLLATE "C" NOT NULL,
  contact text,
  kind    text COLLATE "C" NOT NULL,
  at      text COLLATE "C" NOT NULL,
  payload text,
  salt    text NOT NULL,
  CONSTRAINT noted_once_is_unique EXCLUDE USING hash ((length(kind) || kind || key) WITH =) -- as with entries
);
CREATE INDEX noted_past ON leadrouter.noted (company, at, number);
CREATE INDEX noted_begun ON leadrouter.noted (begun);

-- Wait for one's turn to write, and return what a writer who has seen an earlier turn does not know: the
-- standings, loads and breakers that were written since, the first lead of each queue, the entry under each key and
-- whether an event of a kind is noted under it, and with the turn how many leads there are.
-- A turn's number is one more than the last that wrote a standing, a load or a breaker: no sequence, which would wait
-- for the disk now and then. The turn is the session's until `pass_turn`, or until its connection ends; who does
-- nothing with it for a minute loses it with his connection.
-- INVARIANT: whoever writes has called this first, so that turns grow in the order of commits.
CREATE FUNCTION leadrouter.take_turn(seen bigint, keys text[], kind_ text)
RETURNS TABLE (kind text, name text, turn bigint, value text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  key_ text;
  turn_ bigint;
BEGIN
  PERFORM pg_advisory_lock(7815838224117329764);
  turn_ := (SELECT coalesce(max(book.turn), 0) + 1 FROM leadrouter.book);
  PERFORM set_config('idle_session_timeout', '60s', false), set_config('leadrouter.turn', turn_::text, false);
  RETURN QUERY SELECT 'turn', '', turn_, coalesce(max(lead.number), 0)::text FROM leadrouter.lead;
  FOREACH key_ IN ARRAY keys LOOP
    RETURN QUERY
      SELECT 'key', key_, (
        SELECT count(*) FROM leadrouter.noted WHERE length(kind) || kind || key = length(kind_) || kind_ || key_
      ), (
        SELECT jsonb_build_array(lead_id, key, digest, payload, record, at, salt)::text
        FROM leadrouter.entry WHERE key = key_
      );
  END LOOP;
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

-- Keep where a lead stands, in place of the version that was seen.
CREATE FUNCTION leadrouter.put_lead(written jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  state leadrouter.lead := jsonb_populate_record(NULL::leadrouter.lead, written);
  seen int := written->>'seen';
BEGIN
  state.queue := sha256(convert_to(written->>'waits_for', 'UTF8')); -- whose text may be longer than an index takes
  IF seen = 0 THEN
    INSERT INTO leadrouter.lead VALUES (state.*) ON CONFLICT (lead_id) DO NOTHING;
  ELSE
    UPDATE leadrouter.lead AS lead
    SET version = state.version, is_open = state.is_open, queue = state.queue, rank = state.rank,
      arrived = state.arrived, due = state.due, company = state.company, people = state.people, state = state.state
    WHERE lead.lead_id = state.lead_id AND lead.version = seen;
  END IF;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'lead % does not stand at version %', state.lead_id, seen USING
      ERRCODE = 'STALE',
      DETAIL = format('%s %s %s', state.lead_id, seen, (
        SELECT coalesce(max(lead.version), 0) FROM leadrouter.lead WHERE lead.lead_id = state.lead_id
      ));
  END IF;
END
$$;

-- Let the next one write.
CREATE FUNCTION leadrouter.pass_turn() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('leadrouter.turn', '', false);
  RESET idle_session_timeout;
  PERFORM pg_advisory_unlock(7815838224117329764);
END
$$;

-- Write what a unit of work has done, in order: each is an array that begins with the name of what is done.
CREATE FUNCTION leadrouter.write(turn_ bigint, writes jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  w jsonb;
BEGIN
  IF current_setting('leadrouter.turn', true) IS DISTINCT FROM turn_::text THEN
    RAISE EXCEPTION 'turn % is over: a pooler between must give each session a connection of its own', turn_;
  END IF;
  PERFORM set_config('synchronous_commit', 'off', true); -- the turn ends before the disk is waited for
  FOR w IN SELECT value FROM jsonb_array_elements(writes) LOOP
    CASE w->>0
      WHEN 'lead' THEN
        PERFORM leadrouter.put_lead(w->1);
      WHEN 'book' THEN
        INSERT INTO leadrouter.book (kind, name, turn, value) VALUES (w->>1, w->>2, turn_, w->>3)
        ON CONFLICT (kind, name) DO UPDATE SET turn = excluded.turn, value = excluded.value;
      WHEN 'event' THEN
        INSERT INTO leadrouter.event (number, lead_id, version, subject, event, hash) -- as `ledger.chain` links it
        SELECT
          (SELECT coalesce(max(number), 0) + 1 FROM leadrouter.event), w->>1, (w->>2)::int, w->>3, w->>4,
          encode(sha256(convert_to(coalesce(
            (SELECT hash FROM leadrouter.event WHERE subject = w->>3 ORDER BY number DESC LIMIT 1), ''
          ) || E'\n' || (w->>4), 'UTF8')), 'hex');
      WHEN 'entry' THEN
        INSERT INTO leadrouter.entry (lead_id, key, digest, payload, record, at, salt)
        VALUES (w->>1, w->>2, w->>3, w->>4, w->>5, w->>6, w->>7);
      WHEN 'company' THEN
        INSERT INTO leadrouter.company (id, root, link, held_by, company) VALUES (w->>1, w->>2, w->>3, w->>4, w->>5)
        ON CONFLICT (id) DO NOTHING;
        IF NOT FOUND THEN
          UPDATE leadrouter.company SET root = w->>2, link = w->>3, held_by = w->>4, company = w->>5 WHERE id = w->>1;
          UPDATE leadrouter.identifier SET root = w->>2 WHERE company = w->>1 AND root <> w->>2;
          UPDATE leadrouter.noted SET company = w->>2 WHERE begun = w->>1 AND company <> w->>2;
        END IF;
      WHEN 'identifier' THEN
        INSERT INTO leadrouter.identifier (rule, digest, root, company) VALUES (w->>1, w->>2, w->>3, w->>4)
        ON CONFLICT DO NOTHING;
      WHEN 'forgotten' THEN
        DELETE FROM leadrouter.identifier WHERE company = w->>1 AND w->2 ? rule;
      WHEN 'noted' THEN
        INSERT INTO leadrouter.noted (key, company, begun, contact, kind, at, payload, salt)
        VALUES (w->>1, w->>2, w->>3, w->>4, w->>5, w->>6, w->>7, w->>8);
      WHEN 'refused' THEN
        INSERT INTO leadrouter.refused (key, payload, reason, at, salt)
        VALUES (w->>1, w->>2, w->>3, w->>4, w->>5);
      WHEN 'erased' THEN
        UPDATE leadrouter.entry SET payload = w->>2, digest = w->>3, salt = w->>4 WHERE key = w->>1;
      WHEN 'erased noted' THEN
        UPDATE leadrouter.noted SET contact = w->>3, payload = w->>4, salt = w->>5
        WHERE length(kind) || kind || key = length(w->>1) || (w->>1) || (w->>2);
      WHEN 'erased refused' THEN
        UPDATE leadrouter.refused SET key = w->>2, payload = w->>3, reason = w->>4, at = w->>5, salt = w->>6
        WHERE number = (w->>1)::bigint;
      WHEN 'erased text' THEN
        UPDATE leadrouter.kept SET text = w->>2 WHERE digest = w->>1;
      WHEN 'position' THEN
        INSERT INTO leadrouter.position (consumer, number) VALUES (w->>1, (w->>2)::bigint)
        ON CONFLICT (consumer) DO UPDATE SET number = greatest(position.number, excluded.number);
      WHEN 'seal' THEN
        INSERT INTO leadrouter.seal (upto, hash, at) VALUES ((w->>1)::bigint, w->>2, w->>3);
      WHEN 'kept' THEN
        INSERT INTO leadrouter.kept (digest, text) VALUES (w->>1, w->>2) ON CONFLICT (digest) DO NOTHING;
    END CASE;
  END LOOP;
END
$$;

-- Write, commit, pass the turn on, and only then wait for the disk, together with all who do.
CREATE PROCEDURE leadrouter.finish(turn bigint, writes jsonb) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM leadrouter.write(turn, writes);
  COMMIT;
  PERFORM leadrouter.pass_turn();
  PERFORM pg_logical_emit_message(true, 'leadrouter', '');
END
$$;
