-- An outcome of a copy of a run says whether what answered the run failed. Nothing: it is of no copy.
ALTER TABLE {s}.outcome ADD COLUMN other_failed boolean;
-- How the run came to its version: the bucket of its key, or -1 if it was drawn. Nothing: nobody said it.
ALTER TABLE {s}.outcome ADD COLUMN bucket smallint;

DROP FUNCTION {s}.append_group(jsonb, integer[], uuid[], bigint[], smallint[], text[], text[], text[], integer[],
    double precision[], text[], text[], bytea[]);

-- Counts outcomes. Each subject's log is locked, in one order for everybody; what has an id that is
-- there is passed over. Answers with what every subject had before, as far as the caller does not know.
CREATE FUNCTION {s}.append_group(p jsonb, subjects integer[], ids uuid[], ats bigint[], statuses smallint[],
    classes text[], messages text[], seconds text[], nanos integer[], costs double precision[], scores text[],
    traces text[], others_failed boolean[], buckets smallint[], sums bytea[]) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    n integer;
    logs bigint[];
    before jsonb;
    fresh jsonb;
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
    SELECT id INTO n FROM {s}.namespace WHERE name = p->>'namespace';
    INSERT INTO {s}.subject (ns, artifact, environment, version, generation)
        SELECT n, w.artifact, w.environment, w.version, w.generation
        FROM jsonb_to_recordset(p->'subjects') w (artifact text, environment text, version bigint, generation bigint)
        WHERE NOT EXISTS (SELECT FROM {s}.subject x WHERE x.ns = n AND x.artifact = w.artifact
            AND x.environment = w.environment AND x.version = w.version AND x.generation = w.generation)
        ORDER BY 2, 3, 4, 5
        ON CONFLICT DO NOTHING;
    PERFORM FROM {s}.subject x
        JOIN jsonb_to_recordset(p->'subjects') w (artifact text, environment text, version bigint, generation bigint)
            ON x.ns = n AND x.artifact = w.artifact AND x.environment = w.environment
            AND x.version = w.version AND x.generation = w.generation
        ORDER BY x.id FOR NO KEY UPDATE OF x;

    SELECT array_agg(x.id ORDER BY w.place),
        jsonb_agg(jsonb_build_object('total', x.total, 'tally_total', x.tally_total, 'judged_total', x.judged_total,
            'tally', CASE WHEN x.tally_total > w.known THEN encode(x.tally, 'hex') END,
            'judged', CASE WHEN x.judged_total <> w.judged_known THEN encode(x.judged, 'hex') END,
            'tail', CASE WHEN x.total > greatest(w.known, x.tally_total) THEN (
                SELECT jsonb_agg(to_jsonb(o) ORDER BY o.place) FROM {s}.outcome o
                WHERE o.subject = x.id AND o.place > greatest(w.known, x.tally_total)) END)
            ORDER BY w.place)
        INTO logs, before
        FROM jsonb_to_recordset(p->'subjects') w (artifact text, environment text, version bigint,
            generation bigint, known bigint, judged_known bigint, place integer)
        JOIN {s}.subject x ON x.ns = n AND x.artifact = w.artifact AND x.environment = w.environment
            AND x.version = w.version AND x.generation = w.generation;

    WITH given AS (
        SELECT w.*, logs[w.subject] AS sid
        FROM unnest(subjects, ids, ats, statuses, classes, messages, seconds, nanos, costs, scores, traces, others_failed,
                buckets, sums)
            WITH ORDINALITY w (subject, id, at, status, class, message, seconds, nanos, cost, scores, trace,
                other_failed, bucket, sum, place)
        WHERE NOT EXISTS (SELECT FROM {s}.outcome o WHERE o.ns = n AND o.id = w.id)
    ), placed AS (
        SELECT g.*, x.total + row_number() OVER (PARTITION BY g.sid ORDER BY g.place) AS log_place
        FROM given g JOIN {s}.subject x ON x.id = g.sid
    ), written AS (
        INSERT INTO {s}.outcome (subject, place, ns, id, at, status, class, message, seconds, nanos, cost, scores,
                trace, other_failed, bucket, sum)
            SELECT g.sid, g.log_place, n, g.id, g.at, g.status, g.class, g.message, g.seconds::numeric, g.nanos,
                g.cost, g.scores, g.trace, g.other_failed, g.bucket, {s}.seal(g.sum, n, g.log_place, 0, 0)
            FROM placed g ORDER BY g.id
        RETURNING subject, status
    ), counted AS (
        UPDATE {s}.subject x SET total = x.total + c.new, succeeded = x.succeeded + c.well, failed = x.failed + c.badly
            FROM (SELECT subject, count(*) AS new, count(*) FILTER (WHERE status = 0) AS well,
                count(*) FILTER (WHERE status = 1) AS badly FROM written GROUP BY subject) c WHERE x.id = c.subject
    )
    SELECT jsonb_agg(g.place - 1 ORDER BY g.place) INTO fresh FROM placed g;

    UPDATE {s}.subject x SET judged = decode(w.tally, 'hex'), judged_total = w.total
        FROM jsonb_to_recordset(p->'marks') w (artifact text, environment text, version bigint, generation bigint,
            total bigint, tally text)
        WHERE x.ns = n AND x.artifact = w.artifact AND x.environment = w.environment AND x.version = w.version
            AND x.generation = w.generation AND x.judged_total < w.total AND w.total <= x.total;
    -- What was only touched by an append of nothing leaves nothing behind.
    DELETE FROM {s}.subject x WHERE x.id = ANY (logs) AND x.total = 0
        AND NOT EXISTS (SELECT FROM {s}.outcome o WHERE o.subject = x.id);
    RETURN jsonb_build_object('before', before, 'fresh', coalesce(fresh, '[]'));
END
$$;
