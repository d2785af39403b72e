-- Where an environment wants to be told of changes. `sealed` holds the secrets that sign, under a data key of their own.
CREATE TABLE webhook (
    environment_id  TEXT    NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    id              TEXT    NOT NULL,
    url             TEXT    NOT NULL,
    events          TEXT,             -- types of events, each with a blank before and after it; absent = all
    description     TEXT,
    disabled_at     INTEGER,
    disabled_reason TEXT,
    previous_until  INTEGER,          -- until when the secret before the present one signs too
    key_generation  INTEGER NOT NULL REFERENCES key_generation (number),
    data_key        BLOB    NOT NULL,
    sealed          BLOB    NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    PRIMARY KEY (environment_id, id)
);
CREATE INDEX webhook_by_key_generation ON webhook (key_generation);

-- One event on its way to one webhook. `next_attempt_at` is set while it is pending; with a `holder` it is being sent, and the moment
-- is when somebody else may take it over. `ended_at` is set after that.
CREATE TABLE webhook_delivery (
    environment_id  TEXT    NOT NULL,
    webhook_id      TEXT    NOT NULL,
    id              TEXT    NOT NULL, -- the event's
    type            TEXT    NOT NULL,
    content         TEXT    NOT NULL, -- what the event is about, as it was then; empty once there is a body
    body            BLOB,             -- what is sent, sealed; written before the first attempt
    status          TEXT    NOT NULL,
    attempts        TEXT    NOT NULL, -- the log
    tries           INTEGER NOT NULL, -- attempts since it was queued or replayed
    next_attempt_at INTEGER,
    holder          TEXT,
    created_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    PRIMARY KEY (environment_id, webhook_id, id),
    FOREIGN KEY (environment_id, webhook_id) REFERENCES webhook (environment_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (environment_id, webhook_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX webhook_delivery_by_end ON webhook_delivery (status, ended_at) WHERE ended_at IS NOT NULL;
