-- Administrators: credentials that belong to no tenant, in a table of their own, so that no query of a tenant's finds one.
CREATE TABLE administrator_tokens (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    last_used_at BIGINT
);
CREATE INDEX administrator_tokens_in_order ON administrator_tokens (created_at, id);

-- Since when a tenant is let in no more, and its runs wait.
ALTER TABLE tenants ADD COLUMN suspended_at BIGINT;
