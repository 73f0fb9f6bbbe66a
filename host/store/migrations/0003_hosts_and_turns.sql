-- Source trees are files of one host, and it alone can work on their runs. NULL: any host can.
ALTER TABLE knowledge_bases ADD COLUMN host TEXT;
ALTER TABLE runs ADD COLUMN host TEXT;

-- When a run of the tenant was last claimed: tenants take turns.
ALTER TABLE tenants ADD COLUMN claimed_at BIGINT NOT NULL DEFAULT 0;
