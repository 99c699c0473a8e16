//! The commits that touched a file, as `git log --follow` finds them.
//!
//! Limits, which are those of git: one name is followed at a time. What was done to a file under its
//! old name on another branch is not found, and is part of the merge that brought it in. Where
//! the file was made as a copy of another, its history begins.

use std::path::Path;

use sternway::types::Timestamp;

use super::{GitError, Repository, about};

/// What begins a commit in what git is asked to print: messages cannot hold what ends a field.
const FORMAT: &str = "--format=tformat:%x01%H%x00%at%x00%an%x00%ae%x00%B%x00";

/// Who wrote a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Author {
    pub(crate) name: String,
    pub(crate) email: String,
}

/// What a commit did to the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Touch {
    /// The file was this blob since.
    Content(String),
    /// The file was gone since.
    Deleted,
    /// It was no regular file since.
    NoFile(&'static str),
    /// It is a merge of which git does not say what it did.
    Merge,
}

/// A commit that touched the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) hash: String,
    pub(crate) author: Author,
    /// When it was written, if that can be read.
    pub(crate) at: Option<Timestamp>,
    pub(crate) message: String,
    /// What the file was called then, from the root of the repository on.
    pub(crate) path: Vec<u8>,
    pub(crate) touch: Touch,
}

impl Repository {
    /// The commits that touched a file, the oldest first.
    ///
    /// # Errors
    ///
    /// [`GitError::NoHistory`] if there are none, [`GitError::Folder`] if it is no file, and
    /// [`GitError::Refused`] if git cannot tell.
    pub(crate) fn history(&self, path: &Path) -> Result<Vec<Commit>, GitError> {
        let name = || path.display().to_string();
        let tree = self.read(about(&["ls-tree", "-z", "HEAD"], path))?;
        if tree.starts_with(b"040000") || path.file_name().is_none() {
            return Err(GitError::Folder { path: name() });
        }
        // Merges are shown where they differ from every parent: what they bring in is in commits
        // of its own.
        let words = ["log", "--follow", "--date-order", "-c", "--raw"];
        let quiet = ["--no-abbrev", "--no-color", "--no-ext-diff", "--no-textconv", "--no-notes"];
        let format = ["--no-mailmap", "--encoding=UTF-8", "-z", FORMAT, "HEAD"];
        let log = self.read(about(&[&words[..], &quiet, &format].concat(), path))?;
        let commits = parse(&log)?;
        match commits.last() {
            None => Err(GitError::NoHistory { folder: self.name(), path: name() }),
            // A folder that is gone: what was in it was touched.
            Some(newest) if !is_called(&newest.path, path) => {
                Err(GitError::Folder { path: name() })
            }
            Some(_) => Ok(commits),
        }
    }
}

/// Whether the last parts of both are equal, as far as both can be compared.
fn is_called(found: &[u8], path: &Path) -> bool {
    let last = found.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    path.file_name().is_none_or(|name| name.as_encoded_bytes() == last)
}

/// One file of one commit.
struct Entry<'a> {
    mode: &'a str,
    blob: &'a str,
    status: &'a str,
    from: &'a [u8],
    to: &'a [u8],
}

/// A commit without what it did.
struct Header {
    hash: String,
    author: Author,
    at: Option<Timestamp>,
    message: String,
}

/// Reads what `git log` printed.
///
/// # Errors
///
/// [`GitError::Unexpected`] if it is something else.
pub(crate) fn parse(log: &[u8]) -> Result<Vec<Commit>, GitError> {
    let mut fields = log.split(|byte| *byte == 0).peekable();
    let mut found: Vec<(Header, Vec<Entry<'_>>)> = Vec::new();
    while let Some(field) = fields.next() {
        let field = field.trim_ascii_start();
        if let Some(hash) = field.strip_prefix(b"\x01") {
            found.push((header(hash, &mut fields), Vec::new()));
        } else if let Some(raw) = field.strip_prefix(b":") {
            let entry = entry(raw, &mut fields).ok_or(GitError::Unexpected("log --raw"))?;
            let (_, entries) = found.last_mut().ok_or(GitError::Unexpected("log --raw"))?;
            entries.push(entry);
        } else if !field.is_empty() {
            return Err(GitError::Unexpected("log"));
        }
    }
    follow(found)
}

fn header(hash: &[u8], fields: &mut dyn Iterator<Item = &[u8]>) -> Header {
    let mut text = || String::from_utf8_lossy(fields.next().unwrap_or_default()).into_owned();
    let seconds = text().parse::<i64>().ok();
    let (name, email, message) = (text(), text(), text());
    Header {
        hash: String::from_utf8_lossy(hash).into_owned(),
        author: Author { name, email },
        at: seconds.map(|seconds| Timestamp::from_micros(seconds.saturating_mul(1_000_000))),
        message: message.trim().to_owned(),
    }
}

/// `100644 100755 ID ID M`, or of a merge one mode and one id more for each further parent.
fn entry<'a>(raw: &'a [u8], fields: &mut impl Iterator<Item = &'a [u8]>) -> Option<Entry<'a>> {
    let raw = str::from_utf8(raw).ok()?.trim_start_matches(':');
    let words: Vec<&str> = raw.split(' ').collect();
    let (status, rest) = words.split_last()?;
    let (modes, blobs) = rest.split_at_checked(rest.len() / 2)?;
    let from = fields.next()?;
    let to = if status.starts_with(['R', 'C']) { fields.next()? } else { from };
    Some(Entry { mode: modes.last()?, blob: blobs.last()?, status, from, to })
}

/// Gives each commit the name that the file had, from the newest one back.
fn follow(found: Vec<(Header, Vec<Entry<'_>>)>) -> Result<Vec<Commit>, GitError> {
    let mut name = found.iter().find_map(|(_, entries)| entries.first()).map(|entry| entry.to);
    let renamed = |entry: &Entry<'_>| entry.status.starts_with('R');
    let renames = found.iter().any(|(_, entries)| entries.iter().any(renamed));
    let mut commits = Vec::new();
    for (header, entries) in found {
        let Header { hash, author, at, message } = header;
        let (path, touch) = match (entries.as_slice(), name) {
            ([entry], _) => (entry.to, touch(entry)),
            // Only a rename keeps git from seeing what a merge made of the file.
            ([], Some(name)) if renames => (name, Touch::Merge),
            ([], _) => continue,
            ([entry, ..], _) => {
                let path = String::from_utf8_lossy(entry.to).into_owned();
                return Err(GitError::Folder { path: format!("what holds {path}") });
            }
        };
        commits.push(Commit { hash, author, at, message, path: path.to_vec(), touch });
        if let [entry] = entries.as_slice() {
            if entry.status.starts_with('C') {
                break;
            }
            name = Some(entry.from);
        }
    }
    commits.reverse();
    Ok(commits)
}

fn touch(entry: &Entry<'_>) -> Touch {
    match entry.mode {
        "000000" => Touch::Deleted,
        "120000" => Touch::NoFile("a symbolic link"),
        "160000" => Touch::NoFile("a submodule"),
        _ => Touch::Content(entry.blob.to_owned()),
    }
}
