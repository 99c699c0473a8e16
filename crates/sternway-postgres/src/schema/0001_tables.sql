-- The tables. Moments are microseconds since 1970 in UTC; names are ordered by their bytes.
--
-- A column `sum` holds the first 8 bytes of a SHA-256 over all other columns of its row: what the
-- writer knew, which it hashed, and what was given to the row when it was committed. `verify`
-- compares them, and what derives from elsewhere with what it derives from.

CREATE TABLE {s}.namespace (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    sum bytea NOT NULL
);

-- One hot row for each namespace, which is what a writer locks: it is kept apart from the namespace,
-- whose key others refer to.
CREATE TABLE {s}.head (
    ns integer PRIMARY KEY REFERENCES {s}.namespace,
    revision bigint NOT NULL CHECK (revision > 0),
    at bigint NOT NULL,
    chain bytea NOT NULL CHECK (octet_length(chain) = 32),
    -- Where it begins, if something was let go; commits up to `swept` are gone, and the chain goes on
    -- from there.
    floor_revision bigint CHECK (floor_revision BETWEEN 1 AND revision),
    floor_at bigint,
    swept bigint NOT NULL DEFAULT 0,
    swept_chain bytea NOT NULL CHECK (octet_length(swept_chain) = 32)
) WITH (fillfactor = 10);

-- The feed, which is the outbox as well. Of a commit that was let go, the id stays.
CREATE TABLE {s}.commit (
    ns integer NOT NULL REFERENCES {s}.namespace,
    revision bigint NOT NULL CHECK (revision > 0),
    id uuid NOT NULL,
    at bigint,
    actor text,
    reason text,
    record bytea,
    chain bytea CHECK (octet_length(chain) = 32),
    sum bytea NOT NULL,
    PRIMARY KEY (ns, revision),
    UNIQUE (ns, id)
);
CREATE INDEX commit_at ON {s}.commit (ns, at, revision) WHERE at IS NOT NULL;

-- What bytes are known to be (0 bytes, 1 text, 2 JSON, 3 tree), and how they are kept (0 as they
-- are, 1 zstd). `json` derives from the bytes, for whoever asks with SQL: what JSON of up to 1 MiB says,
-- unless jsonb cannot hold it.
CREATE TABLE {s}.content (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    form smallint NOT NULL CHECK (form BETWEEN 0 AND 3),
    len bigint NOT NULL CHECK (len > 0),
    codec smallint NOT NULL CHECK (codec BETWEEN 0 AND 1),
    data bytea NOT NULL,
    json jsonb,
    sum bytea NOT NULL
);
ALTER TABLE {s}.content ALTER data SET STORAGE EXTERNAL;

CREATE TABLE {s}.artifact (
    ns integer NOT NULL REFERENCES {s}.namespace,
    name text COLLATE "C" NOT NULL,
    latest bigint NOT NULL CHECK (latest > 0),
    created_at bigint NOT NULL,
    created_by text NOT NULL,
    revision bigint NOT NULL,
    sum bytea NOT NULL,
    PRIMARY KEY (ns, name)
);

CREATE TABLE {s}.version (
    ns integer NOT NULL,
    artifact text COLLATE "C" NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    digest bytea NOT NULL REFERENCES {s}.content,
    kind text NOT NULL CHECK (kind IN ('json', 'text', 'bytes', 'tree')),
    -- The language of a text, the media type of bytes.
    label text,
    len bigint NOT NULL,
    parents bigint[] NOT NULL,
    author text NOT NULL,
    authored_at bigint NOT NULL,
    reason text NOT NULL,
    changelog text NOT NULL,
    semver text,
    metadata text NOT NULL,
    depends_on text[] NOT NULL,
    at bigint NOT NULL,
    revision bigint NOT NULL,
    sum bytea NOT NULL,
    PRIMARY KEY (ns, artifact, number),
    FOREIGN KEY (ns, artifact) REFERENCES {s}.artifact,
    -- One changeset adds at most one version of an artifact; who reads the past looks here.
    UNIQUE (ns, artifact, revision)
);
CREATE INDEX version_digest ON {s}.version (ns, digest, artifact, number) INCLUDE (revision);

-- What a version needs to run.
CREATE TABLE {s}.dependency (
    ns integer NOT NULL,
    needs text COLLATE "C" NOT NULL,
    artifact text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (ns, needs, artifact, number),
    FOREIGN KEY (ns, artifact, number) REFERENCES {s}.version,
    FOREIGN KEY (ns, needs) REFERENCES {s}.artifact
);

-- Environments (e) and labels (l).
CREATE TABLE {s}.pointer (
    ns integer NOT NULL,
    artifact text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('e', 'l')),
    name text COLLATE "C" NOT NULL,
    -- What an environment names can be replaced, and never taken away.
    version bigint CHECK (version IS NOT NULL OR kind = 'l'),
    generation bigint NOT NULL CHECK (generation > 0),
    at bigint NOT NULL,
    revision bigint NOT NULL,
    sum bytea NOT NULL,
    PRIMARY KEY (ns, artifact, kind, name),
    FOREIGN KEY (ns, artifact, version) REFERENCES {s}.version
);
CREATE INDEX pointer_environment ON {s}.pointer (ns, kind, name, artifact);

CREATE TABLE {s}.pointer_move (
    ns integer NOT NULL,
    artifact text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    from_version bigint,
    to_version bigint,
    generation bigint NOT NULL,
    cause text NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    forced boolean NOT NULL,
    at bigint NOT NULL,
    revision bigint NOT NULL,
    sum bytea NOT NULL,
    PRIMARY KEY (ns, artifact, kind, name, revision),
    FOREIGN KEY (ns, artifact, kind, name) REFERENCES {s}.pointer,
    FOREIGN KEY (ns, artifact, to_version) REFERENCES {s}.version,
    UNIQUE (ns, artifact, kind, name, generation)
);

-- Environments, policies, condemnations, attestations, latched verdicts, settings: each the JSON of
-- one record; none after it was taken away.
CREATE TABLE {s}.record_entry (
    ns integer NOT NULL REFERENCES {s}.namespace,
    kind text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    body text,
    generation bigint NOT NULL CHECK (generation > 0),
    at bigint NOT NULL,
    revision bigint NOT NULL,
    sum bytea NOT NULL,
    PRIMARY KEY (ns, kind, name)
);

-- The states of records that were replaced, by the revision that wrote them.
CREATE TABLE {s}.record_past (
    ns integer NOT NULL,
    kind text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    body text,
    generation bigint NOT NULL,
    at bigint NOT NULL,
    revision bigint NOT NULL,
    sum bytea NOT NULL,
    PRIMARY KEY (ns, kind, name, revision),
    FOREIGN KEY (ns, kind, name) REFERENCES {s}.record_entry
);

-- What outcomes are about, how many there are and how many of them ended well and not well, and what
-- the first `tally_total` of them add up to.
CREATE TABLE {s}.subject (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ns integer NOT NULL,
    artifact text COLLATE "C" NOT NULL,
    environment text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    generation bigint NOT NULL,
    total bigint NOT NULL DEFAULT 0,
    succeeded bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    tally bytea,
    tally_total bigint NOT NULL DEFAULT 0,
    judged bytea,
    judged_total bigint NOT NULL DEFAULT 0,
    UNIQUE (ns, artifact, environment, version, generation),
    FOREIGN KEY (ns, artifact, version) REFERENCES {s}.version,
    CHECK (tally_total <= total AND judged_total <= total)
) WITH (fillfactor = 50);
CREATE INDEX subject_unjudged ON {s}.subject (ns, artifact, environment, version, generation)
    WHERE judged_total < total;

-- Each outcome once by its id. How it ended: 0 well, 1 not well, 2 nobody knows.
CREATE TABLE {s}.outcome (
    subject bigint NOT NULL REFERENCES {s}.subject,
    place bigint NOT NULL CHECK (place > 0),
    ns integer NOT NULL,
    id uuid NOT NULL,
    at bigint NOT NULL,
    status smallint NOT NULL CHECK (status BETWEEN 0 AND 2),
    class text,
    message text,
    seconds numeric(20),
    nanos integer,
    cost double precision,
    scores text,
    trace text,
    sum bytea NOT NULL,
    PRIMARY KEY (subject, place),
    UNIQUE (ns, id)
);
