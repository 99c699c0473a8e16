//! Namespaces stand apart, and an unknown one is said to be unknown.

use std::fmt::Debug;

use sternway_store::{Limit, Refusal, StoreError};
use sternway_types::{
    At, Change, DigestPrefix, Generation, OutcomeId, RecordKey, RecordKind, Revision, Subject,
    Timestamp,
};

use crate::{
    everything::Everything,
    must::{Chain, Must, parsed},
    world::{World, environment_record, failed, found, greeting, live, production, text, version},
};

#[track_caller]
fn unknown<T: Debug>(answer: Result<T, StoreError>, read: &str) {
    match answer {
        Err(StoreError::NoNamespace(namespace)) => assert_eq!(namespace.as_str(), "nowhere"),
        Err(err) => panic!("{read}: expected an unknown namespace: {}", Chain(&err)),
        Ok(answer) => panic!("{read}: expected an unknown namespace: {answer:?}"),
    }
}

pub(crate) async fn an_unknown_namespace_is_said_to_be_unknown(world: World) {
    let nowhere = world.in_namespace("nowhere");
    let (store, ns) = (&nowhere.store, &nowhere.ns);
    let (name, limit) = (live(&production()), Limit::default());
    let subject = Subject {
        artifact: greeting(),
        environment: production(),
        version: version(1),
        generation: Generation::ZERO,
    };
    let add = nowhere.add(&greeting(), &text("Hello")).await;
    let outcomes = nowhere.arriving(vec![failed("one", &subject, nowhere.now())]);
    macro_rules! unknown {
        ($($call:ident($($argument:expr),*);)*) => {
            $(unknown(store.$call($($argument),*).await, stringify!($call));)*
        };
    }
    unknown! {
        commit(&nowhere.changeset().then(add.clone()));
        rehearse(&nowhere.changeset().then(add));
        append(&outcomes);
        artifact(ns, &greeting(), At::Head);
        artifacts(ns, "", At::Head, None, limit);
        version(ns, &greeting(), version(1));
        history(ns, &greeting(), At::Head, None, limit);
        with_digest(ns, &DigestPrefix::from(&text("Hello").digest()), At::Head, None, limit);
        pointer(ns, &greeting(), &name, At::Head);
        pointer(ns, &greeting(), &name, At::Revision(Revision::ZERO));
        pointers(ns, &greeting(), At::Head, None, limit);
        moves(ns, &greeting(), &name, None, limit);
        environment(ns, &production(), At::Head, None, limit);
        record(ns, &RecordKey::namespace(), At::Head);
        records(ns, RecordKind::Environment, "", At::Head, None, limit);
        tallies(ns, &subject);
        outcomes(ns, &subject, 0, limit);
        noted(ns, &subject, 0, limit);
        unjudged(ns, None, limit);
        open_run(ns, OutcomeId::from_name("one"));
        open_runs(ns, Timestamp::MAX, None, limit);
        feed(ns, Revision::ZERO, limit);
        wait(ns, Revision::ZERO);
    }
    assert_eq!(store.head(ns, At::Head).await.must("read the head"), None, "it stands nowhere");
}

pub(crate) async fn a_namespace_is_created_once(world: World) {
    let before = Everything::of(&world).await;
    let again = world.changeset().then(Change::CreateNamespace);
    let refusal = world.store.commit(&again).await.must_refuse("it exists");
    assert_eq!(refusal, Refusal::NamespaceExists(world.ns.clone()));
    Everything::of(&world).await.must_equal(&before, "a namespace that exists");

    // What is refused does not leave an empty namespace behind.
    let garden = world.in_namespace("garden");
    let add = garden.add(&greeting(), &text("Hello")).await;
    let nowhere = crate::world::environment("nowhere");
    let go = crate::world::move_to(&greeting(), &live(&nowhere), sternway_types::Target::Added);
    let spoilt = garden.changeset().then(Change::CreateNamespace).then(add).then(go);
    garden.store.commit(&spoilt).await.must_refuse("there is no environment");
    assert_eq!(garden.store.head(&garden.ns, At::Head).await.must("read the head"), None);
    assert_eq!(world.store.namespaces(None, Limit::MAX).await.must("list").len(), 1);
}

pub(crate) async fn namespaces_are_listed_by_name(world: World) {
    for name in ["b", "a", "a-b", "a.b", "Z", "9"] {
        let client = world.in_namespace(name);
        client.apply(Change::CreateNamespace).await;
    }
    let world = world.restart().await;
    let mut after = None;
    let mut names = Vec::new();
    loop {
        let page = world.store.namespaces(after.as_ref(), Limit::new(2)).await.must("list");
        let Some(last) = page.last() else { break };
        after = Some(last.clone());
        names.extend(page.iter().map(ToString::to_string));
    }
    assert_eq!(names, ["9", "Z", "a", "a-b", "a.b", "b", "shop"], "in the order of their bytes");
    let after = parsed("aa");
    let page = world.store.namespaces(Some(&after), Limit::new(1)).await.must("list");
    assert_eq!(page, [parsed("b")], "a cursor need not be there");
}

pub(crate) async fn namespaces_do_not_see_each_other(world: World) {
    // One name is the beginning of the other.
    let (shop, shop_2) = (world.in_namespace("shop"), world.in_namespace("shop-2"));
    found(&shop_2).await;
    super::durable::populate(&world).await;
    let before = Everything::of(&shop).await;
    let empty = Everything::of(&shop_2).await;
    assert_eq!((empty.artifacts.len(), empty.feed.len()), (0, 1), "{empty:#?}");
    // The same names, ids and contents mean nothing to each other.
    let subject = shop.subject(&greeting(), &production()).await;
    let add = shop_2.add(&greeting(), &text(&format!("{} 1", greeting()))).await;
    let mut changeset = shop_2.changeset().then(add);
    changeset.id = crate::must::there(before.feed.last(), "commit").changeset;
    assert_eq!(shop_2.commit(&changeset).await.version_of(&greeting()), Some(version(1)));
    shop_2.apply(environment_record(&crate::world::environment("lab"))).await;
    shop_2.go_live(&greeting(), &production(), version(1)).await;
    let elsewhere = Subject { version: version(1), generation: Generation::new(1), ..subject };
    let appended = shop_2.append(vec![failed("two", &elsewhere, shop_2.now())]).await;
    assert_eq!(appended.duplicates, 0, "an outcome of another namespace is another outcome");
    Everything::of(&shop).await.must_equal(&before, "what happened in another namespace");
}
