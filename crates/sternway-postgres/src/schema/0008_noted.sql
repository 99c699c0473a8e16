-- How far the logs of others were when a run failed: what the failure is held against, whoever judges it and
-- whenever.
CREATE TABLE {s}.noted (
    subject bigint NOT NULL,
    place bigint NOT NULL,
    ns integer NOT NULL,
    versions bigint[] NOT NULL,
    generations bigint[] NOT NULL,
    totals bigint[] NOT NULL,
    sum bytea NOT NULL,
    PRIMARY KEY (subject, place)
);

-- Notes with the new failures of a group what was asked for, after its outcomes were counted in the same
-- transaction. What others commit at this very moment is seen or not, and is noted as it was seen. Of what the
-- group itself counted, only what came before the failure is there.
CREATE FUNCTION {s}.note(p jsonb, subjects integer[], fresh jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    n integer;
    said jsonb;
BEGIN
    SELECT id INTO n FROM {s}.namespace WHERE name = p->>'namespace';
    WITH others AS MATERIALIZED (
        SELECT w.noting, t.ord, t.other->>0 AS version, t.other->>1 AS generation, (t.other->>2)::integer AS number,
            coalesce((SELECT x.total FROM {s}.subject x WHERE x.ns = n AND x.artifact = w.artifact
                AND x.environment = w.environment AND x.version = (t.other->>0)::bigint
                AND x.generation = (t.other->>1)::bigint), 0) AS total
        FROM jsonb_to_recordset(p->'notings') w (noting integer, artifact text, environment text, others jsonb)
        CROSS JOIN LATERAL jsonb_array_elements(w.others) WITH ORDINALITY t (other, ord)
    ), counted AS MATERIALIZED (
        SELECT v.place::integer AS place, subjects[v.place::integer + 1] AS number
        FROM jsonb_array_elements_text(fresh) v (place)
    ), failed AS MATERIALIZED (
        SELECT q.place, q.noting, o.subject, o.place AS log_place
        FROM jsonb_to_recordset(p->'failures') q (place integer, noting integer, id uuid)
        JOIN counted c ON c.place = q.place
        CROSS JOIN LATERAL (
            SELECT o.subject, o.place FROM {s}.outcome o WHERE o.ns = n AND o.id = q.id OFFSET 0) o
    ), events AS (
        SELECT t.noting, t.ord, c.place, 1 AS later FROM others t JOIN counted c ON c.number = t.number
        UNION ALL
        SELECT t.noting, t.ord, f.place, 0 FROM others t JOIN failed f ON f.noting = t.noting
            WHERE t.number IS NOT NULL
    ), lengths AS (
        SELECT e.*, sum(e.later) OVER (PARTITION BY e.noting, e.ord ORDER BY e.place DESC) AS after FROM events e
    ), rows AS MATERIALIZED (
        SELECT f.subject, f.log_place, f.place, array_agg(t.version::bigint ORDER BY t.ord) AS versions,
            array_agg(t.generation::bigint ORDER BY t.ord) AS generations,
            array_agg((t.total - coalesce(l.after, 0))::bigint ORDER BY t.ord) AS totals
        FROM failed f JOIN others t ON t.noting = f.noting
        LEFT JOIN lengths l ON l.noting = t.noting AND l.ord = t.ord AND l.place = f.place AND l.later = 0
        GROUP BY f.subject, f.log_place, f.place
    ), written AS (
        INSERT INTO {s}.noted (subject, place, ns, versions, generations, totals, sum)
            SELECT r.subject, r.log_place, n, r.versions, r.generations, r.totals,
                {s}.seal(sha256(convert_to(concat_ws(' ', r.versions, r.generations, r.totals), 'UTF8')), n,
                    r.subject, r.log_place, 0)
            FROM rows r
    )
    SELECT jsonb_agg(jsonb_build_array(r.place, r.log_place, r.totals)) INTO said FROM rows r;
    RETURN jsonb_build_object('noted', coalesce(said, '[]'));
END
$$;
