-- What people look at with SQL: docs/sql.md says what each view shows, and how to ask. Views read the
-- tables with the rights of whoever made them, so that SELECT on a view is all that a reader needs.

-- A moment for people. By days and microseconds, since each of them alone is exact.
CREATE FUNCTION {s}.moment(at bigint) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (timestamp '1970-01-01' + ($1 / 86400000000) * interval '1 day'
        + ($1 % 86400000000) * interval '1 microsecond') AT TIME ZONE 'UTC'
$$;

-- JSON to look into; nothing where jsonb cannot hold it: it has no U+0000, and an end to how large a
-- number and how deep a value may be.
CREATE FUNCTION {s}.as_json(t text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN t::jsonb;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN NULL;
END
$$;

-- Each stay of a version in an environment, what ended it, and how its runs went: what the views below
-- are made of. A move is given the next generation, so the move that ended a stay is found by its key.
-- What is grouped below is grouped by names, so that who asks for one artifact makes nobody else's rows
-- be read.
CREATE VIEW {s}.stay AS
    SELECT n.name AS namespace, m.artifact, m.name AS environment, m.to_version AS version, m.generation, m.revision,
        m.from_version, split_part(m.cause, '"', 2) AS cause, m.actor, m.reason,
        {s}.moment(m.at) AS since, {s}.moment(e.at) AS until,
        greatest(coalesce({s}.moment(e.at), now()) - {s}.moment(m.at), interval '0') AS live_for,
        split_part(e.cause, '"', 2) AS end_cause, e.actor AS ended_by, e.reason AS end_reason,
        e.to_version AS followed_by,
        coalesce(x.succeeded + x.failed, 0) AS runs, coalesce(x.succeeded, 0) AS succeeded
    FROM {s}.pointer_move m
    JOIN {s}.namespace n ON n.id = m.ns
    LEFT JOIN {s}.pointer_move e ON e.ns = m.ns AND e.artifact = m.artifact AND e.kind = m.kind
        AND e.name = m.name AND e.generation = m.generation + 1
    LEFT JOIN {s}.subject x ON x.ns = m.ns AND x.artifact = m.artifact AND x.environment = m.name
        AND x.version = m.to_version AND x.generation = m.generation
    WHERE m.kind = 'e' AND m.to_version IS NOT NULL;

-- Each version where it was live, all its stays together. As in the library, the runs of its newest 32
-- stays count, and the word is found in whole numbers.
CREATE VIEW {s}.steadiness AS
    SELECT w.*, round(w.succeeded::numeric / nullif(w.runs, 0), 4) AS success_rate,
        CASE
            WHEN w.rollbacks > 0 THEN 'unstable'
            WHEN w.runs = 0 THEN 'unknown'
            WHEN w.succeeded * 100 >= w.runs * 90 THEN 'stable'
            WHEN w.succeeded * 100 >= w.runs * 70 THEN 'acceptable'
            ELSE 'problematic'
        END AS stability
    FROM (
        SELECT t.namespace, t.artifact, t.environment, t.version, count(*) AS stays,
            count(*) FILTER (WHERE t.end_cause = 'rolled_back') AS rollbacks,
            sum(t.live_for) AS live_for,
            sum(t.live_for) FILTER (WHERE t.end_cause = 'rolled_back') AS rolled_back_after,
            sum(t.runs) FILTER (WHERE t.nth <= 32)::bigint AS runs,
            sum(t.succeeded) FILTER (WHERE t.nth <= 32)::bigint AS succeeded
        FROM (
            SELECT s.*, row_number() OVER (PARTITION BY s.namespace, s.artifact, s.environment,
                s.version ORDER BY s.generation DESC) AS nth
            FROM {s}.stay s
        ) t
        GROUP BY t.namespace, t.artifact, t.environment, t.version
    ) w;

CREATE VIEW {s}.current_versions AS
    SELECT n.name AS namespace, p.artifact, p.name AS environment, p.version,
        {s}.moment(p.at) AS since, split_part(m.cause, '"', 2) AS cause, m.actor, m.reason,
        v.author, {s}.moment(v.authored_at) AS authored_at, v.semver, v.kind, v.len AS length,
        'sha256:' || encode(v.digest, 'hex') AS digest, p.generation, p.revision,
        coalesce(x.succeeded + x.failed, 0) AS runs,
        round(x.succeeded::numeric / nullif(x.succeeded + x.failed, 0), 4) AS success_rate
    FROM {s}.pointer p
    JOIN {s}.namespace n ON n.id = p.ns
    JOIN {s}.version v ON v.ns = p.ns AND v.artifact = p.artifact AND v.number = p.version
    LEFT JOIN {s}.pointer_move m ON m.ns = p.ns AND m.artifact = p.artifact AND m.kind = p.kind
        AND m.name = p.name AND m.revision = p.revision
    LEFT JOIN {s}.subject x ON x.ns = p.ns AND x.artifact = p.artifact AND x.environment = p.name
        AND x.version = p.version AND x.generation = p.generation
    WHERE p.kind = 'e';

CREATE VIEW {s}.version_history AS
    SELECT n.name AS namespace, v.artifact, v.number AS version, w.environment,
        coalesce(w.stays, 0) AS stays, coalesce(w.rollbacks, 0) AS rollbacks, w.live_for,
        coalesce(w.runs, 0) AS runs, w.success_rate,
        round(w.succeeded::numeric / nullif(w.runs, 0) - lag(w.succeeded::numeric / nullif(w.runs, 0))
            OVER (PARTITION BY n.name, v.artifact, w.environment ORDER BY v.number), 4) AS success_rate_change,
        coalesce(w.stability, 'unknown') AS stability,
        v.author, {s}.moment(v.authored_at) AS authored_at, {s}.moment(v.at) AS added_at, v.reason,
        v.changelog, v.semver, v.parents, v.depends_on, v.kind, v.label, v.len AS length,
        'sha256:' || encode(v.digest, 'hex') AS digest, nullif(v.metadata, '')::json AS metadata, v.revision
    FROM {s}.version v
    JOIN {s}.namespace n ON n.id = v.ns
    LEFT JOIN {s}.steadiness w ON w.namespace = n.name AND w.artifact = v.artifact AND w.version = v.number;

CREATE VIEW {s}.version_json AS
    SELECT n.name AS namespace, v.artifact, v.number AS version, c.json AS content
    FROM {s}.version v
    JOIN {s}.namespace n ON n.id = v.ns
    JOIN {s}.content c ON c.digest = v.digest
    WHERE v.kind = 'json' AND c.json IS NOT NULL;

CREATE VIEW {s}.stability AS
    SELECT n.name AS namespace, w.artifact, w.environment, p.version AS live,
        max(w.stability) FILTER (WHERE w.version = p.version) AS live_stability,
        a.latest, count(*) AS versions, sum(w.stays)::bigint AS stays, sum(w.rollbacks)::bigint AS rollbacks,
        -- Of the stays that ended: all but the one that lasts.
        round(sum(w.rollbacks) / nullif(sum(w.stays) - 1, 0), 4) AS rollback_rate,
        sum(w.rolled_back_after) / nullif(sum(w.rollbacks), 0)::float8 AS mean_time_to_rollback,
        sum(w.runs)::bigint AS runs, max(w.success_rate) AS best_success_rate,
        min(w.success_rate) AS worst_success_rate,
        round(sum(w.succeeded) / nullif(sum(w.runs), 0), 4) AS success_rate
    FROM {s}.steadiness w
    JOIN {s}.namespace n ON n.name = w.namespace
    JOIN {s}.artifact a ON a.ns = n.id AND a.name = w.artifact
    JOIN {s}.pointer p ON p.ns = n.id AND p.artifact = w.artifact AND p.kind = 'e' AND p.name = w.environment
    GROUP BY n.name, w.artifact, w.environment, p.version, a.latest;

CREATE VIEW {s}.deployment_history AS
    SELECT s.namespace, s.artifact, s.environment, s.version,
        CASE
            WHEN s.until IS NULL THEN 'live'
            WHEN s.end_cause IN ('rolled_back', 'undone', 'restored') THEN s.end_cause
            ELSE 'replaced'
        END AS status,
        s.since, s.until, s.live_for, s.from_version, s.cause, s.actor, s.reason, s.followed_by, s.ended_by,
        s.end_reason, s.runs, round(s.succeeded::numeric / nullif(s.runs, 0), 4) AS success_rate,
        s.generation, s.revision
    FROM {s}.stay s;

-- A cause is a word, or an object of one member that is named by it. What the policy found is cut out as
-- it was written, since a message in it may hold what jsonb does not.
CREATE VIEW {s}.pointer_history AS
    SELECT n.name AS namespace, m.artifact, CASE m.kind WHEN 'e' THEN 'environment' ELSE 'label' END AS kind,
        m.name, m.from_version, m.to_version, {s}.moment(m.at) AS at, split_part(m.cause, '"', 2) AS cause,
        CASE split_part(m.cause, '"', 2) WHEN 'rolled_back' THEN split_part(m.cause, '"', 4) END AS trigger,
        m.actor, m.reason, m.forced,
        CASE WHEN m.cause LIKE '{"rolled\_back":{"policy":%' THEN
            left(substr(m.cause, length('{"rolled_back":{"policy":') + 1), -2)::json END AS evidence,
        m.generation, m.revision
    FROM {s}.pointer_move m
    JOIN {s}.namespace n ON n.id = m.ns;

CREATE VIEW {s}.changes AS
    SELECT n.name AS namespace, v.revision, {s}.moment(v.at) AS at, 'added' AS change, v.artifact,
        NULL AS pointer, v.parents[1] AS from_version, v.number AS version, v.author AS actor, v.reason
    FROM {s}.version v
    JOIN {s}.namespace n ON n.id = v.ns
    UNION ALL
    SELECT n.name, m.revision, {s}.moment(m.at), split_part(m.cause, '"', 2), m.artifact,
        CASE m.kind WHEN 'e' THEN 'environment ' ELSE 'label ' END || m.name, m.from_version, m.to_version,
        m.actor, m.reason
    FROM {s}.pointer_move m
    JOIN {s}.namespace n ON n.id = m.ns;

CREATE VIEW {s}.recent_changes AS
    SELECT * FROM {s}.changes WHERE at > now() - interval '30 days';

CREATE VIEW {s}.outcomes AS
    SELECT n.name AS namespace, x.artifact, x.environment, x.version, {s}.moment(o.at) AS at,
        CASE o.status WHEN 0 THEN 'succeeded' WHEN 1 THEN 'failed' ELSE 'unknown' END AS status,
        o.class, o.message, trim_scale(o.seconds + o.nanos * 0.000000001) AS seconds, o.cost, o.scores::json AS scores,
        o.trace AS trace_id, x.generation, o.place, o.id
    FROM {s}.outcome o
    JOIN {s}.subject x ON x.id = o.subject
    JOIN {s}.namespace n ON n.id = x.ns;

-- What was live at a moment; nothing if nothing was. It reads the view, so whoever may read that may ask.
CREATE FUNCTION {s}.version_at(namespace text, artifact text, environment text, moment timestamptz) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT d.version FROM {s}.deployment_history d
    WHERE d.namespace = $1 AND d.artifact = $2 AND d.environment = $3 AND d.since <= $4
    ORDER BY d.generation DESC LIMIT 1
$$;
