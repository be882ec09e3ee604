-- When people and sensors were added and changed; those that were there before count from this step.

ALTER TABLE users ADD COLUMN created_at INTEGER;
ALTER TABLE users ADD COLUMN updated_at INTEGER;
UPDATE users SET created_at = strftime('%s', 'now') * 1000000, updated_at = strftime('%s', 'now') * 1000000;

ALTER TABLE sensors ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE sensors ADD COLUMN created_at INTEGER;
ALTER TABLE sensors ADD COLUMN updated_at INTEGER;
UPDATE sensors SET created_at = strftime('%s', 'now') * 1000000, updated_at = strftime('%s', 'now') * 1000000;

-- When each sensor moved last is found without reading the journal.
CREATE INDEX journal_motions_of_sensor ON journal (sensor_id, at)
WHERE event = 'motion_detected' AND room_id IS NOT NULL;

-- Answers to requests that may be sent again with the same Idempotency-Key, which is kept as a digest only.
-- Without a status the request is being worked on; without a body the answer held what is shown once.
CREATE TABLE kept_answers (
    digest TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    at INTEGER NOT NULL,
    status INTEGER,
    body BLOB,
    headers TEXT NOT NULL
) STRICT;
CREATE INDEX kept_answers_by_time ON kept_answers (at);
