//! What a traced store tells, and what it does not.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use sternway_store::{KvStore, Limit, MemoryKv, Store, StoreError, Traced};
use sternway_types::{At, Generation, Precondition, Revision};
use tracing_subscriber::{
    filter::LevelFilter,
    fmt::{MakeWriter, format::FmtSpan},
};

use crate::world::{
    append, changeset, create, greeting, lab, namespace, outcome, production, publish,
};

/// What was written, to be read again.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panicked").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Paper {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// What the spans of some work say, a line each.
async fn told(level: LevelFilter, work: impl AsyncFnOnce(&dyn Store)) -> Vec<String> {
    let store = KvStore::open(MemoryKv::new()).expect("an empty map is a store");
    create(&store).await.expect("the namespace is made");
    publish(&store, "a secret greeting", 1).await.expect("it is published");
    let paper = Paper::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .without_time()
        .with_writer(paper.clone())
        .finish();
    let told = tracing::subscriber::set_default(subscriber);
    work(&Traced::new(Arc::new(store))).await;
    drop(told);
    let text = String::from_utf8(paper.0.lock().expect("nobody panicked").clone());
    let text = text.expect("lines of text");
    text.lines().map(|line| line[..line.find(": close").unwrap_or(line.len())].to_owned()).collect()
}

async fn check(work: impl AsyncFnOnce(&dyn Store), expected: &[&str]) {
    let told = told(LevelFilter::DEBUG, work).await;
    assert_eq!(told.iter().map(|line| line.trim_start()).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_call_is_one_span_with_what_it_is_about_and_came_to() {
    let work = async |store: &dyn Store| {
        let subject = outcome("one", 1, 2, None).subject;
        let outcomes = vec![outcome("one", 1, 2, None), outcome("one", 1, 2, None)];
        drop(store.append(&append(2, outcomes)).await.unwrap());
        store.history(&namespace(), &greeting(), At::Head, None, Limit::MAX).await.unwrap();
        store.tallies(&namespace(), &subject).await.unwrap();
        store.wait(&namespace(), Revision::ZERO).await.unwrap();
        drop(store.verify().await.unwrap());
    };
    let about = "namespace=\"shop\" artifact=prompts/greeting";
    check(
        work,
        &[
            "DEBUG store{op=\"append\" namespace=\"shop\" sent=2 found=1}: sternway::store",
            &format!("DEBUG store{{op=\"history\" {about} found=1}}: sternway::store"),
            &format!("DEBUG store{{op=\"tallies\" {about} found=1}}: sternway::store"),
            "DEBUG store{op=\"wait\" namespace=\"shop\" revision=2}: sternway::store",
            "DEBUG store{op=\"verify\"}: sternway::store",
        ],
    )
    .await;
}

#[tokio::test]
async fn an_error_is_told_by_its_name() {
    let work = async |store: &dyn Store| {
        let stale = changeset("stale", 3)
            .because("because of a secret".parse().unwrap())
            .when(Precondition::PointerAt {
                artifact: greeting(),
                name: production(),
                generation: Generation::new(7),
            })
            .then(lab());
        let lost = store.commit(&stale).await;
        assert!(matches!(lost, Err(StoreError::Conflict(_))), "{lost:?}");
    };
    let span = "op=\"commit\" namespace=\"shop\" sent=1 error=\"conflict\"";
    check(work, &[&format!("DEBUG store{{{span}}}: sternway::store")]).await;
}

#[tokio::test]
async fn no_content_and_no_reason_is_told() {
    let work = async |store: &dyn Store| {
        let history = store.history(&namespace(), &greeting(), At::Head, None, Limit::MAX).await;
        let version = history.unwrap().remove(0);
        let content = store.content(&version.content).await.unwrap().unwrap();
        store.put(&content, None).await.unwrap();
        let feed = store.feed(&namespace(), Revision::ZERO, Limit::MAX).await.unwrap();
        assert!(
            feed.iter().any(|commit| commit.reason.as_str() == "a test"),
            "it is there to tell"
        );
        let failed = append(5, vec![outcome("bad", 1, 5, Some("Shame"))]);
        drop(store.append(&failed).await.unwrap());
    };
    let told = told(LevelFilter::TRACE, work).await.join("\n");
    assert!(told.contains("op=\"put\" sent=17"), "{told}");
    for secret in ["secret", "a test", "Shame", "broke", "alice"] {
        assert!(!told.contains(secret), "{secret} is told:\n{told}");
    }
}

#[tokio::test]
async fn nothing_is_told_above_its_level() {
    let work = async |store: &dyn Store| drop(store.verify().await.unwrap());
    assert_eq!(told(LevelFilter::INFO, work).await, Vec::<String>::new());
}
