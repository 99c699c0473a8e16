-- What is done in the database in one step. Every name is written out, so that nothing depends on a
-- session's settings.
--
-- What is looked up for each row of what a function was given is written as such (LATERAL), and no other
-- way is left to the planner: it cannot know how little was given, and what it makes of tables that were
-- never analyzed, or were small when a session began, it keeps.

-- The first 8 bytes of a SHA-256 over what a writer hashed and the numbers that its row was given.
CREATE FUNCTION {s}.seal(sum bytea, ns integer, a bigint, b bigint, c bigint) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT substr(sha256(sum || int4send(ns) || int8send(a) || int8send(b) || int8send(c)), 1, 8)
$$;

-- A number in groups of seven bits, the lowest first, as commits are encoded.
CREATE FUNCTION {s}.varint(number bigint) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    bytes bytea := ''::bytea;
    rest bigint := number;
BEGIN
    WHILE rest > 127 LOOP
        bytes := bytes || set_byte('\x00'::bytea, 0, (rest & 127)::integer | 128);
        rest := rest >> 7;
    END LOOP;
    RETURN bytes || set_byte('\x00'::bytea, 0, rest::integer);
END
$$;

-- A signed number likewise, with its sign in the lowest bit.
CREATE FUNCTION {s}.zigzag(number bigint) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT {s}.varint((number << 1) # (number >> 63))
$$;

-- Everything that a group of changesets is decided on, as it stands at one moment.
CREATE FUNCTION {s}.load(space text, needs jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    n integer;
    found jsonb := '{}';
BEGIN
    SELECT id INTO n FROM {s}.namespace WHERE name = space;
    SELECT jsonb_build_object('head', to_jsonb(h)) INTO found FROM {s}.head h WHERE h.ns = n;
    found := coalesce(found, '{}');
    IF needs ? 'contents' THEN
        found := found || jsonb_build_object('contents', (
            SELECT jsonb_agg(jsonb_build_object('digest', encode(c.digest, 'hex'), 'form', c.form, 'len', c.len))
            FROM jsonb_array_elements_text(needs->'contents') w (d), LATERAL (
                SELECT digest, form, len FROM {s}.content WHERE digest = decode(w.d, 'hex') LIMIT 1) c));
    END IF;
    IF needs ? 'trees' THEN
        found := found || jsonb_build_object('trees', (
            SELECT jsonb_agg(jsonb_build_object('digest', encode(c.digest, 'hex'), 'codec', c.codec,
                'len', c.len, 'data', encode(c.data, 'hex')))
            FROM jsonb_array_elements_text(needs->'trees') w (d), LATERAL (
                SELECT digest, codec, len, data FROM {s}.content WHERE digest = decode(w.d, 'hex') LIMIT 1) c));
    END IF;
    IF n IS NULL THEN
        RETURN found;
    END IF;
    IF needs ? 'artifacts' THEN
        found := found || jsonb_build_object('artifacts', (
            SELECT jsonb_agg(to_jsonb(a)) FROM jsonb_array_elements_text(needs->'artifacts') w (d), LATERAL (
                SELECT * FROM {s}.artifact a WHERE a.ns = n AND a.name = w.d LIMIT 1) a));
    END IF;
    IF needs ? 'versions' THEN
        found := found || jsonb_build_object('versions', (
            SELECT jsonb_agg(to_jsonb(v))
            FROM jsonb_to_recordset(needs->'versions') w (artifact text, number bigint), LATERAL (
                SELECT * FROM {s}.version v WHERE v.ns = n AND v.artifact = w.artifact AND v.number = w.number
                LIMIT 1) v));
    END IF;
    IF needs ? 'latest' THEN
        found := found || jsonb_build_object('latest', (
            SELECT jsonb_agg(to_jsonb(v)) FROM jsonb_array_elements_text(needs->'latest') w (d), LATERAL (
                SELECT latest FROM {s}.artifact a WHERE a.ns = n AND a.name = w.d LIMIT 1) a, LATERAL (
                SELECT * FROM {s}.version v WHERE v.ns = n AND v.artifact = w.d AND v.number = a.latest
                LIMIT 1) v));
    END IF;
    IF needs ? 'judged' THEN
        found := found || jsonb_build_object('judged', (
            SELECT jsonb_agg(to_jsonb(r))
            FROM jsonb_to_recordset(needs->'judged') w (artifact text, number bigint, begins text), LATERAL (
                SELECT digest FROM {s}.version v WHERE v.ns = n AND v.artifact = w.artifact AND v.number = w.number
                LIMIT 1) v, LATERAL (
                SELECT * FROM {s}.record_entry r WHERE r.ns = n AND r.kind = 'condemnation'
                    AND r.name = w.begins || encode(v.digest, 'hex') LIMIT 1) r));
    END IF;
    IF needs ? 'pointers' THEN
        found := found || jsonb_build_object('pointers', (
            SELECT jsonb_agg(to_jsonb(p) || jsonb_build_object('actor', m.actor))
            FROM jsonb_to_recordset(needs->'pointers') w (artifact text, kind text, name text), LATERAL (
                SELECT * FROM {s}.pointer p
                WHERE p.ns = n AND p.artifact = w.artifact AND p.kind = w.kind AND p.name = w.name LIMIT 1) p
            LEFT JOIN LATERAL (
                SELECT actor FROM {s}.pointer_move m WHERE m.ns = n AND m.artifact = p.artifact AND m.kind = p.kind
                    AND m.name = p.name AND m.revision = p.revision LIMIT 1) m ON true));
    END IF;
    IF needs ? 'records' THEN
        found := found || jsonb_build_object('records', (
            SELECT jsonb_agg(to_jsonb(r))
            FROM jsonb_to_recordset(needs->'records') w (kind text, name text), LATERAL (
                SELECT * FROM {s}.record_entry r WHERE r.ns = n AND r.kind = w.kind AND r.name = w.name
                LIMIT 1) r));
    END IF;
    IF needs ? 'ids' THEN
        found := found || jsonb_build_object('ids', (
            SELECT jsonb_agg(to_jsonb(c))
            FROM jsonb_array_elements_text(needs->'ids') w (d), LATERAL (
                SELECT * FROM {s}.commit c WHERE c.ns = n AND c.id = w.d::uuid LIMIT 1) c));
    END IF;
    IF needs ? 'commits' THEN
        found := found || jsonb_build_object('commits', (
            SELECT jsonb_agg(to_jsonb(c))
            FROM jsonb_array_elements_text(needs->'commits') w (d), LATERAL (
                SELECT * FROM {s}.commit c WHERE c.ns = n AND c.revision = w.d::bigint LIMIT 1) c));
    END IF;
    RETURN found;
END
$$;

-- Commits a group of changesets that were decided on what `load` found, if that is still what is
-- there; answers with nothing if it is not. Whoever calls this holds the head of the namespace until
-- it is durable, and nobody waits for the network meanwhile. Durable it is also where the database is
-- set not to wait for that.
CREATE FUNCTION {s}.commit_group(p jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    n integer;
    h {s}.head;
    base bigint := 0;
    rev bigint := 0;
    moment bigint;
    link bytea := decode(repeat('00', 32), 'hex');
    one jsonb;
    record bytea;
    ats bigint[] := '{}';
    links text[] := '{}';
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
    IF (p->>'create')::boolean THEN
        INSERT INTO {s}.namespace (name, sum) VALUES (p->>'namespace', ''::bytea)
            ON CONFLICT (name) DO NOTHING RETURNING id INTO n;
        IF n IS NULL THEN
            RETURN NULL;
        END IF;
        UPDATE {s}.namespace SET sum = {s}.seal(decode(p->>'sum', 'hex'), n, 0, 0, 0) WHERE id = n;
    ELSE
        SELECT id INTO n FROM {s}.namespace WHERE name = p->>'namespace';
        SELECT * INTO h FROM {s}.head WHERE ns = n FOR NO KEY UPDATE;
        IF NOT FOUND OR h.revision <> coalesce((p->>'revision')::bigint, h.revision) THEN
            RETURN NULL;
        END IF;
        base := h.revision;
        rev := h.revision;
        moment := h.at;
        link := h.chain;
    END IF;

    -- These are statements of their own, so that they see what was committed while this one waited.
    IF EXISTS (
        SELECT FROM jsonb_to_recordset(p->'seen_artifacts') w (name text, latest bigint)
        LEFT JOIN LATERAL (SELECT latest FROM {s}.artifact a WHERE a.ns = n AND a.name = w.name LIMIT 1) a ON true
        WHERE a.latest IS DISTINCT FROM w.latest
    ) OR EXISTS (
        SELECT FROM jsonb_to_recordset(p->'seen_pointers') w (artifact text, kind text, name text, generation bigint)
        LEFT JOIN LATERAL (
            SELECT generation FROM {s}.pointer x
            WHERE x.ns = n AND x.artifact = w.artifact AND x.kind = w.kind AND x.name = w.name LIMIT 1) x ON true
        WHERE x.generation IS DISTINCT FROM w.generation
    ) OR EXISTS (
        SELECT FROM jsonb_to_recordset(p->'seen_records') w (kind text, name text, generation bigint)
        LEFT JOIN LATERAL (
            SELECT generation FROM {s}.record_entry r
            WHERE r.ns = n AND r.kind = w.kind AND r.name = w.name LIMIT 1) r ON true
        WHERE r.generation IS DISTINCT FROM w.generation
    ) OR EXISTS (
        SELECT FROM jsonb_array_elements(p->'changesets') w (d), LATERAL (
            SELECT FROM {s}.commit c WHERE c.ns = n AND c.id = (w.d->>'id')::uuid LIMIT 1) c
    ) THEN
        RETURN NULL;
    END IF;

    FOR one IN SELECT value FROM jsonb_array_elements(p->'changesets') LOOP
        rev := rev + 1;
        moment := greatest(moment, (one->>'at')::bigint);
        SELECT string_agg(CASE w.piece
                WHEN 'r' THEN {s}.varint(rev)
                WHEN 't' THEN {s}.zigzag(moment)
                ELSE decode(w.piece, 'hex')
            END, ''::bytea ORDER BY w.place)
            INTO record
            FROM jsonb_array_elements_text(one->'record') WITH ORDINALITY w (piece, place);
        link := sha256(link || int8send(rev) || record);
        INSERT INTO {s}.commit (ns, revision, id, at, actor, reason, record, chain, sum)
            VALUES (n, rev, (one->>'id')::uuid, moment, one->>'actor', one->>'reason', record, link,
                {s}.seal(decode(one->>'sum', 'hex'), n, rev, 0, 0));
        ats := ats || moment;
        links := links || encode(link, 'hex');
    END LOOP;

    IF base = 0 THEN
        INSERT INTO {s}.head (ns, revision, at, chain, swept_chain)
            VALUES (n, rev, moment, link, decode(repeat('00', 32), 'hex'));
    ELSE
        UPDATE {s}.head SET revision = rev, at = moment, chain = link WHERE ns = n;
    END IF;
    PERFORM {s}.write_rows(n, base, ats, p);
    RETURN jsonb_build_object('base', base, 'ats', ats, 'chains', links);
END
$$;

-- Waits until what is seen in a namespace is as durable as what is committed now: a server that went
-- down, or ended a session, shows what its standby may not have.
CREATE FUNCTION {s}.settle(space text) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
    -- A lock is written down as a row is, and its transaction waits as one that writes does.
    PERFORM FROM {s}.namespace n JOIN {s}.head h ON h.ns = n.id WHERE n.name = space FOR KEY SHARE OF h;
    RETURN 'true';
END
$$;

-- Writes the rows of a group: each says by its place in the group which commit wrote it.
CREATE FUNCTION {s}.write_rows(n integer, base bigint, ats bigint[], p jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    IF p ? 'artifacts' THEN
        INSERT INTO {s}.artifact AS x (ns, name, latest, created_at, created_by, revision, sum)
            SELECT n, w.name, w.latest, coalesce(w.created_at, ats[w.created_in]), w.created_by, base + w.place,
                {s}.seal(decode(w.sum, 'hex'), n, base + w.place, coalesce(w.created_at, ats[w.created_in]), 0)
            FROM jsonb_to_recordset(p->'artifacts') w (name text, latest bigint, created_at bigint,
                created_in integer, created_by text, place integer, sum text)
            ON CONFLICT (ns, name) DO UPDATE
                SET latest = excluded.latest, revision = excluded.revision, sum = excluded.sum;
    END IF;
    IF p ? 'versions' THEN
        INSERT INTO {s}.version (ns, artifact, number, digest, kind, label, len, parents, author, authored_at,
                reason, changelog, semver, metadata, depends_on, at, revision, sum)
            SELECT n, w.artifact, w.number, decode(w.digest, 'hex'), w.kind, w.label, w.len, w.parents, w.author,
                coalesce(w.authored_at, ats[w.place]), w.reason, w.changelog, w.semver, w.metadata, w.depends_on,
                ats[w.place], base + w.place,
                {s}.seal(decode(w.sum, 'hex'), n, base + w.place, ats[w.place], coalesce(w.authored_at, ats[w.place]))
            FROM jsonb_to_recordset(p->'versions') w (artifact text, number bigint, digest text, kind text,
                label text, len bigint, parents bigint[], author text, authored_at bigint, reason text,
                changelog text, semver text, metadata text, depends_on text[], place integer, sum text);
        INSERT INTO {s}.dependency (ns, needs, artifact, number)
            SELECT n, d, w.artifact, w.number
            FROM jsonb_to_recordset(p->'versions') w (artifact text, number bigint, depends_on text[]),
                unnest(w.depends_on) d;
    END IF;
    IF p ? 'pointers' THEN
        INSERT INTO {s}.pointer AS x (ns, artifact, kind, name, version, generation, at, revision, sum)
            SELECT n, w.artifact, w.kind, w.name, w.version, w.generation, ats[w.place], base + w.place,
                {s}.seal(decode(w.sum, 'hex'), n, base + w.place, ats[w.place], 0)
            FROM jsonb_to_recordset(p->'pointers') w (artifact text, kind text, name text, version bigint,
                generation bigint, place integer, sum text)
            ON CONFLICT (ns, artifact, kind, name) DO UPDATE
                SET version = excluded.version, generation = excluded.generation, at = excluded.at,
                    revision = excluded.revision, sum = excluded.sum;
    END IF;
    IF p ? 'moves' THEN
        INSERT INTO {s}.pointer_move (ns, artifact, kind, name, from_version, to_version, generation, cause, actor,
                reason, forced, at, revision, sum)
            SELECT n, w.artifact, w.kind, w.name, w.from_version, w.to_version, w.generation, w.cause, w.actor,
                w.reason, w.forced, ats[w.place], base + w.place,
                {s}.seal(decode(w.sum, 'hex'), n, base + w.place, ats[w.place], 0)
            FROM jsonb_to_recordset(p->'moves') w (artifact text, kind text, name text, from_version bigint,
                to_version bigint, generation bigint, cause text, actor text, reason text, forced boolean,
                place integer, sum text);
    END IF;
    IF p ? 'records' THEN
        INSERT INTO {s}.record_entry AS x (ns, kind, name, body, generation, at, revision, sum)
            SELECT n, w.kind, w.name, w.body, w.generation, ats[w.place], base + w.place,
                {s}.seal(decode(w.sum, 'hex'), n, base + w.place, ats[w.place], 0)
            FROM jsonb_to_recordset(p->'records') w (kind text, name text, body text, generation bigint,
                place integer, sum text)
            ON CONFLICT (ns, kind, name) DO UPDATE
                SET body = excluded.body, generation = excluded.generation, at = excluded.at,
                    revision = excluded.revision, sum = excluded.sum;
    END IF;
    IF p ? 'past' THEN
        INSERT INTO {s}.record_past (ns, kind, name, body, generation, at, revision, sum)
            SELECT n, w.kind, w.name, w.body, w.generation, coalesce(w.at, ats[w.place]),
                coalesce(w.revision, base + w.place),
                {s}.seal(decode(w.sum, 'hex'), n, coalesce(w.revision, base + w.place),
                    coalesce(w.at, ats[w.place]), 0)
            FROM jsonb_to_recordset(p->'past') w (kind text, name text, body text, generation bigint,
                at bigint, revision bigint, place integer, sum text);
    END IF;
END
$$;

-- Keeps a content, unless it is kept as what it is. The commit that names it waits for the disk, not this.
CREATE FUNCTION {s}.put_content(d bytea, f smallint, l bigint, c smallint, bytes bytea, j text, s bytea) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    INSERT INTO {s}.content AS x (digest, form, len, codec, data, json, sum)
        VALUES (d, f, l, c, bytes, {s}.as_json(j), s) ON CONFLICT (digest) DO UPDATE
        SET (form, len, codec, data, json, sum) =
            (excluded.form, excluded.len, excluded.codec, excluded.data, excluded.json, excluded.sum)
        WHERE x.form < excluded.form;
END
$$;

-- Counts outcomes. Each subject's log is locked, in one order for everybody; what has an id that is
-- there is passed over. Answers with what every subject had before, as far as the caller does not know.
CREATE FUNCTION {s}.append_group(p jsonb, subjects integer[], ids uuid[], ats bigint[], statuses smallint[],
    classes text[], messages text[], seconds text[], nanos integer[], costs double precision[], scores text[],
    traces text[], sums bytea[]) RETURNS jsonb
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
        FROM unnest(subjects, ids, ats, statuses, classes, messages, seconds, nanos, costs, scores, traces, sums)
            WITH ORDINALITY w (subject, id, at, status, class, message, seconds, nanos, cost, scores, trace, sum, place)
        WHERE NOT EXISTS (SELECT FROM {s}.outcome o WHERE o.ns = n AND o.id = w.id)
    ), placed AS (
        SELECT g.*, x.total + row_number() OVER (PARTITION BY g.sid ORDER BY g.place) AS log_place
        FROM given g JOIN {s}.subject x ON x.id = g.sid
    ), written AS (
        INSERT INTO {s}.outcome (subject, place, ns, id, at, status, class, message, seconds, nanos, cost, scores,
                trace, sum)
            SELECT g.sid, g.log_place, n, g.id, g.at, g.status, g.class, g.message, g.seconds::numeric, g.nanos,
                g.cost, g.scores, g.trace, {s}.seal(g.sum, n, g.log_place, 0, 0)
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

-- Keeps what the first outcomes of a subject add up to. It can be added up again, so nobody waits for
-- the disk.
CREATE FUNCTION {s}.keep_tally(space text, a text, e text, v bigint, g bigint, t bigint, bytes bytea) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    UPDATE {s}.subject SET tally = bytes, tally_total = t
        WHERE ns = (SELECT id FROM {s}.namespace WHERE name = space) AND artifact = a AND environment = e
            AND version = v AND generation = g AND tally_total < t AND t <= total;
END
$$;

-- Lets go of the commits after one revision up to another, and of what only served them; or says what
-- would go. Answers with nothing if somebody else went on from there.
CREATE FUNCTION {s}.compact_step(p jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    n integer;
    h {s}.head;
    first bigint := (p->>'from')::bigint;
    last bigint := (p->>'to')::bigint;
    bytes bigint;
    commits bigint;
    moves bigint;
    records bigint;
    floor_moment bigint;
BEGIN
    SELECT id INTO n FROM {s}.namespace WHERE name = p->>'namespace';
    IF (p->>'take')::boolean THEN
        PERFORM set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
        SELECT * INTO h FROM {s}.head WHERE ns = n FOR NO KEY UPDATE;
        IF h.swept <> first OR h.floor_revision IS DISTINCT FROM (p->>'floor_was')::bigint THEN
            RETURN NULL;
        END IF;
    END IF;
    SELECT at INTO floor_moment FROM {s}.commit WHERE ns = n AND revision = (p->>'floor')::bigint;
    SELECT count(*), coalesce(sum(pg_column_size(c)), 0) INTO commits, bytes FROM {s}.commit c
        WHERE c.ns = n AND c.revision > first AND c.revision <= last;
    SELECT count(*), bytes + coalesce(sum(pg_column_size(m)), 0) INTO moves, bytes
        FROM jsonb_to_recordset(p->'moves') w (artifact text, kind text, name text, generation bigint)
        JOIN {s}.pointer_move m ON m.ns = n AND m.artifact = w.artifact AND m.kind = w.kind AND m.name = w.name
            AND m.generation = w.generation;
    SELECT count(*), bytes + coalesce(sum(pg_column_size(r)), 0) INTO records, bytes
        FROM jsonb_to_recordset(p->'records') w (kind text, name text, generation bigint)
        JOIN {s}.record_past r ON r.ns = n AND r.kind = w.kind AND r.name = w.name AND r.generation = w.generation;
    IF (p->>'take')::boolean THEN
        DELETE FROM {s}.pointer_move m
            USING jsonb_to_recordset(p->'moves') w (artifact text, kind text, name text, generation bigint)
            WHERE m.ns = n AND m.artifact = w.artifact AND m.kind = w.kind AND m.name = w.name
                AND m.generation = w.generation;
        DELETE FROM {s}.record_past r
            USING jsonb_to_recordset(p->'records') w (kind text, name text, generation bigint)
            WHERE r.ns = n AND r.kind = w.kind AND r.name = w.name AND r.generation = w.generation;
        UPDATE {s}.head SET floor_revision = (p->>'floor')::bigint, floor_at = floor_moment, swept = last,
                swept_chain = coalesce((SELECT c.chain FROM {s}.commit c WHERE c.ns = n AND c.revision = last
                    AND last > first), swept_chain)
            WHERE ns = n;
        UPDATE {s}.commit SET at = NULL, actor = NULL, reason = NULL, record = NULL, chain = NULL
            WHERE ns = n AND revision > first AND revision <= last;
    END IF;
    RETURN jsonb_build_object('commits', commits, 'moves', moves, 'records', records, 'bytes', bytes,
        'floor_at', floor_moment);
END
$$;
