-- name: take turn
SELECT kind, name, turn, value FROM leadrouter.take_turn($1, $2, $3)

-- name: begin block
BEGIN ISOLATION LEVEL READ COMMITTED

-- name: begin reading
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_current_wal_insert_lsn()::text, pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn()

-- name: end reading
COMMIT

-- name: end reading when flushed
COMMIT; SELECT pg_logical_emit_message(true, 'leadrouter', '')

-- name: take back reading
ROLLBACK

-- name: write
SELECT leadrouter.write($1, $2)

-- name: finish
CALL leadrouter.finish($1, $2)

-- name: finish block
COMMIT; SELECT leadrouter.pass_turn(); SELECT pg_logical_emit_message(true, 'leadrouter', '')

-- name: take back
SELECT leadrouter.pass_turn()

-- name: take back block
ROLLBACK; SELECT leadrouter.pass_turn()

-- name: is flushed
SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn

-- name: find
SELECT lead_id, key, digest, payload, record, at, salt FROM leadrouter.entry WHERE key = $1

-- name: entries
SELECT lead_id, key, digest, payload, record, at, salt FROM leadrouter.entry
WHERE lead_id >= $1 AND lead_id < $1 || U&'\+10FFFF' ORDER BY number

-- name: latest
SELECT lead_id, key, digest, payload, record, at, salt FROM leadrouter.entry ORDER BY number DESC LIMIT 1

-- name: refused
SELECT key, payload, reason, at, salt FROM leadrouter.refused ORDER BY number

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

-- name: how much is unsealed
SELECT (SELECT at FROM leadrouter.seal ORDER BY upto DESC LIMIT 1),
  coalesce((SELECT max(number) FROM leadrouter.event), 0) - coalesce((SELECT max(upto) FROM leadrouter.seal), 0)

-- name: position
SELECT number FROM leadrouter.position WHERE consumer = $1

-- name: lead
SELECT state FROM leadrouter.lead WHERE lead_id = $1

-- name: leads
SELECT state FROM leadrouter.lead WHERE number > $1 ORDER BY number LIMIT $2

-- name: open leads
SELECT state FROM leadrouter.lead WHERE is_open ORDER BY number

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

-- name: numbered entries
SELECT number, lead_id, key, digest, payload, record, at, salt FROM leadrouter.entry
WHERE number > $1 ORDER BY number LIMIT $2

-- name: numbered refused
SELECT number, key, payload, reason, at, salt FROM leadrouter.refused WHERE number > $1 ORDER BY number LIMIT $2

-- name: noted
SELECT key, company, begun, contact, kind, at, payload, salt FROM leadrouter.noted
WHERE length(kind) || kind || key = length($1::text) || $1 || $2

-- name: notes
SELECT number, key, company, begun, contact, kind, at, payload, salt FROM leadrouter.noted
WHERE number > $1 ORDER BY number LIMIT $2

-- name: past
SELECT noted.key, company, begun, contact, kind, noted.at, coalesce(noted.payload, entry.payload), noted.salt
FROM leadrouter.noted LEFT JOIN leadrouter.entry ON entry.key = noted.key
WHERE company = $1 AND noted.at BETWEEN $2 AND $3 ORDER BY noted.at DESC, noted.number DESC LIMIT $4

-- name: text
SELECT text FROM leadrouter.kept WHERE digest = $1

-- name: company
SELECT company FROM leadrouter.company WHERE id = $1

-- name: companies
SELECT company FROM leadrouter.company WHERE id > $1 ORDER BY id LIMIT $2

-- name: roots
SELECT DISTINCT root FROM leadrouter.identifier WHERE rule = $1 AND digest = $2 ORDER BY root

-- name: holder of
SELECT min(company) FROM leadrouter.identifier WHERE rule = $1 AND digest = $2 AND root = $3

-- name: brought by
SELECT rule, digest FROM leadrouter.identifier WHERE company = $1 ORDER BY rule, digest

-- name: has identifier
SELECT 1 FROM leadrouter.identifier WHERE root = $1 AND rule = $2 LIMIT 1

-- name: linked to
SELECT company FROM leadrouter.company WHERE link = $1 ORDER BY id

-- name: held by
SELECT company FROM leadrouter.company WHERE held_by = $1 ORDER BY id

-- name: count
SELECT coalesce(max(number), 0) FROM leadrouter.lead

-- name: enrol
SELECT leadrouter.enrol($1, $2)

-- name: rows of lead
SELECT number, lead_id, version, is_open, queue, rank, arrived, due, company, people, state FROM leadrouter.lead
WHERE number > $1 ORDER BY number LIMIT $2

-- name: rows of event
SELECT number, lead_id, version, subject, event FROM leadrouter.event WHERE number > $1 ORDER BY number LIMIT $2

-- name: rows of standing
SELECT name, name, value FROM leadrouter.book WHERE kind = 'standing' AND name > $1 ORDER BY name LIMIT $2

-- name: rows of load
SELECT name, name, value FROM leadrouter.book WHERE kind = 'load' AND name > $1 ORDER BY name LIMIT $2

-- name: rows of breaker
SELECT name, name, value FROM leadrouter.book WHERE kind = 'breaker' AND name > $1 ORDER BY name LIMIT $2

-- name: rows of company
SELECT id, id, root, link, held_by, company FROM leadrouter.company WHERE id > $1 ORDER BY id LIMIT $2

-- name: left alone
SELECT 'lead', coalesce(entry.lead_id, lead.lead_id), 'has an entry or stands somewhere, not both'
FROM leadrouter.entry FULL JOIN leadrouter.lead ON entry.lead_id = lead.lead_id
WHERE entry.lead_id IS NULL OR lead.lead_id IS NULL
UNION ALL
SELECT DISTINCT 'company', identifier.company, 'is not found where its identifiers say'
FROM leadrouter.identifier LEFT JOIN leadrouter.company ON id = identifier.company
WHERE company.root IS DISTINCT FROM identifier.root
ORDER BY 1, 2
