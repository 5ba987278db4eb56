CREATE TABLE entry (
  number  INTEGER PRIMARY KEY,
  lead_id TEXT NOT NULL UNIQUE,
  key     TEXT NOT NULL UNIQUE,
  digest  TEXT NOT NULL,
  payload TEXT NOT NULL,
  record  TEXT NOT NULL,
  at      TEXT NOT NULL
) STRICT;

CREATE TABLE refused (
  number  INTEGER PRIMARY KEY,
  key     TEXT NOT NULL,
  payload TEXT NOT NULL,
  reason  TEXT NOT NULL,
  at      TEXT NOT NULL
) STRICT;

CREATE TABLE turn (
  destination TEXT PRIMARY KEY,
  person      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE kept (
  digest TEXT PRIMARY KEY,
  text   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE noted (
  number  INTEGER PRIMARY KEY,
  key     TEXT NOT NULL,
  company TEXT NOT NULL,
  contact TEXT,
  kind    TEXT NOT NULL,
  at      TEXT NOT NULL,
  payload TEXT,
  UNIQUE (kind, key)
) STRICT;

CREATE INDEX past ON noted (company, at);

PRAGMA user_version = 2;
