-- Ids are text, times milliseconds since 1970, JSON is text. Every row carries its environment, and every
-- unique index includes it, except those on token hashes, which are unique everywhere by construction.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
);

CREATE TABLE environment (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
);

CREATE TABLE api_token (
    environment_id TEXT    NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    id             TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    token_hash     BLOB    NOT NULL UNIQUE,
    expires_at     INTEGER,
    created_at     INTEGER NOT NULL,
    PRIMARY KEY (environment_id, id)
);

CREATE TABLE integrated_account (
    environment_id        TEXT    NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    id                    TEXT    NOT NULL,
    integration           TEXT    NOT NULL,
    tenant_id             TEXT    NOT NULL,
    name                  TEXT,
    authentication_method TEXT    NOT NULL,
    context               TEXT    NOT NULL,
    base_url              TEXT,
    status                TEXT    NOT NULL,
    last_error            TEXT,
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL,
    version               INTEGER NOT NULL,
    PRIMARY KEY (environment_id, id)
);
CREATE INDEX integrated_account_by_tenant ON integrated_account (environment_id, tenant_id, integration, id);
CREATE INDEX integrated_account_by_integration ON integrated_account (integration, environment_id, id);

-- Apart from the account, so that no query for an account can touch a secret by accident.
CREATE TABLE credential (
    environment_id TEXT    NOT NULL,
    account_id     TEXT    NOT NULL,
    sealed         BLOB    NOT NULL,
    updated_at     INTEGER NOT NULL,
    PRIMARY KEY (environment_id, account_id),
    FOREIGN KEY (environment_id, account_id) REFERENCES integrated_account (environment_id, id) ON DELETE CASCADE
);

CREATE TABLE mcp_server (
    environment_id TEXT    NOT NULL,
    id             TEXT    NOT NULL,
    account_id     TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    token_hash     BLOB    NOT NULL UNIQUE,
    config         TEXT    NOT NULL,
    expires_at     INTEGER,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    PRIMARY KEY (environment_id, id),
    FOREIGN KEY (environment_id, account_id) REFERENCES integrated_account (environment_id, id) ON DELETE CASCADE
);
CREATE INDEX mcp_server_by_account ON mcp_server (environment_id, account_id, id);
CREATE INDEX mcp_server_by_expiry ON mcp_server (expires_at) WHERE expires_at IS NOT NULL;
