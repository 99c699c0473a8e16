//! Pages hold as much as was asked for, and reads answer nothing for what is not there.

use std::collections::BTreeMap;

use sternway_store::{DigestHit, Limit, Store};
use sternway_types::{
    At, Content, DigestPrefix, Generation, RecordKey, RecordKind, Revision, Subject,
};

use super::durable::populate;
use crate::{
    must::{Must, parsed, there},
    world::{
        Client, World, artifact, environment, failed, greeting, label, live, production, text,
        version,
    },
};

/// How many items every paged read of a populated namespace answers with.
async fn lengths(client: &Client, limit: Limit) -> [(&'static str, usize); 11] {
    let (store, ns): (&dyn Store, _) = (client.store.as_ref(), &client.ns);
    let name = live(&production());
    let digest = DigestPrefix::from(&text(&format!("{} 1", greeting())).digest());
    let subject = client.subject(&greeting(), &production()).await;
    let live_then = At::Revision(client.head().await.revision);
    macro_rules! length {
        ($read:ident($($argument:expr),*)) => {
            (stringify!($read), store.$read($($argument),*).await.must(stringify!($read)).len())
        };
    }
    [
        length!(namespaces(None, limit)),
        length!(artifacts(ns, "", At::Head, None, limit)),
        length!(history(ns, &greeting(), At::Head, None, limit)),
        length!(with_digest(ns, &digest, At::Head, None, limit)),
        length!(pointers(ns, &greeting(), At::Head, None, limit)),
        length!(moves(ns, &greeting(), &name, None, limit)),
        length!(environment(ns, &production(), At::Head, None, limit)),
        length!(environment(ns, &production(), live_then, None, limit)),
        length!(records(ns, RecordKind::Environment, "", At::Head, None, limit)),
        length!(outcomes(ns, &subject, 0, limit)),
        length!(feed(ns, Revision::ZERO, limit)),
    ]
}

pub(crate) async fn a_page_of_none_is_empty(world: World) {
    populate(&world).await;
    for (read, length) in lengths(&world, Limit::new(0)).await {
        assert_eq!(length, 0, "{read}");
    }
    let unjudged = world.store.unjudged(&world.ns, None, Limit::new(0)).await.must("unjudged");
    assert_eq!(unjudged, []);
}

pub(crate) async fn a_page_has_no_more_than_was_asked_for(world: World) {
    populate(&world).await;
    for (read, length) in lengths(&world, Limit::new(1)).await {
        assert_eq!(length, 1, "{read}");
    }
}

pub(crate) async fn a_huge_limit_is_held(world: World) {
    populate(&world).await;
    world.go_live(&artifact("tools/search"), &production(), version(1)).await;
    let subject = world.subject(&greeting(), &production()).await;
    let many = Limit::MAX.get() + 5;
    let outcomes = (0..many).map(|number| failed(&format!("{number}"), &subject, world.now()));
    world.report(outcomes.collect()).await;
    let huge = Limit::new(usize::MAX);
    for (read, length) in lengths(&world, huge).await {
        let expected = if read == "outcomes" { 1_000..=1_000 } else { 1..=20 };
        assert!(expected.contains(&length), "{read} answers with {length}");
    }
}

pub(crate) async fn prefixes_narrow_a_page(world: World) {
    for name in ["prompts/a", "prompts/ab", "prompts/b", "prompts-2/a", "tools/a"] {
        world.publish(&artifact(name), name).await;
    }
    let (store, ns) = (&world.store, &world.ns);
    let named = async |prefix, after: Option<&str>| {
        let after = after.map(artifact);
        let page = store.artifacts(ns, prefix, At::Head, after.as_ref(), Limit::default()).await;
        page.must("read artifacts").iter().map(|it| it.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(named("prompts/", None).await, ["prompts/a", "prompts/ab", "prompts/b"]);
    assert_eq!(named("prompts/a", None).await, ["prompts/a", "prompts/ab"]);
    assert_eq!(named("prompts", None).await.len(), 4);
    assert_eq!(named("prompts/", Some("prompts/a")).await, ["prompts/ab", "prompts/b"]);
    // A cursor need not be there, nor within the prefix.
    assert_eq!(named("prompts/", Some("prompts/aa")).await, ["prompts/ab", "prompts/b"]);
    assert_eq!(named("prompts/", Some("a/a")).await.len(), 3);
    assert_eq!(named("prompts/", Some("z/z")).await, [""; 0]);
    assert_eq!(named("unknown", None).await, [""; 0]);

    let environments = async |prefix, after| {
        let kind = RecordKind::Environment;
        let page = store.records(ns, kind, prefix, At::Head, after, Limit::default()).await;
        let page = page.must("read records");
        page.iter().map(|it| it.key.name().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(environments("", None).await, ["production", "staging"]);
    assert_eq!(environments("s", None).await, ["staging"]);
    assert_eq!(environments("", Some("production")).await, ["staging"]);
    assert_eq!(environments("p", Some("q")).await, [""; 0]);
}

pub(crate) async fn what_is_not_there_is_answered_with_nothing(world: World) {
    world.publish(&greeting(), "Hello").await;
    let (store, ns) = (&world.store, &world.ns);
    let (unknown, nowhere) = (artifact("tools/unknown"), environment("nowhere"));
    let limit = Limit::default();
    let nothing = text("nobody wrote this").reference();
    let subject = Subject {
        artifact: greeting(),
        environment: production(),
        version: version(1),
        generation: Generation::ZERO,
    };
    macro_rules! none {
        ($($read:ident($($argument:expr),*);)*) => {
            $(assert_eq!(store.$read($($argument),*).await.must(stringify!($read)), None);)*
        };
    }
    none! {
        artifact(ns, &unknown, At::Head);
        version(ns, &unknown, version(1));
        version(ns, &greeting(), version(2));
        content(&nothing);
        pointer(ns, &unknown, &label("stable"), At::Head);
        pointer(ns, &greeting(), &label("stable"), At::Head);
        record(ns, &RecordKey::environment(&nowhere), At::Head);
        tallies(ns, &subject);
    }
    macro_rules! empty {
        ($($read:ident($($argument:expr),*);)*) => {
            $(assert_eq!(store.$read($($argument),*).await.must(stringify!($read)), []);)*
        };
    }
    empty! {
        history(ns, &unknown, At::Head, None, limit);
        history(ns, &greeting(), At::Head, Some(version(1)), limit);
        with_digest(ns, &DigestPrefix::from(&nothing.digest), At::Head, None, limit);
        pointers(ns, &unknown, At::Head, None, limit);
        moves(ns, &greeting(), &label("stable"), None, limit);
        environment(ns, &nowhere, At::Head, None, limit);
        records(ns, RecordKind::Latch, "", At::Head, None, limit);
        outcomes(ns, &subject, 0, limit);
        outcomes(ns, &subject, u64::MAX, limit);
        unjudged(ns, None, limit);
        feed(ns, Revision::new(u64::MAX), limit);
    }
}

/// Two contents whose digests begin with the same six digits, in the order of their digests.
fn nearly_alike() -> [Content; 2] {
    let mut seen: BTreeMap<String, Content> = BTreeMap::new();
    for number in 0.. {
        let content = text(&format!("{number}"));
        let begin: String = content.digest().to_hex().chars().take(6).collect();
        if let Some(other) = seen.insert(begin, content.clone()) {
            let mut both = [content, other];
            both.sort_by_key(Content::digest);
            return both;
        }
    }
    panic!("no two numbers are nearly alike")
}

pub(crate) async fn a_short_digest_finds_all_that_begin_like_it(world: World) {
    let contents = nearly_alike();
    let ids = [artifact("z/last"), artifact("a/first")];
    let mut expected: Vec<DigestHit> = Vec::new();
    for content in &contents {
        for id in &ids {
            let receipt = world.apply(world.add(id, content).await).await;
            let number = there(receipt.version_of(id), "number");
            expected.push(DigestHit { digest: content.digest(), artifact: id.clone(), number });
        }
    }
    world.publish(&greeting(), "another content").await;
    expected.sort();
    let find = async |digits: usize, digest: &str, after, limit| {
        let prefix: DigestPrefix = parsed(digest.get(..7 + digits).unwrap_or(digest));
        world
            .store
            .with_digest(&world.ns, &prefix, At::Head, after, limit)
            .await
            .must("find by digest")
    };
    let [one, other] = contents.map(|content| content.digest().to_string());
    assert_eq!(find(6, &one, None, Limit::MAX).await, expected, "by digest, artifact and number");
    let rest = find(6, &one, expected.first(), Limit::new(2)).await;
    assert_eq!(Some(rest.as_slice()), expected.get(1..3), "page by page");
    // Where they part is told exactly, also within a byte.
    let parting = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    for digits in [parting - 7, parting - 6, parting - 5, 64] {
        for (digest, own) in [(&one, expected.get(..2)), (&other, expected.get(2..))] {
            let found = find(digits, digest, None, Limit::MAX).await;
            let all = if digits + 7 > parting { own } else { Some(expected.as_slice()) };
            assert_eq!(Some(found.as_slice()), all, "{digits} digits of {digest}");
        }
    }
}
