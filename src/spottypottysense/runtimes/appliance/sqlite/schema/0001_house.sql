-- What a house consists of is tied together by foreign keys. What happened in it (notices, receipts,
-- sessions, journal) is not: that outlives what it speaks of.
-- Columns named *_at hold microseconds since 1970 in UTC; spans hold microseconds.

CREATE TABLE households (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    quiet_hours TEXT,
    timeout INTEGER NOT NULL,
    motion_gap INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    household_id TEXT NOT NULL REFERENCES households (id),
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    active INTEGER NOT NULL
) STRICT;
CREATE INDEX users_of_household ON users (household_id, email);

CREATE TABLE rooms (
    id TEXT PRIMARY KEY,
    household_id TEXT NOT NULL REFERENCES households (id),
    name TEXT NOT NULL,
    account TEXT REFERENCES users (id),
    speaker_name TEXT,
    speaker_type TEXT,
    speaker_last_id TEXT,
    content TEXT,
    volume INTEGER,
    shuffle INTEGER NOT NULL,
    timeout INTEGER,
    motion_gap INTEGER,
    quiet_hours TEXT
) STRICT;
CREATE INDEX rooms_of_household ON rooms (household_id, name);
CREATE INDEX rooms_of_account ON rooms (account);

CREATE TABLE sensors (
    id TEXT PRIMARY KEY,
    household_id TEXT NOT NULL REFERENCES households (id),
    room_id TEXT NOT NULL REFERENCES rooms (id),
    kind TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    certificate_id TEXT
) STRICT;
CREATE INDEX sensors_of_household ON sensors (household_id, id);
CREATE INDEX sensors_of_room ON sensors (room_id);

CREATE TABLE statuses (
    sensor_id TEXT PRIMARY KEY REFERENCES sensors (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    at INTEGER NOT NULL,
    battery INTEGER
) STRICT;

-- Both tokens are sealed; expires_at is in the clear, so that finding what is due opens no secret.
CREATE TABLE grants (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    access_token BLOB NOT NULL,
    refresh_token BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    consented_at INTEGER NOT NULL,
    scope TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX working_grants_by_expiry ON grants (expires_at, user_id) WHERE state = 'working';

CREATE TABLE notices (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    settled_at INTEGER
) STRICT;
CREATE UNIQUE INDEX one_unsettled_notice ON notices (subject, reason) WHERE settled_at IS NULL;

CREATE TABLE receipts (
    account TEXT PRIMARY KEY,
    session_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    speaker_id TEXT NOT NULL,
    speaker_name TEXT NOT NULL,
    content TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    household_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    sensor_id TEXT NOT NULL,
    account TEXT,
    opened_at INTEGER NOT NULL,
    last_motion_at INTEGER NOT NULL,
    deadline_at INTEGER NOT NULL,
    motions INTEGER NOT NULL,
    heard TEXT NOT NULL CHECK (json_valid(heard)),
    music TEXT NOT NULL,
    silent_reason TEXT,
    music_since INTEGER,
    music_time INTEGER NOT NULL,
    acted_at INTEGER,
    ended_at INTEGER,
    end_reason TEXT,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_open_session_per_room ON sessions (room_id) WHERE ended_at IS NULL;
CREATE INDEX open_sessions_by_deadline ON sessions (deadline_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_end ON sessions (room_id, (ended_at IS NULL), ended_at);
CREATE INDEX sessions_of_household ON sessions (household_id, opened_at);

CREATE TABLE journal (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    household_id TEXT,
    room_id TEXT,
    sensor_id TEXT NOT NULL,
    session_id TEXT,
    event TEXT NOT NULL,
    key TEXT UNIQUE,
    action TEXT NOT NULL,
    reason TEXT NOT NULL,
    outcome TEXT,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX journal_by_time ON journal (at);
CREATE INDEX journal_keys_by_time ON journal (at) WHERE key IS NOT NULL;
CREATE INDEX journal_of_household ON journal (household_id, at);
