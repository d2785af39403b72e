-- Links that have a person connect an account. A used or expired one is kept for a while, so that whoever opens it is told what it was.
CREATE TABLE link_token (
    token_hash     BYTEA            NOT NULL PRIMARY KEY,
    environment_id TEXT COLLATE "C" NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    purpose        TEXT COLLATE "C" NOT NULL, -- a new account of what, or which account again
    config         TEXT COLLATE "C" NOT NULL, -- what the account will be used for
    redirect_uri   TEXT COLLATE "C",
    expires_at     BIGINT NOT NULL,
    used_at        BIGINT,
    created_at     BIGINT NOT NULL
);
CREATE INDEX link_token_by_expiry ON link_token (expires_at);

-- People who are at a vendor's page for consent at this moment. What brings them back (`state`), and the browser they left with, are here as
-- keyed hashes; the code verifier is derived from both and is nowhere.
CREATE TABLE consent (
    state_hash            BYTEA            NOT NULL PRIMARY KEY,
    environment_id        TEXT COLLATE "C" NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    browser_hash          BYTEA            NOT NULL,
    link_hash             BYTEA            NOT NULL,
    integration           TEXT COLLATE "C" NOT NULL,
    authentication_method TEXT COLLATE "C" NOT NULL,
    context               TEXT COLLATE "C" NOT NULL,
    scope                 TEXT COLLATE "C" NOT NULL,
    expires_at            BIGINT NOT NULL
);
CREATE INDEX consent_by_expiry ON consent (expires_at);
