-- The OAuth client that a vendor has registered for an environment. `sealed` is its secret, under a data key of its own.
CREATE TABLE oauth_app (
    environment_id        TEXT COLLATE "C" NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    integration           TEXT COLLATE "C" NOT NULL,
    authentication_method TEXT COLLATE "C" NOT NULL,
    client_id             TEXT COLLATE "C" NOT NULL,
    key_generation        BIGINT           NOT NULL REFERENCES key_generation (number),
    data_key              BYTEA            NOT NULL,
    sealed                BYTEA            NOT NULL,
    updated_at            BIGINT           NOT NULL,
    PRIMARY KEY (environment_id, integration, authentication_method)
);
CREATE INDEX oauth_app_by_key_generation ON oauth_app (key_generation);
