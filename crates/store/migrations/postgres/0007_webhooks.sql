-- Where an environment wants to be told of changes. `sealed` holds the secrets that sign, under a data key of their own.
CREATE TABLE webhook (
    environment_id  TEXT COLLATE "C" NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    id              TEXT COLLATE "C" NOT NULL,
    url             TEXT COLLATE "C" NOT NULL,
    events          TEXT COLLATE "C",          -- types of events, each with a blank before and after it; absent = all
    description     TEXT COLLATE "C",
    disabled_at     BIGINT,
    disabled_reason TEXT COLLATE "C",
    previous_until  BIGINT,                    -- until when the secret before the present one signs too
    key_generation  BIGINT           NOT NULL REFERENCES key_generation (number),
    data_key        BYTEA            NOT NULL,
    sealed          BYTEA            NOT NULL,
    created_at      BIGINT           NOT NULL,
    updated_at      BIGINT           NOT NULL,
    PRIMARY KEY (environment_id, id)
);
CREATE INDEX webhook_by_key_generation ON webhook (key_generation);

-- One event on its way to one webhook. `next_attempt_at` is set while it is pending; with a `holder` it is being sent, and the moment
-- is when somebody else may take it over. `ended_at` is set after that.
CREATE TABLE webhook_delivery (
    environment_id  TEXT COLLATE "C" NOT NULL,
    webhook_id      TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL, -- the event's
    type            TEXT COLLATE "C" NOT NULL,
    content         TEXT COLLATE "C" NOT NULL, -- what the event is about, as it was then; empty once there is a body
    body            BYTEA,                     -- what is sent, sealed; written before the first attempt
    status          TEXT COLLATE "C" NOT NULL,
    attempts        TEXT COLLATE "C" NOT NULL, -- the log
    tries           BIGINT           NOT NULL, -- attempts since it was queued or replayed
    next_attempt_at BIGINT,
    holder          TEXT COLLATE "C",
    created_at      BIGINT           NOT NULL,
    ended_at        BIGINT,
    PRIMARY KEY (environment_id, webhook_id, id),
    FOREIGN KEY (environment_id, webhook_id) REFERENCES webhook (environment_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (environment_id, webhook_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX webhook_delivery_by_end ON webhook_delivery (status, ended_at) WHERE ended_at IS NOT NULL;
