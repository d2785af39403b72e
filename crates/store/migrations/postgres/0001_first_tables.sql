-- The same tables as on SQLite, in the types of PostgreSQL. Text is compared byte by byte, as SQLite does, so that
-- ids sort by time and pages come in the same order on both.

CREATE TABLE meta (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BYTEA            NOT NULL
);

CREATE TABLE environment (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at BIGINT           NOT NULL
);

CREATE TABLE api_token (
    environment_id TEXT COLLATE "C" NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    id             TEXT COLLATE "C" NOT NULL,
    name           TEXT COLLATE "C" NOT NULL,
    token_hash     BYTEA            NOT NULL UNIQUE,
    expires_at     BIGINT,
    created_at     BIGINT           NOT NULL,
    PRIMARY KEY (environment_id, id)
);

CREATE TABLE integrated_account (
    environment_id        TEXT COLLATE "C" NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    id                    TEXT COLLATE "C" NOT NULL,
    integration           TEXT COLLATE "C" NOT NULL,
    tenant_id             TEXT COLLATE "C" NOT NULL,
    name                  TEXT COLLATE "C",
    authentication_method TEXT COLLATE "C" NOT NULL,
    context               TEXT COLLATE "C" NOT NULL,
    base_url              TEXT COLLATE "C",
    status                TEXT COLLATE "C" NOT NULL,
    last_error            TEXT COLLATE "C",
    created_at            BIGINT           NOT NULL,
    updated_at            BIGINT           NOT NULL,
    version               BIGINT           NOT NULL,
    PRIMARY KEY (environment_id, id)
);
CREATE INDEX integrated_account_by_tenant ON integrated_account (environment_id, tenant_id, integration, id);
CREATE INDEX integrated_account_by_integration ON integrated_account (integration, environment_id, id);

-- Apart from the account, so that no query for an account can touch a secret by accident.
CREATE TABLE credential (
    environment_id TEXT COLLATE "C" NOT NULL,
    account_id     TEXT COLLATE "C" NOT NULL,
    sealed         BYTEA            NOT NULL,
    updated_at     BIGINT           NOT NULL,
    PRIMARY KEY (environment_id, account_id),
    FOREIGN KEY (environment_id, account_id) REFERENCES integrated_account (environment_id, id) ON DELETE CASCADE
);

CREATE TABLE mcp_server (
    environment_id TEXT COLLATE "C" NOT NULL,
    id             TEXT COLLATE "C" NOT NULL,
    account_id     TEXT COLLATE "C" NOT NULL,
    name           TEXT COLLATE "C" NOT NULL,
    token_hash     BYTEA            NOT NULL UNIQUE,
    config         TEXT COLLATE "C" NOT NULL,
    expires_at     BIGINT,
    created_at     BIGINT           NOT NULL,
    updated_at     BIGINT           NOT NULL,
    version        BIGINT           NOT NULL,
    PRIMARY KEY (environment_id, id),
    FOREIGN KEY (environment_id, account_id) REFERENCES integrated_account (environment_id, id) ON DELETE CASCADE
);
CREATE INDEX mcp_server_by_account ON mcp_server (environment_id, account_id, id);
CREATE INDEX mcp_server_by_expiry ON mcp_server (expires_at) WHERE expires_at IS NOT NULL;
