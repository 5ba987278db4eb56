-- name: begin
BEGIN ISOLATION LEVEL READ COMMITTED

-- name: commit soon
SET LOCAL synchronous_commit = off

-- name: take turn
SELECT kind, name, turn, value FROM leadrouter.take_turn($1)

-- name: begin reading
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY

-- name: commit
COMMIT

-- name: rollback
ROLLBACK

-- name: part
SAVEPOINT part

-- name: take back part
ROLLBACK TO SAVEPOINT part

-- name: keep part
RELEASE SAVEPOINT part

-- name: flush
SELECT pg_logical_emit_message(true, 'leadrouter', '')

-- name: written
SELECT pg_current_wal_insert_lsn()::text, pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn()

-- name: is flushed
SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn

-- name: find
SELECT lead_id, key, digest, payload, record, at FROM leadrouter.entry WHERE key = $1

-- name: entries
SELECT lead_id, key, digest, payload, record, at FROM leadrouter.entry
WHERE lead_id >= $1 AND lead_id < $1 || U&'\+10FFFF' ORDER BY number

-- name: latest
SELECT lead_id, key, digest, payload, record, at FROM leadrouter.entry ORDER BY number DESC LIMIT 1

-- name: refused
SELECT key, payload, reason, at FROM leadrouter.refused ORDER BY number

-- name: events
SELECT event FROM leadrouter.event ORDER BY number

-- name: events of lead
SELECT event FROM leadrouter.event WHERE subject = 'lead:' || $1 ORDER BY number

-- name: log
SELECT number, event, hash FROM leadrouter.event WHERE number > $1 ORDER BY number LIMIT $2

-- name: seals
SELECT upto, hash, at FROM leadrouter.seal ORDER BY upto

-- name: last seal
SELECT upto, hash FROM leadrouter.seal ORDER BY upto DESC LIMIT 1

-- name: unsealed
SELECT number, hash FROM leadrouter.event WHERE number > $1 ORDER BY number

-- name: position
SELECT number FROM leadrouter.position WHERE consumer = $1

-- name: lead
SELECT state FROM leadrouter.lead WHERE lead_id = $1

-- name: leads
SELECT state FROM leadrouter.lead ORDER BY number

-- name: open leads
SELECT state FROM leadrouter.lead WHERE is_open ORDER BY number

-- name: count
SELECT coalesce(max(number), 0) FROM leadrouter.lead

-- name: heads
WITH RECURSIVE each (queue) AS (
  (SELECT queue FROM leadrouter.lead WHERE queue IS NOT NULL ORDER BY queue LIMIT 1)
  UNION ALL
  SELECT (SELECT lead.queue FROM leadrouter.lead WHERE lead.queue > each.queue ORDER BY lead.queue LIMIT 1)
  FROM each WHERE each.queue IS NOT NULL
)
SELECT (
  SELECT state FROM leadrouter.lead WHERE lead.queue = each.queue ORDER BY rank, arrived, number LIMIT 1
) FROM each WHERE each.queue IS NOT NULL

-- name: due
SELECT state FROM leadrouter.lead WHERE due <= $1 ORDER BY due, number

-- name: next due
SELECT min(due) FROM leadrouter.lead WHERE due IS NOT NULL

-- name: book
SELECT value FROM leadrouter.book WHERE kind = $1 AND name = $2

-- name: books
SELECT value FROM leadrouter.book WHERE kind = $1 ORDER BY name

-- name: text
SELECT text FROM leadrouter.kept WHERE digest = $1

-- name: add
INSERT INTO leadrouter.entry (lead_id, key, digest, payload, record, at) VALUES ($1, $2, $3, $4, $5, $6)

-- name: refuse
INSERT INTO leadrouter.refused (key, payload, reason, at) VALUES ($1, $2, $3, $4)

-- name: append
INSERT INTO leadrouter.event (number, lead_id, version, subject, event, hash)
SELECT
  (SELECT coalesce(max(number), 0) + 1 FROM leadrouter.event),
  $1, $2, $3, $4::text,
  encode(sha256(convert_to(coalesce(
    (SELECT hash FROM leadrouter.event WHERE subject = $3 ORDER BY number DESC LIMIT 1), ''
  ) || E'\n' || $4::text, 'UTF8')), 'hex')

-- name: seal
INSERT INTO leadrouter.seal (upto, hash, at) VALUES ($1, $2, $3)

-- name: put position
INSERT INTO leadrouter.position (consumer, number) VALUES ($1, $2)
ON CONFLICT (consumer) DO UPDATE SET number = greatest(position.number, excluded.number)

-- name: put lead
SELECT leadrouter.put_lead($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)

-- name: version
SELECT version FROM leadrouter.lead WHERE lead_id = $1

-- name: put book
INSERT INTO leadrouter.book (kind, name, turn, value) VALUES ($1, $2, $3, $4)
ON CONFLICT (kind, name) DO UPDATE SET turn = excluded.turn, value = excluded.value

-- name: keep
INSERT INTO leadrouter.kept (digest, text) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING

-- name: company
SELECT company FROM leadrouter.company WHERE id = $1

-- name: roots
SELECT DISTINCT root FROM leadrouter.identifier WHERE rule = $1 AND digest = $2 ORDER BY root

-- name: holder of
SELECT min(company) FROM leadrouter.identifier WHERE rule = $1 AND digest = $2 AND root = $3

-- name: has identifier
SELECT 1 FROM leadrouter.identifier WHERE root = $1 AND rule = $2 LIMIT 1

-- name: linked to
SELECT company FROM leadrouter.company WHERE link = $1 ORDER BY id

-- name: held by
SELECT company FROM leadrouter.company WHERE held_by = $1 ORDER BY id

-- name: put company
INSERT INTO leadrouter.company (id, root, link, held_by, company) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET
  root = excluded.root, link = excluded.link, held_by = excluded.held_by, company = excluded.company

-- name: move identifiers
UPDATE leadrouter.identifier SET root = $2 WHERE company = $1 AND root <> $2

-- name: add identifier
INSERT INTO leadrouter.identifier (rule, digest, root, company) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING

-- name: forget identifiers
DELETE FROM leadrouter.identifier WHERE company = $1
