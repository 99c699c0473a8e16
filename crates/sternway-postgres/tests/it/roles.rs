//! The roles of docs/operations.md are enough, and no more than that.

use sqlx::{AssertSqlSafe, PgPool};
use sternway_postgres::Connect;
use sternway_store::Store as _;
use sternway_types::{
    Actor, Change, Changeset, ChangesetId, Content, NewVersion, Timestamp, VersionNumber,
};

use crate::place::url;

/// The block of SQL in the page.
fn script() -> String {
    let page = include_str!("../../../../docs/operations.md");
    let (_, block) = page.split_once("```sql\n").expect("a block of SQL");
    block.split_once("```").expect("the end of the block").0.to_owned()
}

/// What an application does first.
async fn publish(url: &str) {
    let store = Connect::to(url).open().await.expect("open as an application");
    let content = Content::text("Hello", None).expect("a text");
    store.put(&content, None).await.expect("put a content");
    let namespace = "shop".parse().expect("a name");
    let add = NewVersion::new("prompts/greeting".parse().expect("a name"), content.reference());
    let id = ChangesetId::from_name("first");
    let changeset = Changeset::new(id, namespace, Timestamp::EPOCH, Actor::sternway())
        .then(Change::CreateNamespace)
        .then(Change::AddVersion(Box::new(add)));
    let receipt = store.commit(&changeset).await.expect("commit as an application");
    assert_eq!(receipt.versions.first().map(|it| it.1), Some(VersionNumber::FIRST));
    assert!(store.verify().await.expect("verify").is_sound());
    store.close().await.expect("close");
}

#[tokio::test]
async fn the_role_of_an_application_may_publish_and_not_touch_the_schema() {
    let id = std::process::id();
    let (schema, role) = (format!("roles_{id}"), format!("app_{id}"));
    let pool = PgPool::connect(&url()).await.expect("connect");
    let owner = Connect::to(url()).with_schema(schema.as_str()).open().await.expect("make it");
    owner.close().await.expect("close");
    let script = script()
        .replace("sternway_app", &role)
        .replace("SCHEMA sternway", &format!("SCHEMA {schema}"))
        .replace("sternway.schema_step", &format!("{schema}.schema_step"));
    let login = format!("{script}; ALTER ROLE {role} LOGIN PASSWORD 'secret'");
    sqlx::raw_sql(AssertSqlSafe(login)).execute(&pool).await.expect("run what the page says");

    let address = url();
    let (_, host) = address.rsplit_once('@').expect("a host");
    let theirs = format!("postgres://{role}:secret@{host}");
    publish(&format!("{theirs}?schema={schema}")).await;

    let application = PgPool::connect(&theirs).await.expect("connect");
    let forbidden = format!("DELETE FROM {schema}.schema_step");
    let refused = sqlx::raw_sql(AssertSqlSafe(forbidden)).execute(&application).await;
    assert!(refused.is_err(), "an application may not touch the steps of the schema");
    application.close().await;
    let end = format!("DROP SCHEMA {schema} CASCADE; DROP OWNED BY {role}; DROP ROLE {role}");
    sqlx::raw_sql(AssertSqlSafe(end)).execute(&pool).await.expect("take it all away");
}
