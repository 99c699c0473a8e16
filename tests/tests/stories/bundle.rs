//! A namespace travels: from memory to a redb file, to a log, and back to memory. It is the same
//! everywhere.

use std::{io::Cursor, sync::Arc};

use sternway::{
    control::{
        Control, Intent,
        bundle::{Export, Import},
        publish::Publish,
    },
    redb::RedbOptions,
    store::{AsOf, KvStore, Limit, MemoryKv, Store},
    types::{
        Actor, ArtifactId, At, Content, EnvironmentId, Force, Outcome, OutcomeId, OutcomeStatus,
        PointerName, RecordKind, Revision, Timestamp, VersionNumber,
    },
};

fn person() -> Intent {
    Intent::by("alice".parse::<Actor>().expect("an actor"))
}

fn artifact(number: u64) -> ArtifactId {
    format!("prompts/p{number}").parse().expect("an artifact")
}

async fn live(control: &Control) {
    control.create_namespace().await.expect("it comes to life");
    let production = EnvironmentId::production();
    for number in 0..20_u64 {
        let id = artifact(number % 7);
        let content = match number % 3 {
            0 => Content::json(format!("{{\"temperature\":0.{number}}}")),
            1 => Content::text(format!("be kind, {number}. ").repeat(500), None),
            _ => Content::bytes(
                vec![u8::try_from(number).expect("it is small"); 100_000],
                "image/png".parse().expect("a media type"),
            ),
        };
        let publish = Publish::new(id.clone(), content.expect("a content"));
        let published = control.publish(publish, &person()).await.expect("it is published");
        if !published.is_live() {
            let promoted =
                control.promote(&id, published.number, &production, Force::No, &person()).await;
            promoted.expect("it is promoted");
        }
        let subject = control.subject(&id, published.number, &production).await;
        let subject = subject.expect("it is live");
        let outcome = |run: u64| {
            let failed = number == 12 && run > 1;
            let id = OutcomeId::from_name(&format!("{number} {run}"));
            let at = Timestamp::EPOCH.saturating_add(std::time::Duration::from_secs(run));
            let status = if failed {
                OutcomeStatus::Failed(sternway::types::Failure::new(None, "it did not greet"))
            } else {
                OutcomeStatus::Succeeded
            };
            Outcome::new(id, subject.clone(), at, status)
        };
        let _judged = control.record((0..6).map(outcome).collect()).await.expect("it is recorded");
    }
    let label = "best".parse().expect("a label");
    let labelled = control.label(&artifact(1), VersionNumber::FIRST, &label, &person()).await;
    labelled.expect("it is labelled");
}

async fn export(control: &Control) -> Vec<u8> {
    let export = Export::new(Actor::sternway());
    control.export(Vec::new(), &export, &mut |_| ()).await.expect("it is exported").0
}

async fn import(store: Arc<dyn Store>, bundle: Vec<u8>) -> Control {
    let control = Control::new(store, "default".parse().expect("a namespace"));
    let from = Cursor::new(bundle);
    let imported = control.import_bundle(from, &Import::default(), &person(), &mut |_| ()).await;
    assert!(!imported.expect("it is imported").is_unchanged());
    control
}

/// What the reads of a store answer, in words.
async fn everything(store: &dyn Store, control: &Control) -> Vec<String> {
    let (ns, at) = (control.namespace(), At::Head);
    let mut said = vec![format!("{:?}", store.head(ns, at).await)];
    said.push(format!("{:?}", store.feed(ns, Revision::ZERO, Limit::MAX).await));
    for kind in RecordKind::ALL {
        said.push(format!("{:?}", store.records(ns, kind, "", at, None, Limit::MAX).await));
    }
    let production = EnvironmentId::production();
    said.push(format!("{:?}", store.environment(ns, &production, at, None, Limit::MAX).await));
    for number in 0..7 {
        let (id, name) = (artifact(number), PointerName::Environment(production.clone()));
        let history = store.history(ns, &id, at, None, Limit::MAX).await.expect("it can be read");
        for version in &history {
            said.push(format!("{:?}", store.content(&version.content).await));
        }
        said.push(format!("{history:?}"));
        said.push(format!("{:?}", store.pointers(ns, &id, at, None, Limit::MAX).await));
        said.push(format!("{:?}", store.moves(ns, &id, &name, None, Limit::MAX).await));
    }
    let subjects = store.subjects(ns, None, Limit::MAX).await.expect("it can be read");
    for subject in &subjects {
        said.push(format!("{:?}", store.tallies(ns, subject).await));
        said.push(format!("{:?}", store.outcomes(ns, subject, 0, Limit::MAX).await));
    }
    said.push(format!("{:?}", store.unjudged(ns, None, Limit::MAX).await));
    said
}

#[tokio::test]
async fn a_namespace_is_the_same_in_every_store_that_it_comes_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let memory = KvStore::open(MemoryKv::new()).expect("an empty map becomes a store");
    let first = Control::new(Arc::new(memory), "default".parse().expect("a namespace"));
    live(&first).await;
    let whole = export(&first).await;
    let expected = everything(first.store().as_ref(), &first).await;
    let then = At::Revision(Revision::new(9));
    let past = everything(&AsOf::new(Arc::clone(first.store()), then), &first).await;

    let redb = sternway::redb::open(&folder.path().join("store.redb"), RedbOptions::default());
    let log = log_kv::LogKv::open(&folder.path().join("store.log")).expect("it opens");
    let log = KvStore::open(log).expect("an empty map becomes a store");
    let memory = KvStore::open(MemoryKv::new()).expect("an empty map becomes a store");
    let stores: [Arc<dyn Store>; 3] =
        [Arc::new(redb.expect("it opens")), Arc::new(log), Arc::new(memory)];
    let mut bundle = whole;
    for store in stores {
        let control = import(store, bundle).await;
        assert_eq!(everything(control.store().as_ref(), &control).await, expected);
        let there = AsOf::new(Arc::clone(control.store()), then);
        assert_eq!(everything(&there, &control).await, past);
        let report = control.store().verify().await.expect("it can be read");
        assert!(report.is_sound(), "{report:?}");
        bundle = export(&control).await;
        control.shutdown().await.expect("it closes");
    }
}
