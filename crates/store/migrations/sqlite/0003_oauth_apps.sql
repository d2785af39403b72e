-- The OAuth client that a vendor has registered for an environment. `sealed` is its secret, under a data key of its own.
CREATE TABLE oauth_app (
    environment_id        TEXT    NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    integration           TEXT    NOT NULL,
    authentication_method TEXT    NOT NULL,
    client_id             TEXT    NOT NULL,
    key_generation        INTEGER NOT NULL REFERENCES key_generation (number),
    data_key              BLOB    NOT NULL,
    sealed                BLOB    NOT NULL,
    updated_at            INTEGER NOT NULL,
    PRIMARY KEY (environment_id, integration, authentication_method)
);
CREATE INDEX oauth_app_by_key_generation ON oauth_app (key_generation);
