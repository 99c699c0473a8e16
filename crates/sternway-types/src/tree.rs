//! A folder as one content: a listing of its files, each of which is a content of its own.
//!
//! The listing is a JSON object with one line per path, in the order of the paths' bytes:
//!
//! ```text
//! {
//! "bin/run":"executable 31 sha256:…",
//! "latest":"link bin/run",
//! "prompt.md":"file 412 sha256:…"
//! }
//! ```
//!
//! It is JSON, so that whatever compares, merges and blames JSON by its members does so path by
//! path. What is said of a path is one string and not an object, so that a merge takes a file from
//! one side or the other: a size from here with a digest from there would be no file at all. There
//! is one listing for one folder, whatever order and times its files were made in.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::{self, Write as _},
    str::FromStr,
};

use serde::de::{self, Deserializer, MapAccess, Visitor};

use crate::{
    ContentKind, ContentRef, Digest, LinkTarget, MAX_CONTENT, MediaType, TreePath, TreePathError,
};

/// Why a listing, or a set of files, is not a tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    /// It lists nothing.
    #[error("the tree has no files")]
    Empty,
    /// It lists too many files.
    #[error("the tree has more than {limit} files and links", limit = Tree::MAX_ENTRIES)]
    TooMany,
    /// A path is not one.
    #[error("a path of the tree cannot be kept")]
    Path(#[from] TreePathError),
    /// A link leads where it may not.
    #[error("the link {path} of the tree cannot be kept")]
    Link {
        /// Where the link is.
        path: TreePath,
        /// What is wrong with its target.
        #[source]
        source: TreePathError,
    },
    /// A path is listed twice.
    #[error("{0} is listed twice")]
    Twice(TreePath),
    /// Two paths differ only in capital and small letters.
    #[error("{0} and {1} are the same on macOS and Windows: rename one of them")]
    SameInAnyCase(String, String),
    /// A path is a file, and the folder of another.
    #[error("{0} is both a file and a folder")]
    FileAndFolder(String),
    /// A file is larger than any content may be.
    #[error("{path} has {found} bytes: the limit is {MAX_CONTENT}")]
    FileTooLarge {
        /// Where the file is.
        path: TreePath,
        /// Its size in bytes.
        found: u64,
    },
    /// What is said of a path is not understood.
    #[error(
        "{path:?} is listed as {given:?}: expected `file SIZE DIGEST`, `executable SIZE DIGEST` or \
         `link TARGET`"
    )]
    Entry {
        /// Where.
        path: String,
        /// What is said of it.
        given: String,
    },
    /// The listing is no JSON object of strings.
    #[error("the listing is no JSON object of texts: {0}")]
    Syntax(String),
    /// The listing says the right thing in other words.
    #[error("line {line} of the listing is not written as the one canonical listing has it")]
    NotCanonical {
        /// The first line that differs, from 1.
        line: usize,
    },
}

/// Whether a file of a tree may be run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileMode {
    /// It is read.
    #[default]
    Plain,
    /// It is a program, or a script.
    Executable,
}

/// A file of a tree: its bytes are a content of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TreeFile {
    /// Whether it may be run.
    pub mode: FileMode,
    /// How many bytes it has; 0 for an empty file, for which nothing is stored.
    pub size: u64,
    /// The digest of its bytes.
    pub digest: Digest,
}

impl TreeFile {
    /// The file with these bytes.
    #[must_use]
    pub fn of(mode: FileMode, bytes: &[u8]) -> Self {
        Self { mode, size: bytes.len() as u64, digest: Digest::of(bytes) }
    }

    /// The content that its bytes are; nothing for an empty file.
    #[must_use]
    pub fn reference(&self) -> Option<ContentRef> {
        let kind = ContentKind::Bytes { media_type: MediaType::opaque() };
        (self.size > 0).then_some(ContentRef { digest: self.digest, kind, len: self.size })
    }
}

/// What is at a path of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TreeEntry {
    /// A file.
    File(TreeFile),
    /// A symbolic link.
    Link(LinkTarget),
}

impl TreeEntry {
    /// What a listing says of it.
    fn parse(path: &TreePath, given: &str) -> Result<Self, TreeError> {
        let refused = || TreeError::Entry { path: path.to_string(), given: shortened(given) };
        let (kind, rest) = given.split_once(' ').ok_or_else(refused)?;
        let mode = match kind {
            "file" => FileMode::Plain,
            "executable" => FileMode::Executable,
            "link" => {
                let target = LinkTarget::new(path, rest);
                return target
                    .map(Self::Link)
                    .map_err(|source| TreeError::Link { path: path.clone(), source });
            }
            _ => return Err(refused()),
        };
        let (size, digest) = rest.split_once(' ').ok_or_else(refused)?;
        let size: u64 = size.parse().map_err(|_| refused())?;
        let digest: Digest = digest.parse().map_err(|_| refused())?;
        // Nothing is stored for an empty file, so its digest must be known to be that of nothing.
        if (size == 0) != (digest == Digest::of(b"")) {
            return Err(refused());
        }
        Ok(Self::File(TreeFile { mode, size, digest }))
    }
}

impl fmt::Display for TreeEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(TreeFile { mode, size, digest }) => {
                let mode = match mode {
                    FileMode::Plain => "file",
                    FileMode::Executable => "executable",
                };
                write!(f, "{mode} {size} {digest}")
            }
            Self::Link(target) => write!(f, "link {target}"),
        }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(120).collect()
}

/// A folder: what is at each of its paths. A folder without files is not in it.
///
/// ```
/// use sternway_types::{Content, ContentKind, FileMode, Tree, TreeEntry, TreeFile};
///
/// let prompt = TreeEntry::File(TreeFile::of(FileMode::Plain, b"Hello!"));
/// let tree = Tree::new([("prompt.md".parse()?, prompt)])?;
/// let content = Content::tree(&tree)?;
/// assert_eq!(Tree::parse(content.as_bytes())?, tree);
///
/// let refused = Content::new(ContentKind::Tree, *b"{}");
/// assert_eq!(refused.unwrap_err().to_string(), "the content is not a tree");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    // Invariant: 1 to MAX_ENTRIES, no two the same in any case, none the folder of another.
    entries: BTreeMap<TreePath, TreeEntry>,
}

impl Tree {
    /// The most files and links that a tree may have.
    pub const MAX_ENTRIES: usize = 10_000;

    /// A tree with something at each of these paths.
    ///
    /// # Errors
    ///
    /// [`TreeError`] if there are none, too many, or two that exclude each other.
    pub fn new(
        entries: impl IntoIterator<Item = (TreePath, TreeEntry)>,
    ) -> Result<Self, TreeError> {
        let mut kept = BTreeMap::new();
        for (path, entry) in entries {
            if let TreeEntry::File(TreeFile { size, .. }) = &entry
                && *size > MAX_CONTENT as u64
            {
                return Err(TreeError::FileTooLarge { path, found: *size });
            }
            if kept.contains_key(&path) {
                return Err(TreeError::Twice(path));
            }
            kept.insert(path, entry);
            if kept.len() > Self::MAX_ENTRIES {
                return Err(TreeError::TooMany);
            }
        }
        if kept.is_empty() {
            return Err(TreeError::Empty);
        }
        check_apart(&kept)?;
        Ok(Self { entries: kept })
    }

    /// Reads a listing.
    ///
    /// # Errors
    ///
    /// [`TreeError`] if it lists no tree, or is not exactly what [`Tree::to_listing`] writes.
    pub fn parse(listing: &[u8]) -> Result<Self, TreeError> {
        let Listed(listed) =
            serde_json::from_slice(listing).map_err(|err| TreeError::Syntax(err.to_string()))?;
        let entries = listed.into_iter().map(|(path, given)| {
            let path = TreePath::from_str(&path)?;
            let entry = TreeEntry::parse(&path, &given)?;
            Ok((path, entry))
        });
        let tree = Self::new(entries.collect::<Result<Vec<_>, TreeError>>()?)?;
        let canonical = tree.to_listing();
        if canonical.as_bytes() == listing {
            return Ok(tree);
        }
        let same = canonical.bytes().zip(listing).take_while(|(one, other)| one == *other);
        Err(TreeError::NotCanonical { line: same.filter(|(one, _)| *one == b'\n').count() + 1 })
    }

    /// The one listing of this tree: the bytes of its content.
    #[must_use]
    pub fn to_listing(&self) -> String {
        let mut listing = String::from("{");
        for (index, (path, entry)) in self.entries.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            // Nothing in a path or a target is escaped in JSON. Writing to a string cannot fail.
            let _ = write!(listing, "{comma}\n\"{path}\":\"{entry}\"");
        }
        listing.push_str("\n}\n");
        listing
    }

    /// What is at each path, in the order of the paths' bytes.
    #[must_use]
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&TreePath, &TreeEntry)> {
        self.entries.iter()
    }

    /// The files, in the order of the paths' bytes.
    pub fn files(&self) -> impl Iterator<Item = (&TreePath, &TreeFile)> {
        self.entries.iter().filter_map(|(path, entry)| match entry {
            TreeEntry::File(file) => Some((path, file)),
            TreeEntry::Link(_) => None,
        })
    }

    /// What is at a path, if anything is.
    #[must_use]
    pub fn entry(&self, path: &str) -> Option<&TreeEntry> {
        self.entries.get(&TreePath::from_str(path).ok()?)
    }

    /// How many bytes all files have together.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.files().map(|(_, file)| file.size).sum()
    }
}

/// Checks that no path hides another one, here or on a system that takes `A` for `a`.
fn check_apart(entries: &BTreeMap<TreePath, TreeEntry>) -> Result<(), TreeError> {
    // By small letters: how it is written, and whether it is a folder.
    let mut seen: HashMap<String, (&str, bool)> = HashMap::new();
    for path in entries.keys() {
        let folders = path.folders().map(|folder| (folder, true));
        for (text, is_folder) in folders.chain([(path.as_str(), false)]) {
            let (written, was_folder) =
                *seen.entry(text.to_lowercase()).or_insert((text, is_folder));
            if written != text {
                return Err(TreeError::SameInAnyCase(written.into(), text.into()));
            }
            if was_folder != is_folder {
                return Err(TreeError::FileAndFolder(text.into()));
            }
        }
    }
    Ok(())
}

/// The members of a JSON object in the order in which they are written, also those named twice.
struct Listed(Vec<(String, String)>);

impl<'de> de::Deserialize<'de> for Listed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members).map(Self)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, String)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            if members.len() > Tree::MAX_ENTRIES {
                return Err(de::Error::custom("it has too many members"));
            }
            members.push(member);
        }
        Ok(members)
    }
}
