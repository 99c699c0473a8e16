//! Folders as versions: published, read back, taken back and blamed as anything else is.

use std::{fs, path::Path, sync::Arc};

use sternway_control::{
    apply::{Wanted, WantedVersion},
    blame::{Blame, Part, Written},
    publish::{Landing, Publish},
};
use sternway_folder::{Exclude, Folder, NewFolder, Permissions, Replace};
use sternway_store::{MemoryKv, Rehearsal};
use sternway_types::{Content, Force, Version};
use tempfile::TempDir;

use crate::{
    make::{alice, artifact, greeting, production, said, text, version},
    world::World,
};

fn with_files(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), files);
    folder
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("it can be made");
        fs::write(file, text).expect("it can be written");
    }
}

fn scan(folder: &TempDir) -> Folder {
    Folder::scan(folder.path(), &Exclude::default()).expect("it can be kept")
}

async fn put(world: &World, folder: &TempDir) -> Content {
    world.control.put_folder(&scan(folder)).await.expect("it can be kept")
}

/// Publishes a folder, and makes it live.
async fn publish(world: &World, folder: &TempDir) -> Version {
    let content = put(world, folder).await;
    let published = world.control.publish(Publish::new(greeting(), content), &alice()).await;
    let number = published.expect("it is published").number;
    if number > version(1) {
        world.promote(number.get()).await;
    }
    world.control.version(&greeting(), number).await.expect("it is there")
}

const FIRST: [(&str, &str); 4] = [
    ("search.py", "import words\n\nprint(words)\n"),
    ("words/__init__.py", ""),
    ("words/en.txt", "hello\n"),
    ("words/copy.txt", "hello\n"),
];

#[tokio::test]
async fn a_folder_is_published_and_written_again() {
    let (world, folder) = (World::new().await, with_files(&FIRST));
    let published = publish(&world, &folder).await;
    let tree = world.control.tree(&published).await.expect("it is a tree");
    assert_eq!((tree.entries().len(), tree.size()), (4, 39));
    let file = world.control.file_at(&published, "words/en.txt").await.expect("it is there");
    assert_eq!(world.control.file(&file).await.expect("it can be read"), b"hello\n");
    let empty = world.control.file_at(&published, "words/__init__.py").await.expect("it is there");
    assert_eq!(world.control.file(&empty).await.expect("nothing is read"), b"");

    let place = tempfile::tempdir().expect("a temporary folder");
    let copied = place.path().join("copy");
    let new = NewFolder::at(&copied, Replace::Nothing, Permissions::Usual);
    let mut new = new.expect("it is free");
    world.control.write_tree(&tree, new.writer()).await.expect("it can be written");
    new.finish().expect("it is free");
    let copied = Folder::scan(&copied, &Exclude::default()).expect("it can be kept");
    assert_eq!(copied.tree().expect("a tree"), tree);
    // Two files with the same bytes are kept once, and an empty one not at all.
    let report = world.store.verify().await.expect("it can be read");
    assert!(report.is_sound() && report.contents == 3, "{report:?}");
}

#[tokio::test]
async fn a_folder_that_did_not_change_is_unchanged() {
    let world = World::new().await;
    publish(&world, &with_files(&FIRST)).await;
    let mut turned = FIRST;
    turned.reverse();
    let content = put(&world, &with_files(&turned)).await;
    let again = world.control.publish(Publish::new(greeting(), content), &alice()).await;
    let again = again.expect("it is there");
    assert_eq!((again.landing, again.added), (Landing::Unchanged, false));
}

#[tokio::test]
async fn a_folder_is_rolled_back_restored_and_applied_like_any_version() {
    let (world, folder) = (World::new().await, with_files(&FIRST));
    let first = publish(&world, &folder).await;
    write(folder.path(), &[("words/en.txt", "hi\n")]);
    publish(&world, &folder).await;
    let back = world.roll_back(None).await;
    assert_eq!(back.expect("the first was good").to, version(1));
    write(folder.path(), &[("words/en.txt", "hey\n")]);
    publish(&world, &folder).await;
    let restored = world.control.restore(first.clone(), &production(), Force::No, &alice()).await;
    assert_eq!(restored.expect("it is there").number, version(4));
    let restored = world.control.version(&greeting(), version(4)).await.expect("it is there");
    assert_eq!(restored.content, first.content);

    let tool = artifact("tools/words");
    let wanted = Wanted {
        artifact: tool.clone(),
        version: WantedVersion::Content(put(&world, &folder).await),
        live: true,
        labels: Vec::new(),
    };
    world.control.apply(&[wanted], &production(), Force::No, &alice()).await.expect("it is new");
    let (_, live) = world.control.live_version(&tool, &production()).await.expect("it is live");
    let tree = world.control.tree(&live).await.expect("it is a tree");
    assert!(tree.entry("words/en.txt").is_some());
}

#[tokio::test]
async fn a_rehearsal_keeps_nothing() {
    let (world, folder) = (World::new().await, with_files(&FIRST));
    let rehearsed = Rehearsal::new(Arc::clone(&world.store));
    let control =
        sternway_control::Control::new(Arc::new(rehearsed), world.control.namespace().clone());
    let content = control.put_folder(&scan(&folder)).await.expect("it can be kept");
    let published = control.publish(Publish::new(greeting(), content), &alice()).await;
    assert_eq!(published.expect("it would be").number, version(1));
    assert_eq!(world.store.verify().await.expect("it can be read").contents, 0);
}

#[tokio::test]
async fn what_is_no_tree_has_no_files() {
    let world = World::new().await;
    let published = world.control.publish(Publish::new(greeting(), text("Hello!")), &alice()).await;
    let number = published.expect("it is published").number;
    let one = world.control.version(&greeting(), number).await.expect("it is there");
    let refused = said(world.control.tree(&one).await);
    assert_eq!(refused, "invalid: prompts/greeting@v1 is text, and no folder");

    let folder = with_files(&FIRST);
    #[cfg(unix)]
    std::os::unix::fs::symlink("words", folder.path().join("latest")).expect("a link");
    let two = publish(&world, &folder).await;
    let refused = said(world.control.file_at(&two, "words").await);
    let no = "file-not-found: prompts/greeting@v2 has no file";
    assert_eq!(refused, format!("{no} \"words\": there is no such path"));
    #[cfg(unix)]
    assert_eq!(
        said(world.control.file_at(&two, "latest").await),
        format!("{no} \"latest\": it is a link to words")
    );
}

fn written(blame: Blame) -> Vec<String> {
    match blame.written {
        Written::Lines(lines) => {
            lines.iter().map(|it| format!("{} {}", it.version, it.text.trim_end())).collect()
        }
        Written::Leaves(leaves) => {
            leaves.iter().map(|it| format!("{} {}", it.version, it.pointer)).collect()
        }
    }
}

#[tokio::test]
async fn each_line_and_each_path_has_a_version_that_wrote_it() {
    let (world, folder) = (World::new().await, with_files(&FIRST));
    publish(&world, &folder).await;
    write(folder.path(), &[("words/en.txt", "hello\nhi\n"), ("words/de.txt", "hallo\n")]);
    publish(&world, &folder).await;
    write(folder.path(), &[("search.py", "import words\n\nprint(len(words))\n")]);
    let newest = publish(&world, &folder).await;

    let whole = world.control.blame(newest.clone(), &Part::Whole).await.expect("it is a tree");
    assert_eq!(
        written(whole),
        [
            "v3 /search.py",
            "v1 /words~1__init__.py",
            "v1 /words~1copy.txt",
            "v2 /words~1de.txt",
            "v2 /words~1en.txt"
        ]
    );
    let file = async |path: &str| {
        let path = path.parse().expect("a path");
        let blame = world.control.blame_file(newest.clone(), &path, &Part::Whole).await;
        blame.map(written).map_err(|err| err.to_string())
    };
    assert_eq!(
        file("search.py").await.expect("a text"),
        ["v1 import words", "v1", "v3 print(len(words))"].map(|line| if line == "v1" {
            "v1 "
        } else {
            line
        })
    );
    assert_eq!(file("words/en.txt").await.expect("a text"), ["v1 hello", "v2 hi"]);
    assert_eq!(file("words/de.txt").await.expect("a text"), ["v2 hallo"]);
    assert!(file("words/__init__.py").await.expect("an empty text").is_empty());
    let missing = file("words/fr.txt").await.expect_err("it is not there");
    assert_eq!(missing, "prompts/greeting@v3 has no file \"words/fr.txt\": there is no such path");
}

#[tokio::test]
async fn ten_thousand_files_are_one_version() {
    let world = World::on(MemoryKv::new()).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    for number in 0..10_000 {
        let place = folder.path().join(format!("{:03}", number / 100));
        fs::create_dir_all(&place).expect("it can be made");
        fs::write(place.join(format!("{number}.txt")), number.to_string()).expect("it is written");
    }
    let published = publish(&world, &folder).await;
    assert_eq!(world.control.tree(&published).await.expect("a tree").entries().len(), 10_000);
    let report = world.store.verify().await.expect("it can be read");
    assert!(report.is_sound() && report.contents == 10_001, "{report:?}");
}
