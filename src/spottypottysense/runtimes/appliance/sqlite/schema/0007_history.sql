-- Visits are counted by day and by month when they end, so that long ranges need not read them, nor need them
-- kept. day (of a month, its first) is by the household's clock at that time, in zone; hours and counts are JSON
-- objects of numbers.

CREATE TABLE tallies (
    household_id TEXT NOT NULL,
    span TEXT NOT NULL CHECK (span IN ('day', 'month')),
    day TEXT NOT NULL,
    room_id TEXT NOT NULL,
    sensor_id TEXT NOT NULL,
    zone TEXT NOT NULL,
    hours TEXT NOT NULL CHECK (json_valid(hours)),
    counts TEXT NOT NULL CHECK (json_valid(counts)),
    PRIMARY KEY (household_id, span, day, room_id, sensor_id, zone)
) STRICT, WITHOUT ROWID;

-- What played, and the zone by whose clock the visit is counted; NULL until it is.
ALTER TABLE sessions ADD COLUMN content TEXT;
ALTER TABLE sessions ADD COLUMN counted_in TEXT;
CREATE INDEX uncounted_sessions ON sessions (number) WHERE counted_in IS NULL AND ended_at IS NOT NULL;

-- Lists of one sensor or one room, newest first.
CREATE INDEX sessions_of_sensor ON sessions (household_id, sensor_id, opened_at);
CREATE INDEX sessions_of_room ON sessions (household_id, room_id, opened_at);
