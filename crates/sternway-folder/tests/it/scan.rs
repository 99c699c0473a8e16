//! What is taken of a folder, what is left out, and what is refused.

use std::{
    fs::{self, File, FileTimes},
    path::Path,
    time::{Duration, SystemTime},
};

use sternway_folder::{Exclude, Folder};

use crate::world::{place, said, scan, taken, with_files};

#[test]
fn everything_is_taken_but_what_version_control_keeps() {
    let folder = with_files(&[
        "a.md",
        ".hidden",
        ".git/config",
        "in/.hg/x",
        "in/.jj/y",
        "in/b",
        ".gitignore",
    ]);
    fs::write(folder.path().join(".gitignore"), "a.md\n").expect("it can be written");
    assert_eq!(taken(folder.path(), &[]), [".gitignore", ".hidden", "a.md", "in/b"]);
    // In a worktree it is a file.
    let folder = with_files(&["a.md", ".git"]);
    assert_eq!(taken(folder.path(), &[]), ["a.md"]);
}

#[test]
fn what_is_to_be_left_out_is_left_out() {
    let folder =
        with_files(&["a.md", "a.pyc", "__pycache__/b.pyc", "in/c.pyc", "in/d.md", "out/e"]);
    assert_eq!(taken(folder.path(), &["*.pyc", "/out/"]), ["a.md", "in/d.md"]);
    assert_eq!(taken(folder.path(), &["in", "!in"]).len(), 6);
    fs::write(folder.path().join(".sternwayignore"), "*.pyc\n# a comment\n!in/c.pyc\n")
        .expect("it can be written");
    let found = taken(folder.path(), &["out"]);
    assert_eq!(found, [".sternwayignore", "a.md", "in/c.pyc", "in/d.md"]);
    // It also says what is left out of the folder that it lies in.
    fs::write(folder.path().join("in/.sternwayignore"), "d.md\n.sternwayignore\n")
        .expect("it can be written");
    assert_eq!(taken(folder.path(), &["out"]), [".sternwayignore", "a.md", "in/c.pyc"]);
}

/// Looking through a folder fails, and says so.
#[track_caller]
fn check_refused(folder: &Path, exclude: &[&str], problem: &str) {
    let exclude = Exclude::new(exclude.iter().map(|it| (*it).to_owned()).collect());
    let refused = Folder::scan(folder, &exclude).and_then(|folder| folder.tree());
    let refused = refused.map(|tree| tree.to_listing()).expect_err("it cannot be kept");
    let said = said(&refused).replace(&format!("{}", folder.display()), "HERE");
    assert!(said.starts_with(problem), "{said}");
}

#[test]
fn a_pattern_that_is_none_is_refused() {
    let folder = with_files(&["a"]);
    check_refused(folder.path(), &["{a,b"], "\"{a,b\" does not say what is left out: ");
    check_refused(folder.path(), &[""], "\"\" does not say what is left out: it fits nothing");
    fs::write(folder.path().join(".sternwayignore"), "{a,b\n").expect("it can be written");
    check_refused(folder.path(), &[], "HERE/.sternwayignore does not say what is left out: ");
}

#[test]
fn a_folder_without_files_is_no_tree() {
    let folder = place();
    check_refused(folder.path(), &[], "HERE has no files, or all of them are left out");
    fs::create_dir_all(folder.path().join("a/b")).expect("it can be made");
    check_refused(folder.path(), &[], "HERE has no files, or all of them are left out");
    let folder = with_files(&["a"]);
    check_refused(folder.path(), &["*"], "HERE has no files, or all of them are left out");
    check_refused(&folder.path().join("a"), &[], "HERE is no folder");
    check_refused(&folder.path().join("b"), &[], "cannot read HERE: No such file");
}

#[test]
fn folders_without_files_are_counted() {
    let folder = with_files(&["in/a"]);
    assert_eq!(scan(folder.path()).without_files(), 0);
    fs::create_dir_all(folder.path().join("b/c")).expect("it can be made");
    assert_eq!(scan(folder.path()).without_files(), 2);
}

#[test]
fn names_that_exclude_each_other_are_refused() {
    let folder = with_files(&["Lib/a", "lib/b"]);
    let problem = "HERE cannot be kept: Lib and lib are the same on macOS and Windows";
    check_refused(folder.path(), &[], problem);
    let folder = with_files(&["aux.md"]);
    let problem = "HERE/aux.md cannot be kept: rename it, or leave it out: \"aux.md\" has a name that is a device";
    check_refused(folder.path(), &[], problem);
    assert!(Folder::scan(folder.path(), &Exclude::new(vec!["aux.*".into()])).is_err());
}

#[test]
fn neither_order_nor_time_is_part_of_it() {
    let one = with_files(&["a", "b/c", "b/a", "d"]);
    let other = with_files(&["d", "b/a", "b/c", "a"]);
    let file = File::options().append(true).open(other.path().join("a")).expect("it is there");
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    file.set_times(FileTimes::new().set_modified(long_ago)).expect("it can be set");
    let [one, other] = [one, other].map(|it| scan(it.path()).tree().expect("a tree"));
    assert_eq!(one.to_listing(), other.to_listing());
}

#[test]
fn more_files_than_a_tree_may_have_are_refused() {
    let folder = place();
    for number in 0..10_000 {
        fs::write(folder.path().join(format!("{number}")), []).expect("it can be written");
    }
    assert_eq!(scan(folder.path()).tree().expect("the largest tree").entries().len(), 10_000);
    fs::write(folder.path().join("one more"), []).expect("it can be written");
    check_refused(folder.path(), &[], "HERE has more than 10000 files and links: leave some out");
}

#[cfg(unix)]
mod unix {
    use std::{
        ffi::OsStr,
        os::unix::{
            ffi::OsStrExt as _,
            fs::{PermissionsExt as _, symlink},
            net::UnixListener,
        },
    };

    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use sternway_folder::FolderError;
    use sternway_types::{FileMode, TreeEntry};

    use super::*;

    #[test]
    fn what_is_no_file_is_refused() {
        let folder = with_files(&["a"]);
        let _listener = UnixListener::bind(folder.path().join("s")).expect("a socket");
        check_refused(folder.path(), &[], "HERE/s is a socket, which cannot be kept: leave it out");
        assert_eq!(taken(folder.path(), &["s"]), ["a"]);
        let pipe = folder.path().join("p");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
        check_refused(
            folder.path(),
            &["s"],
            "HERE/p is a pipe, which cannot be kept: leave it out",
        );
    }

    #[test]
    fn what_became_a_pipe_holds_nobody_up() {
        let folder = with_files(&["a"]);
        let found = scan(folder.path());
        let a = folder.path().join("a");
        fs::remove_file(&a).expect("it can be removed");
        mknodat(CWD, &a, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
        assert!(matches!(found.tree(), Err(FolderError::Changed(path)) if path == a));
        fs::remove_file(&a).expect("it can be removed");
        symlink("/etc/passwd", &a).expect("a link");
        let refused = found.tree().expect_err("a link is not followed");
        assert!(matches!(&refused, FolderError::Io { path, .. } if *path == a), "{refused:?}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_with_more_in_it_than_its_size_is_refused() {
        // These say that they are empty, and are not.
        let folder = Path::new("/proc/sys/kernel/random");
        let found = scan(folder);
        let path = "boot_id".parse().expect("a path");
        let refused = found.read(&path).expect_err("its size and its bytes differ");
        assert!(matches!(refused, FolderError::Changed(_)), "{refused:?}");
    }

    #[test]
    fn a_name_that_is_not_utf_8_is_refused_by_name() {
        let folder = with_files(&["a"]);
        let name = OsStr::from_bytes(b"caf\xe9");
        fs::write(folder.path().join(name), "x").expect("it can be written");
        check_refused(folder.path(), &[], "the name \"HERE/caf\\xE9\" is not UTF-8: rename it");
        fs::remove_file(folder.path().join(name)).expect("it can be removed");
        symlink(name, folder.path().join("link")).expect("a link");
        check_refused(folder.path(), &[], "the name \"caf\\xE9\" is not UTF-8: rename it");
    }

    #[test]
    fn names_that_look_the_same_are_two() {
        let folder = with_files(&["caf\u{e9}", "cafe\u{301}"]);
        assert_eq!(taken(folder.path(), &[]), ["cafe\u{301}", "caf\u{e9}"]);
    }

    #[test]
    fn links_are_kept_and_never_followed() {
        let folder = with_files(&["v1/a"]);
        symlink("v1", folder.path().join("latest")).expect("a link");
        symlink("nowhere", folder.path().join("v1/dangling")).expect("a link");
        assert_eq!(taken(folder.path(), &[]), ["latest", "v1/a", "v1/dangling"]);
        symlink("/etc", folder.path().join("etc")).expect("a link");
        let problem = "HERE/etc cannot be kept: rename it, or leave it out: \"/etc\" is absolute";
        check_refused(folder.path(), &[], problem);
        assert_eq!(taken(folder.path(), &["etc"]).len(), 3);
        symlink("../../x", folder.path().join("v1/up")).expect("a link");
        check_refused(
            folder.path(),
            &["etc"],
            "HERE/v1/up cannot be kept: rename it, or leave it out: \"../../x\" leads out of the tree",
        );
        // The folder itself may be named by a link.
        let place = place();
        symlink(folder.path(), place.path().join("link")).expect("a link");
        assert_eq!(taken(&place.path().join("link"), &["etc", "up"]).len(), 3);
    }

    #[test]
    fn whether_a_file_may_be_run_is_kept() {
        let folder = with_files(&["run"]);
        let run = folder.path().join("run");
        let mode = |bits| {
            fs::set_permissions(&run, fs::Permissions::from_mode(bits)).expect("it can be set");
            match scan(folder.path()).read(&"run".parse().expect("a path")) {
                Ok((TreeEntry::File(file), _)) => file.mode,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(mode(0o644), FileMode::Plain);
        assert_eq!(mode(0o755), FileMode::Executable);
        // What others may does not matter.
        assert_eq!(mode(0o611), FileMode::Plain);
        assert_eq!(mode(0o700), FileMode::Executable);
    }
}
