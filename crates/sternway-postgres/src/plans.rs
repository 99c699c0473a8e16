//! Every read of the port, planned at 100,000 rows: one step in an index, with nothing looked through
//! and nothing sorted. And what every write touches there: no more than it is about, also where the
//! tables grew since they were planned for, and nobody analyzed them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool, Row as _};
use sternway_store::{Append, DigestHit, Limit, Opened, Store as _};
use sternway_types::{
    ArtifactId, At, Change, Changeset, ChangesetId, Content, ContentKind, ContentRef, Digest,
    DigestPrefix, EnvironmentId, Failure, Force, Generation, MoveCause, NamespaceId, NewMove,
    NewVersion, OpenRun, Outcome, OutcomeId, OutcomeStatus, PointerName, RecordKey, Revision,
    Subject, Target, Timestamp, VersionNumber,
};

use crate::{
    Connect, PostgresStore,
    database::{Args, Database},
};

/// A statement, and its plan.
type Planned = (String, Value);

/// The plans of reads, while somebody collects them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plans(Arc<Mutex<Option<Vec<Planned>>>>);

impl Plans {
    fn collect(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
    }

    fn take(&self) -> Vec<Planned> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(Vec::new())
            .unwrap_or_default()
    }

    /// Has a statement planned as sessions plan it: once, for all values.
    pub(crate) async fn explain(&self, db: &Database, text: &str, args: Args) {
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            return;
        }
        let (sql, args) = (db.sql(text), args.into_values().expect("values"));
        let mut session = db.pool.acquire().await.expect("a session");
        let prepared = sqlx::query_with(AssertSqlSafe(sql.clone()), args).fetch_all(&mut *session);
        prepared.await.unwrap_or_else(|err| panic!("{err}: {text}"));
        let named = "SELECT name, cardinality(parameter_types) FROM pg_prepared_statements WHERE statement = $1";
        let (name, count): (String, i32) = sqlx::query_as(named)
            .bind(&sql)
            .fetch_one(&mut *session)
            .await
            .expect("it is prepared");
        let values = vec!["NULL"; usize::try_from(count).expect("a number")].join(", ");
        let values = if count == 0 { values } else { format!("({values})") };
        let explain = format!("EXPLAIN (FORMAT JSON, COSTS OFF) EXECUTE {name}{values}");
        let row = sqlx::query(AssertSqlSafe(explain)).persistent(false).fetch_one(&mut *session);
        let row = row.await.unwrap_or_else(|err| panic!("{err}: {text}"));
        let plan: Value = row.get::<sqlx::types::Json<Value>, _>(0).0;
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        plans.get_or_insert_default().push((text.to_owned(), plan));
    }
}

/// The kinds of the nodes of a plan.
fn nodes(plan: &Value, found: &mut Vec<String>) {
    match plan {
        Value::Object(members) => {
            if let Some(Value::String(kind)) = members.get("Node Type") {
                found.push(kind.clone());
            }
            members.values().for_each(|member| nodes(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| nodes(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}

/// A store with 100,000 rows of everything, in a schema of its own.
struct Filled {
    store: PostgresStore,
    schema: String,
    url: String,
}

/// 1,000 artifacts with 100 versions each, and so on. Rows are only planned for: nothing sums them up.
const FILL: &str = "
    SET LOCAL session_replication_role = replica;
    INSERT INTO {s}.namespace (name, sum) SELECT 'ns-' || i, '' FROM generate_series(1, 20000) i;
    INSERT INTO {s}.head SELECT i, 100000, 1000000, sha256(''), NULL, NULL, 0, sha256('')
        FROM generate_series(1, 20000) i;
    INSERT INTO {s}.commit SELECT 1, i, md5(i::text)::uuid, i * 10, 'human:a', '', '\\x00', sha256(''), ''
        FROM generate_series(1, 100000) i;
    INSERT INTO {s}.content SELECT sha256(i::text::bytea), 1, 5, 0, 'hello', NULL, ''
        FROM generate_series(1, 100000) i;
    INSERT INTO {s}.artifact SELECT 1, 'prompts/a-' || i, 100, 10, 'human:a', i * 100, ''
        FROM generate_series(1, 1000) i;
    INSERT INTO {s}.version SELECT 1, 'prompts/a-' || i, j, sha256((i * 100 + j)::text::bytea), 'text', NULL, 5,
            '{}', 'human:a', 10, '', '', NULL, '', '{}', 10, (i - 1) * 100 + j, ''
        FROM generate_series(1, 1000) i, generate_series(1, 100) j;
    INSERT INTO {s}.dependency SELECT 1, 'prompts/a-1', 'prompts/a-' || i, j
        FROM generate_series(2, 1000) i, generate_series(1, 100) j;
    INSERT INTO {s}.pointer SELECT 1, 'prompts/a-' || i, 'e', 'env-' || j, 1, 100, 10, i * 100, ''
        FROM generate_series(1, 1000) i, generate_series(1, 100) j;
    INSERT INTO {s}.pointer_move SELECT 1, 'prompts/a-' || i, k, 'env-1', j - 1, j, j, '\"promoted\"', 'human:a',
            '', false, 10, (i - 1) * 100 + j, ''
        FROM generate_series(1, 1000) i, generate_series(1, 100) j, unnest('{e,l}'::text[]) k;
    INSERT INTO {s}.record_entry SELECT 1, 'environment', 'env-' || i,
            '{\"environment\":{\"id\":\"env-' || i || '\",\"description\":\"\"}}', 2, 10, i, ''
        FROM generate_series(1, 100000) i;
    INSERT INTO {s}.record_past SELECT 1, 'environment', 'env-' || i, '{}', 1, 10, i - 1, ''
        FROM generate_series(1, 100000) i;
    INSERT INTO {s}.subject (ns, artifact, environment, version, generation, total, judged_total)
        SELECT 1, 'prompts/a-' || i, 'env-1', j, j, 10, j % 2 * 10
        FROM generate_series(1, 1000) i, generate_series(1, 100) j;
    INSERT INTO {s}.open_run SELECT 1, md5('open' || i)::uuid, 'prompts/a-1', 'env-1', 1, 1, i, i + 10, NULL, ''
        FROM generate_series(1, 100000) i;
    INSERT INTO {s}.outcome SELECT 1, i, 1, md5(i::text)::uuid, 10, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, ''
        FROM generate_series(1, 100000) i;
    INSERT INTO {s}.noted SELECT i, 1, 1, '{1}', '{1}', '{1}', '' FROM generate_series(1, 100000) i;
";

impl Filled {
    async fn new() -> Self {
        let url = std::env::var("STERNWAY_TEST_POSTGRES").unwrap_or_default();
        assert!(url.contains("://"), "this test needs a PostgreSQL: run `cargo xtask test`");
        let schema = format!("plans_{}", std::process::id());
        let store = Self::open(&url, &schema).await;
        let filled = Self { store, schema, url };
        filled.run(&format!("BEGIN; {FILL}; COMMIT")).await;
        filled
    }

    async fn open(url: &str, schema: &str) -> PostgresStore {
        Connect::to(url).with_schema(schema).open().await.expect("open")
    }

    async fn run(&self, sql: &str) {
        let pool = PgPool::connect(&self.url).await.expect("connect");
        let sql = self.store.db.sql(sql);
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&pool).await.expect("run");
        pool.close().await;
    }

    /// How many rows of each table were looked at since it was made. Sessions say so when they end.
    async fn looked_at(&self) -> BTreeMap<String, i64> {
        self.store.close().await.expect("close");
        let pool = PgPool::connect(&self.url).await.expect("connect");
        let left =
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sternway ' || $1";
        let left = || sqlx::query_scalar::<_, i64>(left).bind(&self.schema).fetch_one(&pool);
        while left().await.expect("asked") > 0 {}
        let looked_at = "SELECT relname::text, seq_tup_read + coalesce(idx_tup_fetch, 0)
            FROM pg_stat_user_tables WHERE schemaname = $1";
        let rows = sqlx::query_as(looked_at).bind(&self.schema).fetch_all(&pool);
        rows.await.expect("counted").into_iter().collect()
    }

    async fn end(self) {
        self.store.close().await.expect("close");
        self.run(&format!("DROP SCHEMA {} CASCADE", self.schema)).await;
    }
}

/// Calls every read, whatever it answers, at this state.
async fn read_at(store: &PostgresStore, at: At) {
    let ns: NamespaceId = "ns-1".parse().expect("a name");
    let id: ArtifactId = "prompts/a-500".parse().expect("a name");
    let environment: EnvironmentId = "env-1".parse().expect("a name");
    let name = PointerName::Environment(environment.clone());
    let (key, limit) = (RecordKey::environment(&environment), Limit::new(50));
    let digest = Digest::of(b"4242");
    let prefix = DigestPrefix::from(&digest);
    let number = VersionNumber::new(50).expect("a number");
    let hit = DigestHit { digest, artifact: id.clone(), number };
    drop(store.head(&ns, at).await);
    drop(store.artifact(&ns, &id, at).await);
    drop(store.artifacts(&ns, "prompts/a-5", at, Some(&id), limit).await);
    drop(store.history(&ns, &id, at, Some(number), limit).await);
    drop(store.with_digest(&ns, &prefix, at, Some(&hit), limit).await);
    drop(
        store.dependents(&ns, &"prompts/a-1".parse().expect("a name"), at, Some(&id), limit).await,
    );
    drop(store.pointer(&ns, &id, &name, at).await);
    drop(store.pointers(&ns, &id, at, Some(&name), limit).await);
    drop(store.environment(&ns, &environment, at, Some(&id), limit).await);
    drop(store.record(&ns, &key, at).await);
    drop(store.records_of(&ns, std::slice::from_ref(&key), at).await);
    drop(store.records(&ns, key.kind(), "env-5", at, Some("env-51"), limit).await);
}

/// Calls every read that shows no state of its own choice.
async fn read(store: &PostgresStore) {
    let ns: NamespaceId = "ns-1".parse().expect("a name");
    let id: ArtifactId = "prompts/a-500".parse().expect("a name");
    let environment: EnvironmentId = "env-1".parse().expect("a name");
    let name = PointerName::Environment(environment.clone());
    let label = PointerName::Label("env-1".parse().expect("a name"));
    let (limit, version) = (Limit::new(50), VersionNumber::new(50).expect("a number"));
    let generation = Generation::new(50);
    let subject = Subject { artifact: id.clone(), environment, version, generation };
    let content = ContentRef { digest: Digest::of(b"4242"), kind: ContentKind::Json, len: 5 };
    drop(store.namespaces(Some(&ns), limit).await);
    drop(store.version(&ns, &id, version).await);
    drop(store.content(&content).await);
    drop(store.moves(&ns, &id, &name, Some(Revision::new(70_000)), limit).await);
    drop(store.moves(&ns, &id, &label, Some(Revision::new(70_000)), limit).await);
    drop(store.tallies(&ns, &subject).await);
    drop(store.outcomes(&ns, &subject, 5, limit).await);
    drop(store.noted(&ns, &subject, 5, limit).await);
    drop(store.subjects(&ns, Some(&subject), limit).await);
    drop(store.unjudged(&ns, Some(&subject), limit).await);
    drop(store.open_run(&ns, OutcomeId::from_name("one")).await);
    drop(store.open_runs(&ns, Timestamp::from_micros(50), None, limit).await);
    drop(store.commit_of(&ns, ChangesetId::from_name("one")).await);
    drop(store.feed(&ns, Revision::new(50_000), limit).await);
    drop(store.floor(&ns).await);
}

/// A changeset that publishes a text as the next version of an artifact, and makes it live.
fn publish(ns: &NamespaceId, content: &Content) -> Changeset {
    let artifact: ArtifactId = "prompts/a-500".parse().expect("a name");
    let id = ChangesetId::from_name(&content.digest().to_string());
    let moved = NewMove {
        artifact: artifact.clone(),
        name: PointerName::Label("mine".parse().expect("a name")),
        to: Target::Added,
        cause: MoveCause::Published,
        force: Force::No,
    };
    Changeset::new(id, ns.clone(), Timestamp::EPOCH, "human:a".parse().expect("an actor"))
        .then(Change::AddVersion(Box::new(NewVersion::new(artifact, content.reference()))))
        .then(Change::MovePointer(Box::new(moved)))
}

async fn write(store: &PostgresStore, number: u32) {
    let ns: NamespaceId = "ns-1".parse().expect("a name");
    let content = Content::text(format!("text {number}"), None).expect("a content");
    store.put(&content, None).await.expect("put");
    store.commit(&publish(&ns, &content)).await.expect("commit");
    let subject = Subject {
        artifact: "prompts/a-600".parse().expect("a name"),
        environment: "env-1".parse().expect("a name"),
        version: VersionNumber::new(50).expect("a number"),
        generation: Generation::new(50),
    };
    let outcome = |place: u32| {
        let id = OutcomeId::from_name(&format!("{number} {place}"));
        let failed = OutcomeStatus::Failed(Failure::default());
        let status = if place == 5 { failed } else { OutcomeStatus::Succeeded };
        Outcome::new(id, subject.clone(), Timestamp::EPOCH, status)
    };
    let id = OutcomeId::from_name(&format!("open {number}"));
    let run = OpenRun::new(id, subject.clone(), Timestamp::EPOCH, OpenRun::LONGEST);
    let append = Append::new(ns, Timestamp::EPOCH, (0..10).map(outcome).collect())
        .opening(run.expect("a run"))
        .noting(subject.clone(), vec![(subject.version, subject.generation)]);
    let appended = store.append(&append).await.expect("append");
    assert_eq!((appended.duplicates, appended.opened), (0, vec![Opened::Now]));
    assert_eq!(appended.subjects.iter().map(|it| it.noted.len()).sum::<usize>(), 1);
}

/// Before anybody analyzed the tables.
async fn writes(filled: &mut Filled) {
    let empty =
        "UPDATE {s}.subject SET total = 0, judged_total = 0 WHERE artifact = 'prompts/a-600'";
    filled.run(empty).await;
    let before = filled.looked_at().await;
    filled.store = Filled::open(&filled.url, &filled.schema).await;
    for number in 0..10 {
        write(&filled.store, number).await;
    }
    let mut looked_at = filled.looked_at().await;
    for (table, rows) in &mut looked_at {
        *rows -= before.get(table).copied().unwrap_or_default();
    }
    filled.store = Filled::open(&filled.url, &filled.schema).await;
    let sum: i64 = looked_at.values().sum();
    assert!((1..5_000).contains(&sum), "10 writes of each kind looked at {looked_at:?}");
}

/// When everything is known of them.
async fn reads(filled: &Filled) {
    filled.run("ANALYZE").await;
    filled.store.db.plans.collect();
    let moment = Timestamp::from_micros(500_000);
    for at in [At::Head, At::Revision(Revision::new(50_000)), At::Time(moment)] {
        read_at(&filled.store, at).await;
    }
    read(&filled.store).await;
    let plans = filled.store.db.plans.take();
    assert!(plans.len() >= 3 * 12 + 15, "{} statements were planned", plans.len());
    for (statement, plan) in plans {
        let mut found = Vec::new();
        nodes(&plan, &mut found);
        let slow =
            |kind: &&String| ["Seq Scan", "Sort", "Incremental Sort"].contains(&kind.as_str());
        let slow: Vec<_> = found.iter().filter(slow).collect();
        assert!(slow.is_empty(), "{slow:?} in the plan of\n{statement}\n{plan:#}");
    }
}

#[test]
fn a_read_is_a_step_in_an_index_and_a_write_looks_at_no_more_than_it_is_about() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let mut filled = Filled::new().await;
        writes(&mut filled).await;
        reads(&filled).await;
        filled.end().await;
    });
}
