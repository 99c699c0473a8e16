//! A page of history and a pointer read, at 100,000 versions beside 1,000.

use std::hint::black_box;

use sternway::{
    Sternway,
    store::Limit,
    types::{
        ArtifactId, At, Change, Changeset, Content, EnvironmentId, NewVersion, PointerName,
        VersionNumber,
    },
};

use crate::{Measured, report::Bar, sample::nanos_each};

pub(crate) fn measure() -> Measured<Vec<Bar>> {
    let (small_page, small_pointer) = at(1_000)?;
    let (large_page, large_pointer) = at(100_000)?;
    let bar = "at most 2 times the time at 1,000 versions (the floor)";
    let bar = |name, value: f64, floor: f64| Bar {
        name,
        value: value / 1e3,
        unit: "µs",
        floor: floor / 1e3,
        bar,
        met: value <= 2.0 * floor,
    };
    Ok(vec![
        bar("history page of 50 at 100,000", large_page, small_page),
        bar("pointer read at 100,000", large_pointer, small_pointer),
    ])
}

/// How long a page in the middle of history and a pointer read take, in nanoseconds.
fn at(versions: u64) -> Measured<(f64, f64)> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let sw = runtime.block_on(Sternway::open(folder.path()))?;
    let artifact: ArtifactId = "prompts/greeting".parse()?;
    runtime.block_on(fill(&sw, &artifact, versions))?;
    let (store, namespace) = (sw.control().store(), sw.control().namespace());
    let middle = VersionNumber::new(versions / 2);
    let page = nanos_each(9, 500, || {
        let page = store.history(namespace, &artifact, At::Head, middle, Limit::default());
        let page = runtime.block_on(page).expect("the store answers");
        assert_eq!(black_box(page).len(), 50);
    });
    let name = PointerName::Environment(EnvironmentId::production());
    let pointer = nanos_each(9, 5_000, || {
        let pointer = runtime.block_on(store.pointer(namespace, &artifact, &name, At::Head));
        assert!(black_box(pointer).expect("the store answers").is_some());
    });
    runtime.block_on(sw.shutdown())?;
    Ok((page, pointer))
}

async fn fill(sw: &Sternway, artifact: &ArtifactId, versions: u64) -> Measured<()> {
    sw.artifact(artifact.as_str()).publish("Hello!").await?;
    let content = Content::text("Hello, {{name}}!", None)?;
    sw.control().store().put(&content).await?;
    let mut left = versions - 1;
    while left > 0 {
        let mut commits = tokio::task::JoinSet::new();
        for _ in 0..left.min(512) {
            let control = sw.control();
            let id = control.ids().changeset();
            let new = NewVersion::new(artifact.clone(), content.reference());
            let changeset =
                Changeset::new(id, control.namespace().clone(), control.now(), sw.actor().clone())
                    .then(Change::AddVersion(Box::new(new)));
            let store = std::sync::Arc::clone(control.store());
            commits.spawn(async move { store.commit(&changeset).await });
            left -= 1;
        }
        while let Some(done) = commits.join_next().await {
            done??;
        }
    }
    Ok(())
}
