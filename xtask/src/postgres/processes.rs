//! Processes of ours that are told apart from others by the folder that they were called with.
//!
//! A file says the number of a process. After a restart of the machine that may be another's number,
//! which must not be touched.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{packages::folders_in, process::output};

/// The process that a file names on its first line, if it was called with this folder.
pub(super) fn running(file: &Path, folder: &Path) -> Option<u32> {
    let number = first_line(&fs::read_to_string(file).ok()?)?;
    arguments(number)?.contains(&*folder.to_string_lossy()).then_some(number)
}

fn first_line(text: &str) -> Option<u32> {
    text.lines().next()?.trim().parse().ok()
}

/// How a process was called; nothing if there is none.
pub(super) fn arguments(process: u32) -> Option<String> {
    let proc = Path::new("/proc");
    if proc.join("self/cmdline").exists() {
        let arguments = fs::read(proc.join(process.to_string()).join("cmdline")).ok()?;
        return Some(String::from_utf8_lossy(&arguments).into_owned());
    }
    output(Command::new("ps").args(["-o", "args=", "-p", &process.to_string()])).ok()
}

/// The files that name processes, in a folder and then in those within it: who starts others comes
/// first.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let within = folders_in(folder);
    let folders = std::iter::once(folder).chain(within.iter().map(PathBuf::as_path));
    let entries = folders.flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
    let files = entries.map(|entry| entry.path());
    files.filter(|path| path.extension().is_some_and(|it| it == "pid")).collect()
}

/// A process and all that came of it. Limit: where there is no `/proc`, itself alone.
pub(super) fn tree(root: u32) -> Vec<u32> {
    let mut tree = vec![root];
    let parents = parents();
    let mut place = 0;
    while let Some(parent) = tree.get(place).copied() {
        tree.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(child, _)| child));
        place += 1;
    }
    tree
}

/// Every process, and its parent.
fn parents() -> Vec<(u32, u32)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let parent = |entry: fs::DirEntry| {
        let number = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // The name before it may hold anything, a bracket too.
        let (_, rest) = stat.rsplit_once(") ")?;
        Some((number, rest.split(' ').nth(1)?.parse().ok()?))
    };
    entries.filter_map(parent).collect()
}

/// What a process can be made to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Do {
    /// End at once.
    End,
    /// Stop where it is.
    Freeze,
    /// Go on.
    Thaw,
}

/// Makes processes do something. Limit: where there are no signals, nothing happens.
#[cfg(unix)]
pub(super) fn make(what: Do, processes: &[u32]) {
    use rustix::process::{Pid, Signal, kill_process};
    let signal = match what {
        Do::End => Signal::KILL,
        Do::Freeze => Signal::STOP,
        Do::Thaw => Signal::CONT,
    };
    let numbers = processes.iter().filter_map(|number| i32::try_from(*number).ok());
    for process in numbers.filter_map(Pid::from_raw) {
        // It may have ended by itself.
        kill_process(process, signal).unwrap_or_default();
    }
}

#[cfg(not(unix))]
pub(super) const fn make(_: Do, _: &[u32]) {}

#[cfg(test)]
mod tests {
    use std::process;

    use super::*;

    #[test]
    fn our_own_arguments_can_be_read() {
        let called = arguments(process::id()).unwrap();
        assert!(called.contains("xtask"), "{called}");
    }

    #[test]
    fn a_process_that_was_called_otherwise_is_none_of_ours() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("some.pid");
        assert_eq!(running(&file, folder.path()), None, "nothing was ever started");
        for stale in [format!("{}\n/data\n", process::id()), "1\n".to_owned(), String::new()] {
            fs::write(&file, stale).unwrap();
            assert_eq!(running(&file, folder.path()), None);
        }
        assert_eq!(files(folder.path()), [file]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_tree_holds_what_came_of_a_process() {
        let script = "sleep 60 & wait";
        let mut shell = Command::new("sh").args(["-c", script]).spawn().unwrap();
        while tree(shell.id()).len() < 2 {
            std::thread::yield_now();
        }
        let tree = tree(shell.id());
        make(Do::End, &tree);
        assert!(!shell.wait().unwrap().success());
    }
}
