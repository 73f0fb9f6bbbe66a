-- Both databases read this: texts, 64-bit integers (also for what is true or false), times as milliseconds since 1970.
-- Whatever belongs to a tenant names it, and refers to other rows together with it: a row of one tenant cannot refer to
-- one of another.

CREATE TABLE tenants (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    concurrent_runs BIGINT NOT NULL,
    storage_bytes BIGINT NOT NULL,
    upload_bytes BIGINT NOT NULL,
    run_seconds BIGINT NOT NULL,
    requests_per_minute BIGINT NOT NULL,
    -- Counts the claims of this tenant's runs: two hosts that saw the same number do not both claim one.
    claims BIGINT NOT NULL
);
CREATE INDEX tenants_in_order ON tenants (created_at, id);

CREATE TABLE tokens (
    tenant TEXT NOT NULL REFERENCES tenants (id),
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    last_used_at BIGINT,
    UNIQUE (tenant, id)
);
CREATE INDEX tokens_in_order ON tokens (tenant, created_at, id);

CREATE TABLE knowledge_bases (
    tenant TEXT NOT NULL REFERENCES tenants (id),
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- Of a knowledge base that was uploaded there is none.
    directory TEXT,
    state TEXT NOT NULL CHECK (state IN ('receiving', 'ready', 'failed')),
    files BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    digest TEXT,
    failure_code TEXT,
    failure_message TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (tenant, id)
);
CREATE INDEX knowledge_bases_in_order ON knowledge_bases (tenant, created_at, id);
CREATE INDEX knowledge_bases_to_come ON knowledge_bases (created_at) WHERE state = 'receiving';

CREATE TABLE projects (
    tenant TEXT NOT NULL,
    id TEXT PRIMARY KEY,
    knowledge_base TEXT NOT NULL,
    name TEXT NOT NULL,
    stack TEXT NOT NULL,
    configuration TEXT,
    status TEXT NOT NULL CHECK (status IN ('created', 'initialized', 'active')),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (tenant, id),
    FOREIGN KEY (tenant, knowledge_base) REFERENCES knowledge_bases (tenant, id)
);
CREATE INDEX projects_in_order ON projects (tenant, created_at, id);
CREATE INDEX projects_by_knowledge_base ON projects (tenant, knowledge_base);

CREATE TABLE runs (
    tenant TEXT NOT NULL,
    id TEXT PRIMARY KEY,
    project TEXT NOT NULL,
    request TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    stage TEXT,
    queued_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    lease_owner TEXT,
    lease_expires_at BIGINT,
    fence BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    cancel_requested BIGINT NOT NULL CHECK (cancel_requested IN (0, 1)),
    failure_code TEXT,
    failure_message TEXT,
    figures TEXT,
    access_log TEXT,
    UNIQUE (tenant, id),
    FOREIGN KEY (tenant, project) REFERENCES projects (tenant, id),
    CHECK ((state = 'running') = (lease_owner IS NOT NULL)),
    CHECK ((state = 'running') = (lease_expires_at IS NOT NULL))
);
CREATE INDEX runs_in_order ON runs (tenant, queued_at, id);
CREATE INDEX runs_of_project ON runs (tenant, project, queued_at, id);
CREATE UNIQUE INDEX one_live_run_of_a_project ON runs (tenant, project) WHERE state IN ('queued', 'running');
CREATE INDEX runs_waiting ON runs (tenant, queued_at, id) WHERE state = 'queued';
CREATE INDEX runs_running ON runs (tenant) WHERE state = 'running';
CREATE INDEX runs_by_lease ON runs (lease_expires_at) WHERE state = 'running';

CREATE TABLE events (
    run TEXT NOT NULL REFERENCES runs (id),
    seq BIGINT NOT NULL CHECK (seq > 0),
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (run, seq)
);

CREATE TABLE tickets (
    tenant TEXT NOT NULL,
    id TEXT PRIMARY KEY,
    token TEXT NOT NULL,
    hash TEXT NOT NULL,
    project TEXT,
    run TEXT,
    expires_at BIGINT NOT NULL,
    FOREIGN KEY (tenant, token) REFERENCES tokens (tenant, id)
);
CREATE INDEX tickets_by_token ON tickets (tenant, token);
CREATE INDEX tickets_by_expiry ON tickets (expires_at);
