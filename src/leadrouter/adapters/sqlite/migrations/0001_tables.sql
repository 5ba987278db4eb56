-- oldest: 1
CREATE TABLE migration (
  number INTEGER PRIMARY KEY,
  name   TEXT NOT NULL,
  oldest INTEGER NOT NULL
) STRICT;

CREATE TABLE entry (
  number  INTEGER PRIMARY KEY,
  lead_id TEXT NOT NULL UNIQUE,
  key     TEXT NOT NULL UNIQUE,
  digest  TEXT NOT NULL,
  payload TEXT NOT NULL,
  record  TEXT NOT NULL,
  at      TEXT NOT NULL,
  salt    TEXT NOT NULL
) STRICT;

CREATE TABLE refused (
  number  INTEGER PRIMARY KEY,
  key     TEXT NOT NULL,
  payload TEXT NOT NULL,
  reason  TEXT NOT NULL,
  at      TEXT NOT NULL,
  salt    TEXT NOT NULL
) STRICT;

CREATE TABLE event (
  number  INTEGER PRIMARY KEY,
  lead_id TEXT,
  version INTEGER NOT NULL,
  subject TEXT NOT NULL,
  event   TEXT NOT NULL,
  hash    TEXT NOT NULL
) STRICT;
CREATE INDEX event_of_subject ON event (subject, number);
CREATE UNIQUE INDEX event_of_lead ON event (lead_id, version) WHERE version > 0;

CREATE TABLE seal (
  upto INTEGER PRIMARY KEY,
  hash TEXT NOT NULL,
  at   TEXT NOT NULL
) STRICT;

CREATE TABLE position (
  consumer TEXT PRIMARY KEY,
  number   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE lead (
  number  INTEGER PRIMARY KEY,
  lead_id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  is_open INTEGER NOT NULL,
  queue   TEXT,
  rank    INTEGER NOT NULL,
  arrived TEXT NOT NULL,
  due     TEXT,
  company TEXT,
  state   TEXT NOT NULL
) STRICT;
CREATE INDEX lead_in_queue ON lead (queue, rank, arrived, number) WHERE queue IS NOT NULL;
CREATE INDEX lead_open ON lead (number) WHERE is_open;
CREATE INDEX lead_due ON lead (due, number) WHERE due IS NOT NULL;

CREATE TABLE standing (
  pool     TEXT PRIMARY KEY,
  standing TEXT NOT NULL
) STRICT;

CREATE TABLE person (
  person TEXT PRIMARY KEY,
  load   TEXT NOT NULL
) STRICT;

CREATE TABLE breaker (
  pool    TEXT PRIMARY KEY,
  breaker TEXT NOT NULL
) STRICT;

CREATE TABLE kept (
  digest TEXT PRIMARY KEY,
  text   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE company (
  id      TEXT PRIMARY KEY,
  root    TEXT NOT NULL,
  link    TEXT,
  held_by TEXT,
  company TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX company_linked ON company (link) WHERE link IS NOT NULL;
CREATE INDEX company_held ON company (held_by) WHERE held_by IS NOT NULL;

CREATE TABLE identifier (
  rule    TEXT NOT NULL,
  digest  TEXT NOT NULL,
  root    TEXT NOT NULL,
  company TEXT NOT NULL,
  PRIMARY KEY (rule, digest, root, company)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifier_of_root ON identifier (root, rule);
CREATE INDEX identifier_of_company ON identifier (company);

CREATE TABLE noted (
  number  INTEGER PRIMARY KEY,
  key     TEXT NOT NULL,
  company TEXT NOT NULL,
  begun   TEXT NOT NULL,
  contact TEXT,
  kind    TEXT NOT NULL,
  at      TEXT NOT NULL,
  payload TEXT,
  salt    TEXT NOT NULL,
  UNIQUE (kind, key)
) STRICT;
CREATE INDEX past ON noted (company, at);
CREATE INDEX noted_begun ON noted (begun);
