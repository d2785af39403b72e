-- Who the vendor says that an account belongs to.
ALTER TABLE integrated_account ADD COLUMN identity TEXT COLLATE "C";
-- Counts the credentials that an account has had; 0 = none yet. What was found out about one of them says nothing of the next.
ALTER TABLE integrated_account ADD COLUMN credential_version BIGINT NOT NULL DEFAULT 1;
-- When the vendor refused for good to refresh the credential.
ALTER TABLE credential ADD COLUMN refresh_refused_at BIGINT;
-- What holds for everything in the environment, as JSON.
ALTER TABLE environment ADD COLUMN settings TEXT COLLATE "C" NOT NULL DEFAULT '{}';
