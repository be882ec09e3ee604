-- Grants learn when they are due, whose account they play for, and what became of the last attempts.
-- Secrets are sealed; what finding grants takes is in the clear, so that it opens none.

CREATE TABLE grants_with_attempts (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    access_token BLOB NOT NULL,
    refresh_token BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    consented_at INTEGER NOT NULL,
    account_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    state TEXT NOT NULL,
    dead_reason TEXT,
    refusals INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    previous_token BLOB,
    previous_until INTEGER,
    attempt_owner TEXT,
    attempt_until INTEGER,
    version INTEGER NOT NULL
) STRICT;

INSERT INTO grants_with_attempts
SELECT
    user_id, client_id, access_token, refresh_token, expires_at, expires_at, consented_at, '', scope, state,
    NULL, 0, 0, NULL, NULL, NULL, NULL, version
FROM grants;

DROP TABLE grants;
ALTER TABLE grants_with_attempts RENAME TO grants;

-- The state is a column of the index as well, so that reading what is due touches no row.
CREATE INDEX living_grants_by_due ON grants (due_at, user_id, state) WHERE state <> 'dead';
CREATE INDEX living_grants_by_consent ON grants (consented_at, user_id, state) WHERE state <> 'dead';
CREATE INDEX grants_of_app ON grants (client_id, user_id);

CREATE TABLE pending_consents (
    state TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    verifier BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX pending_consents_by_expiry ON pending_consents (expires_at);
CREATE INDEX pending_consents_of_user ON pending_consents (user_id);

CREATE TABLE apps (
    household_id TEXT PRIMARY KEY REFERENCES households (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL UNIQUE,
    client_secret BLOB
) STRICT;
