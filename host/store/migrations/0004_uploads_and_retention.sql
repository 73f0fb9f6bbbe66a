-- A host that was killed ends its own uploads when it is back, and nobody else's.
CREATE INDEX uploads_by_host ON knowledge_bases (host) WHERE state = 'receiving';

-- Runs that have ended are removed when they are old enough.
CREATE INDEX runs_by_end ON runs (ended_at, id) WHERE state IN ('succeeded', 'failed', 'cancelled');
