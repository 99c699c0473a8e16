//! Every read of the port, planned at 100,000 rows: one step in an index, with nothing looked through
//! and nothing sorted.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool, Row as _};
use sternway_store::{DigestHit, Limit, Store as _};
use sternway_types::{
    ArtifactId, At, ChangesetId, ContentKind, ContentRef, Digest, DigestPrefix, EnvironmentId,
    Generation, NamespaceId, PointerName, RecordKey, Revision, Subject, Timestamp, VersionNumber,
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

    /// Has a statement planned with these values.
    pub(crate) async fn explain(&self, db: &Database, text: &str, args: Args) {
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            return;
        }
        let explain = format!("EXPLAIN (FORMAT JSON, COSTS OFF) {}", db.sql(text));
        let args = args.into_values().expect("values");
        let row = sqlx::query_with(AssertSqlSafe(explain), args).fetch_one(&db.pool).await;
        let row = row.unwrap_or_else(|err| panic!("{err}: {text}"));
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
    INSERT INTO {s}.record_entry SELECT 1, 'environment', 'env-' || i, '{}', 2, 10, i, ''
        FROM generate_series(1, 100000) i;
    INSERT INTO {s}.record_past SELECT 1, 'environment', 'env-' || i, '{}', 1, 10, i - 1, ''
        FROM generate_series(1, 100000) i;
    INSERT INTO {s}.subject (ns, artifact, environment, version, generation, total, judged_total)
        SELECT 1, 'prompts/a-' || i, 'env-1', j, j, 10, j % 2 * 10
        FROM generate_series(1, 1000) i, generate_series(1, 100) j;
    INSERT INTO {s}.outcome SELECT 1, i, 1, md5(i::text)::uuid, 10, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, ''
        FROM generate_series(1, 100000) i;
";

impl Filled {
    async fn new() -> Self {
        let url = std::env::var("STERNWAY_TEST_POSTGRES").unwrap_or_default();
        assert!(url.contains("://"), "this test needs a PostgreSQL: run `cargo xtask test`");
        let schema = format!("plans_{}", std::process::id());
        let store =
            Connect::to(url.as_str()).with_schema(schema.as_str()).open().await.expect("open");
        let fill = format!("BEGIN; {}; COMMIT; ANALYZE", store.db.sql(FILL));
        let pool = PgPool::connect(&url).await.expect("connect");
        sqlx::raw_sql(AssertSqlSafe(fill)).execute(&pool).await.expect("fill the tables");
        store.db.plans.collect();
        Self { store, schema, url }
    }

    async fn end(self) {
        self.store.close().await.expect("close");
        let pool = PgPool::connect(&self.url).await.expect("connect");
        let drop = format!("DROP SCHEMA {} CASCADE", self.schema);
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&pool).await.expect("drop the schema");
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
    drop(store.subjects(&ns, Some(&subject), limit).await);
    drop(store.unjudged(&ns, Some(&subject), limit).await);
    drop(store.commit_of(&ns, ChangesetId::from_name("one")).await);
    drop(store.feed(&ns, Revision::new(50_000), limit).await);
    drop(store.floor(&ns).await);
}

#[test]
fn every_read_is_a_step_in_an_index() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let filled = Filled::new().await;
        let moment = Timestamp::from_micros(500_000);
        for at in [At::Head, At::Revision(Revision::new(50_000)), At::Time(moment)] {
            read_at(&filled.store, at).await;
        }
        read(&filled.store).await;
        let plans = filled.store.db.plans.take();
        filled.end().await;
        assert!(plans.len() >= 3 * 11 + 12, "{} statements were planned", plans.len());
        for (statement, plan) in plans {
            let mut found = Vec::new();
            nodes(&plan, &mut found);
            let slow =
                |kind: &&String| ["Seq Scan", "Sort", "Incremental Sort"].contains(&kind.as_str());
            let slow: Vec<_> = found.iter().filter(slow).collect();
            assert!(slow.is_empty(), "{slow:?} in the plan of\n{statement}\n{plan:#}");
        }
    });
}
