-- Credentials get a data key each, wrapped under the key of a numbered generation (docs/decisions/0014).
-- Of one generation there is one row; of more than one only while the master key is being replaced.
CREATE TABLE key_generation (
    number         BIGINT NOT NULL PRIMARY KEY,
    sealed         BYTEA  NOT NULL, -- the generation's key, under its master key
    under_previous BYTEA,           -- the same, under the key of the generation before
    under_next     BYTEA,           -- the same, under the key of the generation after
    root           BYTEA  NOT NULL  -- the root key, under the generation's key
);

-- Both are absent where a credential is still sealed in the first format, under a key derived from the root key.
-- The reference keeps a generation's key for as long as something is wrapped under it.
ALTER TABLE credential ADD COLUMN key_generation BIGINT REFERENCES key_generation (number);
ALTER TABLE credential ADD COLUMN data_key BYTEA;
CREATE INDEX credential_by_key_generation ON credential (key_generation);
