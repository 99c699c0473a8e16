//! Bundles: a namespace that was exported is the same where it is imported, once, and whole or not at
//! all.

use std::{io::Cursor, sync::Arc};

use sternway_control::{
    Control, ControlError,
    bundle::{Export, Exported, Import, Imported, Mode, Policies, Trial},
    publish::Publish,
    signed_head::{HeadSigner, SignedHeadError},
};
use sternway_folder::{Exclude, Folder};
use sternway_store::{KvStore, Limit, MemoryKv, Tallies};
use sternway_types::{
    At, CheckKind, Commit, Content, LabelId, OnFailure, PolicyScope, PolicySetting, Revision,
};

use crate::{
    checks::{check, checking, parsed, tone},
    make::{alice, artifact, greeting, in_a_row, production, text, version, versions},
    world::World,
};

async fn export(control: &Control, export: &Export) -> (Vec<u8>, Exported) {
    control.export(Vec::new(), export, &mut |_| ()).await.expect("it is exported")
}

/// A bundle of everything.
async fn bundle(world: &World) -> Vec<u8> {
    export(&world.control, &Export::new(alice().actor)).await.0
}

async fn try_import(
    control: &Control,
    bundle: &[u8],
    import: &Import,
) -> Result<Imported, ControlError> {
    control.import_bundle(Cursor::new(bundle.to_vec()), import, &alice(), &mut |_| ()).await
}

async fn import(control: &Control, bundle: &[u8]) -> Imported {
    try_import(control, bundle, &Import::default()).await.expect("it is imported")
}

async fn renumber(control: &Control, bundle: &[u8], policies: Policies) -> Imported {
    let import = Import { mode: Mode::Renumber(policies), ..Import::default() };
    try_import(control, bundle, &import).await.expect("it is imported")
}

/// A namespace of an empty store.
fn nowhere(namespace: &str) -> Control {
    let store = KvStore::open(MemoryKv::new()).expect("an empty map becomes a store");
    Control::new(Arc::new(store), namespace.parse().expect("a namespace"))
}

async fn feed(control: &Control) -> Vec<Commit> {
    let feed = control.store().feed(control.namespace(), Revision::ZERO, Limit::MAX).await;
    feed.expect("it can be read")
}

async fn unjudged(control: &Control) -> usize {
    let unjudged = control.store().unjudged(control.namespace(), None, Limit::MAX).await;
    unjudged.expect("it can be read").len()
}

/// The JSON file of the folder is a configuration of its own as well.
#[tokio::test]
async fn a_tree_travels_with_its_files() {
    let world = World::new().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in [("run.py", "print(1)\n"), ("limits.json", "{\"n\": 1}"), ("none", "")] {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    }
    let scanned = Folder::scan(folder.path(), &Exclude::default()).expect("it can be kept");
    let tree = world.control.put_folder(&scanned).await.expect("it can be kept");
    let limits = Content::json("{\"n\": 1}").expect("it is JSON");
    for (name, content) in [("tools/runner", tree), ("configs/limits", limits)] {
        let publish = Publish::new(artifact(name), content);
        world.control.publish(publish, &alice()).await.expect("it is published");
    }
    let there = nowhere("shop");
    let imported = import(&there, &bundle(&world).await).await;
    assert_eq!(imported.manifest.contents, 3, "the listing, and two files that are not empty");
    let runner = there.version(&artifact("tools/runner"), version(1)).await.expect("it is there");
    let file = there.file_at(&runner, "run.py").await.expect("it is there");
    assert_eq!(there.file(&file).await.expect("it can be read"), b"print(1)\n");
    is_sound(&there).await;
}

async fn is_sound(control: &Control) {
    let report = control.store().verify().await.expect("it can be read");
    assert!(report.is_sound(), "{report:?}");
}

/// A namespace in which a version regressed and was taken back, and others ran.
async fn lived() -> World {
    let world = World::with_live(2).await;
    world.run(2, "..xxx").await;
    world.publish("greeting 3").await;
    world.promote(3).await;
    world.run(3, "....").await;
    world
}

#[tokio::test]
async fn what_was_exported_is_the_same_where_it_is_imported() {
    let world = lived().await;
    let (bundle, exported) = export(&world.control, &Export::new(alice().actor)).await;
    let there = nowhere("shop");
    let imported = import(&there, &bundle).await;
    assert_eq!(imported.manifest, exported.manifest);
    assert_eq!(feed(&there).await, feed(&world.control).await);
    assert_eq!((imported.versions, imported.outcomes), (3, 9));
    for number in [2, 3] {
        let subject = world.control.subject(&greeting(), version(number), &production()).await;
        let subject = subject.expect("a subject");
        let tallies = |control: &Control| {
            let (store, namespace) = (Arc::clone(control.store()), control.namespace().clone());
            let subject = subject.clone();
            async move { store.tallies(&namespace, &subject).await.expect("it can be read") }
        };
        let here: Option<Tallies> = tallies(&world.control).await;
        assert_eq!(tallies(&there).await, here);
    }
    is_sound(&there).await;
}

#[tokio::test]
async fn what_was_judged_is_not_judged_again() {
    let world = World::with_live(2).await;
    // With no rules these outcomes decide nothing.
    let off = PolicySetting::Off;
    world.control.set_policy(PolicyScope::Namespace, off, &alice()).await.expect("it is set");
    world.run(2, "xxxxx").await;
    let strict = in_a_row(3);
    world.control.set_policy(PolicyScope::Namespace, strict, &alice()).await.expect("it is set");
    let there = nowhere("shop");
    let _imported = import(&there, &bundle(&world).await).await;
    assert_eq!(unjudged(&there).await, 0);
    let swept = there.sweep().await.expect("it can be read");
    assert!(swept.judged.is_empty(), "{:?}", swept.judged);
    let head = there.store().head(there.namespace(), At::Head).await.expect("it can be read");
    assert_eq!(head.map(|head| head.revision), Some(world.head().await), "no pointer moved");
}

#[tokio::test]
async fn what_waits_to_be_judged_waits_there() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    world.run(2, "..").await;
    world.append(&subject, "xxxx").await;
    let there = nowhere("shop");
    let imported = import(&there, &bundle(&world).await).await;
    assert_eq!((imported.outcomes, unjudged(&there).await), (6, 1));
    is_sound(&there).await;
    let swept = there.sweep().await.expect("it can be read");
    assert_eq!(swept.judged.len(), 1);
    assert!(swept.judged.iter().all(|judged| judged.reaction.is_some()), "it is judged once");
}

#[tokio::test]
async fn importing_again_does_nothing_and_importing_more_adds_it() {
    let world = lived().await;
    let (first, there) = (bundle(&world).await, nowhere("shop"));
    assert!(!import(&there, &first).await.is_unchanged());
    let again = import(&there, &first).await;
    assert!(again.is_unchanged(), "{again:?}");
    assert_eq!(again.known_versions, 3);
    world.publish("greeting 4").await;
    world.run(3, "..").await;
    let more = import(&there, &bundle(&world).await).await;
    assert_eq!((more.commits, more.versions, more.outcomes), (1, 1, 2));
    assert_eq!(unjudged(&there).await, 0);
    assert_eq!(feed(&there).await, feed(&world.control).await);
    is_sound(&there).await;
}

#[tokio::test]
async fn an_import_that_ended_in_the_middle_goes_on_from_there() {
    let world = lived().await;
    let (bundle, commits) = (bundle(&world).await, feed(&world.control).await);
    for end in 1..commits.len() {
        let there = nowhere("shop");
        for number in 1..=3 {
            there.store().put(&text(&format!("greeting {number}")), None).await.expect("it is put");
        }
        there.store().replay(&commits[..end]).await.expect("it is replayed");
        let imported = import(&there, &bundle).await;
        assert_eq!(imported.commits, (commits.len() - end) as u64);
        assert_eq!(feed(&there).await, commits);
        assert_eq!(unjudged(&there).await, 0);
        is_sound(&there).await;
    }
}

#[tokio::test]
async fn two_imports_at_once_come_to_one_result() {
    let world = lived().await;
    let (bundle, there) = (bundle(&world).await, nowhere("shop"));
    let other = Control::new(Arc::clone(there.store()), there.namespace().clone());
    let (one, two) = tokio::join!(import(&there, &bundle), import(&other, &bundle));
    assert_eq!(one.commits + two.commits, world.head().await.get());
    assert_eq!(one.outcomes + two.outcomes, 9);
    assert_eq!(feed(&there).await, feed(&world.control).await);
    assert_eq!(unjudged(&there).await, 0);
    is_sound(&there).await;
}

async fn other_history(control: &Control, bundle: &[u8]) -> u64 {
    let before = control.store().head(control.namespace(), At::Head).await;
    match try_import(control, bundle, &Import::default()).await {
        Err(ControlError::OtherHistory { namespace, revision }) => {
            assert_eq!(namespace, *control.namespace());
            let after = control.store().head(control.namespace(), At::Head).await;
            assert_eq!(after.expect("it can be read"), before.expect("it can be read"));
            revision.get()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn another_history_is_refused_by_its_first_revision() {
    let world = World::with_live(2).await;
    let bundle = bundle(&world).await;
    // Both worlds count their ids and begin at the same time: they are the same until they differ.
    let other = World::with_live(1).await;
    let same = other.head().await.get();
    other.publish("another").await;
    assert_eq!(other_history(&other.control, &bundle).await, same + 1);
    other.promote(2).await;
    other.publish("and on").await;
    assert_eq!(other_history(&other.control, &bundle).await, same + 1, "also one that is longer");

    world.publish("and on").await;
    let ahead = world.head().await.get();
    assert_eq!(other_history(&world.control, &bundle).await, ahead, "one that went on by itself");

    let foreign = nowhere("shop");
    foreign.create_namespace().await.expect("it comes to life");
    assert_eq!(other_history(&foreign, &bundle).await, 1);
}

#[tokio::test]
async fn a_history_has_its_chain_under_another_name() {
    let world = lived().await;
    let there = nowhere("copy");
    let imported = import(&there, &bundle(&world).await).await;
    assert_eq!(imported.manifest.namespace, *world.control.namespace());
    let chain = |commits: Vec<Commit>| commits.last().map(|commit| commit.chain);
    assert_eq!(chain(feed(&there).await), chain(feed(&world.control).await));
    assert_eq!(unjudged(&there).await, 0);
    is_sound(&there).await;
}

#[tokio::test]
async fn an_earlier_state_is_exported_with_the_outcomes_that_belong_to_it() {
    let world = World::with_live(2).await;
    world.run(2, "..").await;
    let then = world.head().await;
    world.publish("greeting 3").await;
    world.promote(3).await;
    world.run(3, "...").await;
    let at = At::Revision(then);
    let (bundle, exported) =
        export(&world.control, &Export { at, ..Export::new(alice().actor) }).await;
    assert_eq!((exported.manifest.revision, exported.left_out), (then, 1));
    let there = nowhere("shop");
    let imported = import(&there, &bundle).await;
    assert_eq!((imported.versions, imported.outcomes), (2, 2));
    is_sound(&there).await;
}

#[tokio::test]
async fn others_write_while_a_namespace_is_exported() {
    let world = Arc::new(World::with_live(1).await);
    world.run(1, ".").await;
    let writer = Arc::clone(&world);
    let writing = async move {
        for number in 0..100 {
            writer.publish(&format!("meanwhile {number}")).await;
            tokio::task::yield_now().await;
        }
    };
    let exporting = async {
        let mut bundles = Vec::new();
        for _ in 0..5 {
            bundles.push(export(&world.control, &Export::new(alice().actor)).await);
        }
        bundles
    };
    let ((), bundles) = tokio::join!(writing, exporting);
    let there = nowhere("shop");
    for (bundle, exported) in bundles {
        let imported = import(&there, &bundle).await;
        assert_eq!(imported.manifest.revision, exported.manifest.revision);
    }
    let whole = feed(&world.control).await;
    let part = feed(&there).await;
    assert_eq!(part, whole[..part.len()]);
}

#[tokio::test]
async fn a_bundle_that_is_not_whole_leaves_nothing() {
    let world = lived().await;
    let bundle = bundle(&world).await;
    for end in (0..bundle.len()).step_by(97) {
        let there = nowhere("shop");
        let refused = try_import(&there, &bundle[..end], &Import::default()).await;
        assert!(matches!(refused, Err(ControlError::Bundle(_))), "{end}: {refused:?}");
        let namespaces = there.store().namespaces(None, Limit::MAX).await;
        assert_eq!(namespaces.expect("it can be read"), []);
    }
}

/// More than is held while it is checked: the contents are put in one reading, the rest in another.
#[tokio::test]
async fn a_history_that_is_longer_than_memory_holds_comes_out_the_same() {
    let world = World::new().await;
    for number in 0..520 {
        let content = text(&format!("content {number}"));
        let changelog = "c".repeat(65_536).parse().expect("a changelog");
        let publish = Publish { changelog, ..Publish::new(greeting(), content) };
        world.control.publish(publish, &alice()).await.expect("it is published");
    }
    let there = nowhere("shop");
    let imported = import(&there, &bundle(&world).await).await;
    assert_eq!((imported.versions, imported.known_versions), (520, 0));
    assert_eq!(feed(&there).await, feed(&world.control).await);
    is_sound(&there).await;
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_new_and_writes_nothing() {
    let world = lived().await;
    let (bundle, there) = (bundle(&world).await, nowhere("shop"));
    for mode in [Mode::Preserve, Mode::Renumber(Policies::Take)] {
        let tried = Import { mode, trial: Trial::Yes, ..Import::default() };
        let tried = try_import(&there, &bundle, &tried).await.expect("it is tried");
        assert_eq!(tried.versions, 3);
    }
    let namespaces = there.store().namespaces(None, Limit::MAX).await;
    assert_eq!(namespaces.expect("it can be read"), []);
    let imported = import(&there, &bundle).await;
    let tried = Import { trial: Trial::Yes, ..Import::default() };
    let again = try_import(&there, &bundle, &tried).await.expect("it is tried");
    assert!(again.is_unchanged() && imported.outcomes == 9, "{again:?}");
}

#[tokio::test]
async fn a_signed_head_says_whose_history_it_is() {
    let world = lived().await;
    let [ours, theirs] = [1, 2].map(|byte| HeadSigner::new("acme", [byte; 32]).expect("a name"));
    let how = Export { signer: Some(ours.clone()), ..Export::new(alice().actor) };
    let (signed, _) = export(&world.control, &how).await;
    let by = |signer: &HeadSigner| Import { signer: Some(signer.verifier()), ..Import::default() };
    let there = nowhere("shop");
    let refused = try_import(&there, &signed, &by(&theirs)).await;
    assert!(
        matches!(refused, Err(ControlError::SignedHead(SignedHeadError::Signature { .. }))),
        "{refused:?}"
    );
    let refused = try_import(&there, &bundle(&world).await, &by(&ours)).await;
    assert!(matches!(refused, Err(ControlError::SignedHead(_))), "{refused:?}");
    let left = there.store().content(&text("greeting 1").reference()).await;
    assert_eq!(left.expect("it can be read"), None, "nothing is taken from a stranger");
    let imported = try_import(&there, &signed, &by(&ours)).await.expect("it is signed");
    assert_eq!(imported.versions, 3);
}

async fn label(world: &World, name: &str, number: u64) {
    let label: LabelId = name.parse().expect("a label");
    let labelled = world.control.label(&greeting(), version(number), &label, &alice()).await;
    labelled.expect("it is labelled");
}

#[tokio::test]
async fn renumbered_versions_come_after_those_that_are_there_once() {
    let world = lived().await;
    label(&world, "tried", 1).await;
    label(&world, "best", 3).await;
    let there = World::with_live(1).await;
    label(&there, "best", 1).await;
    let tool = Publish::new(artifact("tools/search"), text("find"));
    world.control.publish(tool, &alice()).await.expect("it is published");
    let bundle = bundle(&world).await;

    let imported = renumber(&there.control, &bundle, Policies::Leave).await;
    assert_eq!((imported.versions, imported.known_versions), (4, 0));
    assert_eq!((imported.labels, imported.kept_labels), (1, 1));
    let second = there.control.version(&greeting(), version(3)).await.expect("it is there");
    let original = world.control.version(&greeting(), version(2)).await.expect("it is there");
    assert_eq!(second.content, original.content);
    assert_eq!((second.author, second.authored_at), (original.author, original.authored_at));
    assert_eq!(second.parents, [version(2)]);
    let from = second.metadata.members().get("imported_from").expect("it says so");
    assert_eq!((&from["namespace"], &from["version"]), (&"shop".into(), &2.into()));
    // Nothing goes live by it, and nothing is judged.
    assert_eq!(there.live().await, Some(version(1)));
    let live = there.control.live_version(&artifact("tools/search"), &production()).await;
    assert!(matches!(live, Err(ControlError::NotLive { .. })), "{live:?}");

    let before = there.head().await;
    let again = renumber(&there.control, &bundle, Policies::Leave).await;
    assert!(again.is_unchanged(), "{again:?}");
    assert_eq!((again.known_versions, there.head().await), (4, before));
    world.publish("greeting 4").await;
    let more = renumber(&there.control, &self::bundle(&world).await, Policies::Leave).await;
    assert_eq!((more.versions, more.known_versions), (1, 4));
    is_sound(&there.control).await;
}

#[tokio::test]
async fn policies_come_along_when_asked_for_where_there_are_none() {
    let world = World::with_live(1).await;
    for scope in [PolicyScope::Namespace, PolicyScope::Artifact(greeting())] {
        world.control.set_policy(scope, in_a_row(7), &alice()).await.expect("it is set");
    }
    let bundle = bundle(&world).await;
    let there = World::with_live(1).await;
    let own = in_a_row(2);
    there.control.set_policy(PolicyScope::Namespace, own, &alice()).await.expect("it is set");
    let left = renumber(&there.control, &bundle, Policies::Leave).await;
    assert_eq!((left.policies, left.kept_policies), (0, 0));
    let taken = renumber(&there.control, &bundle, Policies::Take).await;
    assert_eq!((taken.policies, taken.kept_policies), (1, 1));
    let again = renumber(&there.control, &bundle, Policies::Take).await;
    assert_eq!((again.policies, again.kept_policies), (0, 2));
}

#[tokio::test]
async fn renumbered_versions_are_checked_as_history_is() {
    let bundle = bundle(&lived().await).await;
    let there = World::new().await;
    let checks = checking([tone(OnFailure::Refuse)]);
    let set = there.control.set_policy(PolicyScope::Namespace, checks, &alice()).await;
    set.expect("it is set");
    let imported = renumber(&there.control, &bundle, Policies::Leave).await;
    assert_eq!(imported.versions, 3, "history is not refused");
    let attested = there.control.attestations(&greeting(), version(2)).await;
    assert_eq!(attested.expect("they can be read").len(), 1);
    assert_eq!(there.condemned().await, versions([1, 2, 3]), "none of them is JSON");
}

#[tokio::test]
async fn what_was_renumbered_is_known_when_its_commits_were_let_go() {
    let bundle = bundle(&lived().await).await;
    let there = World::new().await;
    let first = renumber(&there.control, &bundle, Policies::Leave).await;
    drop(there.control.compact(there.head().await).await.expect("it is compacted"));
    let again = renumber(&there.control, &bundle, Policies::Leave).await;
    assert_eq!((again.versions, again.known_versions), (0, first.versions));
}

#[tokio::test]
async fn another_history_is_another_one_also_where_the_beginning_was_let_go() {
    let bundle = bundle(&lived().await).await;
    let there = World::with_live(3).await;
    drop(there.control.compact(there.head().await).await.expect("it is compacted"));
    let refused = try_import(&there.control, &bundle, &Import::default()).await;
    assert!(matches!(refused, Err(ControlError::OtherHistory { .. })), "{refused:?}");
}

#[tokio::test]
async fn policies_whose_checks_cannot_be_done_here_stay_away() {
    let world = World::new().await;
    let schema = Publish::new(artifact("schemas/bot"), Content::json("{}").expect("it is JSON"));
    world.control.publish(schema, &alice()).await.expect("it is published");
    let from = CheckKind::SchemaFrom(parsed("schemas/bot"));
    let checks = checking([check("shape", from)]);
    let set = world.control.set_policy(PolicyScope::Namespace, checks, &alice()).await;
    set.expect("it is set");
    let there = World::with_live(1).await;
    let taken = renumber(&there.control, &bundle(&world).await, Policies::Take).await;
    assert_eq!((taken.policies, taken.kept_policies), (0, 1), "its schema is not live here");
    there.publish("still").await;
}
