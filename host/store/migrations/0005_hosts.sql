-- When a host was last there, and since when it has been without a gap: only one that was there all the while can tell
-- that another was not.
CREATE TABLE hosts (
    name TEXT PRIMARY KEY,
    since BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
