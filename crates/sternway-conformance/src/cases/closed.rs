//! `close` ends all work that was begun, and lets go of the store. Later calls answer
//! [`StoreError::Closed`].

use std::{fmt::Debug, sync::Arc};

use sternway_store::{Limit, StoreError};
use sternway_types::{At, Revision};
use tokio::task::JoinSet;

use crate::{
    must::{Chain, Must},
    world::{Client, World, artifact, greeting, live, production, text, version},
};

#[track_caller]
fn closed<T: Debug>(answer: Result<T, StoreError>, call: &str) {
    match answer {
        Err(StoreError::Closed) => (),
        Err(err) => panic!("{call}: expected a closed store: {}", Chain(&err)),
        Ok(answer) => panic!("{call}: expected a closed store: {answer:?}"),
    }
}

pub(crate) async fn a_closed_store_says_so(world: World) {
    world.publish(&greeting(), "Hello").await;
    let client = Client::clone(&world);
    let add = client.add(&greeting(), &text("Hi")).await;
    drop(world.shut().await);
    let (store, ns, limit) = (&client.store, &client.ns, Limit::default());
    let name = live(&production());
    macro_rules! closed {
        ($($call:ident($($argument:expr),*);)*) => {
            $(closed(store.$call($($argument),*).await, stringify!($call));)*
        };
    }
    closed! {
        put(&text("never written"), None);
        commit(&client.changeset().then(add.clone()));
        rehearse(&client.changeset().then(add));
        append(&client.arriving(Vec::new()));
        namespaces(None, limit);
        head(ns, At::Head);
        artifact(ns, &greeting(), At::Head);
        version(ns, &greeting(), version(1));
        history(ns, &greeting(), At::Head, None, limit);
        content(&text("Hello").reference());
        pointer(ns, &greeting(), &name, At::Head);
        feed(ns, Revision::ZERO, limit);
        wait(ns, Revision::ZERO);
        verify();
    }
    // It is closed already, which is what was asked for.
    client.store.close().await.must("close again");
}

pub(crate) async fn work_that_was_begun_is_ended(world: World) {
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let client = Client::clone(&world);
        writers.spawn(async move {
            let id = artifact(&format!("prompts/writer-{writer}"));
            let mut acknowledged = Vec::new();
            for number in 0..50 {
                let content = text(&format!("{number}"));
                let written = client.store.put(&content, None).await;
                let new = sternway_types::NewVersion::new(id.clone(), content.reference());
                let add = sternway_types::Change::AddVersion(Box::new(new));
                let changeset = client.changeset().then(add);
                let answer = match written {
                    Ok(()) => client.store.commit(&changeset).await,
                    Err(err) => Err(err),
                };
                match answer {
                    Ok(receipt) => acknowledged.push((changeset, receipt)),
                    Err(StoreError::Closed) => break,
                    Err(err) => Err(err).must("commit"),
                }
            }
            acknowledged
        });
    }
    let head = world.store.wait(&world.ns, Revision::new(20)).await.must("wait");
    assert!(head > Revision::new(20));
    let place = world.shut().await;
    let acknowledged = writers.join_all().await.concat();
    let store = place.open().await.must("open again");
    for (changeset, receipt) in acknowledged {
        let again = store.commit(&changeset).await.must("repeat");
        assert_eq!(again, receipt, "what was acknowledged is there");
    }
    let report = Arc::clone(&store).verify().await.must("verify");
    assert!(report.is_sound(), "{report:#?}");
}
