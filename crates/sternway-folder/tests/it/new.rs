//! Writing a folder: there as a whole, or not at all.

use std::{env, fs};

use sternway_folder::{FolderError, NewFolder, Permissions, Replace, Writer};
use sternway_types::{FileMode, TreeEntry, TreeFile};

use crate::world::{copy, names, place, scan, with_files};

fn file(bytes: &[u8]) -> TreeEntry {
    TreeEntry::File(TreeFile::of(FileMode::Plain, bytes))
}

#[test]
fn a_free_place_and_an_empty_folder_are_written_to() {
    let (from, to) = (with_files(&["a", "in/b"]), place());
    let free = to.path().join("free");
    copy(from.path(), &free, Replace::Nothing).expect("it is free");
    assert_eq!(names(&free), ["a", "in"]);
    let empty = to.path().join("empty");
    fs::create_dir(&empty).expect("it can be made");
    copy(from.path(), &empty, Replace::Nothing).expect("it is empty");
    assert_eq!(names(&empty), ["a", "in"]);
    assert_eq!(names(to.path()), ["empty", "free"], "nothing is left beside them");
}

#[test]
fn what_is_there_is_only_replaced_on_demand() {
    let (from, to) = (with_files(&["new"]), with_files(&["folder/old", "file"]));
    let folder = to.path().join("folder");
    let refused = copy(from.path(), &folder, Replace::Nothing);
    assert!(matches!(refused, Err(FolderError::NotEmpty(_))), "{refused:?}");
    assert_eq!(names(&folder), ["old"]);
    copy(from.path(), &folder, Replace::Folder).expect("it may be replaced");
    assert_eq!(names(&folder), ["new"]);
    for replace in [Replace::Nothing, Replace::Folder] {
        let refused = copy(from.path(), &to.path().join("file"), replace);
        assert!(
            matches!(refused, Err(FolderError::InTheWay { kind: "no folder", .. })),
            "{refused:?}"
        );
    }
    assert_eq!(names(to.path()), ["file", "folder"], "nothing is left beside them");
}

#[test]
fn the_folder_that_somebody_is_in_is_not_replaced() {
    let here = env::current_dir().expect("it is somewhere");
    let from = with_files(&["new"]);
    for place in [&here, here.parent().expect("it is below")] {
        let refused = copy(from.path(), place, Replace::Folder);
        assert!(matches!(refused, Err(FolderError::Here(_))), "{refused:?}");
    }
}

#[test]
fn what_is_not_finished_leaves_nothing() {
    let to = place();
    let new = to.path().join("new");
    let mut begun = NewFolder::at(&new, Replace::Nothing, Permissions::Usual).expect("it is free");
    begun
        .writer()
        .write(&"a".parse().expect("a path"), &file(b"abc"), b"abc")
        .expect("it can be written");
    assert!(!new.exists());
    drop(begun);
    assert!(names(to.path()).is_empty());
}

#[test]
fn what_came_meanwhile_stays() {
    let to = place();
    let new = to.path().join("new");
    let mut begun = NewFolder::at(&new, Replace::Nothing, Permissions::Usual).expect("it is free");
    begun
        .writer()
        .write(&"a".parse().expect("a path"), &file(b"abc"), b"abc")
        .expect("it can be written");
    fs::create_dir(&new).expect("it can be made");
    fs::write(new.join("other"), "somebody else's").expect("it can be written");
    let refused = begun.finish();
    assert!(matches!(refused, Err(FolderError::NotEmpty(_))), "{refused:?}");
    assert_eq!(names(&new), ["other"]);
}

#[test]
fn other_bytes_than_the_tree_lists_are_refused() {
    let to = place();
    let mut begun = Writer::new(to.path().into(), Permissions::Usual);
    let refused = begun.write(&"a".parse().expect("a path"), &file(b"abc"), b"abd");
    assert!(matches!(refused, Err(FolderError::OtherBytes(path)) if path == "a"));
    assert!(names(to.path()).is_empty());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use sternway_types::{LinkTarget, TreePath};

    use super::*;

    #[test]
    fn nothing_is_written_through_a_link() {
        let (from, to) = (with_files(&["a"]), with_files(&["elsewhere/kept"]));
        let link = to.path().join("link");
        symlink(to.path().join("elsewhere"), &link).expect("a link");
        for replace in [Replace::Nothing, Replace::Folder] {
            let refused = copy(from.path(), &link, replace);
            assert!(
                matches!(refused, Err(FolderError::InTheWay { kind: "a link", .. })),
                "{refused:?}"
            );
        }
        assert_eq!(names(&to.path().join("elsewhere")), ["kept"]);

        // A link is made after every file, whatever its name.
        let root = to.path().join("root");
        fs::create_dir(&root).expect("it can be made");
        let mut begun = Writer::new(root.clone(), Permissions::Usual);
        let path: TreePath = "a".parse().expect("a path");
        let target = LinkTarget::new(&path, "b").expect("a target");
        begun.write(&path, &TreeEntry::Link(target), b"").expect("it is kept for later");
        assert!(names(&root).is_empty());
        begun
            .write(&"b".parse().expect("a path"), &file(b"abc"), b"abc")
            .expect("it can be written");
        begun.make_links().expect("it can be made");
        assert_eq!(fs::read(root.join("a")).expect("it leads to b"), b"abc");
    }

    #[test]
    fn private_files_are_nobody_elses_and_nobody_writes_to_them() {
        let to = place();
        let mut begun = Writer::new(to.path().into(), Permissions::PrivateReadOnly);
        for (name, mode, bits) in
            [("plain", FileMode::Plain, 0o400), ("run", FileMode::Executable, 0o500)]
        {
            let entry = TreeEntry::File(TreeFile::of(mode, b"abc"));
            begun.write(&name.parse().expect("a path"), &entry, b"abc").expect("it can be written");
            let metadata = fs::metadata(to.path().join(name)).expect("it is there");
            assert_eq!(metadata.permissions().mode() & 0o777, bits);
        }
    }

    #[test]
    fn a_copy_is_read_as_the_same_tree() {
        let (from, to) = (with_files(&["a", "in/run"]), place());
        let run = from.path().join("in/run");
        fs::set_permissions(run, fs::Permissions::from_mode(0o755)).expect("it can be set");
        symlink("in/run", from.path().join("latest")).expect("a link");
        let copied = to.path().join("copy");
        let tree = copy(from.path(), &copied, Replace::Nothing).expect("it is free");
        assert_eq!(scan(&copied).tree().expect("a tree"), tree);
    }
}
