-- Which host receives the files of a knowledge base: a host that was killed ends its own uploads when it is back, and
-- nobody else's.
ALTER TABLE knowledge_bases ADD COLUMN receiver TEXT;
CREATE INDEX knowledge_bases_by_receiver ON knowledge_bases (receiver) WHERE state = 'receiving';

-- Runs that have ended are removed when they are old enough.
CREATE INDEX runs_by_end ON runs (ended_at, id) WHERE state IN ('succeeded', 'failed', 'cancelled');
