-- Rooms and households get wishes for how music begins, ends and comes along; receipts what proves that music
-- is still ours; sessions how long the first note took. Playback gets a memory of its own.

ALTER TABLE households ADD COLUMN mode TEXT NOT NULL DEFAULT 'home';
ALTER TABLE households ADD COLUMN snoozed_until INTEGER;
ALTER TABLE households ADD COLUMN takes_over INTEGER NOT NULL DEFAULT 0;
ALTER TABLE households ADD COLUMN latest_wins INTEGER NOT NULL DEFAULT 0;

ALTER TABLE rooms ADD COLUMN stand_ins TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(stand_ins));
ALTER TABLE rooms ADD COLUMN day TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(day));
ALTER TABLE rooms ADD COLUMN beginning TEXT NOT NULL DEFAULT 'anywhere';
ALTER TABLE rooms ADD COLUMN ending TEXT NOT NULL DEFAULT 'stop';
ALTER TABLE rooms ADD COLUMN fades_in INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN follows INTEGER NOT NULL DEFAULT 1;
ALTER TABLE rooms ADD COLUMN snoozed_until INTEGER;

ALTER TABLE receipts ADD COLUMN speaker_type TEXT NOT NULL DEFAULT '';
ALTER TABLE receipts ADD COLUMN item TEXT;
ALTER TABLE receipts ADD COLUMN volume INTEGER;
ALTER TABLE receipts ADD COLUMN volume_before INTEGER;
ALTER TABLE receipts ADD COLUMN ending TEXT NOT NULL DEFAULT 'stop';
ALTER TABLE receipts ADD COLUMN pause_at INTEGER;

ALTER TABLE sessions ADD COLUMN asked_at INTEGER;
ALTER TABLE sessions ADD COLUMN accepted_after INTEGER;
ALTER TABLE sessions ADD COLUMN confirmed_after INTEGER;

-- What was "not ours" when a visit ended is told apart from now on: music that somebody took over, or paused.
UPDATE sessions SET silent_reason = 'user_took_over' WHERE silent_reason = 'not_ours';
UPDATE journal SET outcome = 'user_took_over' WHERE outcome = 'not_ours';

CREATE TABLE bookmarks (
    room_id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    content TEXT NOT NULL,
    item TEXT NOT NULL,
    position INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE known_speakers (
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    last_id TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    wake TEXT NOT NULL,
    is_restricted INTEGER NOT NULL,
    asleep INTEGER NOT NULL,
    asleep_at INTEGER,
    PRIMARY KEY (account, name, type)
) STRICT;

CREATE TABLE content_lengths (
    content TEXT PRIMARY KEY,
    songs INTEGER,
    asked_at INTEGER NOT NULL
) STRICT;
