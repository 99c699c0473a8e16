//! **Trees whole**: a commit that names a tree is refused unless every file that the tree lists was
//! written before, with its digest and size; an empty file is nothing to write.

use sternway_store::Refusal;
use sternway_types::{
    Change, Changeset, Content, ContentKind, FileMode, LinkTarget, NewVersion, Tree, TreeEntry,
    TreeFile, TreePath,
};

use crate::{
    must::{Must, parsed, there},
    world::{World, greeting, version},
};

fn file(bytes: &[u8]) -> TreeEntry {
    TreeEntry::File(TreeFile::of(FileMode::Plain, bytes))
}

fn opaque(bytes: &[u8]) -> Content {
    match Content::bytes(bytes.to_vec(), parsed("application/octet-stream")) {
        Ok(content) => content,
        Err(err) => panic!("the suite's content: {err}"),
    }
}

/// A folder with a file that exists twice, an empty one, a program and a link.
fn folder() -> Content {
    let link: TreePath = parsed("latest");
    let target = LinkTarget::new(&link, "bin/run");
    let target = target.unwrap_or_else(|err| panic!("the suite's link: {err}"));
    listing([
        (parsed("a.md"), file(b"one")),
        (parsed("b/a.md"), file(b"one")),
        (parsed("b/empty"), file(b"")),
        (parsed("bin/run"), TreeEntry::File(TreeFile::of(FileMode::Executable, b"two"))),
        (link, TreeEntry::Link(target)),
    ])
}

fn listing(entries: impl IntoIterator<Item = (TreePath, TreeEntry)>) -> Content {
    let tree = Tree::new(entries).unwrap_or_else(|err| panic!("the suite's tree: {err}"));
    Content::tree(&tree).unwrap_or_else(|err| panic!("the suite's tree: {err}"))
}

fn add(world: &World, content: &Content) -> Changeset {
    let new = NewVersion::new(greeting(), content.reference());
    world.changeset().then(Change::AddVersion(Box::new(new)))
}

pub(crate) async fn a_tree_is_refused_while_a_file_is_missing(world: World) {
    let tree = folder();
    world.store.put(&tree, None).await.must("put a listing");
    world.store.put(&opaque(b"one"), None).await.must("put a file");
    let changeset = add(&world, &tree);
    let before = world.head().await;
    let refusal = world.store.commit(&changeset).await.must_refuse("nobody wrote bin/run");
    let TreeFile { digest, size, .. } = TreeFile::of(FileMode::Plain, b"two");
    let path = parsed("bin/run");
    assert_eq!(refusal, Refusal::NoFile { tree: tree.digest(), path, digest, size });
    assert_eq!(world.head().await, before, "a refused tree leaves no trace");

    // What is empty needs no content.
    world.store.put(&opaque(b"two"), None).await.must("put the other file");
    world.commit(&changeset).await;
    let report = world.store.verify().await.must("verify");
    assert!(report.is_sound() && report.contents == 3, "{report:#?}");
}

pub(crate) async fn a_file_of_another_size_is_not_the_file(world: World) {
    world.store.put(&opaque(b"one"), None).await.must("put a file");
    let lying = TreeFile { size: 4, ..TreeFile::of(FileMode::Plain, b"one") };
    let tree = listing([(parsed("a.md"), TreeEntry::File(lying))]);
    world.store.put(&tree, None).await.must("put a listing");
    let refusal = world.store.commit(&add(&world, &tree)).await.must_refuse("it has 3 bytes");
    let (path, digest) = (parsed("a.md"), lying.digest);
    assert_eq!(refusal, Refusal::NoFile { tree: tree.digest(), path, digest, size: 4 });
}

pub(crate) async fn a_listing_is_a_tree_only_when_it_was_written_as_one(world: World) {
    let tree = listing([(parsed("empty"), file(b""))]);
    let as_json = Content::new(ContentKind::Json, tree.as_bytes());
    let as_json = as_json.unwrap_or_else(|err| panic!("a listing is JSON: {err}"));
    world.store.put(&as_json, None).await.must("put the listing as JSON");
    let refusal = world.store.commit(&add(&world, &tree)).await.must_refuse("nobody checked it");
    assert_eq!(refusal, Refusal::OtherContent(Box::new(tree.reference())));
    world.store.put(&tree, None).await.must("put the listing as a tree");
    world.commit(&add(&world, &tree)).await;
    world.commit(&add(&world, &as_json)).await;
}

pub(crate) async fn a_tree_and_its_files_are_there_again(world: World) {
    let tree = folder();
    for content in [&opaque(b"one"), &opaque(b"two"), &tree] {
        world.store.put(content, None).await.must("put a content");
    }
    world.commit(&add(&world, &tree)).await;
    let world = world.crash().await;
    let reference = world.version(&greeting(), version(1)).await.content;
    assert_eq!(reference, tree.reference());
    let listing = world.store.content(&reference).await.must("read a listing");
    let found = there(there(listing, "listing").as_tree(), "tree");
    assert_eq!(Some(&found), tree.as_tree().as_ref());
    for (path, file) in found.files().filter(|(_, file)| file.size > 0) {
        let (kind, len) = (opaque(b"any").kind().clone(), file.size);
        let reference = sternway_types::ContentRef { digest: file.digest, kind, len };
        let read = there(world.store.content(&reference).await.must("read a file"), path);
        assert_eq!(read.digest(), file.digest);
    }
}
