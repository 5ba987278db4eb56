-- Columns stand in the order of the fields of `Entry`, `Refused` and `Noted`.

-- name: add
INSERT INTO entry (lead_id, key, digest, payload, record, at, salt) VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: find
SELECT lead_id, key, digest, payload, record, at, salt FROM entry WHERE key = ?

-- name: entries
SELECT lead_id, key, digest, payload, record, at, salt FROM entry WHERE lead_id >= ? AND lead_id < ? ORDER BY number

-- name: latest
SELECT lead_id, key, digest, payload, record, at, salt FROM entry ORDER BY number DESC LIMIT 1

-- name: refuse
INSERT INTO refused (key, payload, reason, at, salt) VALUES (?, ?, ?, ?, ?)

-- name: refused
SELECT key, payload, reason, at, salt FROM refused ORDER BY number

-- name: append
INSERT INTO event (lead_id, version, subject, event, hash) VALUES (?, ?, ?, ?, ?)

-- name: end of chain
SELECT hash FROM event WHERE subject = ? ORDER BY number DESC LIMIT 1

-- name: events
SELECT event FROM event ORDER BY number

-- name: events of subject
SELECT event FROM event WHERE subject = ? ORDER BY number

-- name: log
SELECT number, event, hash FROM event WHERE number > ? ORDER BY number LIMIT ?

-- name: seals
SELECT upto, hash, at FROM seal ORDER BY upto

-- name: last seal
SELECT upto, hash FROM seal ORDER BY upto DESC LIMIT 1

-- name: hashes
SELECT number, hash FROM event WHERE number > ? ORDER BY number

-- name: seal
INSERT INTO seal (upto, hash, at) VALUES (?, ?, ?)

-- name: unsealed
SELECT
  (SELECT at FROM seal ORDER BY upto DESC LIMIT 1),
  coalesce((SELECT max(number) FROM event), 0) - coalesce((SELECT max(upto) FROM seal), 0)

-- name: position
SELECT number FROM position WHERE consumer = ?

-- name: put position
INSERT INTO position (consumer, number) VALUES (?, ?)
ON CONFLICT (consumer) DO UPDATE SET number = max(number, excluded.number)

-- name: lead
SELECT state FROM lead WHERE lead_id = ?

-- name: leads
SELECT state FROM lead WHERE number > ? ORDER BY number LIMIT ?

-- name: open leads
SELECT state FROM lead WHERE is_open ORDER BY number

-- name: count
SELECT coalesce(max(number), 0) FROM lead

-- name: heads
WITH RECURSIVE each (queue) AS (
  SELECT min(queue) FROM lead WHERE queue IS NOT NULL
  UNION ALL
  SELECT (SELECT min(queue) FROM lead WHERE queue > each.queue) FROM each WHERE each.queue IS NOT NULL
)
SELECT (SELECT state FROM lead WHERE lead.queue = each.queue ORDER BY rank, arrived, number LIMIT 1)
FROM each WHERE each.queue IS NOT NULL

-- name: due
SELECT state FROM lead WHERE due <= ? ORDER BY due, number

-- name: next due
SELECT min(due) FROM lead WHERE due IS NOT NULL

-- name: new lead
INSERT INTO lead (number, lead_id, version, is_open, queue, rank, arrived, due, company, state)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: changed lead
UPDATE lead SET version = ?, is_open = ?, queue = ?, rank = ?, arrived = ?, due = ?, company = ?, state = ?
WHERE lead_id = ?

-- name: standing
SELECT pool, standing FROM standing WHERE pool IN (SELECT value FROM json_each(?))

-- name: standings
SELECT standing FROM standing ORDER BY pool

-- name: put standing
INSERT INTO standing (pool, standing) VALUES (?, ?) ON CONFLICT DO UPDATE SET standing = excluded.standing

-- name: load
SELECT person, load FROM person WHERE person IN (SELECT value FROM json_each(?))

-- name: loads
SELECT load FROM person ORDER BY person

-- name: put load
INSERT INTO person (person, load) VALUES (?, ?) ON CONFLICT DO UPDATE SET load = excluded.load

-- name: breaker
SELECT pool, breaker FROM breaker WHERE pool IN (SELECT value FROM json_each(?))

-- name: breakers
SELECT breaker FROM breaker ORDER BY pool

-- name: put breaker
INSERT INTO breaker (pool, breaker) VALUES (?, ?) ON CONFLICT DO UPDATE SET breaker = excluded.breaker

-- name: noted
SELECT key, company, begun, contact, kind, at, payload, salt FROM noted WHERE kind = ? AND key = ?

-- name: notes
SELECT number, key, company, begun, contact, kind, at, payload, salt FROM noted WHERE number > ? ORDER BY number LIMIT ?

-- name: note
INSERT INTO noted (key, company, begun, contact, kind, at, payload, salt) VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: past
SELECT noted.key, company, begun, contact, kind, noted.at, coalesce(noted.payload, entry.payload), noted.salt
FROM noted LEFT JOIN entry ON entry.key = noted.key
WHERE company = ? AND noted.at BETWEEN ? AND ? ORDER BY noted.at DESC, noted.number DESC LIMIT ?

-- name: text
SELECT text FROM kept WHERE digest = ?

-- name: keep
INSERT INTO kept (digest, text) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING

-- name: company
SELECT company FROM company WHERE id = ?

-- name: companies
SELECT company FROM company WHERE id > ? ORDER BY id LIMIT ?

-- name: companies linked to
SELECT company FROM company WHERE link = ? ORDER BY id

-- name: companies held by
SELECT company FROM company WHERE held_by = ? ORDER BY id

-- name: put company
INSERT INTO company (id, root, link, held_by, company) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
  root = excluded.root, link = excluded.link, held_by = excluded.held_by, company = excluded.company

-- name: move identifiers
UPDATE identifier SET root = ? WHERE company = ? AND root <> ?

-- name: move past
UPDATE noted SET company = ? WHERE begun = ? AND company <> ?

-- name: roots of identifier
WITH RECURSIVE each (root) AS (
  SELECT min(root) FROM identifier WHERE rule = :rule AND digest = :digest
  UNION ALL
  SELECT (SELECT min(root) FROM identifier WHERE rule = :rule AND digest = :digest AND root > each.root)
  FROM each WHERE each.root IS NOT NULL
)
SELECT root FROM each WHERE root IS NOT NULL

-- name: holder of identifier
SELECT min(company) FROM identifier WHERE rule = ? AND digest = ? AND root = ?

-- name: identifiers
SELECT rule, digest FROM identifier WHERE company = ? ORDER BY rule, digest

-- name: has identifier
SELECT 1 FROM identifier WHERE root = ? AND rule = ? LIMIT 1

-- name: add identifier
INSERT INTO identifier (rule, digest, root, company) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING

-- name: forget identifiers
DELETE FROM identifier WHERE company = ? AND rule = ?

-- name: numbered entries
SELECT number, lead_id, key, digest, payload, record, at, salt FROM entry WHERE number > ? ORDER BY number LIMIT ?

-- name: numbered refused
SELECT number, key, payload, reason, at, salt FROM refused WHERE number > ? ORDER BY number LIMIT ?

-- name: erase
UPDATE entry SET payload = ?, digest = ?, salt = ? WHERE key = ?

-- name: erase refused
UPDATE refused SET key = ?, payload = ?, reason = ?, at = ?, salt = ? WHERE number = ?

-- name: erase noted
UPDATE noted SET contact = ?, payload = ?, salt = ? WHERE kind = ? AND key = ?

-- name: erase text
UPDATE kept SET text = ? WHERE digest = ?
