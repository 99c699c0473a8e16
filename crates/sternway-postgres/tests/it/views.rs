//! What people see with SQL is what the library says, and what `docs/sql.md` says.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sqlx::{AssertSqlSafe, PgPool, Row as _};
use sternway_conformance::Place as _;
use sternway_provider::Clock as _;
use sternway_store::{Limit, Store};
use sternway_types::{
    At, Change, Changeset, ChangesetId, Content, DeploymentId, Force, MoveCause, NewMove,
    PointerName, Shift, Target, Timestamp, VersionNumber, Weight,
};

use crate::{
    examples::{self, Part},
    place::Schema,
    story::{Story, artifact, because, environment, text},
};

/// A place with the story in it.
async fn told() -> (Schema, Arc<dyn Store>, Story) {
    let place = Schema::fresh();
    let store = place.open().await.expect("the store opens");
    let story = Story::told(Arc::clone(&store)).await;
    (place, store, story)
}

/// One text for each row of a statement whose columns are texts or nothing.
async fn rows(place: &Schema, sql: &str) -> Vec<String> {
    let sql = sql.replace("sternway.", &format!("{}.", place.schema));
    let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&place.pool).await.expect("an answer");
    let text = |row: &sqlx::postgres::PgRow| {
        let columns = (0..row.len()).map(|index| {
            row.try_get_raw(index).expect("a column").as_str().map_or("-", |it| it).to_owned()
        });
        columns.collect::<Vec<_>>().join(" ")
    };
    rows.iter().map(text).collect()
}

fn page_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sql.md")
}

fn page() -> String {
    fs::read_to_string(page_path()).expect("the page is there").replace("\r\n", "\n")
}

/// Each example as a role that may use the schema and read the views; the one that gives it that, as
/// the owner. With `UPDATE_GOLDEN=1` the answers are written anew.
#[tokio::test]
async fn t42_every_example_of_the_page_is_answered_as_it_says_to_who_may_read_views_alone() {
    let (place, ..) = told().await;
    let reader = format!("{}_reader", place.schema);
    let mut transaction = place.pool.begin().await.expect("begin");
    let prepare = format!("SET LOCAL TIME ZONE 'UTC'; CREATE ROLE {reader}");
    sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut *transaction).await.expect("a role");
    let (page, mut answered) = (page(), Vec::new());
    for part in examples::parts(&page) {
        let Part::Example { sql, answer } = part else {
            answered.push(part);
            continue;
        };
        let asked = sql.replace("sternway", &place.schema).replace("reporting", &reader);
        let role = if sql.starts_with("GRANT") { "NONE" } else { reader.as_str() };
        let role = format!("SET LOCAL ROLE {role}");
        sqlx::raw_sql(AssertSqlSafe(role)).execute(&mut *transaction).await.expect("a role");
        let found = sqlx::raw_sql(AssertSqlSafe(asked)).fetch_all(&mut *transaction).await;
        let found = found.unwrap_or_else(|err| panic!("{err}: {sql}"));
        let answer = answer.map(|_| examples::table(&found));
        answered.push(Part::Example { sql, answer });
    }
    let denied = format!("SELECT FROM {}.version", place.schema);
    let denied = sqlx::raw_sql(AssertSqlSafe(denied)).execute(&mut *transaction).await;
    let denied = denied.expect_err("the tables are not for readers").to_string();
    assert!(denied.contains("permission denied for table version"), "{denied}");
    // The role goes with the transaction.
    transaction.rollback().await.expect("roll back");
    let answered = examples::page(&answered);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        return fs::write(page_path(), answered).expect("the page can be written");
    }
    assert_eq!(answered, page);
}

/// The columns of each view as the page lists them: a heading with the view's name, and a table whose
/// first cells are names of columns.
fn listed(page: &str) -> BTreeSet<String> {
    let mut view = "";
    let mut listed = BTreeSet::new();
    for line in page.lines() {
        if let Some(name) = line.strip_prefix("## `").and_then(|rest| rest.strip_suffix('`')) {
            view = name;
        }
        if let Some((cell, _)) = line.strip_prefix("| `").and_then(|rest| rest.split_once(" | ")) {
            let names = cell.split(", ").map(|name| name.trim_matches('`'));
            listed.extend(names.map(|column| format!("{view} {column}")));
        }
    }
    listed
}

#[tokio::test]
async fn t11_the_page_lists_every_column_of_every_view() {
    let (place, ..) = told().await;
    let columns = format!(
        "SELECT table_name, column_name FROM information_schema.columns
        JOIN information_schema.views USING (table_schema, table_name)
        WHERE table_schema = '{}' AND table_name NOT IN ('stay', 'steadiness')",
        place.schema
    );
    let columns: BTreeSet<_> = rows(&place, &columns).await.into_iter().collect();
    assert_eq!(listed(&page()), columns);
}

/// What the library says of an artifact, in the words of the views.
async fn said(story: &Story, name: &str, place: &str) -> (String, Vec<String>) {
    let (artifact, environment) = (artifact(name), environment(place));
    let found = story.control.stability(&artifact, &environment, 20).await.expect("it is there");
    let number = |number: Option<f64>| number.map_or("-".into(), |it| format!("{it:.4}"));
    let versions = found.versions.iter().map(|it| {
        let (rate, change) = (number(it.success.mean()), number(it.success_change));
        let counts = format!("{} {} {}", it.stays, it.rollbacks, it.success.samples);
        format!("{} {counts} {rate} {change} {}", it.version.get(), it.stability)
    });
    let rates = || found.versions.iter().filter_map(|it| it.success.mean());
    let (best, worst) = (rates().max_by(f64::total_cmp), rates().min_by(f64::total_cmp));
    let summary = format!(
        "{} {} {} {} {} {} {}",
        found.live.expect("something is live").get(),
        found.latest.get(),
        found.stays,
        found.rollbacks,
        number(found.rollback_rate()),
        number(best),
        number(worst)
    );
    (summary, versions.collect())
}

#[tokio::test]
async fn t09_t10_the_views_say_of_every_version_what_the_library_says() {
    let (place, _store, story) = told().await;
    for (name, environment) in [
        ("prompts/greeting", "production"),
        ("configs/search", "production"),
        ("configs/search", "staging"),
    ] {
        let which = format!("artifact = '{name}' AND environment = '{environment}'");
        let summary = format!(
            "SELECT live, latest, stays, rollbacks, rollback_rate, best_success_rate,
                worst_success_rate FROM sternway.stability WHERE {which}"
        );
        let versions = format!(
            "SELECT version, stays, rollbacks, runs, success_rate, success_rate_change, stability
            FROM sternway.version_history WHERE {which} ORDER BY version DESC"
        );
        let (expected, of_versions) = said(&story, name, environment).await;
        assert_eq!(rows(&place, &summary).await, [expected], "{name} in {environment}");
        assert_eq!(rows(&place, &versions).await, of_versions, "{name} in {environment}");
    }
}

#[tokio::test]
async fn t09_runs_of_the_newest_32_stays_count_as_in_the_library() {
    let (place, _store, story) = told().await;
    let alice = because("alice", "");
    for content in ["one", "two"] {
        story.publish("prompts/many", text(content), None, &alice).await;
    }
    // Two failures, too few for the policy, and then as many stays with a success each.
    for signs in std::iter::once("xx").chain(std::iter::repeat_n(".", 32)) {
        for sign in signs.split_terminator("").filter(|sign| !sign.is_empty()) {
            story.clock.advance(Duration::from_secs(60 * 60));
            story.run("prompts/many", 1, sign).await;
        }
        story.promote("prompts/many", 2, "production", &alice).await;
        story.promote("prompts/many", 1, "production", &alice).await;
    }
    story.promote("prompts/many", 2, "production", &alice).await;
    let (_, versions) = said(&story, "prompts/many", "production").await;
    let found = rows(
        &place,
        "SELECT version, stays, rollbacks, runs, success_rate, success_rate_change, stability
        FROM sternway.version_history WHERE artifact = 'prompts/many' ORDER BY version DESC",
    );
    assert_eq!(found.await, versions);
    assert_eq!(versions, ["2 34 0 0 - - unknown", "1 34 0 31 1.0000 - stable"]);
}

#[tokio::test]
async fn t09_t10_a_stay_goes_on_while_shares_beside_it_change() {
    let (place, store, story) = told().await;
    let greeting = artifact("prompts/greeting");
    for percent in [5, 25, 0] {
        let shift = Shift {
            deployment: DeploymentId::from_name("one"),
            candidate: VersionNumber::new(4).expect("a number"),
            weight: Weight::new(percent * 100).expect("a share"),
            arms: Vec::new(),
        };
        let shifted = Change::MovePointer(Box::new(NewMove {
            artifact: greeting.clone(),
            name: PointerName::Environment(environment("production")),
            to: Target::Version(VersionNumber::new(2).expect("a number")),
            cause: MoveCause::Shifted(shift),
            force: Force::No,
        }));
        let (id, ns) = (ChangesetId::from_name(&percent.to_string()), story.control.namespace());
        let (at, alice) = (story.clock.now(), because("alice", "").actor);
        let changeset = Changeset::new(id, ns.clone(), at, alice);
        store.commit(&changeset.then(shifted)).await.expect("shares change");
        story.clock.advance(Duration::from_secs(60));
        story.run("prompts/greeting", 2, "..x").await;
    }
    let (summary, versions) = said(&story, "prompts/greeting", "production").await;
    let found = "SELECT live, latest, stays, rollbacks, rollback_rate, best_success_rate, worst_success_rate
        FROM sternway.stability WHERE artifact = 'prompts/greeting'";
    assert_eq!(rows(&place, found).await, [summary]);
    let found = "SELECT version, stays, rollbacks, runs, success_rate, success_rate_change, stability
        FROM sternway.version_history WHERE artifact = 'prompts/greeting' AND environment = 'production'
        ORDER BY version DESC";
    assert_eq!(rows(&place, found).await, versions);
    let stays = "SELECT version, status, live_for >= interval '180 s', runs FROM sternway.deployment_history
        WHERE artifact = 'prompts/greeting' ORDER BY generation OFFSET 2";
    let stays = rows(&place, stays).await;
    assert_eq!(stays, ["3 rolled_back f 4", "2 live t 9"]);
    let live = "SELECT cause, generation, runs FROM sternway.current_versions WHERE artifact = 'prompts/greeting'";
    assert_eq!(rows(&place, live).await, ["rolled_back 7 9"]);
}

#[tokio::test]
async fn s70_a_version_without_runs_is_unknown_and_only_stays_that_a_rollback_ended_count() {
    let (place, ..) = told().await;
    let words = rows(
        &place,
        "SELECT artifact, version, environment, stays, rollbacks, stability
        FROM sternway.version_history ORDER BY artifact, version, environment",
    );
    assert_eq!(
        words.await,
        [
            "configs/search 1 production 2 0 unknown",
            "configs/search 2 production 1 1 unstable",
            "configs/search 2 staging 1 0 unknown",
            "prompts/greeting 1 production 1 0 stable",
            "prompts/greeting 2 production 2 0 acceptable",
            "prompts/greeting 3 production 1 1 unstable",
            "prompts/greeting 4 - 0 0 unknown",
        ]
    );
    // Two of the search's three stays ended, one of them by a rollback.
    let rates = "SELECT artifact, environment, rollback_rate FROM sternway.stability ORDER BY 1, 2";
    assert_eq!(
        rows(&place, rates).await,
        [
            "configs/search production 0.5000",
            "configs/search staging -",
            "prompts/greeting production 0.3333",
        ]
    );
}

#[tokio::test]
async fn t12_s63_what_was_live_at_a_moment_is_what_the_library_says() {
    let (place, store, story) = told().await;
    let namespace = story.control.namespace();
    for (name, environment) in [
        ("prompts/greeting", environment("production")),
        ("configs/search", environment("production")),
    ] {
        let (artifact, pointer) = (artifact(name), PointerName::Environment(environment));
        let moves = store.moves(namespace, &artifact, &pointer, None, Limit::MAX).await;
        for moved in moves.expect("the moves can be read") {
            for micros in [moved.at.as_micros() - 1, moved.at.as_micros()] {
                let at = At::Time(Timestamp::from_micros(micros));
                let found = store.pointer(namespace, &artifact, &pointer, at).await;
                let expected = found.expect("it can be read").and_then(|pointer| pointer.version);
                let expected = expected.map_or("-".into(), |version| version.get().to_string());
                let at = format!(
                    "SELECT sternway.version_at('shop', '{name}', 'production',
                        sternway.moment({micros}))"
                );
                assert_eq!(rows(&place, &at).await, [expected], "{name} at {micros}");
            }
        }
    }
    let now =
        "SELECT sternway.version_at('shop', 'configs/search', 'production', now() + '9 years')";
    assert_eq!(rows(&place, now).await, ["1"], "what a rollback made live again is live");
}

#[tokio::test]
async fn t12_what_was_live_is_known_below_the_floor_too() {
    let (place, store, story) = told().await;
    let all = "SELECT artifact, environment, since, until, status FROM sternway.deployment_history
        ORDER BY revision, environment";
    let before = rows(&place, all).await;
    let head = store.head(story.control.namespace(), At::Head).await.expect("it can be read");
    let head = head.expect("the namespace is there").revision;
    drop(story.control.compact(head).await.expect("all before the head is let go"));
    assert_eq!(rows(&place, all).await, before);
}

#[tokio::test]
async fn t13_what_was_made_current_is_current() {
    let (place, store, story) = told().await;
    story.promote("prompts/greeting", 4, "production", &because("alice", "")).await;
    let live = rows(
        &place,
        "SELECT artifact, environment, version FROM sternway.current_versions ORDER BY 1, 2",
    );
    let live = live.await;
    assert_eq!(
        live,
        [
            "configs/search production 1",
            "configs/search staging 2",
            "prompts/greeting production 4"
        ]
    );
    for (name, place, number) in live.iter().map(|row| three(row)) {
        let pointer = PointerName::Environment(environment(place));
        let pointer =
            store.pointer(story.control.namespace(), &artifact(name), &pointer, At::Head).await;
        let version = pointer.expect("it can be read").and_then(|pointer| pointer.version);
        assert_eq!(version.map(|it| it.get().to_string()).as_deref(), Some(number), "{name}");
    }
}

fn three(row: &str) -> (&str, &str, &str) {
    let mut words = row.split(' ');
    let mut word = || words.next().expect("three words");
    (word(), word(), word())
}

#[tokio::test]
async fn t36_a_stay_says_what_ended_it_and_who() {
    let (place, store, story) = told().await;
    let alice = because("alice", "");
    story.promote("prompts/greeting", 4, "production", &alice).await;
    let head = store.head(story.control.namespace(), At::Head).await.expect("it can be read");
    let head = head.expect("the namespace is there").revision;
    let commit = story.control.commit_at(head).await.expect("it can be read");
    let commit = commit.expect("the promotion was committed");
    let bob = because("bob", "too early");
    drop(story.control.undo(commit, Force::No, &bob).await.expect("it is undone"));
    let stays = rows(
        &place,
        "SELECT version, status, ended_by, followed_by, runs FROM sternway.deployment_history
        WHERE artifact = 'prompts/greeting' ORDER BY generation",
    );
    assert_eq!(
        stays.await,
        [
            "1 replaced human:alice 2 10",
            "2 replaced human:alice 3 10",
            "3 rolled_back system:sternway 2 4",
            "2 replaced human:alice 4 0",
            "4 undone human:bob 2 0",
            "2 live - - 0",
        ]
    );
    let words = "SELECT rollbacks, stability FROM sternway.version_history
        WHERE artifact = 'prompts/greeting' AND version = 4";
    assert_eq!(rows(&place, words).await, ["0 unknown"], "an undo is no rollback");
}

#[tokio::test]
async fn what_views_would_show_wrongly_is_damage() {
    for (change, named) in [
        ("subject SET succeeded = succeeded - 1, failed = failed + 1", "3 damages"),
        ("content SET json = '{}' WHERE json ? 'rerank'", "1 damages"),
        ("content SET json = NULL WHERE json ? 'rerank'", "1 damages"),
        ("content SET json = '1' WHERE json IS NULL AND form = 1", "4 damages"),
    ] {
        let (place, store, _story) = told().await;
        let change = format!("UPDATE {}.{change}", place.schema);
        crate::damage::run(&place.pool, &change).await.expect("the rows are changed");
        let report = store.verify().await.expect("the store can be read");
        assert_eq!(format!("{} damages", report.damaged), named, "{change}: {report:?}");
    }
}

/// The time of the database's host.
async fn now(pool: &PgPool) -> i64 {
    let now = "SELECT (extract(epoch FROM now()) * 1000000)::bigint";
    sqlx::query_scalar(now).fetch_one(pool).await.expect("the time")
}

#[tokio::test]
async fn t11_changes_of_the_last_30_days_are_recent() {
    const DAY: u64 = 24 * 60 * 60;
    let place = Schema::fresh();
    let store = place.open().await.expect("the store opens");
    let now = Timestamp::from_micros(now(&place.pool).await);
    let days = |count| Duration::from_secs(count * DAY);
    let story = Story::begun_at(store, now.saturating_sub(days(31))).await;
    let alice = because("alice", "");
    story.publish("prompts/greeting", text("long ago"), None, &alice).await;
    story.clock.advance(days(2));
    story.publish("prompts/greeting", text("since"), None, &alice).await;
    story.promote("prompts/greeting", 2, "production", &alice).await;
    let recent =
        "SELECT change, from_version, version FROM sternway.recent_changes ORDER BY at, revision";
    assert_eq!(rows(&place, recent).await, ["added 1 2", "promoted 1 2"]);
}

#[tokio::test]
async fn json_that_cannot_be_looked_into_is_published_and_left_out() {
    let (place, store, story) = told().await;
    let bob = because("bob", "");
    let nested = format!("{}1{}", "[".repeat(90), "]".repeat(90));
    let large = format!("[{}1]", "1,".repeat(1 << 19));
    for json in [r#"{"nul": "\u0000"}"#, &large, &nested, r#"{"plain": 1e300}"#] {
        let content = Content::json(json).expect("JSON");
        story.publish("configs/odd", content, None, &bob).await;
    }
    let seen =
        "SELECT version FROM sternway.version_json WHERE artifact = 'configs/odd' ORDER BY 1";
    assert_eq!(rows(&place, seen).await, ["3", "4"], "U+0000, and more than 1 MiB");
    let report = store.verify().await.expect("the store can be read");
    assert!(report.damages.is_empty(), "{report:?}");
}
