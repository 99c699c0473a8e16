-- Runs of which somebody said that they begin, and nobody yet how they ended.
CREATE TABLE {s}.open_run (
    ns integer NOT NULL REFERENCES {s}.namespace,
    id uuid NOT NULL,
    artifact text COLLATE "C" NOT NULL,
    environment text COLLATE "C" NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    generation bigint NOT NULL,
    opened bigint NOT NULL,
    due bigint NOT NULL,
    bucket smallint,
    sum bytea NOT NULL,
    PRIMARY KEY (ns, id)
);
CREATE INDEX open_run_due ON {s}.open_run (ns, due, id);

-- Opens runs, and says of each what became of it: 0 it is open, 1 it was already, 2 its outcome is
-- counted. An outcome that is counted at this very moment is not seen, and neither does it see the run:
-- so whoever reads open runs passes over what has an outcome.
CREATE FUNCTION {s}.open_runs(p jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    n integer;
    w record;
    said integer[] := '{}';
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
    SELECT id INTO n FROM {s}.namespace WHERE name = p->>'namespace';
    -- In one order for everybody, so that two that open the same runs do not wait for each other.
    FOR w IN SELECT r.*, x.place FROM jsonb_array_elements(p->'runs') WITH ORDINALITY x (run, place)
        CROSS JOIN LATERAL jsonb_to_record(x.run) r (id uuid, artifact text, environment text, version bigint,
            generation bigint, opened bigint, due bigint, bucket smallint, sum text)
        ORDER BY r.id, x.place
    LOOP
        IF EXISTS (SELECT FROM {s}.outcome o WHERE o.ns = n AND o.id = w.id) THEN
            said[w.place] := 2;
        ELSE
            INSERT INTO {s}.open_run (ns, id, artifact, environment, version, generation, opened, due, bucket, sum)
                VALUES (n, w.id, w.artifact, w.environment, w.version, w.generation, w.opened, w.due, w.bucket,
                    {s}.seal(decode(w.sum, 'hex'), n, 0, 0, 0))
                ON CONFLICT (ns, id) DO NOTHING;
            said[w.place] := CASE WHEN FOUND THEN 0 ELSE 1 END;
        END IF;
    END LOOP;
    RETURN jsonb_build_object('opened', to_jsonb(said));
END
$$;

-- An outcome ends its run in the same commit, whoever counts it. Runs are looked up row by row.
CREATE FUNCTION {s}.end_runs() RETURNS trigger
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    DELETE FROM {s}.open_run WHERE ctid = ANY (ARRAY(
        SELECT r.ctid FROM counted c CROSS JOIN LATERAL (
            SELECT o.ctid FROM {s}.open_run o WHERE o.ns = c.ns AND o.id = c.id OFFSET 0) r));
    RETURN NULL;
END
$$;

CREATE TRIGGER end_runs AFTER INSERT ON {s}.outcome
    REFERENCING NEW TABLE AS counted FOR EACH STATEMENT EXECUTE FUNCTION {s}.end_runs();
