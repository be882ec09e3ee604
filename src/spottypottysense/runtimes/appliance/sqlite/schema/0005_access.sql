-- Who may come in. What people and scripts show is kept as digests only; passwords as slow hashes.
-- Sign-ins, tokens and links go with their user; the trail of what was done outlives them.

CREATE INDEX users_by_email_in_any_case ON users (email COLLATE NOCASE);

CREATE TABLE passwords (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    hashed TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sign_ins (
    digest TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    agent TEXT NOT NULL
) STRICT;
CREATE INDEX sign_ins_of_user ON sign_ins (user_id, created_at);
CREATE INDEX sign_ins_by_expiry ON sign_ins (expires_at);

CREATE TABLE access_tokens (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    used_at INTEGER
) STRICT;
CREATE INDEX access_tokens_of_user ON access_tokens (user_id, created_at);

CREATE TABLE invitations (
    digest TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    household_id TEXT REFERENCES households (id) ON DELETE CASCADE,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL
) STRICT;
CREATE INDEX invitations_by_expiry ON invitations (expires_at);
CREATE INDEX invitations_to_household ON invitations (household_id);
CREATE INDEX invitations_of_user ON invitations (user_id);

CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    act TEXT NOT NULL,
    household_id TEXT,
    user_id TEXT,
    subject TEXT NOT NULL,
    address TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_of_household ON audit (household_id, at);
