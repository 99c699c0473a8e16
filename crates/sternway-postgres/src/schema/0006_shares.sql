-- A stay goes on while shares beside it change: such a move, from a version to itself, neither begins nor ends one,
-- and what ran under it is of the stay. A move that ended a stay is the next one that changed no shares only.
CREATE OR REPLACE VIEW {s}.stay AS
    SELECT n.name AS namespace, m.artifact, m.name AS environment, m.to_version AS version, m.generation, m.revision,
        m.from_version, split_part(m.cause, '"', 2) AS cause, m.actor, m.reason,
        {s}.moment(m.at) AS since, {s}.moment(e.at) AS until,
        greatest(coalesce({s}.moment(e.at), now()) - {s}.moment(m.at), interval '0') AS live_for,
        split_part(e.cause, '"', 2) AS end_cause, e.actor AS ended_by, e.reason AS end_reason,
        e.to_version AS followed_by,
        coalesce(x.succeeded + x.failed, 0) AS runs, coalesce(x.succeeded, 0) AS succeeded
    FROM {s}.pointer_move m
    JOIN {s}.namespace n ON n.id = m.ns
    LEFT JOIN LATERAL (
        SELECT o.* FROM {s}.pointer_move o
        WHERE o.ns = m.ns AND o.artifact = m.artifact AND o.kind = m.kind AND o.name = m.name
            AND o.generation > m.generation AND split_part(o.cause, '"', 2) <> 'shifted'
        ORDER BY o.generation LIMIT 1
    ) e ON true
    LEFT JOIN LATERAL (
        SELECT sum(o.succeeded)::bigint AS succeeded, sum(o.failed)::bigint AS failed FROM {s}.subject o
        WHERE o.ns = m.ns AND o.artifact = m.artifact AND o.environment = m.name AND o.version = m.to_version
            AND o.generation >= m.generation AND (e.generation IS NULL OR o.generation < e.generation)
    ) x ON true
    WHERE m.kind = 'e' AND m.to_version IS NOT NULL AND split_part(m.cause, '"', 2) <> 'shifted';

-- Since when and how what is live went live, whatever became of shares since. How often the pointer moved, and its
-- last move, are what they were.
CREATE OR REPLACE VIEW {s}.current_versions AS
    SELECT n.name AS namespace, p.artifact, p.name AS environment, p.version,
        {s}.moment(coalesce(m.at, p.at)) AS since, split_part(m.cause, '"', 2) AS cause, m.actor, m.reason,
        v.author, {s}.moment(v.authored_at) AS authored_at, v.semver, v.kind, v.len AS length,
        'sha256:' || encode(v.digest, 'hex') AS digest, p.generation, p.revision,
        coalesce(x.succeeded + x.failed, 0) AS runs,
        round(x.succeeded::numeric / nullif(x.succeeded + x.failed, 0), 4) AS success_rate
    FROM {s}.pointer p
    JOIN {s}.namespace n ON n.id = p.ns
    JOIN {s}.version v ON v.ns = p.ns AND v.artifact = p.artifact AND v.number = p.version
    LEFT JOIN LATERAL (
        SELECT o.* FROM {s}.pointer_move o
        WHERE o.ns = p.ns AND o.artifact = p.artifact AND o.kind = p.kind AND o.name = p.name
            AND o.generation <= p.generation AND split_part(o.cause, '"', 2) <> 'shifted'
        ORDER BY o.generation DESC LIMIT 1
    ) m ON true
    LEFT JOIN LATERAL (
        SELECT sum(o.succeeded)::bigint AS succeeded, sum(o.failed)::bigint AS failed FROM {s}.subject o
        WHERE o.ns = p.ns AND o.artifact = p.artifact AND o.environment = p.name AND o.version = p.version
            AND o.generation >= coalesce(m.generation, p.generation)
    ) x ON true
    WHERE p.kind = 'e';
