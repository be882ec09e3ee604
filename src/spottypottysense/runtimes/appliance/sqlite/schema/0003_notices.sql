-- Notices were sent when they were made; from now on the store remembers whether they were.
ALTER TABLE notices ADD COLUMN delivered_at INTEGER;
ALTER TABLE notices ADD COLUMN acknowledged_at INTEGER;
UPDATE notices SET delivered_at = at;
