-- Links that have a person connect an account. A used or expired one is kept for a while, so that whoever opens it is told what it was.
CREATE TABLE link_token (
    token_hash     BLOB    NOT NULL PRIMARY KEY,
    id             TEXT    NOT NULL,
    created_by     TEXT    NOT NULL, -- an API token, with which its links end
    environment_id TEXT    NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    purpose        TEXT    NOT NULL, -- a new account of what, or which account again
    config         TEXT    NOT NULL, -- what the account will be used for
    redirect_uri   TEXT,
    expires_at     INTEGER NOT NULL,
    used_at        INTEGER,
    account_id     TEXT,             -- what it has connected, and in which browser
    browser_hash   BLOB,
    created_at     INTEGER NOT NULL,
    UNIQUE (environment_id, id),
    FOREIGN KEY (environment_id, created_by) REFERENCES api_token (environment_id, id) ON DELETE CASCADE
);
CREATE INDEX link_token_by_creator ON link_token (environment_id, created_by);
CREATE INDEX link_token_by_expiry ON link_token (expires_at);

-- People who are at a vendor's page for consent at this moment. What brings them back (`state`), and the browser they left with, are here as
-- keyed hashes; the code verifier is derived from both and is nowhere.
CREATE TABLE consent (
    state_hash            BLOB    NOT NULL PRIMARY KEY,
    environment_id        TEXT    NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    browser_hash          BLOB    NOT NULL,
    link_hash             BLOB    NOT NULL,
    integration           TEXT    NOT NULL,
    authentication_method TEXT    NOT NULL,
    context               TEXT    NOT NULL,
    base_url              TEXT,             -- the account's own, to whose host alone the code may go
    scope                 TEXT    NOT NULL,
    expires_at            INTEGER NOT NULL
);
CREATE INDEX consent_by_expiry ON consent (expires_at);
CREATE INDEX consent_by_link ON consent (link_hash, expires_at);
